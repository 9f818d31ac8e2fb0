// The contract of aggregations. Parsed once per request into factories; per shard a tree of
// aggregators collects (doc, owning bucket); the shards' results are reduced into one and shown as
// JSON.
//
// Owning buckets. A bucket aggregator numbers its buckets 0, 1, 2 … over the whole shard, whatever
// its own owners are, and feeds its children with those ordinals. So any aggregation nests in any
// bucket, and one aggregator serves all buckets of its parent.
// Upstream: org.opensearch.search.aggregations.{AggregatorFactory,Aggregator,LeafBucketCollector,
// InternalAggregation,InternalAggregation.ReduceContext,MultiBucketConsumerService}.

import { VarveError } from "../../../base/index.ts";
import type { LeafContext } from "../../../lucene/index/index.ts";
import type { IndexSearcher, Query, Scorable } from "../../../lucene/search/index.ts";
import type { XContentObject } from "../../../xcontent/index.ts";
import { javaHashOrder } from "../../mapping/node-values.ts";
import type { QueryShardContext } from "../query-shard-context.ts";

/** Counts buckets against `search.max_buckets`. */
export class MultiBucketConsumer {
  private readonly limit: number;
  private count = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Adds buckets; throws `too_many_buckets_exception` above the limit. */
  accept(buckets: number): void {
    this.count += buckets;
    this.check(0);
  }

  /** Is there room for `more` buckets? */
  allows(more: number): boolean {
    return this.count + more <= this.limit;
  }

  /** Refuses `more` buckets above the limit without counting them. */
  check(more: number): void {
    const count = this.count + more;
    if (count <= this.limit) return;
    throw new VarveError(
      "limit",
      "Trying to create too many buckets. Must be less than or equal " +
        `to: [${this.limit}] but was [${count}]. This limit can be set by changing the ` +
        "[search.max_buckets] cluster level setting.",
      {
        type: "too_many_buckets_exception",
        metadata: { max_buckets: this.limit },
      },
    );
  }
}

/** What the aggregators of one shard work with. */
export interface AggregationContext {
  readonly shard: QueryShardContext;
  readonly searcher: IndexSearcher;
  /** Root documents that the alias lets through, whatever the query (for `global`). */
  readonly allDocs: () => Query;
  readonly buckets: MultiBucketConsumer;
  /** Number of the shard in the request, for tie breaks of top hits. */
  readonly shardIndex: number;
}

/** Collects one leaf. */
export interface LeafBucketCollector {
  /** Docs of a leaf come in ascending order for each owner. */
  collect(doc: number, owningBucketOrd: number): void;
}

/** The collector of nothing. */
export const NO_OP_COLLECTOR: LeafBucketCollector = { collect() {} };

/** Collects one shard. */
export interface Aggregator {
  readonly name: string;
  /** As in the request. */
  readonly type: string;
  readonly parent: Aggregator | undefined;
  /** In the order of the request. */
  readonly children: readonly Aggregator[];
  /** What an order path may name: a metric, or one bucket to look inside; undefined: neither. */
  readonly sortKind: "metric" | "metrics" | "bucket" | undefined;
  /** Does a multi-value metric have a value of this name? */
  hasMetric?(key: string): boolean;
  /** The value that orders the parent's buckets; `key` names one of several. */
  metric?(key: string | undefined, bucketOrd: number): number;
  /** Of a single-bucket aggregation: its bucket in a parent's bucket. */
  bucketOrd?(owningBucketOrd: number): number;
  /** Does it, or a child, read scores? */
  readonly needsScores: boolean;
  /** Does it run its own pass over the index (global)? Then collect is never called. */
  readonly isGlobal?: boolean;
  /** `scorer` answers the current doc's score while the leaf is collected. */
  leafCollector(leaf: LeafContext, scorer: () => Scorable): LeafBucketCollector;
  /**
   * Takes a leaf all of whose docs match, at the top level, without being fed them; false when that
   * cannot be done.
   */
  collectAll?(leaf: LeafContext): boolean;
  /** After the last leaf, before results are built: deferred collection happens here. */
  postCollection(): void;
  /** Results of the given owners, in their order. At the top level: [0]. */
  buildAggregations(owningBucketOrds: readonly number[]): InternalAggregation[];
  /** The result where no doc was collected (an empty bucket). */
  buildEmptyAggregation(): InternalAggregation;
}

/** State of a reduction over shards. */
export interface ReduceContext {
  readonly buckets: MultiBucketConsumer;
  /** False while partial results are merged; pipelines and cut-offs wait for the last one. */
  readonly isFinal: boolean;
}

/** A shard's result of one aggregation, or the merged one. */
export interface InternalAggregation {
  readonly name: string;
  /** Upstream's type for `typed_keys`, e.g. `sterms`, `avg`. */
  readonly type: string;
  readonly metadata: XContentObject | undefined;
  /** Is the field unmapped here? Such a result leaves the reduction to another shard's. */
  readonly isUnmapped?: boolean;
  /** The value that orders the parent's buckets; `key` names one of several. */
  sortValue?(key: string | undefined): number;
  /** Of a single-bucket aggregation: what an order path goes on in. */
  readonly aggregations?: InternalAggregations;
  /** Merges results of one aggregation; `all` includes this one and is not empty. */
  reduce(all: readonly InternalAggregation[], context: ReduceContext): InternalAggregation;
  /** The members shown under the name, without `meta`. */
  toXContent(options: AggregationXContentOptions): XContentObject;
}

/** How results are shown. */
export interface AggregationXContentOptions {
  /** Names become `type#name`. */
  readonly typedKeys: boolean;
}

/** One parsed aggregation with its children. */
export interface AggregatorFactory {
  /** Refuses places where the aggregation may not stand; called once, top down. */
  validate?(parents: readonly AggregatorFactory[]): void;
  readonly name: string;
  readonly type: string;
  readonly metadata: XContentObject | undefined;
  readonly subFactories: AggregatorFactories;
  /** `parent` is undefined at the top level. */
  create(context: AggregationContext, parent: Aggregator | undefined): Aggregator;
}

/** The aggregations of one level, in the order of the request. */
export class AggregatorFactories {
  static readonly EMPTY = new AggregatorFactories([]);
  readonly factories: readonly AggregatorFactory[];

  constructor(factories: readonly AggregatorFactory[]) {
    this.factories = factories;
  }

  create(context: AggregationContext, parent: Aggregator | undefined): Aggregator[] {
    return this.factories.map((factory) => factory.create(context, parent));
  }
}

/** The results of one level, by name and in order. */
export class InternalAggregations {
  static readonly EMPTY = new InternalAggregations([]);
  readonly list: readonly InternalAggregation[];

  constructor(list: readonly InternalAggregation[]) {
    this.list = list;
  }

  /** Merges the results of several shards (or of several equal buckets). */
  static reduce(
    all: readonly InternalAggregations[],
    context: ReduceContext,
  ): InternalAggregations {
    const byName = new Map<string, InternalAggregation[]>();
    for (const { list } of all) {
      for (const one of list) {
        const same = byName.get(one.name);
        if (same === undefined) byName.set(one.name, [one]);
        else same.push(one);
      }
    }
    // Upstream keeps the names in a hash map, and shows them in its order.
    return new InternalAggregations(
      javaHashOrder([...byName.keys()]).map((name) => {
        const same = byName.get(name)!;
        const first = same.find((one) => one.isUnmapped !== true) ?? same[0]!;
        return first.reduce(same, context);
      }),
    );
  }

  /** The result of a name. */
  get(name: string): InternalAggregation | undefined {
    return this.list.find((one) => one.name === name);
  }

  toXContent(options: AggregationXContentOptions): XContentObject {
    const shown: XContentObject = {};
    for (const one of this.list) {
      const key = options.typedKeys ? `${one.type}#${one.name}` : one.name;
      const meta = one.metadata === undefined ? {} : { meta: one.metadata };
      shown[key] = { ...meta, ...one.toXContent(options) };
    }
    return shown;
  }
}
