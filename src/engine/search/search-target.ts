// One shard that a search asks.

import type { DirectoryReader } from "../../lucene/index/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import type { MapperService } from "../mapping/index.ts";
import type { Settings } from "../settings.ts";

/** One shard to search. */
export interface SearchTarget {
  readonly index: string;
  readonly indexUuid: string;
  readonly shardId: number;
  readonly shard: { acquireSearcher(): { readonly reader: DirectoryReader; close(): void } };
  readonly mapper: MapperService;
  readonly settings: Settings;
  /** The alias's filter, a query of the DSL. */
  readonly aliasFilter?: XContentObject | undefined;
}
