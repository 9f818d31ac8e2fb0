// Parses `{"NAME": {"TYPE": {…}, "aggs": {…}, "meta": {…}}}`.
// Upstream: org.opensearch.search.aggregations.AggregatorFactories.parseAggregators.

import { unsupported, VarveError } from "../../../base/index.ts";
import { isXContentObject, type XContentObject } from "../../../xcontent/index.ts";
import { didYouMean } from "../did-you-mean.ts";
import type { QueryParseContext } from "../query-builder.ts";
import { parsingException, tokenName } from "../source-location.ts";
import { AggregatorFactories, type AggregatorFactory } from "./aggregator.ts";

/** What a parser is given besides the aggregation's body. */
export interface AggregationParts {
  /** The object whose member the body is. */
  readonly owner: XContentObject;
  readonly name: string;
  readonly metadata: XContentObject | undefined;
  readonly subFactories: AggregatorFactories;
}

/** Parses the body of one type. Queries inside it go through `parser.parseInner`. */
export type AggregationParser = (
  body: XContentObject,
  parts: AggregationParts,
  parser: QueryParseContext,
) => AggregatorFactory;

const NAME = /^[^[\]>]+$/;

/** Parses one level and those below. */
export function parseAggregationsWith(
  registry: ReadonlyMap<string, AggregationParser>,
  body: XContentObject,
  parser: QueryParseContext,
): AggregatorFactories {
  const level: Level = { registry, parser };
  return new AggregatorFactories(Object.keys(body).map((name) => parseOne(level, body, name)));
}

/** Types without buckets. */
const METRICS: ReadonlySet<string> = new Set([
  "avg",
  "cardinality",
  "extended_stats",
  "geo_bounds",
  "geo_centroid",
  "max",
  "min",
  "percentile_ranks",
  "percentiles",
  "stats",
  "sum",
  "top_hits",
  "value_count",
]);

interface Level {
  readonly registry: ReadonlyMap<string, AggregationParser>;
  readonly parser: QueryParseContext;
}

function parseOne(level: Level, body: XContentObject, name: string): AggregatorFactory {
  const { parser } = level;
  const fail = (owner: XContentObject, key: string, text: string): VarveError =>
    parsingException(text, parser.source.locate(owner, key, "value"));
  if (!NAME.test(name)) {
    throw parsingException(
      `Invalid aggregation name [${name}]. Aggregation names can contain any ` +
        "character except '[', ']', and '>'",
      parser.source.locate(body, name, "name"),
    );
  }
  const definition = body[name]!;
  if (!isXContentObject(definition)) {
    throw fail(
      body,
      name,
      "Aggregation definition for " +
        `[${name} starts with a [${tokenName(definition)}], expected a [START_OBJECT].`,
    );
  }
  let subFactories = AggregatorFactories.EMPTY;
  let metadata: XContentObject | undefined;
  let type: string | undefined;
  for (const [key, value] of Object.entries(definition)) {
    if (!isXContentObject(value)) {
      throw fail(
        definition,
        key,
        "Expected [START_OBJECT] under " + `[${key}], but got a [${tokenName(value)}] in [${name}]`,
      );
    }
    if (key === "meta") {
      metadata = value;
    } else if (key === "aggs" || key === "aggregations") {
      subFactories = parseAggregationsWith(level.registry, value, parser);
    } else if (type !== undefined) {
      throw fail(
        definition,
        key,
        `Found two aggregation type definitions in [${name}]: [${type}] and [${key}]`,
      );
    } else {
      type = key;
    }
  }
  if (type === undefined) {
    throw parsingException(
      `Missing definition for aggregation [${name}]`,
      parser.source.locate(definition, "", "end"),
    );
  }
  const parse = level.registry.get(type);
  if (parse === undefined) throw unknownType(level, definition, type);
  if (subFactories.factories.length > 0 && METRICS.has(type)) {
    throw new VarveError(
      "invalid",
      `Aggregator [${name}] of type [${type}] cannot accept sub-aggregations`,
      { type: "aggregation_initialization_exception", metadata: { status: 500 } },
    );
  }
  const parts = { owner: definition, name, metadata, subFactories };
  return parse(definition[type] as XContentObject, parts, parser);
}

/** Types that the real server has and this one does not. */
const UNSUPPORTED = [
  "adjacency_matrix",
  "auto_date_histogram",
  "avg_bucket",
  "bucket_script",
  "bucket_selector",
  "bucket_sort",
  "children",
  "cumulative_sum",
  "derivative",
  "diversified_sampler",
  "extended_stats_bucket",
  "geo_distance",
  "geohash_grid",
  "geotile_grid",
  "matrix_stats",
  "max_bucket",
  "median_absolute_deviation",
  "min_bucket",
  "moving_avg",
  "moving_fn",
  "multi_terms",
  "parent",
  "percentiles_bucket",
  "rare_terms",
  "sampler",
  "scripted_metric",
  "serial_diff",
  "significant_terms",
  "significant_text",
  "stats_bucket",
  "sum_bucket",
  "variable_width_histogram",
  "weighted_avg",
];

function unknownType(level: Level, definition: XContentObject, type: string): VarveError {
  if (UNSUPPORTED.includes(type)) return unsupported(`[${type}] aggregation is not supported`);
  const place = level.parser.source.locate(definition, type, "value");
  const cause = new VarveError(
    "invalid",
    `[${place.line}:${place.column}] unknown field [${type}]`,
    { type: "named_object_not_found_exception" },
  );
  const hint = didYouMean(type, [...level.registry.keys(), ...UNSUPPORTED]);
  return parsingException(`Unknown aggregation type [${type}]${hint}`, place, cause);
}
