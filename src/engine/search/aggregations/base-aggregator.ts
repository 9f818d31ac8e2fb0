// What all aggregators share: children, growing arrays by bucket, counting buckets.
// Upstream: org.opensearch.search.aggregations.AggregatorBase, bucket.BucketsAggregator,
// metrics.{MetricsAggregator,NumericMetricsAggregator}.

import type { LeafContext, NumericDocValues } from "../../../lucene/index/index.ts";
import type { Scorable } from "../../../lucene/search/index.ts";
import type { XContentObject } from "../../../xcontent/index.ts";
import {
  type AggregationContext,
  type Aggregator,
  type AggregatorFactory,
  type InternalAggregation,
  InternalAggregations,
  type LeafBucketCollector,
} from "./aggregator.ts";

/** The common part of all aggregators. */
export abstract class BaseAggregator implements Aggregator {
  readonly name: string;
  readonly type: string;
  readonly metadata: XContentObject | undefined;
  readonly context: AggregationContext;
  readonly parent: Aggregator | undefined;
  readonly children: readonly Aggregator[];
  readonly sortKind: Aggregator["sortKind"] = undefined;

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
  ) {
    this.name = factory.name;
    this.type = factory.type;
    this.metadata = factory.metadata;
    this.context = context;
    this.parent = parent;
    this.children = factory.subFactories.create(context, this);
  }

  get needsScores(): boolean {
    return this.children.some((child) => child.needsScores);
  }

  abstract leafCollector(leaf: LeafContext, scorer: () => Scorable): LeafBucketCollector;

  postCollection(): void {
    for (const child of this.children) child.postCollection();
  }

  abstract buildAggregation(owningBucketOrd: number): InternalAggregation;
  abstract buildEmptyAggregation(): InternalAggregation;

  buildAggregations(owningBucketOrds: readonly number[]): InternalAggregation[] {
    return owningBucketOrds.map((ord) => this.buildAggregation(ord));
  }
}

/** A metric: no children. */
export abstract class MetricsAggregator extends BaseAggregator {
  override readonly sortKind: Aggregator["sortKind"] = "metric";
}

/** Counts the docs of buckets and hands them on to the children. */
export abstract class BucketsAggregator extends BaseAggregator {
  private docCounts = new Float64Array(16);
  private docCountValues: NumericDocValues | undefined;
  protected sub: LeafBucketCollector | undefined;

  /** To be called at the start of each leaf. */
  protected openLeaf(leaf: LeafContext, scorer: () => Scorable): void {
    this.docCountValues = leaf.reader.numericDocValues("_doc_count");
    this.sub = collectorOf(this.children, leaf, scorer);
  }

  protected collectBucket(doc: number, bucketOrd: number): void {
    if (bucketOrd >= this.docCounts.length) this.growCounts(bucketOrd + 1);
    if (this.docCountValues === undefined) this.docCounts[bucketOrd]!++;
    else this.docCounts[bucketOrd]! += this.countOf(doc);
    if (this.sub !== undefined) this.sub.collect(doc, bucketOrd);
  }

  /** Counts docs that were not seen one by one; there are no children. */
  protected countDocs(bucketOrd: number, count: number): void {
    if (bucketOrd >= this.docCounts.length) this.growCounts(bucketOrd + 1);
    this.docCounts[bucketOrd]! += count;
  }

  private growCounts(size: number): void {
    const grown = new Float64Array(Math.max(size, this.docCounts.length * 2));
    grown.set(this.docCounts);
    this.docCounts = grown;
  }

  /** A doc may stand for several: `_doc_count`. */
  private countOf(doc: number): number {
    return this.docCountValues!.advanceExact(doc) ? this.docCountValues!.longValue() : 1;
  }

  docCount(bucketOrd: number): number {
    return bucketOrd < this.docCounts.length ? this.docCounts[bucketOrd]! : 0;
  }

  /** The children's results of each bucket. */
  protected bucketAggregations(bucketOrds: readonly number[]): InternalAggregations[] {
    if (this.children.length === 0) return bucketOrds.map(() => InternalAggregations.EMPTY);
    const built = this.children.map((child) => child.buildAggregations(bucketOrds));
    return bucketOrds.map(
      (_, index) => new InternalAggregations(built.map((results) => results[index]!)),
    );
  }

  /** The children's results of a bucket without docs. */
  protected emptyBucketAggregations(): InternalAggregations {
    if (this.children.length === 0) return InternalAggregations.EMPTY;
    return new InternalAggregations(this.children.map((child) => child.buildEmptyAggregation()));
  }
}

/** One collector that feeds all the given aggregators; undefined when there is none. */
export function collectorOf(
  aggregators: readonly Aggregator[],
  leaf: LeafContext,
  scorer: () => Scorable,
): LeafBucketCollector | undefined {
  const collectors = aggregators
    .filter((one) => one.isGlobal !== true)
    .map((one) => one.leafCollector(leaf, scorer));
  if (collectors.length === 0) return undefined;
  if (collectors.length === 1) return collectors[0]!;
  if (collectors.length === 2) return new PairCollector(collectors[0]!, collectors[1]!);
  return {
    collect: (doc, ord) => {
      for (let i = 0; i < collectors.length; i++) collectors[i]!.collect(doc, ord);
    },
  };
}

class PairCollector implements LeafBucketCollector {
  private readonly first: LeafBucketCollector;
  private readonly second: LeafBucketCollector;

  constructor(first: LeafBucketCollector, second: LeafBucketCollector) {
    this.first = first;
    this.second = second;
  }

  collect(doc: number, owningBucketOrd: number): void {
    this.first.collect(doc, owningBucketOrd);
    this.second.collect(doc, owningBucketOrd);
  }
}

/** Numbers buckets by (owner, key), in the order in which they come. */
export class KeyedBucketOrds<K> {
  private readonly owners: (Map<K, number> | undefined)[] = [];
  readonly keys: K[] = [];
  /** What was asked for last: runs of docs often lie in one bucket. */
  private lastOwner = -1;
  private lastKey: K | undefined;
  private lastOrd = -1;

  get size(): number {
    return this.keys.length;
  }

  /** The bucket of a key, a new one if need be. */
  add(owner: number, key: K): number {
    if (key === this.lastKey && owner === this.lastOwner) return this.lastOrd;
    const ord = this.addNew(owner, key);
    this.lastOwner = owner;
    this.lastKey = key;
    this.lastOrd = ord;
    return ord;
  }

  private addNew(owner: number, key: K): number {
    let buckets = this.owners[owner];
    if (buckets === undefined) this.owners[owner] = buckets = new Map();
    let ord = buckets.get(key);
    if (ord === undefined) {
      ord = this.keys.length;
      buckets.set(key, ord);
      this.keys.push(key);
    }
    return ord;
  }

  /** The bucket of a key, or -1. */
  find(owner: number, key: K): number {
    return this.owners[owner]?.get(key) ?? -1;
  }

  /** Buckets of an owner. */
  ordsOf(owner: number): number[] {
    const buckets = this.owners[owner];
    return buckets === undefined ? [] : [...buckets.values()];
  }
}
