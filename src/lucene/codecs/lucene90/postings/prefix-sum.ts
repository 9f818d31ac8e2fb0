// Document deltas → documents.
// Upstream: prefixSum and prefixSumOfOnes of the postings readers (9.12.3).

/** Deltas → documents, in place; answers the last one, or -1 if a delta is negative. */
export function prefixSum(values: Int32Array, count: number, base: number): number {
  let doc = base;
  let signs = 0;
  for (let i = 0; i < count; i++) {
    const delta = values[i]!;
    signs |= delta;
    doc += delta;
    values[i] = doc;
  }
  return signs < 0 ? -1 : doc;
}

/** A block of consecutive documents. */
export function fillConsecutive(values: Int32Array, count: number, base: number): number {
  for (let i = 0; i < count; i++) values[i] = base + 1 + i;
  return base + count;
}
