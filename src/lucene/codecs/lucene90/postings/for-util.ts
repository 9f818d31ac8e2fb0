// Frame of reference: a block of 128 non-negative ints, each in the same number of bits.
//
//   bitsPerValue  LANES               64-bit words
//     1 –  8      8 values in a long  2 * bitsPerValue
//     9 – 16      4 values in a long  2 * bitsPerValue
//    17 – 31      2 values in a long  2 * bitsPerValue
// The block is first collapsed: long i takes values i, 16+i, 32+i … (8-bit lanes), i, 32+i …
// (16-bit lanes) or i, 64+i (32-bit lanes), the first in the highest lane. Collapsed longs are
// then packed: 2*bitsPerValue words take as many collapsed longs as fit, highest bits first, and
// the bits that are left at the low end of each lane hold the remaining longs, again highest bits
// first. No lane crosses the middle of a long, so a long is handled as two ints, low then high, as
// they lie in the file (little-endian). Generations that pack ints instead (Lucene 10) have a
// stride of one.
// Upstream: org.apache.lucene.codecs.lucene90.ForUtil (9.1.0).

import { corrupt } from "../../../../base/index.ts";
import type { DataOutput, IndexInput } from "../../../store/index.ts";

/** Values in a block of Lucene 9. */
export const BLOCK_SIZE = 128;

const WORDS_MAX = 256;
const words = new Int32Array(WORDS_MAX);
const lanes = new Int32Array(WORDS_MAX);
const spillBytes = new Uint8Array(WORDS_MAX * 4);
const spillView = new DataView(spillBytes.buffer);

/** Lane masks: `LANE_MASKS[primitive][bits]` has the low `bits` bits of every lane set. */
const MASKS8 = new Int32Array(9);
const MASKS16 = new Int32Array(17);
const MASKS32 = new Int32Array(33);
for (let bits = 0; bits <= 32; bits++) {
  const mask = bits === 32 ? -1 : 2 ** bits - 1;
  MASKS32[bits] = mask;
  if (bits <= 16) MASKS16[bits] = mask | (mask << 16);
  if (bits <= 8) MASKS8[bits] = mask | (mask << 8) | (mask << 16) | (mask << 24);
}

function masksOf(primitive: number): Int32Array {
  return primitive === 8 ? MASKS8 : primitive === 16 ? MASKS16 : MASKS32;
}

/** Lane width for a number of bits. */
export function lanePrimitive(bitsPerValue: number): number {
  return bitsPerValue <= 8 ? 8 : bitsPerValue <= 16 ? 16 : 32;
}

/** Bits of `value`, at least one: Lucene's PackedInts.bitsRequired. */
export function bitsRequired(value: number): number {
  return Math.max(1, 32 - Math.clz32(value));
}

/** Reads `count` little-endian ints into `target`. */
export function readWords(input: IndexInput, target: Int32Array, count: number): void {
  let view = input.view;
  let pos = input.pos;
  const bytes = count * 4;
  if (input.end - pos >= bytes) {
    input.pos = pos + bytes;
  } else {
    input.readBytes(spillBytes, 0, bytes);
    view = spillView;
    pos = 0;
  }
  for (let i = 0; i < count; i++, pos += 4) target[i] = view.getInt32(pos, true);
}

/**
 * Packed words → collapsed words. `source` holds `count` words; `stride` is how many ints one
 * packed word of the generation has (2: longs, 1: ints); `collapsed` is how many words to produce.
 * The formula: word k of pass p is `(source[k] >>> (primitive - (p + 1) * bits)) & mask(bits)`;
 * what is left over is a bit string over the low ends of source[s], source[s + stride] …, per half
 * s.
 */
export function unpackLanes(
  source: Int32Array,
  count: number,
  bits: number,
  primitive: number,
  stride: number,
  target: Int32Array,
  collapsed: number,
): void {
  const masks = masksOf(primitive);
  const mask = masks[bits]!;
  let out = 0;
  let shift = primitive - bits;
  for (; shift >= 0; shift -= bits) {
    for (let i = 0; i < count; i++) target[out++] = (source[i]! >>> shift) & mask;
  }
  if (out >= collapsed) return;
  const rest = shift + bits;
  for (let half = 0; half < stride; half++) {
    let from = half;
    let left = rest;
    for (let to = out + half; to < collapsed; to += stride) {
      let value = 0;
      let need = bits;
      while (need > left) {
        need -= left;
        value |= (source[from]! & masks[left]!) << need;
        from += stride;
        left = rest;
      }
      left -= need;
      value |= (source[from]! >>> left) & masks[need]!;
      if (left === 0) {
        from += stride;
        left = rest;
      }
      target[to] = value;
    }
  }
}

/** The inverse of `unpackLanes`: `collapsed` words of `source` → `count` packed words. */
export function packLanes(
  source: Int32Array,
  collapsed: number,
  bits: number,
  primitive: number,
  stride: number,
  target: Int32Array,
  count: number,
): void {
  const masks = masksOf(primitive);
  let at = 0;
  let shift = primitive - bits;
  target.fill(0, 0, count);
  for (; shift >= 0; shift -= bits) {
    for (let i = 0; i < count; i++) target[i] = target[i]! | (source[at++]! << shift);
  }
  if (at >= collapsed) return;
  const rest = shift + bits;
  for (let half = 0; half < stride; half++) {
    let to = half;
    let left = rest;
    for (let from = at + half; from < collapsed; from += stride) {
      const value = source[from]!;
      let have = bits;
      while (have > 0) {
        const take = Math.min(have, left);
        have -= take;
        left -= take;
        target[to] = target[to]! | (((value >>> have) & masks[take]!) << left);
        if (left === 0) {
          to += stride;
          left = rest;
        }
      }
    }
  }
}

/** Collapsed words (low int, high int of each long) → 128 values. */
function expand(source: Int32Array, primitive: number, target: Int32Array): void {
  if (primitive === 8) {
    for (let i = 0; i < 16; i++) {
      const low = source[2 * i]!;
      const high = source[2 * i + 1]!;
      target[i] = high >>> 24;
      target[16 + i] = (high >>> 16) & 0xff;
      target[32 + i] = (high >>> 8) & 0xff;
      target[48 + i] = high & 0xff;
      target[64 + i] = low >>> 24;
      target[80 + i] = (low >>> 16) & 0xff;
      target[96 + i] = (low >>> 8) & 0xff;
      target[112 + i] = low & 0xff;
    }
  } else if (primitive === 16) {
    for (let i = 0; i < 32; i++) {
      const low = source[2 * i]!;
      const high = source[2 * i + 1]!;
      target[i] = high >>> 16;
      target[32 + i] = high & 0xffff;
      target[64 + i] = low >>> 16;
      target[96 + i] = low & 0xffff;
    }
  } else {
    for (let i = 0; i < 64; i++) {
      target[i] = source[2 * i + 1]!;
      target[64 + i] = source[2 * i]!;
    }
  }
}

/** The inverse of `expand`. */
function collapse(source: Int32Array, primitive: number, target: Int32Array): void {
  if (primitive === 8) {
    for (let i = 0; i < 16; i++) {
      target[2 * i + 1] =
        (source[i]! << 24) | (source[16 + i]! << 16) | (source[32 + i]! << 8) | source[48 + i]!;
      target[2 * i] =
        (source[64 + i]! << 24) |
        (source[80 + i]! << 16) |
        (source[96 + i]! << 8) |
        source[112 + i]!;
    }
  } else if (primitive === 16) {
    for (let i = 0; i < 32; i++) {
      target[2 * i + 1] = (source[i]! << 16) | source[32 + i]!;
      target[2 * i] = (source[64 + i]! << 16) | source[96 + i]!;
    }
  } else {
    for (let i = 0; i < 64; i++) {
      target[2 * i + 1] = source[i]!;
      target[2 * i] = source[64 + i]!;
    }
  }
}

/** Decodes 128 values of `bits` (1–31) bits into `target[0..127]`. */
export function decodeFor(bits: number, input: IndexInput, target: Int32Array): void {
  decodeForLanes(bits, lanePrimitive(bits), input, target);
}

/** The same where a generation chooses the lanes (8, 16 or 32 bits) by another rule. */
export function decodeForLanes(
  bits: number,
  primitive: number,
  input: IndexInput,
  target: Int32Array,
): void {
  if (bits < 1 || bits > 31) {
    throw corrupt("Bits per value are out of bounds", { file: input.name, bits });
  }
  const count = bits * 4;
  readWords(input, words, count);
  if (bits === primitive) {
    expand(words, primitive, target);
    return;
  }
  unpackLanes(words, count, bits, primitive, 2, lanes, primitive * 4);
  expand(lanes, primitive, target);
}

/** Encodes 128 values, each in `bits` (1–31) bits. */
export function encodeFor(bits: number, source: Int32Array, out: DataOutput): void {
  const primitive = lanePrimitive(bits);
  const count = bits * 4;
  collapse(source, primitive, lanes);
  packLanes(lanes, primitive * 4, bits, primitive, 2, words, count);
  for (let i = 0; i < count; i++) out.writeInt(words[i]!);
}
