// Geographic points as integers.
//   latitude   round down of degrees / (180 / 2^32)     signed 32 bits
//   longitude  round down of degrees / (360 / 2^32)     signed 32 bits
// The doc value is latitude in the high half, longitude in the low half.
// Upstream: org.apache.lucene.geo.GeoEncodingUtils.

const LAT_DECODE = 180 / 4294967296;
const LON_DECODE = 360 / 4294967296;

/** A latitude as 32 sortable bits, rounded down. */
export function encodeLatitude(degrees: number): number {
  return Math.floor((degrees === 90 ? 90 - LAT_DECODE / 2 : degrees) / LAT_DECODE);
}

/** A latitude as 32 sortable bits, rounded up. */
export function encodeLatitudeCeil(degrees: number): number {
  return Math.ceil((degrees === 90 ? 90 - LAT_DECODE / 2 : degrees) / LAT_DECODE);
}

/** A longitude as 32 sortable bits, rounded down. */
export function encodeLongitude(degrees: number): number {
  return Math.floor((degrees === 180 ? 180 - LON_DECODE / 2 : degrees) / LON_DECODE);
}

/** A longitude as 32 sortable bits, rounded up. */
export function encodeLongitudeCeil(degrees: number): number {
  return Math.ceil((degrees === 180 ? 180 - LON_DECODE / 2 : degrees) / LON_DECODE);
}

/** Degrees of an encoded latitude. */
export function decodeLatitude(encoded: number): number {
  return encoded * LAT_DECODE;
}

/** Degrees of an encoded longitude. */
export function decodeLongitude(encoded: number): number {
  return encoded * LON_DECODE;
}

/** A sortable signed int of 4 big-endian bytes, as points hold it. */
export function readSortableInt(bytes: Uint8Array, at: number): number {
  const value =
    (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  return value ^ 0x80000000;
}

/** Writes an int so that bytes sort as the numbers do. */
export function writeSortableInt(value: number, bytes: Uint8Array, at: number): void {
  const image = value ^ 0x80000000;
  bytes[at] = image >>> 24;
  bytes[at + 1] = image >>> 16;
  bytes[at + 2] = image >>> 8;
  bytes[at + 3] = image;
}
