// Blocks of the terms dictionary up to Lucene 8.4: suffixes are never compressed, each one stands
// behind its length, and every term has its own statistics.
//
//   .tim BLOCK  TYPE  MEANING
//   code        vInt  entries << 1 | last of its floor group
//   suffixes    vInt  bytes << 1 | leaf, then per entry
//                     leaf: vInt suffix length, the suffix
//                     other: vInt length << 1 | is block, the suffix, and for a block vLong
//                     distance back to it in .tim
//   stats       vInt  bytes, then per term: vInt docFreq, with frequencies vLong totalTermFreq -
//                     docFreq
//   metadata    vInt  bytes, then what the postings format keeps per term
// A block is taken apart when it is read: lengths and suffixes then lie as they do in the blocks of
// Lucene 8.5 and later, and one scan serves both.
// Upstream: org.apache.lucene.codecs.blocktree.SegmentTermsEnumFrame (8.4.1).

import { corrupt } from "../../../../base/index.ts";
import type { IndexInput } from "../../../store/index.ts";
import { ByteCursor } from "../../lucene90/blocktree/byte-cursor.ts";
import { TermBlockFrame } from "../../lucene90/blocktree/term-block-frame.ts";
import type { BlockTermState } from "../../lucene90/postings/block-term-state.ts";

/** Reads blocks of versions 2 to 4. */
export class InterleavedBlockFrame extends TermBlockFrame {
  private readonly entries = new ByteCursor();

  protected override readEntries(input: IndexInput): void {
    const { entries } = this;
    const code = input.readVInt();
    this.isLeaf = (code & 1) !== 0;
    entries.borrow(input, code >>> 1);
    const bytes = entries.end - entries.start;
    if (bytes > this.suffixCopy.length) {
      this.suffixCopy = new Uint8Array(bytes * 2);
      this.lengthCopy = new Uint8Array(bytes * 2);
    }
    this.takeApart(input.name);
  }

  private takeApart(file: string): void {
    const { entries, isLeaf, suffixCopy } = this;
    let suffixEnd = 0;
    let lengthEnd = 0;
    for (let left = this.entryCount; left > 0; left--) {
      let from = entries.pos;
      const code = entries.readVInt();
      lengthEnd = this.copyLength(from, lengthEnd);
      const length = isLeaf ? code : code >>> 1;
      from = entries.pos;
      entries.skip(length);
      for (let i = 0; i < length; i++) suffixCopy[suffixEnd + i] = entries.bytes[from + i]!;
      suffixEnd += length;
      if (isLeaf || (code & 1) === 0) continue;
      from = entries.pos;
      entries.readVLong();
      lengthEnd = this.copyLength(from, lengthEnd);
    }
    this.suffixes.reset(suffixCopy, 0, suffixEnd, file);
    this.lengths.reset(this.lengthCopy, 0, lengthEnd, file);
  }

  /** Copies the bytes of a number that was just read; answers where the next one goes. */
  private copyLength(from: number, at: number): number {
    const { bytes, pos } = this.entries;
    for (let i = from; i < pos; i++) this.lengthCopy[at + i - from] = bytes[i]!;
    return at + pos - from;
  }

  protected override decodeStats(state: BlockTermState, hasFreqs: boolean): void {
    state.docFreq = this.stats.readVInt();
    state.totalTermFreq = hasFreqs ? state.docFreq + this.stats.readVLong() : state.docFreq;
    if (state.docFreq === 0) throw corrupt("Term has no documents", { file: this.stats.file });
  }
}
