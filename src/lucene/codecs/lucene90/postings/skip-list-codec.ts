// What differs between the generations of postings with skip lists (up to Lucene 9.11): names, how
// a block of documents is packed and how the last, partial one is, what a term's metadata holds and
// whether skip data has impacts.

import type { IndexInput } from "../../../store/index.ts";
import type { ByteCursor } from "../blocktree/byte-cursor.ts";
import type { BlockTermState, PostingsFeatures } from "./block-term-state.ts";
import { BLOCK_SIZE } from "./for-util.ts";
import {
  DOC_CODEC,
  PAY_CODEC,
  POS_CODEC,
  TERMS_CODEC,
  VERSION_CURRENT,
} from "./lucene90-postings-constants.ts";
import { decodePFor, skipPFor } from "./pfor-util.ts";
import type { BlockCodec } from "./position-cursor.ts";
import { prefixSum } from "./prefix-sum.ts";
import { Lucene90SkipReader } from "./skip-reader.ts";
import { decodeTermState } from "./term-metadata.ts";

/** One generation of postings with skip lists: the names in its headers, and how it is read. */
export interface SkipListGeneration {
  readonly docCodec: string;
  readonly posCodec: string;
  readonly payCodec: string;
  /** In the header inside the terms dictionary. */
  readonly termsCodec: string;
  readonly versionMax: number;
  /** How a segment is read whose .doc has this version; `docIn` stands behind its header. */
  open(version: number, docIn: IndexInput): SkipListCodec;
}

/** How a segment's postings are packed; frequencies and positions alike. */
export interface SkipListCodec extends BlockCodec {
  /** Skip data has impacts. */
  readonly hasImpacts: boolean;
  /** Reads the metadata of a term but for the skip data; see PostingsReaderBase. */
  decodeTerm(
    cursor: ByteCursor,
    features: PostingsFeatures,
    state: BlockTermState,
    absolute: boolean,
    blockSize: number,
  ): void;
  skipReader(docIn: IndexInput, features: PostingsFeatures): Lucene90SkipReader;
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

const LUCENE90_CODEC: SkipListCodec = {
  blockSize: BLOCK_SIZE,
  hasImpacts: true,
  decode: decodePFor,
  skip: skipPFor,
  readTail: readVIntTail,
  decodeDocs(input, base, target) {
    decodePFor(input, target);
    return prefixSum(target, BLOCK_SIZE, base);
  },
  decodeTerm: decodeTermState,
  skipReader: (docIn, features) => new Lucene90SkipReader(docIn, features),
};

/** Lucene 9.0–9.8: layout in postings-writer.ts. */
export const LUCENE90_POSTINGS: SkipListGeneration = {
  docCodec: DOC_CODEC,
  posCodec: POS_CODEC,
  payCodec: PAY_CODEC,
  termsCodec: TERMS_CODEC,
  versionMax: VERSION_CURRENT,
  open: () => LUCENE90_CODEC,
};

/** The last, partial block as vInts (layout: postings-writer.ts). */
export function readVIntTail(
  input: IndexInput,
  count: number,
  hasFreqs: boolean,
  deltas: Int32Array,
  freqs: Int32Array | undefined,
): void {
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
}
