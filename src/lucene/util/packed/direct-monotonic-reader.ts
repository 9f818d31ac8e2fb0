// Reads what DirectMonotonicWriter writes; its header has the byte table.
// Invariants: blockShift is 2…22; every block lies inside the data slice.
// Upstream: org.apache.lucene.util.packed.DirectMonotonicReader (9.12.3).

import { corrupt } from "../../../base/index.ts";
import type { IndexInput, RandomAccessInput } from "../../store/index.ts";
import { openDirectReader } from "./big-endian-direct-reader.ts";
import type { DirectReader } from "./direct-reader.ts";
import { isDirectBits } from "./direct-writer.ts";

/** Bytes of one block's metadata. */
const BLOCK_META_BYTES = 21;

/** The lines of all blocks, kept in memory. */
export interface DirectMonotonicMeta {
  readonly count: number;
  readonly blockShift: number;
  readonly mins: Float64Array;
  readonly slopes: Float32Array;
  readonly offsets: Float64Array;
  readonly bits: Uint8Array;
}

/** Reads the metadata of `count` values. */
export function readDirectMonotonicMeta(
  meta: IndexInput,
  count: number,
  blockShift: number,
): DirectMonotonicMeta {
  if (blockShift < 2 || blockShift > 22) {
    throw corrupt("Block shift is out of bounds", { file: meta.name, blockShift });
  }
  const blocks = Math.ceil(count / 2 ** blockShift);
  if (!(count >= 0) || blocks * BLOCK_META_BYTES > meta.length - meta.filePointer) {
    throw corrupt("Too many monotonic blocks", { file: meta.name, blocks, count });
  }
  const mins = new Float64Array(blocks);
  const slopes = new Float32Array(blocks);
  const slopeBits = new Int32Array(slopes.buffer);
  const offsets = new Float64Array(blocks);
  const bits = new Uint8Array(blocks);
  for (let i = 0; i < blocks; i++) {
    mins[i] = meta.readLongNumber();
    slopeBits[i] = meta.readInt();
    offsets[i] = meta.readLongNumber();
    bits[i] = meta.readByte();
    if (bits[i] !== 0 && !isDirectBits(bits[i]!)) {
      throw corrupt("Unsupported bits per value", { file: meta.name, bitsPerValue: bits[i]! });
    }
  }
  return { count, blockShift, mins, slopes, offsets, bits };
}

/** Random access to the sequence. */
export class DirectMonotonicReader {
  readonly count: number;
  private readonly meta: DirectMonotonicMeta;
  private readonly shift: number;
  private readonly mask: number;
  private readonly data: RandomAccessInput;
  private readonly blocks: (DirectReader | undefined)[];

  constructor(meta: DirectMonotonicMeta, data: RandomAccessInput) {
    this.meta = meta;
    this.count = meta.count;
    this.shift = meta.blockShift;
    this.mask = 2 ** meta.blockShift - 1;
    this.data = data;
    this.blocks = new Array<DirectReader | undefined>(meta.mins.length).fill(undefined);
  }

  /** The value at `index`; not checked against anything but the slice. */
  get(index: number): number {
    const block = index >>> this.shift;
    const inBlock = index & this.mask;
    const meta = this.meta;
    // The product of two floats is exact in a double, so one rounding makes it Java's float.
    const expected = Math.trunc(Math.fround(meta.slopes[block]! * inBlock));
    const base = meta.mins[block]! + expected;
    if (meta.bits[block] === 0) return base;
    return base + (this.blocks[block] ?? this.openBlock(block)).get(inBlock);
  }

  private openBlock(block: number): DirectReader {
    if (block >= this.blocks.length) {
      throw corrupt("Monotonic index is out of bounds", { block, blocks: this.blocks.length });
    }
    const count = Math.min(this.mask + 1, this.count - block * (this.mask + 1));
    const { offsets, bits } = this.meta;
    const reader = openDirectReader(this.data, offsets[block]!, bits[block]!, count);
    this.blocks[block] = reader;
    return reader;
  }
}
