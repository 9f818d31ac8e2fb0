// global: all docs of the index, whatever the query.
// Upstream: org.opensearch.search.aggregations.bucket.global.GlobalAggregator.

import { VarveError } from "../../../base/index.ts";
import type { LeafContext } from "../../../lucene/index/index.ts";
import type { Scorable } from "../../../lucene/search/index.ts";
import { AggregationBody } from "./aggregation-body.ts";
import type {
  AggregationContext,
  Aggregator,
  AggregatorFactory,
  LeafBucketCollector,
} from "./aggregator.ts";
import type { AggregationParser } from "./parse.ts";
import { SingleBucketAggregator } from "./single-bucket.ts";

/** `global`. */
export const parseGlobal: AggregationParser = (object, parts, parser) => {
  new AggregationBody(object, parser, "global").finish();
  const factory: AggregatorFactory = {
    ...parts,
    type: "global",
    create: (context, parent) => {
      if (parent !== undefined) {
        throw new VarveError(
          "invalid",
          `Aggregation [${parent.name}] cannot have a global ` +
            "sub-aggregation [" +
            `${parts.name}]. Global aggregations can only be defined as top ` +
            "level aggregations",
          {
            type: "aggregation_execution_exception",
            metadata: { status: 500 },
          },
        );
      }
      return new GlobalAggregator(factory, context, parent);
    },
  };
  return factory;
};

class GlobalAggregator extends SingleBucketAggregator {
  readonly isGlobal = true;

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
  ) {
    super(factory, context, parent, "global");
  }

  protected bucketCollector(): LeafBucketCollector {
    return { collect: (doc, owner) => this.collectBucket(doc, owner) };
  }

  /** Runs a pass of its own over the index. */
  override postCollection(): void {
    const { searcher, allDocs } = this.context;
    let scorer: Scorable;
    searcher.search(allDocs(), {
      scoreMode: this.needsScores ? "complete" : "complete-no-scores",
      getLeafCollector: (leaf: LeafContext) => {
        const buckets = this.leafCollector(leaf, () => scorer);
        return {
          setScorer: (given) => {
            scorer = given;
          },
          collect: (doc) => buckets.collect(doc, 0),
        };
      },
    });
    super.postCollection();
  }
}
