// The two kinds of arithmetic of numeric-writer.ts: on numbers, and on 32-bit halves.

import { assert } from "../../../../base/index.ts";
import {
  type DirectWriter,
  directBitsRequired,
  directBitsRequiredLong,
} from "../../../util/packed/direct-writer.ts";
import type { LongColumn } from "../../../util/packed/long-column.ts";

const TWO_32 = 4294967296;

/** What the two kinds of arithmetic offer to the encoder. Positions are those of the column. */
export interface RelativeColumn {
  readonly count: number;
  /** Exact value of the least. */
  readonly min: bigint;
  readonly max: bigint;
  readonly gcd: bigint;
  /** Width of (max - min) of a range of positions, not divided; 0 where all are equal. */
  rangeBits(from: number, to: number): number;
  /** Width of (max - min) / gcd of all values. */
  readonly bits: number;
  /** Exact value at a position. */
  big(index: number): bigint;
  /** Least value of a range of positions, and the width of (value - min) / gcd there. */
  blockShape(from: number, to: number): { min: bigint; bits: number };
  /** Packs (value - min) / gcd of a range of positions. */
  pack(writer: DirectWriter, from: number, to: number, min: bigint, gcd: bigint): void;
  /** Distinct values ascending, or undefined if there are more than `most`. */
  distinct(most: number): bigint[] | undefined;
  /** Packs the position of each value in `table`. */
  packTable(writer: DirectWriter, table: readonly bigint[]): void;
}

/** The column as differences from its first value; undefined if these are not safe integers. */
export function relativeTo(column: LongColumn): RelativeColumn | undefined {
  if (column.count === 0) return new NarrowColumn(new Float64Array(0), 0n, 0);
  const { numbers, count } = column;
  if (numbers !== undefined) {
    const narrow = new NarrowColumn(numbers, 0n, count);
    return narrow.spanIsSafe ? narrow : undefined;
  }
  const firstHigh = column.high(0);
  const firstLow = column.low(0) >>> 0;
  const differences = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const high = column.high(i) - firstHigh;
    // Beyond ±2^20 in the high half a difference may be 2^53 or more.
    if (high > 1048576 || high < -1048576) return undefined;
    differences[i] = high * TWO_32 + ((column.low(i) >>> 0) - firstLow);
  }
  const narrow = new NarrowColumn(differences, column.big(0), count);
  return narrow.spanIsSafe ? narrow : undefined;
}

/** Numbers relative to a base. */
class NarrowColumn implements RelativeColumn {
  readonly count: number;
  readonly min: bigint;
  readonly max: bigint;
  readonly gcd: bigint;
  readonly bits: number;
  readonly spanIsSafe: boolean;
  private readonly values: Float64Array;
  private readonly base: bigint;
  private readonly divisor: number;

  constructor(values: Float64Array, base: bigint, count: number) {
    this.values = values;
    this.base = base;
    this.count = count;
    const { min, max } = this.extremes(0, count);
    this.spanIsSafe = Number.isSafeInteger(max - min);
    this.min = BigInt(min) + base;
    this.max = BigInt(max) + base;
    this.divisor = this.spanIsSafe ? greatestCommonDivisor(values, count) : 1;
    this.gcd = BigInt(this.divisor);
    this.bits =
      max === min || !this.spanIsSafe ? 0 : directBitsRequired((max - min) / this.divisor);
  }

  private extremes(from: number, to: number): { min: number; max: number } {
    const { values } = this;
    if (from === to) return { min: 0, max: 0 };
    let min = values[from]!;
    let max = min;
    for (let i = from + 1; i < to; i++) {
      const value = values[i]!;
      if (value < min) min = value;
      else if (value > max) max = value;
    }
    return { min, max };
  }

  rangeBits(from: number, to: number): number {
    const { min, max } = this.extremes(from, to);
    return min === max ? 0 : directBitsRequired(max - min);
  }

  big(index: number): bigint {
    return BigInt(this.values[index]!) + this.base;
  }

  blockShape(from: number, to: number): { min: bigint; bits: number } {
    const { min, max } = this.extremes(from, to);
    const bits = min === max ? 0 : directBitsRequired((max - min) / this.divisor);
    return { min: BigInt(min) + this.base, bits };
  }

  pack(writer: DirectWriter, from: number, to: number, min: bigint, gcd: bigint): void {
    const { values } = this;
    const least = Number(min - this.base);
    const divisor = Number(gcd);
    for (let i = from; i < to; i++) writer.add((values[i]! - least) / divisor);
  }

  distinct(most: number): bigint[] | undefined {
    const seen = new Set<number>();
    for (let i = 0; i < this.count; i++) {
      seen.add(this.values[i]!);
      if (seen.size > most) return undefined;
    }
    return [...seen].sort((a, b) => a - b).map((value) => BigInt(value) + this.base);
  }

  packTable(writer: DirectWriter, table: readonly bigint[]): void {
    const positions = new Map(table.map((value, i) => [Number(value - this.base), i]));
    for (let i = 0; i < this.count; i++) writer.add(positions.get(this.values[i]!)!);
  }
}

/** Of all differences from the first value; 1 as soon as it is. */
function greatestCommonDivisor(values: Float64Array, count: number): number {
  let gcd = 0;
  for (let i = 1; i < count && gcd !== 1; i++) {
    let a = Math.abs(values[i]! - values[0]!);
    if (gcd !== 0 && a % gcd === 0) continue;
    while (a !== 0) {
      const rest = gcd % a;
      gcd = a;
      a = rest;
    }
  }
  return gcd === 0 ? 1 : gcd;
}

/** Signed 64-bit values as halves. */
export class WideColumn implements RelativeColumn {
  readonly count: number;
  readonly min: bigint;
  readonly max: bigint;
  readonly gcd: bigint;
  readonly bits: number;
  private readonly highs: Int32Array;
  private readonly lows: Int32Array;
  private readonly shift: number;

  constructor(column: LongColumn) {
    this.count = column.count;
    this.highs = new Int32Array(column.count);
    this.lows = new Int32Array(column.count);
    for (let i = 0; i < column.count; i++) {
      this.highs[i] = column.high(i);
      this.lows[i] = column.low(i);
    }
    const { min, max } = this.extremes(0, this.count);
    this.min = this.big(min);
    this.max = this.big(max);
    this.shift = this.commonZeroBits();
    this.gcd = 1n << BigInt(this.shift);
    this.bits = this.spanBits(min, max, this.shift);
  }

  big(index: number): bigint {
    return (BigInt(this.highs[index]!) << 32n) | BigInt(this.lows[index]! >>> 0);
  }

  /** Low zero bits that all differences from the first value share; at most 62. */
  private commonZeroBits(): number {
    const { highs, lows } = this;
    let high = 0;
    let low = 0;
    for (let i = 1; i < this.count; i++) {
      // XOR has the same lowest set bit as the difference.
      high |= highs[i]! ^ highs[0]!;
      low |= lows[i]! ^ lows[0]!;
    }
    if (low !== 0) return 31 - Math.clz32(low & -low);
    return high === 0 ? 0 : Math.min(62, 63 - Math.clz32(high & -high));
  }

  /** Positions of the least and the greatest value. */
  private extremes(from: number, to: number): { min: number; max: number } {
    let min = from;
    let max = from;
    for (let i = from + 1; i < to; i++) {
      if (this.less(i, min)) min = i;
      else if (this.less(max, i)) max = i;
    }
    return { min, max };
  }

  private less(a: number, b: number): boolean {
    const { highs, lows } = this;
    if (highs[a]! !== highs[b]!) return highs[a]! < highs[b]!;
    return lows[a]! >>> 0 < lows[b]! >>> 0;
  }

  /** Width of (value(max) - value(min)) >>> shift, unsigned. */
  private spanBits(min: number, max: number, shift: number): number {
    const low = (this.lows[max]! >>> 0) - (this.lows[min]! >>> 0);
    const high = (this.highs[max]! - this.highs[min]! - (low < 0 ? 1 : 0)) | 0;
    return directBitsRequiredLong(highShifted(high, shift), lowShifted(high, low | 0, shift));
  }

  rangeBits(from: number, to: number): number {
    const { min, max } = this.extremes(from, to);
    return this.less(min, max) ? this.spanBits(min, max, 0) : 0;
  }

  blockShape(from: number, to: number): { min: bigint; bits: number } {
    const { min, max } = this.extremes(from, to);
    const bits = this.less(min, max) ? this.spanBits(min, max, this.shift) : 0;
    return { min: this.big(min), bits };
  }

  pack(writer: DirectWriter, from: number, to: number, min: bigint, gcd: bigint): void {
    assert(gcd === this.gcd, "a wide column packs with its own gcd");
    const { highs, lows, shift } = this;
    const minHigh = Number(min >> 32n);
    const minLow = Number(BigInt.asUintN(32, min));
    for (let i = from; i < to; i++) {
      const low = (lows[i]! >>> 0) - minLow;
      const high = (highs[i]! - minHigh - (low < 0 ? 1 : 0)) | 0;
      writer.addLong(highShifted(high, shift), lowShifted(high, low | 0, shift));
    }
  }

  distinct(most: number): bigint[] | undefined {
    const seen = new Set<bigint>();
    for (let i = 0; i < this.count; i++) {
      seen.add(this.big(i));
      if (seen.size > most) return undefined;
    }
    return [...seen].sort((a, b) => (a < b ? -1 : 1));
  }

  packTable(writer: DirectWriter, table: readonly bigint[]): void {
    const positions = new Map(table.map((value, i) => [value, i]));
    for (let i = 0; i < this.count; i++) writer.add(positions.get(this.big(i))!);
  }
}

/** High half of (high:low) >>> shift, unsigned. */
function highShifted(high: number, shift: number): number {
  return shift >= 32 ? 0 : high >>> shift;
}

/** Low half of (high:low) >>> shift, unsigned. */
function lowShifted(high: number, low: number, shift: number): number {
  if (shift === 0) return low;
  if (shift >= 32) return high >>> (shift - 32);
  return (low >>> shift) | (high << (32 - shift));
}
