// Geographical points: all forms that a document or a query may give them, and their encodings.
//   indexed   two dimensions of 4 bytes: latitude, longitude, each floor(value / cell), sign
//                   flipped
//   doc value one long: the latitude's int above the longitude's
// Upstream: org.opensearch.common.geo.{GeoPoint,GeoUtils}, org.apache.lucene.geo.GeoEncodingUtils.

import { illegalArgument, VarveError } from "../../base/index.ts";
import { parseException } from "./mapper-errors.ts";
import { javaDouble, parseJavaDouble } from "./node-values.ts";
import { writeInt } from "./number-encoding.ts";
import type { SourceValue } from "./source-parser.ts";
import { JsonNumber } from "./source-parser.ts";

/** A point in degrees. */
export interface GeoPoint {
  readonly lat: number;
  readonly lon: number;
}

const LAT_CELL = 180 / 2 ** 32;
const LON_CELL = 360 / 2 ** 32;

/** GeoEncodingUtils.encodeLatitude. */
export function encodeLatitude(lat: number): number {
  return lat === 90 ? 2147483647 : Math.floor(lat / LAT_CELL) | 0;
}

/** GeoEncodingUtils.encodeLongitude. */
export function encodeLongitude(lon: number): number {
  return lon === 180 ? 2147483647 : Math.floor(lon / LON_CELL) | 0;
}

/** GeoEncodingUtils.decodeLatitude. */
export function decodeLatitude(encoded: number): number {
  return encoded * LAT_CELL;
}

/** GeoEncodingUtils.decodeLongitude. */
export function decodeLongitude(encoded: number): number {
  return encoded * LON_CELL;
}

/** The point bytes of LatLonPoint. */
export function latLonPoint(lat: number, lon: number): Uint8Array {
  const out = new Uint8Array(8);
  writeInt(encodeLatitude(lat), out, 0);
  writeInt(encodeLongitude(lon), out, 4);
  return out;
}

const scratch = new DataView(new ArrayBuffer(8));

/** The doc value of LatLonDocValuesField. */
export function latLonDocValue(lat: number, lon: number): bigint {
  scratch.setInt32(0, encodeLatitude(lat));
  scratch.setInt32(4, encodeLongitude(lon));
  return scratch.getBigInt64(0);
}

/** A doc value of LatLonDocValuesField as a point. */
export function decodeLatLon(value: bigint): GeoPoint {
  scratch.setBigInt64(0, BigInt(value));
  return { lat: decodeLatitude(scratch.getInt32(0)), lon: decodeLongitude(scratch.getInt32(4)) };
}

const INVALID_FIELDS = "field must be either [lon|lat], [type|coordinates], or [geohash]";

/** Any single form: an object, an array of numbers, a text. */
export function parseGeoPoint(value: SourceValue, ignoreZValue: boolean): GeoPoint {
  if (typeof value === "string") return parseGeoText(value, ignoreZValue);
  if (Array.isArray(value)) return parseCoordinates(value, ignoreZValue);
  if (typeof value === "object" && value !== null && !(value instanceof JsonNumber)) {
    return parseGeoObject(value, ignoreZValue);
  }
  throw parseException("geo_point expected");
}

function parseGeoObject(object: { [key: string]: SourceValue }, ignoreZ: boolean): GeoPoint {
  const keys = Object.keys(object);
  const [first] = keys;
  if (first === undefined) throw parseException("token [END_OBJECT] not allowed");
  if (first === "lon" || first === "lat") {
    if (keys.some((key) => key !== "lon" && key !== "lat")) throw parseException(INVALID_FIELDS);
    const lon = Object.hasOwn(object, "lon") ? degrees("lon", object["lon"]!) : undefined;
    const lat = Object.hasOwn(object, "lat") ? degrees("lat", object["lat"]!) : undefined;
    if (lon === undefined) throw parseException("field [lon] missing");
    if (lat === undefined) throw parseException("field [lat] missing");
    return { lat, lon };
  }
  if (first === "geohash") {
    if (typeof object["geohash"] !== "string") throw parseException("geohash must be a string");
    const point = parseGeohash(object["geohash"]);
    if (keys.length > 1) throw parseException(INVALID_FIELDS);
    return point;
  }
  if (first === "type" || first === "coordinates") return parseGeoJson(object, keys, ignoreZ);
  throw parseException(INVALID_FIELDS);
}

function parseGeoJson(
  object: { [key: string]: SourceValue },
  keys: readonly string[],
  ignoreZ: boolean,
): GeoPoint {
  if (keys.some((key) => key !== "type" && key !== "coordinates")) {
    throw parseException(INVALID_FIELDS);
  }
  const { type, coordinates } = object;
  if (type === undefined) throw parseException("field [type] missing");
  if (typeof type !== "string") throw parseException("type must be a string");
  if (type.toUpperCase() !== "POINT") throw parseException("type must be Point");
  if (coordinates === undefined) throw parseException("field [coordinates] missing");
  if (!Array.isArray(coordinates)) throw parseException("coordinates must be an array");
  return parseCoordinates(coordinates, ignoreZ);
}

function degrees(name: string, value: SourceValue): number {
  if (typeof value === "number") return value;
  if (value instanceof JsonNumber) return value.value;
  if (typeof value !== "string") throw parseException(`${name} must be a number`);
  try {
    return parseJavaDouble(value);
  } catch (error) {
    throw parseException("[lon] and [lat] must be valid double values", error);
  }
}

function parseCoordinates(values: readonly SourceValue[], ignoreZ: boolean): GeoPoint {
  const numbers = values.map((value) => {
    if (typeof value === "number") return value;
    if (value instanceof JsonNumber) return value.value;
    throw parseException("numeric value expected");
  });
  if (numbers.length > 2) checkZ(ignoreZ, numbers[2]!);
  if (numbers.length > 3) {
    throw parseException("[geo_point] field type does not accept more than 3 values");
  }
  if (numbers.length < 2) {
    throw parseException("[geo_point] field type should have at least two dimensions");
  }
  return { lon: numbers[0]!, lat: numbers[1]! };
}

/** GeoPoint.assertZValue. */
export function checkZ(ignoreZ: boolean, z: number): void {
  if (ignoreZ) return;
  throw parseException(
    `Exception parsing coordinates: found Z value [${javaDouble(z)}] but ` +
      `[ignore_z_value] parameter is [false]`,
  );
}

/** A text: WKT, `lat,lon`, or a geohash. */
export function parseGeoText(text: string, ignoreZ: boolean): GeoPoint {
  if (text.toLowerCase().includes("point")) return parseWkt(text, ignoreZ);
  if (text.includes(",")) return parseLatLonText(text, ignoreZ);
  return parseGeohash(text);
}

function parseLatLonText(text: string, ignoreZ: boolean): GeoPoint {
  const parts = text.split(",");
  while (parts.length > 0 && parts[parts.length - 1] === "") parts.pop();
  if (parts.length > 3) {
    throw parseException(
      `failed to parse [${text}], expected 2 or 3 coordinates but found: [${parts.length}]`,
    );
  }
  const read = (index: number, message: string) => {
    try {
      return parseJavaDouble(parts[index]?.trim() ?? "");
    } catch {
      throw parseException(message);
    }
  };
  const lat = read(0, "latitude must be a number");
  const lon = read(1, "longitude must be a number");
  if (parts.length > 2) checkZ(ignoreZ, parseJavaDouble(parts[2]!.trim()));
  return { lat, lon };
}

const NUMBER = "([+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?)";
const WKT = new RegExp(
  `^\\s*point\\s*z?\\s*\\(\\s*${NUMBER}\\s+${NUMBER}(?:\\s+${NUMBER})?\\s*\\)\\s*$`,
  "i",
);

function parseWkt(text: string, ignoreZ: boolean): GeoPoint {
  const match = WKT.exec(text);
  if (match === null) {
    const name = /^\s*([A-Za-z]+)/.exec(text)?.[1]?.toUpperCase() ?? "";
    if (["MULTIPOINT"].includes(name)) {
      throw parseException(
        `[geo_point] supports only POINT among WKT primitives, but found ${name}`,
      );
    }
    const bad =
      name === "POINT" ? /[^\s\d+.,()-][^\s,()]*/.exec(text.replace(/^\s*\w+/, "")) : null;
    throw parseException(
      "Invalid WKT format",
      bad === null
        ? illegalArgument(`Unknown geometry type: ${name}`)
        : parseException(`invalid number found: ${bad[0]}`),
    );
  }
  const [, lon, lat, z] = match;
  if (z !== undefined && !ignoreZ) {
    throw parseException(
      "Invalid WKT format",
      illegalArgument(
        `found Z value [${javaDouble(Number(z))}] but [ignore_z_value] parameter is [false]`,
      ),
    );
  }
  const point = { lon: Number(lon), lat: Number(lat) };
  if (Math.abs(point.lat) > 90) {
    throw parseException(
      "Invalid WKT format",
      illegalArgument(`invalid latitude ${javaDouble(point.lat)}; must be between -90.0 and 90.0`),
    );
  }
  if (Math.abs(point.lon) > 180) {
    throw parseException(
      "Invalid WKT format",
      illegalArgument(
        `invalid longitude ${javaDouble(point.lon)}; must be between -180.0 and 180.0`,
      ),
    );
  }
  return point;
}

const BASE_32 = "0123456789bcdefghjkmnpqrstuvwxyz";

/** The south-west corner of a geohash's cell; at most twelve characters count. */
export function parseGeohash(geohash: string): GeoPoint {
  if (geohash === "") {
    throw parseException("empty geohash", illegalArgument("empty geohash"));
  }
  let lat = 0;
  let lon = 0;
  let latSize = 180;
  let lonSize = 360;
  let isLon = true;
  for (const char of geohash.slice(0, 12)) {
    const value = BASE_32.indexOf(char);
    if (value < 0) {
      const message = `unsupported symbol [${char}] in geohash [${geohash}]`;
      throw parseException(message, illegalArgument(message));
    }
    for (let bit = 16; bit > 0; bit >>= 1) {
      if (isLon) {
        lonSize /= 2;
        if (value & bit) lon += lonSize;
      } else {
        latSize /= 2;
        if (value & bit) lat += latSize;
      }
      isLon = !isLon;
    }
  }
  return { lat: lat - 90, lon: lon - 180 };
}

/** The geohash of a point, twelve characters. */
export function geohashOf(point: GeoPoint, length = 12): string {
  let out = "";
  let latLow = -90;
  let latSize = 180;
  let lonLow = -180;
  let lonSize = 360;
  let isLon = true;
  for (let i = 0; i < length; i++) {
    let value = 0;
    for (let bit = 16; bit > 0; bit >>= 1) {
      if (isLon) {
        lonSize /= 2;
        if (point.lon >= lonLow + lonSize) {
          value |= bit;
          lonLow += lonSize;
        }
      } else {
        latSize /= 2;
        if (point.lat >= latLow + latSize) {
          value |= bit;
          latLow += latSize;
        }
      }
      isLon = !isLon;
    }
    out += BASE_32[value];
  }
  return out;
}

/** Refuses points off the globe. */
export function validateGeoPoint(point: GeoPoint, field?: string): void {
  const place = field === undefined ? "" : ` for ${field}`;
  if (!(point.lat <= 90 && point.lat >= -90)) {
    throw illegalArgument(`illegal latitude value [${javaDouble(point.lat)}]${place}`);
  }
  if (!(point.lon <= 180 && point.lon >= -180)) {
    throw illegalArgument(`illegal longitude value [${javaDouble(point.lon)}]${place}`);
  }
}

/** Brings a point off the globe back onto it: over a pole means the other side. */
export function normalizeGeoPoint(point: GeoPoint): GeoPoint {
  if (!Number.isFinite(point.lat) || !Number.isFinite(point.lon)) {
    throw parseException("cannot normalize the point - not a number");
  }
  let { lat, lon } = point;
  if (lat <= 90 && lat >= -90 && lon <= 180 && lon >= -180) return point;
  if (lat > 90 || lat < -90) {
    lat = centered(lat, 360);
    const shift = lat < -90 || lat > 90;
    if (lat < -90) lat = -180 - lat;
    else if (lat > 90) lat = 180 - lat;
    if (shift) lon += 180;
  }
  if (lon > 180 || lon <= -180) lon = centered(lon, 360);
  return { lat, lon };
}

function centered(value: number, divisor: number): number {
  let rest = value % divisor;
  if (rest <= 0) rest += divisor;
  if (rest > divisor / 2) rest -= divisor;
  return rest;
}

/** Is the error one that a malformed point makes? */
export function isGeoError(error: unknown): boolean {
  return error instanceof VarveError && error.kind !== "internal";
}
