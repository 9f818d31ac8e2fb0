// Numbers of a search answer that are floats or doubles on the wire: scores, and what aggregations
// compute. A tree holds only numbers, so what is a decimal is known by where it stands.
// Upstream: SearchHit.toInnerXContent, InternalAggregation.doXContentBody (3.6.0).

import { Decimal } from "../xcontent/index.ts";
import type { JsonObject } from "./rest-request.ts";

const DECIMAL_VALUE = new Set(["avg", "min", "max", "sum", "median_absolute_deviation"]);
const STATS = new Set(["stats", "extended_stats"]);
const PERCENTILES = new Set(["percentiles", "percentile_ranks"]);
const BOUNDED_RANGES = new Set(["range", "date_range", "geo_distance"]);
const DEPTH_MAX = 50;

/** Marks scores and computed values of `response` in place; `body` is the request's. */
export function markDecimals(response: JsonObject, body: unknown): JsonObject {
  const hits = response["hits"];
  if (isObject(hits)) markHits(hits);
  const aggregations = response["aggregations"];
  if (isObject(aggregations) && isObject(body)) markAggregations(aggregations, body, 0);
  return response;
}

function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Decimal)
  );
}

function mark(target: JsonObject, name: string): void {
  const value = target[name];
  if (typeof value === "number") target[name] = new Decimal(value);
}

function markHits(hits: JsonObject): void {
  mark(hits, "max_score");
  for (const hit of (hits["hits"] ?? []) as JsonObject[]) {
    mark(hit, "_score");
    const inner = hit["inner_hits"];
    if (!isObject(inner)) continue;
    for (const part of Object.values(inner)) markHits((part as JsonObject)["hits"] as JsonObject);
  }
}

/** `parent` is the body or an aggregation of the request: it holds `aggs`. */
function markAggregations(results: JsonObject, parent: JsonObject, depth: number): void {
  const definitions = (parent["aggs"] ?? parent["aggregations"]) as JsonObject | undefined;
  if (definitions === undefined || depth > DEPTH_MAX) return;
  for (const [key, result] of Object.entries(results)) {
    const name = key.slice(key.indexOf("#") + 1);
    const definition = definitions[name];
    if (isObject(definition) && isObject(result)) markAggregation(result, definition, depth);
  }
}

function markAggregation(result: JsonObject, definition: JsonObject, depth: number): void {
  const type = Object.keys(definition).find(
    (key) => key !== "aggs" && key !== "aggregations" && key !== "meta",
  );
  if (type === undefined) return;
  if (DECIMAL_VALUE.has(type)) mark(result, "value");
  if (STATS.has(type)) markAll(result, (name) => name !== "count");
  if (PERCENTILES.has(type)) markPercentiles(result);
  if (type === "top_hits" && isObject(result["hits"])) markHits(result["hits"]);
  markAggregations(result, definition, depth + 1);
  const buckets = result["buckets"];
  if (typeof buckets !== "object" || buckets === null) return;
  for (const bucket of Object.values(buckets) as JsonObject[]) {
    if (type === "histogram") mark(bucket, "key");
    if (BOUNDED_RANGES.has(type)) for (const name of ["from", "to"]) mark(bucket, name);
    markAggregations(bucket, definition, depth + 1);
  }
}

function markAll(target: JsonObject, wanted: (name: string) => boolean): void {
  for (const [name, value] of Object.entries(target)) {
    if (isObject(value)) markAll(value, wanted);
    else if (wanted(name)) mark(target, name);
  }
}

function markPercentiles(result: JsonObject): void {
  const values = result["values"];
  if (isObject(values)) markAll(values, () => true);
  else if (Array.isArray(values)) {
    for (const entry of values as JsonObject[])
      for (const name of ["key", "value"]) mark(entry, name);
  }
}
