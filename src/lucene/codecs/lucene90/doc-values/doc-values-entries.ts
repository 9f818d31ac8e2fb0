// The decoded metadata of doc values (doc-values-format.ts has the byte table). Every offset and
// count is checked against the data file here, so that the iterators need not.
// Upstream: Lucene90DocValuesProducer.readFields (10.4.0).

import { corrupt } from "../../../../base/index.ts";
import type { FieldInfo, FieldInfos } from "../../../index/field-info.ts";
import type { OrdLookup } from "../../../index/ord-terms-enum.ts";
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
  TERMS_DICT_BLOCK_SHIFT,
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
  /** Starts of the blocks where the file has no table of them. */
  readonly blockStarts?: Float64Array;
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
  /** Values in compressed blocks (Lucene 8.5 to 8.11); then addresses are those of the blocks. */
  readonly compressed?: CompressedBlocks;
}

/** Blocks of binary values that are compressed as a whole. */
export interface CompressedBlocks {
  /** log2 of the documents in a block. */
  readonly docsShift: number;
  readonly blockBytesMax: number;
}

/** Where the blocks and keys of a terms dictionary are. */
export interface TermsDictEntry {
  readonly size: number;
  /** log2 of the terms in a block. */
  readonly blockShift: number;
  /** Is the rest of a block compressed by LZ4? */
  readonly compressed: boolean;
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
  readonly dict: TermsDictEntry | OtherDictEntry;
}

/** A dictionary that is laid out otherwise (Lucene 6). */
export interface OtherDictEntry {
  readonly size: number;
  open(data: IndexInput): OrdLookup;
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

/** Entries to fill. */
export function noEntries(): DocValuesEntries {
  return {
    numerics: new Map(),
    binaries: new Map(),
    sorteds: new Map(),
    sortedSets: new Map(),
    sortedNumerics: new Map(),
    skippers: new Map(),
  };
}

/** Reads entries up to the end marker. Older generations override what they lay out otherwise. */
export class DocValuesEntryReader {
  protected readonly meta: IndexInput;
  protected readonly limits: EntryLimits;
  private readonly infos: FieldInfos;

  constructor(meta: IndexInput, infos: FieldInfos, limits: EntryLimits) {
    this.meta = meta;
    this.infos = infos;
    this.limits = limits;
  }

  readEntries(): DocValuesEntries {
    const { meta } = this;
    const entries = noEntries();
    for (let number = meta.readInt(); number !== -1; number = meta.readInt()) {
      const info = this.infos.byNumber(number);
      if (info === undefined) throw corrupt("Invalid field number", { file: meta.name, number });
      this.readEntry(info, entries);
    }
    return entries;
  }

  private readEntry(info: FieldInfo, entries: DocValuesEntries): void {
    const { number } = info;
    const type = this.meta.readByte();
    if (info.docValuesSkipIndex !== 0) entries.skippers.set(number, this.readSkipper());
    switch (type) {
      case NUMERIC:
        entries.numerics.set(number, this.readNumeric());
        return;
      case BINARY:
        entries.binaries.set(number, this.readBinary(info));
        return;
      case SORTED:
        entries.sorteds.set(number, this.readSorted());
        return;
      case SORTED_SET:
        entries.sortedSets.set(number, this.readSortedSet());
        return;
      case SORTED_NUMERIC:
        entries.sortedNumerics.set(number, this.readSortedNumeric());
        return;
      default:
        throw corrupt("Invalid doc values type", { file: this.meta.name, field: info.name, type });
    }
  }

  private readSkipper(): SkipperEntry {
    const { meta, limits } = this;
    this.readSlice("skip index", limits.skipLength);
    const maxValue = meta.readLong();
    const minValue = meta.readLong();
    const docCount = meta.readInt();
    const maxDocId = meta.readInt();
    if (limits.version >= VERSION_SKIPPER_MAX_VALUE_COUNT) meta.readInt();
    return { minValue, maxValue, docCount, maxDocId };
  }

  /** An offset and a length inside the data file. */
  protected readSlice(
    what: string,
    fileLength = this.limits.dataLength,
  ): { offset: number; length: number } {
    const offset = this.meta.readLongNumber();
    const length = this.meta.readLongNumber();
    this.checkSlice(what, offset, length, fileLength);
    return { offset, length };
  }

  protected checkSlice(
    what: string,
    offset: number,
    length: number,
    fileLength = this.limits.dataLength,
  ): void {
    if (offset < 0 || length < 0 || offset + length > fileLength) {
      throw corrupt(`Slice of ${what} is out of bounds`, { file: this.meta.name, offset, length });
    }
  }

  /** Which documents have a value. */
  protected readDocs(): IndexedDisiEntry {
    return readIndexedDisiEntry(this.meta, this.limits.dataLength);
  }

  /** Offset of the starts of blocks; -1 without blocks. */
  protected readValueJumpTable(): number {
    return this.meta.readLongNumber();
  }

  protected readNumeric(): NumericEntry {
    const { meta } = this;
    const docs = this.readDocs();
    const numValues = meta.readLongNumber();
    const tableSize = meta.readInt();
    const blockShift = tableSize < -1 ? -2 - tableSize : -1;
    if (
      tableSize > TABLE_VALUES_MAX ||
      (blockShift !== -1 && (blockShift < 7 || blockShift > 24))
    ) {
      throw corrupt("Invalid table size", { file: meta.name, tableSize });
    }
    const table =
      tableSize >= 0 ? Array.from({ length: tableSize }, () => meta.readLong()) : undefined;
    const bitsPerValue = meta.readByte();
    const minValue = meta.readLong();
    const gcd = meta.readLong();
    const values = this.readSlice("values");
    const valueJumpTableOffset = this.readValueJumpTable();
    const entry = {
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
    this.checkNumeric(entry);
    return entry;
  }

  protected checkNumeric(entry: NumericEntry): void {
    const { numValues, bitsPerValue, blockShift } = entry;
    const file = this.meta.name;
    // A position is a 32-bit number all over; a segment has far fewer values.
    if (numValues < 0 || numValues > 0xffffffff) {
      throw corrupt("Count of values is out of bounds", { file, numValues });
    }
    if (bitsPerValue === 0) return;
    if (blockShift !== -1) {
      this.checkBlocks(entry);
      return;
    }
    const bytes = Math.ceil((numValues * bitsPerValue) / 8);
    if (!isDirectBits(bitsPerValue) || bytes > entry.valuesLength) {
      throw corrupt("Packed values are out of bounds", { file, bitsPerValue, numValues });
    }
  }

  protected checkBlocks(entry: NumericEntry): void {
    const blocks = Math.ceil(entry.numValues / 2 ** entry.blockShift);
    this.checkSlice("block offsets", entry.valueJumpTableOffset, blocks * 8);
  }

  protected readSortedNumeric(): SortedNumericEntry {
    const numeric = this.readNumeric();
    const numDocsWithField = this.readDocCount();
    const addresses =
      numDocsWithField === numeric.numValues ? undefined : this.readAddresses(numDocsWithField + 1);
    return { ...numeric, numDocsWithField, addresses };
  }

  protected readDocCount(): number {
    const count = this.meta.readInt();
    if (count < 0 || count > this.limits.maxDoc) {
      throw corrupt("Count of documents is out of bounds", { file: this.meta.name, count });
    }
    return count;
  }

  protected readAddresses(count: number): AddressesEntry {
    const offset = this.meta.readLongNumber();
    return this.readAddressesAt(offset, count);
  }

  /** What follows the offset of addresses. */
  protected readAddressesAt(offset: number, count: number): AddressesEntry {
    const { meta } = this;
    const monotonic = readDirectMonotonicMeta(meta, count, meta.readVInt());
    const length = meta.readLongNumber();
    this.checkSlice("addresses", offset, length);
    return { offset, length, meta: monotonic };
  }

  protected readBinary(_info: FieldInfo): BinaryEntry {
    const head = this.readBinaryHead();
    const addresses =
      head.minLength < head.maxLength ? this.readAddresses(head.numDocsWithField + 1) : undefined;
    if (addresses === undefined && head.maxLength * head.numDocsWithField > head.dataLength) {
      throw corrupt("Length of binary values is out of bounds", {
        file: this.meta.name,
        maxLength: head.maxLength,
      });
    }
    return { ...head, addresses };
  }

  /** What comes before the addresses. */
  protected readBinaryHead(): Omit<BinaryEntry, "addresses"> {
    const { meta } = this;
    const data = this.readSlice("binary values");
    const docs = this.readDocs();
    const numDocsWithField = this.readDocCount();
    const minLength = meta.readInt();
    const maxLength = meta.readInt();
    if (maxLength < 0) {
      throw corrupt("Length of binary values is out of bounds", { file: meta.name, maxLength });
    }
    const { offset: dataOffset, length: dataLength } = data;
    return { docs, dataOffset, dataLength, numDocsWithField, minLength, maxLength };
  }

  protected readSorted(): SortedEntry {
    const ords = this.readNumeric();
    const numDocsWithField = ords.numValues;
    return { ords: { ...ords, numDocsWithField, addresses: undefined }, dict: this.readDict() };
  }

  private readSortedSet(): SortedEntry {
    const multiValued = this.meta.readByte();
    if (multiValued === 0) return this.readSorted();
    if (multiValued !== 1) {
      throw corrupt("Invalid multi-valued flag", { file: this.meta.name, multiValued });
    }
    return { ords: this.readOrds(), dict: this.readDict() };
  }

  /** Ordinals of documents that may have several. */
  protected readOrds(): SortedNumericEntry {
    return this.readSortedNumeric();
  }

  protected readDict(): TermsDictEntry {
    const size = this.meta.readVLong();
    return this.readDictAfterSize(size, TERMS_DICT_BLOCK_SHIFT, true);
  }

  protected readDictAfterSize(size: number, shift: number, compressed: boolean): TermsDictEntry {
    const { meta } = this;
    const blockShift = meta.readInt();
    if (size > 0x7fffffff) throw corrupt("Too many terms", { file: meta.name, size });
    const blocks = Math.ceil(size / 2 ** shift);
    const addressesMeta = readDirectMonotonicMeta(meta, blocks, blockShift);
    const maxTermLength = meta.readInt();
    const maxBlockLength = compressed ? meta.readInt() : 0;
    const terms = this.readSlice("terms");
    const addresses = this.readSlice("term addresses");
    const indexShift = meta.readInt();
    if (indexShift < shift || indexShift > 30 || maxTermLength < 0 || maxBlockLength < 0) {
      throw corrupt("Invalid terms dictionary", { file: meta.name, indexShift, maxTermLength });
    }
    const keys = 1 + Math.ceil(size / 2 ** indexShift);
    const indexMeta = readDirectMonotonicMeta(meta, keys, blockShift);
    const index = this.readSlice("terms index");
    const indexAddresses = this.readSlice("terms index addresses");
    return {
      size,
      blockShift: shift,
      compressed,
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
}
