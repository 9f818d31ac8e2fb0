// Lucene 10.3 postings, read only: those of 10.1 behind a terms dictionary with a trie index.
// Upstream: org.apache.lucene.backward_codecs.lucene103.Lucene103PostingsFormat (10.4.0).

import type { PostingsFormat } from "../codec.ts";
import { intPostingsCodec, sumLanes } from "../lucene101/int-blocks.ts";
import { BlockPostingsReader } from "../lucene912/block-postings-reader.ts";
import { TrieBlockTreeTermsReader } from "./terms-reader.ts";

const LUCENE103_CODEC = intPostingsCodec(
  "Lucene103PostingsWriter",
  "Lucene103PostingsWriterTerms",
  0,
  128,
  sumLanes,
);

/** `Lucene103`: .psm, .doc, .pos, .pay, .tim, .tip, .tmd. */
export const lucene103PostingsFormat: PostingsFormat = {
  name: "Lucene103",
  fieldsProducer: (state) =>
    new TrieBlockTreeTermsReader(new BlockPostingsReader(LUCENE103_CODEC, state), state),
};
