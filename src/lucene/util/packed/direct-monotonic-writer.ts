// A non-decreasing sequence of longs in blocks of 2^blockShift values: each block keeps a straight
// line in the metadata and packs the differences from it.
//
//   META, per block   SIZE  TYPE    FIELD
//                      8    le-i64  min      of value - expected
//                      4    le-f32  avgInc   slope: expected(i) = (long) (avgInc * i), in float
//                      8    le-i64  offset   of the block's packed data from the first block's
//                      1    u8      bits     width of the packed differences; 0 = all are 0
//   DATA, per block   packed value - expected - min (direct-writer.ts)
// The block size itself is not here: the caller writes blockShift and knows the count.
// Upstream: org.apache.lucene.util.packed.DirectMonotonicWriter (9.1.0).

import { assert } from "../../../base/index.ts";
import type { DataOutput } from "../../store/index.ts";
import { DirectWriter, directBitsRequired } from "./direct-writer.ts";

/** Writes exactly `count` safe integers; then call `finish`. */
export class DirectMonotonicWriter {
  private readonly meta: DataOutput;
  private readonly data: DataOutput;
  private readonly dataStart: number;
  private readonly buffer: Float64Array;
  private pending = 0;
  private rest: number;

  constructor(meta: DataOutput, data: DataOutput, count: number, blockShift: number) {
    this.meta = meta;
    this.data = data;
    this.dataStart = data.filePointer;
    this.buffer = new Float64Array(Math.min(count, 2 ** blockShift));
    this.rest = count;
  }

  add(value: number): void {
    if (this.pending === this.buffer.length) this.flush();
    this.buffer[this.pending++] = value;
  }

  private flush(): void {
    const buffer = this.buffer;
    const count = this.pending;
    const slope = Math.fround((buffer[count - 1]! - buffer[0]!) / Math.max(1, count - 1));
    let min = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const difference = buffer[i]! - Math.trunc(Math.fround(slope * i));
      buffer[i] = difference;
      if (difference < min) min = difference;
    }
    let max = 0;
    for (let i = 0; i < count; i++) if (buffer[i]! - min > max) max = buffer[i]! - min;
    this.meta.writeLong(min);
    this.meta.writeInt(floatBits(slope));
    this.meta.writeLong(this.data.filePointer - this.dataStart);
    const bits = max === 0 ? 0 : directBitsRequired(max);
    if (bits > 0) {
      const writer = new DirectWriter(this.data, count, bits);
      for (let i = 0; i < count; i++) writer.add(buffer[i]! - min);
      writer.finish();
    }
    this.meta.writeByte(bits);
    this.rest -= count;
    this.pending = 0;
  }

  finish(): void {
    if (this.pending > 0) this.flush();
    assert(this.rest === 0, `monotonic writer is off by ${this.rest} values`);
  }
}

const FLOAT = new Float32Array(1);
const FLOAT_BITS = new Int32Array(FLOAT.buffer);

function floatBits(value: number): number {
  FLOAT[0] = value;
  return FLOAT_BITS[0]!;
}
