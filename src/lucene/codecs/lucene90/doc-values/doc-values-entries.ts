// The decoded metadata of doc values (doc-values-format.ts has the byte table). Every offset and
// count is checked against the data file here, so that the iterators need not.
// Upstream: Lucene90DocValuesProducer.readFields (10.4.0).

import { corrupt } from "../../../../base/index.ts";
import type { FieldInfo, FieldInfos } from "../../../index/field-info.ts";
import type { IndexInput } from "../../../store/index.ts";
import {
  type IndexedDisiEntry,
  readIndexedDisiEntry,
} from "../../../util/indexed-disi/indexed-disi.ts";
import {
  type DirectMonotonicMeta,
  readDirectMonotonicMeta,
} from "../../../util/packed/direct-monotonic-reader.ts";
import { isDirectBits } from "../../../util/packed/direct-writer.ts";
import {
  BINARY,
  NUMERIC,
  SORTED,
  SORTED_NUMERIC,
  SORTED_SET,
  TABLE_VALUES_MAX,
  TERMS_DICT_BLOCK_TERMS,
  VERSION_SKIPPER_MAX_VALUE_COUNT,
} from "./doc-values-format.ts";

/** A numeric column: how it is encoded and where its values are. */
export interface NumericEntry {
  readonly docs: IndexedDisiEntry;
  readonly numValues: number;
  readonly table: readonly bigint[] | undefined;
  /** log2 of the values per block, or -1. */
  readonly blockShift: number;
  readonly bitsPerValue: number;
  readonly minValue: bigint;
  readonly gcd: bigint;
  readonly valuesOffset: number;
  readonly valuesLength: number;
  readonly valueJumpTableOffset: number;
}

/** Monotonic starts of variable-length things. */
export interface AddressesEntry {
  readonly offset: number;
  readonly length: number;
  readonly meta: DirectMonotonicMeta;
}

/** A numeric column with the starts of each document's values. */
export interface SortedNumericEntry extends NumericEntry {
  readonly numDocsWithField: number;
  /** Undefined where every document has one value. */
  readonly addresses: AddressesEntry | undefined;
}

/** A binary column: values back to back, of one length or with addresses. */
export interface BinaryEntry {
  readonly docs: IndexedDisiEntry;
  readonly dataOffset: number;
  readonly dataLength: number;
  readonly numDocsWithField: number;
  readonly minLength: number;
  readonly maxLength: number;
  readonly addresses: AddressesEntry | undefined;
}

/** Where the blocks and keys of a terms dictionary are. */
export interface TermsDictEntry {
  readonly size: number;
  readonly maxTermLength: number;
  readonly maxBlockLength: number;
  readonly termsOffset: number;
  readonly termsLength: number;
  readonly addresses: AddressesEntry;
  readonly indexShift: number;
  readonly indexOffset: number;
  readonly indexLength: number;
  readonly indexAddresses: AddressesEntry;
}

/** Ordinals with their dictionary: sorted, or sorted set (with or without addresses). */
export interface SortedEntry {
  readonly ords: SortedNumericEntry;
  readonly dict: TermsDictEntry;
}

/** Summary of a Lucene 10 skip index; its intervals are not read. */
export interface SkipperEntry {
  readonly minValue: bigint;
  readonly maxValue: bigint;
  readonly docCount: number;
  readonly maxDocId: number;
}

/** All entries of one .dvm, by field number. */
export interface DocValuesEntries {
  readonly numerics: Map<number, NumericEntry>;
  readonly binaries: Map<number, BinaryEntry>;
  readonly sorteds: Map<number, SortedEntry>;
  readonly sortedSets: Map<number, SortedEntry>;
  readonly sortedNumerics: Map<number, SortedNumericEntry>;
  readonly skippers: Map<number, SkipperEntry>;
}

/** What entries are checked against, and the version that they are read by. */
export interface EntryLimits {
  readonly version: number;
  readonly maxDoc: number;
  readonly dataLength: number;
  /** Bytes of the file that holds skip indexes. */
  readonly skipLength: number;
}

/** Reads entries up to the end marker. */
export function readDocValuesEntries(
  meta: IndexInput,
  infos: FieldInfos,
  limits: EntryLimits,
): DocValuesEntries {
  const entries: DocValuesEntries = {
    numerics: new Map(),
    binaries: new Map(),
    sorteds: new Map(),
    sortedSets: new Map(),
    sortedNumerics: new Map(),
    skippers: new Map(),
  };
  for (let number = meta.readInt(); number !== -1; number = meta.readInt()) {
    const info = infos.byNumber(number);
    if (info === undefined) throw corrupt("Invalid field number", { file: meta.name, number });
    readEntry(meta, info, limits, entries);
  }
  return entries;
}

function readEntry(
  meta: IndexInput,
  info: FieldInfo,
  limits: EntryLimits,
  entries: DocValuesEntries,
): void {
  const { number } = info;
  const type = meta.readByte();
  if (info.docValuesSkipIndex !== 0) entries.skippers.set(number, readSkipper(meta, limits));
  switch (type) {
    case NUMERIC:
      entries.numerics.set(number, readNumeric(meta, limits));
      return;
    case BINARY:
      entries.binaries.set(number, readBinary(meta, limits));
      return;
    case SORTED:
      entries.sorteds.set(number, readSorted(meta, limits));
      return;
    case SORTED_SET:
      entries.sortedSets.set(number, readSortedSet(meta, limits));
      return;
    case SORTED_NUMERIC:
      entries.sortedNumerics.set(number, readSortedNumeric(meta, limits));
      return;
    default:
      throw corrupt("Invalid doc values type", { file: meta.name, field: info.name, type });
  }
}

function readSkipper(meta: IndexInput, limits: EntryLimits): SkipperEntry {
  readSlice(meta, { ...limits, dataLength: limits.skipLength }, "skip index");
  const maxValue = meta.readLong();
  const minValue = meta.readLong();
  const docCount = meta.readInt();
  const maxDocId = meta.readInt();
  if (limits.version >= VERSION_SKIPPER_MAX_VALUE_COUNT) meta.readInt();
  return { minValue, maxValue, docCount, maxDocId };
}

/** An offset and a length inside the data file. */
function readSlice(
  meta: IndexInput,
  limits: EntryLimits,
  what: string,
): { offset: number; length: number } {
  const offset = meta.readLongNumber();
  const length = meta.readLongNumber();
  checkSlice(meta, limits, what, offset, length);
  return { offset, length };
}

function checkSlice(
  meta: IndexInput,
  limits: EntryLimits,
  what: string,
  offset: number,
  length: number,
): void {
  if (offset < 0 || length < 0 || offset + length > limits.dataLength) {
    throw corrupt(`Slice of ${what} is out of bounds`, { file: meta.name, offset, length });
  }
}

function readNumeric(meta: IndexInput, limits: EntryLimits): NumericEntry {
  const docs = readIndexedDisiEntry(meta, limits.dataLength);
  const numValues = meta.readLongNumber();
  const tableSize = meta.readInt();
  const blockShift = tableSize < -1 ? -2 - tableSize : -1;
  if (tableSize > TABLE_VALUES_MAX || (blockShift !== -1 && (blockShift < 7 || blockShift > 24))) {
    throw corrupt("Invalid table size", { file: meta.name, tableSize });
  }
  const table =
    tableSize >= 0 ? Array.from({ length: tableSize }, () => meta.readLong()) : undefined;
  const bitsPerValue = meta.readByte();
  const minValue = meta.readLong();
  const gcd = meta.readLong();
  const values = readSlice(meta, limits, "values");
  const valueJumpTableOffset = meta.readLongNumber();
  // A position is a 32-bit number all over; a segment has far fewer values.
  if (numValues < 0 || numValues > 0xffffffff) {
    throw corrupt("Count of values is out of bounds", { file: meta.name, numValues });
  }
  if (bitsPerValue !== 0) {
    if (blockShift === -1) {
      const bytes = Math.ceil((numValues * bitsPerValue) / 8);
      if (!isDirectBits(bitsPerValue) || bytes > values.length) {
        throw corrupt("Packed values are out of bounds", {
          file: meta.name,
          bitsPerValue,
          numValues,
        });
      }
    } else {
      const blocks = Math.ceil(numValues / 2 ** blockShift);
      checkSlice(meta, limits, "block offsets", valueJumpTableOffset, blocks * 8);
    }
  }
  return {
    docs,
    numValues,
    table,
    blockShift,
    bitsPerValue,
    minValue,
    gcd,
    valuesOffset: values.offset,
    valuesLength: values.length,
    valueJumpTableOffset,
  };
}

function readSortedNumeric(meta: IndexInput, limits: EntryLimits): SortedNumericEntry {
  const numeric = readNumeric(meta, limits);
  const numDocsWithField = readDocCount(meta, limits);
  const addresses =
    numDocsWithField === numeric.numValues
      ? undefined
      : readAddresses(meta, limits, numDocsWithField + 1);
  return { ...numeric, numDocsWithField, addresses };
}

function readDocCount(meta: IndexInput, limits: EntryLimits): number {
  const count = meta.readInt();
  if (count < 0 || count > limits.maxDoc) {
    throw corrupt("Count of documents is out of bounds", { file: meta.name, count });
  }
  return count;
}

function readAddresses(meta: IndexInput, limits: EntryLimits, count: number): AddressesEntry {
  const offset = meta.readLongNumber();
  const monotonic = readDirectMonotonicMeta(meta, count, meta.readVInt());
  const length = meta.readLongNumber();
  checkSlice(meta, limits, "addresses", offset, length);
  return { offset, length, meta: monotonic };
}

function readBinary(meta: IndexInput, limits: EntryLimits): BinaryEntry {
  const data = readSlice(meta, limits, "binary values");
  const docs = readIndexedDisiEntry(meta, limits.dataLength);
  const numDocsWithField = readDocCount(meta, limits);
  const minLength = meta.readInt();
  const maxLength = meta.readInt();
  const addresses =
    minLength < maxLength ? readAddresses(meta, limits, numDocsWithField + 1) : undefined;
  if (maxLength < 0 || (addresses === undefined && maxLength * numDocsWithField > data.length)) {
    throw corrupt("Length of binary values is out of bounds", { file: meta.name, maxLength });
  }
  return {
    docs,
    dataOffset: data.offset,
    dataLength: data.length,
    numDocsWithField,
    minLength,
    maxLength,
    addresses,
  };
}

function readSorted(meta: IndexInput, limits: EntryLimits): SortedEntry {
  const ords = readNumeric(meta, limits);
  const numDocsWithField = ords.numValues;
  return {
    ords: { ...ords, numDocsWithField, addresses: undefined },
    dict: readDict(meta, limits),
  };
}

function readSortedSet(meta: IndexInput, limits: EntryLimits): SortedEntry {
  const multiValued = meta.readByte();
  if (multiValued === 0) return readSorted(meta, limits);
  if (multiValued !== 1) {
    throw corrupt("Invalid multi-valued flag", { file: meta.name, multiValued });
  }
  const ords = readSortedNumeric(meta, limits);
  return { ords, dict: readDict(meta, limits) };
}

function readDict(meta: IndexInput, limits: EntryLimits): TermsDictEntry {
  const size = meta.readVLong();
  const blockShift = meta.readInt();
  if (size > 0x7fffffff) throw corrupt("Too many terms", { file: meta.name, size });
  const blocks = Math.ceil(size / TERMS_DICT_BLOCK_TERMS);
  const addressesMeta = readDirectMonotonicMeta(meta, blocks, blockShift);
  const maxTermLength = meta.readInt();
  const maxBlockLength = meta.readInt();
  const terms = readSlice(meta, limits, "terms");
  const addresses = readSlice(meta, limits, "term addresses");
  const indexShift = meta.readInt();
  if (indexShift < 6 || indexShift > 30 || maxTermLength < 0 || maxBlockLength < 0) {
    throw corrupt("Invalid terms dictionary", { file: meta.name, indexShift, maxTermLength });
  }
  const indexMeta = readDirectMonotonicMeta(
    meta,
    1 + Math.ceil(size / 2 ** indexShift),
    blockShift,
  );
  const index = readSlice(meta, limits, "terms index");
  const indexAddresses = readSlice(meta, limits, "terms index addresses");
  return {
    size,
    maxTermLength,
    maxBlockLength,
    termsOffset: terms.offset,
    termsLength: terms.length,
    addresses: { ...addresses, meta: addressesMeta },
    indexShift,
    indexOffset: index.offset,
    indexLength: index.length,
    indexAddresses: { ...indexAddresses, meta: indexMeta },
  };
}
