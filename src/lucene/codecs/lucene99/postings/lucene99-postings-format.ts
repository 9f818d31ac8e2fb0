// Lucene 9.9–9.11 postings, read only: Lucene 9.0's (lucene90/postings), but a block of documents
// is
//   u8     bits    0: all deltas are 1
//   bytes  packed  the deltas in that many bits, without exceptions (for-util.ts)
// and the last, partial block is one of group varints (group-vint.ts).
// Upstream: org.apache.lucene.backward_codecs.lucene99.Lucene99PostingsFormat (9.12.3).

import type { IndexInput } from "../../../store/index.ts";
import type { PostingsFormat } from "../../codec.ts";
import { BlockTreeTermsReader } from "../../lucene90/blocktree/terms-reader.ts";
import { BLOCK_SIZE, decodeFor } from "../../lucene90/postings/for-util.ts";
import { decodePFor, skipPFor } from "../../lucene90/postings/pfor-util.ts";
import { Lucene90PostingsReader } from "../../lucene90/postings/postings-reader.ts";
import { fillConsecutive, prefixSum } from "../../lucene90/postings/prefix-sum.ts";
import type { SkipListCodec, SkipListGeneration } from "../../lucene90/postings/skip-list-codec.ts";
import { Lucene90SkipReader } from "../../lucene90/postings/skip-reader.ts";
import { decodeTermState } from "../../lucene90/postings/term-metadata.ts";
import { readGroupTail } from "./group-vint.ts";

const LUCENE99_CODEC: SkipListCodec = {
  blockSize: BLOCK_SIZE,
  hasImpacts: true,
  decode: decodePFor,
  skip: skipPFor,
  readTail: readGroupTail,
  decodeDocs: decodeForDeltas,
  decodeTerm: decodeTermState,
  skipReader: (docIn, features) => new Lucene90SkipReader(docIn, features),
};

const LUCENE99_POSTINGS: SkipListGeneration = {
  docCodec: "Lucene99PostingsWriterDoc",
  posCodec: "Lucene99PostingsWriterPos",
  payCodec: "Lucene99PostingsWriterPay",
  termsCodec: "Lucene90PostingsWriterTerms",
  versionMax: 0,
  open: () => LUCENE99_CODEC,
};

/** A block of documents as deltas in the bits of the largest (layout above). */
export function decodeForDeltas(input: IndexInput, base: number, target: Int32Array): number {
  const bits = input.readByte();
  if (bits === 0) return fillConsecutive(target, BLOCK_SIZE, base);
  decodeFor(bits, input, target);
  return prefixSum(target, BLOCK_SIZE, base);
}

/** `Lucene99`: .doc, .pos, .pay, .tim, .tip, .tmd. */
export const lucene99PostingsFormat: PostingsFormat = {
  name: "Lucene99",
  fieldsProducer: (state) =>
    new BlockTreeTermsReader(new Lucene90PostingsReader(LUCENE99_POSTINGS, state), state),
};
