// The doc values iterators over the columns: one class per type, whatever the encoding.
// Upstream: the anonymous classes of Lucene90DocValuesProducer (9.12.3).

import { corrupt } from "../../../../base/index.ts";
import type {
  BinaryDocValues,
  NumericDocValues,
  OrdDictionary,
  SortedDocValues,
  SortedNumericDocValues,
  SortedSetDocValues,
  TermsEnum,
} from "../../../index/leaf-reader.ts";
import { type OrdLookup, OrdTermsEnum } from "../../../index/ord-terms-enum.ts";
import type { IndexInput, RandomAccessInput } from "../../../store/index.ts";
import { DirectMonotonicReader } from "../../../util/packed/direct-monotonic-reader.ts";
import { DocPositions } from "./doc-positions.ts";
import type {
  AddressesEntry,
  BinaryEntry,
  NumericEntry,
  SortedEntry,
  SortedNumericEntry,
} from "./doc-values-entries.ts";
import { NumericColumn } from "./numeric-column.ts";
import { TermsDict } from "./terms-dict.ts";

function bigOf(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}

/** Numeric doc values; also what a single-valued sorted numeric field unwraps to. */
export class PackedNumericDocValues extends DocPositions implements NumericDocValues {
  private readonly column: NumericColumn;

  constructor(data: IndexInput, entry: NumericEntry, maxDoc: number) {
    super(data, entry.docs, maxDoc, entry.numValues);
    this.column = new NumericColumn(data, entry);
  }

  longValue(): number {
    return this.column.get(this.index);
  }

  longHigh(): number {
    return this.column.high(this.index);
  }

  longLow(): number {
    return this.column.low(this.index);
  }

  bigValue(): bigint {
    return bigOf(this.column.high(this.index), this.column.low(this.index));
  }

  fill(target: Float64Array, docs: Int32Array, count: number): void {
    for (let i = 0; i < count; i++) {
      target[i] = this.advanceExact(docs[i]!) ? this.column.get(this.index) : Number.NaN;
    }
  }
}

/** Starts and ends of the current document's values, where documents may have several. */
class ValueRanges extends DocPositions {
  private readonly addresses: DirectMonotonicReader | undefined;
  private readonly positions: number;
  /** Has the current document's range been read? */
  private ranged = false;
  private next = 0;
  private end = 0;
  private count = 0;
  /** The last range read: the next position begins where it ends. */
  private lastIndex = -1;

  constructor(data: IndexInput, entry: SortedNumericEntry, maxDoc: number) {
    super(data, entry.docs, maxDoc, entry.numDocsWithField);
    this.addresses = openAddresses(data, entry.addresses);
    this.positions = entry.numValues;
  }

  docValueCount(): number {
    if (!this.ranged) this.readRange();
    return this.count;
  }

  /** Position of the document's next value. */
  protected takeValue(): number {
    if (!this.ranged) this.readRange();
    if (this.next >= this.end) throw corrupt("Document has no more values", { doc: this.doc });
    return this.next++;
  }

  private readRange(): void {
    const { index, addresses } = this;
    let start = index;
    let end = index + 1;
    if (addresses !== undefined) {
      if (index < 0 || end >= addresses.count) {
        throw corrupt("Position of doc values is out of bounds", { index, count: addresses.count });
      }
      start = index === this.lastIndex + 1 && index > 0 ? this.end : addresses.get(index);
      end = addresses.get(end);
    }
    if (!(start >= 0 && end >= start && end <= this.positions)) {
      throw corrupt("Addresses of doc values are out of order", { start, end });
    }
    this.next = start;
    this.end = end;
    this.count = end - start;
    this.lastIndex = index;
    this.ranged = true;
  }

  override advance(target: number): number {
    this.ranged = false;
    return super.advance(target);
  }

  override advanceExact(target: number): boolean {
    this.ranged = false;
    return super.advanceExact(target);
  }
}

function openAddresses(
  data: IndexInput,
  entry: AddressesEntry | undefined,
): DirectMonotonicReader | undefined {
  if (entry === undefined) return undefined;
  return new DirectMonotonicReader(entry.meta, data.randomAccess(entry.offset, entry.length));
}

/** Sorted numeric doc values. */
export class PackedSortedNumericDocValues extends ValueRanges implements SortedNumericDocValues {
  private readonly column: NumericColumn;
  private position = 0;

  constructor(data: IndexInput, entry: SortedNumericEntry, maxDoc: number) {
    super(data, entry, maxDoc);
    this.column = new NumericColumn(data, entry);
  }

  nextValue(): void {
    this.position = this.takeValue();
  }

  longValue(): number {
    return this.column.get(this.position);
  }

  longHigh(): number {
    return this.column.high(this.position);
  }

  longLow(): number {
    return this.column.low(this.position);
  }

  bigValue(): bigint {
    return bigOf(this.column.high(this.position), this.column.low(this.position));
  }
}

/** Binary doc values. */
export class PackedBinaryDocValues extends DocPositions implements BinaryDocValues {
  private readonly bytes: RandomAccessInput;
  private readonly length: number;
  private readonly addresses: DirectMonotonicReader | undefined;
  private nextIndex = -1;
  private nextStart = 0;

  constructor(data: IndexInput, entry: BinaryEntry, maxDoc: number) {
    super(data, entry.docs, maxDoc, entry.numDocsWithField);
    this.bytes = data.randomAccess(entry.dataOffset, entry.dataLength);
    this.length = entry.maxLength;
    this.addresses = openAddresses(data, entry.addresses);
  }

  binaryValue(): Uint8Array {
    const { index, addresses } = this;
    if (addresses === undefined) return this.bytes.bytesBorrow(index * this.length, this.length);
    if (index < 0 || index + 1 >= addresses.count) {
      throw corrupt("Position of doc values is out of bounds", { index, count: addresses.count });
    }
    const start = index === this.nextIndex ? this.nextStart : addresses.get(index);
    const end = addresses.get(index + 1);
    this.nextIndex = index + 1;
    this.nextStart = end;
    if (!(start >= 0 && end >= start && end <= this.bytes.length)) {
      throw corrupt("Addresses of doc values are out of order", { start, end });
    }
    return this.bytes.bytesBorrow(start, end - start);
  }
}

/** A terms dictionary that opens when it is first asked. */
export class LazyDictionary implements OrdDictionary {
  readonly valueCount: number;
  private readonly data: IndexInput;
  private readonly entry: SortedEntry["dict"];
  private dict: OrdLookup | undefined;

  constructor(data: IndexInput, entry: SortedEntry["dict"]) {
    this.data = data;
    this.entry = entry;
    this.valueCount = entry.size;
  }

  private open(): OrdLookup {
    const { data, entry } = this;
    this.dict ??= "open" in entry ? entry.open(data) : new TermsDict(data, entry);
    return this.dict;
  }

  lookupOrd(ord: number): Uint8Array {
    return this.open().lookupOrd(ord);
  }

  lookupTerm(term: Uint8Array): number {
    return this.open().lookupTerm(term);
  }

  termsEnum(): TermsEnum & { ord(): number } {
    const { data, entry } = this;
    return "open" in entry ? new OrdTermsEnum(entry.open(data)) : new TermsDict(data, entry);
  }
}

/** Sorted doc values. */
export class PackedSortedDocValues extends DocPositions implements SortedDocValues {
  readonly valueCount: number;
  private readonly column: NumericColumn;
  private readonly dictionary: LazyDictionary;

  constructor(data: IndexInput, entry: SortedEntry, maxDoc: number) {
    super(data, entry.ords.docs, maxDoc, entry.ords.numDocsWithField);
    this.column = new NumericColumn(data, entry.ords);
    this.dictionary = new LazyDictionary(data, entry.dict);
    this.valueCount = entry.dict.size;
  }

  ordValue(): number {
    return this.column.get(this.index);
  }

  lookupOrd(ord: number): Uint8Array {
    return this.dictionary.lookupOrd(ord);
  }

  lookupTerm(term: Uint8Array): number {
    return this.dictionary.lookupTerm(term);
  }

  termsEnum(): TermsEnum & { ord(): number } {
    return this.dictionary.termsEnum();
  }
}

/** Sorted set doc values; a single-valued field has no addresses. */
export class PackedSortedSetDocValues extends ValueRanges implements SortedSetDocValues {
  readonly valueCount: number;
  private readonly column: NumericColumn;
  private readonly dictionary: LazyDictionary;

  constructor(data: IndexInput, entry: SortedEntry, maxDoc: number) {
    super(data, entry.ords, maxDoc);
    this.column = new NumericColumn(data, entry.ords);
    this.dictionary = new LazyDictionary(data, entry.dict);
    this.valueCount = entry.dict.size;
  }

  nextOrd(): number {
    return this.column.get(this.takeValue());
  }

  lookupOrd(ord: number): Uint8Array {
    return this.dictionary.lookupOrd(ord);
  }

  lookupTerm(term: Uint8Array): number {
    return this.dictionary.lookupTerm(term);
  }

  termsEnum(): TermsEnum & { ord(): number } {
    return this.dictionary.termsEnum();
  }
}
