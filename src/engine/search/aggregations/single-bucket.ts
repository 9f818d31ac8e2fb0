// Aggregations with one bucket per owner: filter, missing, nested, reverse_nested, global.
// Upstream: org.opensearch.search.aggregations.bucket.{SingleBucketAggregator,
// InternalSingleBucketAggregation}.

import type { LeafContext } from "../../../lucene/index/index.ts";
import type { Scorable } from "../../../lucene/search/index.ts";
import type { XContentObject } from "../../../xcontent/index.ts";
import {
  type AggregationContext,
  type AggregationXContentOptions,
  type Aggregator,
  type AggregatorFactory,
  type InternalAggregation,
  InternalAggregations,
  type LeafBucketCollector,
  NO_OP_COLLECTOR,
  type ReduceContext,
} from "./aggregator.ts";
import { BucketsAggregator } from "./base-aggregator.ts";
import type { ResultHead } from "./numeric-metric.ts";

/** One bucket, whose ordinal is its owner's. */
export abstract class SingleBucketAggregator extends BucketsAggregator {
  override readonly sortKind: Aggregator["sortKind"] = "bucket";
  private readonly resultType: string;

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    resultType: string,
  ) {
    super(factory, context, parent);
    this.resultType = resultType;
  }

  leafCollector(leaf: LeafContext, scorer: () => Scorable): LeafBucketCollector {
    this.openLeaf(leaf, scorer);
    return this.bucketCollector(leaf) ?? NO_OP_COLLECTOR;
  }

  /** Undefined where no doc of the leaf belongs to the bucket. */
  protected abstract bucketCollector(leaf: LeafContext): LeafBucketCollector | undefined;

  metric(_key: string | undefined, bucket: number): number {
    return this.docCount(bucket);
  }

  override buildAggregations(owners: readonly number[]): InternalAggregation[] {
    this.context.buckets.accept(owners.length);
    const results = this.bucketAggregations(owners);
    return owners.map(
      (owner, index) =>
        new InternalSingleBucket(this, this.resultType, this.docCount(owner), results[index]!),
    );
  }

  buildAggregation(owner: number): InternalAggregation {
    return this.buildAggregations([owner])[0]!;
  }

  buildEmptyAggregation(): InternalAggregation {
    return new InternalSingleBucket(this, this.resultType, 0, this.emptyBucketAggregations());
  }
}

/** One bucket's result. */
export class InternalSingleBucket implements InternalAggregation {
  readonly name: string;
  readonly metadata: XContentObject | undefined;
  readonly type: string;
  readonly docCount: number;
  readonly aggregations: InternalAggregations;

  constructor(
    head: ResultHead,
    type: string,
    docCount: number,
    aggregations: InternalAggregations,
  ) {
    this.name = head.name;
    this.metadata = head.metadata;
    this.type = type;
    this.docCount = docCount;
    this.aggregations = aggregations;
  }

  sortValue(): number {
    return this.docCount;
  }

  reduce(all: readonly InternalAggregation[], context: ReduceContext): InternalAggregation {
    const buckets = all as readonly InternalSingleBucket[];
    const docCount = buckets.reduce((sum, bucket) => sum + bucket.docCount, 0);
    const aggregations = InternalAggregations.reduce(
      buckets.map((bucket) => bucket.aggregations),
      context,
    );
    return new InternalSingleBucket(this, this.type, docCount, aggregations);
  }

  toXContent(options: AggregationXContentOptions): XContentObject {
    return { doc_count: this.docCount, ...this.aggregations.toXContent(options) };
  }
}
