// Shapes of queries: GeoJSON, and well-known text.
// Upstream: org.opensearch.common.geo.{GeoJson,parsers.ShapeParser},
// org.opensearch.geometry.utils.WellKnownText.

import { VarveError } from "../../base/index.ts";
import {
  boxGeometry,
  decodeLatitude,
  decodeLongitude,
  encodeLatitude,
  encodeLatitudeCeil,
  encodeLongitude,
  encodeLongitudeCeil,
  type GeoGeometry,
  type XY,
} from "../../lucene/search/index.ts";
import { isXContentObject, type XContentValue } from "../../xcontent/index.ts";
import { parseDistance } from "./geo-point.ts";
import { textOf } from "./object-reader.ts";

function malformed(message: string): VarveError {
  return new VarveError("invalid", message, { type: "parse_exception" });
}

/** The parts of a shape. */
export function parseGeoShape(value: XContentValue): GeoGeometry[] {
  if (typeof value === "string") return parseWellKnownText(value);
  if (!isXContentObject(value))
    throw malformed("shape must be an object consisting of type and coordinates");
  const type = textOf(value["type"] ?? null).toLowerCase();
  if (type === "geometrycollection") {
    const shapes = value["geometries"];
    if (!Array.isArray(shapes))
      throw malformed("shape type [GEOMETRYCOLLECTION] needs [geometries]");
    return shapes.flatMap(parseGeoShape);
  }
  const radius = value["radius"];
  return partsOf(
    type,
    value["coordinates"] ?? null,
    radius === undefined ? undefined : textOf(radius),
  );
}

function partsOf(type: string, given: XContentValue, radius: string | undefined): GeoGeometry[] {
  switch (type) {
    case "point":
      return [pointPart(xy(given))];
    case "multipoint":
      return list(given).map((one) => pointPart(xy(one)));
    case "linestring":
      return [linePart(list(given).map(xy))];
    case "multilinestring":
      return list(given).map((one) => linePart(list(one).map(xy)));
    case "polygon":
      return [polygonPart(list(given).map((ring) => list(ring).map(xy)))];
    case "multipolygon":
      return list(given).map((one) => polygonPart(list(one).map((ring) => list(ring).map(xy))));
    case "envelope": {
      const [topLeft, bottomRight] = list(given).map(xy);
      if (topLeft === undefined || bottomRight === undefined) {
        throw malformed("invalid number of points for geo_shape type [envelope], expected 2");
      }
      return boxParts(topLeft[0], bottomRight[0], bottomRight[1], topLeft[1]);
    }
    case "circle": {
      if (radius === undefined) throw malformed("[circle] needs [radius]");
      return [{ kind: "circle", center: xy(given), radiusMeters: parseDistance(radius) }];
    }
    default:
      throw malformed(`unknown geo_shape [${type}]`);
  }
}

function list(value: XContentValue | undefined): readonly XContentValue[] {
  if (Array.isArray(value)) return value;
  throw malformed("geo coordinates must be arrays");
}

function xy(value: XContentValue | undefined): XY {
  const [x, y] = list(value).map(Number);
  if (x === undefined || y === undefined || Number.isNaN(x) || Number.isNaN(y)) {
    throw malformed("geo coordinates must be numbers");
  }
  if (Math.abs(y) > 90) throw malformed(`invalid latitude ${y}; must be between -90.0 and 90.0`);
  if (Math.abs(x) > 180)
    throw malformed(`invalid longitude ${x}; must be between -180.0 and 180.0`);
  return [x, y];
}

function pointPart([x, y]: XY): GeoGeometry {
  const at: XY = [decodeLongitude(encodeLongitude(x)), decodeLatitude(encodeLatitude(y))];
  return { kind: "point", at };
}

function linePart(points: readonly XY[]): GeoGeometry {
  if (points.length < 2) throw malformed("a line needs two points at least");
  checkDateline(points);
  return { kind: "line", points };
}

function polygonPart(rings: readonly (readonly XY[])[]): GeoGeometry {
  if (rings.length === 0) throw malformed("a polygon needs an outline");
  for (const ring of rings) {
    const [first] = ring;
    const last = ring[ring.length - 1];
    if (ring.length < 4) throw malformed("a ring needs four points at least");
    if (first![0] !== last![0] || first![1] !== last![1]) {
      throw malformed("first and last points of the linear ring must be the same");
    }
    checkDateline(ring);
  }
  return { kind: "polygon", rings };
}

function checkDateline(points: readonly XY[]): void {
  if (points.every(([x], i) => i === 0 || Math.abs(x - points[i - 1]![0]) <= 180)) return;
  throw malformed("[geo_shape] across the dateline is not supported, split the shape there");
}

/** A box is rounded inwards, to what can be indexed; across the dateline there are two. */
function boxParts(left: number, right: number, bottom: number, top: number): GeoGeometry[] {
  if (bottom > top) throw malformed("top cannot be below bottom");
  const minY = decodeLatitude(encodeLatitudeCeil(bottom));
  const maxY = decodeLatitude(encodeLatitude(top));
  const part = (from: number, to: number): GeoGeometry =>
    boxGeometry(
      decodeLongitude(encodeLongitudeCeil(from)),
      decodeLongitude(encodeLongitude(to)),
      minY,
      maxY,
    );
  return left > right ? [part(left, 180), part(-180, right)] : [part(left, right)];
}

/** `POLYGON ((0 0, 1 0, 1 1, 0 0))` as nested lists, then as GeoJSON's coordinates. */
function parseWellKnownText(text: string): GeoGeometry[] {
  const parts = /^\s*([a-z]+)\s*(\(.*\))\s*$/is.exec(text);
  if (parts === null) throw malformed(`expected well-known text but found [${text}]`);
  const type = parts[1]!.toLowerCase();
  const body = parts[2]!;
  if (type === "geometrycollection") {
    const inner = body.slice(1, -1).match(/[a-z]+\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/gi);
    return (inner ?? []).flatMap(parseWellKnownText);
  }
  if (type === "envelope" || type === "bbox") {
    const [left, right, top, bottom] = body.slice(1, -1).split(",").map(Number);
    return boxParts(...([xy([left!, bottom!])[0], xy([right!, top!])[0]] as const), bottom!, top!);
  }
  return partsOf(type, coordinatesOf(type, body, text), undefined);
}

function coordinatesOf(type: string, body: string, text: string): XContentValue {
  const json = body
    .replace(/[-+.\deE]+(?:\s+[-+.\deE]+)+/g, (pair) => `[${pair.trim().replace(/\s+/g, ",")}]`)
    .replaceAll("(", "[")
    .replaceAll(")", "]");
  try {
    const lists = JSON.parse(json) as XContentValue[];
    if (type === "point") return lists[0]!;
    // MULTIPOINT ((1 2), (3 4)) is the same as MULTIPOINT (1 2, 3 4).
    if (type === "multipoint" && Array.isArray((lists[0] as XContentValue[])[0])) {
      return lists.map((one) => (one as XContentValue[])[0]!);
    }
    return lists;
  } catch {
    throw malformed(`expected well-known text but found [${text}]`);
  }
}
