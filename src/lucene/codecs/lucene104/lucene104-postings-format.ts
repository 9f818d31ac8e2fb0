// Lucene 10.4 postings (and 10.5's, which have the same name), read only: blocks of 256 ints, the
// lanes of document deltas as narrow as those of other blocks. The terms dictionary is Lucene
// 10.3's.
// Upstream: org.apache.lucene.codecs.lucene104.Lucene104PostingsFormat (10.4.0).

import type { PostingsFormat } from "../codec.ts";
import { lanePrimitive } from "../lucene90/postings/for-util.ts";
import { intPostingsCodec } from "../lucene101/int-blocks.ts";
import { TrieBlockTreeTermsReader } from "../lucene103/terms-reader.ts";
import { BlockPostingsReader } from "../lucene912/block-postings-reader.ts";

const LUCENE104_CODEC = intPostingsCodec(
  "Lucene104PostingsWriter",
  "Lucene104PostingsWriterTerms",
  0,
  256,
  lanePrimitive,
);

/** `Lucene104`: .psm, .doc, .pos, .pay, .tim, .tip, .tmd. */
export const lucene104PostingsFormat: PostingsFormat = {
  name: "Lucene104",
  fieldsProducer: (state) =>
    new TrieBlockTreeTermsReader(new BlockPostingsReader(LUCENE104_CODEC, state), state),
};
