// Shows fields of hits with their matches marked.
// Upstream: org.opensearch.search.fetch.subphase.highlight.HighlightPhase.

import { illegalArgument } from "../../../base/index.ts";
import type { LeafContext, StoredValue } from "../../../lucene/index/index.ts";
import type { IndexSearcher, Query } from "../../../lucene/search/index.ts";
import type { XContentObject } from "../../../xcontent/index.ts";
import type { QueryShardContext } from "../query-shard-context.ts";
import type { HighlightSource } from "./highlight-source.ts";

/** What is highlighted, and the query whose matches are marked. */
export interface HighlightRequest {
  readonly source: HighlightSource;
  readonly query: Query;
}

/** A hit that is being shown. */
export interface HighlightedHit {
  readonly leaf: LeafContext;
  /** The doc in its leaf. */
  readonly doc: number;
  readonly source: XContentObject | undefined;
  readonly stored: ReadonlyMap<string, readonly { readonly value: StoredValue }[]>;
}

/** Highlights the hits of one shard. */
export class Highlights {
  constructor(_context: QueryShardContext, _searcher: IndexSearcher, _request: HighlightRequest) {
    throw illegalArgument("[highlight] is not supported");
  }

  /** `highlight` of a hit; undefined where nothing is marked. */
  show(_hit: HighlightedHit): XContentObject | undefined {
    return undefined;
  }
}
