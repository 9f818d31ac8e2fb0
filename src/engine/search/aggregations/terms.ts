// terms: a bucket per value of a field. Parsing and choosing the aggregator.
// Upstream: org.opensearch.search.aggregations.bucket.terms.{TermsAggregationBuilder,
// TermsAggregatorFactory,TermsAggregator.BucketCountThresholds}.

import { illegalArgument, VarveError } from "../../../base/index.ts";
import { AggregationBody } from "./aggregation-body.ts";
import type { AggregationContext, Aggregator, AggregatorFactory } from "./aggregator.ts";
import {
  type BucketOrder,
  COUNT_DESCENDING,
  isKeyOrder,
  takeOrder,
  validateOrder,
} from "./bucket-order.ts";
import { type IncludeExclude, takeIncludeExclude } from "./include-exclude.ts";
import { UnmappedTerms } from "./internal-terms.ts";
import { NonCollectingAggregator } from "./non-collecting.ts";
import { NumericTermsAggregator } from "./numeric-terms.ts";
import type { AggregationParser } from "./parse.ts";
import { StringTermsAggregator } from "./string-terms.ts";
import { parseValuesSource, ValuesSource } from "./values-source.ts";

/** How many buckets, and which of them are big enough. */
export interface BucketCountThresholds {
  readonly requiredSize: number;
  readonly shardSize: number;
  readonly minDocCount: number;
  readonly shardMinDocCount: number;
}

/** Everything that a terms aggregation is told, but its field. */
export interface TermsOptions {
  readonly order: BucketOrder;
  readonly thresholds: BucketCountThresholds;
  readonly includeExclude: IncludeExclude | undefined;
  readonly showTermDocCountError: boolean;
}

/** `terms`. */
export const parseTerms: AggregationParser = (object, parts, parser) => {
  const body = new AggregationBody(object, parser, "terms");
  const options = takeOptions(body, parts.name);
  const values = parseValuesSource(body);
  body.finish();
  const factory: AggregatorFactory = {
    ...parts,
    type: "terms",
    create: (context, parent) => {
      const source = new ValuesSource(context, values, "bytes");
      source.expect("terms", ["bytes", "ip", "numeric", "date", "boolean"]);
      return createTerms(factory, context, parent, source, options);
    },
  };
  return factory;
};

function takeOptions(body: AggregationBody, name: string): TermsOptions {
  const positive = (key: string, shown: string): number | undefined => {
    const value = body.takeInteger(key);
    if (value === undefined || value > 0) return value;
    throw body.error(
      `[terms] failed to parse field [${key}]`,
      key,
      illegalArgument(`[${shown}] must be greater than 0. Found [${value}] in [${name}]`),
    );
  };
  const notNegative = (key: string, shown: string): number | undefined => {
    const value = body.takeLong(key);
    if (value === undefined || value >= 0) return value;
    throw body.error(
      `[terms] failed to parse field [${key}]`,
      key,
      illegalArgument(
        `[${shown}] must be greater than or equal to 0. Found [${value}] in [${name}]`,
      ),
    );
  };
  const order = takeOrder(body, COUNT_DESCENDING);
  const requiredSize = positive("size", "size") ?? 10;
  const minDocCount = notNegative("min_doc_count", "minDocCount") ?? 1;
  const shardMinDocCount = notNegative("shard_min_doc_count", "shardMinDocCount") ?? 0;
  const shardSize =
    positive("shard_size", "shardSize") ??
    (isKeyOrder(order) ? requiredSize : suggestShardSize(requiredSize));
  const showTermDocCountError = body.takeBoolean("show_term_doc_count_error") ?? false;
  const hint = body.takeString("execution_hint");
  if (hint !== undefined && hint !== "map" && hint !== "global_ordinals") {
    // Upstream only warns about others.
    if (!/^(global_ordinals_|)/.test(hint)) throw illegalArgument(`Unknown hint [${hint}]`);
  }
  body.take("collect_mode", ["VALUE_STRING"], (value) => {
    if (value === "depth_first" || value === "breadth_first") return value;
    throw new VarveError("invalid", `no [collect_mode] found for value [${String(value)}]`, {
      type: "parse_exception",
    });
  });
  return {
    order,
    showTermDocCountError,
    thresholds: {
      requiredSize,
      minDocCount,
      shardSize: Math.max(shardSize, requiredSize),
      shardMinDocCount: Math.min(shardMinDocCount, minDocCount),
    },
    includeExclude: takeIncludeExclude(body),
  };
}

/** Half as many again from each shard, so that few wrong buckets win. */
function suggestShardSize(size: number): number {
  return Math.min(2147483647, Math.trunc(size * 1.5 + 10));
}

function createTerms(
  factory: AggregatorFactory,
  context: AggregationContext,
  parent: Aggregator | undefined,
  source: ValuesSource,
  options: TermsOptions,
): Aggregator {
  if (!source.hasValues) {
    const unmapped = new NonCollectingAggregator(
      factory,
      context,
      parent,
      () => new UnmappedTerms(factory, options),
    );
    validateOrder(options.order, unmapped);
    return unmapped;
  }
  const { includeExclude } = options;
  if (!source.isNumeric) {
    if (includeExclude?.isRegexBased === true && source.format.name !== "raw") {
      throw regexOnNumbers(factory.name, "an array of values for include/exclude clauses");
    }
    return new StringTermsAggregator(factory, context, parent, source, options);
  }
  if (includeExclude?.isRegexBased === true) {
    throw regexOnNumbers(
      factory.name,
      "an array of numeric values for include/exclude clauses used " + "to filter numeric fields",
    );
  }
  return new NumericTermsAggregator(factory, context, parent, source, options);
}

function regexOnNumbers(name: string, instead: string): VarveError {
  return new VarveError(
    "invalid",
    `Aggregation [${name}] cannot support regular expression style ` +
      "include/exclude settings as they can only be applied to string fields. Use " +
      instead,
    { type: "aggregation_execution_exception", metadata: { status: 500 } },
  );
}
