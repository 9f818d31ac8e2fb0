// One decoded block of the terms dictionary on the way to a term. Its bytes are described in
// terms-writer.ts.
// Upstream: org.apache.lucene.codecs.lucene90.blocktree.SegmentTermsEnumFrame (9.12.3).

import { corrupt, TERM_BYTES_MAX } from "../../../../base/index.ts";
import type { IndexInput } from "../../../store/index.ts";
import { BlockTermState, type PostingsFeatures } from "../postings/block-term-state.ts";
import { ByteCursor } from "./byte-cursor.ts";
import type { PostingsReaderBase } from "./postings-reader-base.ts";
import { decompressSuffixes, NO_COMPRESSION } from "./suffix-compression.ts";
import type { BlockPointer } from "./terms-index.ts";

/** How a scan for a term ended. */
export type ScanResult = "found" | "term-after" | "block-after" | "end";

const NOT_LOADED = -1;
const NOT_FIXED = -1;

/** Upstream: SegmentTermsEnumFrame. Reused for every block of its depth. */
export class TermBlockFrame {
  /** Bytes that all entries share. */
  prefixLength = 0;
  /** The block to be read, one of the group that begins at `fpFirst`. */
  fp = 0;
  fpFirst = 0;
  hasTerms = false;
  private isFloor = false;
  private readonly floor = new ByteCursor();
  private floorCopy = new Uint8Array(16);
  /** Which block's floor data `floorCopy` holds. */
  private floorFp = NOT_LOADED;
  private floorLeft = 0;
  private floorNextLabel = 0;
  /** Which block the fields below hold, or -1. */
  private fpLoaded = NOT_LOADED;
  private fpEnd = 0;
  entryCount = 0;
  /** Entries that are behind the cursor. */
  nextEntry = 0;
  isLastInFloor = true;
  protected isLeaf = false;
  /** Length of every suffix where they are all equal and the block is a leaf, or -1. */
  protected fixedLength = NOT_FIXED;
  protected lengthCopy = new Uint8Array(0);
  protected suffixCopy = new Uint8Array(0);
  readonly suffixes = new ByteCursor();
  protected readonly lengths = new ByteCursor();
  protected readonly stats = new ByteCursor();
  private readonly meta = new ByteCursor();
  private singletonsLeft = 0;
  /** Terms behind the cursor, and those of them whose metadata is decoded. */
  private termCount = 0;
  private metaCount = 0;
  readonly state = new BlockTermState();
  /** Of the current entry: where its suffix begins in `suffixes.bytes`, and its length. */
  suffixStart = 0;
  suffixLength = 0;
  /** The block of the current entry, or -1 if it is a term. */
  subFp = -1;

  /** Points at the block that an index entry names. */
  setPointer(pointer: BlockPointer, prefixLength: number): void {
    this.prefixLength = prefixLength;
    this.fp = pointer.fp;
    this.fpFirst = pointer.fp;
    this.hasTerms = pointer.hasTerms;
    this.isFloor = pointer.isFloor;
    if (!pointer.isFloor) return;
    if (this.floorFp !== pointer.fp) this.copyFloorData(pointer);
    this.rewindFloor();
  }

  private copyFloorData(pointer: BlockPointer): void {
    this.floorFp = NOT_LOADED;
    const length = pointer.floorEnd - pointer.floorStart;
    if (this.floorCopy.length < length) this.floorCopy = new Uint8Array(length * 2);
    const bytes = pointer.floorBytes;
    for (let i = 0; i < length; i++) this.floorCopy[i] = bytes[pointer.floorStart + i]!;
    this.floor.reset(this.floorCopy, 0, length, "terms index");
    this.floorFp = pointer.fp;
  }

  /** Points at a block that its parent names. */
  setChild(fp: number, prefixLength: number): void {
    this.prefixLength = prefixLength;
    this.fp = fp;
    this.fpFirst = fp;
    this.hasTerms = true;
    this.isFloor = false;
  }

  private rewindFloor(): void {
    this.floor.rewind();
    this.floorLeft = this.floor.readVInt();
    this.floorNextLabel = this.floor.readByte();
  }

  /** Chooses the block of the floor group that may hold `target`. */
  scanToFloorBlock(target: Uint8Array, targetLength: number): void {
    if (!this.isFloor) return;
    this.fp = this.fpFirst;
    if (targetLength <= this.prefixLength) return;
    const label = target[this.prefixLength]!;
    if (label < this.floorNextLabel) return;
    while (this.floorLeft > 0) {
      const code = this.floor.readVLong();
      this.fp = this.fpFirst + Math.floor(code / 2);
      this.hasTerms = code % 2 === 1;
      this.floorLeft--;
      if (this.floorLeft === 0) break;
      this.floorNextLabel = this.floor.readByte();
      if (label < this.floorNextLabel) break;
    }
    this.rewindFloor();
  }

  get isLoaded(): boolean {
    return this.fpLoaded === this.fp;
  }

  /** Moves on to the following block of the floor group. */
  loadNextFloorBlock(input: IndexInput): void {
    this.fp = this.fpEnd;
    this.load(input);
  }

  /** Reads the block at `fp`, or only goes back to its first entry if it is at hand. */
  load(input: IndexInput): void {
    if (this.fpLoaded !== this.fp) this.read(input);
    this.suffixes.rewind();
    this.lengths.rewind();
    this.stats.rewind();
    this.meta.rewind();
    this.singletonsLeft = 0;
    this.nextEntry = 0;
    this.termCount = 0;
    this.metaCount = 0;
    this.subFp = -1;
  }

  private read(input: IndexInput): void {
    this.fpLoaded = NOT_LOADED;
    input.seek(this.fp);
    const code = input.readVInt();
    this.entryCount = code >>> 1;
    this.isLastInFloor = (code & 1) !== 0;
    if (this.entryCount === 0)
      throw corrupt("Terms block is empty", { file: input.name, offset: this.fp });
    this.readEntries(input);
    this.stats.borrow(input, input.readVInt());
    this.meta.borrow(input, input.readVInt());
    this.fpEnd = input.filePointer;
    this.fpLoaded = this.fp;
  }

  /** Reads the suffixes of the entries, and their lengths. */
  protected readEntries(input: IndexInput): void {
    this.readSuffixes(input);
    this.readLengths(input);
  }

  private readSuffixes(input: IndexInput): void {
    const code = input.readVLong();
    const length = Math.floor(code / 8);
    this.isLeaf = (code & 4) !== 0;
    const compression = code & 3;
    if (compression === NO_COMPRESSION) {
      this.suffixes.borrow(input, length);
      return;
    }
    // LZ4, the denser of the two, makes at most 255 bytes of one.
    const max = Math.min(
      this.entryCount * TERM_BYTES_MAX,
      256 * (input.length - input.filePointer),
    );
    if (length > max) throw corrupt("Suffixes are too long", { file: input.name, length, max });
    if (this.suffixCopy.length < length) this.suffixCopy = new Uint8Array(length * 2);
    decompressSuffixes(compression, input, this.suffixCopy, length);
    this.suffixes.reset(this.suffixCopy, 0, length, input.name);
  }

  private readLengths(input: IndexInput): void {
    const code = input.readVInt();
    const length = code >>> 1;
    this.fixedLength = NOT_FIXED;
    if ((code & 1) === 0) {
      this.lengths.borrow(input, length);
      return;
    }
    if (length > 16 * this.entryCount) {
      throw corrupt("Suffix lengths are too long", { file: input.name, length });
    }
    const byte = input.readByte();
    if (this.lengthCopy.length < length) this.lengthCopy = new Uint8Array(length * 2);
    this.lengthCopy.fill(byte, 0, length);
    this.lengths.reset(this.lengthCopy, 0, length, input.name);
    const fits = byte * this.entryCount === this.suffixes.end - this.suffixes.start;
    if (this.isLeaf && byte < 0x80 && length === this.entryCount && fits) this.fixedLength = byte;
  }

  /** Moves to the next entry; only while `nextEntry < entryCount`. */
  next(): void {
    this.nextEntry++;
    const code = this.lengths.readVInt();
    this.suffixLength = this.isLeaf ? code : code >>> 1;
    this.suffixStart = this.suffixes.pos;
    this.suffixes.skip(this.suffixLength);
    if (this.isLeaf || (code & 1) === 0) {
      this.subFp = -1;
      this.termCount++;
      return;
    }
    const distance = this.lengths.readVLong();
    if (distance < 1 || distance > this.fp || this.suffixLength === 0) {
      throw corrupt("Terms block does not point backwards", {
        file: this.lengths.file,
        offset: this.fp,
      });
    }
    this.subFp = this.fp - distance;
  }

  /** Moves to the entry of the block at `subFp`. */
  scanToSubBlock(subFp: number): void {
    while (this.subFp !== subFp) {
      if (this.nextEntry >= this.entryCount) {
        throw corrupt("Terms block is not in its parent", {
          file: this.suffixes.file,
          offset: subFp,
        });
      }
      this.next();
    }
  }

  /** Moves to the first entry ≥ `target`. The block is loaded and at its start. */
  scanTo(target: Uint8Array): ScanResult {
    if (this.fixedLength !== NOT_FIXED) this.skipBelow(target);
    const prefixLength = this.prefixLength;
    const rest = target.length - prefixLength;
    const bytes = this.suffixes.bytes;
    while (this.nextEntry < this.entryCount) {
      this.next();
      const start = this.suffixStart;
      const length = this.suffixLength;
      const stop = Math.min(length, rest);
      let difference = 0;
      for (let i = 0; i < stop; i++) {
        difference = bytes[start + i]! - target[prefixLength + i]!;
        if (difference !== 0) break;
      }
      if (difference === 0) difference = length - rest;
      if (difference < 0) continue;
      if (this.subFp >= 0) return "block-after";
      return difference === 0 ? "found" : "term-after";
    }
    return "end";
  }

  /** Where all suffixes are equally long, a binary search steps over those below `target`. */
  private skipBelow(target: Uint8Array): void {
    const length = this.fixedLength;
    const bytes = this.suffixes.bytes;
    const stop = Math.min(length, target.length - this.prefixLength);
    let low = 0;
    let high = this.entryCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const start = this.suffixes.start + middle * length;
      let difference = 0;
      for (let i = 0; i < stop && difference === 0; i++) {
        difference = bytes[start + i]! - target[this.prefixLength + i]!;
      }
      // A suffix that is a proper start of the rest of the target is below it.
      if (difference < 0 || (difference === 0 && length < target.length - this.prefixLength)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    this.nextEntry = low;
    this.termCount = low;
    this.lengths.pos = this.lengths.start + low;
    this.suffixes.pos = this.suffixes.start + low * length;
  }

  /** Brings `state` up to the current term. */
  decodeMetaData(postingsReader: PostingsReaderBase, features: PostingsFeatures): BlockTermState {
    const state = this.state;
    while (this.metaCount < this.termCount) {
      this.decodeStats(state, features.hasFreqs);
      postingsReader.decodeTerm(this.meta, features, state, this.metaCount === 0);
      this.metaCount++;
    }
    return state;
  }

  /** Reads docFreq and totalTermFreq of the next term. */
  protected decodeStats(state: BlockTermState, hasFreqs: boolean): void {
    if (this.singletonsLeft > 0) {
      this.singletonsLeft--;
      state.docFreq = 1;
      state.totalTermFreq = 1;
      return;
    }
    const token = this.stats.readVInt();
    if ((token & 1) === 1) {
      this.singletonsLeft = token >>> 1;
      state.docFreq = 1;
      state.totalTermFreq = 1;
      return;
    }
    state.docFreq = token >>> 1;
    state.totalTermFreq = hasFreqs ? state.docFreq + this.stats.readVLong() : state.docFreq;
    if (state.docFreq === 0) throw corrupt("Term has no documents", { file: this.stats.file });
  }
}
