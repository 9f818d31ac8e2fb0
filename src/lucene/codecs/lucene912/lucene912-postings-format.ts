// Lucene 9.12 and 10.0 postings, read only: blocks of 128, packed in longs as in Lucene 9.0, with
// inline skip data; documents by for-delta-util.ts, the rest by PFor. The terms dictionary is
// 9.0's.
// Upstream: org.apache.lucene.codecs.lucene912.Lucene912PostingsFormat (9.12.3).

import type { PostingsFormat } from "../codec.ts";
import { BlockTreeTermsReader } from "../lucene90/blocktree/terms-reader.ts";
import { BLOCK_SIZE } from "../lucene90/postings/for-util.ts";
import { decodePFor, skipPFor } from "../lucene90/postings/pfor-util.ts";
import { BlockPostingsReader } from "./block-postings-reader.ts";
import { decodeForDelta } from "./for-delta-util.ts";
import type { PostingsCodec } from "./postings-codec.ts";

const LUCENE912_CODEC: PostingsCodec = {
  prefix: "Lucene912PostingsWriter",
  termsCodec: "Lucene90PostingsWriterTerms",
  versionMax: 0,
  blockSize: BLOCK_SIZE,
  decodeDocs: decodeForDelta,
  decode: decodePFor,
  skip: skipPFor,
};

/** `Lucene912`: .psm, .doc, .pos, .pay, .tim, .tip, .tmd. */
export const lucene912PostingsFormat: PostingsFormat = {
  name: "Lucene912",
  fieldsProducer: (state) =>
    new BlockTreeTermsReader(new BlockPostingsReader(LUCENE912_CODEC, state), state),
};
