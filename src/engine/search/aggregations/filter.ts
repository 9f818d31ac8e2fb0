// filter: the docs that match a query.
// Upstream: org.opensearch.search.aggregations.bucket.filter.FilterAggregator.

import type { LeafContext } from "../../../lucene/index/index.ts";
import type { Query, Weight } from "../../../lucene/search/index.ts";
import type {
  AggregationContext,
  Aggregator,
  AggregatorFactory,
  LeafBucketCollector,
} from "./aggregator.ts";
import { leafFilterOf } from "./leaf-filter.ts";
import type { AggregationParser } from "./parse.ts";
import { SingleBucketAggregator } from "./single-bucket.ts";

/** `filter`: its body is a query. */
export const parseFilter: AggregationParser = (_object, parts, parser) => {
  const builder = parser.parseInner(parts.owner, "filter");
  const factory: AggregatorFactory = {
    ...parts,
    type: "filter",
    create: (context, parent) => {
      const query = context.shard.toQuery((shard) => builder.toQuery(shard));
      return new FilterAggregator(factory, context, parent, query);
    },
  };
  return factory;
};

class FilterAggregator extends SingleBucketAggregator {
  private readonly weight: Weight;

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    query: Query,
  ) {
    super(factory, context, parent, "filter");
    this.weight = context.searcher.weigh(query, "complete-no-scores");
  }

  protected bucketCollector(leaf: LeafContext): LeafBucketCollector | undefined {
    const matches = leafFilterOf(this.weight, leaf);
    if (matches === undefined) return undefined;
    return {
      collect: (doc, owner) => {
        if (matches(doc)) this.collectBucket(doc, owner);
      },
    };
  }
}
