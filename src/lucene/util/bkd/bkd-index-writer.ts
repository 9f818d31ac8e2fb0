// Packs the inner nodes of a BKD tree, depth first; bkd-format.ts has the byte table.
// Upstream: BKDWriter.packIndex, recursePackIndex (9.1.0).

import { assert } from "../../../base/index.ts";
import { DataOutput } from "../../store/index.ts";
import { type BkdConfig, commonPrefix, leftLeafCount } from "./bkd-format.ts";

/** The leaves of a finished tree: split i lies between leaf i and leaf i + 1. */
export interface BkdLeaves {
  readonly leafOffsets: readonly number[];
  /** (leaves - 1) * bytesPerDim. */
  readonly splitValues: Uint8Array;
  readonly splitDims: Uint8Array;
}

/** The packed index of a tree. */
export function packBkdIndex(config: BkdConfig, leaves: BkdLeaves): Uint8Array {
  const packer = new IndexPacker(config, leaves);
  return packer.pack(0, false, 0, leaves.leafOffsets.length);
}

class IndexPacker {
  private readonly config: BkdConfig;
  private readonly leaves: BkdLeaves;
  private readonly lastSplits: Uint8Array;
  private readonly negative: Uint8Array;

  constructor(config: BkdConfig, leaves: BkdLeaves) {
    this.config = config;
    this.leaves = leaves;
    this.lastSplits = new Uint8Array(config.numIndexDims * config.bytesPerDim);
    this.negative = new Uint8Array(config.numIndexDims);
  }

  /** Bytes of the subtree over `count` leaves from `first` on. */
  pack(parentOffset: number, isLeft: boolean, first: number, count: number): Uint8Array {
    const out = new DataOutput(64);
    const offset = this.leaves.leafOffsets[first]!;
    if (!isLeft) out.writeVLong(offset - parentOffset);
    if (count === 1) return out.bytesBorrow();
    const { bytesPerDim } = this.config;
    const leftCount = leftLeafCount(count);
    const split = first + leftCount - 1;
    const dim = this.leaves.splitDims[split]!;
    const at = dim * bytesPerDim;
    const saved = this.lastSplits.slice(at, at + bytesPerDim);
    this.writeSplit(out, split, dim);
    const negative = this.negative[dim]!;
    this.negative[dim] = 1;
    const left = this.pack(offset, true, first, leftCount);
    if (leftCount !== 1) out.writeVInt(left.length);
    out.writeBytes(left);
    this.negative[dim] = 0;
    out.writeBytes(this.pack(offset, false, first + leftCount, count - leftCount));
    this.negative[dim] = negative;
    this.lastSplits.set(saved, at);
    return out.bytesBorrow();
  }

  /** Writes the split against the last one on its dimension, and remembers it. */
  private writeSplit(out: DataOutput, split: number, dim: number): void {
    const { bytesPerDim, numIndexDims } = this.config;
    const { lastSplits } = this;
    const { splitValues } = this.leaves;
    const at = dim * bytesPerDim;
    const start = split * bytesPerDim;
    const prefix = commonPrefix(splitValues, start, lastSplits, at, bytesPerDim);
    let delta = 0;
    if (prefix < bytesPerDim) {
      delta = splitValues[start + prefix]! - lastSplits[at + prefix]!;
      if (this.negative[dim] === 1) delta = -delta;
      assert(delta > 0, "split values of a tree are out of order");
    }
    out.writeVInt((delta * (1 + bytesPerDim) + prefix) * numIndexDims + dim);
    if (prefix + 1 < bytesPerDim) {
      out.writeBytes(splitValues, start + prefix + 1, bytesPerDim - prefix - 1);
    }
    lastSplits.set(splitValues.subarray(start, start + bytesPerDim), at);
  }
}
