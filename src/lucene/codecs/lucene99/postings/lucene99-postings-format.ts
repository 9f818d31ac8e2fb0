// Lucene 9.9–9.11 postings, read only: Lucene 9.0's (lucene90/postings), but a block of documents
// is
//   u8     bits    0: all deltas are 1
//   bytes  packed  the deltas in that many bits, without exceptions (for-util.ts)
// and the last, partial block is one of group varints (group-vint.ts).
// Upstream: org.apache.lucene.backward_codecs.lucene99.Lucene99PostingsFormat (9.12.3).

import type { PostingsFormat } from "../../codec.ts";
import { BlockTreeTermsReader } from "../../lucene90/blocktree/terms-reader.ts";
import { BLOCK_SIZE, decodeFor } from "../../lucene90/postings/for-util.ts";
import { decodePFor, skipPFor } from "../../lucene90/postings/pfor-util.ts";
import { Lucene90PostingsReader } from "../../lucene90/postings/postings-reader.ts";
import { fillConsecutive, prefixSum } from "../../lucene90/postings/prefix-sum.ts";
import type { SkipListCodec } from "../../lucene90/postings/skip-list-codec.ts";
import { readGroupTail } from "./group-vint.ts";

const LUCENE99_CODEC: SkipListCodec = {
  docCodec: "Lucene99PostingsWriterDoc",
  posCodec: "Lucene99PostingsWriterPos",
  payCodec: "Lucene99PostingsWriterPay",
  blockSize: BLOCK_SIZE,
  decode: decodePFor,
  skip: skipPFor,
  readTail: readGroupTail,
  decodeDocs(input, base, target) {
    const bits = input.readByte();
    if (bits === 0) return fillConsecutive(target, BLOCK_SIZE, base);
    decodeFor(bits, input, target);
    return prefixSum(target, BLOCK_SIZE, base);
  },
};

/** `Lucene99`: .doc, .pos, .pay, .tim, .tip, .tmd. */
export const lucene99PostingsFormat: PostingsFormat = {
  name: "Lucene99",
  fieldsProducer: (state) =>
    new BlockTreeTermsReader(new Lucene90PostingsReader(LUCENE99_CODEC, state), state),
};
