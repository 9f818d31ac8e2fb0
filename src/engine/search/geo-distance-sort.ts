// `_geo_distance`: by the distance of a point to given ones.
// Upstream: org.opensearch.search.sort.GeoDistanceSortBuilder, LatLonPointSortField.

import { illegalArgument } from "../../base/index.ts";
import type { LeafContext, SortedNumericDocValues } from "../../lucene/index/index.ts";
import {
  DoubleSortField,
  decodeLatitude,
  decodeLongitude,
  haversinSortKey,
  sortKeyToMeters,
} from "../../lucene/search/index.ts";
import type { XContentObject, XContentValue } from "../../xcontent/index.ts";
import { doubleToJson } from "./field-values.ts";
import { type GeoPoint, parseGeoPoint, unitMeters } from "./geo-point.ts";
import { textOf, toNumber } from "./object-reader.ts";
import type { QueryParseContext } from "./query-builder.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import {
  type NestedSort,
  nestedOf,
  pickDouble,
  type ShardSort,
  type SortBuilder,
  type SortMode,
} from "./sort-fields.ts";
import { parseMode, parseNestedSort } from "./sort-options.ts";

interface GeoSort {
  readonly field: string;
  readonly points: readonly GeoPoint[];
  readonly order: "asc" | "desc";
  readonly unitMeters: number;
  readonly mode: SortMode | undefined;
  readonly nested: NestedSort | undefined;
  readonly ignoreUnmapped: boolean;
}

/** Parses the body of `_geo_distance`. */
export function parseGeoDistanceSort(body: XContentObject, parser: QueryParseContext): SortBuilder {
  const reader = parser.reader(body, "_geo_distance");
  const order = (reader.takeString("order") ?? "asc").toLowerCase() === "desc" ? "desc" : "asc";
  const unit = unitMeters(reader.takeString("unit") ?? "m");
  const mode = reader.takeString("mode");
  const nested = reader.takeObject("nested");
  const ignoreUnmapped = reader.takeBoolean("ignore_unmapped") ?? false;
  reader.takeString("distance_type");
  reader.takeString("validation_method");
  const field = reader.unknown()[0];
  if (field === undefined) throw illegalArgument("[_geo_distance] field name is missing");
  const sortMode = mode === undefined ? undefined : parseMode(mode);
  if (sortMode === "sum") {
    throw illegalArgument("sort_mode [sum] isn't supported for sorting by geo distance");
  }
  const sort: GeoSort = {
    field,
    points: parsePoints(reader.take(field)!),
    order,
    unitMeters: unit,
    mode: sortMode,
    nested: nested === undefined ? undefined : parseNestedSort(nested, parser),
    ignoreUnmapped,
  };
  reader.finishStrict();
  return { build: (context) => build(sort, context) };
}

function parsePoints(value: XContentValue): GeoPoint[] {
  if (!Array.isArray(value)) return [parseGeoPoint(value)];
  return typeof value[0] === "number" ? [parseGeoPoint(value)] : value.map(parseGeoPoint);
}

function build(sort: GeoSort, context: QueryShardContext): ShardSort {
  const type = context.fieldType(sort.field);
  if (type === undefined && !sort.ignoreUnmapped) {
    throw illegalArgument(`failed to find mapper for [${sort.field}] for geo distance based sort`);
  }
  const reverse = sort.order === "desc";
  const mode = sort.mode ?? (reverse ? "max" : "min");
  const name = type?.name ?? sort.field;
  const docs = nestedOf(context, sort.nested);
  const source = (leaf: LeafContext): ((doc: number) => number) => {
    const values = leaf.reader.sortedNumericDocValues(name);
    if (values === undefined) return () => Infinity;
    const children = docs?.(leaf);
    const only = sort.points[0]!;
    if (children === undefined && sort.points.length === 1 && (mode === "min" || mode === "max")) {
      return (doc) => extremeDistance(values, doc, only, mode === "min") / sort.unitMeters;
    }
    return (doc) => {
      const distances: number[] = [];
      const add = (one: number): void => addDistances(values, one, sort, distances);
      if (children === undefined) add(doc);
      else children.forEachChild(doc, add);
      return distances.length === 0
        ? Infinity
        : pickDouble(
            distances.sort((a, b) => a - b),
            mode,
          );
    };
  };
  return {
    field: new DoubleSortField(source, reverse),
    format: (value) => doubleToJson(value as number),
    parse: (value) => (textOf(value) === "Infinity" ? Infinity : toNumber(value)),
  };
}

/** Meters from one point to the nearest or farthest of a doc's points; Infinity without any. */
function extremeDistance(
  values: SortedNumericDocValues,
  doc: number,
  point: GeoPoint,
  nearest: boolean,
): number {
  if (!values.advanceExact(doc)) return Infinity;
  let best = nearest ? Infinity : -1;
  for (let left = values.docValueCount(); left > 0; left--) {
    values.nextValue();
    const lat = decodeLatitude(values.longHigh());
    const lon = decodeLongitude(values.longLow() | 0);
    const key = haversinSortKey(point.lat, point.lon, lat, lon);
    if (nearest ? key < best : key > best) best = key;
  }
  return sortKeyToMeters(best);
}

function addDistances(
  values: SortedNumericDocValues,
  doc: number,
  sort: GeoSort,
  into: number[],
): void {
  if (!values.advanceExact(doc)) return;
  for (let left = values.docValueCount(); left > 0; left--) {
    values.nextValue();
    const lat = decodeLatitude(values.longHigh());
    const lon = decodeLongitude(values.longLow() | 0);
    for (const point of sort.points) {
      const key = haversinSortKey(point.lat, point.lon, lat, lon);
      into.push(sortKeyToMeters(key) / sort.unitMeters);
    }
  }
}
