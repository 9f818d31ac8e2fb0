// Lucene 9.0–9.8 postings: the format that is written, and its reader.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90PostingsFormat (9.1.0).

import type { PostingsFormat } from "../../codec.ts";
import { BlockTreeTermsReader } from "../blocktree/terms-reader.ts";
import { BlockTreeTermsWriter } from "../blocktree/terms-writer.ts";
import { Lucene90PostingsReader } from "./postings-reader.ts";
import { Lucene90PostingsWriter } from "./postings-writer.ts";
import { LUCENE90_POSTINGS } from "./skip-list-codec.ts";

/** `Lucene90`: .doc, .pos, .pay, .tim, .tip, .tmd. */
export const lucene90PostingsFormat: PostingsFormat = {
  name: "Lucene90",
  fieldsProducer: (state) =>
    new BlockTreeTermsReader(new Lucene90PostingsReader(LUCENE90_POSTINGS, state), state),
  fieldsConsumer: (state) => new BlockTreeTermsWriter(state, new Lucene90PostingsWriter(state)),
};
