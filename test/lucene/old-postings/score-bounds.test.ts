// What a term's scorer says no document up to some point can beat must hold for every document:
// impacts where the generation has them, the highest score of all otherwise. The norms of an index
// made before Lucene 7 fall with the length of a field, which a wrong bound would not know.

import { expect, test } from "vitest";
import { openDirectoryReader } from "../../../src/lucene/index/directory-reader.ts";
import { NO_MORE_DOCS } from "../../../src/lucene/index/leaf-reader.ts";
import {
  Bm25Before8Similarity,
  Bm25Similarity,
  IndexSearcher,
  LENGTHS_BYTE4,
  LENGTHS_BYTE315,
  type Similarity,
  TermQuery,
} from "../../../src/lucene/search/index.ts";
import { oldDirectory } from "./old-segments.ts";

const before8 = (lengths: Float32Array): Similarity =>
  new Bm25Before8Similarity({ k1: 1.2, b: 0.75, hasNorms: true, lengths });

test.each<[string, string, Similarity]>([
  ["lucene-6.6.1", "its own form", before8(LENGTHS_BYTE315)],
  ["lucene-6.6.1", "the later form", new Bm25Similarity(1.2, 0.75, true, LENGTHS_BYTE315)],
  ["lucene-7.7.3", "its own form", before8(LENGTHS_BYTE4)],
  ["lucene-8.0.0", "its own form", new Bm25Similarity(1.2, 0.75, true)],
  ["lucene-8.10.1", "its own form", new Bm25Similarity(1.2, 0.75, true)],
])("TermScorer bounds every score of %s in %s of BM25", (folder, _form, similarity) => {
  const reader = openDirectoryReader(oldDirectory(folder));
  const searcher = new IndexSearcher(reader, { similarity: () => similarity });
  let scored = 0;
  for (const field of ["freqs", "positions", "offsets"]) {
    const query = new TermQuery(field, Buffer.from("prefix0"));
    const scorer = searcher.weigh(query, "top-scores").scorer(reader.leaves[0]!)!;
    const docs = scorer.iterator();
    for (let doc = docs.nextDoc(); doc !== NO_MORE_DOCS; doc = docs.nextDoc()) {
      const bound = scorer.getMaxScore(scorer.advanceShallow(doc));
      expect(bound).toBeGreaterThanOrEqual(scorer.score());
      expect(bound).toBeLessThan(100);
      scored++;
    }
  }
  expect(scored).toBeGreaterThan(1000);
});
