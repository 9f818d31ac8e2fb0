// Points and distances as requests write them: objects, "lat,lon" strings, geohashes, [lon, lat]
// arrays; "12km", "3mi". Upstream: org.opensearch.common.geo.{GeoPoint,GeoUtils,GeoUtils.parse…},
// org.opensearch.common.unit.DistanceUnit, org.opensearch.geometry.utils.Geohash.

import { illegalArgument, VarveError } from "../../base/index.ts";
import { isXContentObject, type XContentValue } from "../../xcontent/index.ts";
import { toNumber } from "./object-reader.ts";

/** A point in degrees. */
export interface GeoPoint {
  readonly lat: number;
  readonly lon: number;
}

const UNITS: readonly (readonly [number, readonly string[]])[] = [
  [0.0254, ["in", "inch"]],
  [0.9144, ["yd", "yards"]],
  [0.3048, ["ft", "feet"]],
  [1000, ["km", "kilometers"]],
  [1852, ["nm", "nauticalmiles", "NM", "nmi"]],
  [0.001, ["mm", "millimeters"]],
  [0.01, ["cm", "centimeters"]],
  [1609.344, ["mi", "miles"]],
  [1, ["m", "meters"]],
];

/** Meters of one unit. */
export function unitMeters(name: string): number {
  for (const [meters, names] of UNITS) if (names.includes(name)) return meters;
  throw illegalArgument(`No distance unit match [${name}]`);
}

/** Meters of `12km`; a bare number counts in `unit`. */
export function parseDistance(text: string, unit = "m"): number {
  for (const [meters, names] of UNITS) {
    const name = names.find((one) => text.endsWith(one));
    if (name !== undefined) return Number(text.slice(0, -name.length).trim()) * meters;
  }
  const number = Number(text);
  if (Number.isNaN(number)) {
    throw new VarveError("invalid", `For input string: "${text}"`, {
      type: "number_format_exception",
    });
  }
  return number * unitMeters(unit);
}

function parseException(message: string, cause?: unknown): VarveError {
  return new VarveError("invalid", message, {
    type: "parse_exception",
    ...(cause === undefined ? {} : { cause }),
  });
}

const GEOHASH = "0123456789bcdefghjkmnpqrstuvwxyz";

/** The center of a geohash cell's lower left corner, as upstream decodes it. */
export function parseGeohash(hash: string): GeoPoint {
  let [minLat, maxLat, minLon, maxLon] = [-90, 90, -180, 180];
  let isLon = true;
  for (const character of hash) {
    const value = GEOHASH.indexOf(character.toLowerCase());
    if (value < 0) {
      const cause = illegalArgument(`unsupported symbol [${character}] in geohash [${hash}]`);
      throw parseException(cause.message, cause);
    }
    for (let bit = 4; bit >= 0; bit--) {
      const upper = ((value >>> bit) & 1) === 1;
      if (isLon) {
        const middle = (minLon + maxLon) / 2;
        if (upper) minLon = middle;
        else maxLon = middle;
      } else {
        const middle = (minLat + maxLat) / 2;
        if (upper) minLat = middle;
        else maxLat = middle;
      }
      isLon = !isLon;
    }
  }
  return { lat: minLat, lon: minLon };
}

/** Any form of a point. */
export function parseGeoPoint(value: XContentValue): GeoPoint {
  if (Array.isArray(value)) {
    const [lon, lat] = value;
    if (typeof lon !== "number" || typeof lat !== "number") {
      throw parseException("numeric value expected");
    }
    return { lat, lon };
  }
  if (isXContentObject(value)) return parseObject(value);
  if (typeof value !== "string") throw parseException("geo_point expected");
  if (value.includes(",")) {
    const parts = value.split(",");
    if (parts.length > 3) {
      throw parseException(
        "failed to parse [" +
          value +
          "], expected 2 or 3 coordinates but found: " +
          `[${parts.length}]`,
      );
    }
    return { lat: degrees(parts[0]!, "latitude"), lon: degrees(parts[1]!, "longitude") };
  }
  const wkt = /^\s*POINT\s*\(\s*(\S+)\s+(\S+)\s*\)\s*$/i.exec(value);
  if (wkt !== null) return { lat: Number(wkt[2]), lon: Number(wkt[1]) };
  return parseGeohash(value);
}

function degrees(text: string, what: string): number {
  const number = Number(text.trim());
  if (text.trim() === "" || Number.isNaN(number)) throw parseException(`${what} must be a number`);
  return number;
}

function parseObject(value: { [name: string]: XContentValue }): GeoPoint {
  const { lat, lon, geohash, ...others } = value;
  const unknown = Object.keys(others)[0];
  if (geohash !== undefined) {
    if (lat !== undefined || lon !== undefined) {
      throw parseException("field must be either lat/lon or geohash");
    }
    return parseGeohash(String(geohash));
  }
  if (unknown !== undefined && unknown !== "type" && unknown !== "coordinates") {
    throw parseException("field must be either [lat], [lon] or [geohash]");
  }
  if (Array.isArray(others["coordinates"])) return parseGeoPoint(others["coordinates"]);
  if (lat === undefined) throw parseException("field [lat] missing");
  if (lon === undefined) throw parseException("field [lon] missing");
  return { lat: toNumber(lat), lon: toNumber(lon) };
}

/** Brings a point into [-90, 90] × [-180, 180] as the server does with query points. */
export function normalizePoint({ lat, lon }: GeoPoint): GeoPoint {
  if (lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180) return { lat, lon };
  let turnedLat = ((((lat + 180) % 360) + 360) % 360) - 180;
  let turnedLon = lon;
  if (turnedLat > 90) {
    turnedLat = 180 - turnedLat;
    turnedLon += 180;
  } else if (turnedLat < -90) {
    turnedLat = -180 - turnedLat;
    turnedLon += 180;
  }
  turnedLon = ((((turnedLon + 180) % 360) + 360) % 360) - 180;
  return { lat: turnedLat, lon: turnedLon };
}
