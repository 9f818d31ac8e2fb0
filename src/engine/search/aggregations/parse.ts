// Parses `{"NAME": {"TYPE": {…}, "aggs": {…}, "meta": {…}}}`.
// Upstream: org.opensearch.search.aggregations.AggregatorFactories.parseAggregators.

import { VarveError } from "../../../base/index.ts";
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
  body: XContentObject, parts: AggregationParts, parser: QueryParseContext,
) => AggregatorFactory;

const NAME = /^[^[\]>]+$/;

/** Parses one level and those below. */
export function parseAggregationsWith(
  registry: ReadonlyMap<string, AggregationParser>, body: XContentObject,
  parser: QueryParseContext,
): AggregatorFactories {
  const level: Level = { registry, parser };
  return new AggregatorFactories(Object.keys(body).map((name) => parseOne(level, body, name)));
}

/** Types without buckets. */
const METRICS: ReadonlySet<string> = new Set(["avg", "cardinality", "extended_stats", "max", "min",
  "percentile_ranks", "percentiles", "stats", "sum", "top_hits", "value_count"]);

interface Level {
  readonly registry: ReadonlyMap<string, AggregationParser>;
  readonly parser: QueryParseContext;
}

function parseOne(level: Level, body: XContentObject, name: string): AggregatorFactory {
  const { parser } = level;
  const fail = (owner: XContentObject, key: string, text: string): VarveError =>
    parsingException(text, parser.source.locate(owner, key, "value"));
  if (!NAME.test(name)) {
    throw parsingException(`Invalid aggregation name [${name}]. Aggregation names can contain any `
      + "character except '[', ']', and '>'", parser.source.locate(body, name, "name"));
  }
  const definition = body[name]!;
  if (!isXContentObject(definition)) {
    throw fail(body, name, "Aggregation definition for "
      + `[${name} starts with a [${tokenName(definition)}], expected a [START_OBJECT].`);
  }
  let subFactories = AggregatorFactories.EMPTY;
  let metadata: XContentObject | undefined;
  let type: string | undefined;
  for (const [key, value] of Object.entries(definition)) {
    if (!isXContentObject(value)) {
      throw fail(definition, key, "Expected [START_OBJECT] under "
        + `[${key}], but got a [${tokenName(value)}] in [${name}]`);
    }
    if (key === "meta") {
      metadata = value;
    } else if (key === "aggs" || key === "aggregations") {
      subFactories = parseAggregationsWith(level.registry, value, parser);
    } else if (type !== undefined) {
      throw fail(definition, key,
        `Found two aggregation type definitions in [${name}]: [${type}] and [${key}]`);
    } else {
      type = key;
    }
  }
  if (type === undefined) {
    throw parsingException(`Missing definition for aggregation [${name}]`,
      parser.source.locate(definition, "", "end"));
  }
  const parse = level.registry.get(type);
  if (parse === undefined) throw unknownType(level, definition, type);
  if (subFactories.factories.length > 0 && METRICS.has(type)) {
    throw new VarveError(
      "invalid", `Aggregator [${name}] of type [${type}] cannot accept sub-aggregations`,
      { type: "aggregation_initialization_exception", metadata: { status: 500 } },
    );
  }
  const parts = { owner: definition, name, metadata, subFactories };
  return parse(definition[type] as XContentObject, parts, parser);
}

function unknownType(level: Level, definition: XContentObject, type: string): VarveError {
  const place = level.parser.source.locate(definition, type, "value");
  const cause = new VarveError("invalid", `[${place.line}:${place.column}] unknown field [${type}]`,
    { type: "named_object_not_found_exception" });
  const hint = didYouMean(type, level.registry.keys());
  return parsingException(`Unknown aggregation type [${type}]${hint}`, place, cause);
}
