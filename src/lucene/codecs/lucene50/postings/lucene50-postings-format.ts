// Lucene 5.0–8.3 postings, read only: the files and the order of Lucene 9.0 (postings-writer.ts and
// position-cursor.ts of lucene90/postings); every block is one of packed ints (packed-block.ts), a
// term's metadata is that of term-metadata.ts.
//
//   VERSION  SINCE  CHANGE
//   0        5.0
//   1        8.0    skip data has impacts
// Behind the header of .doc stands how blocks are packed.
// Upstream: org.apache.lucene.codecs.lucene50.Lucene50PostingsFormat (6.6.1, 7.7.3, 8.0.0).

import type { IndexInput } from "../../../store/index.ts";
import type { PostingsFormat } from "../../codec.ts";
import { Lucene40BlockTreeTermsReader } from "../../lucene40/blocktree/terms-reader.ts";
import { BLOCK_SIZE } from "../../lucene90/postings/for-util.ts";
import { Lucene90PostingsReader } from "../../lucene90/postings/postings-reader.ts";
import { prefixSum } from "../../lucene90/postings/prefix-sum.ts";
import {
  readVIntTail,
  type SkipListCodec,
  type SkipListGeneration,
} from "../../lucene90/postings/skip-list-codec.ts";
import { Lucene90SkipReader } from "../../lucene90/postings/skip-reader.ts";
import { decodePacked, readPackedFormats, skipPacked } from "./packed-block.ts";
import { ImpactlessSkipReader } from "./skip-reader.ts";
import { decodePlainTermState } from "./term-metadata.ts";

const VERSION_IMPACT_SKIP_DATA = 1;

const LUCENE50_POSTINGS: SkipListGeneration = {
  docCodec: "Lucene50PostingsWriterDoc",
  posCodec: "Lucene50PostingsWriterPos",
  payCodec: "Lucene50PostingsWriterPay",
  termsCodec: "Lucene50PostingsWriterTerms",
  versionMax: VERSION_IMPACT_SKIP_DATA,
  open: openLucene50Codec,
};

function openLucene50Codec(version: number, docIn: IndexInput): SkipListCodec {
  const formats = readPackedFormats(docIn);
  const hasImpacts = version >= VERSION_IMPACT_SKIP_DATA;
  return {
    blockSize: BLOCK_SIZE,
    hasImpacts,
    decode: (input, target) => decodePacked(formats, input, target),
    skip: (input) => skipPacked(formats, input),
    readTail: readVIntTail,
    decodeDocs(input, base, target) {
      decodePacked(formats, input, target);
      return prefixSum(target, BLOCK_SIZE, base);
    },
    decodeTerm: decodePlainTermState,
    skipReader: (input, features) =>
      hasImpacts
        ? new Lucene90SkipReader(input, features)
        : new ImpactlessSkipReader(input, features),
  };
}

/** `Lucene50`: .doc, .pos, .pay, .tim, .tip. */
export const lucene50PostingsFormat: PostingsFormat = {
  name: "Lucene50",
  fieldsProducer: (state) =>
    new Lucene40BlockTreeTermsReader(new Lucene90PostingsReader(LUCENE50_POSTINGS, state), state),
};
