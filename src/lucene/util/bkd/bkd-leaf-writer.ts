// Writes the leaves of a BKD tree; bkd-format.ts has the byte table.
// Upstream: BKDWriter.writeLeafBlockDocs, writeLeafBlockPackedValues (9.1.0).

import type { DataOutput } from "../../store/index.ts";
import { type BkdConfig, commonPrefix, compareBytes } from "./bkd-format.ts";
import { writeDocIds } from "./doc-ids.ts";

/** Writes one leaf after the other: packed values and documents, in their final order. */
export class BkdLeafWriter {
  private readonly config: BkdConfig;
  private readonly packedBytes: number;
  private readonly out: DataOutput;
  private readonly prefixes: Int32Array;

  constructor(config: BkdConfig, out: DataOutput) {
    this.config = config;
    this.packedBytes = config.numDims * config.bytesPerDim;
    this.out = out;
    this.prefixes = new Int32Array(config.numDims);
  }

  /** Common prefix lengths of each dimension over `count` points; kept until the next call. */
  commonPrefixes(values: Uint8Array, count: number): Int32Array {
    const { prefixes, packedBytes } = this;
    const { bytesPerDim, numDims } = this.config;
    prefixes.fill(bytesPerDim);
    for (let i = 1; i < count; i++) {
      for (let dim = 0; dim < numDims; dim++) {
        const at = dim * bytesPerDim;
        if (prefixes[dim]! === 0) continue;
        prefixes[dim] = commonPrefix(values, at, values, i * packedBytes + at, prefixes[dim]!);
      }
    }
    return prefixes;
  }

  /** `values` are sorted by `sortedDim`; `commonPrefixes` has been asked for them. */
  writeLeaf(docs: Int32Array, values: Uint8Array, count: number, sortedDim: number): void {
    const { out, prefixes } = this;
    const { bytesPerDim, numDims } = this.config;
    out.writeVInt(count);
    writeDocIds(docs, count, out);
    let prefixSum = 0;
    for (let dim = 0; dim < numDims; dim++) {
      out.writeVInt(prefixes[dim]!);
      out.writeBytes(values, dim * bytesPerDim, prefixes[dim]!);
      prefixSum += prefixes[dim]!;
    }
    if (prefixSum === this.packedBytes) {
      out.writeByte(0xff);
      return;
    }
    const runByte = sortedDim * bytesPerDim + prefixes[sortedDim]!;
    const runsOfPoints = this.prefersRuns(values, count, runByte, prefixSum);
    out.writeByte(runsOfPoints ? 0xfe : sortedDim);
    if (this.config.numIndexDims !== 1) this.writeBounds(values, count);
    if (runsOfPoints) this.writeRuns(values, count);
    else this.writeSorted(values, count, sortedDim, runByte);
  }

  /** Does storing each distinct point once take fewer bytes than storing all but the run byte? */
  private prefersRuns(
    values: Uint8Array,
    count: number,
    runByte: number,
    prefixSum: number,
  ): boolean {
    let distinct = 1;
    for (let i = 1; i < count; i++) if (!this.equalsPrevious(values, i)) distinct++;
    if (distinct === count) return false;
    let byteRuns = 0;
    for (let i = 0; i < count; i += this.runLength(values, i, count, runByte)) byteRuns++;
    const rest = this.packedBytes - prefixSum;
    return distinct * (rest + 1) <= count * (rest - 1) + 2 * byteRuns;
  }

  private equalsPrevious(values: Uint8Array, i: number): boolean {
    const { packedBytes } = this;
    const at = i * packedBytes;
    return compareBytes(values, at, values, at - packedBytes, packedBytes) === 0;
  }

  /** Points from `from` on with the same byte, at most 255. */
  private runLength(values: Uint8Array, from: number, count: number, byte: number): number {
    const { packedBytes } = this;
    const end = Math.min(count, from + 255);
    const first = values[from * packedBytes + byte];
    let i = from + 1;
    while (i < end && values[i * packedBytes + byte] === first) i++;
    return i - from;
  }

  private writeBounds(values: Uint8Array, count: number): void {
    const { out, packedBytes, prefixes } = this;
    const { bytesPerDim, numIndexDims } = this.config;
    for (let dim = 0; dim < numIndexDims; dim++) {
      const start = dim * bytesPerDim + prefixes[dim]!;
      const length = bytesPerDim - prefixes[dim]!;
      let min = start;
      let max = start;
      for (let i = 1; i < count && length > 0; i++) {
        const at = i * packedBytes + start;
        if (compareBytes(values, at, values, min, length) < 0) min = at;
        else if (compareBytes(values, at, values, max, length) > 0) max = at;
      }
      out.writeBytes(values, min, length);
      out.writeBytes(values, max, length);
    }
  }

  private writeRuns(values: Uint8Array, count: number): void {
    for (let from = 0; from < count; ) {
      let to = from + 1;
      while (to < count && this.equalsPrevious(values, to)) to++;
      this.out.writeVInt(to - from);
      this.writeSuffixes(values, from);
      from = to;
    }
  }

  private writeSorted(values: Uint8Array, count: number, sortedDim: number, runByte: number): void {
    const { out } = this;
    this.prefixes[sortedDim]!++;
    for (let i = 0; i < count; ) {
      const run = this.runLength(values, i, count, runByte);
      out.writeByte(values[i * this.packedBytes + runByte]!);
      out.writeByte(run);
      for (const end = i + run; i < end; i++) this.writeSuffixes(values, i);
    }
  }

  /** All dimensions of point `i` after their prefixes. */
  private writeSuffixes(values: Uint8Array, i: number): void {
    const { bytesPerDim, numDims } = this.config;
    for (let dim = 0; dim < numDims; dim++) {
      const prefix = this.prefixes[dim]!;
      const at = i * this.packedBytes + dim * bytesPerDim + prefix;
      this.out.writeBytes(values, at, bytesPerDim - prefix);
    }
  }
}
