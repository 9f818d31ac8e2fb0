// How rare a term is, as BM25 has it. Upstream: BM25Similarity.idf.

/** idf of one term, as a float32. */
export function idfOf(docFreq: number, docCount: number): number {
  return Math.fround(Math.log(1 + (docCount - docFreq + 0.5) / (docFreq + 0.5)));
}
