// A request made ready for one shard: its query with every filter, its sort, the checks that depend
// on the index. Upstream: org.opensearch.search.DefaultSearchContext.preProcess,
// SearchRequest.validate.

import { illegalArgument, VarveError } from "../../base/index.ts";
import {
  BooleanQuery,
  BoostQuery,
  ConstantScoreQuery,
  MatchNoDocsQuery,
  PointQuery,
  type Query,
  type SortValue,
  TermInSetQuery,
  TermQuery,
  ToParentBlockJoinQuery,
} from "../../lucene/search/index.ts";
import type { XContentValue } from "../../xcontent/index.ts";
import type { Settings } from "../settings.ts";
import { checkInnerHits } from "./inner-hits.ts";
import { checkResultWindow, searchQuery } from "./query-phase.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import type { ParsedSearch } from "./search-request.ts";
import { parseQuery, type SearchSource } from "./search-source.ts";
import type { SearchTarget } from "./search-target.ts";
import type { ShardSort } from "./sort-fields.ts";

/**
 * The query of a shard: the user's, boosted for the index, root documents, the alias's filter. What
 * is explained has no filter for root documents where the query can match no others.
 */
export function buildQuery(
  context: QueryShardContext,
  source: SearchSource,
  target: SearchTarget,
  explained = false,
): Query {
  checkInnerHits(source.innerHits ?? [], context);
  let query =
    source.query === undefined
      ? undefined
      : context.toQuery((inner) => source.query!.toQuery(inner));
  const boost = source.indicesBoost?.find(({ index }) => index === target.index)?.boost ?? 1;
  if (boost !== 1) query = new BoostQuery(query ?? searchQuery(undefined, []), boost);
  const filters: Query[] = [];
  const { hasNested } = target.mapper.documentMapping;
  if (hasNested && !(explained && query !== undefined && !mayMatchNested(context, query))) {
    filters.push(context.rootFilter());
  }
  if (target.aliasFilter !== undefined) {
    const filter = parseQuery(target.aliasFilter);
    filters.push(context.toQuery((inner) => filter.toQuery(inner)));
  }
  return searchQuery(query, filters);
}

/** The user's query alone; every document where there is none. */
export function userQuery(context: QueryShardContext, source: SearchSource): Query {
  const { query } = source;
  if (query === undefined) return searchQuery(undefined, []);
  return context.toQuery((inner) => query.toQuery(inner));
}

/** May a query match nested documents? Upstream: NestedHelper.mightMatchNestedDocs. */
function mayMatchNested(context: QueryShardContext, query: Query): boolean {
  if (query instanceof BoostQuery || query instanceof ConstantScoreQuery) {
    return mayMatchNested(context, query.query);
  }
  if (query instanceof MatchNoDocsQuery || query instanceof ToParentBlockJoinQuery) return false;
  if (query instanceof BooleanQuery) {
    const required = [...query.queries("must"), ...query.queries("filter")];
    const may = (inner: Query): boolean => mayMatchNested(context, inner);
    return required.length > 0 ? required.every(may) : query.queries("should").some(may);
  }
  const field =
    query instanceof TermQuery || query instanceof PointQuery || query instanceof TermInSetQuery
      ? query.field
      : undefined;
  if (field === undefined || field.startsWith("_")) return true;
  const { objects } = context.mapper.documentMapping;
  return [...objects].some(
    ([path, object]) => object.nested !== undefined && field.startsWith(`${path}.`),
  );
}

/** The sort of a shard; undefined: by score. */
export function buildSort(
  context: QueryShardContext,
  source: SearchSource,
): readonly ShardSort[] | undefined {
  const { sorts, searchAfter: after } = source;
  if (sorts === undefined || sorts.length === 0) {
    if (after !== undefined) throw illegalArgument("Sort must contain at least one field.");
    return undefined;
  }
  const built = sorts.map((sort) => sort.build(context));
  if (after !== undefined && after.length !== built.length) {
    throw illegalArgument(
      `search_after has ${after.length} value(s) but sort has ${built.length}.`,
    );
  }
  // The best score first is what no sort means.
  const onlyScore = built.length === 1 && built[0]!.isScore === true && built[0]!.field.reverse;
  return onlyScore ? undefined : built;
}

/** The values of search_after. */
export function searchAfter(
  source: SearchSource,
  sort: readonly ShardSort[] | undefined,
): readonly SortValue[] | undefined {
  const after = source.searchAfter;
  if (after === undefined) return undefined;
  if (sort === undefined) return [Number(after[0])];
  return after.map((value, i) => {
    try {
      return sort[i]!.parse(value as XContentValue);
    } catch (error) {
      const field = sort[i]!.name ?? "_score";
      throw illegalArgument(`Failed to parse search_after value for field [${field}].`, error);
    }
  });
}

/** Refuses parts of a request that exclude each other. */
export function checkCombination({ source, scrollMs }: ParsedSearch): void {
  const problems: string[] = [];
  if (scrollMs !== undefined) {
    if (source.trackTotalHits !== undefined && source.trackTotalHits !== true) {
      problems.push("disabling [track_total_hits] is not allowed in a scroll context");
    }
    if ((source.from ?? 0) > 0) problems.push("using [from] is not allowed in a scroll context");
    if (source.size === 0) problems.push("[size] cannot be [0] in a scroll context");
    if (source.searchAfter !== undefined) {
      problems.push("`search_after` cannot be used in a scroll context.");
    }
    if (source.pit !== undefined)
      problems.push("using [point in time] is not allowed in a scroll context");
  }
  if (problems.length === 0) return;
  const list = problems.map((problem, index) => `${index + 1}: ${problem};`).join("");
  throw new VarveError("invalid", `Validation Failed: ${list}`, {
    type: "action_request_validation_exception",
  });
}

/** Refuses a page that lies too deep. */
export function checkWindow({ source, scrollMs }: ParsedSearch, settings: Settings): void {
  const max = settings.getInt("index.max_result_window", 10_000);
  const size = source.size ?? 10;
  if (typeof source.trackTotalHits === "number" && source.trackTotalHits < 0) {
    throw illegalArgument(`totalHitsThreshold must be >= 0, got ${source.trackTotalHits}`);
  }
  checkResultWindow((source.from ?? 0) + size, max, scrollMs !== undefined);
  if (source.searchAfter !== undefined && (source.from ?? 0) > 0) {
    throw new VarveError(
      "invalid",
      "`from` parameter must be set to 0 when `search_after` is used.",
      { type: "search_exception" },
    );
  }
}
