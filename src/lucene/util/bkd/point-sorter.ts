// A radix sort of ranges of points in memory: least significant byte first and stable, over a
// permutation. A byte that all points of the range share costs one pass of reading.

import type { PointBuffer } from "./point-buffer.ts";

/** Sorts ranges of a permutation of a buffer's points. */
export class PointSorter {
  /** Position in the sort → point in the buffer. */
  readonly order: Int32Array;
  private readonly buffer: PointBuffer;
  private readonly spare: Int32Array;
  private readonly counts = new Int32Array(257);

  constructor(buffer: PointBuffer) {
    this.buffer = buffer;
    this.order = new Int32Array(buffer.count);
    for (let i = 0; i < buffer.count; i++) this.order[i] = i;
    this.spare = new Int32Array(buffer.count);
  }

  /** Sorts `[from, to)` by documents: the last key, so the first to sort by. */
  sortByDoc(from: number, to: number): void {
    const { docs } = this.buffer;
    const { order } = this;
    let sorted = true;
    for (let i = from + 1; i < to && sorted; i++) sorted = docs[order[i - 1]!]! <= docs[order[i]!]!;
    if (sorted) return;
    for (let shift = 0; shift < 32; shift += 8) {
      const counts = this.counts.fill(0);
      for (let i = from; i < to; i++) counts[((docs[order[i]!]! >>> shift) & 255) + 1]!++;
      if (this.isOneBucket(to - from)) continue;
      this.toStarts();
      for (let i = from; i < to; i++) {
        const point = order[i]!;
        this.spare[counts[(docs[point]! >>> shift) & 255]!++] = point;
      }
      order.set(this.spare.subarray(0, to - from), from);
    }
  }

  /** Sorts `[from, to)` by the packed bytes `[start, end)`, keeping the order of equal ones. */
  sortByBytes(from: number, to: number, start: number, end: number): void {
    const { values, packedBytes } = this.buffer;
    const { order } = this;
    for (let byte = end - 1; byte >= start; byte--) {
      const counts = this.counts.fill(0);
      for (let i = from; i < to; i++) counts[values[order[i]! * packedBytes + byte]! + 1]!++;
      if (this.isOneBucket(to - from)) continue;
      this.toStarts();
      for (let i = from; i < to; i++) {
        const point = order[i]!;
        this.spare[counts[values[point * packedBytes + byte]!]!++] = point;
      }
      order.set(this.spare.subarray(0, to - from), from);
    }
  }

  private isOneBucket(count: number): boolean {
    for (let i = 1; i <= 256; i++) if (this.counts[i] !== 0) return this.counts[i] === count;
    return true;
  }

  /** From counts to the first position of each bucket. */
  private toStarts(): void {
    for (let i = 1; i <= 256; i++) this.counts[i]! += this.counts[i - 1]!;
  }
}
