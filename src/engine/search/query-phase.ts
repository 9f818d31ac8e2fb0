// Runs a request on one shard: collects hits, counts, aggregations.
// Upstream: org.opensearch.search.query.{QueryPhase,TopDocsCollectorContext,QueryCollectorContext}.

import { illegalArgument } from "../../base/index.ts";
import { type LeafContext, NO_MORE_DOCS } from "../../lucene/index/index.ts";
import type { SortValue } from "../../lucene/search/index.ts";
import {
  BooleanQuery,
  CollectionTerminatedException,
  type Collector,
  type FieldDoc,
  type IndexSearcher,
  type LeafCollector,
  MatchAllDocsQuery,
  type Query,
  type Scorable,
  ScoreSortField,
  TopFieldCollector,
  TopScoreDocCollector,
  type Weight,
} from "../../lucene/search/index.ts";
import { PageMisses } from "../../lucene/store/index.ts";
import {
  type AggregationContext,
  type Aggregator,
  type AggregatorFactories,
  InternalAggregations,
  type LeafBucketCollector,
  type MultiBucketConsumer,
} from "./aggregations/aggregator.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import type { ShardSort } from "./sort-fields.ts";

/** What a shard is asked. */
export interface ShardRequest {
  readonly query: Query;
  readonly postFilter: Query | undefined;
  readonly minScore: number | undefined;
  /** Hits to keep: from + size. */
  readonly size: number;
  /** Undefined: by score. */
  readonly sort: readonly ShardSort[] | undefined;
  readonly after: readonly SortValue[] | undefined;
  /** Of hits with exactly those values, those behind this doc (scroll). */
  readonly afterDoc: number | undefined;
  readonly trackScores: boolean;
  /** Infinity: exact; 0: not counted. */
  readonly trackTotalHitsUpTo: number;
  readonly terminateAfter: number;
  readonly aggregations: AggregatorFactories | undefined;
  readonly buckets: MultiBucketConsumer;
  readonly shardIndex: number;
  /** Every document that the request may see, whatever its query. */
  readonly allDocs: () => Query;
  /** Called between leaves; resolves after other work had its turn. */
  readonly pause: () => Promise<void>;
}

/** One shard's hits. */
export interface ShardResult {
  readonly totalHits: number;
  readonly relation: "eq" | "gte";
  readonly maxScore: number;
  readonly hits: readonly FieldDoc[];
  readonly timedOut: boolean;
  readonly terminatedEarly: boolean | undefined;
  readonly aggregations: InternalAggregations | undefined;
}

/** Thrown by `checkCancelled` when the request's time is up: hits so far are the answer. */
export class TimeExceededException extends Error {}

/** Runs the request on a shard. */
export async function executeQueryPhase(
  context: QueryShardContext,
  searcher: IndexSearcher,
  request: ShardRequest,
): Promise<ShardResult> {
  const run = new ShardRun(context, searcher, request);
  return run.execute();
}

class ShardRun {
  private readonly context: QueryShardContext;
  private readonly searcher: IndexSearcher;
  private readonly request: ShardRequest;
  private readonly top: TopScoreDocCollector | TopFieldCollector | undefined;
  private readonly aggregators: readonly Aggregator[];
  private total = 0;
  private collected = 0;
  private terminated = false;
  private timedOut = false;

  constructor(context: QueryShardContext, searcher: IndexSearcher, request: ShardRequest) {
    this.context = context;
    this.searcher = searcher;
    // Rewritten once: counting and collecting weigh the same query.
    this.request = { ...request, query: searcher.rewrite(request.query) };
    this.top = topCollector(request);
    this.aggregators = request.aggregations?.create(this.aggregationContext(), undefined) ?? [];
  }

  private aggregationContext(): AggregationContext {
    const { request, context, searcher } = this;
    return {
      shard: context,
      searcher,
      allDocs: request.allDocs,
      buckets: request.buckets,
      shardIndex: request.shardIndex,
    };
  }

  async execute(): Promise<ShardResult> {
    const { request, searcher } = this;
    const known = this.shortcutTotal();
    const counting = known < 0 && request.trackTotalHitsUpTo > 0;
    const collecting = this.top !== undefined || this.aggregators.length > 0;
    if (collecting || counting) {
      const collector = this.collector(known < 0);
      const weight = searcher.weigh(request.query, collector.scoreMode);
      const filter =
        request.postFilter === undefined
          ? undefined
          : searcher.weigh(request.postFilter, "complete-no-scores");
      await this.collect(weight, filter, collector);
    }
    const aggregations = this.buildAggregations();
    return {
      totalHits: known >= 0 ? known : this.total,
      relation: "eq",
      maxScore: this.maxScore(),
      hits: this.hits(),
      timedOut: this.timedOut,
      terminatedEarly: request.terminateAfter > 0 ? this.terminated : undefined,
      aggregations,
    };
  }

  /** The best score where it is known: hits are by score first, or scores were tracked. */
  private maxScore(): number {
    const { top } = this;
    if (top instanceof TopScoreDocCollector) return top.maxScore;
    if (top === undefined) return NaN;
    const first = this.request.sort?.[0];
    if (first === undefined || (first.isScore === true && first.field.reverse)) {
      return Number(top.topDocs()[0]?.values[0] ?? NaN);
    }
    return top.maxScore;
  }

  private hits(): FieldDoc[] {
    if (this.top === undefined) return [];
    if (this.top instanceof TopFieldCollector) return this.top.topDocs();
    return this.top.topDocs().map(({ doc, score }) => ({ doc, score, values: [score] }));
  }

  /** The count of matches where it is known without collecting, else -1. */
  private shortcutTotal(): number {
    const { request, searcher } = this;
    if (request.postFilter !== undefined || request.minScore !== undefined) return -1;
    if (request.terminateAfter > 0) return -1;
    const weight = searcher.weigh(request.query, "complete-no-scores");
    let total = 0;
    for (const leaf of searcher.leaves) {
      const count = weight.count(leaf);
      if (count < 0) return -1;
      total += count;
    }
    return total;
  }

  private async collect(
    weight: Weight,
    filter: Weight | undefined,
    collector: Collector & { filter?: LeafFilter },
  ): Promise<void> {
    // A leaf whose pages are not there does not keep the next ones from saying what they need.
    const misses = new PageMisses();
    try {
      for (const leaf of this.searcher.leaves) {
        if (this.terminated) break;
        misses.try(() => this.collectLeaf(leaf, weight, filter, collector));
        await this.request.pause();
      }
      misses.throwIfAny();
    } catch (error) {
      if (!(error instanceof TimeExceededException)) throw error;
      this.timedOut = true;
    }
  }

  private collectLeaf(
    leaf: LeafContext,
    weight: Weight,
    filter: Weight | undefined,
    collector: Collector & { filter?: LeafFilter },
  ): void {
    if (this.collectAll(leaf, weight)) return;
    collector.filter = filter === undefined ? undefined! : leafFilter(filter, leaf);
    this.searcher.searchLeaf(leaf, weight, collector);
  }

  /** Hands a leaf all of whose docs match to a lone aggregation that needs not see them. */
  private collectAll(leaf: LeafContext, weight: Weight): boolean {
    const { request, top, aggregators } = this;
    const [only] = aggregators;
    if (top !== undefined || aggregators.length !== 1 || only?.collectAll === undefined)
      return false;
    if (request.postFilter !== undefined || request.minScore !== undefined) return false;
    if (request.terminateAfter > 0 || weight.count(leaf) !== leaf.reader.maxDoc) return false;
    if (!only.collectAll(leaf)) return false;
    this.total += leaf.reader.maxDoc;
    return true;
  }

  /** One collector for everything that a hit feeds. */
  private collector(counting: boolean): Collector & { filter?: LeafFilter } {
    const { request, top, aggregators } = this;
    const needsScores =
      request.minScore !== undefined ||
      top?.scoreMode === "complete" ||
      aggregators.some((one) => one.needsScores);
    const collector: Collector & { filter?: LeafFilter } = {
      scoreMode: needsScores ? "complete" : "complete-no-scores",
      getLeafCollector: (leaf) => this.leafCollector(leaf, counting, collector.filter),
    };
    return collector;
  }

  private leafCollector(
    leaf: LeafContext,
    counting: boolean,
    filter: LeafFilter | undefined,
  ): LeafCollector {
    const { request, aggregators } = this;
    const topLeaf = this.top?.getLeafCollector(leaf);
    let scorer: Scorable | undefined;
    const buckets: LeafBucketCollector[] = aggregators
      .filter((one) => one.isGlobal !== true)
      .map((one) => one.leafCollector(leaf, () => scorer!));
    const plain =
      filter === undefined && request.minScore === undefined && request.terminateAfter === 0;
    const setScorer = (given: Scorable): void => {
      scorer = given;
      topLeaf?.setScorer(given);
    };
    const finish = (): void => topLeaf?.finish?.();
    if (plain && buckets.length === 0 && topLeaf !== undefined) {
      if (!counting) return { ...topLeaf, setScorer, finish };
      return {
        setScorer,
        finish,
        collect: (doc) => {
          this.total++;
          topLeaf.collect(doc);
        },
      };
    }
    const [only] = buckets;
    if (plain && buckets.length === 1 && topLeaf === undefined) {
      if (!counting) return { setScorer, finish, collect: (doc) => only!.collect(doc, 0) };
      return {
        setScorer,
        finish,
        collect: (doc) => {
          this.total++;
          only!.collect(doc, 0);
        },
      };
    }
    const { minScore = -Infinity, terminateAfter } = request;
    return {
      setScorer,
      finish,
      collect: (doc) => {
        if (minScore !== -Infinity && scorer!.score() < minScore) return;
        if (terminateAfter > 0 && this.collected >= terminateAfter) {
          this.terminated = true;
          throw new CollectionTerminatedException();
        }
        this.collected++;
        for (let i = 0; i < buckets.length; i++) buckets[i]!.collect(doc, 0);
        if (filter !== undefined && !filter.matches(doc)) return;
        this.total++;
        topLeaf?.collect(doc);
      },
    };
  }

  private buildAggregations(): InternalAggregations | undefined {
    if (this.request.aggregations === undefined) return undefined;
    for (const one of this.aggregators) one.postCollection();
    return new InternalAggregations(this.aggregators.map((one) => one.buildAggregations([0])[0]!));
  }
}

function topCollector(request: ShardRequest): TopScoreDocCollector | TopFieldCollector | undefined {
  const { sort, size, after, afterDoc } = request;
  if (size === 0) return undefined;
  if (sort !== undefined) {
    const fields = sort.map(({ field }) => field);
    return new TopFieldCollector(fields, size, {
      after,
      afterDoc,
      trackScores: request.trackScores,
    });
  }
  if (after === undefined) return new TopScoreDocCollector(size);
  // search_after by score alone: ties go on with the doc after the last one seen.
  return new TopFieldCollector([new ScoreSortField(true)], size, {
    after,
    afterDoc,
    trackScores: true,
  });
}

/** The post filter on a leaf. Docs come in ascending order. */
interface LeafFilter {
  matches(doc: number): boolean;
}

function leafFilter(weight: Weight, leaf: LeafContext): LeafFilter {
  const scorer = weight.scorer(leaf);
  if (scorer === undefined) return { matches: () => false };
  const docs = scorer.iterator();
  return {
    matches: (doc) => {
      if (docs.docID() < doc) docs.advance(doc);
      return docs.docID() === doc && doc !== NO_MORE_DOCS;
    },
  };
}

/** The query that runs: the user's, the alias's filter, root documents only. */
export function searchQuery(query: Query | undefined, filters: readonly Query[]): Query {
  const main = query ?? new MatchAllDocsQuery();
  if (filters.length === 0) return main;
  return new BooleanQuery([
    { query: main, occur: "must" },
    ...filters.map((filter) => ({ query: filter, occur: "filter" as const })),
  ]);
}

/** Checks from + size against `index.max_result_window`. */
export function checkResultWindow(window: number, max: number, scroll: boolean): void {
  if (window <= max) return;
  if (scroll) {
    throw illegalArgument(
      "Batch size is too large, size must be less than or equal to: " +
        `[${max}] but was [${window}]. Scroll batch sizes cost as much memory as result windows so ` +
        "they are controlled by the [index.max_result_window] index level setting.",
    );
  }
  throw illegalArgument(
    "Result window is too large, from + size must be less than or equal to: " +
      `[${max}] but was [${window}]. See the scroll api for a more efficient way to request large ` +
      "data sets. This limit can be set by changing the [index.max_result_window] index level " +
      "setting.",
  );
}
