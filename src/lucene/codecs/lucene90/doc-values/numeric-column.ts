// Values of a numeric column by position: gcd * packed + minValue, a table, one constant, or blocks
// with their own width and minimum. One class for all encodings, so that callers stay monomorphic;
// values are decoded 128 at a time into a Float64Array, and the hot path is one comparison.
//
//   value(i) = chunk == i >> 7 ? values[i & 127] : decode
// A lone probe far from the last one decodes just its value: a chunk is decoded when the probe is
// in the chunk after the current one, or for the second probe in a chunk.
// 64 bits: where every value is a safe integer (minValue + gcd * (2^bits - 1) is one), numbers are
// exact and the halves come from them; otherwise halves are computed modulo 2^64, and numbers from
// the halves.
// Upstream: Lucene90DocValuesProducer.getNumericValues, VaryingBPVReader (9.12.3).

import { corrupt } from "../../../../base/index.ts";
import type { IndexInput, RandomAccessInput } from "../../../store/index.ts";
import { openDirectReader } from "../../../util/packed/big-endian-direct-reader.ts";
import type { DirectReader } from "../../../util/packed/direct-reader.ts";
import type { NumericEntry } from "./doc-values-entries.ts";

const CHUNK_SHIFT = 7;
const CHUNK_VALUES = 1 << CHUNK_SHIFT;
const CHUNK_MASK = CHUNK_VALUES - 1;
const TWO_32 = 4294967296;

/** Random access to the values of one field; not shared between iterators. */
export class NumericColumn {
  /** Number of values. */
  readonly count: number;
  private readonly entry: NumericEntry;
  private readonly data: RandomAccessInput;
  private readonly constant: boolean;
  private readonly mul: number;
  private readonly table: Float64Array | undefined;
  private readonly values = new Float64Array(CHUNK_VALUES);
  private readonly highs: Int32Array;
  private readonly lows: Int32Array;
  /** Chunk in `values`; -1 at first. */
  private chunk = -1;
  private missedChunk = -1;
  /** Current block where the column is in blocks; otherwise always 0. */
  private block = -1;
  private blockStart = 0;
  private packed: DirectReader;
  private delta = 0;
  private deltaLong = 0n;
  /** Are the current block's values not all safe integers? */
  private wide = false;

  constructor(data: IndexInput, entry: NumericEntry) {
    this.entry = entry;
    this.count = entry.numValues;
    this.data = data.randomAccess();
    this.constant = entry.bitsPerValue === 0;
    this.mul = Number(entry.gcd);
    this.table = entry.table === undefined ? undefined : Float64Array.from(entry.table, Number);
    this.packed = openDirectReader(this.data, 0, 0, this.count);
    const inBlocks = entry.blockShift >= 0 && !this.constant;
    if (!inBlocks)
      this.openBlock(0, entry.bitsPerValue, entry.minValue, entry.valuesOffset, this.count);
    const needsHalves = inBlocks || this.wide;
    this.highs = new Int32Array(needsHalves ? CHUNK_VALUES : 0);
    this.lows = new Int32Array(needsHalves ? CHUNK_VALUES : 0);
    if (this.constant) this.fillConstant();
  }

  /** The value as a number: exact up to 2^53, above the nearest double. */
  get(index: number): number {
    if (index >>> CHUNK_SHIFT === this.chunk) return this.values[index & CHUNK_MASK]!;
    return this.miss(index);
  }

  /** The exact low half, signed. */
  low(index: number): number {
    const value = this.get(index);
    if (!this.wide) return value | 0;
    this.load(index >>> CHUNK_SHIFT);
    return this.lows[index & CHUNK_MASK]!;
  }

  /** The exact high half, signed. */
  high(index: number): number {
    const value = this.get(index);
    if (!this.wide) return Math.floor(value / TWO_32);
    this.load(index >>> CHUNK_SHIFT);
    return this.highs[index & CHUNK_MASK]!;
  }

  private miss(index: number): number {
    if (index < 0 || index >= this.count) {
      throw corrupt("Position of a doc value is out of bounds", { index, count: this.count });
    }
    const chunk = index >>> CHUNK_SHIFT;
    if (this.constant) {
      this.chunk = chunk;
      return this.values[0]!;
    }
    if (chunk === this.chunk + 1 || chunk === this.missedChunk) {
      this.load(chunk);
      return this.values[index & CHUNK_MASK]!;
    }
    this.missedChunk = chunk;
    this.moveToBlock(index);
    if (this.wide) {
      this.load(chunk);
      return this.values[index & CHUNK_MASK]!;
    }
    const raw = this.packed.get(index - this.blockStart);
    if (this.table !== undefined) return this.tableValue(raw);
    return this.mul * raw + this.delta;
  }

  private tableValue(raw: number): number {
    const value = this.table![raw];
    if (value === undefined) throw corrupt("Position in the value table is out of bounds", { raw });
    return value;
  }

  /** Decodes a chunk; nothing to do if it is the current one. */
  private load(chunk: number): void {
    if (chunk === this.chunk) return;
    const first = (chunk << CHUNK_SHIFT) >>> 0;
    this.moveToBlock(first);
    const { packed, values } = this;
    const from = first - this.blockStart;
    const count = Math.min(CHUNK_VALUES, packed.count - from);
    this.chunk = -1;
    if (this.wide) {
      this.loadWide(from, count);
    } else {
      packed.fill(values, from, count);
      if (this.table !== undefined) {
        for (let i = 0; i < count; i++) values[i] = this.tableValue(values[i]!);
      } else {
        const { mul, delta } = this;
        if (mul !== 1 || delta !== 0) {
          for (let i = 0; i < count; i++) values[i] = values[i]! * mul + delta;
        }
      }
    }
    this.chunk = chunk;
  }

  private loadWide(from: number, count: number): void {
    const { highs, lows, values } = this;
    this.packed.fillLongs(highs, lows, from, count);
    const { table, gcd } = this.entry;
    if (table !== undefined) fromTable(table, highs, lows, count);
    else multiplyAdd(gcd, this.deltaLong, highs, lows, count);
    for (let i = 0; i < count; i++) values[i] = highs[i]! * TWO_32 + (lows[i]! >>> 0);
  }

  private moveToBlock(index: number): void {
    const { blockShift } = this.entry;
    const block = blockShift < 0 || this.constant ? 0 : Math.floor(index / 2 ** blockShift);
    if (block === this.block) return;
    const { entry, data } = this;
    const jump = entry.valueJumpTableOffset + block * 8;
    let at = entry.blockStarts?.[block] ?? data.longNumberAt(jump);
    if (at < 0 || at >= data.length)
      throw corrupt("Block of values is out of bounds", { offset: at });
    const bits = data.byteAt(at);
    const min = data.longAt(at + 1);
    at += bits === 0 ? 9 : 13;
    const start = block * 2 ** blockShift;
    this.openBlock(block, bits, min, at, Math.min(2 ** blockShift, this.count - start));
  }

  private openBlock(block: number, bits: number, min: bigint, offset: number, count: number): void {
    this.packed = openDirectReader(this.data, offset, bits, count);
    // The chunk may be of another block, and `wide` speaks of the current one.
    this.chunk = -1;
    this.block = block;
    this.blockStart = block === 0 ? 0 : block * 2 ** this.entry.blockShift;
    this.deltaLong = min;
    this.delta = Number(min);
    const { table } = this.entry;
    this.wide =
      table === undefined
        ? bits > 48 || !isSafe(min) || !isSafe(min + this.entry.gcd * ((1n << BigInt(bits)) - 1n))
        : !table.every(isSafe);
  }

  /** Every chunk of a constant column looks the same. */
  private fillConstant(): void {
    this.values.fill(Number(this.entry.minValue));
    this.highs.fill(Number(this.entry.minValue >> 32n));
    this.lows.fill(Number(BigInt.asIntN(32, this.entry.minValue)));
  }
}

function isSafe(value: bigint): boolean {
  return value >= -9007199254740991n && value <= 9007199254740991n;
}

function fromTable(
  table: readonly bigint[],
  highs: Int32Array,
  lows: Int32Array,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const value = table[lows[i]!];
    if (value === undefined)
      throw corrupt("Position in the value table is out of bounds", { raw: lows[i]! });
    highs[i] = Number(value >> 32n);
    lows[i] = Number(BigInt.asIntN(32, value));
  }
}

/** value = gcd * value + delta, modulo 2^64. */
function multiplyAdd(
  gcd: bigint,
  delta: bigint,
  highs: Int32Array,
  lows: Int32Array,
  count: number,
): void {
  if (gcd !== 1n) multiply(gcd, highs, lows, count);
  const deltaHigh = Number(delta >> 32n);
  const deltaLow = Number(BigInt.asUintN(32, delta));
  for (let i = 0; i < count; i++) {
    const low = (lows[i]! >>> 0) + deltaLow;
    lows[i] = low;
    highs[i] = highs[i]! + deltaHigh + (low >= TWO_32 ? 1 : 0);
  }
}

/** (h, l) * (gh, gl) = (hi(l * gl) + l * gh + h * gl, lo(l * gl)), with 16-bit limbs for l * gl. */
function multiply(gcd: bigint, highs: Int32Array, lows: Int32Array, count: number): void {
  const gcdHigh = Number(BigInt.asIntN(32, gcd >> 32n));
  const gcdLow = Number(BigInt.asUintN(32, gcd));
  const g0 = gcdLow & 0xffff;
  const g1 = gcdLow >>> 16;
  for (let i = 0; i < count; i++) {
    const low = lows[i]!;
    const l0 = low & 0xffff;
    const l1 = low >>> 16;
    const middle = l1 * g0 + Math.floor((l0 * g0) / 65536);
    const upper = (middle % 65536) + l0 * g1;
    highs[i] =
      ((l1 * g1 + Math.floor(middle / 65536) + Math.floor(upper / 65536)) % TWO_32) +
      Math.imul(low, gcdHigh) +
      Math.imul(highs[i]!, gcdLow | 0);
    lows[i] = Math.imul(low, gcdLow | 0);
  }
}
