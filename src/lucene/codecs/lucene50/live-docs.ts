// Live documents (.liv) of Lucene 6.x to 8.x: as lucene90/live-docs.ts, with big-endian words
// under the codec name `Lucene50LiveDocs`.
// Upstream: org.apache.lucene.codecs.lucene50.Lucene50LiveDocsFormat (8.10.1).

import { reversedWords } from "../../store/index.ts";
import type { LiveDocsFormat } from "../codec.ts";
import { checkedWords, readLiveDocs, writeLiveDocs } from "../lucene90/live-docs.ts";

const CODEC_NAME = "Lucene50LiveDocs";

/** `.liv` of Lucene 5.0 to 8.11. */
export const lucene50LiveDocsFormat: LiveDocsFormat = {
  readLiveDocs: (directory, commit) =>
    readLiveDocs(directory, commit, CODEC_NAME, (bytes) => reversedWords(bytes, 8)),

  writeLiveDocs(directory, commit, bits, newDelCount) {
    const words = checkedWords(commit, bits, newDelCount);
    return writeLiveDocs(directory, commit, CODEC_NAME, reversedWords(words, 8));
  },
};
