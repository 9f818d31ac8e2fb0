// What the terms dictionary's writer holds back: terms that are not yet in a block, and blocks
// whose parent is not yet written.
// Upstream: Lucene90BlockTreeTermsWriter.PendingEntry, PendingTerm, PendingBlock (9.1.0).

import type { BlockTermState } from "../postings/block-term-state.ts";

/** A term that is not yet in a block. */
export interface PendingTerm {
  readonly state: BlockTermState;
  /** The whole term. */
  readonly bytes: Uint8Array;
}

/** A block whose parent is not yet written. */
export interface PendingBlock {
  readonly state: undefined;
  /** The prefix of its terms; a follower in a floor group adds its lead byte. */
  readonly bytes: Uint8Array;
  readonly fp: number;
  readonly hasTerms: boolean;
  readonly isFloor: boolean;
  /** First byte after the prefix, or -1 for the first of its group. */
  readonly floorLead: number;
  /** Index entries of the blocks below. */
  readonly children: readonly IndexEntry[];
  /** This block and all below, when its group is complete. */
  index: IndexEntry | undefined;
}

/** An entry of a block to be. */
export type PendingEntry = PendingTerm | PendingBlock;

/** One input of the terms index, and those below it, in order. */
export interface IndexEntry {
  readonly prefix: Uint8Array;
  readonly output: Uint8Array;
  readonly below: readonly IndexEntry[];
}
