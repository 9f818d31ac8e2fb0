// Group varints: four ints behind one byte that holds their lengths.
//   u8     flag   (bytes of the first - 1) << 6 | second << 4 | third << 2 | fourth
//   bytes  the four, 1–4 bytes each, little-endian
// What is left below four ints follows as vInts.
// The last, partial block of a posting list: group varints of the deltas (with frequencies << 1 |
// (freq = 1)), then the frequencies that are not 1 as vInts.
// Upstream: org.apache.lucene.util.GroupVIntUtil, PostingsUtil.readVIntBlock (9.12.3).

import type { IndexInput } from "../../../store/index.ts";

function readInt(input: IndexInput, bytesMinusOne: number): number {
  let value = input.readByte();
  for (let shift = 8; shift <= bytesMinusOne * 8; shift += 8) value |= input.readByte() << shift;
  return value;
}

/** Reads `count` ints into `target`. */
function readGroupVInts(input: IndexInput, target: Int32Array, count: number): void {
  let at = 0;
  for (; at + 4 <= count; at += 4) {
    const flag = input.readByte();
    target[at] = readInt(input, flag >> 6);
    target[at + 1] = readInt(input, (flag >> 4) & 3);
    target[at + 2] = readInt(input, (flag >> 2) & 3);
    target[at + 3] = readInt(input, flag & 3);
  }
  for (; at < count; at++) target[at] = input.readVInt();
}

/** Reads `count` deltas, and their frequencies into `freqs` if it is given. */
export function readGroupTail(
  input: IndexInput,
  count: number,
  hasFreqs: boolean,
  deltas: Int32Array,
  freqs: Int32Array | undefined,
): void {
  readGroupVInts(input, deltas, count);
  if (!hasFreqs) return;
  for (let i = 0; i < count; i++) {
    const code = deltas[i]!;
    deltas[i] = code >>> 1;
    if (freqs !== undefined) freqs[i] = (code & 1) !== 0 ? 1 : input.readVInt();
  }
}
