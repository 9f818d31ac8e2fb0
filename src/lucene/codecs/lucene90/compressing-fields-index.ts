// The index of stored fields: for each chunk its first document and its place in .fdt.
//
//   In .fdm, after the chunk size            In .fdx, between header and footer
//    4  i32  maxDoc                            packed rests of the documents' blocks
//    4  i32  blockShift                        packed rests of the pointers' blocks
//    4  i32  chunks + 1
//    8  i64  start of the documents in .fdx
//    n  meta blocks of the documents
//    8  i64  end of the documents = start of the pointers
//    n  meta blocks of the pointers
//    8  i64  end of the pointers
//    8  i64  end of the last chunk in .fdt
//   Meta block of 2^blockShift values: i64 min, f32 average step, i64 offset in its part of .fdx,
//   u8 bits per value. value(i) = min + trunc(f32(step * i)) + packed(i).
//   Packed: little-endian, first value in the low bits; widths 1 2 4 8 12 16 20 24 28 32 40 48 56 64;
//   a block is padded so that its last value can be read as a whole integer.
// Both sequences carry one value more than there are chunks: maxDoc, and the end of the last chunk.
// They are decoded at open: a chunk holds 80 KB or more, so this is small.
// Upstream: org.apache.lucene.codecs.lucene90.compressing.{FieldsIndexReader,FieldsIndexWriter},
// org.apache.lucene.util.packed.{DirectMonotonicReader,DirectMonotonicWriter,DirectWriter} (9.12.3).

import { corrupt } from "../../../base/index.ts";
import { type SegmentInfo, segmentFileName } from "../../index/segment-info.ts";
import {
  checkIndexHeader, checksumEntireFile, type Directory, type IndexInput, type IndexOutput,
  retrieveChecksum, writeFooter, writeIndexHeader,
} from "../../store/index.ts";

export const FIELDS_INDEX_CODEC = "Lucene90FieldsIndex";
const CODEC = `${FIELDS_INDEX_CODEC}Idx`;
const VERSION = 0;
const BLOCK_SHIFT = 10;
const WIDTHS = [1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 56, 64];

/** Chunks in document order; each array has one more value than there are chunks. */
export interface FieldsIndex {
  readonly chunkCount: number;
  /** First document of each chunk, then maxDoc. */
  readonly docs: Float64Array;
  /** Position in .fdt of each chunk, then the end of the last. */
  readonly pointers: Float64Array;
  /** End of the last chunk. */
  readonly maxPointer: number;
}

interface MetaBlock {
  readonly min: number;
  readonly step: number;
  readonly offset: number;
  readonly width: number;
}

/** Reads the index: `meta` stands after the chunk size; `fields` is .fdt. */
export function readFieldsIndex(
  directory: Directory, info: SegmentInfo, meta: IndexInput, fields: IndexInput,
): FieldsIndex {
  const maxDoc = meta.readInt();
  const blockShift = meta.readInt();
  const count = meta.readInt();
  // A chunk is at least 2 bytes of header.
  if (maxDoc !== info.maxDoc || blockShift < 2 || blockShift > 22 || count < 1 ||
    count - 1 > Math.min(maxDoc, fields.length / 2)) {
    throw corrupt("Invalid index of stored fields", { file: meta.name, maxDoc, blockShift, count });
  }
  const docsStart = meta.readLongNumber();
  const docsMeta = readMetaBlocks(meta, count, blockShift);
  const docsEnd = meta.readLongNumber();
  const pointersMeta = readMetaBlocks(meta, count, blockShift);
  const pointersEnd = meta.readLongNumber();
  const maxPointer = meta.readLongNumber();
  const input = directory.openInput(segmentFileName(info.name, "", "fdx"));
  try {
    checkIndexHeader(input, CODEC, VERSION, VERSION, info.id, "");
    retrieveChecksum(input);
    const docs = decode(input.slice(docsStart, docsEnd - docsStart), docsMeta, count, blockShift);
    const pointers = decode(
      input.slice(docsEnd, pointersEnd - docsEnd), pointersMeta, count, blockShift,
    );
    checkAscending(docs, 0, maxDoc, input.name);
    checkAscending(pointers, 0, maxPointer, input.name);
    return { chunkCount: count - 1, docs, pointers, maxPointer };
  } finally {
    input.close();
  }
}

/** Reads the whole .fdx and compares its checksum. */
export function checkFieldsIndexIntegrity(directory: Directory, info: SegmentInfo): void {
  const input = directory.openInput(segmentFileName(info.name, "", "fdx"));
  try {
    checksumEntireFile(input);
  } finally {
    input.close();
  }
}

/** The chunk that holds `doc`. */
export function chunkOfDoc(index: FieldsIndex, doc: number): number {
  let low = 0;
  let high = index.chunkCount - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (index.docs[middle]! <= doc) low = middle;
    else high = middle - 1;
  }
  return low;
}

function checkAscending(values: Float64Array, min: number, last: number, file: string): void {
  let previous = min - 1;
  for (const value of values) {
    if (value <= previous) throw corrupt("Index of stored fields is not ascending", { file, value });
    previous = value;
  }
  if (previous !== last) {
    throw corrupt("Index of stored fields ends elsewhere", { file, expected: last, previous });
  }
}

function readMetaBlocks(meta: IndexInput, count: number, blockShift: number): MetaBlock[] {
  const blocks: MetaBlock[] = [];
  for (let i = 0; i < count; i += 1 << blockShift) {
    const min = meta.readLongNumber();
    const step = intBitsToFloat(meta.readInt());
    const offset = meta.readLongNumber();
    const width = meta.readByte();
    if (width !== 0 && !WIDTHS.includes(width)) {
      throw corrupt("Invalid width of packed values", { file: meta.name, width });
    }
    blocks.push({ min, step, offset, width });
  }
  return blocks;
}

function decode(
  input: IndexInput, blocks: readonly MetaBlock[], count: number, blockShift: number,
): Float64Array {
  const values = new Float64Array(count);
  const blockValues = 1 << blockShift;
  for (const [b, { min, step, offset, width }] of blocks.entries()) {
    const start = b * blockValues;
    const end = Math.min(count, start + blockValues);
    let packed: Uint8Array | undefined;
    if (width !== 0) {
      input.seek(offset);
      packed = input.bytesBorrow(Math.ceil(((end - start) * width) / 8));
    }
    for (let i = start; i < end; i++) {
      const index = i - start;
      const rest = packed === undefined ? 0 : packedAt(packed, index * width, width);
      values[i] = min + expectedAt(step, index) + rest;
    }
  }
  return values;
}

// Java computes (long) (float * long): the product is rounded to a float, then cut.
function expectedAt(step: number, index: number): number {
  return Math.trunc(Math.fround(step * Math.fround(index)));
}

// Widths are whole nibbles from 4 up, and divide a byte below.
function packedAt(bytes: Uint8Array, bitOffset: number, width: number): number {
  const byte = bitOffset >>> 3;
  if (width < 8) return (bytes[byte]! >>> (bitOffset & 7)) & ((1 << width) - 1);
  let value = 0;
  let scale = 1;
  let at = byte;
  let left = width;
  if ((bitOffset & 7) !== 0) {
    value = bytes[at++]! >>> 4;
    scale = 16;
    left -= 4;
  }
  for (; left >= 8; left -= 8) {
    value += bytes[at++]! * scale;
    scale *= 256;
  }
  return left === 0 ? value : value + (bytes[at]! & 15) * scale;
}

const floatBits = new DataView(new ArrayBuffer(4));

function intBitsToFloat(bits: number): number {
  floatBits.setInt32(0, bits);
  return floatBits.getFloat32(0);
}

function floatToIntBits(value: number): number {
  floatBits.setFloat32(0, value);
  return floatBits.getInt32(0);
}

/** Collects chunks while .fdt is written, then writes .fdx and its share of .fdm. */
export class FieldsIndexWriter {
  private readonly docs: number[] = [];
  private readonly pointers: number[] = [];
  private totalDocs = 0;

  /** A chunk of `docCount` documents begins at `pointer`. */
  writeIndex(docCount: number, pointer: number): void {
    this.docs.push(this.totalDocs);
    this.pointers.push(pointer);
    this.totalDocs += docCount;
  }

  finish(directory: Directory, info: SegmentInfo, maxPointer: number, meta: IndexOutput): void {
    this.docs.push(this.totalDocs);
    this.pointers.push(maxPointer);
    const output = directory.createOutput(segmentFileName(info.name, "", "fdx"));
    try {
      writeIndexHeader(output, CODEC, VERSION, info.id, "");
      meta.writeInt(this.totalDocs);
      meta.writeInt(BLOCK_SHIFT);
      meta.writeInt(this.docs.length);
      meta.writeLong(output.filePointer);
      writeMonotonic(this.docs, meta, output);
      meta.writeLong(output.filePointer);
      writeMonotonic(this.pointers, meta, output);
      meta.writeLong(output.filePointer);
      meta.writeLong(maxPointer);
      writeFooter(output);
    } finally {
      output.close();
    }
  }
}

function writeMonotonic(values: readonly number[], meta: IndexOutput, output: IndexOutput): void {
  const base = output.filePointer;
  for (let start = 0; start < values.length; start += 1 << BLOCK_SHIFT) {
    const block = values.slice(start, start + (1 << BLOCK_SHIFT));
    const step = Math.fround((block[block.length - 1]! - block[0]!) / Math.max(1, block.length - 1));
    let min = Number.POSITIVE_INFINITY;
    for (let i = 0; i < block.length; i++) {
      block[i]! -= expectedAt(step, i);
      min = Math.min(min, block[i]!);
    }
    let max = 0;
    for (let i = 0; i < block.length; i++) {
      block[i]! -= min;
      max = Math.max(max, block[i]!);
    }
    meta.writeLong(min);
    meta.writeInt(floatToIntBits(step));
    meta.writeLong(output.filePointer - base);
    const width = widthOf(max);
    meta.writeByte(width);
    if (width !== 0) writePacked(block, width, output);
  }
}

function widthOf(max: number): number {
  return max === 0 ? 0 : WIDTHS.find((width) => max < 2 ** width)!;
}

function writePacked(values: readonly number[], width: number, output: IndexOutput): void {
  const bytes = new Uint8Array(Math.ceil((values.length * width) / 8) + 1);
  for (const [i, value] of values.entries()) {
    let rest = value;
    let bit = i * width;
    for (let left = width; left > 0; ) {
      const room = Math.min(8 - (bit & 7), left);
      const part = rest % 2 ** room;
      bytes[bit >>> 3]! |= part << (bit & 7);
      rest = Math.floor(rest / 2 ** room);
      bit += room;
      left -= room;
    }
  }
  output.writeBytes(bytes, 0, bytes.length - 1);
  const word = width > 32 ? 64 : width > 16 ? 32 : width > 8 ? 16 : width;
  for (let i = Math.ceil((word - width) / 8); i > 0; i--) output.writeByte(0);
}
