// One walk over a BKD tree: the stack of the path from the root, the cell's bounds, and the decoded
// leaf. bkd-format.ts has the byte table.
// Upstream: BKDReader.BKDPointTree, PointValues.intersect and estimatePointCount (10.4.0).

import { corrupt } from "../../../base/index.ts";
import type { IntersectVisitor } from "../../index/leaf-reader.ts";
import type { IndexInput } from "../../store/index.ts";
import {
  BKD_VERSION_LEAF_STORES_BOUNDS,
  BKD_VERSION_LOW_CARDINALITY_LEAVES,
  BKD_VERSION_META_FILE,
  BKD_VERSION_VECTORIZED,
  type BkdConfig,
} from "./bkd-format.ts";
import { readDocIds } from "./doc-ids.ts";

/** What a visit needs to know of its tree. */
export interface BkdTree {
  readonly config: BkdConfig;
  readonly version: number;
  readonly numLeaves: number;
  readonly pointCount: number;
  readonly maxDoc: number;
  readonly minPackedValue: Uint8Array;
  readonly maxPackedValue: Uint8Array;
  readonly indexIn: IndexInput;
  readonly dataIn: IndexInput;
  readonly indexOffset: number;
  readonly indexBytes: number;
}

/** A single-use cursor over a tree. */
export class BkdVisit {
  private readonly tree: BkdTree;
  private readonly index: IndexInput;
  private readonly leaves: IndexInput;
  private readonly numIndexDims: number;
  private readonly bytesPerDim: number;
  private readonly packedIndexBytes: number;
  private readonly min: Uint8Array;
  private readonly max: Uint8Array;
  /** Per level: split values of all dimensions, the value a split replaced, and the rest. */
  private readonly splitValues: Uint8Array;
  private readonly replaced: Uint8Array;
  private readonly splitDims: Uint8Array;
  private readonly negative: Uint8Array;
  private readonly leafOffsets: Float64Array;
  private readonly leftPositions: Float64Array;
  private readonly rightPositions: Float64Array;
  private readonly rightMostLeaf: number;
  private readonly docs: Int32Array;
  private readonly prefixes: Int32Array;
  private readonly packed: Uint8Array;
  private readonly leafMin: Uint8Array;
  private readonly leafMax: Uint8Array;

  constructor(tree: BkdTree) {
    const { config, numLeaves } = tree;
    this.tree = tree;
    this.index = tree.indexIn.slice(tree.indexOffset, tree.indexBytes, "index");
    this.leaves = tree.dataIn.clone();
    this.numIndexDims = config.numIndexDims;
    this.bytesPerDim = config.bytesPerDim;
    this.packedIndexBytes = config.numIndexDims * config.bytesPerDim;
    this.min = tree.minPackedValue.slice();
    this.max = tree.maxPackedValue.slice();
    const depth = 33 - Math.clz32(numLeaves);
    this.splitValues = new Uint8Array((depth + 1) * this.packedIndexBytes);
    this.replaced = new Uint8Array((depth + 1) * config.bytesPerDim);
    this.splitDims = new Uint8Array(depth + 1);
    this.negative = new Uint8Array((depth + 1) * config.numIndexDims);
    this.leafOffsets = new Float64Array(depth + 1);
    this.leftPositions = new Float64Array(depth + 1);
    this.rightPositions = new Float64Array(depth + 1);
    this.rightMostLeaf = 2 ** (depth - 1) - 1;
    this.docs = new Int32Array(Math.min(config.maxPointsInLeafNode, tree.pointCount));
    this.prefixes = new Int32Array(config.numDims);
    this.packed = new Uint8Array(config.numDims * config.bytesPerDim);
    this.leafMin = new Uint8Array(this.packedIndexBytes);
    this.leafMax = new Uint8Array(this.packedIndexBytes);
  }

  /** Shows the visitor every point of cells that it does not call outside. */
  intersect(visitor: IntersectVisitor): void {
    // The root has no left sibling, so its own leftmost leaf offset comes first.
    this.enter(1, 1, false);
    this.intersectNode(visitor, 1, 1);
  }

  /** Upper estimate: half of the points of leaves that cross. */
  estimate(visitor: IntersectVisitor): number {
    this.enter(1, 1, false);
    return this.estimateNode(visitor, 1, 1);
  }

  private intersectNode(visitor: IntersectVisitor, node: number, level: number): void {
    const relation = visitor.compare(this.min, this.max);
    if (relation === "outside") return;
    if (relation === "inside") {
      visitor.grow?.(this.pointsBelow(node));
      this.visitAll(visitor, node, level);
      return;
    }
    if (this.isLeaf(node)) {
      this.visitLeaf(visitor, level);
      return;
    }
    this.pushLeft(node, level);
    this.intersectNode(visitor, node * 2, level + 1);
    this.popLeftPushRight(node, level);
    this.intersectNode(visitor, node * 2 + 1, level + 1);
    this.popRight(level);
  }

  private estimateNode(visitor: IntersectVisitor, node: number, level: number): number {
    const relation = visitor.compare(this.min, this.max);
    if (relation === "outside") return 0;
    if (relation === "inside") return this.pointsBelow(node);
    if (this.isLeaf(node)) return Math.floor((this.pointsBelow(node) + 1) / 2);
    this.pushLeft(node, level);
    const left = this.estimateNode(visitor, node * 2, level + 1);
    this.popLeftPushRight(node, level);
    const right = this.estimateNode(visitor, node * 2 + 1, level + 1);
    this.popRight(level);
    return left + right;
  }

  private isLeaf(node: number): boolean {
    return node >= this.tree.numLeaves;
  }

  private pushLeft(node: number, level: number): void {
    this.replaceBound(this.max, level);
    this.index.seek(this.leftPositions[level]!);
    this.enter(node * 2, level + 1, true);
  }

  private popLeftPushRight(node: number, level: number): void {
    this.restoreBound(this.max, level);
    this.replaceBound(this.min, level);
    this.index.seek(this.rightPositions[level]!);
    this.enter(node * 2 + 1, level + 1, false);
  }

  private popRight(level: number): void {
    this.restoreBound(this.min, level);
  }

  /** Puts the split value of a level into a bound of the cell. */
  private replaceBound(bound: Uint8Array, level: number): void {
    const { bytesPerDim } = this;
    const at = this.splitDims[level]! * bytesPerDim;
    const split = level * this.packedIndexBytes + at;
    for (let i = 0; i < bytesPerDim; i++) {
      this.replaced[level * bytesPerDim + i] = bound[at + i]!;
      bound[at + i] = this.splitValues[split + i]!;
    }
  }

  private restoreBound(bound: Uint8Array, level: number): void {
    const { bytesPerDim } = this;
    const at = this.splitDims[level]! * bytesPerDim;
    for (let i = 0; i < bytesPerDim; i++) bound[at + i] = this.replaced[level * bytesPerDim + i]!;
  }

  /** Reads a node's data at the position of the index. */
  private enter(node: number, level: number, isLeft: boolean): void {
    const { index, leafOffsets, numIndexDims, bytesPerDim, packedIndexBytes } = this;
    leafOffsets[level] = leafOffsets[level - 1]! + (isLeft ? 0 : index.readVLong());
    if (this.isLeaf(node)) return;
    const negative = level * numIndexDims;
    this.negative.copyWithin(negative, negative - numIndexDims, negative);
    if (level > 1) this.negative[negative + this.splitDims[level - 1]!] = isLeft ? 1 : 0;
    const values = level * packedIndexBytes;
    this.splitValues.copyWithin(values, values - packedIndexBytes, values);
    let code = index.readVInt() >>> 0;
    const dim = code % numIndexDims;
    code = Math.floor(code / numIndexDims);
    const prefix = code % (1 + bytesPerDim);
    if (prefix < bytesPerDim) {
      const delta = Math.floor(code / (1 + bytesPerDim));
      const at = values + dim * bytesPerDim + prefix;
      const last = this.splitValues[at]!;
      this.splitValues[at] = this.negative[negative + dim] === 1 ? last - delta : last + delta;
      index.readBytes(this.splitValues, at + 1, bytesPerDim - prefix - 1);
    }
    this.splitDims[level] = dim;
    const leftBytes = this.isLeaf(node * 2) ? 0 : index.readVInt();
    if (leftBytes < 0) throw corrupt("Invalid size of a subtree", { file: index.name, leftBytes });
    this.leftPositions[level] = index.filePointer;
    this.rightPositions[level] = index.filePointer + leftBytes;
  }

  /** Number of points below a node: all leaves but the last are full. Before 8.6: at most. */
  private pointsBelow(node: number): number {
    const { numLeaves, pointCount, config } = this.tree;
    const full = config.maxPointsInLeafNode;
    let left = node;
    while (left < numLeaves) left *= 2;
    let right = node;
    while (right < numLeaves) right = right * 2 + 1;
    const leaves = right - left + 1 + (right >= left ? 0 : numLeaves);
    if (right !== this.rightMostLeaf || this.tree.version < BKD_VERSION_META_FILE) {
      return leaves * full;
    }
    return (leaves - 1) * full + (pointCount % full === 0 ? full : pointCount % full);
  }

  /** Shows all documents below a node, without values. */
  private visitAll(visitor: IntersectVisitor, node: number, level: number): void {
    if (this.isLeaf(node)) {
      const count = this.readLeafDocs(level);
      this.visitDocs(visitor, 0, count);
      return;
    }
    this.index.seek(this.leftPositions[level]!);
    this.enter(node * 2, level + 1, true);
    this.visitAll(visitor, node * 2, level + 1);
    this.index.seek(this.rightPositions[level]!);
    this.enter(node * 2 + 1, level + 1, false);
    this.visitAll(visitor, node * 2 + 1, level + 1);
  }

  private visitDocs(visitor: IntersectVisitor, from: number, to: number): void {
    const { docs } = this;
    for (let i = from; i < to; i++) visitor.visit(docs[i]!);
  }

  private readLeafDocs(level: number): number {
    const { leaves, tree, docs } = this;
    leaves.seek(this.leafOffsets[level]!);
    const count = leaves.readVInt();
    if (count < 1 || count > docs.length) {
      throw corrupt("Count of points is out of bounds", {
        file: leaves.name,
        count,
        max: docs.length,
      });
    }
    readDocIds(leaves, count, docs, tree.version >= BKD_VERSION_VECTORIZED, tree.maxDoc);
    return count;
  }

  /** Decodes a leaf that crosses the query and shows its points one by one. */
  private visitLeaf(visitor: IntersectVisitor, level: number): void {
    const count = this.readLeafDocs(level);
    this.readCommonPrefixes();
    const { version } = this.tree;
    const hasBounds = this.numIndexDims > 1 && version >= BKD_VERSION_LEAF_STORES_BOUNDS;
    if (version < BKD_VERSION_LOW_CARDINALITY_LEAVES) {
      if (this.shows(visitor, count, hasBounds)) {
        this.visitValues(visitor, count, this.readSortedDim());
      }
      return;
    }
    const sortedDim = this.readSortedDim();
    if (this.shows(visitor, count, hasBounds && sortedDim !== -1)) {
      this.visitValues(visitor, count, sortedDim);
    }
  }

  private readSortedDim(): number {
    const sortedDim = (this.leaves.readByte() << 24) >> 24;
    if (sortedDim < -2 || sortedDim >= this.prefixes.length) {
      throw corrupt("Invalid sorted dimension", { file: this.leaves.name, sortedDim });
    }
    return sortedDim;
  }

  /** Are values to be shown one by one? A leaf with bounds may answer for all. */
  private shows(visitor: IntersectVisitor, count: number, hasBounds: boolean): boolean {
    if (!hasBounds) {
      visitor.grow?.(count);
      return true;
    }
    this.readBounds();
    const relation = visitor.compare(this.leafMin, this.leafMax);
    if (relation === "outside") return false;
    visitor.grow?.(count);
    if (relation === "crosses") return true;
    this.visitDocs(visitor, 0, count);
    return false;
  }

  private visitValues(visitor: IntersectVisitor, count: number, sortedDim: number): void {
    const { packed, docs } = this;
    if (sortedDim === -1) {
      for (let i = 0; i < count; i++) visitor.visitValue(docs[i]!, packed);
    } else if (sortedDim === -2) {
      this.visitRuns(visitor, count);
    } else {
      this.visitSorted(visitor, count, sortedDim);
    }
  }

  private readCommonPrefixes(): void {
    const { leaves, prefixes, packed, bytesPerDim } = this;
    for (let dim = 0; dim < prefixes.length; dim++) {
      const prefix = leaves.readVInt();
      if (prefix < 0 || prefix > bytesPerDim) {
        throw corrupt("Invalid common prefix", { file: leaves.name, prefix, bytesPerDim });
      }
      prefixes[dim] = prefix;
      leaves.readBytes(packed, dim * bytesPerDim, prefix);
    }
  }

  private readBounds(): void {
    const { leaves, leafMin, leafMax, bytesPerDim } = this;
    leafMin.set(this.packed.subarray(0, this.packedIndexBytes));
    leafMax.set(leafMin);
    for (let dim = 0; dim < this.numIndexDims; dim++) {
      const prefix = this.prefixes[dim]!;
      leaves.readBytes(leafMin, dim * bytesPerDim + prefix, bytesPerDim - prefix);
      leaves.readBytes(leafMax, dim * bytesPerDim + prefix, bytesPerDim - prefix);
    }
  }

  /** All dimensions after their prefixes. */
  private readSuffixes(): void {
    const { leaves, prefixes, packed, bytesPerDim } = this;
    for (let dim = 0; dim < prefixes.length; dim++) {
      const end = (dim + 1) * bytesPerDim;
      for (let i = end - bytesPerDim + prefixes[dim]!; i < end; i++) packed[i] = leaves.readByte();
    }
  }

  private visitRuns(visitor: IntersectVisitor, count: number): void {
    const { leaves, docs, packed } = this;
    for (let i = 0; i < count; ) {
      const run = leaves.readVInt();
      if (run < 1 || run > count - i) throw runsOff(leaves, count, i + run);
      this.readSuffixes();
      for (const end = i + run; i < end; i++) visitor.visitValue(docs[i]!, packed);
    }
  }

  private visitSorted(visitor: IntersectVisitor, count: number, sortedDim: number): void {
    const { leaves, docs, packed, prefixes, bytesPerDim } = this;
    const runByte = sortedDim * bytesPerDim + prefixes[sortedDim]!;
    if (prefixes[sortedDim] === bytesPerDim) {
      throw corrupt("Sorted dimension has one value only", { file: leaves.name, sortedDim });
    }
    prefixes[sortedDim]!++;
    for (let i = 0; i < count; ) {
      packed[runByte] = leaves.readByte();
      const run = leaves.readByte();
      if (run < 1 || run > count - i) throw runsOff(leaves, count, i + run);
      for (const end = i + run; i < end; i++) {
        this.readSuffixes();
        visitor.visitValue(docs[i]!, packed);
      }
    }
  }
}

function runsOff(leaves: IndexInput, count: number, actual: number): Error {
  return corrupt("Runs of a leaf do not add up to its count", { file: leaves.name, count, actual });
}
