// The two integer arrays in a chunk's header: stored fields per document, bytes per document.
//   one value    vInt
//   otherwise    u8 width: 0 = all equal, one vInt follows; 8, 16 or 32 = packed
//   Packed: groups of 128 values, transposed: with p = 64 / width values to a little-endian long,
//   n = 128 / p longs, part k of long i (low first) is value (p - 1 - k) * n + i.
//   The rest of fewer than 128 follows one by one, little-endian.
// Upstream: org.apache.lucene.codecs.lucene90.compressing.StoredFieldsInts (9.12.3).

import { corrupt } from "../../../base/index.ts";
import type { DataOutput, IndexInput } from "../../store/index.ts";

const GROUP = 128;

/** Reads `count` non-negative values into `values` from `offset` on. */
export function readInts(
  input: IndexInput,
  count: number,
  values: Int32Array,
  offset: number,
): void {
  if (count === 1) {
    values[offset] = input.readVInt();
  } else {
    const width = input.readByte();
    if (width === 0) values.fill(input.readVInt(), offset, offset + count);
    else if (width === 8 || width === 16 || width === 32) {
      readPacked(input, width, count, values, offset);
    } else {
      throw corrupt("Unsupported number of bits per value", { file: input.name, width });
    }
  }
  for (let i = 0; i < count; i++) {
    if (values[offset + i]! < 0) throw corrupt("Negative value in a chunk", { file: input.name });
  }
}

function readOne(input: IndexInput, width: number): number {
  if (width === 8) return input.readByte();
  return width === 16 ? input.readShort() & 0xffff : input.readInt();
}

function readPacked(
  input: IndexInput,
  width: number,
  count: number,
  values: Int32Array,
  offset: number,
): void {
  const parts = 64 / width;
  const longs = GROUP / parts;
  let k = 0;
  for (; k + GROUP <= count; k += GROUP) {
    for (let i = 0; i < longs; i++) {
      for (let part = parts - 1; part >= 0; part--) {
        values[offset + k + part * longs + i] = readOne(input, width);
      }
    }
  }
  for (; k < count; k++) values[offset + k] = readOne(input, width);
}

/** Writes the first `count` values. */
export function writeInts(output: DataOutput, values: Int32Array, count: number): void {
  if (count === 1) {
    output.writeVInt(values[0]!);
    return;
  }
  let union = 0;
  let equal = true;
  for (let i = 0; i < count; i++) {
    union |= values[i]!;
    if (values[i] !== values[0]) equal = false;
  }
  if (equal) {
    output.writeByte(0);
    output.writeVInt(values[0]!);
    return;
  }
  const width = union <= 0xff ? 8 : union <= 0xffff ? 16 : 32;
  output.writeByte(width);
  writePacked(output, values, count, width);
}

function writeOne(output: DataOutput, width: number, value: number): void {
  if (width === 8) output.writeByte(value);
  else if (width === 16) output.writeShort(value);
  else output.writeInt(value);
}

function writePacked(output: DataOutput, values: Int32Array, count: number, width: number): void {
  const parts = 64 / width;
  const longs = GROUP / parts;
  let k = 0;
  for (; k + GROUP <= count; k += GROUP) {
    for (let i = 0; i < longs; i++) {
      for (let part = parts - 1; part >= 0; part--) {
        writeOne(output, width, values[k + part * longs + i]!);
      }
    }
  }
  for (; k < count; k++) writeOne(output, width, values[k]!);
}
