// Hashes of values as two 32-bit halves, without BigInt: cardinality hashes every value.
// Upstream: org.opensearch.common.util.BitMixer.mix64,
// org.opensearch.common.hash.MurmurHash3.hash128.

/** A 64-bit hash. */
export interface HashHalves {
  high: number;
  low: number;
}

// Products are of unsigned halves: the low product needs all 64 bits.
function multiply(into: HashHalves, factorHigh: number, factorLow: number): void {
  const { high, low } = into;
  const low16 = low & 0xffff;
  const low32 = low >>> 16;
  const factor16 = factorLow & 0xffff;
  const factor32 = factorLow >>> 16;
  const a = low16 * factor16;
  const b = low32 * factor16 + (a >>> 16);
  const c = low16 * factor32 + (b % 65536);
  const carry = low32 * factor32 + Math.floor(b / 65536) + Math.floor(c / 65536);
  into.low = ((c % 65536) * 65536 + (a & 0xffff)) | 0;
  into.high = (carry + Math.imul(high, factorLow) + Math.imul(low, factorHigh)) | 0;
}

function xorShiftRight(into: HashHalves, bits: number): void {
  if (bits >= 32) {
    into.low ^= into.high >>> (bits - 32);
    return;
  }
  const low = (into.low >>> bits) | (into.high << (32 - bits));
  into.high ^= into.high >>> bits;
  into.low ^= low;
}

function rotateLeft(into: HashHalves, bits: number): void {
  const { high, low } = into;
  const by = bits & 31;
  const first = bits >= 32 ? low : high;
  const second = bits >= 32 ? high : low;
  into.high = by === 0 ? first : (first << by) | (second >>> (32 - by));
  into.low = by === 0 ? second : (second << by) | (first >>> (32 - by));
}

function add(into: HashHalves, high: number, low: number): void {
  const sum = (into.low >>> 0) + (low >>> 0);
  into.low = sum | 0;
  into.high = (into.high + high + (sum > 0xffffffff ? 1 : 0)) | 0;
}

/** Mixes a long in place. */
export function mixHash(into: HashHalves): void {
  into.low ^= into.high;
  multiply(into, 0x4cd6944c, 0x5cc20b6d);
  xorShiftRight(into, 29);
  multiply(into, 0xfc12c5b1, 0x9d3259e9);
  into.low ^= into.high;
}

const scratch = new DataView(new ArrayBuffer(8));

/** The hash of a long. */
export function hashLong(value: number | bigint, into: HashHalves): void {
  if (typeof value === "bigint") {
    scratch.setBigInt64(0, value);
    into.high = scratch.getInt32(0);
    into.low = scratch.getInt32(4);
  } else {
    into.low = value | 0;
    into.high = Math.floor(value / 4294967296) | 0;
  }
  mixHash(into);
}

/** The hash of a double's bits. */
export function hashDouble(value: number, into: HashHalves): void {
  scratch.setFloat64(0, value);
  into.high = scratch.getInt32(0);
  into.low = scratch.getInt32(4);
  mixHash(into);
}

const C1_HIGH = 0x87c37b91;
const C1_LOW = 0x114253d5;
const C2_HIGH = 0x4cf5ad43;
const C2_LOW = 0x2745937f;

function readLong(bytes: Uint8Array, from: number, end: number, into: HashHalves): void {
  into.high = 0;
  into.low = 0;
  for (let i = Math.min(end, from + 8) - 1; i >= from; i--) {
    if (i >= from + 4) into.high = (into.high << 8) | bytes[i]!;
    else into.low = (into.low << 8) | bytes[i]!;
  }
}

function mixFirst(k: HashHalves, h: HashHalves): void {
  multiply(k, C1_HIGH, C1_LOW);
  rotateLeft(k, 31);
  multiply(k, C2_HIGH, C2_LOW);
  h.high ^= k.high;
  h.low ^= k.low;
}

function mixSecond(k: HashHalves, h: HashHalves): void {
  multiply(k, C2_HIGH, C2_LOW);
  rotateLeft(k, 33);
  multiply(k, C1_HIGH, C1_LOW);
  h.high ^= k.high;
  h.low ^= k.low;
}

function finish(h: HashHalves): void {
  xorShiftRight(h, 33);
  multiply(h, 0xff51afd7, 0xed558ccd);
  xorShiftRight(h, 33);
  multiply(h, 0xc4ceb9fe, 0x1a85ec53);
  xorShiftRight(h, 33);
}

const k: HashHalves = { high: 0, low: 0 };
const h2: HashHalves = { high: 0, low: 0 };

/** The first half of MurmurHash3_x64_128 with seed 0. */
export function hashBytes(bytes: Uint8Array, into: HashHalves): void {
  const h1 = into;
  h1.high = h1.low = h2.high = h2.low = 0;
  const { length } = bytes;
  const blocks = length & ~15;
  for (let i = 0; i < blocks; i += 16) {
    readLong(bytes, i, length, k);
    mixFirst(k, h1);
    rotateLeft(h1, 27);
    add(h1, h2.high, h2.low);
    multiply(h1, 0, 5);
    add(h1, 0, 0x52dce729);
    readLong(bytes, i + 8, length, k);
    mixSecond(k, h2);
    rotateLeft(h2, 31);
    add(h2, h1.high, h1.low);
    multiply(h2, 0, 5);
    add(h2, 0, 0x38495ab5);
  }
  if (length > blocks + 8) {
    readLong(bytes, blocks + 8, length, k);
    mixSecond(k, h2);
  }
  if (length > blocks) {
    readLong(bytes, blocks, length, k);
    mixFirst(k, h1);
  }
  h1.low ^= length;
  h2.low ^= length;
  add(h1, h2.high, h2.low);
  add(h2, h1.high, h1.low);
  finish(h1);
  finish(h2);
  add(h1, h2.high, h2.low);
}
