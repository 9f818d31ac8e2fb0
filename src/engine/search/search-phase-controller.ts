// Brings the shards' results together: hits in order, totals, what the hits show.
// Upstream: org.opensearch.action.search.SearchPhaseController.

import {
  compareValues,
  type IndexSearcher,
  type Query,
  type SortField,
  type SortValue,
} from "../../lucene/search/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import type { FetchRequest, HitToFetch } from "./fetch-phase.ts";
import { floatToJson } from "./field-values.ts";
import type { ShardResult } from "./query-phase.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import type { OpenShard } from "./reader-contexts.ts";
import type { ParsedSearch } from "./search-request.ts";
import type { SearchSource } from "./search-source.ts";
import type { ShardSort } from "./sort-fields.ts";

/** `track_total_hits` where a request does not say. */
export const TRACK_TOTAL_HITS_DEFAULT = 10_000;

/** A shard that takes part in the current request. */
export interface RunningShard {
  readonly open: OpenShard;
  readonly context: QueryShardContext;
  readonly searcher: IndexSearcher;
  readonly shardIndex: number;
  readonly query: Query;
  readonly sort: readonly ShardSort[] | undefined;
  /** The values of search_after. */
  readonly after: readonly SortValue[] | undefined;
  result?: ShardResult;
}

/** A merged hit and where it is from. */
export interface MergedHit extends HitToFetch {
  readonly shard: RunningShard;
}

/** The best hits of all shards, ties by shard, then by doc. */
export function mergeHits(done: readonly RunningShard[], window: number): MergedHit[] {
  const sort = done.find((shard) => shard.sort !== undefined)?.sort;
  const hits = done.flatMap((shard) =>
    shard.result!.hits.map((hit) => ({ ...hit, shard, score: shownScore(hit, shard.sort) })),
  );
  if (done.length > 1) {
    const fields: readonly SortField[] | undefined = sort?.map(({ field }) => field);
    hits.sort(
      (a, b) =>
        (fields === undefined ? b.score - a.score : compareValues(fields, a.values, b.values)) ||
        a.shard.shardIndex - b.shard.shardIndex ||
        0,
    );
  }
  return hits.slice(0, window);
}

/** A sort by `_score` among other keys shows that score. */
function shownScore(hit: HitToFetch, sort: readonly ShardSort[] | undefined): number {
  const at = sort?.findIndex(({ isScore }) => isScore === true) ?? -1;
  return at < 0 ? hit.score : (hit.values[at] as number);
}

/** What the fetch phase is asked for. */
export function fetchRequest(
  source: SearchSource,
  sort: readonly ShardSort[] | undefined,
  parsed: ParsedSearch,
): FetchRequest {
  const fetchSource = source.fetchSource ?? {
    enabled: source.storedFields === undefined || source.storedFields.includes("_source"),
    includes: [],
    excludes: [],
  };
  const shown =
    sort ?? (source.sorts === undefined || source.sorts.length === 0 ? undefined : SCORE_SORT);
  return {
    fetchSource,
    storedFields: source.storedFields,
    docvalueFields: source.docvalueFields ?? [],
    fields: source.fields ?? [],
    version: source.version ?? false,
    seqNoPrimaryTerm: source.seqNoPrimaryTerm ?? false,
    // A scroll or a sort by score alone shows no sort values, a search_after by score does.
    sort: sort === undefined && parsed.source.searchAfter === undefined ? undefined : shown,
  };
}

const SCORE_SORT: readonly ShardSort[] = [];

/** `hits` of the response. */
export function hitsBody(
  results: readonly ShardResult[],
  parsed: ParsedSearch,
  hits: XContentObject[],
): XContentObject {
  const { source } = parsed;
  const track =
    source.trackTotalHits ?? (parsed.scrollMs === undefined ? TRACK_TOTAL_HITS_DEFAULT : true);
  const body: XContentObject = {};
  if (track !== false) {
    const total = results.reduce((sum, result) => sum + result.totalHits, 0);
    const limited = typeof track === "number" && total > track;
    const value = limited ? track : total;
    body["total"] = parsed.totalHitsAsInt ? value : { value, relation: limited ? "gte" : "eq" };
  } else if (parsed.totalHitsAsInt) {
    body["total"] = -1;
  }
  const scores = results.map(({ maxScore }) => maxScore).filter((score) => !Number.isNaN(score));
  const best = Math.max(-Infinity, ...scores);
  body["max_score"] = best === -Infinity ? null : floatToJson(best);
  body["hits"] = hits;
  return body;
}
