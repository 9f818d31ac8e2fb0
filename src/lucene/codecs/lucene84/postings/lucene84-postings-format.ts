// Lucene 8.4–8.11 postings, read only: those of Lucene 9.0 (lucene90/postings), little-endian words
// included, but a block of documents is packed as in 9.9 (lucene99/postings).
//
//   VERSION  SINCE  CHANGE
//   0        8.4    term metadata as in Lucene 5.0 (lucene50/postings/term-metadata.ts)
//   1        8.5    term metadata as in Lucene 9.0: runs of singletons as differences
// Upstream: org.apache.lucene.codecs.lucene84.Lucene84PostingsFormat (8.10.1).

import type { PostingsFormat } from "../../codec.ts";
import { Lucene40BlockTreeTermsReader } from "../../lucene40/blocktree/terms-reader.ts";
import { decodePlainTermState } from "../../lucene50/postings/term-metadata.ts";
import { BLOCK_SIZE } from "../../lucene90/postings/for-util.ts";
import { decodePFor, skipPFor } from "../../lucene90/postings/pfor-util.ts";
import { Lucene90PostingsReader } from "../../lucene90/postings/postings-reader.ts";
import {
  readVIntTail,
  type SkipListCodec,
  type SkipListGeneration,
} from "../../lucene90/postings/skip-list-codec.ts";
import { Lucene90SkipReader } from "../../lucene90/postings/skip-reader.ts";
import { decodeTermState } from "../../lucene90/postings/term-metadata.ts";
import { decodeForDeltas } from "../../lucene99/postings/lucene99-postings-format.ts";

const VERSION_COMPRESSED_TERMS_DICT_IDS = 1;

const LUCENE85_CODEC: SkipListCodec = {
  blockSize: BLOCK_SIZE,
  hasImpacts: true,
  decode: decodePFor,
  skip: skipPFor,
  readTail: readVIntTail,
  decodeDocs: decodeForDeltas,
  decodeTerm: decodeTermState,
  skipReader: (docIn, features) => new Lucene90SkipReader(docIn, features),
};

const LUCENE84_CODEC: SkipListCodec = { ...LUCENE85_CODEC, decodeTerm: decodePlainTermState };

const LUCENE84_POSTINGS: SkipListGeneration = {
  docCodec: "Lucene84PostingsWriterDoc",
  posCodec: "Lucene84PostingsWriterPos",
  payCodec: "Lucene84PostingsWriterPay",
  termsCodec: "Lucene84PostingsWriterTerms",
  versionMax: VERSION_COMPRESSED_TERMS_DICT_IDS,
  open: (version) =>
    version < VERSION_COMPRESSED_TERMS_DICT_IDS ? LUCENE84_CODEC : LUCENE85_CODEC,
};

/** `Lucene84`: .doc, .pos, .pay, .tim, .tip and, since 8.6, .tmd. */
export const lucene84PostingsFormat: PostingsFormat = {
  name: "Lucene84",
  fieldsProducer: (state) =>
    new Lucene40BlockTreeTermsReader(new Lucene90PostingsReader(LUCENE84_POSTINGS, state), state),
};
