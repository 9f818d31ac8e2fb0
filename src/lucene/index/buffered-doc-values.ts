// Doc values of one field of the segment in memory, and the views that a DocValuesConsumer pulls at
// flush. Values lie in arrival order; `docs` names their documents (ascending). An index sort gives
// `order`: value indexes in the order of the new documents.
// Upstream: {Numeric,SortedNumeric,Binary,Sorted,SortedSet}DocValuesWriter (9.1.0).

import { assert, illegalArgument } from "../../base/index.ts";
import { growInt32, type RamCounter } from "./buffered-dictionary.ts";
import { NO_MORE_DOCS, type NumericDocValues } from "./leaf-reader.ts";

const NO_INTS = new Int32Array(0);
const NO_DOUBLES = new Float64Array(0);

/** The documents that have a value, ascending. */
export class BufferedDocs {
  count = 0;
  docs: Int32Array = NO_INTS;
  private readonly ram: RamCounter;

  constructor(ram: RamCounter) {
    this.ram = ram;
  }

  add(doc: number): void {
    if (this.count >= this.docs.length) this.docs = growInt32(this.docs, this.count, this.ram);
    this.docs[this.count++] = doc;
  }

  get last(): number {
    return this.count === 0 ? -1 : this.docs[this.count - 1]!;
  }
}

/** Documents and the index of their values, in the order of a flush. */
export interface FlushOrder {
  /** Ascending (new) documents. */
  readonly docs: Int32Array;
  readonly count: number;
  /** Value index of each entry; undefined: the same index. */
  readonly order: Int32Array | undefined;
}

/** Applies an index sort to the documents of a field. */
export function flushOrder(
  buffered: BufferedDocs,
  oldToNew: Int32Array | undefined,
  maxDoc: number,
): FlushOrder {
  const { docs, count } = buffered;
  if (oldToNew === undefined) return { docs, count, order: undefined };
  const entryOfNew = new Int32Array(maxDoc).fill(-1);
  for (let i = 0; i < count; i++) entryOfNew[oldToNew[docs[i]!]!] = i;
  const newDocs = new Int32Array(count);
  const order = new Int32Array(count);
  for (let doc = 0, at = 0; doc < maxDoc; doc++) {
    if (entryOfNew[doc]! < 0) continue;
    newDocs[at] = doc;
    order[at++] = entryOfNew[doc]!;
  }
  return { docs: newDocs, count, order };
}

/**
 * Signed 64-bit numbers: doubles while all are safe integers, exact halves from the first that is
 * not.
 */
export class BufferedLongs {
  count = 0;
  /** Exact where `lows` is empty; otherwise the nearest doubles. */
  doubles: Float64Array = NO_DOUBLES;
  highs: Int32Array = NO_INTS;
  lows: Int32Array = NO_INTS;
  private exact = false;
  private readonly ram: RamCounter;

  constructor(ram: RamCounter) {
    this.ram = ram;
  }

  add(value: number | bigint): void {
    const at = this.count++;
    if (at >= this.doubles.length) this.grow();
    if (typeof value === "number") {
      if (!Number.isSafeInteger(value)) {
        this.count--;
        throw illegalArgument(`Doc value [${value}] is not a safe integer`);
      }
      this.doubles[at] = value;
      if (this.exact) this.setHalves(at, value);
      return;
    }
    const signed = BigInt.asIntN(64, value);
    const double = Number(signed);
    this.doubles[at] = double;
    if (!this.exact) {
      if (Number.isSafeInteger(double)) return;
      this.makeExact(at);
    }
    this.highs[at] = Number(signed >> 32n);
    this.lows[at] = Number(BigInt.asIntN(32, signed));
  }

  private setHalves(at: number, value: number): void {
    this.highs[at] = Math.floor(value / 4294967296);
    this.lows[at] = value | 0;
  }

  private makeExact(count: number): void {
    this.exact = true;
    this.highs = growInt32(NO_INTS, this.doubles.length - 1, this.ram);
    this.lows = growInt32(NO_INTS, this.doubles.length - 1, this.ram);
    for (let i = 0; i < count; i++) this.setHalves(i, this.doubles[i]!);
  }

  private grow(): void {
    const grown = new Float64Array(Math.max(16, this.doubles.length * 2));
    grown.set(this.doubles);
    this.ram.bytes += (grown.length - this.doubles.length) * 8;
    this.doubles = grown;
    if (!this.exact) return;
    this.highs = growInt32(this.highs, grown.length - 1, this.ram);
    this.lows = growInt32(this.lows, grown.length - 1, this.ram);
  }

  high(index: number): number {
    return this.exact ? this.highs[index]! : Math.floor(this.doubles[index]! / 4294967296);
  }

  low(index: number): number {
    return this.exact ? this.lows[index]! : this.doubles[index]! | 0;
  }

  big(index: number): bigint {
    if (!this.exact) return BigInt(this.doubles[index]!);
    return (BigInt(this.highs[index]!) << 32n) | BigInt(this.lows[index]! >>> 0);
  }

  compare(a: number, b: number): number {
    if (!this.exact) return this.doubles[a]! - this.doubles[b]!;
    return this.highs[a]! - this.highs[b]! || (this.lows[a]! >>> 0) - (this.lows[b]! >>> 0);
  }

  /** Insertion sort of `[start, end)`: the values of one document. */
  sortRange(start: number, end: number): void {
    for (let i = start + 1; i < end; i++) {
      for (let j = i; j > start && this.compare(j - 1, j) > 0; j--) this.swap(j - 1, j);
    }
  }

  private swap(a: number, b: number): void {
    const double = this.doubles[a]!;
    this.doubles[a] = this.doubles[b]!;
    this.doubles[b] = double;
    if (!this.exact) return;
    const high = this.highs[a]!;
    this.highs[a] = this.highs[b]!;
    this.highs[b] = high;
    const low = this.lows[a]!;
    this.lows[a] = this.lows[b]!;
    this.lows[b] = low;
  }
}

/** Moves over the documents of a flush; the views below add values. */
export class FlushIterator {
  protected readonly docs: Int32Array;
  protected readonly count: number;
  protected readonly order: Int32Array | undefined;
  /** Entry of the current document. */
  protected at = -1;
  protected doc = -1;

  constructor(flush: FlushOrder) {
    this.docs = flush.docs;
    this.count = flush.count;
    this.order = flush.order;
  }

  /** Index of the current document's value. */
  protected valueIndex(): number {
    return this.order === undefined ? this.at : this.order[this.at]!;
  }

  docID(): number {
    return this.doc;
  }

  nextDoc(): number {
    this.at++;
    this.doc = this.at < this.count ? this.docs[this.at]! : NO_MORE_DOCS;
    return this.doc;
  }

  advance(target: number): number {
    let doc = this.nextDoc();
    while (doc < target) doc = this.nextDoc();
    return doc;
  }

  advanceExact(target: number): boolean {
    while (this.at + 1 < this.count && this.docs[this.at + 1]! <= target) this.at++;
    this.doc = target;
    return this.at >= 0 && this.docs[this.at] === target;
  }

  cost(): number {
    return this.count;
  }
}

/** Single-valued numbers at flush. */
export class FlushNumeric extends FlushIterator implements NumericDocValues {
  private readonly values: BufferedLongs;

  constructor(flush: FlushOrder, values: BufferedLongs) {
    super(flush);
    this.values = values;
  }

  longValue(): number {
    return this.values.doubles[this.valueIndex()]!;
  }

  longHigh(): number {
    return this.values.high(this.valueIndex());
  }

  longLow(): number {
    return this.values.low(this.valueIndex());
  }

  bigValue(): bigint {
    return this.values.big(this.valueIndex());
  }
}

/** One value a document at most. */
export class BufferedNumeric {
  readonly docs: BufferedDocs;
  readonly values: BufferedLongs;
  private readonly field: string;

  constructor(field: string, ram: RamCounter) {
    this.field = field;
    this.docs = new BufferedDocs(ram);
    this.values = new BufferedLongs(ram);
  }

  add(doc: number, value: number | bigint): void {
    if (this.docs.last === doc) throw moreThanOnce("DocValuesField", this.field);
    this.values.add(value);
    this.docs.add(doc);
  }

  view(oldToNew: Int32Array | undefined, maxDoc: number): () => FlushNumeric {
    const order = flushOrder(this.docs, oldToNew, maxDoc);
    return () => new FlushNumeric(order, this.values);
  }
}

/** Lucene's refusal of a second value of a single-valued field in one document. */
export function moreThanOnce(what: string, field: string): Error {
  return illegalArgument(
    `${what} "${field}" appears more than once in this document (only one value is allowed per field)`,
  );
}

/** Several numbers a document, ascending. */
export class BufferedSortedNumeric {
  readonly docs: BufferedDocs;
  readonly values: BufferedLongs;
  /** First value after each document's. */
  ends: Int32Array = NO_INTS;
  private readonly ram: RamCounter;

  constructor(_field: string, ram: RamCounter) {
    this.ram = ram;
    this.docs = new BufferedDocs(ram);
    this.values = new BufferedLongs(ram);
  }

  add(doc: number, value: number | bigint): void {
    this.values.add(value);
    if (this.docs.last !== doc) {
      this.ends = growInt32(this.ends, this.docs.count, this.ram);
      this.docs.add(doc);
    }
    this.ends[this.docs.count - 1] = this.values.count;
  }

  startOf(entry: number): number {
    return entry === 0 ? 0 : this.ends[entry - 1]!;
  }

  finishDocument(doc: number): void {
    if (this.docs.last !== doc) return;
    const entry = this.docs.count - 1;
    const start = this.startOf(entry);
    if (this.ends[entry]! - start > 1) this.values.sortRange(start, this.ends[entry]!);
  }

  view(oldToNew: Int32Array | undefined, maxDoc: number): () => FlushSortedNumeric {
    const order = flushOrder(this.docs, oldToNew, maxDoc);
    return () => new FlushSortedNumeric(order, this);
  }
}

/** Several numbers a document at flush. */
export class FlushSortedNumeric extends FlushIterator {
  private readonly buffered: BufferedSortedNumeric;
  private readonly values: BufferedLongs;
  private value = -1;

  constructor(flush: FlushOrder, buffered: BufferedSortedNumeric) {
    super(flush);
    this.buffered = buffered;
    this.values = buffered.values;
  }

  override nextDoc(): number {
    const doc = super.nextDoc();
    if (doc !== NO_MORE_DOCS) this.value = this.buffered.startOf(this.valueIndex()) - 1;
    return doc;
  }

  override advanceExact(target: number): boolean {
    const found = super.advanceExact(target);
    if (found) this.value = this.buffered.startOf(this.valueIndex()) - 1;
    return found;
  }

  docValueCount(): number {
    const index = this.valueIndex();
    return this.buffered.ends[index]! - this.buffered.startOf(index);
  }

  nextValue(): void {
    this.value++;
  }

  longValue(): number {
    return this.values.doubles[this.value]!;
  }

  longHigh(): number {
    return this.values.high(this.value);
  }

  longLow(): number {
    return this.values.low(this.value);
  }

  bigValue(): bigint {
    return this.values.big(this.value);
  }
}

/** One byte string a document at most. */
export class BufferedBinary {
  readonly docs: BufferedDocs;
  private readonly field: string;
  private readonly ram: RamCounter;
  private pool = new Uint8Array(0);
  private starts: Int32Array;

  constructor(field: string, ram: RamCounter) {
    this.field = field;
    this.ram = ram;
    this.docs = new BufferedDocs(ram);
    this.starts = growInt32(NO_INTS, 15, ram);
  }

  add(doc: number, value: Uint8Array): void {
    if (this.docs.last === doc) throw moreThanOnce("DocValuesField", this.field);
    const start = this.starts[this.docs.count]!;
    if (start + value.length > this.pool.length) {
      const grown = new Uint8Array(Math.max(start + value.length, this.pool.length * 2, 64));
      grown.set(this.pool);
      this.ram.bytes += grown.length - this.pool.length;
      this.pool = grown;
    }
    this.pool.set(value, start);
    this.docs.add(doc);
    this.starts = growInt32(this.starts, this.docs.count, this.ram);
    this.starts[this.docs.count] = start + value.length;
  }

  valueOf(entry: number): Uint8Array {
    assert(entry < this.docs.count, "value index within the field");
    return this.pool.subarray(this.starts[entry]!, this.starts[entry + 1]!);
  }

  view(oldToNew: Int32Array | undefined, maxDoc: number): () => FlushBinary {
    const order = flushOrder(this.docs, oldToNew, maxDoc);
    return () => new FlushBinary(order, this);
  }
}

/** Byte strings at flush. */
export class FlushBinary extends FlushIterator {
  private readonly buffered: BufferedBinary;

  constructor(flush: FlushOrder, buffered: BufferedBinary) {
    super(flush);
    this.buffered = buffered;
  }

  binaryValue(): Uint8Array {
    return this.buffered.valueOf(this.valueIndex());
  }
}
