// Reads what DirectWriter packs (its header has the layouts): one value at a time, or runs of
// values into typed arrays. Widths up to 48 bits give exact numbers; 56 and 64 bits have halves.
// Invariants: the width is one of DIRECT_BITS; all values lie inside the slice, else `corrupt`.
// Upstream: org.apache.lucene.util.packed.DirectReader (9.12.3). Spec: docs/format/doc-values.md.

import { corrupt } from "../../../base/index.ts";
import type { RandomAccessInput } from "../../store/index.ts";
import { isDirectBits } from "./direct-writer.ts";

const TWO_32 = 4294967296;

/** `count` packed values from `offset` of `input` on. Width 0 means that every value is 0. */
export class DirectReader {
  readonly count: number;
  readonly bitsPerValue: number;
  protected readonly input: RandomAccessInput;
  protected readonly offset: number;

  constructor(input: RandomAccessInput, offset: number, bitsPerValue: number, count: number) {
    if (bitsPerValue !== 0 && !isDirectBits(bitsPerValue)) {
      throw corrupt("Unsupported bits per value", { bitsPerValue });
    }
    if (offset + Math.ceil((count * bitsPerValue) / 8) > input.length) {
      throw corrupt("Packed values are longer than their slice", {
        offset,
        count,
        bitsPerValue,
        length: input.length,
      });
    }
    this.input = input;
    this.offset = offset;
    this.bitsPerValue = bitsPerValue;
    this.count = count;
  }

  /** The value as a number: exact up to 2^53, above the nearest double. */
  get(index: number): number {
    const input = this.input;
    const offset = this.offset;
    switch (this.bitsPerValue) {
      case 0:
        return 0;
      case 1:
        return (input.byteAt(offset + (index >>> 3)) >>> (index & 7)) & 1;
      case 2:
        return (input.byteAt(offset + (index >>> 2)) >>> ((index & 3) << 1)) & 3;
      case 4:
        return (input.byteAt(offset + (index >>> 1)) >>> ((index & 1) << 2)) & 15;
      case 8:
        return input.byteAt(offset + index);
      case 12: {
        const pair = input.shortAt(offset + (index >>> 1) * 3 + (index & 1));
        return (pair >>> ((index & 1) << 2)) & 0xfff;
      }
      case 16:
        return input.shortAt(offset + index * 2) & 0xffff;
      case 20: {
        const pair = input.intAt(offset + (index >>> 1) * 5 + (index & 1) * 2);
        return (pair >>> ((index & 1) << 2)) & 0xfffff;
      }
      case 24:
        return input.intAt(offset + index * 3) & 0xffffff;
      case 28: {
        const pair = input.intAt(offset + (index >>> 1) * 7 + (index & 1) * 3);
        return (pair >>> ((index & 1) << 2)) & 0xfffffff;
      }
      case 32:
        return input.intAt(offset + index * 4) >>> 0;
      default:
        return (this.high(index) >>> 0) * TWO_32 + (this.low(index) >>> 0);
    }
  }

  /** Low 32 bits of a value of any width. */
  low(index: number): number {
    if (this.bitsPerValue <= 32) return this.get(index) | 0;
    return this.input.intAt(this.offset + index * (this.bitsPerValue >>> 3));
  }

  /** High 32 bits of a value of any width. */
  high(index: number): number {
    const at = this.offset + index * (this.bitsPerValue >>> 3) + 4;
    switch (this.bitsPerValue) {
      case 40:
        return this.input.byteAt(at);
      case 48:
        return this.input.shortAt(at) & 0xffff;
      case 56:
        return this.input.intAt(at - 1) >>> 8;
      case 64:
        return this.input.intAt(at);
      default:
        return 0;
    }
  }

  /** Decodes `count` values from `from` (a multiple of 8) on; widths up to 48 bits. */
  fill(target: Float64Array, from: number, count: number): void {
    const bits = this.bitsPerValue;
    if (bits === 0) {
      target.fill(0, 0, count);
      return;
    }
    unpackDirect(bits, this.bytesOf(from, count), target, count);
  }

  /** Decodes `count` values of any width from `from` (a multiple of 8) on into halves. */
  fillLongs(high: Int32Array, low: Int32Array, from: number, count: number): void {
    const bits = this.bitsPerValue;
    if (bits <= 32) {
      for (let i = 0; i < count; i++) {
        high[i] = 0;
        low[i] = this.get(from + i);
      }
      return;
    }
    const bytes = this.bytesOf(from, count);
    const width = bits >>> 3;
    for (let i = 0, p = 0; i < count; i++, p += width) {
      low[i] = bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (bytes[p + 3]! << 24);
      let h = 0;
      for (let b = width - 1; b >= 4; b--) h = (h << 8) | bytes[p + b]!;
      high[i] = h;
    }
  }

  protected bytesOf(from: number, count: number): Uint8Array {
    if (from + count > this.count) {
      throw corrupt("Read past the end of packed values", {
        index: from + count,
        count: this.count,
      });
    }
    const bits = this.bitsPerValue;
    return this.input.bytesBorrow(this.offset + (from / 8) * bits, Math.ceil((count * bits) / 8));
  }
}

function unpackDirect(bits: number, b: Uint8Array, target: Float64Array, count: number): void {
  switch (bits) {
    case 1:
    case 2:
    case 4:
      unpackBelowByte(bits, b, target, count);
      return;
    case 8:
      for (let i = 0; i < count; i++) target[i] = b[i]!;
      return;
    case 12:
      unpack12(b, target, count);
      return;
    case 16:
      for (let i = 0, p = 0; i < count; i++, p += 2) target[i] = b[p]! | (b[p + 1]! << 8);
      return;
    case 20:
      unpack20(b, target, count);
      return;
    case 24:
      for (let i = 0, p = 0; i < count; i++, p += 3) {
        target[i] = b[p]! | (b[p + 1]! << 8) | (b[p + 2]! << 16);
      }
      return;
    case 28:
      unpack28(b, target, count);
      return;
    case 32:
      for (let i = 0, p = 0; i < count; i++, p += 4) target[i] = int32(b, p) >>> 0;
      return;
    case 40:
      for (let i = 0, p = 0; i < count; i++, p += 5) {
        target[i] = b[p + 4]! * TWO_32 + (int32(b, p) >>> 0);
      }
      return;
    case 48:
      for (let i = 0, p = 0; i < count; i++, p += 6) {
        target[i] = (b[p + 4]! | (b[p + 5]! << 8)) * TWO_32 + (int32(b, p) >>> 0);
      }
      return;
    default:
      unpackWide(bits >>> 3, b, target, count);
      return;
  }
}

function int32(b: Uint8Array, p: number): number {
  return b[p]! | (b[p + 1]! << 8) | (b[p + 2]! << 16) | (b[p + 3]! << 24);
}

function unpackBelowByte(bits: number, b: Uint8Array, target: Float64Array, count: number): void {
  const mask = (1 << bits) - 1;
  const perByteShift = bits === 1 ? 3 : bits === 2 ? 2 : 1;
  const inByte = (1 << perByteShift) - 1;
  for (let i = 0; i < count; i++) {
    target[i] = (b[i >>> perByteShift]! >>> ((i & inByte) * bits)) & mask;
  }
}

function unpack12(b: Uint8Array, target: Float64Array, count: number): void {
  let p = 0;
  let i = 0;
  for (; i + 1 < count; i += 2, p += 3) {
    target[i] = b[p]! | ((b[p + 1]! & 15) << 8);
    target[i + 1] = (b[p + 1]! >>> 4) | (b[p + 2]! << 4);
  }
  if (i < count) target[i] = b[p]! | ((b[p + 1]! & 15) << 8);
}

function unpack20(b: Uint8Array, target: Float64Array, count: number): void {
  let p = 0;
  let i = 0;
  for (; i + 1 < count; i += 2, p += 5) {
    target[i] = b[p]! | (b[p + 1]! << 8) | ((b[p + 2]! & 15) << 16);
    target[i + 1] = (b[p + 2]! >>> 4) | (b[p + 3]! << 4) | (b[p + 4]! << 12);
  }
  if (i < count) target[i] = b[p]! | (b[p + 1]! << 8) | ((b[p + 2]! & 15) << 16);
}

function unpack28(b: Uint8Array, target: Float64Array, count: number): void {
  let p = 0;
  let i = 0;
  for (; i + 1 < count; i += 2, p += 7) {
    target[i] = int32(b, p) & 0xfffffff;
    target[i + 1] = (b[p + 3]! >>> 4) | (b[p + 4]! << 4) | (b[p + 5]! << 12) | (b[p + 6]! << 20);
  }
  if (i < count) target[i] = int32(b, p) & 0xfffffff;
}

/** 56 and 64 bits, to the nearest double. */
function unpackWide(width: number, b: Uint8Array, target: Float64Array, count: number): void {
  for (let i = 0, p = 0; i < count; i++, p += width) {
    const top = width === 8 ? b[p + 7]! : 0;
    const high = b[p + 4]! | (b[p + 5]! << 8) | (b[p + 6]! << 16) | (top << 24);
    target[i] = (high >>> 0) * TWO_32 + (int32(b, p) >>> 0);
  }
}
