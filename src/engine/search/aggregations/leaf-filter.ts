// Does a doc match a query? Asked doc by doc while a leaf is collected.
// Upstream: Lucene.asSequentialAccessBits.

import { type LeafContext, NO_MORE_DOCS } from "../../../lucene/index/index.ts";
import type { Weight } from "../../../lucene/search/index.ts";

/** Tests docs in ascending order; the same doc may be asked again. */
export type LeafFilter = (doc: number) => boolean;

/** The filter of a leaf; undefined where nothing matches. */
export function leafFilterOf(weight: Weight, leaf: LeafContext): LeafFilter | undefined {
  const scorer = weight.scorer(leaf);
  if (scorer === undefined) return undefined;
  const twoPhase = scorer.twoPhaseIterator();
  const docs = twoPhase?.approximation ?? scorer.iterator();
  let checked = -1;
  let matches = false;
  return (doc) => {
    if (doc === checked) return matches;
    let at = docs.docID();
    if (at < doc) at = docs.advance(doc);
    checked = doc;
    matches = at === doc && at !== NO_MORE_DOCS && (twoPhase === undefined || twoPhase.matches());
    return matches;
  };
}
