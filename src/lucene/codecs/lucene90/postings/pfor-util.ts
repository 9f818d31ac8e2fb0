// Patched frame of reference: a block of 128 ints where up to 7 large ones are stored aside.
//
//   SIZE        TYPE   FIELD       MEANING
//    1          u8     token       exceptions << 5 | bitsPerValue
//    n          vLong  value       bitsPerValue = 0: all values are equal (before patching)
//    16*bits    bytes  packed      bitsPerValue > 0: the low bits, see for-util.ts
//    2*e        u8,u8  exceptions  index, then the bits above bitsPerValue
// Invariants: exceptions ≤ 7; an exception has at most 8 bits more than the others.
// Upstream: org.apache.lucene.codecs.lucene90.PForUtil (9.1.0).

import type { DataOutput, IndexInput } from "../../../store/index.ts";
import { BLOCK_SIZE, bitsRequired, decodeFor, encodeFor } from "./for-util.ts";

const EXCEPTIONS_MAX = 7;
const scratch = new Int32Array(BLOCK_SIZE);
const largest = new Int32Array(EXCEPTIONS_MAX + 1);

/** Fills `largest` with the eight largest values, ascending. */
function findLargest(values: Int32Array): void {
  largest.fill(-1);
  for (let i = 0; i < BLOCK_SIZE; i++) {
    const value = values[i]!;
    if (value <= largest[0]!) continue;
    let at = 0;
    while (at < EXCEPTIONS_MAX && largest[at + 1]! < value) {
      largest[at] = largest[at + 1]!;
      at++;
    }
    largest[at] = value;
  }
}

function allEqual(values: Int32Array): boolean {
  const first = values[0]!;
  for (let i = 1; i < BLOCK_SIZE; i++) if (values[i] !== first) return false;
  return true;
}

/** Encodes `values[0..127]`, all ≥ 0; leaves them unchanged. */
export function encodePFor(values: Int32Array, out: DataOutput): void {
  findLargest(values);
  const bitsMax = bitsRequired(largest[EXCEPTIONS_MAX]!);
  const bits = Math.max(bitsRequired(largest[0]!), bitsMax - 8);
  const unpatchedMax = 2 ** bits - 1;
  let exceptions = 0;
  for (let i = 1; i <= EXCEPTIONS_MAX; i++) if (largest[i]! > unpatchedMax) exceptions++;
  const mask = unpatchedMax | 0;
  for (let i = 0; i < BLOCK_SIZE; i++) scratch[i] = values[i]! & mask;
  const equal = bitsMax <= 8 && allEqual(scratch);
  if (equal) {
    out.writeByte(exceptions << 5);
    out.writeVLong(scratch[0]!);
  } else {
    out.writeByte((exceptions << 5) | bits);
    encodeFor(bits, scratch, out);
  }
  if (exceptions === 0) return;
  for (let i = 0; i < BLOCK_SIZE; i++) {
    const value = values[i]!;
    if (value <= unpatchedMax) continue;
    out.writeByte(i);
    out.writeByte(equal ? (value >>> bits) << bits : value >>> bits);
  }
}

/** Decodes one block into `target[0..127]`. */
export function decodePFor(input: IndexInput, target: Int32Array): void {
  const token = input.readByte();
  const bits = token & 0x1f;
  if (bits === 0) target.fill(input.readVLong(), 0, BLOCK_SIZE);
  else decodeFor(bits, input, target);
  for (let left = token >>> 5; left > 0; left--) {
    const index = input.readByte() & (BLOCK_SIZE - 1);
    target[index] = target[index]! | (input.readByte() << bits);
  }
}

/** Steps over one block. */
export function skipPFor(input: IndexInput): void {
  const token = input.readByte();
  const bits = token & 0x1f;
  const exceptionBytes = (token >>> 5) * 2;
  if (bits === 0) {
    input.readVLong();
    input.skip(exceptionBytes);
  } else {
    input.skip(bits * (BLOCK_SIZE / 8) + exceptionBytes);
  }
}
