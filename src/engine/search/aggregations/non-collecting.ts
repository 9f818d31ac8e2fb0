// What stands for an aggregation whose field no document of the shard can have.
// Upstream: org.opensearch.search.aggregations.NonCollectingAggregator.

import {
  type AggregationContext,
  type Aggregator,
  type AggregatorFactory,
  type InternalAggregation,
  type LeafBucketCollector,
  NO_OP_COLLECTOR,
} from "./aggregator.ts";
import { BaseAggregator } from "./base-aggregator.ts";

/** Collects nothing; every result is the empty one. */
export class NonCollectingAggregator extends BaseAggregator {
  private readonly makeEmpty: () => InternalAggregation;

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    makeEmpty: () => InternalAggregation,
  ) {
    super(factory, context, parent);
    this.makeEmpty = makeEmpty;
  }

  leafCollector(): LeafBucketCollector {
    return NO_OP_COLLECTOR;
  }

  buildAggregation(): InternalAggregation {
    return this.makeEmpty();
  }

  buildEmptyAggregation(): InternalAggregation {
    return this.makeEmpty();
  }
}
