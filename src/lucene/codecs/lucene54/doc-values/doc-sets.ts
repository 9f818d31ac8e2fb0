// Which documents have a value, in the ways that Lucene 6 says it. Values lie at the document's own
// number, except in a sparse column.
// Upstream: Lucene54DocValuesProducer.{getLiveBits,SparseBits,getDocsWithField} (6.6.1).

import { NO_MORE_DOCS } from "../../../index/leaf-reader.ts";
import type { IndexInput, RandomAccessInput } from "../../../store/index.ts";
import type { DocSet, IndexedDisiEntry } from "../../../util/indexed-disi/indexed-disi.ts";
import {
  type DirectMonotonicMeta,
  DirectMonotonicReader,
} from "../../../util/packed/direct-monotonic-reader.ts";
import type { NumericEntry } from "../../lucene90/doc-values/doc-values-entries.ts";
import { NumericColumn } from "../../lucene90/doc-values/numeric-column.ts";

/** An entry that no place is read from. */
function entryOf(
  docsWithFieldOffset: number,
  openSet?: (data: IndexInput, maxDoc: number) => DocSet,
): IndexedDisiEntry {
  const plain = {
    docsWithFieldOffset,
    docsWithFieldLength: 0,
    jumpTableEntryCount: -1,
    denseRankPower: -1,
  };
  return openSet === undefined ? plain : { ...plain, openSet };
}

/** Every document. */
export const ALL_DOCS = entryOf(-1);
/** No document. */
export const NO_DOCS = entryOf(-2);

/** One bit a document at a place of the data file. */
export function bitsEntry(offset: number): IndexedDisiEntry {
  return entryOf(0, (data, maxDoc) => new BitsSet(data, offset, maxDoc));
}

/** The numbers of the documents, as a monotonic sequence at a place of the data file. */
export function sparseEntry(
  offset: number,
  length: number,
  meta: DirectMonotonicMeta,
): IndexedDisiEntry {
  return entryOf(0, (data) => new SparseSet(data.randomAccess(offset, length), meta));
}

/** Documents whose ordinal is not -1. */
export function ordsEntry(column: NumericEntry): IndexedDisiEntry {
  return entryOf(0, (data, maxDoc) => {
    const ords = new NumericColumn(data, column);
    return new TestedSet(maxDoc, (doc) => ords.get(doc) >= 0);
  });
}

/** Documents between whose start and the next one there are values. */
export function rangesEntry(
  offset: number,
  length: number,
  meta: DirectMonotonicMeta,
): IndexedDisiEntry {
  return entryOf(0, (data, maxDoc) => {
    const starts = new DirectMonotonicReader(meta, data.randomAccess(offset, length));
    return new TestedSet(maxDoc, (doc) => starts.get(doc + 1) > starts.get(doc));
  });
}

class BitsSet implements DocSet {
  index = -1;
  private readonly bits: RandomAccessInput;
  private readonly maxDoc: number;

  constructor(data: IndexInput, offset: number, maxDoc: number) {
    this.bits = data.randomAccess(offset, Math.ceil(maxDoc / 8));
    this.maxDoc = maxDoc;
  }

  advanceExact(target: number): boolean {
    this.index = target;
    return ((this.bits.byteAt(target >>> 3) >>> (target & 7)) & 1) === 1;
  }

  advance(target: number): number {
    for (let doc = target; doc < this.maxDoc; ) {
      const rest = this.bits.byteAt(doc >>> 3) >>> (doc & 7);
      if (rest !== 0) {
        this.index = doc + 31 - Math.clz32(rest & -rest);
        return this.index < this.maxDoc ? this.index : NO_MORE_DOCS;
      }
      doc = (doc | 7) + 1;
    }
    return NO_MORE_DOCS;
  }
}

class SparseSet implements DocSet {
  index = -1;
  private readonly docs: DirectMonotonicReader;

  constructor(data: RandomAccessInput, meta: DirectMonotonicMeta) {
    this.docs = new DirectMonotonicReader(meta, data);
  }

  advanceExact(target: number): boolean {
    return this.advance(target) === target;
  }

  advance(target: number): number {
    let low = Math.max(0, this.index);
    let high = this.docs.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.docs.get(middle) < target) low = middle + 1;
      else high = middle;
    }
    this.index = low;
    return low < this.docs.count ? this.docs.get(low) : NO_MORE_DOCS;
  }
}

/** A set that is known by asking for each document. */
export class TestedSet implements DocSet {
  index = -1;
  private readonly maxDoc: number;
  private readonly has: (doc: number) => boolean;

  constructor(maxDoc: number, has: (doc: number) => boolean) {
    this.maxDoc = maxDoc;
    this.has = has;
  }

  advanceExact(target: number): boolean {
    this.index = target;
    return target < this.maxDoc && this.has(target);
  }

  advance(target: number): number {
    for (let doc = target; doc < this.maxDoc; doc++) {
      if (this.advanceExact(doc)) return doc;
    }
    return NO_MORE_DOCS;
  }
}

/** An entry over a test of each document. */
export function testedEntry(
  open: (data: IndexInput) => (doc: number) => boolean,
): IndexedDisiEntry {
  return entryOf(0, (data, maxDoc) => new TestedSet(maxDoc, open(data)));
}
