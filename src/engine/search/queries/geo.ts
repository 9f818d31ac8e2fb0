// `geo_distance` and `geo_bounding_box`.
// Upstream: org.opensearch.index.query.{GeoDistanceQueryBuilder,GeoBoundingBoxQueryBuilder}.

import { illegalArgument, VarveError } from "../../../base/index.ts";
import {
  decodeLatitude,
  decodeLongitude,
  encodeLatitude,
  encodeLatitudeCeil,
  encodeLongitude,
  encodeLongitudeCeil,
  IndexOrDocValuesQuery,
  LatLonDocValuesQuery,
  LatLonPointDistanceQuery,
  LatLonPointInBoxQuery,
  MatchNoDocsQuery,
  type Query,
} from "../../../lucene/search/index.ts";
import {
  isXContentObject,
  type XContentObject,
  type XContentValue,
} from "../../../xcontent/index.ts";
import {
  type GeoPoint,
  normalizePoint,
  parseDistance,
  parseGeoPoint,
  unitMeters,
} from "../geo-point.ts";
import { type ObjectReader, textOf, toNumber } from "../object-reader.ts";
import { buildQuery, type QueryParser } from "../query-builder.ts";
import type { QueryShardContext } from "../query-shard-context.ts";
import type { SearchFieldType } from "../search-field-type.ts";

const OPTIONS = ["boost", "_name", "ignore_unmapped", "validation_method", "distance_type"];

function geoField(
  context: QueryShardContext,
  field: string,
  ignoreUnmapped: boolean,
): SearchFieldType | undefined {
  const type = context.fieldType(field);
  if (type === undefined) {
    if (ignoreUnmapped) return undefined;
    throw context.exception(`failed to find geo field [${field}]`);
  }
  if (type.typeName !== "geo_point") {
    throw context.exception(
      `Field [${field}] is of unsupported type [${type.typeName}]. ` +
        "[geo_distance] query supports the following types [geo_point]",
    );
  }
  return type;
}

/** Point index, doc values, or both, as the field has them. */
function byIndexOrDocValues(type: SearchFieldType, points: Query, values: Query): Query {
  if (!type.hasDocValues) return points;
  return type.isIndexed ? new IndexOrDocValuesQuery(points, values) : values;
}

/** Parses `geo_distance`. */
export const parseGeoDistance: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "geo_distance");
  const distance = reader.take("distance");
  const unit = reader.takeString("unit") ?? "m";
  const ignoreUnmapped = reader.takeBoolean("ignore_unmapped") ?? false;
  reader.takeString("distance_type");
  reader.takeString("validation_method");
  const [field, point] = fieldAndPoint(reader);
  if (distance === undefined || distance === null) {
    throw reader.endError("geo_distance requires 'distance' to be specified");
  }
  const meters =
    typeof distance === "string"
      ? parseDistance(distance, unit)
      : toNumber(distance) * unitMeters(unit);
  if (!(meters > 0)) throw illegalArgument("distance must be greater than zero");
  return buildQuery(reader, (context) => {
    const { lat, lon } = checked(context, point);
    const type = geoField(context, field, ignoreUnmapped);
    if (type === undefined) return new MatchNoDocsQuery("unmapped geo field");
    const points = new LatLonPointDistanceQuery(type.name, lat, lon, meters);
    const values = new LatLonDocValuesQuery(type.name, points.toString(), (a, b) =>
      points.contains(a, b),
    );
    return byIndexOrDocValues(type, points, values);
  });
};

/** The field is the first unknown member, or `FIELD.lat` and `FIELD.lon`. */
function fieldAndPoint(reader: ObjectReader): [string, GeoPoint] {
  const names = Object.keys(reader.object).filter(
    (key) => !OPTIONS.includes(key) && key !== "distance" && key !== "unit",
  );
  const field = names[0];
  if (field === undefined) throw illegalArgument("fieldName must not be null or empty");
  const lat = names.find((name) => name.endsWith(".lat"));
  if (lat !== undefined && names.includes(`${lat.slice(0, -4)}.lon`)) {
    const base = lat.slice(0, -4);
    return [
      base,
      {
        lat: toNumber(reader.take(lat)!),
        lon: toNumber(reader.take(`${base}.lon`)!),
      },
    ];
  }
  if (names[1] !== undefined) {
    throw reader.error(
      "[geo_distance] query doesn't support multiple fields, found " +
        `[${field}] and [${names[1]}]`,
      names[1],
    );
  }
  return [field, parseGeoPoint(reader.take(field)!)];
}

function checked(context: QueryShardContext, point: GeoPoint): GeoPoint {
  const isLat = !(Math.abs(point.lat) <= 90);
  if (!isLat && Math.abs(point.lon) <= 180) return point;
  const what = isLat
    ? `latitude is invalid: ${shown(point.lat)}`
    : `longitude is invalid: ${shown(point.lon)}`;
  const cause = new VarveError(
    "invalid",
    `Validation Failed: 1: [geo_distance] center point ${what};`,
    { type: "query_validation_exception" },
  );
  throw context.exception("couldn't validate latitude/ longitude values", cause);
}

function shown(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

interface Box {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/** Parses `geo_bounding_box`. */
export const parseGeoBoundingBox: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "geo_bounding_box");
  const ignoreUnmapped = reader.takeBoolean("ignore_unmapped") ?? false;
  reader.takeString("validation_method");
  reader.takeString("type");
  const field = Object.keys(body).find((key) => !OPTIONS.includes(key) && key !== "type");
  if (field === undefined) throw illegalArgument("Field name must not be empty.");
  const given = reader.take(field)!;
  if (!isXContentObject(given)) throw reader.unsupported(field);
  const box = parseBox(given);
  const builder = buildQuery(reader, (context) => {
    const type = geoField(context, field, ignoreUnmapped);
    return type === undefined ? new MatchNoDocsQuery("unmapped geo field") : boxQuery(type, box);
  });
  reader.finish();
  return builder;
};

function parseBox(given: XContentObject): Box {
  const box: Partial<Box> = {};
  const corner = (value: XContentValue, lat: "top" | "bottom", lon: "left" | "right"): void => {
    const point = parseGeoPoint(value);
    box[lat] = point.lat;
    box[lon] = point.lon;
  };
  for (const [key, value] of Object.entries(given)) {
    switch (key) {
      case "top":
      case "bottom":
      case "left":
      case "right":
        box[key] = toNumber(value);
        break;
      case "top_left":
        corner(value, "top", "left");
        break;
      case "bottom_right":
        corner(value, "bottom", "right");
        break;
      case "top_right":
        corner(value, "top", "right");
        break;
      case "bottom_left":
        corner(value, "bottom", "left");
        break;
      case "wkt":
        Object.assign(box, parseEnvelope(textOf(value)));
        break;
      default:
        throw new VarveError("invalid", `failed to parse bounding box. unexpected field [${key}]`, {
          type: "parse_exception",
        });
    }
  }
  const { top, bottom, left, right } = box;
  if (left === undefined) throw illegalArgument("left longitude is invalid: NaN");
  if (right === undefined) throw illegalArgument("right longitude is invalid: NaN");
  if (top === undefined) throw illegalArgument("top latitude is invalid: NaN");
  if (bottom === undefined) throw illegalArgument("bottom latitude is invalid: NaN");
  if (top < bottom) {
    throw illegalArgument(`top is below bottom corner: ${shown(top)} vs. ${shown(bottom)}`);
  }
  return normalizedBox({ top, bottom, left, right });
}

function parseEnvelope(text: string): Box {
  const parts = /^\s*BBOX\s*\(([^,]+),([^,]+),([^,]+),([^,)]+)\)\s*$/i.exec(text);
  if (parts === null) {
    throw new VarveError("invalid", `failed to parse WKT bounding box [${text}]`, {
      type: "parse_exception",
    });
  }
  const [left, right, top, bottom] = parts.slice(1).map(Number);
  return { left: left!, right: right!, top: top!, bottom: bottom! };
}

function normalizedBox(box: Box): Box {
  if (box.right - box.left === 360) return { ...box, left: -180, right: 180 };
  const topLeft = normalizePoint({ lat: box.top, lon: box.left });
  const bottomRight = normalizePoint({ lat: box.bottom, lon: box.right });
  return {
    top: topLeft.lat,
    left: topLeft.lon,
    bottom: bottomRight.lat,
    right: bottomRight.lon,
  };
}

function boxQuery(type: SearchFieldType, { top, bottom, left, right }: Box): Query {
  const points = new LatLonPointInBoxQuery(type.name, bottom, top, left, right);
  const minLat = decodeLatitude(encodeLatitudeCeil(bottom));
  const maxLat = decodeLatitude(encodeLatitude(top));
  const minLon = decodeLongitude(encodeLongitudeCeil(left));
  const maxLon = decodeLongitude(encodeLongitude(right));
  const crosses = left > right;
  const values = new LatLonDocValuesQuery(
    type.name,
    points.toString(),
    (lat, lon) =>
      lat >= minLat &&
      lat <= maxLat &&
      (crosses ? lon >= minLon || lon <= maxLon : lon >= minLon && lon <= maxLon),
  );
  return byIndexOrDocValues(type, points, values);
}
