// What the terms dictionary needs of its index, whatever the index is made of: an FST (Lucene 9)
// or a trie (Lucene 10.3). The index maps prefixes of terms to blocks; each prefix has one.

/** Where the block of a prefix is, as its index entry says. Filled again for every prefix. */
export class BlockPointer {
  /** Position in .tim of the (first) block. */
  fp = 0;
  /** The (first) block holds terms, not only blocks. */
  hasTerms = false;
  /** The prefix has several blocks, split by the byte that follows it. */
  isFloor = false;
  /**
   * Floor only: `bytes[start..end)` is vInt followers, then what BlockTreeTermsWriter describes.
   */
  floorBytes: Uint8Array = new Uint8Array(0);
  floorStart = 0;
  floorEnd = 0;
}

/** Follows a term through the index. */
export interface TermsIndexCursor {
  /** Back to the empty prefix, which always has a block. */
  reset(): void;
  /** Adds a byte to the prefix; false if no block lies below, and then the cursor must be reset. */
  descend(label: number): boolean;
  /** The prefix so far has a block. */
  isBlock(): boolean;
  /** Fills `target`, whose bytes are valid until the cursor moves. */
  readBlock(target: BlockPointer): void;
}

/** One field's index. */
export interface TermsIndex {
  cursor(): TermsIndexCursor;
}
