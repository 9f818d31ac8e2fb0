// top_hits: the best hits of each bucket, as a search would show them.
// Upstream:
// org.opensearch.search.aggregations.metrics.{TopHitsAggregationBuilder,TopHitsAggregator,
// InternalTopHits}.

import { illegalArgument, type VarveError } from "../../../base/index.ts";
import type { LeafContext } from "../../../lucene/index/index.ts";
import {
  compareValues,
  type FieldDoc,
  type LeafCollector,
  type Scorable,
  type SortField,
  TopFieldCollector,
  TopScoreDocCollector,
} from "../../../lucene/search/index.ts";
import type { XContentObject, XContentValue } from "../../../xcontent/index.ts";
import {
  type FetchSource,
  type FieldAndFormat,
  parseFetchSource,
  parseFields,
} from "../fetch-options.ts";
import { executeFetchPhase, type FetchRequest } from "../fetch-phase.ts";
import { floatToJson } from "../field-values.ts";
import { textOf, toBoolean, toInteger } from "../object-reader.ts";
import type { QueryParseContext } from "../query-builder.ts";
import { parseSort, type SortBuilder } from "../sort-builder.ts";
import type { ShardSort } from "../sort-fields.ts";
import { parsingException, tokenName } from "../source-location.ts";
import type {
  AggregationContext,
  Aggregator,
  AggregatorFactory,
  InternalAggregation,
  LeafBucketCollector,
} from "./aggregator.ts";
import { BaseAggregator } from "./base-aggregator.ts";
import type { ResultHead } from "./numeric-metric.ts";
import type { AggregationParser } from "./parse.ts";

const WINDOW_DEFAULT = 100;

interface TopHitsOptions {
  from: number;
  size: number;
  sorts: readonly SortBuilder[];
  trackScores: boolean;
  version: boolean;
  seqNoPrimaryTerm: boolean;
  fetchSource: FetchSource | undefined;
  storedFields: readonly string[] | undefined;
  docvalueFields: readonly FieldAndFormat[];
  fields: readonly FieldAndFormat[];
}

/** `top_hits`. */
export const parseTopHits: AggregationParser = (object, parts, parser) => {
  const options: TopHitsOptions = {
    from: 0,
    size: 3,
    sorts: [],
    trackScores: false,
    version: false,
    seqNoPrimaryTerm: false,
    fetchSource: undefined,
    storedFields: undefined,
    docvalueFields: [],
    fields: [],
  };
  for (const key of Object.keys(object)) parseMember(options, object, key, parts.name, parser);
  const factory: AggregatorFactory = {
    ...parts,
    type: "top_hits",
    create: (context, parent) => {
      checkWindow(context, options, parts.name);
      const sorts = options.sorts.map((sort) => sort.build(context.shard));
      return new TopHitsAggregator(factory, context, parent, options, sorts);
    },
  };
  return factory;
};

function parseMember(
  options: TopHitsOptions,
  owner: XContentObject,
  key: string,
  name: string,
  parser: QueryParseContext,
): void {
  const value = owner[key]!;
  const member = { owner, key, parser };
  switch (key) {
    case "from":
      options.from = notNegative("from", toInteger(value), name);
      break;
    case "size":
      options.size = notNegative("size", toInteger(value), name);
      break;
    case "version":
      options.version = toBoolean(value);
      break;
    case "seq_no_primary_term":
      options.seqNoPrimaryTerm = toBoolean(value);
      break;
    case "track_scores":
      options.trackScores = toBoolean(value);
      break;
    case "_source":
      options.fetchSource = parseFetchSource(value, member);
      break;
    case "sort":
      options.sorts = parseSort(value, parser);
      break;
    case "stored_fields":
      options.storedFields = (Array.isArray(value) ? value : [value]).map(textOf);
      break;
    case "docvalue_fields":
      options.docvalueFields = parseFields(list(value), member, "docvalues_field");
      break;
    case "fields":
      options.fields = parseFields(list(value), member, "docvalues_field");
      break;
    case "explain":
      if (toBoolean(value)) throw unsupportedMember(key);
      break;
    case "highlight":
    case "script_fields":
      throw unsupportedMember(key);
    default:
      throw parsingException(
        `Unknown key for a ${tokenName(value)} in [${name}]: [${key}].`,
        parser.source.locate(owner, key, "value"),
      );
  }
}

function list(value: XContentValue): readonly XContentValue[] {
  return Array.isArray(value) ? value : [value];
}

function unsupportedMember(key: string): VarveError {
  return illegalArgument(`[top_hits] with [${key}] is not supported`);
}

function notNegative(what: string, value: number, name: string): number {
  if (value >= 0) return value;
  throw illegalArgument(
    `[${what}] must be greater than or equal to 0. Found [${value}] in [${name}]`,
  );
}

function checkWindow(context: AggregationContext, options: TopHitsOptions, name: string): void {
  const setting = "index.max_inner_result_window";
  const max = context.shard.settings.getInt(setting, WINDOW_DEFAULT);
  const window = options.from + options.size;
  if (window <= max) return;
  throw illegalArgument(
    `Top hits result window is too large, the top hits aggregator [${name}]'s ` +
      `from + size must be less than or equal to: [${max}] but was [${window}]. This limit can be ` +
      `set by changing the [${setting}] index level setting.`,
  );
}

/** One bucket's hits while they are collected. */
interface BucketHits {
  readonly collector: TopScoreDocCollector | TopFieldCollector;
  leaf: LeafCollector | undefined;
  total: number;
}

class TopHitsAggregator extends BaseAggregator {
  private readonly options: TopHitsOptions;
  private readonly sorts: readonly ShardSort[];
  private readonly buckets: (BucketHits | undefined)[] = [];

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    options: TopHitsOptions,
    sorts: readonly ShardSort[],
  ) {
    super(factory, context, parent);
    this.options = options;
    this.sorts = sorts;
  }

  override get needsScores(): boolean {
    const { sorts } = this;
    return (
      sorts.length === 0 || this.options.trackScores || sorts.some(({ field }) => field.needsScores)
    );
  }

  private newBucket(): BucketHits {
    const window = this.options.from + this.options.size;
    const size = Math.max(1, Math.min(window, this.context.searcher.maxDoc));
    const collector =
      this.sorts.length === 0
        ? new TopScoreDocCollector(size)
        : new TopFieldCollector(
            this.sorts.map(({ field }) => field),
            size,
            {
              trackScores: this.options.trackScores,
            },
          );
    return { collector, leaf: undefined, total: 0 };
  }

  leafCollector(leaf: LeafContext, scorer: () => Scorable): LeafBucketCollector {
    this.finishLeaf();
    return {
      collect: (doc, bucket) => {
        const hits = (this.buckets[bucket] ??= this.newBucket());
        if (hits.leaf === undefined) {
          hits.leaf = hits.collector.getLeafCollector(leaf);
          hits.leaf.setScorer(scorer());
        }
        hits.total++;
        hits.leaf.collect(doc);
      },
    };
  }

  private finishLeaf(): void {
    for (const hits of this.buckets) {
      hits?.leaf?.finish?.();
      if (hits !== undefined) hits.leaf = undefined;
    }
  }

  override postCollection(): void {
    this.finishLeaf();
  }

  buildAggregation(bucket: number): InternalAggregation {
    const hits = this.buckets[bucket];
    if (hits === undefined) return this.buildEmptyAggregation();
    const window = this.options.from + this.options.size;
    const docs = topDocs(hits.collector).slice(0, window);
    const shown = executeFetchPhase(
      this.context.shard,
      this.context.searcher,
      docs,
      this.fetchRequest(),
    );
    return new InternalTopHits(this, this.options, this.sortFields(), {
      total: hits.total,
      maxScore: this.maxScore(hits),
      hits: docs.map(({ score, values }, index) => ({
        score,
        values,
        shardIndex: this.context.shardIndex,
        shown: shown[index]!,
      })),
    });
  }

  private maxScore({ collector }: BucketHits): number {
    if (this.sorts.length === 0 || this.options.trackScores) return collector.maxScore;
    return NaN;
  }

  private sortFields(): readonly SortField[] | undefined {
    return this.sorts.length === 0 ? undefined : this.sorts.map(({ field }) => field);
  }

  private fetchRequest(): FetchRequest {
    const { options, sorts } = this;
    const { storedFields } = options;
    return {
      fetchSource: options.fetchSource ?? {
        enabled: storedFields === undefined || storedFields.includes("_source"),
        includes: [],
        excludes: [],
      },
      storedFields,
      docvalueFields: options.docvalueFields,
      fields: options.fields,
      version: options.version,
      seqNoPrimaryTerm: options.seqNoPrimaryTerm,
      sort: sorts.length === 0 ? undefined : sorts,
      mayBeNested: true,
    };
  }

  buildEmptyAggregation(): InternalAggregation {
    return new InternalTopHits(this, this.options, this.sortFields(), {
      total: 0,
      maxScore: NaN,
      hits: [],
    });
  }
}

function topDocs(collector: TopScoreDocCollector | TopFieldCollector): FieldDoc[] {
  if (collector instanceof TopFieldCollector) return collector.topDocs();
  return collector.topDocs().map(({ doc, score }) => ({ doc, score, values: [score] }));
}

interface ShownHit {
  readonly score: number;
  readonly values: FieldDoc["values"];
  readonly shardIndex: number;
  readonly shown: XContentObject;
}

interface Hits {
  readonly total: number;
  readonly maxScore: number;
  readonly hits: readonly ShownHit[];
}

class InternalTopHits implements InternalAggregation {
  readonly type = "top_hits";
  readonly name: string;
  readonly metadata: XContentObject | undefined;
  private readonly window: Pick<TopHitsOptions, "from" | "size">;
  private readonly sort: readonly SortField[] | undefined;
  private readonly hits: Hits;

  constructor(
    head: ResultHead,
    window: Pick<TopHitsOptions, "from" | "size">,
    sort: readonly SortField[] | undefined,
    hits: Hits,
  ) {
    this.name = head.name;
    this.metadata = head.metadata;
    this.window = window;
    this.sort = sort;
    this.hits = hits;
  }

  reduce(all: readonly InternalAggregation[]): InternalAggregation {
    const shards = (all as readonly InternalTopHits[]).map(({ hits }) => hits);
    const { sort } = this;
    const { from, size } = this.window;
    const merged = shards
      .flatMap(({ hits }) => hits)
      .sort(
        (a, b) =>
          (sort === undefined ? b.score - a.score : compareValues(sort, a.values, b.values)) ||
          a.shardIndex - b.shardIndex,
      );
    let maxScore = NaN;
    for (const shard of shards) {
      if (!(shard.maxScore <= maxScore) && !Number.isNaN(shard.maxScore)) maxScore = shard.maxScore;
    }
    return new InternalTopHits(this, this.window, sort, {
      total: shards.reduce((sum, { total }) => sum + total, 0),
      maxScore,
      hits: merged.slice(from, from + size),
    });
  }

  toXContent(): XContentObject {
    const { total, maxScore, hits } = this.hits;
    return {
      hits: {
        total: { value: total, relation: "eq" },
        max_score: Number.isNaN(maxScore) ? null : floatToJson(maxScore),
        hits: hits.map(({ shown }) => shown),
      },
    };
  }
}
