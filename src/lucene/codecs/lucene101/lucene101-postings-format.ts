// Lucene 10.1 and 10.2 postings, read only: Lucene 9.12's layout over 32-bit words. The terms
// dictionary is Lucene 9's. Version 1 stores dense blocks as bit sets.
// Upstream: org.apache.lucene.backward_codecs.lucene101.Lucene101PostingsFormat (10.4.0).

import type { PostingsFormat } from "../codec.ts";
import { BlockTreeTermsReader } from "../lucene90/blocktree/terms-reader.ts";
import { BlockPostingsReader } from "../lucene912/block-postings-reader.ts";
import { intPostingsCodec, sumLanes } from "./int-blocks.ts";

const LUCENE101_CODEC = intPostingsCodec(
  "Lucene101PostingsWriter",
  "Lucene90PostingsWriterTerms",
  1,
  128,
  sumLanes,
);

/** `Lucene101`: .psm, .doc, .pos, .pay, .tim, .tip, .tmd. */
export const lucene101PostingsFormat: PostingsFormat = {
  name: "Lucene101",
  fieldsProducer: (state) =>
    new BlockTreeTermsReader(new BlockPostingsReader(LUCENE101_CODEC, state), state),
};
