// Fixed-width unsigned integers, packed from the lowest bit of each byte upwards (little-endian).
//
//   BITS               LAYOUT
//   1 2 4              8 / bits values per byte, the first one in the lowest bits
//   8 16 24 32 … 64    whole bytes, low byte first
//   12 20 28           two values in bits / 4 bytes: first | second << bits
// After the last value come 0–3 zero bytes, so that each value can be read with one 16-, 32- or
// 64-bit load: 1 for 12 bits, 2 for 20, 1 for 24 and 28, 3 for 40, 2 for 48, 1 for 56.
// Upstream: org.apache.lucene.util.packed.DirectWriter (9.1.0). Spec: docs/format/doc-values.md.

import { assert } from "../../../base/index.ts";
import type { DataOutput } from "../../store/index.ts";

/** The widths that exist; others are rounded up. */
export const DIRECT_BITS = [1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 56, 64] as const;

/** Is `bitsPerValue` one of the widths? */
export function isDirectBits(bitsPerValue: number): boolean {
  return (DIRECT_BITS as readonly number[]).includes(bitsPerValue);
}

function roundBits(bits: number): number {
  for (const supported of DIRECT_BITS) if (supported >= bits) return supported;
  throw new RangeError(`No width for ${bits} bits`);
}

/** Width that holds 0…`maxValue`, a non-negative number of at most 2^53. */
export function directBitsRequired(maxValue: number): number {
  if (maxValue < 4294967296) return roundBits(Math.max(1, 32 - Math.clz32(maxValue)));
  return roundBits(64 - Math.clz32(Math.floor(maxValue / 4294967296)));
}

/** Width that holds 0…`high:low`, read as unsigned 64 bits. */
export function directBitsRequiredLong(high: number, low: number): number {
  return roundBits(high === 0 ? Math.max(1, 32 - Math.clz32(low)) : 64 - Math.clz32(high));
}

/** Zero bytes after the last value. */
export function directPaddingBytes(bitsPerValue: number): number {
  const load = bitsPerValue > 32 ? 64 : bitsPerValue > 16 ? 32 : bitsPerValue > 8 ? 16 : 0;
  return load === 0 ? 0 : (load - bitsPerValue + 7) >>> 3;
}

/** Bytes of `count` values, padding included. */
export function directBytes(count: number, bitsPerValue: number): number {
  return Math.ceil((count * bitsPerValue) / 8) + directPaddingBytes(bitsPerValue);
}

const BUFFER_VALUES = 512;

/** Packs exactly `count` values into `out`; then call `finish`. */
export class DirectWriter {
  private readonly out: DataOutput;
  private readonly bitsPerValue: number;
  private rest: number;
  private readonly low = new Int32Array(BUFFER_VALUES);
  private readonly high = new Int32Array(BUFFER_VALUES);
  private readonly bytes: Uint8Array;
  private pending = 0;

  constructor(out: DataOutput, count: number, bitsPerValue: number) {
    assert(isDirectBits(bitsPerValue), `unsupported bits per value ${bitsPerValue}`);
    this.out = out;
    this.bitsPerValue = bitsPerValue;
    this.rest = count;
    this.bytes = new Uint8Array((BUFFER_VALUES * bitsPerValue) / 8);
  }

  /** A non-negative safe integer that fits the width. */
  add(value: number): void {
    this.addLong(value < 4294967296 ? 0 : (value / 4294967296) | 0, value | 0);
  }

  /** The halves of an unsigned 64-bit value that fits the width. */
  addLong(high: number, low: number): void {
    this.low[this.pending] = low;
    this.high[this.pending] = high;
    if (++this.pending === BUFFER_VALUES) this.flush();
  }

  private flush(): void {
    const count = this.pending;
    this.low.fill(0, count);
    this.high.fill(0, count);
    packDirect(this.bitsPerValue, this.high, this.low, count, this.bytes);
    this.out.writeBytes(this.bytes, 0, Math.ceil((count * this.bitsPerValue) / 8));
    this.rest -= count;
    this.pending = 0;
  }

  /** Writes what is left and the padding. */
  finish(): void {
    if (this.pending > 0) this.flush();
    assert(this.rest === 0, `direct writer is off by ${this.rest} values`);
    for (let i = directPaddingBytes(this.bitsPerValue); i > 0; i--) this.out.writeByte(0);
  }
}

/** Packs `count` values, rounded up to whole groups of 8; the arrays hold zeros behind them. */
function packDirect(
  bits: number,
  high: Int32Array,
  low: Int32Array,
  count: number,
  bytes: Uint8Array,
): void {
  if (bits < 8) packBelowByte(bits, low, count, bytes);
  else if (bits === 12 || bits === 20 || bits === 28) packPairs(bits, low, count, bytes);
  else packWholeBytes(bits >>> 3, high, low, count, bytes);
}

function packBelowByte(bits: number, low: Int32Array, count: number, bytes: Uint8Array): void {
  const perByte = 8 / bits;
  for (let i = 0, o = 0; i < count; i += perByte, o++) {
    let packed = 0;
    for (let j = 0; j < perByte; j++) packed |= low[i + j]! << (j * bits);
    bytes[o] = packed;
  }
}

/** first | second << bits, where bits is 4 above a whole number of bytes. */
function packPairs(bits: number, low: Int32Array, count: number, bytes: Uint8Array): void {
  const whole = bits >>> 3;
  for (let i = 0, o = 0; i < count; i += 2) {
    const first = low[i]!;
    const second = low[i + 1]!;
    for (let shift = 0; shift < whole; shift++) bytes[o++] = first >>> (shift << 3);
    bytes[o++] = (first >>> (whole << 3)) | ((second & 15) << 4);
    for (let shift = 0; shift < whole; shift++) bytes[o++] = second >>> ((shift << 3) + 4);
  }
}

function packWholeBytes(
  width: number,
  high: Int32Array,
  low: Int32Array,
  count: number,
  bytes: Uint8Array,
): void {
  const lowBytes = Math.min(width, 4);
  for (let i = 0, o = 0; i < count; i++) {
    const l = low[i]!;
    for (let b = 0; b < lowBytes; b++) bytes[o++] = l >>> (b << 3);
    const h = high[i]!;
    for (let b = 4; b < width; b++) bytes[o++] = h >>> ((b - 4) << 3);
  }
}
