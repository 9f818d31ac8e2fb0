// Sortable encodings of numbers: the bytes of points and the longs of doc values.
// Upstream: org.apache.lucene.util.NumericUtils, org.apache.lucene.sandbox.document.HalfFloatPoint.
//
//   long, date   8 bytes big-endian, sign bit flipped        doc value: the long
//   int          4 bytes big-endian, sign bit flipped        doc value: the int
//   double       bits; if negative all but the sign flipped  doc value: those 64 bits as a long
//   float        the same over 32 bits                       doc value: those 32 bits as an int
//   half_float   the same over 16 bits                       doc value: those 16 bits as a short

const scratch = new DataView(new ArrayBuffer(8));

/** The point of a long given as a safe integer. */
export function longPoint(value: number): Uint8Array {
  const out = new Uint8Array(8);
  writeLong(value, out, 0);
  return out;
}

/** Writes a safe integer as a sortable big-endian long. */
export function writeLong(value: number, out: Uint8Array, at: number): void {
  const low = value >>> 0;
  const high = ((value - low) / 4294967296) ^ 0x80000000;
  out[at] = high >>> 24;
  out[at + 1] = high >>> 16;
  out[at + 2] = high >>> 8;
  out[at + 3] = high;
  out[at + 4] = low >>> 24;
  out[at + 5] = low >>> 16;
  out[at + 6] = low >>> 8;
  out[at + 7] = low;
}

/** The point of any 64-bit long. */
export function bigLongPoint(value: bigint): Uint8Array {
  scratch.setBigInt64(0, value);
  const out = new Uint8Array(scratch.buffer.slice(0));
  out[0]! ^= 0x80;
  return out;
}

/** The point of a long, whichever way it is held. */
export function anyLongPoint(value: number | bigint): Uint8Array {
  return typeof value === "number" ? longPoint(value) : bigLongPoint(value);
}

/** The point of an int. */
export function intPoint(value: number): Uint8Array {
  const out = new Uint8Array(4);
  writeInt(value, out, 0);
  return out;
}

/** Writes an int as four sortable big-endian bytes. */
export function writeInt(value: number, out: Uint8Array, at: number): void {
  const sortable = value ^ 0x80000000;
  out[at] = sortable >>> 24;
  out[at + 1] = sortable >>> 16;
  out[at + 2] = sortable >>> 8;
  out[at + 3] = sortable;
}

/** NumericUtils.floatToSortableInt. */
export function floatToSortableInt(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getInt32(0);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

/** NumericUtils.sortableIntToFloat. */
export function sortableIntToFloat(sortable: number): number {
  scratch.setInt32(0, sortable ^ ((sortable >> 31) & 0x7fffffff));
  return scratch.getFloat32(0);
}

/** NumericUtils.doubleToSortableLong; a bigint, because most values exceed a safe integer. */
export function doubleToSortableLong(value: number): bigint {
  scratch.setFloat64(0, value);
  const high = scratch.getInt32(0);
  if (high < 0) {
    scratch.setInt32(0, high ^ 0x7fffffff);
    scratch.setInt32(4, ~scratch.getInt32(4));
  }
  return scratch.getBigInt64(0);
}

/** NumericUtils.sortableLongToDouble. */
export function sortableLongToDouble(sortable: bigint): number {
  scratch.setBigInt64(0, sortable);
  const high = scratch.getInt32(0);
  if (high < 0) {
    scratch.setInt32(0, high ^ 0x7fffffff);
    scratch.setInt32(4, ~scratch.getInt32(4));
  }
  return scratch.getFloat64(0);
}

/** The point of a double. */
export function doublePoint(value: number): Uint8Array {
  const out = new Uint8Array(8);
  writeDouble(value, out, 0);
  return out;
}

/** Writes a double as eight sortable bytes. */
export function writeDouble(value: number, out: Uint8Array, at: number): void {
  scratch.setFloat64(0, value);
  let high = scratch.getInt32(0);
  let low = scratch.getInt32(4);
  if (high < 0) {
    high ^= 0x7fffffff;
    low = ~low;
  }
  high ^= 0x80000000;
  scratch.setInt32(0, high);
  scratch.setInt32(4, low);
  for (let i = 0; i < 8; i++) out[at + i] = scratch.getUint8(i);
}

/** The point of a float. */
export function floatPoint(value: number): Uint8Array {
  return intPoint(floatToSortableInt(value));
}

/** HalfFloatPoint.halfFloatToSortableShort, a signed short; infinite when out of range. */
export function halfFloatToSortableShort(value: number): number {
  const bits = floatToShortBits(value);
  const short = (bits << 16) >> 16;
  return ((short ^ ((short >> 15) & 0x7fff)) << 16) >> 16;
}

/** HalfFloatPoint.sortableShortToHalfFloat. */
export function sortableShortToHalfFloat(sortable: number): number {
  const short = ((sortable << 16) >> 16) ^ ((((sortable << 16) >> 16) >> 15) & 0x7fff);
  return shortBitsToFloat(short & 0xffff);
}

/** The point of a half float. */
export function halfFloatPoint(value: number): Uint8Array {
  const sortable = halfFloatToSortableShort(value) ^ 0x8000;
  return new Uint8Array([(sortable >>> 8) & 0xff, sortable & 0xff]);
}

// HalfFloatPoint.floatToShortBits: rounds half to even.
function floatToShortBits(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getInt32(0);
  const sign = bits >>> 31;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  let halfExponent = exponent - 127 + 15;
  let halfMantissa: number;
  if (exponent === 0xff) {
    halfExponent = 0x1f;
    halfMantissa = mantissa >>> 13;
  } else if (exponent === 0) {
    halfExponent = 0;
    halfMantissa = 0;
  } else if (halfExponent >= 0x1f) {
    halfExponent = 0x1f;
    halfMantissa = 0;
  } else if (halfExponent <= 0) {
    halfMantissa = roundShift(0x800000 | mantissa, 13 - halfExponent + 1);
    halfExponent = 0;
  } else {
    halfMantissa = roundShift((halfExponent << 23) | mantissa, 13);
    return ((sign << 15) | halfMantissa) & 0xffff;
  }
  return ((sign << 15) | ((halfExponent << 10) + halfMantissa)) & 0xffff;
}

// Half to even: adding one half rounds, taking the lowest kept bit back settles a tie.
function roundShift(value: number, shift: number): number {
  if (shift > 31) return 0;
  value += 1 << (shift - 1);
  value -= (value >>> shift) & 1;
  return value >>> shift;
}

function shortBitsToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** The next double up or down; never past an infinity. */
export function nextDouble(value: number, up: boolean): number {
  if (value === (up ? Infinity : -Infinity)) return value;
  return sortableLongToDouble(doubleToSortableLong(value) + (up ? 1n : -1n));
}
