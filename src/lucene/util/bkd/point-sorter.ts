// Orders ranges of points in memory, over a permutation: a stable radix sort, least significant
// byte first, four bytes at a time, and a selection that only puts the right points on either side.
//
//   sort     keys of four bytes are gathered once, then moved together with their points, so that
//            all passes read in sequence; a byte that all points share costs no pass
//   select   most significant byte first: the points of lesser and greater bytes are put aside, and
//            those of the byte at the wanted position go on with the next byte
// Upstream: MutablePointTreeReaderUtils.sort, sortByDim, partition (9.1.0).

import type { PointBuffer } from "./point-buffer.ts";

/** Sorts and splits ranges of a permutation of a buffer's points. */
export class PointSorter {
  /** Position in the sort → point in the buffer. */
  readonly order: Int32Array;
  private readonly buffer: PointBuffer;
  private readonly spare: Int32Array;
  private readonly keys: Uint32Array;
  private readonly spareKeys: Uint32Array;
  /** Four histograms of 256 buckets. */
  private readonly counts = new Int32Array(1024);

  constructor(buffer: PointBuffer) {
    const { count } = buffer;
    this.buffer = buffer;
    this.order = new Int32Array(count);
    for (let i = 0; i < count; i++) this.order[i] = i;
    this.spare = new Int32Array(count);
    this.keys = new Uint32Array(count);
    this.spareKeys = new Uint32Array(count);
  }

  /** Sorts `[from, to)` by documents: the last key, so the first to sort by. */
  sortByDoc(from: number, to: number): void {
    const { docs } = this.buffer;
    const { order, keys } = this;
    let sorted = true;
    for (let i = from + 1; i < to && sorted; i++) sorted = docs[order[i - 1]!]! <= docs[order[i]!]!;
    if (sorted) return;
    for (let i = from; i < to; i++) keys[i - from] = docs[order[i]!]!;
    this.sortByKeys(from, to - from, 4);
  }

  /** Sorts `[from, to)` by the packed bytes `[start, end)`, keeping the order of equal ones. */
  sortByBytes(from: number, to: number, start: number, end: number): void {
    const { values, packedBytes } = this.buffer;
    const { order, keys } = this;
    for (let high = end; high > start; high -= 4) {
      const low = Math.max(start, high - 4);
      for (let i = from; i < to; i++) {
        const at = order[i]! * packedBytes;
        let key = 0;
        for (let byte = low; byte < high; byte++) key = (key << 8) | values[at + byte]!;
        keys[i - from] = key;
      }
      this.sortByKeys(from, to - from, high - low);
    }
  }

  /** Sorts `count` positions from `from` on by the lowest bytes of their keys. */
  private sortByKeys(from: number, count: number, bytes: number): void {
    const counts = this.countBytes(count, bytes);
    let keys = this.keys;
    let otherKeys = this.spareKeys;
    let points = this.order.subarray(from, from + count);
    let otherPoints = this.spare.subarray(0, count);
    let moved = false;
    for (let byte = 0; byte < bytes; byte++) {
      const shift = byte << 3;
      const base = byte << 8;
      if (counts[base + ((keys[0]! >>> shift) & 255)] === count) continue;
      for (let i = 0, start = 0; i < 256; i++) {
        const size = counts[base + i]!;
        counts[base + i] = start;
        start += size;
      }
      for (let i = 0; i < count; i++) {
        const key = keys[i]!;
        const target = counts[base + ((key >>> shift) & 255)]!++;
        otherKeys[target] = key;
        otherPoints[target] = points[i]!;
      }
      [keys, otherKeys] = [otherKeys, keys];
      [points, otherPoints] = [otherPoints, points];
      moved = !moved;
    }
    if (moved) this.order.set(points, from);
  }

  private countBytes(count: number, bytes: number): Int32Array {
    const counts = this.counts.fill(0);
    for (let i = 0; i < count; i++) {
      const key = this.keys[i]!;
      counts[key & 255]!++;
      if (bytes === 1) continue;
      counts[256 + ((key >>> 8) & 255)]!++;
      counts[512 + ((key >>> 16) & 255)]!++;
      counts[768 + (key >>> 24)]!++;
    }
    return counts;
  }

  /**
   * Orders `[from, to)` by the packed bytes `[start, end)` so far that what is before `middle` is
   * not greater, and what is after it not less, than the point at `middle`.
   */
  select(from: number, to: number, middle: number, start: number, end: number): void {
    const { values, packedBytes } = this.buffer;
    const { order } = this;
    for (let byte = start; byte < end && to - from > 1; byte++) {
      const counts = this.counts.fill(0, 0, 256);
      for (let i = from; i < to; i++) counts[values[order[i]! * packedBytes + byte]!]!++;
      let wanted = 0;
      let less = counts[0]!;
      while (from + less <= middle) less += counts[++wanted]!;
      const equal = counts[wanted]!;
      less -= equal;
      if (equal < to - from) this.splitByByte(from, to, byte, wanted, less, equal);
      from += less;
      to = from + equal;
    }
  }

  /** Three ways: points whose byte is less than, equal to and greater than the wanted one. */
  private splitByByte(
    from: number,
    to: number,
    byte: number,
    wanted: number,
    less: number,
    equal: number,
  ): void {
    const { values, packedBytes } = this.buffer;
    const { order, spare } = this;
    let lessAt = 0;
    let equalAt = less;
    let greaterAt = less + equal;
    for (let i = from; i < to; i++) {
      const point = order[i]!;
      const value = values[point * packedBytes + byte]!;
      if (value < wanted) spare[lessAt++] = point;
      else if (value === wanted) spare[equalAt++] = point;
      else spare[greaterAt++] = point;
    }
    order.set(spare.subarray(0, to - from), from);
  }
}
