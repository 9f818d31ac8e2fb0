// Blocks of 128 non-negative ints up to Lucene 8.3.
//
//   BLOCK   TYPE   MEANING
//   bits    u8     0: all values are equal
//   value   vInt   bits = 0
//   packed  bytes  otherwise, in the format that .doc names for that number of bits
//   .doc, BEHIND ITS HEADER
//   version vInt   of the packed ints: 0–2, the same bytes for 128 values
//   formats vInt   32 times, for 1–32 bits: format << 5 | (bits actually used - 1)
//   FORMAT  BYTES
//   0       16 * bits: one bit string, highest bits first
//   1       big-endian 64-bit words; each holds 64 / bits values, the first in the lowest bits
// Invariants: bits ≤ 32; the bits used are at least the bits asked for; format 1 has at most 32.
// Upstream: org.apache.lucene.codecs.lucene50.ForUtil, org.apache.lucene.util.packed.PackedInts
// (6.6.1, 8.0.0).

import { corrupt } from "../../../../base/index.ts";
import type { IndexInput } from "../../../store/index.ts";
import { BLOCK_SIZE, readWords } from "../../lucene90/postings/for-util.ts";

const BITS_MAX = 32;
const PACKED = 0;
const PACKED_SINGLE_BLOCK = 1;
const PACKED_VERSION_MAX = 2;

/** 32-bit words of the widest block: 128 values of 32 bits. */
const words = new Int32Array(BLOCK_SIZE + 1);

/** Packs by number of bits, as one .doc says. */
export interface PackedFormats {
  /** 1 for words of whole values, by bits; index 0 is not used. */
  readonly singleBlock: Uint8Array;
  /** Bits that are really used, by bits. */
  readonly bitsUsed: Uint8Array;
}

/** Reads the table behind the header of .doc. */
export function readPackedFormats(docIn: IndexInput): PackedFormats {
  const version = docIn.readVInt();
  const singleBlock = new Uint8Array(BITS_MAX + 1);
  const bitsUsed = new Uint8Array(BITS_MAX + 1);
  let valid = version >= 0 && version <= PACKED_VERSION_MAX;
  for (let bits = 1; bits <= BITS_MAX; bits++) {
    const code = docIn.readVInt();
    const format = code >>> 5;
    bitsUsed[bits] = (code & 31) + 1;
    singleBlock[bits] = format;
    valid &&= (format === PACKED || format === PACKED_SINGLE_BLOCK) && bitsUsed[bits]! >= bits;
  }
  if (!valid) throw corrupt("Formats of packed blocks are unknown", { file: docIn.name, version });
  return { singleBlock, bitsUsed };
}

/** 32-bit words of a block. */
function wordsOf(formats: PackedFormats, bits: number, file: string): number {
  if (bits > BITS_MAX) throw corrupt("Bits per value are out of bounds", { file, bits });
  const used = formats.bitsUsed[bits]!;
  if (formats.singleBlock[bits] === PACKED) return used * (BLOCK_SIZE / 32);
  return 2 * Math.ceil(BLOCK_SIZE / Math.floor(64 / used));
}

/** Decodes one block into `target[0..127]`. */
export function decodePacked(formats: PackedFormats, input: IndexInput, target: Int32Array): void {
  const bits = input.readByte();
  if (bits === 0) {
    target.fill(input.readVInt(), 0, BLOCK_SIZE);
    return;
  }
  const count = wordsOf(formats, bits, input.name);
  readWords(input, words, count);
  for (let i = 0; i < count; i++) words[i] = swapBytes(words[i]!);
  const used = formats.bitsUsed[bits]!;
  if (formats.singleBlock[bits] === PACKED) unpackBitString(used, target);
  else unpackWholeValues(used, target);
}

/** Steps over one block. */
export function skipPacked(formats: PackedFormats, input: IndexInput): void {
  const bits = input.readByte();
  if (bits === 0) input.readVInt();
  else input.skip(wordsOf(formats, bits, input.name) * 4);
}

function swapBytes(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

/** Value i is bits [i * bits, (i + 1) * bits) of the words, highest first. */
function unpackBitString(bits: number, target: Int32Array): void {
  const mask = bits === 32 ? -1 : 2 ** bits - 1;
  let word = 0;
  let left = 32;
  for (let i = 0; i < BLOCK_SIZE; i++) {
    if (left >= bits) {
      left -= bits;
      target[i] = (words[word]! >>> left) & mask;
    } else {
      // The low `left` bits of this word are the high ones of the value.
      const high = left === 0 ? 0 : words[word]! << (bits - left);
      left += 32 - bits;
      target[i] = (high | (words[word + 1]! >>> left)) & mask;
      word++;
    }
  }
}

/** Value j of a 64-bit word is its bits [j * bits, (j + 1) * bits), lowest first. */
function unpackWholeValues(bits: number, target: Int32Array): void {
  const mask = bits === 32 ? -1 : 2 ** bits - 1;
  let at = 0;
  for (let word = 0; at < BLOCK_SIZE; word += 2) {
    const high = words[word]!;
    const low = words[word + 1]!;
    for (let from = 0; from + bits <= 64 && at < BLOCK_SIZE; from += bits) {
      let value = 0;
      if (from >= 32) value = high >>> (from - 32);
      else if (from === 0) value = low;
      else value = (low >>> from) | (high << (32 - from));
      target[at++] = value & mask;
    }
  }
}
