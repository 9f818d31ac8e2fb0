// Random access to what DirectWriter packed up to Lucene 8.x: the same widths as today, each value
// with its highest bit first (packed-ints.ts). The order of an input's numbers says which of the
// two layouts its packed values have, so that columns and monotonic sequences need not know.
// Upstream: org.apache.lucene.util.packed.DirectReader (8.10.1).

import type { RandomAccessInput } from "../../store/index.ts";
import { DirectReader } from "./direct-reader.ts";
import { bitsAt } from "./packed-ints.ts";

const TWO_32 = 4294967296;

/** A reader of `count` values in the layout of the input's generation. */
export function openDirectReader(
  input: RandomAccessInput,
  offset: number,
  bitsPerValue: number,
  count: number,
): DirectReader {
  return input.bigEndian
    ? new BigEndianDirectReader(input, offset, bitsPerValue, count)
    : new DirectReader(input, offset, bitsPerValue, count);
}

class BigEndianDirectReader extends DirectReader {
  override get(index: number): number {
    const { input, bitsPerValue: bits } = this;
    if (bits === 8) return input.byteAt(this.offset + index);
    if (bits === 0) return 0;
    const first = index * bits;
    const at = this.offset + Math.floor(first / 8);
    if (bits < 8) return (input.byteAt(at) >>> (8 - bits - (first % 8))) & ((1 << bits) - 1);
    return bitsAt(input.bytesBorrow(at, Math.ceil(((first % 8) + bits) / 8)), first % 8, bits);
  }

  override low(index: number): number {
    if (this.bitsPerValue <= 32) return this.get(index) | 0;
    const width = this.bitsPerValue >>> 3;
    return this.input.intAt(this.offset + index * width + width - 4);
  }

  override high(index: number): number {
    const { bitsPerValue: bits, input } = this;
    if (bits <= 32) return 0;
    const at = this.offset + index * (bits >>> 3);
    if (bits === 64) return input.intAt(at);
    return bitsAt(input.bytesBorrow(at, (bits - 32) >>> 3), 0, bits - 32);
  }

  override fill(target: Float64Array, from: number, count: number): void {
    const bits = this.bitsPerValue;
    if (bits === 0) {
      target.fill(0, 0, count);
      return;
    }
    const bytes = this.bytesOf(from, count);
    if (bits % 8 === 0) unpackBytes(bits >>> 3, bytes, target, count);
    else for (let i = 0; i < count; i++) target[i] = bitsAt(bytes, i * bits, bits);
  }

  override fillLongs(high: Int32Array, low: Int32Array, from: number, count: number): void {
    const bits = this.bitsPerValue;
    if (bits <= 32) {
      super.fillLongs(high, low, from, count);
      return;
    }
    const bytes = this.bytesOf(from, count);
    const width = bits >>> 3;
    for (let i = 0, p = 0; i < count; i++, p += width) {
      let h = 0;
      for (let b = 0; b < width - 4; b++) h = (h << 8) | bytes[p + b]!;
      high[i] = h;
      low[i] = bigEndianInt(bytes, p + width - 4);
    }
  }
}

function bigEndianInt(b: Uint8Array, p: number): number {
  return (b[p]! << 24) | (b[p + 1]! << 16) | (b[p + 2]! << 8) | b[p + 3]!;
}

function unpackBytes(width: number, b: Uint8Array, target: Float64Array, count: number): void {
  for (let i = 0, p = 0; i < count; i++, p += width) {
    let high = 0;
    for (let j = 0; j < width - 4; j++) high = high * 256 + b[p + j]!;
    let low = 0;
    for (let j = Math.max(0, width - 4); j < width; j++) low = (low << 8) | b[p + j]!;
    target[i] = high * TWO_32 + (low >>> 0);
  }
}
