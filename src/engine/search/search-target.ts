// One shard that a search asks.

import type { DirectoryReader } from "../../lucene/index/index.ts";
import type { Query } from "../../lucene/search/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import type { MapperService } from "../mapping/index.ts";
import type { Settings } from "../settings.ts";

/** What a search needs of a shard. */
export interface SearchableShard {
  acquireSearcher(): { readonly reader: DirectoryReader; close(): void };
  /**
   * Of shards whose pages are far away: notes what the query is known to need, all at once;
   * `docValues` says that the search sorts or aggregates.
   */
  prefetch?(query: Query, needs: { readonly docValues: boolean }): void;
}

/** One shard to search. */
export interface SearchTarget {
  readonly index: string;
  readonly indexUuid: string;
  readonly shardId: number;
  readonly shard: SearchableShard;
  readonly mapper: MapperService;
  readonly settings: Settings;
  /** The alias's filter, a query of the DSL. */
  readonly aliasFilter?: XContentObject | undefined;
}
