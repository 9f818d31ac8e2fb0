// The blocks of nested documents in a leaf: children first, their parent last.
// Upstream: org.opensearch.index.fielddata.IndexFieldData.XFieldComparatorSource.Nested,
// org.apache.lucene.search.join.QueryBitSetProducer.

import type { LeafContext } from "../../lucene/index/index.ts";
import { FixedBitSet, type IndexSearcher, type Query } from "../../lucene/search/index.ts";

/** The matches of a query in a leaf as bits; live and deleted docs alike. */
export function leafBits(searcher: IndexSearcher, query: Query, leaf: LeafContext): FixedBitSet {
  const bits = new FixedBitSet(leaf.reader.maxDoc);
  const weight = searcher.weigh(query, "complete-no-scores");
  const scorer = weight.scorer(leaf);
  if (scorer !== undefined) bits.or(scorer.iterator());
  return bits;
}

/** Finds the children of a parent doc. */
export class NestedDocs {
  private readonly parents: FixedBitSet;
  private readonly children: FixedBitSet;

  constructor(searcher: IndexSearcher, leaf: LeafContext, parentFilter: Query, childFilter: Query) {
    this.parents = leafBits(searcher, parentFilter, leaf);
    this.children = leafBits(searcher, childFilter, leaf);
  }

  /** Calls `visit` with each child of `parent`, ascending. */
  forEachChild(parent: number, visit: (child: number) => void): void {
    if (parent === 0) return;
    const first = this.parents.prevSetBit(parent - 1) + 1;
    for (
      let child = this.children.nextSetBit(first);
      child < parent;
      child = this.children.nextSetBit(child + 1)
    ) {
      visit(child);
    }
  }
}
