// Aggregations whose buckets are known beforehand: ranges, filters. Bucket b of owner o has the
// ordinal o * count + b. Upstream: BucketsAggregator.buildAggregationsForFixedBucketCount.

import type { XContentObject } from "../../../xcontent/index.ts";
import { setMember } from "../../../xcontent/index.ts";
import {
  type AggregationContext,
  type AggregationXContentOptions,
  type Aggregator,
  type AggregatorFactory,
  type InternalAggregation,
  InternalAggregations,
  type ReduceContext,
} from "./aggregator.ts";
import { BucketsAggregator } from "./base-aggregator.ts";
import type { ResultHead } from "./numeric-metric.ts";

/** One of the buckets as it is shown. */
export interface FixedBucket {
  /** The name, where buckets are keyed or show it. */
  readonly key: string;
  /** Members before `doc_count`. */
  readonly shown: XContentObject;
}

/** What the results of an aggregation share. */
export interface FixedBuckets {
  readonly type: string;
  readonly keyed: boolean;
  /** Do buckets of a list show their key? */
  readonly showsKey: boolean;
  readonly buckets: readonly FixedBucket[];
}

/** Collects into a fixed number of buckets. */
export abstract class FixedBucketsAggregator extends BucketsAggregator {
  protected readonly fixed: FixedBuckets;
  protected readonly count: number;

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    fixed: FixedBuckets,
  ) {
    super(factory, context, parent);
    this.fixed = fixed;
    this.count = fixed.buckets.length;
  }

  override buildAggregations(owners: readonly number[]): InternalAggregation[] {
    const { count } = this;
    const ords = owners.flatMap((owner) =>
      Array.from({ length: count }, (_, bucket) => owner * count + bucket),
    );
    this.context.buckets.accept(ords.length);
    const results = this.bucketAggregations(ords);
    return owners.map((_, index) => {
      const from = index * count;
      return new InternalFixedBuckets(
        this,
        this.fixed,
        ords.slice(from, from + count).map((ord) => this.docCount(ord)),
        results.slice(from, from + count),
      );
    });
  }

  buildAggregation(owner: number): InternalAggregation {
    return this.buildAggregations([owner])[0]!;
  }

  buildEmptyAggregation(): InternalAggregation {
    const { buckets } = this.fixed;
    const empty = this.emptyBucketAggregations();
    return new InternalFixedBuckets(
      this,
      this.fixed,
      buckets.map(() => 0),
      buckets.map(() => empty),
    );
  }
}

/** The buckets' results. */
export class InternalFixedBuckets implements InternalAggregation {
  readonly name: string;
  readonly metadata: XContentObject | undefined;
  private readonly fixed: FixedBuckets;
  private readonly docCounts: readonly number[];
  private readonly results: readonly InternalAggregations[];

  constructor(
    head: ResultHead,
    fixed: FixedBuckets,
    docCounts: readonly number[],
    results: readonly InternalAggregations[],
  ) {
    this.name = head.name;
    this.metadata = head.metadata;
    this.fixed = fixed;
    this.docCounts = docCounts;
    this.results = results;
  }

  get type(): string {
    return this.fixed.type;
  }

  reduce(all: readonly InternalAggregation[], context: ReduceContext): InternalAggregation {
    const shards = all as readonly InternalFixedBuckets[];
    context.buckets.accept(this.docCounts.length);
    return new InternalFixedBuckets(
      this,
      this.fixed,
      this.docCounts.map((_, bucket) =>
        shards.reduce((sum, { docCounts }) => sum + docCounts[bucket]!, 0),
      ),
      this.results.map((one, bucket) =>
        one.list.length === 0
          ? InternalAggregations.EMPTY
          : InternalAggregations.reduce(
              shards.map(({ results }) => results[bucket]!),
              context,
            ),
      ),
    );
  }

  toXContent(options: AggregationXContentOptions): XContentObject {
    const { buckets, keyed, showsKey } = this.fixed;
    const shown = buckets.map(
      (bucket, index): XContentObject => ({
        ...(!keyed && showsKey ? { key: bucket.key } : {}),
        ...bucket.shown,
        doc_count: this.docCounts[index]!,
        ...this.results[index]!.toXContent(options),
      }),
    );
    if (!keyed) return { buckets: shown };
    const byKey: XContentObject = {};
    for (const [index, { key }] of buckets.entries()) setMember(byKey, key, shown[index]!);
    return { buckets: byKey };
  }
}
