// A block KD-tree over points of 1…8 indexed dimensions: leaves of up to 512 points, and a packed
// binary tree that says where to look. Shared by the writer and the reader.
//
//   META, per field    SIZE  TYPE    FIELD
//     header                         "BKD", version 9 (10 since Lucene 10.2; older ones below)
//                       n    vInt    numDims, numIndexDims, maxPointsInLeafNode, bytesPerDim
//                       n    vInt    numLeaves
//                       k    bytes   minPackedValue, maxPackedValue: numIndexDims * bytesPerDim
//                       n    vLong   pointCount
//                       n    vInt    docCount
//                       n    vInt    numIndexBytes
//                       8    le-i64  offset of the first leaf in .kdd
//                       8    le-i64  offset of the packed index in .kdi
//   INDEX, node by node, depth first
//     root, right child n    vLong   offset of its leftmost leaf from its parent's; root: from 0
//     inner node        n    vInt    (delta * (1 + bytesPerDim) + prefix) * numIndexDims + splitDim
//                       k    bytes   split value after the prefix and one byte, which is the last
//                                    one + delta; - delta below a left turn on that dimension
//                       n    vInt    bytes of the left subtree, unless that is a leaf
//   LEAF in .kdd
//                       n    vInt    count, then the documents (doc-ids.ts)
//     per dimension     n    vInt    length of the common prefix, then its bytes
//                       1    i8      -1 all equal; -2 runs of equal points; else sorted dimension
//     numIndexDims > 1  k    bytes   per indexed dimension: min, max after the prefix (not for -1)
//     runs              n    vInt    run length, then all dimensions after their prefixes; repeated
//     sorted dimension  1+1  u8      its next byte and the run length of that byte, then per point
//                                    all dimensions after their prefixes (sorted: and that byte)
// The tree is left-complete: all leaves but the last are full; n leaves give the left child
// leftLeafCount(n) of them.
// Up to version 8 (codecs/lucene60/points) the metadata ends with numIndexBytes and the packed
// index itself; numIndexDims is there since version 6. Several dimensions are then cut into a
// power of two of leaves that are equally full. A leaf has bounds since version 5, before 7 in
// front of the sorted dimension even for -1.
// Upstream: org.apache.lucene.util.bkd.BKDWriter (9.1.0, 8.4.1, 6.6.1).
// Spec: docs/format/points.md.

/** Codec name in the metadata of each field. */
export const BKD_CODEC = "BKD";
/** Lucene 6.4: first version with a packed index; the oldest that is read. */
export const BKD_VERSION_PACKED_INDEX = 4;
/** Lucene 7.0: leaves of several dimensions tell their bounds. */
export const BKD_VERSION_LEAF_STORES_BOUNDS = 5;
/** Lucene 7.6: fewer dimensions may be indexed than there are. */
export const BKD_VERSION_SELECTIVE_INDEXING = 6;
/** Lucene 8.4: leaves of few distinct points; bounds come after the sorted dimension. */
export const BKD_VERSION_LOW_CARDINALITY_LEAVES = 7;
/** Lucene 8.6: first version with the index in its own file, and all leaves but the last full. */
export const BKD_VERSION_META_FILE = 9;
/** Documents of 21 and 24 bits in a layout for vector instructions. */
export const BKD_VERSION_VECTORIZED = 10;
/** Points of a full leaf. */
export const POINTS_IN_LEAF_MAX = 512;
/** Most dimensions of a point. */
export const DIMS_MAX = 16;
/** Most dimensions that the tree splits on. */
export const INDEX_DIMS_MAX = 8;
/** Longest dimension of Lucene's PointValues.MAX_NUM_BYTES. */
export const BYTES_PER_DIM_MAX = 16;

/** The shape of a field's points. */
export interface BkdConfig {
  readonly numDims: number;
  readonly numIndexDims: number;
  readonly bytesPerDim: number;
  readonly maxPointsInLeafNode: number;
}

/** How many of `numLeaves` (> 1) leaves go to the left child. */
export function leftLeafCount(numLeaves: number): number {
  const fullLevel = 2 ** (31 - Math.clz32(numLeaves));
  const half = fullLevel / 2;
  return half + Math.min(numLeaves - fullLevel, half);
}

/** Length of the common prefix of two ranges of `length` bytes. */
export function commonPrefix(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  length: number,
): number {
  let i = 0;
  while (i < length && a[aStart + i] === b[bStart + i]) i++;
  return i;
}

/** Compares two ranges of `length` bytes as unsigned big-endian numbers. */
export function compareBytes(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  length: number,
): number {
  for (let i = 0; i < length; i++) {
    const difference = a[aStart + i]! - b[bStart + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
