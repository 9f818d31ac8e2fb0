// Why a hit has its score. Upstream: org.opensearch.search.fetch.subphase.ExplainPhase.

import type { Explanation, IndexSearcher, Query, Weight } from "../../lucene/search/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import { floatToJson } from "./field-values.ts";
import { leafOf } from "./leaf-of.ts";

/** What is explained. */
export interface ExplainRequest {
  readonly query: Query;
  readonly nodeId: string;
}

/** Explains hits of one shard. */
export class HitExplainer {
  private readonly searcher: IndexSearcher;
  private readonly weight: Weight;

  constructor(searcher: IndexSearcher, query: Query) {
    this.searcher = searcher;
    this.weight = searcher.weigh(query, "complete");
  }

  /** `_explanation` of a doc of the whole reader. */
  explain(doc: number): XContentObject {
    const leaf = leafOf(this.searcher.leaves, doc);
    return explanationBody(this.weight.explain(leaf, doc - leaf.docBase));
  }
}

/** An explanation as responses have it. */
export function explanationBody(explanation: Explanation): XContentObject {
  return {
    value: floatToJson(explanation.value),
    description: explanation.description,
    details: explanation.details.map(explanationBody),
  };
}
