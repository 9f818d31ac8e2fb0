// Iterates a set of documents (indexed-disi-writer.ts has the byte table) and knows each document's
// position in the set, which is where its value lies.
// Invariants: block numbers ascend; documents are below maxDoc; positions are below the block's
// cardinality. A block's bytes are borrowed as a whole, so that moves inside it do no reading.
// Upstream: org.apache.lucene.codecs.lucene90.IndexedDISI (9.12.3).
// Spec: docs/format/doc-values.md.

import { corrupt } from "../../../base/index.ts";
import { NO_MORE_DOCS } from "../../index/leaf-reader.ts";
import type { IndexInput, RandomAccessInput } from "../../store/index.ts";
import { BLOCK_DOCS, SPARSE_DOCS_MAX } from "./indexed-disi-writer.ts";

/** Where the set is, from the metadata of a field. */
export interface IndexedDisiEntry {
  /** -2: no document has a value; -1: all have one; else the offset of the set in the data file. */
  readonly docsWithFieldOffset: number;
  readonly docsWithFieldLength: number;
  readonly jumpTableEntryCount: number;
  readonly denseRankPower: number;
  /** Opens the set where it is laid out otherwise (Lucene 6); the offset is then 0. */
  readonly openSet?: (data: IndexInput, maxDoc: number) => DocSet;
}

/** Documents in order, and the position of each one's value. Moves forward only. */
export interface DocSet {
  /** Position of the current document; meaningful after a move that found one. */
  readonly index: number;
  advance(target: number): number;
  advanceExact(target: number): boolean;
}

/** Reads the four facts and checks them against the length of the data file. */
export function readIndexedDisiEntry(meta: IndexInput, dataLength: number): IndexedDisiEntry {
  const docsWithFieldOffset = meta.readLongNumber();
  const docsWithFieldLength = meta.readLongNumber();
  const jumpTableEntryCount = meta.readShort();
  const denseRankPower = (meta.readByte() << 24) >> 24;
  const entry = { docsWithFieldOffset, docsWithFieldLength, jumpTableEntryCount, denseRankPower };
  return checkedDisiEntry(entry, dataLength, meta.name);
}

/** The same entry, if what it says can be. */
export function checkedDisiEntry(
  entry: IndexedDisiEntry,
  dataLength: number,
  file: string,
): IndexedDisiEntry {
  const { docsWithFieldOffset, docsWithFieldLength, jumpTableEntryCount, denseRankPower } = entry;
  if (docsWithFieldOffset < -2 || docsWithFieldLength < 0) {
    throw corrupt("Set of documents is out of bounds", { file, docsWithFieldOffset });
  }
  if (docsWithFieldOffset < 0) return entry;
  if (
    docsWithFieldOffset + docsWithFieldLength > dataLength ||
    Math.max(0, jumpTableEntryCount) * 8 > docsWithFieldLength
  ) {
    throw corrupt("Set of documents is out of bounds", {
      file,
      docsWithFieldOffset,
      docsWithFieldLength,
      jumpTableEntryCount,
    });
  }
  if (denseRankPower !== -1 && (denseRankPower < 7 || denseRankPower > 15)) {
    throw corrupt("Rank power is out of bounds", { file, denseRankPower });
  }
  return entry;
}

const NO_BYTES = new Uint8Array(0);
const SPARSE = 0;
const DENSE = 1;
const ALL = 2;

/** Moves forward only. `index` is the position of the current document in the set. */
export class IndexedDisi implements DocSet {
  /** Position of the current document; meaningful after a move that found one. */
  index = -1;
  private doc = -1;
  private readonly blocks: RandomAccessInput;
  private readonly jumps: RandomAccessInput | undefined;
  private readonly jumpEntries: number;
  private readonly rankPower: number;
  private readonly maxDoc: number;
  private readonly size: number;
  /** First document that the block could hold; -1 before the first block. */
  private block = -1;
  private blockEnd = 0;
  private method = SPARSE;
  private cardinality = 0;
  /** Documents in all blocks before this one. */
  private blockIndex = 0;
  private nextBlockIndex = 0;
  private bytes: Uint8Array = NO_BYTES;
  private ranks: Uint8Array = NO_BYTES;
  /** SPARSE: documents before the position. */
  private sparsePosition = 0;
  /** DENSE: the current 32-bit word and the set bits before it. */
  private wordIndex = 0;
  private onesBefore = 0;

  constructor(data: IndexInput, entry: IndexedDisiEntry, maxDoc: number, size: number) {
    const jumpBytes = Math.max(0, entry.jumpTableEntryCount) * 8;
    const length = entry.docsWithFieldLength - jumpBytes;
    this.blocks = data.randomAccess(entry.docsWithFieldOffset, length);
    this.jumpEntries = jumpBytes / 8;
    this.jumps =
      jumpBytes === 0
        ? undefined
        : data.randomAccess(entry.docsWithFieldOffset + length, jumpBytes);
    this.rankPower = entry.denseRankPower;
    this.maxDoc = maxDoc;
    this.size = size;
  }

  docID(): number {
    return this.doc;
  }

  cost(): number {
    return this.size;
  }

  nextDoc(): number {
    return this.advance(this.doc + 1);
  }

  /** First document ≥ target, or NO_MORE_DOCS. */
  advance(target: number): number {
    if (target >= this.maxDoc) {
      this.doc = NO_MORE_DOCS;
      return NO_MORE_DOCS;
    }
    const targetBlock = target & -65536;
    if (this.block < targetBlock) this.advanceBlock(targetBlock);
    let doc = this.block === targetBlock ? this.seekInBlock(target & 0xffff) : -1;
    if (doc < 0) {
      if (this.block === targetBlock) this.readBlock(this.blockEnd, this.nextBlockIndex);
      doc = this.seekInBlock(0);
      if (doc < 0) throw corrupt("Block of documents is empty", { block: this.block });
    }
    if (doc >= this.maxDoc && doc !== NO_MORE_DOCS) {
      throw corrupt("Document is out of bounds", { doc, maxDoc: this.maxDoc });
    }
    this.doc = doc;
    return doc;
  }

  /** Positions at `target`, which is never below an earlier target. */
  advanceExact(target: number): boolean {
    const targetBlock = target & -65536;
    if (this.block < targetBlock) this.advanceBlock(targetBlock);
    this.doc = target;
    if (this.block !== targetBlock) return false;
    if (this.method === DENSE) return this.existsDense(target & 0xffff);
    return this.seekInBlock(target & 0xffff) === target;
  }

  /** Goes to the first block that is at or after the target. */
  private advanceBlock(targetBlock: number): void {
    const wanted = targetBlock >>> 16;
    if (this.jumps !== undefined && wanted >= (this.block >> 16) + 2) {
      const entry = Math.min(wanted, this.jumpEntries - 1) * 8;
      const index = this.jumps.intAt(entry);
      this.readBlock(this.jumps.intAt(entry + 4), index);
    }
    while (this.block < targetBlock) this.readBlock(this.blockEnd, this.nextBlockIndex);
  }

  private readBlock(offset: number, index: number): void {
    const { blocks } = this;
    if (offset < 0) throw corrupt("Jump table entry is out of bounds", { offset });
    const block = (blocks.shortAt(offset) & 0xffff) * BLOCK_DOCS;
    if (block <= this.block) throw corrupt("Blocks of documents do not ascend", { offset, block });
    const cardinality = 1 + (blocks.shortAt(offset + 2) & 0xffff);
    let at = offset + 4;
    this.ranks = NO_BYTES;
    this.bytes = NO_BYTES;
    if (cardinality <= SPARSE_DOCS_MAX) {
      this.method = SPARSE;
      this.bytes = blocks.wordsBorrow(at, cardinality, 2);
    } else if (cardinality === BLOCK_DOCS) {
      this.method = ALL;
    } else {
      this.method = DENSE;
      if (this.rankPower !== -1) {
        this.ranks = blocks.bytesBorrow(at, (BLOCK_DOCS >>> this.rankPower) * 2);
        at += this.ranks.length;
      }
      this.bytes = blocks.wordsBorrow(at, BLOCK_DOCS / 64, 8);
    }
    this.block = block;
    this.blockEnd = at + this.bytes.length;
    this.cardinality = cardinality;
    this.blockIndex = index;
    this.nextBlockIndex = index + cardinality;
    this.sparsePosition = 0;
    this.wordIndex = 0;
    this.onesBefore = 0;
  }

  /** First document ≥ the target in this block, or -1; sets `index` to its position. */
  private seekInBlock(low: number): number {
    if (this.method === SPARSE) return this.seekSparse(low);
    if (this.method === DENSE) return this.seekDense(low);
    this.index = this.blockIndex + low;
    return this.block + low;
  }

  private seekSparse(low: number): number {
    const { bytes, cardinality } = this;
    let position = this.sparsePosition;
    const near = Math.min(cardinality, position + 8);
    while (position < near && sparseDoc(bytes, position) < low) position++;
    if (position === near && position < cardinality) {
      let end = cardinality;
      while (position < end) {
        const middle = (position + end) >>> 1;
        if (sparseDoc(bytes, middle) < low) position = middle + 1;
        else end = middle;
      }
    }
    this.sparsePosition = position;
    this.index = this.blockIndex + position;
    return position === cardinality ? -1 : this.block + sparseDoc(bytes, position);
  }

  private seekDense(low: number): number {
    const { bytes } = this;
    this.moveToWord(low);
    let word = this.wordIndex;
    let ones = this.onesBefore;
    let bits = denseWord(bytes, word);
    const before = (1 << (low & 31)) - 1;
    let rest = bits & ~before;
    this.index = this.blockIndex + ones + bitCount(bits & before);
    while (rest === 0) {
      ones += bitCount(bits);
      if (++word === BLOCK_DOCS >>> 5) return -1;
      rest = bits = denseWord(bytes, word);
      this.index = this.blockIndex + ones;
    }
    this.wordIndex = word;
    this.onesBefore = ones;
    return this.block + (word << 5) + (31 - Math.clz32(rest & -rest));
  }

  /** As seekDense for one document; stays at its word, so that the next probe may be close. */
  private existsDense(low: number): boolean {
    this.moveToWord(low);
    const bits = denseWord(this.bytes, this.wordIndex);
    const bit = low & 31;
    this.index = this.blockIndex + this.onesBefore + bitCount(bits & ((1 << bit) - 1));
    return ((bits >>> bit) & 1) === 1;
  }

  /** Counts bits up to the word of `low`, from the nearest rank if that is closer. */
  private moveToWord(low: number): void {
    const wanted = low >>> 5;
    let word = this.wordIndex;
    let ones = this.onesBefore;
    if (this.rankPower !== -1 && wanted - word >= 1 << (this.rankPower - 5)) {
      const rank = low >>> this.rankPower;
      ones = (this.ranks[rank * 2]! << 8) | this.ranks[rank * 2 + 1]!;
      word = rank << (this.rankPower - 5);
    }
    for (; word < wanted; word++) ones += bitCount(denseWord(this.bytes, word));
    this.wordIndex = word;
    this.onesBefore = ones;
  }
}

function sparseDoc(bytes: Uint8Array, position: number): number {
  return bytes[position * 2]! | (bytes[position * 2 + 1]! << 8);
}

function denseWord(bytes: Uint8Array, word: number): number {
  const p = word << 2;
  return bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (bytes[p + 3]! << 24);
}

function bitCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
