// The metadata of doc values of Lucene 6 (doc-values-format.ts has the byte table), turned into the
// entries of later columns: what differs is which documents have a value, and the dictionaries.
// Upstream: Lucene54DocValuesProducer.readFields (6.6.1).

import { corrupt } from "../../../../base/index.ts";
import type { FieldInfo, FieldInfos } from "../../../index/field-info.ts";
import type { IndexInput } from "../../../store/index.ts";
import type { IndexedDisiEntry } from "../../../util/indexed-disi/indexed-disi.ts";
import { readDirectMonotonicMeta } from "../../../util/packed/direct-monotonic-reader.ts";
import { isDirectBits } from "../../../util/packed/direct-writer.ts";
import {
  type AddressesEntry,
  type BinaryEntry,
  type DocValuesEntries,
  type NumericEntry,
  noEntries,
  type OtherDictEntry,
  type SortedEntry,
  type SortedNumericEntry,
} from "../../lucene90/doc-values/doc-values-entries.ts";
import {
  BINARY,
  NUMERIC,
  SORTED,
  SORTED_NUMERIC,
  SORTED_SET,
  TABLE_VALUES_MAX,
} from "../../lucene90/doc-values/doc-values-format.ts";
import { BinaryDictionary, PrefixDictionary, type PrefixEntry } from "./dictionaries.ts";
import { ALL_DOCS, bitsEntry, NO_DOCS, ordsEntry, rangesEntry, sparseEntry } from "./doc-sets.ts";
import {
  ALL_LIVE,
  ALL_MISSING,
  BinaryFormat,
  NumericFormat,
  SET_VALUES_MAX,
  SetFormat,
} from "./doc-values-format.ts";

/** Documents that share sets of values. */
export interface TableEntry {
  /** Number of its set, by document. */
  readonly sets: NumericEntry;
  readonly values: readonly bigint[];
  /** Where in `values` each set begins, and the end of the last. */
  readonly offsets: Int32Array;
}

/** As in later generations, and what these do not have. */
export interface Lucene54Entries extends DocValuesEntries {
  readonly tableNumerics: Map<number, TableEntry>;
  readonly tableSets: Map<number, TableEntry & { readonly dict: OtherDictEntry }>;
}

/** Reads the entries of one .dvm. */
export class Lucene54EntryReader {
  private readonly meta: IndexInput;
  private readonly infos: FieldInfos;
  private readonly maxDoc: number;
  private readonly dataLength: number;
  private readonly entries: Lucene54Entries = {
    ...noEntries(),
    tableNumerics: new Map(),
    tableSets: new Map(),
  };

  constructor(meta: IndexInput, infos: FieldInfos, maxDoc: number, dataLength: number) {
    this.meta = meta;
    this.infos = infos;
    this.maxDoc = maxDoc;
    this.dataLength = dataLength;
  }

  readEntries(): Lucene54Entries {
    const { meta } = this;
    for (let number = meta.readVInt(); number !== -1; number = meta.readVInt()) {
      const info = this.infos.byNumber(number);
      if (info === undefined) throw corrupt("Invalid field number", { file: meta.name, number });
      this.readEntry(info);
    }
    return this.entries;
  }

  private readEntry(info: FieldInfo): void {
    const { meta, entries } = this;
    const type = meta.readByte();
    if (type === NUMERIC) entries.numerics.set(info.number, this.readNumeric(info));
    else if (type === BINARY) entries.binaries.set(info.number, this.readBinary());
    else if (type === SORTED) entries.sorteds.set(info.number, this.readSorted(info));
    else if (type === SORTED_SET) this.readSortedSet(info);
    else if (type === SORTED_NUMERIC) this.readSortedNumeric(info);
    else throw corrupt("Invalid doc values type", { file: meta.name, field: info.name, type });
  }

  /** An inner entry repeats its field and tells its type. */
  private expect(info: FieldInfo, type: number): void {
    const number = this.meta.readVInt();
    const actual = this.meta.readByte();
    if (number === info.number && actual === type) return;
    throw corrupt(`Entry of field [${info.name}] is of another field or type`, {
      file: this.meta.name,
      number,
      type: actual,
    });
  }

  private readInnerNumeric(info: FieldInfo): NumericEntry {
    this.expect(info, NUMERIC);
    return this.readNumeric(info);
  }

  private readNumeric(info: FieldInfo): NumericEntry {
    const { meta } = this;
    const format = meta.readVInt();
    const place = meta.readLongNumber();
    if (format === NumericFormat.SPARSE) return this.readSparse(info, place);
    const offset = meta.readLongNumber();
    const count = meta.readVLong();
    const shape = this.readShape(format);
    const end = this.readEnd(offset);
    const { bitsPerValue } = shape;
    const bytes = Math.ceil((count * bitsPerValue) / 8);
    if (count > 0xffffffff || (bitsPerValue !== 0 && !isDirectBits(bitsPerValue))) {
      throw corrupt("Packed values are out of bounds", { file: meta.name, bitsPerValue, count });
    }
    if (bytes > end - offset) throw corrupt("Values cross their end", { file: meta.name, count });
    return {
      docs: this.docsEntry(place, count),
      numValues: count,
      ...shape,
      blockShift: -1,
      valuesOffset: offset,
      valuesLength: end - offset,
      valueJumpTableOffset: -1,
    };
  }

  private readShape(format: number) {
    const { meta } = this;
    switch (format) {
      case NumericFormat.CONST:
        return { table: undefined, minValue: meta.readLong(), gcd: 1n, bitsPerValue: 0 };
      case NumericFormat.DELTA: {
        const minValue = meta.readLong();
        return { table: undefined, minValue, gcd: 1n, bitsPerValue: meta.readVInt() };
      }
      case NumericFormat.GCD: {
        const minValue = meta.readLong();
        const gcd = meta.readLong();
        return { table: undefined, minValue, gcd, bitsPerValue: meta.readVInt() };
      }
      case NumericFormat.TABLE: {
        const size = meta.readVInt();
        if (size < 0 || size > TABLE_VALUES_MAX) {
          throw corrupt("Invalid table size", { file: meta.name, size });
        }
        const table = Array.from({ length: size }, () => meta.readLong());
        return { table, minValue: 0n, gcd: 1n, bitsPerValue: meta.readVInt() };
      }
      default:
        throw corrupt("Unknown format of a numeric column", { file: meta.name, format });
    }
  }

  private readSparse(info: FieldInfo, place: number): NumericEntry {
    const { meta } = this;
    const count = this.checkedCount(meta.readVLong());
    const docs = readDirectMonotonicMeta(meta, count, meta.readVInt());
    const offset = meta.readLongNumber();
    meta.readVLong();
    const numberType = meta.readByte();
    if (numberType > 1 || place < 0 || offset < place || offset > this.dataLength) {
      throw corrupt("Invalid sparse column", { file: meta.name, numberType, place, offset });
    }
    const values = this.readInnerNumeric(info);
    meta.readLongNumber();
    return { ...values, docs: sparseEntry(place, offset - place, docs) };
  }

  private checkedCount(count: number): number {
    if (count >= 0 && count <= this.maxDoc) return count;
    throw corrupt("Count of documents is out of bounds", { file: this.meta.name, count });
  }

  private readEnd(offset: number): number {
    const end = this.meta.readLongNumber();
    if (offset >= 0 && end >= offset && end <= this.dataLength) return end;
    throw corrupt("Slice of values is out of bounds", { file: this.meta.name, offset, end });
  }

  private docsEntry(place: number, count: number): IndexedDisiEntry {
    if (place === ALL_LIVE) return ALL_DOCS;
    if (place === ALL_MISSING) return NO_DOCS;
    if (place < 0 || place + Math.ceil(count / 8) > this.dataLength || count < this.maxDoc) {
      throw corrupt("Set of documents is out of bounds", { file: this.meta.name, place });
    }
    return bitsEntry(place);
  }

  private readMonotonic(info: FieldInfo): AddressesEntry {
    const { meta } = this;
    this.expect(info, NUMERIC);
    const format = meta.readVInt();
    meta.readLongNumber();
    const offset = meta.readLongNumber();
    meta.readVLong();
    if (format !== NumericFormat.MONOTONIC) {
      throw corrupt("Starts of values are not monotonic", { file: meta.name, format });
    }
    const starts = readDirectMonotonicMeta(meta, this.maxDoc + 1, meta.readVInt());
    return { offset, length: this.readEnd(offset) - offset, meta: starts };
  }

  private readBinary(): BinaryEntry {
    const { meta } = this;
    const format = meta.readVInt();
    const head = this.readBinaryHead();
    if (format === BinaryFormat.VARIABLE) return this.readVariable(head);
    if (format !== BinaryFormat.FIXED) {
      throw corrupt("Unknown format of a binary column", { file: meta.name, format });
    }
    const dataLength = head.count * head.maxLength;
    if (head.offset + dataLength > this.dataLength) {
      throw corrupt("Binary values are out of bounds", { file: meta.name, dataLength });
    }
    return binaryEntry(head, dataLength, undefined);
  }

  private readBinaryHead() {
    const { meta } = this;
    const place = meta.readLongNumber();
    const minLength = meta.readVInt();
    // An empty column has the greatest and the least int as its lengths.
    const maxLength = Math.max(0, meta.readVInt());
    const count = meta.readVLong();
    const offset = meta.readLongNumber();
    if (offset < 0 || offset > this.dataLength || count > 0x7fffffff) {
      throw corrupt("Binary values are out of bounds", { file: meta.name, offset, count });
    }
    return { place, minLength, maxLength, count, offset, docs: this.docsEntryOf(place, count) };
  }

  // A dictionary has no documents: its entry says that all are there.
  private docsEntryOf(place: number, count: number): IndexedDisiEntry {
    return place === ALL_LIVE ? ALL_DOCS : this.docsEntry(place, count);
  }

  private readVariable(head: BinaryHead): BinaryEntry {
    const { meta } = this;
    const offset = meta.readLongNumber();
    const starts = readDirectMonotonicMeta(meta, head.count + 1, meta.readVInt());
    if (offset < head.offset) {
      throw corrupt("Addresses lie before their values", { file: meta.name, offset });
    }
    const length = this.readEnd(offset) - offset;
    return binaryEntry(head, offset - head.offset, { offset, length, meta: starts });
  }

  private readDict(info: FieldInfo): OtherDictEntry {
    const { meta } = this;
    this.expect(info, BINARY);
    const start = meta.filePointer;
    if (meta.readVInt() !== BinaryFormat.PREFIX) {
      meta.seek(start);
      const entry = this.readBinary();
      const size = entry.numDocsWithField;
      return { size, open: (data) => new BinaryDictionary(data, entry) };
    }
    const entry = this.readPrefix(this.readBinaryHead());
    return { size: entry.size, open: (data) => new PrefixDictionary(data, entry) };
  }

  private readPrefix({ count, offset }: BinaryHead): PrefixEntry {
    const { meta } = this;
    const startsOffset = meta.readLongNumber();
    const packedVersion = meta.readVInt();
    const startsBlockValues = meta.readVInt();
    meta.readLongNumber();
    const inside = startsOffset >= offset && startsOffset <= this.dataLength;
    // A block of 16 terms takes 17 bytes or more.
    const fits = Math.ceil(count / 16) * 17 <= startsOffset - offset;
    if (!inside || !fits || packedVersion !== 2 || startsBlockValues < 64) {
      throw corrupt("Invalid terms dictionary", {
        file: meta.name,
        startsOffset,
        packedVersion,
        startsBlockValues,
      });
    }
    return { size: count, offset, startsOffset, startsBlockValues };
  }

  private readSorted(info: FieldInfo): SortedEntry {
    const dict = this.readDict(info);
    const ords = this.readInnerNumeric(info);
    // Sparse ordinals say themselves which documents have one; others are -1 where there is none.
    const docs = ords.docs.openSet === undefined ? ordsEntry(ords) : ords.docs;
    const numDocsWithField = ords.numValues;
    return { ords: { ...ords, docs, numDocsWithField, addresses: undefined }, dict };
  }

  private readSortedSet(info: FieldInfo): void {
    const format = this.meta.readVInt();
    const { sortedSets, tableSets } = this.entries;
    if (format === SetFormat.SINGLE) {
      this.expect(info, SORTED);
      sortedSets.set(info.number, this.readSorted(info));
    } else if (format === SetFormat.ADDRESSES) {
      const dict = this.readDict(info);
      sortedSets.set(info.number, { ords: this.readRanges(info), dict });
    } else {
      const table = this.readTable(format);
      const dict = this.readDict(info);
      tableSets.set(info.number, { ...table, sets: this.readInnerNumeric(info), dict });
    }
  }

  private readSortedNumeric(info: FieldInfo): void {
    const format = this.meta.readVInt();
    const { sortedNumerics, tableNumerics } = this.entries;
    if (format === SetFormat.SINGLE) {
      const entry = this.readInnerNumeric(info);
      const numDocsWithField = entry.numValues;
      sortedNumerics.set(info.number, { ...entry, numDocsWithField, addresses: undefined });
    } else if (format === SetFormat.ADDRESSES) {
      sortedNumerics.set(info.number, this.readRanges(info));
    } else {
      const table = this.readTable(format);
      tableNumerics.set(info.number, { ...table, sets: this.readInnerNumeric(info) });
    }
  }

  /** All values, and where those of each document begin. */
  private readRanges(info: FieldInfo): SortedNumericEntry {
    const values = this.readInnerNumeric(info);
    const addresses = this.readMonotonic(info);
    const docs = rangesEntry(addresses.offset, addresses.length, addresses.meta);
    return { ...values, docs, numDocsWithField: this.maxDoc, addresses };
  }

  private readTable(format: number): Omit<TableEntry, "sets"> {
    const { meta } = this;
    const size = format === SetFormat.TABLE ? meta.readInt() : -1;
    if (size < 0 || size > SET_VALUES_MAX) {
      throw corrupt("Invalid table of sets", { file: meta.name, format, size });
    }
    const values = Array.from({ length: size }, () => meta.readLong());
    const sets = meta.readInt();
    if (sets < 0 || sets > size + 1) {
      throw corrupt("Invalid count of sets", { file: meta.name, sets, size });
    }
    const offsets = new Int32Array(sets + 1);
    for (let i = 0; i < sets; i++) offsets[i + 1] = offsets[i]! + Math.max(0, meta.readInt());
    if (offsets[sets]! > size) throw corrupt("Sets cross their table", { file: meta.name, sets });
    return { values, offsets };
  }
}

interface BinaryHead {
  readonly minLength: number;
  readonly maxLength: number;
  readonly count: number;
  readonly offset: number;
  readonly docs: IndexedDisiEntry;
}

function binaryEntry(
  head: BinaryHead,
  dataLength: number,
  addresses: AddressesEntry | undefined,
): BinaryEntry {
  const { docs, minLength, maxLength, count, offset } = head;
  return {
    docs,
    dataOffset: offset,
    dataLength,
    numDocsWithField: count,
    minLength,
    maxLength,
    addresses,
  };
}
