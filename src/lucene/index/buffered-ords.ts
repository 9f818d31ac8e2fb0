// Sorted and sorted-set doc values of one field of the segment in memory: a dictionary and, per
// document, the ids of its values. A flush ranks the ids by the bytes of their values.
// Upstream: SortedDocValuesWriter, SortedSetDocValuesWriter (9.1.0).

import { illegalArgument, TERM_BYTES_MAX } from "../../base/index.ts";
import { type BufferedDictionary, growInt32, type RamCounter } from "./buffered-dictionary.ts";
import {
  BufferedDocs,
  FlushIterator,
  type FlushOrder,
  flushOrder,
  moreThanOnce,
} from "./buffered-doc-values.ts";
import {
  NO_MORE_DOCS,
  type OrdDictionary,
  type SortedDocValues,
  type SortedSetDocValues,
} from "./leaf-reader.ts";
import { OrdTermsEnum } from "./ord-terms-enum.ts";

const NO_INTS = new Int32Array(0);

/** A dictionary in byte order: what ords mean at flush. */
class FlushDictionary implements OrdDictionary {
  readonly valueCount: number;
  private readonly dictionary: BufferedDictionary;
  private readonly sortedIds: Int32Array;
  /** Id → ord. */
  readonly ranks: Int32Array;

  constructor(dictionary: BufferedDictionary, isUsed: (id: number) => boolean) {
    this.dictionary = dictionary;
    this.sortedIds = dictionary.sortedIds(isUsed);
    this.valueCount = this.sortedIds.length;
    this.ranks = new Int32Array(dictionary.size);
    for (let ord = 0; ord < this.valueCount; ord++) this.ranks[this.sortedIds[ord]!] = ord;
  }

  lookupOrd(ord: number): Uint8Array {
    return this.dictionary.bytesOf(this.sortedIds[ord]!);
  }

  lookupTerm(term: Uint8Array): number {
    let low = 0;
    let high = this.valueCount - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const order = Buffer.compare(this.lookupOrd(middle), term);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -(low + 1);
  }

  termsEnum(): OrdTermsEnum {
    return new OrdTermsEnum(this);
  }
}

/** Ids of byte values per document, for SORTED (`single`) and SORTED_SET. */
export class BufferedOrds {
  readonly docs: BufferedDocs;
  readonly dictionary: BufferedDictionary;
  private readonly field: string;
  private readonly single: boolean;
  private readonly ram: RamCounter;
  private ids: Int32Array = NO_INTS;
  /** First id after each document's. */
  private ends: Int32Array = NO_INTS;
  private idCount = 0;
  /** Per id, the entry that had it last, plus one: a value counts once per document. */
  private lastEntries: Int32Array = NO_INTS;

  constructor(field: string, dictionary: BufferedDictionary, single: boolean, ram: RamCounter) {
    this.field = field;
    this.dictionary = dictionary;
    this.single = single;
    this.ram = ram;
    this.docs = new BufferedDocs(ram);
  }

  add(doc: number, value: string | Uint8Array): void {
    const id = this.idOf(value);
    if (this.docs.last !== doc) {
      this.ends = growInt32(this.ends, this.docs.count, this.ram);
      this.docs.add(doc);
    } else if (this.single) {
      throw moreThanOnce("DocValuesField", this.field);
    }
    const entry = this.docs.count;
    if (id >= this.lastEntries.length) {
      this.lastEntries = growInt32(this.lastEntries, id, this.ram);
    }
    if (this.lastEntries[id] === entry) return;
    this.lastEntries[id] = entry;
    if (this.idCount >= this.ids.length) this.ids = growInt32(this.ids, this.idCount, this.ram);
    this.ids[this.idCount++] = id;
    this.ends[entry - 1] = this.idCount;
  }

  private idOf(value: string | Uint8Array): number {
    if (value.length > TERM_BYTES_MAX) {
      throw illegalArgument(
        `DocValuesField "${this.field}" is too large, must be <= ${TERM_BYTES_MAX}`,
      );
    }
    const text = typeof value === "string";
    if (text !== (this.dictionary.kind === "text")) {
      throw illegalArgument(`Field [${this.field}] mixes text and binary doc values`);
    }
    return text ? this.dictionary.add(value) : this.dictionary.addBytes(value);
  }

  /** Ranks the values; answers the view of a SORTED field. */
  viewSorted(oldToNew: Int32Array | undefined, maxDoc: number): () => FlushSorted {
    const ords = this.rank(oldToNew, maxDoc);
    return () => new FlushSorted(ords);
  }

  /** Ranks the values; answers the view of a SORTED_SET field. */
  viewSortedSet(oldToNew: Int32Array | undefined, maxDoc: number): () => FlushSortedSet {
    const ords = this.rank(oldToNew, maxDoc);
    return () => new FlushSortedSet(ords);
  }

  private rank(oldToNew: Int32Array | undefined, maxDoc: number): FlushOrds {
    const { lastEntries } = this;
    const sorted = new FlushDictionary(this.dictionary, (id) => (lastEntries[id] ?? 0) > 0);
    const ords = new Int32Array(this.idCount);
    for (let i = 0; i < this.idCount; i++) ords[i] = sorted.ranks[this.ids[i]!]!;
    for (let entry = 0, start = 0; entry < this.docs.count; entry++) {
      const end = this.ends[entry]!;
      if (end - start > 1) ords.subarray(start, end).sort();
      start = end;
    }
    return {
      flush: flushOrder(this.docs, oldToNew, maxDoc),
      dictionary: sorted,
      ords,
      ends: this.ends,
    };
  }
}

interface FlushOrds {
  readonly flush: FlushOrder;
  readonly dictionary: FlushDictionary;
  /** Ords of all documents in arrival order. */
  readonly ords: Int32Array;
  readonly ends: Int32Array;
}

/** A SORTED field at flush. */
export class FlushSorted extends FlushIterator implements SortedDocValues {
  readonly valueCount: number;
  private readonly dictionary: FlushDictionary;
  private readonly ords: Int32Array;

  constructor(ords: FlushOrds) {
    super(ords.flush);
    this.dictionary = ords.dictionary;
    this.valueCount = ords.dictionary.valueCount;
    this.ords = ords.ords;
  }

  ordValue(): number {
    return this.ords[this.valueIndex()]!;
  }

  lookupOrd(ord: number): Uint8Array {
    return this.dictionary.lookupOrd(ord);
  }

  lookupTerm(term: Uint8Array): number {
    return this.dictionary.lookupTerm(term);
  }

  termsEnum(): OrdTermsEnum {
    return this.dictionary.termsEnum();
  }
}

/** A SORTED_SET field at flush. */
export class FlushSortedSet extends FlushIterator implements SortedSetDocValues {
  readonly valueCount: number;
  private readonly dictionary: FlushDictionary;
  private readonly ords: Int32Array;
  private readonly ends: Int32Array;
  private value = -1;

  constructor(ords: FlushOrds) {
    super(ords.flush);
    this.dictionary = ords.dictionary;
    this.valueCount = ords.dictionary.valueCount;
    this.ords = ords.ords;
    this.ends = ords.ends;
  }

  private startOf(index: number): number {
    return index === 0 ? 0 : this.ends[index - 1]!;
  }

  override nextDoc(): number {
    const doc = super.nextDoc();
    if (doc !== NO_MORE_DOCS) this.value = this.startOf(this.valueIndex()) - 1;
    return doc;
  }

  override advanceExact(target: number): boolean {
    const found = super.advanceExact(target);
    if (found) this.value = this.startOf(this.valueIndex()) - 1;
    return found;
  }

  docValueCount(): number {
    const index = this.valueIndex();
    return this.ends[index]! - this.startOf(index);
  }

  nextOrd(): number {
    return this.ords[++this.value]!;
  }

  lookupOrd(ord: number): Uint8Array {
    return this.dictionary.lookupOrd(ord);
  }

  lookupTerm(term: Uint8Array): number {
    return this.dictionary.lookupTerm(term);
  }

  termsEnum(): OrdTermsEnum {
    return this.dictionary.termsEnum();
  }
}
