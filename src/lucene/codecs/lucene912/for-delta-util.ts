// Blocks of 128 document deltas in Lucene 9.12, without exceptions.
//
//   SIZE     TYPE   FIELD  MEANING
//    1       u8     bits   0: all deltas are 1
//    16*bits bytes  packed
// The lanes are wider than those of other blocks, so that sums of deltas fit: 8 bits for 1–4, 16
// for 5–11, 32 from 12 on (see lucene90/postings/for-util.ts).
// Upstream: org.apache.lucene.codecs.lucene912.ForDeltaUtil (9.12.3).

import type { IndexInput } from "../../store/index.ts";
import { BLOCK_SIZE, decodeForLanes } from "../lucene90/postings/for-util.ts";
import { fillConsecutive, prefixSum } from "../lucene90/postings/prefix-sum.ts";

/** Decodes a block to documents; answers the last one. */
export function decodeForDelta(input: IndexInput, base: number, target: Int32Array): number {
  const bits = input.readByte();
  if (bits === 0) return fillConsecutive(target, BLOCK_SIZE, base);
  decodeForLanes(bits, bits <= 4 ? 8 : bits <= 11 ? 16 : 32, input, target);
  return prefixSum(target, BLOCK_SIZE, base);
}
