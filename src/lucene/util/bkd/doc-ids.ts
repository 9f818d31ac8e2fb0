// The documents of one BKD leaf, in the order of its points. The count is known.
//
//   FIRST BYTE   THEN
//   -2           vInt first: consecutive documents
//   -1           vInt word offset, vInt words, then the words: a bit set, ascending
//    0           vInt differences, ascending (written up to 9.x)
//   16           vInt min; count / 2 ints of two 16-bit differences (i high, half + i low); the odd
//                one as a short (since 9.6)
//   21           thirds: see decode21 (since 10.2)
//   24           eight documents in three longs, each long filled from its top (before 10.2; up to
//                8.x longs are big-endian, so that three bytes follow three); since 10.2 quarters:
//                see decode24
//   32           ints
// Upstream: org.apache.lucene.util.bkd.DocIdsWriter (9.1.0 for writing, 10.4.0 for reading).

import { corrupt } from "../../../base/index.ts";
import type { DataOutput, IndexInput } from "../../store/index.ts";

const CONTINUOUS_IDS = -2;
const BITSET_IDS = -1;
const DELTA_VINT = 0;
const DELTA_16 = 16;
const BITS_21 = 21;
const BITS_24 = 24;
const BITS_32 = 32;

/** Writes `docs[0, count)` as 9.1.0 does. */
export function writeDocIds(docs: Int32Array, count: number, out: DataOutput): void {
  let sorted = true;
  let strictly = true;
  let bits = 0;
  for (let i = 0; i < count; i++) {
    bits |= docs[i]!;
    if (i === 0) continue;
    if (docs[i]! < docs[i - 1]!) sorted = false;
    if (docs[i]! <= docs[i - 1]!) strictly = false;
  }
  const span = docs[count - 1]! - docs[0]! + 1;
  if (strictly && span === count) {
    out.writeByte(CONTINUOUS_IDS);
    out.writeVInt(docs[0]!);
  } else if (strictly && span <= count * 16) {
    out.writeByte(BITSET_IDS);
    writeBitSet(docs, count, out);
  } else if (sorted) {
    out.writeByte(DELTA_VINT);
    for (let i = 0; i < count; i++) out.writeVInt(docs[i]! - (i === 0 ? 0 : docs[i - 1]!));
  } else if (bits <= 0xffffff) {
    out.writeByte(BITS_24);
    writeBits24(docs, count, out);
  } else {
    out.writeByte(BITS_32);
    for (let i = 0; i < count; i++) out.writeInt(docs[i]!);
  }
}

function writeBitSet(docs: Int32Array, count: number, out: DataOutput): void {
  const offsetWords = docs[0]! >>> 6;
  const words = (docs[count - 1]! >>> 6) - offsetWords + 1;
  const halves = new Int32Array(words * 2);
  for (let i = 0; i < count; i++) {
    const bit = docs[i]! - offsetWords * 64;
    halves[bit >>> 5]! |= 1 << (bit & 31);
  }
  out.writeVInt(offsetWords);
  out.writeVInt(words);
  for (const half of halves) out.writeInt(half);
}

function writeBits24(docs: Int32Array, count: number, out: DataOutput): void {
  let i = 0;
  for (; i + 7 < count; i += 8) {
    const d2 = docs[i + 1]!;
    const d3 = docs[i + 2]!;
    const d6 = docs[i + 5]!;
    const d7 = docs[i + 6]!;
    out.writeInt((d2 << 16) | (d3 >>> 8));
    out.writeInt((docs[i]! << 8) | (d2 >>> 16));
    out.writeInt((docs[i + 4]! << 8) | (d6 >>> 16));
    out.writeInt((d3 << 24) | docs[i + 3]!);
    out.writeInt((d7 << 24) | docs[i + 7]!);
    out.writeInt((d6 << 16) | (d7 >>> 8));
  }
  for (; i < count; i++) {
    out.writeShort(docs[i]! >>> 8);
    out.writeByte(docs[i]!);
  }
}

/** Reads `count` documents into `docs`; `vectorized` is the layout since BKD version 10. */
export function readDocIds(
  input: IndexInput,
  count: number,
  docs: Int32Array,
  vectorized: boolean,
  maxDoc: number,
): void {
  const encoding = (input.readByte() << 24) >> 24;
  switch (encoding) {
    case CONTINUOUS_IDS:
      readContinuous(input, count, docs);
      break;
    case BITSET_IDS:
      readBitSet(input, count, docs);
      break;
    case DELTA_VINT:
      readDeltas(input, count, docs);
      break;
    case DELTA_16:
      readDelta16(input, count, docs);
      break;
    case BITS_21:
      readBits21(input, count, docs);
      break;
    case BITS_24:
      if (vectorized) readBits24(input, count, docs);
      else if (input.bigEndian) readBigEndianBits24(input, count, docs);
      else readLegacyBits24(input, count, docs);
      break;
    case BITS_32:
      for (let i = 0; i < count; i++) docs[i] = input.readInt();
      break;
    default:
      throw corrupt("Unsupported encoding of documents", { file: input.name, encoding });
  }
  for (let i = 0; i < count; i++) {
    // An unsigned comparison refuses negative documents, too.
    if (docs[i]! >>> 0 >= maxDoc) {
      throw corrupt("Document is out of bounds", { file: input.name, doc: docs[i]!, maxDoc });
    }
  }
}

function readContinuous(input: IndexInput, count: number, docs: Int32Array): void {
  const start = input.readVInt();
  for (let i = 0; i < count; i++) docs[i] = start + i;
}

function readBitSet(input: IndexInput, count: number, docs: Int32Array): void {
  let base = input.readVInt() * 64;
  const words = input.readVInt();
  let found = 0;
  for (let i = 0; i < words * 2; i++, base += 32) {
    let bits = input.readInt();
    while (bits !== 0 && found < count) {
      docs[found++] = base + 31 - Math.clz32(bits & -bits);
      bits &= bits - 1;
    }
    if (bits !== 0) found = count + 1;
  }
  if (found !== count) {
    throw corrupt("Bit set does not have the leaf's count", { file: input.name, count, found });
  }
}

function readDeltas(input: IndexInput, count: number, docs: Int32Array): void {
  let doc = 0;
  for (let i = 0; i < count; i++) {
    doc += input.readVInt();
    docs[i] = doc;
  }
}

function readDelta16(input: IndexInput, count: number, docs: Int32Array): void {
  const min = input.readVInt();
  const half = count >>> 1;
  for (let i = 0; i < half; i++) {
    const pair = input.readInt();
    docs[i] = (pair >>> 16) + min;
    docs[half + i] = (pair & 0xffff) + min;
  }
  if ((count & 1) === 1) docs[count - 1] = (input.readShort() & 0xffff) + min;
}

/** Two thirds of the documents in the top 21 bits of an int each, the last third in the rests. */
function readBits21(input: IndexInput, count: number, docs: Int32Array): void {
  const third = Math.floor(count / 3) & -16;
  for (let i = 0; i < third * 2; i++) docs[i] = input.readInt();
  for (let i = 0; i < third; i++) {
    docs[third * 2 + i] = (docs[i]! & 0x7ff) | ((docs[third + i]! & 0x7ff) << 11);
  }
  for (let i = 0; i < third * 2; i++) docs[i] = docs[i]! >>> 11;
  let i = third * 3;
  for (; i + 2 < count; i += 3) {
    const low = input.readInt();
    const high = input.readInt();
    docs[i] = low & 0x1fffff;
    docs[i + 1] = ((low >>> 21) | (high << 11)) & 0x1fffff;
    docs[i + 2] = high >>> 10;
  }
  readTail24(input, i, count, docs);
}

/** Three quarters in the top 24 bits of an int each, the last quarter in the rests. */
function readBits24(input: IndexInput, count: number, docs: Int32Array): void {
  const quarter = count >>> 2;
  for (let i = 0; i < quarter * 3; i++) docs[i] = input.readInt();
  for (let i = 0; i < quarter; i++) {
    docs[quarter * 3 + i] =
      (docs[i]! & 0xff) |
      ((docs[quarter + i]! & 0xff) << 8) |
      ((docs[quarter * 2 + i]! & 0xff) << 16);
  }
  for (let i = 0; i < quarter * 3; i++) docs[i] = docs[i]! >>> 8;
  readTail24(input, quarter * 4, count, docs);
}

function readTail24(input: IndexInput, from: number, count: number, docs: Int32Array): void {
  for (let i = from; i < count; i++) {
    const low = input.readShort() & 0xffff;
    docs[i] = low | (input.readByte() << 16);
  }
}

function readLegacyBits24(input: IndexInput, count: number, docs: Int32Array): void {
  let i = 0;
  for (; i + 7 < count; i += 8) {
    const low1 = input.readInt();
    const high1 = input.readInt();
    const low2 = input.readInt();
    const high2 = input.readInt();
    const low3 = input.readInt();
    const high3 = input.readInt();
    docs[i] = high1 >>> 8;
    docs[i + 1] = ((high1 & 0xff) << 16) | (low1 >>> 16);
    docs[i + 2] = ((low1 & 0xffff) << 8) | (high2 >>> 24);
    docs[i + 3] = high2 & 0xffffff;
    docs[i + 4] = low2 >>> 8;
    docs[i + 5] = ((low2 & 0xff) << 16) | (high3 >>> 16);
    docs[i + 6] = ((high3 & 0xffff) << 8) | (low3 >>> 24);
    docs[i + 7] = low3 & 0xffffff;
  }
  for (; i < count; i++) {
    const high = input.readShort() & 0xffff;
    docs[i] = (high << 8) | input.readByte();
  }
}

function readBigEndianBits24(input: IndexInput, count: number, docs: Int32Array): void {
  const bytes = input.bytesBorrow(count * 3);
  for (let i = 0, p = 0; i < count; i++, p += 3) {
    docs[i] = (bytes[p]! << 16) | (bytes[p + 1]! << 8) | bytes[p + 2]!;
  }
}
