// Builds the BKD tree of one field from points in memory; bkd-format.ts has the byte table.
// One dimension: sort all points, cut full leaves. More: recursively choose a dimension, order the
// points by it and cut at the left child's leaf count.
// Upstream: org.apache.lucene.util.bkd.BKDWriter (9.1.0). Spec: docs/format/points.md.

import { corrupt } from "../../../base/index.ts";
import { type DataOutput, type IndexOutput, writeHeader } from "../../store/index.ts";
import {
  BKD_CODEC,
  BKD_VERSION_META_FILE,
  type BkdConfig,
  compareBytes,
  leftLeafCount,
} from "./bkd-format.ts";
import { packBkdIndex } from "./bkd-index-writer.ts";
import { BkdLeafWriter } from "./bkd-leaf-writer.ts";
import type { PointBuffer } from "./point-buffer.ts";
import { PointSorter } from "./point-sorter.ts";

/** Above two dimensions, a cell's bounds are counted out again every so many splits. */
const SPLITS_BEFORE_EXACT_BOUNDS = 4;

/** Writes a tree of at least one point: leaves to `data`, nodes to `index`, facts to `meta`. */
export function writeBkd(
  config: BkdConfig,
  points: PointBuffer,
  maxDoc: number,
  meta: IndexOutput,
  index: DataOutput,
  data: DataOutput,
): void {
  const dataStart = data.filePointer;
  const builder = new BkdBuilder(config, points, data);
  builder.build();
  const packed = packBkdIndex(config, builder);
  writeHeader(meta, BKD_CODEC, BKD_VERSION_META_FILE);
  meta.writeVInt(config.numDims);
  meta.writeVInt(config.numIndexDims);
  meta.writeVInt(config.maxPointsInLeafNode);
  meta.writeVInt(config.bytesPerDim);
  meta.writeVInt(builder.leafOffsets.length);
  meta.writeBytes(builder.min);
  meta.writeBytes(builder.max);
  meta.writeVLong(points.count);
  meta.writeVInt(countDocs(points, maxDoc));
  meta.writeVInt(packed.length);
  meta.writeLong(dataStart);
  meta.writeLong(index.filePointer);
  index.writeBytes(packed);
}

function countDocs(points: PointBuffer, maxDoc: number): number {
  const seen = new Uint8Array((maxDoc + 7) >>> 3);
  let count = 0;
  for (let i = 0; i < points.count; i++) {
    const doc = points.docs[i]!;
    if (doc >= maxDoc) throw corrupt("Document of a point is out of bounds", { doc, maxDoc });
    const bit = 1 << (doc & 7);
    if ((seen[doc >>> 3]! & bit) === 0) count++;
    seen[doc >>> 3]! |= bit;
  }
  return count;
}

class BkdBuilder {
  readonly leafOffsets: number[] = [];
  readonly splitValues: Uint8Array;
  readonly splitDims: Uint8Array;
  readonly min: Uint8Array;
  readonly max: Uint8Array;
  private readonly config: BkdConfig;
  private readonly points: PointBuffer;
  private readonly packedBytes: number;
  private readonly packedIndexBytes: number;
  private readonly data: DataOutput;
  private readonly leafWriter: BkdLeafWriter;
  private readonly sorter: PointSorter;
  private readonly numLeaves: number;
  private readonly leafValues: Uint8Array;
  private readonly leafDocs: Int32Array;
  private readonly parentSplits: Int32Array;

  constructor(config: BkdConfig, points: PointBuffer, data: DataOutput) {
    this.config = config;
    this.points = points;
    this.packedBytes = config.numDims * config.bytesPerDim;
    this.packedIndexBytes = config.numIndexDims * config.bytesPerDim;
    this.data = data;
    this.leafWriter = new BkdLeafWriter(config, data);
    this.sorter = new PointSorter(points);
    this.numLeaves = Math.ceil(points.count / config.maxPointsInLeafNode);
    this.splitValues = new Uint8Array((this.numLeaves - 1) * config.bytesPerDim);
    this.splitDims = new Uint8Array(this.numLeaves - 1);
    this.min = new Uint8Array(this.packedIndexBytes);
    this.max = new Uint8Array(this.packedIndexBytes);
    this.leafValues = new Uint8Array(config.maxPointsInLeafNode * this.packedBytes);
    this.leafDocs = new Int32Array(config.maxPointsInLeafNode);
    this.parentSplits = new Int32Array(config.numIndexDims);
  }

  build(): void {
    const { count } = this.points;
    this.bounds(0, count, this.min, this.max);
    if (this.config.numDims === 1) this.buildOneDimension(count);
    else this.buildNode(0, this.numLeaves, 0, count, this.min.slice(), this.max.slice());
  }

  private buildOneDimension(count: number): void {
    const { maxPointsInLeafNode, bytesPerDim } = this.config;
    this.sorter.sortByDoc(0, count);
    this.sorter.sortByBytes(0, count, 0, bytesPerDim);
    for (let from = 0, leaf = 0; from < count; from += maxPointsInLeafNode, leaf++) {
      if (leaf > 0) this.splitValues.set(this.valueAt(from, 0), (leaf - 1) * bytesPerDim);
      const size = Math.min(count, from + maxPointsInLeafNode) - from;
      this.gatherLeaf(from, size);
      this.leafWriter.commonPrefixes(this.leafValues, size);
      this.writeLeaf(size, 0);
    }
  }

  /** The bytes of one dimension of the point at a position of the order. */
  private valueAt(position: number, dim: number): Uint8Array {
    const { bytesPerDim } = this.config;
    const at = this.sorter.order[position]! * this.packedBytes + dim * bytesPerDim;
    return this.points.values.subarray(at, at + bytesPerDim);
  }

  private gatherLeaf(from: number, size: number): void {
    const { packedBytes, points } = this;
    for (let i = 0; i < size; i++) {
      const point = this.sorter.order[from + i]!;
      this.leafDocs[i] = points.docs[point]!;
      const at = point * packedBytes;
      this.leafValues.set(points.values.subarray(at, at + packedBytes), i * packedBytes);
    }
  }

  private writeLeaf(size: number, sortedDim: number): void {
    this.leafOffsets.push(this.data.filePointer);
    this.leafWriter.writeLeaf(this.leafDocs, this.leafValues, size, sortedDim);
  }

  private buildNode(
    firstLeaf: number,
    leaves: number,
    from: number,
    to: number,
    min: Uint8Array,
    max: Uint8Array,
  ): void {
    if (leaves === 1) {
      this.buildLeaf(from, to);
      return;
    }
    const { bytesPerDim, maxPointsInLeafNode } = this.config;
    const dim = this.chooseDimension(leaves, from, to, min, max);
    const leftLeaves = leftLeafCount(leaves);
    const middle = from + leftLeaves * maxPointsInLeafNode;
    this.sorter.select(from, to, middle, dim * bytesPerDim, (dim + 1) * bytesPerDim);
    const split = firstLeaf + leftLeaves - 1;
    const value = this.valueAt(middle, dim).slice();
    this.splitDims[split] = dim;
    this.splitValues.set(value, split * bytesPerDim);
    const leftMax = max.slice();
    const rightMin = min.slice();
    leftMax.set(value, dim * bytesPerDim);
    rightMin.set(value, dim * bytesPerDim);
    this.parentSplits[dim]!++;
    this.buildNode(firstLeaf, leftLeaves, from, middle, min, leftMax);
    this.buildNode(firstLeaf + leftLeaves, leaves - leftLeaves, middle, to, rightMin, max);
    this.parentSplits[dim]!--;
  }

  /** By the dimension, then the dimensions that are not indexed, then the document. */
  private sortByDimension(from: number, to: number, dim: number): void {
    const { bytesPerDim } = this.config;
    const { sorter } = this;
    sorter.sortByDoc(from, to);
    sorter.sortByBytes(from, to, this.packedIndexBytes, this.packedBytes);
    sorter.sortByBytes(from, to, dim * bytesPerDim, (dim + 1) * bytesPerDim);
  }

  /** Sorts a leaf by the dimension whose first differing byte has the fewest values. */
  private buildLeaf(from: number, to: number): void {
    const { bytesPerDim, numDims } = this.config;
    const size = to - from;
    this.gatherLeaf(from, size);
    const prefixes = this.leafWriter.commonPrefixes(this.leafValues, size);
    let sortedDim = 0;
    let least = 257;
    for (let dim = 0; dim < numDims; dim++) {
      if (prefixes[dim] === bytesPerDim) continue;
      const used = this.usedBytes(size, dim * bytesPerDim + prefixes[dim]!);
      if (used < least) {
        least = used;
        sortedDim = dim;
      }
    }
    this.sortByDimension(from, to, sortedDim);
    this.gatherLeaf(from, size);
    this.writeLeaf(size, sortedDim);
  }

  private usedBytes(size: number, byte: number): number {
    const seen = new Uint8Array(256);
    let used = 0;
    for (let i = 0; i < size; i++) {
      const value = this.leafValues[i * this.packedBytes + byte]!;
      used += 1 - seen[value]!;
      seen[value] = 1;
    }
    return used;
  }

  /** A dimension split half as often as the most split one, else the one with the widest span. */
  private chooseDimension(
    leaves: number,
    from: number,
    to: number,
    min: Uint8Array,
    max: Uint8Array,
  ): number {
    const { bytesPerDim, numIndexDims } = this.config;
    if (numIndexDims === 1) return 0;
    const splits = this.parentSplits.reduce((sum, count) => sum + count, 0);
    if (
      leaves !== this.numLeaves &&
      numIndexDims > 2 &&
      splits % SPLITS_BEFORE_EXACT_BOUNDS === 0
    ) {
      this.bounds(from, to, min, max);
    }
    const most = Math.max(...this.parentSplits);
    let widest = 0;
    for (let dim = 0; dim < numIndexDims; dim++) {
      const at = dim * bytesPerDim;
      if (
        this.parentSplits[dim]! < Math.floor(most / 2) &&
        compareBytes(min, at, max, at, bytesPerDim) !== 0
      )
        return dim;
      if (dim > 0 && this.compareSpans(min, max, dim, widest) > 0) widest = dim;
    }
    return widest;
  }

  /** Compares max - min of two dimensions. */
  private compareSpans(min: Uint8Array, max: Uint8Array, a: number, b: number): number {
    const spanA = this.span(min, max, a);
    const spanB = this.span(min, max, b);
    return compareBytes(spanA, 0, spanB, 0, this.config.bytesPerDim);
  }

  private span(min: Uint8Array, max: Uint8Array, dim: number): Uint8Array {
    const { bytesPerDim } = this.config;
    const span = new Uint8Array(bytesPerDim);
    let borrow = 0;
    for (let i = bytesPerDim - 1; i >= 0; i--) {
      const difference = max[dim * bytesPerDim + i]! - min[dim * bytesPerDim + i]! - borrow;
      borrow = difference < 0 ? 1 : 0;
      span[i] = difference;
    }
    return span;
  }

  /** Least and greatest value of each indexed dimension over positions of the order. */
  private bounds(from: number, to: number, min: Uint8Array, max: Uint8Array): void {
    const { bytesPerDim, numIndexDims } = this.config;
    const { values } = this.points;
    const { order } = this.sorter;
    for (let dim = 0; dim < numIndexDims; dim++) {
      const offset = dim * bytesPerDim;
      let least = order[from]! * this.packedBytes + offset;
      let greatest = least;
      for (let i = from + 1; i < to; i++) {
        const at = order[i]! * this.packedBytes + offset;
        if (compareBytes(values, at, values, least, bytesPerDim) < 0) least = at;
        else if (compareBytes(values, at, values, greatest, bytesPerDim) > 0) greatest = at;
      }
      min.set(values.subarray(least, least + bytesPerDim), offset);
      max.set(values.subarray(greatest, greatest + bytesPerDim), offset);
    }
  }
}
