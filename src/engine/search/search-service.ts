// Searches over shards: query phase on each, merge, fetch. Upstream: org.opensearch.action.search.
// {SearchPhaseController,SearchQueryThenFetchAsyncAction}, org.opensearch.search.SearchService.

import { type Clock, type Random, VarveError } from "../../base/index.ts";
import { type GlobalStatistics, IndexSearcher } from "../../lucene/search/index.ts";
import { PageMiss, PageMisses, withPages } from "../../lucene/store/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import { InternalAggregations, MultiBucketConsumer } from "./aggregations/aggregator.ts";
import { shardOrder } from "./can-match.ts";
import { gatherStatistics } from "./dfs-phase.ts";
import { executeFetchPhase, type FetchRequest } from "./fetch-phase.ts";
import { innerHitsOf } from "./inner-hits.ts";
import type { QueryBuilder } from "./query-builder.ts";
import {
  executeQueryPhase,
  type ShardResult,
  searchQuery,
  TimeExceededException,
} from "./query-phase.ts";
import { QueryShardContext } from "./query-shard-context.ts";
import { type OpenShard, ReaderContexts, type ScrollContext } from "./reader-contexts.ts";
import {
  failureBodies,
  reducePhaseException,
  type ShardFailure,
  searchPhaseException,
} from "./search-failures.ts";
import {
  fetchRequest,
  hitsBody,
  type MergedHit,
  mergeHits,
  type RunningShard,
  TRACK_TOTAL_HITS_DEFAULT,
} from "./search-phase-controller.ts";
import {
  type ParsedSearch,
  parseSearchRequest,
  type SearchRequest,
  uriQuery,
} from "./search-request.ts";
import { parseQuery, parseQueryBody, type SearchSource } from "./search-source.ts";
import type { SearchTarget } from "./search-target.ts";
import {
  buildQuery,
  buildSort,
  checkCombination,
  checkWindow,
  searchAfter,
  userQuery,
} from "./shard-query.ts";
import { similarityOf } from "./similarity.ts";
import { FieldSortBuilder } from "./sort-fields.ts";

export type { SearchTarget } from "./search-target.ts";

/** What the service needs of the node. */
export interface SearchServiceOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly nodeId: string;
  /** `search.max_buckets`. */
  readonly maxBuckets?: () => number;
}

const MAX_BUCKETS_DEFAULT = 65_535;
/** Milliseconds of work between two turns of the event loop. */
const SLICE_MS = 8;

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
    if (pit !== undefined && targets.length > 0) {
      throw new VarveError(
        "invalid",
        "Validation Failed: 1: [indices] cannot be used with point in time;",
        { type: "action_request_validation_exception" },
      );
    }
    const shards =
      pit === undefined ? openShards(targets) : this.readers.pitShards(pit.id, pit.keepAlive);
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
    scrollId: string,
    keepAliveMs: number | undefined,
    totalHitsAsInt = false,
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
      shards: page.shards,
      parsed,
      after: new Map(),
      expires: undefined,
    };
    advance(scroll, page.hits);
    return this.readers.addScroll(scroll, parsed.scrollMs!);
  }

  /** Counts matches. */
  async count(targets: readonly SearchTarget[], request: SearchRequest): Promise<XContentObject> {
    const { params } = request;
    const uri = uriQuery(params);
    const query =
      uri !== undefined
        ? parseQuery(uri)
        : request.body === undefined
          ? undefined
          : parseQueryBody(request.body, request.text);
    const source: SearchSource = { size: 0, trackTotalHits: true };
    if (query !== undefined) source.query = query;
    if (params["min_score"] !== undefined) source.minScore = Number(params["min_score"]);
    if (params["terminate_after"] !== undefined) {
      source.terminateAfter = Number(params["terminate_after"]);
    }
    const parsed: ParsedSearch = {
      source,
      dfs: false,
      scrollMs: undefined,
      totalHitsAsInt: true,
      typedKeys: false,
      allowPartialResults: true,
      signal: request.signal,
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
  explainQuery(target: SearchTarget, query: QueryBuilder | undefined, rewrite: boolean): string {
    const [open] = openShards([target]);
    try {
      const searcher = new IndexSearcher(open!.reader);
      const context = this.contextOf(open!, searcher, this.options.clock.now());
      const made =
        query === undefined
          ? searchQuery(undefined, [])
          : context.toQuery((inner) => query.toQuery(inner));
      return (rewrite ? searcher.rewrite(made) : made).toString();
    } finally {
      open!.close();
    }
  }

  private async run(
    shards: readonly OpenShard[],
    parsed: ParsedSearch,
    started: number,
    scroll?: ScrollContext,
  ): Promise<Page> {
    const { source } = parsed;
    const failures: ShardFailure[] = [];
    const check = this.cancelCheck(parsed, started);
    const running = await withPages(() => this.prepare(shards, parsed, check, failures));
    const statistics = parsed.dfs
      ? await withPages(() =>
          gatherStatistics(running.map(({ searcher, query }) => ({ searcher, query }))),
        )
      : undefined;
    const ready =
      statistics === undefined
        ? running
        : running.map((shard) => withStatistics(shard, statistics, check));
    const window =
      scroll === undefined ? (source.from ?? 0) + (source.size ?? 10) : (source.size ?? 10);
    await this.queryAll(ready, (shard) => this.query(shard, parsed, window, scroll), failures);
    const done = ready.filter(({ result }) => result !== undefined);
    if (failures.length > 0 && (done.length === 0 || !parsed.allowPartialResults)) {
      throw searchPhaseException(
        failures,
        this.options.nodeId,
        done.length === 0 ? "all shards failed" : "Partial shards failure",
        failures[0]?.phase ?? "query",
      );
    }
    const from = scroll === undefined ? (source.from ?? 0) : 0;
    const merged = mergeHits(done, window).slice(from);
    const shown: ShownHits = new Map();
    const hits = await withPages(() =>
      this.fetchOrFail(merged, source, parsed, shards.length, shown),
    );
    const response = this.respond(done, shards.length, failures, parsed, hits, started);
    return { response, shards, hits: merged };
  }

  /**
   * Asks every shard. Shards that miss pages (lucene/store/page-miss.ts) are asked again once the
   * pages of all of them have come in one round.
   */
  private async queryAll(
    shards: readonly RunningShard[],
    query: (shard: RunningShard) => Promise<ShardResult>,
    failures: ShardFailure[],
  ): Promise<void> {
    const fail = (shard: RunningShard, error: unknown): void => {
      if (isFatal(error)) throw error;
      const { index, shardId } = shard.open.target;
      failures.push({ index, shardId, error });
    };
    for (let left = shards; left.length > 0; ) {
      const missed: RunningShard[] = [];
      let load: PageMiss["load"] | undefined;
      for (const shard of left) {
        try {
          shard.result = await query(shard);
        } catch (error) {
          if (error instanceof PageMiss) {
            load ??= error.load;
            missed.push(shard);
          } else fail(shard, error);
        }
      }
      left = missed;
      await load?.();
    }
  }

  private prepare(
    shards: readonly OpenShard[],
    parsed: ParsedSearch,
    check: () => void,
    failures: ShardFailure[],
  ): RunningShard[] {
    const now = this.options.clock.now();
    const running: RunningShard[] = [];
    failures.length = 0;
    const misses = new PageMisses();
    // Several shards with a sort by a field are asked first whether they can match at all.
    const isFiltered = shards.length > 1 && parsed.source.sorts?.[0] instanceof FieldSortBuilder;
    const canMatch = isFiltered ? "can_match" : "query";
    shards.forEach((open, shardIndex) => {
      const { target } = open;
      let phase = "query";
      try {
        checkWindow(parsed, target.settings);
        const searcher = new IndexSearcher(open.reader, {
          similarity: similarityOf(target.mapper, target.settings),
          checkCancelled: check,
        });
        const context = this.contextOf(open, searcher, now);
        const query = buildQuery(context, parsed.source, target);
        phase = canMatch;
        const sort = buildSort(context, parsed.source);
        const after = searchAfter(parsed.source, sort);
        running.push({ open, context, searcher, shardIndex, query, sort, after });
      } catch (error) {
        if (error instanceof PageMiss) {
          misses.note(error);
          return;
        }
        if (isFatal(error)) throw error;
        failures.push({ index: target.index, shardId: target.shardId, error, phase });
      }
    });
    misses.throwIfAny();
    return isFiltered ? inSortOrder(running, parsed.source.sorts![0] as FieldSortBuilder) : running;
  }

  private contextOf(open: OpenShard, searcher: IndexSearcher, now: number): QueryShardContext {
    const { target } = open;
    return new QueryShardContext(
      {
        indexName: target.index,
        indexUuid: target.indexUuid,
        shardId: target.shardId,
        settings: target.settings,
        mapper: target.mapper,
        clock: this.options.clock,
        nowMillis: now,
      },
      searcher,
    );
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
    shard: RunningShard,
    parsed: ParsedSearch,
    window: number,
    scroll: ScrollContext | undefined,
  ): Promise<ShardResult> {
    const { source } = parsed;
    const { context, sort, searcher } = shard;
    const last = scroll?.after.get(shard.open);
    const postFilter =
      source.postFilter === undefined
        ? undefined
        : context.toQuery((inner) => source.postFilter!.toQuery(inner));
    const track = source.trackTotalHits ?? TRACK_TOTAL_HITS_DEFAULT;
    const docValues = sort !== undefined || source.aggregations !== undefined;
    shard.open.target.shard.prefetch?.(shard.query, { docValues });
    return executeQueryPhase(context, searcher, {
      query: shard.query,
      postFilter,
      minScore: source.minScore,
      size: Math.min(window, Math.max(searcher.maxDoc, 1)) * (window > 0 ? 1 : 0),
      sort,
      after: last?.values ?? shard.after,
      afterDoc: last?.doc,
      trackScores: source.trackScores ?? false,
      trackTotalHitsUpTo: track === true ? Infinity : track === false ? 0 : track,
      terminateAfter: source.terminateAfter ?? 0,
      aggregations: scroll === undefined ? source.aggregations : undefined,
      buckets: this.buckets(),
      shardIndex: shard.shardIndex,
      allDocs: () => buildQuery(context, {}, shard.open.target),
      pause: () => this.pause(),
    });
  }

  private buckets(): MultiBucketConsumer {
    return new MultiBucketConsumer(this.options.maxBuckets?.() ?? MAX_BUCKETS_DEFAULT);
  }

  private fetchOrFail(
    merged: readonly MergedHit[],
    source: SearchSource,
    parsed: ParsedSearch,
    shards: number,
    shown: ShownHits,
  ): XContentObject[] {
    try {
      return this.fetch(merged, source, parsed, shown);
    } catch (error) {
      if (isFatal(error)) throw error;
      const failures = [...new Set(merged.map(({ shard }) => shard.open.target))].map(
        ({ index, shardId }) => ({ index, shardId, error }),
      );
      // One shard is asked for its query and its hits at once.
      const phase = failures.length === 1 && shards === 1 ? "query" : "fetch";
      throw searchPhaseException(failures, this.options.nodeId, "all shards failed", phase);
    }
  }

  private fetch(
    merged: readonly MergedHit[],
    source: SearchSource,
    parsed: ParsedSearch,
    shownBefore: ShownHits,
  ): XContentObject[] {
    const shown: XContentObject[] = new Array(merged.length);
    const byShard = new Map<RunningShard, number[]>();
    merged.forEach((hit, index) => {
      const list = byShard.get(hit.shard);
      if (list === undefined) byShard.set(hit.shard, [index]);
      else list.push(index);
    });
    const misses = new PageMisses();
    for (const [shard, indexes] of byShard) {
      const request = this.fetchRequest(shard, source, parsed);
      const wanted = indexes.map((index) => merged[index]!);
      let kept = shownBefore.get(shard);
      if (kept === undefined) shownBefore.set(shard, (kept = new Array(wanted.length)));
      const hits = misses.try(() =>
        executeFetchPhase(shard.context, shard.searcher, wanted, request, kept),
      );
      for (const [at, index] of indexes.entries()) shown[index] = hits?.[at] ?? {};
    }
    misses.throwIfAny();
    return shown;
  }

  private fetchRequest(
    { context, searcher, sort, open }: RunningShard,
    source: SearchSource,
    parsed: ParsedSearch,
  ): FetchRequest {
    const { innerHits = [], explain, highlight } = source;
    const { nodeId } = this.options;
    const options = { totalHitsAsInt: parsed.totalHitsAsInt, nodeId };
    return {
      ...fetchRequest(source, sort, parsed),
      ...(innerHits.length > 0 && {
        innerHits: innerHitsOf(innerHits, context, searcher, options),
      }),
      ...(explain === true && {
        explain: { query: buildQuery(context, source, open.target, true), nodeId },
      }),
      ...(highlight !== undefined && {
        highlight: { source: highlight, query: userQuery(context, source) },
      }),
    };
  }

  private respond(
    done: readonly RunningShard[],
    total: number,
    failures: readonly ShardFailure[],
    parsed: ParsedSearch,
    hits: XContentObject[],
    started: number,
  ): XContentObject {
    const results = done.map(({ result }) => result!);
    const early = results
      .map(({ terminatedEarly }) => terminatedEarly)
      .filter((value) => value !== undefined);
    const response: XContentObject = {
      took: Math.max(0, Math.floor(this.options.clock.monotonic() - started)),
      timed_out: results.some(({ timedOut }) => timedOut),
      ...(early.length === 0 ? {} : { terminated_early: early.some((value) => value) }),
      ...(total === 0 ? { num_reduce_phases: 0 } : {}),
      _shards: {
        total,
        successful: total - failures.length,
        skipped: 0,
        failed: failures.length,
        ...(failures.length === 0
          ? {}
          : { failures: failureBodies(failures, this.options.nodeId) }),
      },
      hits: hitsBody(results, parsed, hits),
    };
    const aggregations = results
      .map((result) => result.aggregations)
      .filter((one) => one !== undefined);
    if (aggregations.length > 0) {
      const reduced = this.reduceAggregations(aggregations);
      response["aggregations"] = reduced.toXContent({ typedKeys: parsed.typedKeys });
    }
    return response;
  }

  private reduceAggregations(shards: readonly InternalAggregations[]): InternalAggregations {
    try {
      return InternalAggregations.reduce(shards, { buckets: this.buckets(), isFinal: true });
    } catch (error) {
      throw reducePhaseException(error);
    }
  }
}

/** Hits that are loaded, by shard: kept while pages of others come. */
type ShownHits = Map<RunningShard, (XContentObject | undefined)[]>;

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
    a.index < b.index ? -1 : a.index > b.index ? 1 : a.shardId - b.shardId,
  );
  return sorted.map((target) => {
    const { reader, close } = target.shard.acquireSearcher();
    return { target, reader, close };
  });
}

/** Renumbers shards in the order in which upstream asks them. */
function inSortOrder(running: readonly RunningShard[], sort: FieldSortBuilder): RunningShard[] {
  const { nested, mode = "min" } = sort.options;
  if (nested !== undefined || (mode !== "min" && mode !== "max")) return [...running];
  const shards = running.map(({ searcher, context }) => ({
    searcher,
    type: context.fieldType(sort.field),
  }));
  const places = shardOrder(shards, sort.options.order === "desc");
  return places.map((place, shardIndex) => ({ ...running[place]!, shardIndex }));
}

function withStatistics(
  shard: RunningShard,
  statistics: GlobalStatistics,
  checkCancelled: () => void,
): RunningShard {
  const { target } = shard.open;
  const similarity = similarityOf(target.mapper, target.settings);
  const searcher = new IndexSearcher(shard.open.reader, { similarity, statistics, checkCancelled });
  return { ...shard, searcher };
}
