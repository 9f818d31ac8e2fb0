// Reads one field's BKD tree; bkd-format.ts has the byte table.
// The packed index is borrowed when a visit starts; leaves are decoded into scratch arrays of that
// visit, so that a visitor may start another one.
// Invariants: every node is entered at most once per visit, whatever the bytes say; documents are
// below maxDoc; runs of a leaf add up to its count.
// Upstream: org.apache.lucene.util.bkd.BKDReader (10.4.0). Spec: docs/format/points.md.

import { corrupt } from "../../../base/index.ts";
import type { IntersectVisitor, PointValues } from "../../index/leaf-reader.ts";
import { checkHeader, type IndexInput } from "../../store/index.ts";
import {
  BKD_CODEC,
  BKD_VERSION_META_FILE,
  BKD_VERSION_SELECTIVE_INDEXING,
  BKD_VERSION_VECTORIZED,
  type BkdConfig,
  BYTES_PER_DIM_MAX,
  compareBytes,
  DIMS_MAX,
  INDEX_DIMS_MAX,
} from "./bkd-format.ts";
import { type BkdTree, BkdVisit } from "./bkd-visit.ts";

/** More points per leaf than any Lucene version writes. */
const LEAF_POINTS_MAX = 1 << 16;

/** The points of one field. */
export class BkdReader implements PointValues {
  readonly numDimensions: number;
  readonly numIndexDimensions: number;
  readonly bytesPerDimension: number;
  readonly size: number;
  readonly docCount: number;
  readonly minPackedValue: Uint8Array;
  readonly maxPackedValue: Uint8Array;
  private readonly tree: BkdTree;

  /** Checks what was read against itself; `file` is where it stood. */
  constructor(tree: BkdTree, docCount: number, file: string) {
    checkTree(file, tree, docCount);
    this.tree = tree;
    this.size = tree.pointCount;
    this.docCount = docCount;
    this.minPackedValue = tree.minPackedValue;
    this.maxPackedValue = tree.maxPackedValue;
    this.numDimensions = tree.config.numDims;
    this.numIndexDimensions = tree.config.numIndexDims;
    this.bytesPerDimension = tree.config.bytesPerDim;
  }

  intersect(visitor: IntersectVisitor): void {
    new BkdVisit(this.tree).intersect(visitor);
  }

  estimatePointCount(visitor: IntersectVisitor): number {
    return new BkdVisit(this.tree).estimate(visitor);
  }
}

/** Reads the field's metadata at `meta`'s position: since Lucene 8.6, in a file of its own. */
export function readBkd(
  meta: IndexInput,
  indexIn: IndexInput,
  dataIn: IndexInput,
  maxDoc: number,
): BkdReader {
  const version = checkHeader(meta, BKD_CODEC, BKD_VERSION_META_FILE, BKD_VERSION_VECTORIZED);
  const head = readBkdHead(meta, version);
  const indexBytes = meta.readVInt();
  // The first leaf's offset; the index has it, too.
  meta.readLongNumber();
  const indexOffset = meta.readLongNumber();
  const tree = { ...head, version, maxDoc, indexIn, dataIn, indexOffset, indexBytes };
  return new BkdReader(tree, head.docCount, meta.name);
}

/** What all versions begin with, after the header. */
export function readBkdHead(meta: IndexInput, version: number) {
  const config = readConfig(meta, version);
  const numLeaves = meta.readVInt();
  const packedBytes = config.numIndexDims * config.bytesPerDim;
  return {
    config,
    numLeaves,
    minPackedValue: meta.bytesCopy(packedBytes),
    maxPackedValue: meta.bytesCopy(packedBytes),
    pointCount: meta.readVLong(),
    docCount: meta.readVInt(),
  };
}

function readConfig(meta: IndexInput, version: number): BkdConfig {
  const numDims = meta.readVInt();
  const numIndexDims = version < BKD_VERSION_SELECTIVE_INDEXING ? numDims : meta.readVInt();
  const maxPointsInLeafNode = meta.readVInt();
  const bytesPerDim = meta.readVInt();
  const valid =
    numDims >= 1 &&
    numDims <= DIMS_MAX &&
    numIndexDims >= 1 &&
    numIndexDims <= Math.min(numDims, INDEX_DIMS_MAX) &&
    bytesPerDim >= 1 &&
    bytesPerDim <= BYTES_PER_DIM_MAX &&
    maxPointsInLeafNode >= 1 &&
    maxPointsInLeafNode <= LEAF_POINTS_MAX;
  if (!valid) {
    throw corrupt("Invalid shape of points", {
      file: meta.name,
      numDims,
      numIndexDims,
      bytesPerDim,
      maxPointsInLeafNode,
    });
  }
  return { numDims, numIndexDims, bytesPerDim, maxPointsInLeafNode };
}

function checkTree(file: string, tree: BkdTree, docCount: number): void {
  const { config, numLeaves, pointCount, indexBytes, indexOffset } = tree;
  const { bytesPerDim } = config;
  const fullLeaves = Math.ceil(pointCount / config.maxPointsInLeafNode);
  // Before 8.6 leaves were halved until they fitted.
  const leavesMax = tree.version < BKD_VERSION_META_FILE ? fullLeaves * 2 : fullLeaves;
  // Each inner node takes a byte at least.
  const valid =
    numLeaves >= 1 &&
    numLeaves - 1 <= indexBytes &&
    pointCount >= 1 &&
    fullLeaves <= numLeaves &&
    numLeaves <= leavesMax &&
    docCount >= 1 &&
    docCount <= Math.min(pointCount, tree.maxDoc) &&
    indexOffset >= 0 &&
    indexOffset + indexBytes <= tree.indexIn.length;
  if (!valid) {
    throw corrupt("Invalid tree of points", {
      file,
      numLeaves,
      pointCount,
      docCount,
      indexBytes,
      indexOffset,
    });
  }
  for (let dim = 0; dim < config.numIndexDims; dim++) {
    const at = dim * bytesPerDim;
    if (compareBytes(tree.minPackedValue, at, tree.maxPackedValue, at, bytesPerDim) > 0) {
      throw corrupt("Least point is greater than the greatest", { file, dim });
    }
  }
}
