// The terms of a parent doc's children as if they were its own.
// Upstream: MultiValueMode.select over BlockJoinSelector.

import { NO_MORE_DOCS, type SortedSetDocValues } from "../../lucene/index/index.ts";
import type { NestedDocs } from "./nested-docs.ts";

/** One ord per parent: the smallest or the largest of its children. */
export function nestedOrdValues(
  values: SortedSetDocValues,
  docs: NestedDocs,
  mode: "min" | "max",
): SortedSetDocValues {
  let picked = -1;
  const advanceExact = (parent: number): boolean => {
    picked = -1;
    docs.forEachChild(parent, (child) => {
      if (!values.advanceExact(child)) return;
      for (let left = values.docValueCount(); left > 0; left--) {
        const ord = values.nextOrd();
        if (picked < 0 || (mode === "min" ? ord < picked : ord > picked)) picked = ord;
      }
    });
    return picked >= 0;
  };
  return {
    valueCount: values.valueCount,
    lookupOrd: (ord) => values.lookupOrd(ord),
    lookupTerm: (term) => values.lookupTerm(term),
    termsEnum: () => values.termsEnum(),
    docValueCount: () => 1,
    nextOrd: () => picked,
    advanceExact,
    docID: () => -1,
    nextDoc: () => NO_MORE_DOCS,
    advance: () => NO_MORE_DOCS,
    cost: () => values.cost(),
  };
}
