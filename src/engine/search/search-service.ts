// Searches over shards: query phase on each, merge, fetch. Upstream: org.opensearch.action.search.
// {SearchPhaseController,SearchQueryThenFetchAsyncAction}, org.opensearch.search.SearchService.

import { VarveError, illegalArgument, type Clock, type Random } from "../../base/index.ts";
import {
  BoostQuery, IndexSearcher, compareValues,
  type GlobalStatistics, type Query, type SortField, type SortValue,
} from "../../lucene/search/index.ts";
import type { XContentObject, XContentValue } from "../../xcontent/index.ts";
import type { Settings } from "../settings.ts";
import { InternalAggregations, MultiBucketConsumer } from "./aggregations/aggregator.ts";
import { gatherStatistics } from "./dfs-phase.ts";
import { executeFetchPhase, type FetchRequest, type HitToFetch } from "./fetch-phase.ts";
import { floatToJson } from "./field-values.ts";
import type { QueryBuilder } from "./query-builder.ts";
import {
  TimeExceededException, checkResultWindow, executeQueryPhase, searchQuery, type ShardResult,
} from "./query-phase.ts";
import { QueryShardContext } from "./query-shard-context.ts";
import { ReaderContexts, type OpenShard, type ScrollContext } from "./reader-contexts.ts";
import {
  failureBodies, searchPhaseException, type ShardFailure,
} from "./search-failures.ts";
import { parseSearchRequest, uriQuery, type ParsedSearch, type SearchRequest } from "./search-request.ts";
import { parseQuery, parseQueryBody, type SearchSource } from "./search-source.ts";
import type { SearchTarget } from "./search-target.ts";
import { similarityOf } from "./similarity.ts";
import type { ShardSort } from "./sort-fields.ts";

export type { SearchTarget } from "./search-target.ts";

/** What the service needs of the node. */
export interface SearchServiceOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly nodeId: string;
  /** `search.max_buckets`. */
  readonly maxBuckets?: () => number;
}

const TRACK_TOTAL_HITS_DEFAULT = 10_000;
const MAX_BUCKETS_DEFAULT = 65_535;
/** Milliseconds of work between two turns of the event loop. */
const SLICE_MS = 8;

/** A shard that takes part in the current request. */
interface RunningShard {
  readonly open: OpenShard;
  readonly context: QueryShardContext;
  readonly searcher: IndexSearcher;
  readonly shardIndex: number;
  readonly query: Query;
  readonly sort: readonly ShardSort[] | undefined;
  result?: ShardResult;
}

/** A merged hit and where it is from. */
interface MergedHit extends HitToFetch {
  readonly shard: RunningShard;
}

/** Runs searches; holds scrolls and points in time. */
export class SearchService {
  readonly readers: ReaderContexts;
  private readonly options: SearchServiceOptions;
  private sliceStart = 0;

  constructor(options: SearchServiceOptions) {
    this.options = options;
    this.readers = new ReaderContexts(options.clock, options.random);
  }

  /** Runs a search. With a `pit` in the body, `targets` must be empty. */
  async search(targets: readonly SearchTarget[], request: SearchRequest): Promise<XContentObject> {
    const started = this.options.clock.monotonic();
    const parsed = parseSearchRequest(request);
    checkCombination(parsed);
    const { pit } = parsed.source;
    const shards = pit === undefined
      ? openShards(targets) : this.readers.pitShards(pit.id, pit.keepAlive);
    let keep = pit !== undefined;
    try {
      const page = await this.run(shards, parsed, started);
      if (parsed.scrollMs !== undefined) {
        keep = true;
        page.response = { _scroll_id: this.openScroll(page, parsed), ...page.response };
      }
      return pit === undefined ? page.response : { pit_id: pit.id, ...page.response };
    } finally {
      if (!keep) for (const shard of shards) shard.close();
    }
  }

  /** The next page of a scroll. */
  async scroll(
    scrollId: string, keepAliveMs: number | undefined, totalHitsAsInt = false,
  ): Promise<XContentObject> {
    const started = this.options.clock.monotonic();
    const scroll = this.readers.scroll(scrollId, keepAliveMs);
    const parsed = { ...scroll.parsed, totalHitsAsInt } as ParsedSearch;
    const page = await this.run(scroll.shards, parsed, started, scroll);
    advance(scroll, page.hits);
    return { _scroll_id: scrollId, ...page.response };
  }

  private openScroll(page: Page, parsed: ParsedSearch): string {
    const scroll: ScrollContext = {
      shards: page.shards, parsed, after: new Map(), expires: undefined,
    };
    advance(scroll, page.hits);
    return this.readers.addScroll(scroll, parsed.scrollMs!);
  }

  /** Counts matches. */
  async count(targets: readonly SearchTarget[], request: SearchRequest): Promise<XContentObject> {
    const { params } = request;
    const uri = uriQuery(params);
    const query = uri !== undefined ? parseQuery(uri)
      : request.body === undefined ? undefined : parseQueryBody(request.body, request.text);
    const source: SearchSource = { size: 0, trackTotalHits: true };
    if (query !== undefined) source.query = query;
    if (params["min_score"] !== undefined) source.minScore = Number(params["min_score"]);
    if (params["terminate_after"] !== undefined) {
      source.terminateAfter = Number(params["terminate_after"]);
    }
    const parsed: ParsedSearch = {
      source, dfs: false, scrollMs: undefined, totalHitsAsInt: true, typedKeys: false,
      allowPartialResults: true, signal: request.signal,
    };
    const shards = openShards(targets);
    try {
      const { response } = await this.run(shards, parsed, this.options.clock.monotonic());
      const { total } = response["hits"] as XContentObject;
      const early = response["terminated_early"];
      return {
        count: total ?? 0,
        ...(early === undefined ? {} : { terminated_early: early }),
        _shards: response["_shards"]!,
      };
    } finally {
      for (const shard of shards) shard.close();
    }
  }

  /** The Lucene queries of a request on each shard, or the error of each: for validate. */
  explainQuery(
    target: SearchTarget, query: QueryBuilder | undefined, rewrite: boolean,
  ): string {
    const [open] = openShards([target]);
    try {
      const searcher = new IndexSearcher(open!.reader);
      const context = this.contextOf(open!, searcher, this.options.clock.now());
      const made = query === undefined
        ? searchQuery(undefined, []) : context.toQuery((inner) => query.toQuery(inner));
      return (rewrite ? searcher.rewrite(made) : made).toString();
    } finally {
      open!.close();
    }
  }

  private async run(
    shards: readonly OpenShard[], parsed: ParsedSearch, started: number, scroll?: ScrollContext,
  ): Promise<Page> {
    const { source } = parsed;
    const failures: ShardFailure[] = [];
    const running = this.prepare(shards, parsed, started, failures);
    const statistics = parsed.dfs
      ? gatherStatistics(running.map(({ searcher, query }) => ({ searcher, query }))) : undefined;
    const ready = statistics === undefined
      ? running : running.map((shard) => withStatistics(shard, statistics));
    const window = scroll === undefined
      ? (source.from ?? 0) + (source.size ?? 10) : source.size ?? 10;
    for (const shard of ready) {
      try {
        shard.result = await this.query(shard, parsed, window, scroll);
      } catch (error) {
        if (isFatal(error)) throw error;
        failures.push({ index: shard.open.target.index, shardId: shard.open.target.shardId, error });
      }
    }
    const done = ready.filter(({ result }) => result !== undefined);
    if (failures.length > 0 && (done.length === 0 || !parsed.allowPartialResults)) {
      throw searchPhaseException(failures, this.options.nodeId,
        done.length === 0 ? "all shards failed" : "Partial shards failure");
    }
    const from = scroll === undefined ? source.from ?? 0 : 0;
    const merged = mergeHits(done, window).slice(from);
    const hits = this.fetch(merged, source, parsed);
    const response = this.respond(done, shards.length, failures, parsed, hits, started);
    return { response, shards, hits: merged };
  }

  private prepare(
    shards: readonly OpenShard[], parsed: ParsedSearch, started: number, failures: ShardFailure[],
  ): RunningShard[] {
    const now = this.options.clock.now();
    const check = this.cancelCheck(parsed, started);
    const running: RunningShard[] = [];
    shards.forEach((open, shardIndex) => {
      const { target } = open;
      try {
        checkWindow(parsed, target.settings);
        const searcher = new IndexSearcher(open.reader, {
          similarity: similarityOf(target.mapper, target.settings), checkCancelled: check,
        });
        const context = this.contextOf(open, searcher, now);
        const query = buildQuery(context, parsed.source, target);
        const sort = buildSort(context, parsed.source);
        running.push({ open, context, searcher, shardIndex, query, sort });
      } catch (error) {
        if (isFatal(error)) throw error;
        failures.push({ index: target.index, shardId: target.shardId, error });
      }
    });
    return running;
  }

  private contextOf(open: OpenShard, searcher: IndexSearcher, now: number): QueryShardContext {
    const { target } = open;
    return new QueryShardContext({
      indexName: target.index, indexUuid: target.indexUuid, settings: target.settings,
      mapper: target.mapper, clock: this.options.clock, nowMillis: now,
    }, searcher);
  }

  private cancelCheck(parsed: ParsedSearch, started: number): () => void {
    const { timeoutMs } = parsed.source;
    const { signal } = parsed;
    const deadline = timeoutMs === undefined || timeoutMs < 0 ? Infinity : started + timeoutMs;
    return () => {
      if (signal?.aborted === true) {
        throw new VarveError("aborted", "cancelled", { type: "task_cancelled_exception" });
      }
      if (deadline !== Infinity && this.options.clock.monotonic() > deadline) {
        throw new TimeExceededException("Time exceeded");
      }
    };
  }

  private async pause(): Promise<void> {
    const { clock } = this.options;
    if (clock.monotonic() - this.sliceStart < SLICE_MS) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.sliceStart = clock.monotonic();
  }

  private query(
    shard: RunningShard, parsed: ParsedSearch, window: number, scroll: ScrollContext | undefined,
  ): Promise<ShardResult> {
    const { source } = parsed;
    const { context, sort, searcher } = shard;
    const last = scroll?.after.get(shard.open);
    const postFilter = source.postFilter === undefined ? undefined
      : context.toQuery((inner) => source.postFilter!.toQuery(inner));
    const track = source.trackTotalHits ?? TRACK_TOTAL_HITS_DEFAULT;
    return executeQueryPhase(context, searcher, {
      query: shard.query, postFilter, minScore: source.minScore,
      size: Math.min(window, Math.max(searcher.maxDoc, 1)) * (window > 0 ? 1 : 0),
      sort,
      after: last?.values ?? searchAfter(source, sort),
      afterDoc: last?.doc,
      trackScores: source.trackScores ?? false,
      trackTotalHitsUpTo: track === true ? Infinity : track === false ? 0 : track,
      terminateAfter: source.terminateAfter ?? 0,
      aggregations: scroll === undefined ? source.aggregations : undefined,
      buckets: this.buckets(),
      shardIndex: shard.shardIndex,
      pause: () => this.pause(),
    });
  }

  private buckets(): MultiBucketConsumer {
    return new MultiBucketConsumer(this.options.maxBuckets?.() ?? MAX_BUCKETS_DEFAULT);
  }

  private fetch(
    merged: readonly MergedHit[], source: SearchSource, parsed: ParsedSearch,
  ): XContentObject[] {
    const shown: XContentObject[] = new Array(merged.length);
    const byShard = new Map<RunningShard, number[]>();
    merged.forEach((hit, index) => {
      const list = byShard.get(hit.shard);
      if (list === undefined) byShard.set(hit.shard, [index]);
      else list.push(index);
    });
    for (const [shard, indexes] of byShard) {
      const request = fetchRequest(source, shard.sort, parsed);
      const hits = executeFetchPhase(
        shard.context, shard.searcher, indexes.map((index) => merged[index]!), request,
      );
      indexes.forEach((index, at) => (shown[index] = hits[at]!));
    }
    return shown;
  }

  private respond(
    done: readonly RunningShard[], total: number, failures: readonly ShardFailure[],
    parsed: ParsedSearch, hits: XContentObject[], started: number,
  ): XContentObject {
    const results = done.map(({ result }) => result!);
    const early = results.map(({ terminatedEarly }) => terminatedEarly)
      .filter((value) => value !== undefined);
    const response: XContentObject = {
      took: Math.max(0, Math.floor(this.options.clock.monotonic() - started)),
      timed_out: results.some(({ timedOut }) => timedOut),
      ...(early.length === 0 ? {} : { terminated_early: early.some((value) => value) }),
      ...(total === 0 ? { num_reduce_phases: 0 } : {}),
      _shards: {
        total, successful: total - failures.length, skipped: 0, failed: failures.length,
        ...(failures.length === 0
          ? {} : { failures: failureBodies(failures, this.options.nodeId) }),
      },
      hits: hitsBody(results, parsed, hits),
    };
    const aggregations = results.map((result) => result.aggregations)
      .filter((one) => one !== undefined);
    if (aggregations.length > 0) {
      const reduced = InternalAggregations.reduce(
        aggregations, { buckets: this.buckets(), isFinal: true },
      );
      response["aggregations"] = reduced.toXContent({ typedKeys: parsed.typedKeys });
    }
    return response;
  }
}

interface Page {
  response: XContentObject;
  readonly shards: readonly OpenShard[];
  readonly hits: readonly MergedHit[];
}

/** Remembers the last hit that a scroll has shown of each shard. */
function advance(scroll: ScrollContext, hits: readonly MergedHit[]): void {
  for (const { shard, doc, values } of hits) scroll.after.set(shard.open, { doc, values });
}

function isFatal(error: unknown): boolean {
  return !(error instanceof VarveError) || error.kind === "aborted" || error.kind === "internal";
}

/** Opens shards in upstream's order: by index name, then number. */
function openShards(targets: readonly SearchTarget[]): OpenShard[] {
  const sorted = [...targets].sort((a, b) =>
    (a.index < b.index ? -1 : a.index > b.index ? 1 : a.shardId - b.shardId));
  return sorted.map((target) => {
    const { reader, close } = target.shard.acquireSearcher();
    return { target, reader, close };
  });
}

function withStatistics(shard: RunningShard, statistics: GlobalStatistics): RunningShard {
  const { target } = shard.open;
  const searcher = new IndexSearcher(shard.open.reader, {
    similarity: similarityOf(target.mapper, target.settings), statistics,
  });
  return { ...shard, searcher };
}

function buildQuery(
  context: QueryShardContext, source: SearchSource, target: SearchTarget,
): Query {
  let query = source.query === undefined
    ? undefined : context.toQuery((inner) => source.query!.toQuery(inner));
  const boost = source.indicesBoost?.find(({ index }) => index === target.index)?.boost ?? 1;
  if (boost !== 1) query = new BoostQuery(query ?? searchQuery(undefined, []), boost);
  const filters: Query[] = [];
  if (target.mapper.documentMapping.hasNested) filters.push(context.rootFilter());
  if (target.aliasFilter !== undefined) {
    const filter = parseQuery(target.aliasFilter);
    filters.push(context.toQuery((inner) => filter.toQuery(inner)));
  }
  return searchQuery(query, filters);
}

function buildSort(
  context: QueryShardContext, source: SearchSource,
): readonly ShardSort[] | undefined {
  const { sorts, searchAfter: after } = source;
  if (sorts === undefined || sorts.length === 0) {
    if (after !== undefined && after.length !== 1) {
      throw illegalArgument(`search_after has ${after.length} value(s) but sort has 1.`);
    }
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

function searchAfter(
  source: SearchSource, sort: readonly ShardSort[] | undefined,
): readonly SortValue[] | undefined {
  const after = source.searchAfter;
  if (after === undefined) return undefined;
  if (sort === undefined) return [Number(after[0])];
  return after.map((value, i) => sort[i]!.parse(value as XContentValue));
}

function checkCombination({ source, scrollMs }: ParsedSearch): void {
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
    if (source.pit !== undefined) problems.push("using [point in time] is not allowed in a scroll context");
  } else if (source.searchAfter !== undefined && (source.from ?? 0) > 0) {
    problems.push("`from` parameter must be set to 0 when `search_after` is used.");
  }
  if (problems.length === 0) return;
  const list = problems.map((problem, index) => `${index + 1}: ${problem};`).join("");
  throw new VarveError("invalid", `Validation Failed: ${list}`, {
    type: "action_request_validation_exception",
  });
}

function checkWindow({ source, scrollMs }: ParsedSearch, settings: Settings): void {
  const max = settings.getInt("index.max_result_window", 10_000);
  const size = source.size ?? 10;
  checkResultWindow((source.from ?? 0) + size, max, scrollMs !== undefined);
}

function mergeHits(done: readonly RunningShard[], window: number): MergedHit[] {
  const sort = done.find((shard) => shard.sort !== undefined)?.sort;
  const hits = done.flatMap((shard) =>
    shard.result!.hits.map((hit) => ({ ...hit, shard, score: shownScore(hit, shard.sort) })));
  if (done.length > 1) {
    const fields: readonly SortField[] | undefined = sort?.map(({ field }) => field);
    hits.sort((a, b) =>
      (fields === undefined ? b.score - a.score : compareValues(fields, a.values, b.values))
      || a.shard.shardIndex - b.shard.shardIndex || 0);
  }
  return hits.slice(0, window);
}

/** A sort by `_score` among other keys shows that score. */
function shownScore(hit: HitToFetch, sort: readonly ShardSort[] | undefined): number {
  const at = sort?.findIndex(({ isScore }) => isScore === true) ?? -1;
  return at < 0 ? hit.score : hit.values[at] as number;
}

function fetchRequest(
  source: SearchSource, sort: readonly ShardSort[] | undefined, parsed: ParsedSearch,
): FetchRequest {
  const fetchSource = source.fetchSource
    ?? { enabled: source.storedFields === undefined || source.storedFields.includes("_source"),
      includes: [], excludes: [] };
  const shown = sort
    ?? (source.sorts === undefined || source.sorts.length === 0 ? undefined : SCORE_SORT);
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

function hitsBody(
  results: readonly ShardResult[], parsed: ParsedSearch, hits: XContentObject[],
): XContentObject {
  const { source } = parsed;
  const track = source.trackTotalHits ?? (parsed.scrollMs === undefined
    ? TRACK_TOTAL_HITS_DEFAULT : true);
  const body: XContentObject = {};
  if (track !== false) {
    const total = results.reduce((sum, result) => sum + result.totalHits, 0);
    const limited = typeof track === "number" && total > track;
    const value = limited ? track : total;
    body["total"] = parsed.totalHitsAsInt
      ? value : { value, relation: limited ? "gte" : "eq" };
  } else if (parsed.totalHitsAsInt) {
    body["total"] = -1;
  }
  const best = results.reduce((max, { maxScore }) => (maxScore > max ? maxScore : max), -Infinity);
  body["max_score"] = best === -Infinity ? null : floatToJson(best);
  body["hits"] = hits;
  return body;
}

