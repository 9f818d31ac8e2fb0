// Finds the leaf of a doc. Upstream: org.apache.lucene.index.ReaderUtil.subIndex.

import type { LeafContext } from "../../lucene/index/index.ts";

/** The leaf of a doc of the whole reader. */
export function leafOf(leaves: readonly LeafContext[], doc: number): LeafContext {
  let low = 0;
  let high = leaves.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (leaves[middle]!.docBase <= doc) low = middle;
    else high = middle - 1;
  }
  return leaves[low]!;
}
