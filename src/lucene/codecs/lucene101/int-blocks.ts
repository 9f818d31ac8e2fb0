// Blocks of ints as Lucene 10.1 and later pack them: the scheme of Lucene 9.0 (for-util.ts and
// pfor-util.ts of lucene90/postings) over 32-bit words instead of 64-bit ones, and dense blocks of
// documents as bit sets.
//
//   LANES   WORD i HOLDS VALUES (Q = block size / 4)
//   8 bits  i, Q + i, 2Q + i, 3Q + i, the first in the highest lane
//   16 bits i, 2Q + i
//   32 bits i
//   DOCUMENTS: i8 bits, then
//     0      all deltas are 1
//     1–31   the deltas in that many bits
//     < 0    -bits 64-bit words: bit n is set if document base + 1 + n is in the block
// Upstream: org.apache.lucene.codecs.lucene104.{ForUtil,PForUtil} (10.4.0),
// org.apache.lucene.backward_codecs.lucene103.ForDeltaUtil (10.4.0).

import { corrupt } from "../../../base/index.ts";
import type { IndexInput } from "../../store/index.ts";
import { lanePrimitive, readWords, unpackLanes } from "../lucene90/postings/for-util.ts";
import { fillConsecutive, prefixSum } from "../lucene90/postings/prefix-sum.ts";
import type { PostingsCodec } from "../lucene912/postings-codec.ts";

const WORDS_MAX = 256;
const words = new Int32Array(WORDS_MAX);
const lanes = new Int32Array(WORDS_MAX);

function expand(
  source: Int32Array,
  primitive: number,
  target: Int32Array,
  blockSize: number,
): void {
  if (primitive === 8) {
    const quarter = blockSize >> 2;
    for (let i = 0; i < quarter; i++) {
      const word = source[i]!;
      target[i] = word >>> 24;
      target[quarter + i] = (word >>> 16) & 0xff;
      target[2 * quarter + i] = (word >>> 8) & 0xff;
      target[3 * quarter + i] = word & 0xff;
    }
  } else {
    const half = blockSize >> 1;
    for (let i = 0; i < half; i++) {
      const word = source[i]!;
      target[i] = word >>> 16;
      target[half + i] = word & 0xffff;
    }
  }
}

/** Decodes `blockSize` values of `bits` bits that lie in lanes of `primitive` bits. */
function decodeInts(
  bits: number,
  primitive: number,
  input: IndexInput,
  target: Int32Array,
  blockSize: number,
): void {
  if (bits < 1 || bits > 31) {
    throw corrupt("Bits per value are out of bounds", { file: input.name, bits });
  }
  const count = (bits * blockSize) >> 5;
  readWords(input, words, count);
  if (primitive === 32) {
    unpackLanes(words, count, bits, 32, 1, target, blockSize);
  } else if (bits === primitive) {
    expand(words, primitive, target, blockSize);
  } else {
    unpackLanes(words, count, bits, primitive, 1, lanes, (primitive * blockSize) >> 5);
    expand(lanes, primitive, target, blockSize);
  }
}

function decodePatched(input: IndexInput, target: Int32Array, blockSize: number): void {
  const token = input.readByte();
  const bits = token & 0x1f;
  if (bits === 0) target.fill(input.readVInt(), 0, blockSize);
  else decodeInts(bits, lanePrimitive(bits), input, target, blockSize);
  for (let left = token >>> 5; left > 0; left--) {
    const index = input.readByte() & (blockSize - 1);
    target[index] = target[index]! | (input.readByte() << bits);
  }
}

function skipPatched(input: IndexInput, blockSize: number): void {
  const token = input.readByte();
  const bits = token & 0x1f;
  const exceptionBytes = (token >>> 5) * 2;
  if (bits === 0) {
    input.readVLong();
    input.skip(exceptionBytes);
  } else {
    input.skip(((bits * blockSize) >> 3) + exceptionBytes);
  }
}

/** Bit set → documents; -1 if it has not as many bits as the block documents. */
function decodeBitSet(
  longCount: number,
  input: IndexInput,
  base: number,
  target: Int32Array,
  blockSize: number,
): number {
  const count = longCount * 2;
  readWords(input, words, count);
  let at = 0;
  let first = base + 1;
  for (let i = 0; i < count; i++, first += 32) {
    let word = words[i]!;
    while (word !== 0) {
      if (at === blockSize) return -1;
      target[at++] = first + 31 - Math.clz32(word & -word);
      word &= word - 1;
    }
  }
  return at === blockSize ? target[at - 1]! : -1;
}

/** How wide the lanes of document deltas are, for a number of bits. */
export type DeltaLanes = (bits: number) => number;

/** A generation that packs ints: only names, block size and the lanes of deltas differ. */
export function intPostingsCodec(
  prefix: string,
  termsCodec: string,
  versionMax: number,
  blockSize: number,
  deltaLanes: DeltaLanes,
): PostingsCodec {
  return {
    prefix,
    termsCodec,
    versionMax,
    blockSize,
    decode: (input, target) => decodePatched(input, target, blockSize),
    skip: (input) => skipPatched(input, blockSize),
    decodeDocs(input, base, target) {
      const bits = (input.readByte() << 24) >> 24;
      if (bits === 0) return fillConsecutive(target, blockSize, base);
      if (bits < 0) return decodeBitSet(-bits, input, base, target, blockSize);
      decodeInts(bits, deltaLanes(bits), input, target, blockSize);
      return prefixSum(target, blockSize, base);
    },
  };
}

/** Lucene 10.1–10.3: wider lanes, so that sums of deltas fit. */
export const sumLanes: DeltaLanes = (bits) => (bits <= 3 ? 8 : bits <= 10 ? 16 : 32);
