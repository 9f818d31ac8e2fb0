// Sets of documents of one leaf and the iterators over them.
// Upstream: org.apache.lucene.util.{FixedBitSet,BitSetIterator,DocIdSetBuilder}.

import { type Bits, type DocIdSetIterator, NO_MORE_DOCS } from "../index/leaf-reader.ts";

/** A set of ints below `length`, 32 per word. */
export class FixedBitSet implements Bits {
  readonly length: number;
  readonly words: Int32Array;

  constructor(length: number) {
    this.length = length;
    this.words = new Int32Array((length + 31) >>> 5);
  }

  get(index: number): boolean {
    return (this.words[index >>> 5]! & (1 << (index & 31))) !== 0;
  }

  set(index: number): void {
    this.words[index >>> 5]! |= 1 << (index & 31);
  }

  clear(index: number): void {
    this.words[index >>> 5]! &= ~(1 << (index & 31));
  }

  setAll(): void {
    this.words.fill(-1);
    const tail = this.length & 31;
    if (tail !== 0) this.words[this.words.length - 1] = (1 << tail) - 1;
  }

  /** Adds every doc of `iterator` from where it stands. */
  or(iterator: DocIdSetIterator): void {
    const words = this.words;
    for (let doc = iterator.nextDoc(); doc !== NO_MORE_DOCS; doc = iterator.nextDoc()) {
      words[doc >>> 5]! |= 1 << (doc & 31);
    }
  }

  cardinality(): number {
    let count = 0;
    const words = this.words;
    for (let i = 0; i < words.length; i++) count += bitCount(words[i]!);
    return count;
  }

  /** The first set bit ≥ `index`, or NO_MORE_DOCS. */
  nextSetBit(index: number): number {
    if (index >= this.length) return NO_MORE_DOCS;
    const words = this.words;
    let at = index >>> 5;
    let word = words[at]! >>> (index & 31);
    if (word !== 0) return index + trailingZeros(word);
    for (at++; at < words.length; at++) {
      word = words[at]!;
      if (word !== 0) return (at << 5) + trailingZeros(word);
    }
    return NO_MORE_DOCS;
  }

  /** The last set bit ≤ `index`, or -1. */
  prevSetBit(index: number): number {
    if (index < 0) return -1;
    const words = this.words;
    let at = index >>> 5;
    let word = words[at]! << (31 - (index & 31));
    if (word !== 0) return index - Math.clz32(word);
    for (at--; at >= 0; at--) {
      word = words[at]!;
      if (word !== 0) return (at << 5) + 31 - Math.clz32(word);
    }
    return -1;
  }
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function bitCount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  x = (x + (x >>> 4)) & 0x0f0f0f0f;
  return Math.imul(x, 0x01010101) >>> 24;
}

/** Iterates a FixedBitSet. */
export class BitSetIterator implements DocIdSetIterator {
  readonly bits: FixedBitSet;
  private readonly costValue: number;
  private doc = -1;

  constructor(bits: FixedBitSet, cost: number) {
    this.bits = bits;
    this.costValue = cost;
  }

  docID(): number {
    return this.doc;
  }

  nextDoc(): number {
    return (this.doc = this.bits.nextSetBit(this.doc + 1));
  }

  advance(target: number): number {
    return (this.doc = this.bits.nextSetBit(target));
  }

  cost(): number {
    return this.costValue;
  }
}

/** Iterates sorted, distinct docs in an array. */
export class IntArrayIterator implements DocIdSetIterator {
  private readonly docs: Int32Array;
  private at = -1;

  constructor(docs: Int32Array) {
    this.docs = docs;
  }

  docID(): number {
    if (this.at < 0) return -1;
    return this.at < this.docs.length ? this.docs[this.at]! : NO_MORE_DOCS;
  }

  nextDoc(): number {
    this.at++;
    return this.at < this.docs.length ? this.docs[this.at]! : NO_MORE_DOCS;
  }

  advance(target: number): number {
    let low = this.at + 1;
    let high = this.docs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.docs[middle]! < target) low = middle + 1;
      else high = middle;
    }
    this.at = low;
    return this.at < this.docs.length ? this.docs[this.at]! : NO_MORE_DOCS;
  }

  cost(): number {
    return this.docs.length;
  }
}

/** Iterates every doc below `maxDoc`. */
export class AllDocsIterator implements DocIdSetIterator {
  private readonly maxDoc: number;
  private doc = -1;

  constructor(maxDoc: number) {
    this.maxDoc = maxDoc;
  }

  docID(): number {
    return this.doc;
  }

  nextDoc(): number {
    return this.advance(this.doc + 1);
  }

  advance(target: number): number {
    return (this.doc = target >= this.maxDoc ? NO_MORE_DOCS : target);
  }

  cost(): number {
    return this.maxDoc;
  }
}

/** Iterates nothing. */
export class EmptyIterator implements DocIdSetIterator {
  private doc = -1;

  docID(): number {
    return this.doc;
  }

  nextDoc(): number {
    return (this.doc = NO_MORE_DOCS);
  }

  advance(_target: number): number {
    return (this.doc = NO_MORE_DOCS);
  }

  cost(): number {
    return 0;
  }
}

/** Collects docs in any order: an array while they are few, then a bit set. */
export class DocIdSetBuilder {
  private readonly maxDoc: number;
  private readonly threshold: number;
  private docs: Int32Array | undefined = new Int32Array(64);
  private size = 0;
  private bits: FixedBitSet | undefined;

  constructor(maxDoc: number) {
    this.maxDoc = maxDoc;
    this.threshold = maxDoc >>> 7;
  }

  add(doc: number): void {
    if (this.bits !== undefined) {
      this.bits.set(doc);
      this.size++;
      return;
    }
    let docs = this.docs!;
    if (this.size === docs.length) {
      if (this.size >= this.threshold) {
        this.upgrade().set(doc);
        this.size++;
        return;
      }
      const grown = new Int32Array(docs.length * 2);
      grown.set(docs);
      docs = this.docs = grown;
    }
    docs[this.size++] = doc;
  }

  /** Adds every doc of an iterator that has not moved yet. */
  addAll(iterator: DocIdSetIterator): void {
    if (this.bits === undefined && this.size + iterator.cost() > this.threshold) this.upgrade();
    if (this.bits !== undefined) {
      this.bits.or(iterator);
      this.size += iterator.cost();
      return;
    }
    for (let doc = iterator.nextDoc(); doc !== NO_MORE_DOCS; doc = iterator.nextDoc()) {
      this.add(doc);
    }
  }

  private upgrade(): FixedBitSet {
    const bits = new FixedBitSet(this.maxDoc);
    const docs = this.docs!;
    for (let i = 0; i < this.size; i++) bits.set(docs[i]!);
    this.docs = undefined;
    this.bits = bits;
    return bits;
  }

  build(): DocIdSetIterator {
    if (this.bits !== undefined) return new BitSetIterator(this.bits, this.size);
    const sorted = this.docs!.subarray(0, this.size).sort();
    let kept = 0;
    for (let i = 0; i < sorted.length; i++) {
      if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[kept++] = sorted[i]!;
    }
    return new IntArrayIterator(sorted.subarray(0, kept));
  }
}
