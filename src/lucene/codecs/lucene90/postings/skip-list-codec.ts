// What differs between the generations of postings with skip lists (Lucene 9.0 and 9.9): names, how
// a block of documents is packed and how the last, partial one is.

import type { IndexInput } from "../../../store/index.ts";
import { BLOCK_SIZE } from "./for-util.ts";
import { DOC_CODEC, PAY_CODEC, POS_CODEC } from "./lucene90-postings-constants.ts";
import { decodePFor, skipPFor } from "./pfor-util.ts";
import type { BlockCodec } from "./position-cursor.ts";
import { prefixSum } from "./prefix-sum.ts";

/** How one generation packs and names its postings. Frequencies and positions are PFor in all. */
export interface SkipListCodec extends BlockCodec {
  readonly docCodec: string;
  readonly posCodec: string;
  readonly payCodec: string;
  /** Decodes a full block of documents; answers the last one, or -1 where it makes no sense. */
  decodeDocs(input: IndexInput, base: number, target: Int32Array): number;
  /** Reads `count` deltas, and their frequencies into `freqs` if it is given. */
  readTail(
    input: IndexInput,
    count: number,
    hasFreqs: boolean,
    deltas: Int32Array,
    freqs: Int32Array | undefined,
  ): void;
}

/** Lucene 9.0–9.8: layout in postings-writer.ts. */
export const LUCENE90_CODEC: SkipListCodec = {
  docCodec: DOC_CODEC,
  posCodec: POS_CODEC,
  payCodec: PAY_CODEC,
  blockSize: BLOCK_SIZE,
  decode: decodePFor,
  skip: skipPFor,
  decodeDocs(input, base, target) {
    decodePFor(input, target);
    return prefixSum(target, BLOCK_SIZE, base);
  },
  readTail(input, count, hasFreqs, deltas, freqs) {
    for (let i = 0; i < count; i++) {
      const code = input.readVInt();
      if (!hasFreqs) {
        deltas[i] = code;
        continue;
      }
      deltas[i] = code >>> 1;
      const freq = (code & 1) !== 0 ? 1 : input.readVInt();
      if (freqs !== undefined) freqs[i] = freq;
    }
  },
};
