// missing: the docs without a value of a field.
// Upstream: org.opensearch.search.aggregations.bucket.missing.MissingAggregator.

import type { LeafContext } from "../../../lucene/index/index.ts";
import { AggregationBody } from "./aggregation-body.ts";
import type {
  AggregationContext,
  Aggregator,
  AggregatorFactory,
  LeafBucketCollector,
} from "./aggregator.ts";
import type { AggregationParser } from "./parse.ts";
import { SingleBucketAggregator } from "./single-bucket.ts";
import { valueCounter } from "./value-counter.ts";
import { parseValuesSource, ValuesSource } from "./values-source.ts";

/** `missing`. */
export const parseMissing: AggregationParser = (object, parts, parser) => {
  const body = new AggregationBody(object, parser, "missing");
  const options = parseValuesSource(body, { formattable: false, scriptable: false });
  body.finish();
  const factory: AggregatorFactory = {
    ...parts,
    type: "missing",
    create: (context, parent) =>
      new MissingAggregator(factory, context, parent, new ValuesSource(context, options, "bytes")),
  };
  return factory;
};

class MissingAggregator extends SingleBucketAggregator {
  private readonly source: ValuesSource;

  constructor(
    factory: AggregatorFactory,
    context: AggregationContext,
    parent: Aggregator | undefined,
    source: ValuesSource,
  ) {
    super(factory, context, parent, "missing");
    this.source = source;
  }

  protected bucketCollector(leaf: LeafContext): LeafBucketCollector {
    const count = valueCounter(this.source, leaf) ?? (() => 0);
    return {
      collect: (doc, owner) => {
        if (count(doc) === 0) this.collectBucket(doc, owner);
      },
    };
  }
}
