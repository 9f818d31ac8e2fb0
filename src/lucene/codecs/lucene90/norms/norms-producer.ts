// Reads .nvd and .nvm; norms-format.ts has the byte table.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90NormsProducer (9.12.3).

import { assert, corrupt } from "../../../../base/index.ts";
import type { FieldInfo } from "../../../index/field-info.ts";
import {
  NO_MORE_DOCS,
  type NormsProducer,
  type NumericDocValues,
} from "../../../index/leaf-reader.ts";
import { type SegmentReadState, segmentFileName } from "../../../index/segment-info.ts";
import {
  checkIndexHeader,
  checksumEntireFile,
  type IndexInput,
  type RandomAccessInput,
  readChecksumFile,
  retrieveChecksum,
} from "../../../store/index.ts";
import {
  IndexedDisi,
  type IndexedDisiEntry,
  readIndexedDisiEntry,
} from "../../../util/indexed-disi/indexed-disi.ts";
import {
  NORMS_DATA_CODEC,
  NORMS_DATA_EXTENSION,
  NORMS_META_CODEC,
  NORMS_META_EXTENSION,
  NORMS_VERSION,
} from "./norms-format.ts";

/** Where the norms of a field are. */
export interface NormsEntry {
  readonly docs: IndexedDisiEntry;
  readonly numDocsWithField: number;
  readonly bytesPerNorm: number;
  readonly normsOffset: number;
  /** The one value where bytesPerNorm = 0. */
  readonly value: bigint;
}

/** What of norms differs between generations. */
export interface NormsLayout {
  readonly dataCodec: string;
  readonly metaCodec: string;
  /** A field number, and what is said of its norms; undefined at the end. */
  readEntry(meta: IndexInput, maxDoc: number, dataLength: number): NumberedEntry | undefined;
}

/** The norms of a field. */
export interface NumberedEntry {
  readonly number: number;
  readonly entry: NormsEntry;
}

const LAYOUT: NormsLayout = {
  dataCodec: NORMS_DATA_CODEC,
  metaCodec: NORMS_META_CODEC,
  readEntry: (meta, maxDoc, dataLength) =>
    readNormsEntry(meta, maxDoc, dataLength, () => readIndexedDisiEntry(meta, dataLength)),
};

/** The norms of one segment, whatever its generation. */
export class ColumnNormsProducer implements NormsProducer {
  private readonly data: IndexInput;
  private readonly maxDoc: number;
  private readonly entries: Map<number, NormsEntry>;

  constructor(state: SegmentReadState, layout = LAYOUT) {
    const { directory, segmentInfo, segmentSuffix } = state;
    const { name, id } = segmentInfo;
    this.maxDoc = segmentInfo.maxDoc;
    this.data = directory.openInput(segmentFileName(name, segmentSuffix, NORMS_DATA_EXTENSION));
    try {
      checkIndexHeader(this.data, layout.dataCodec, 0, NORMS_VERSION, id, segmentSuffix);
      retrieveChecksum(this.data);
      const metaName = segmentFileName(name, segmentSuffix, NORMS_META_EXTENSION);
      this.entries = readChecksumFile(directory, metaName, (meta) => {
        checkIndexHeader(meta, layout.metaCodec, 0, NORMS_VERSION, id, segmentSuffix);
        return readEntries(meta, state, this.data.length, layout);
      });
    } catch (error) {
      this.data.close();
      throw error;
    }
  }

  norms(field: FieldInfo): NumericDocValues {
    const entry = this.entries.get(field.number);
    if (entry === undefined) {
      throw corrupt("Field has no norms", { file: this.data.name, field: field.name });
    }
    return new Norms(entry, this.data, this.maxDoc);
  }

  checkIntegrity(): void {
    checksumEntireFile(this.data);
  }

  close(): void {
    this.data.close();
  }
}

function readEntries(
  meta: IndexInput,
  state: SegmentReadState,
  dataLength: number,
  layout: NormsLayout,
): Map<number, NormsEntry> {
  const entries = new Map<number, NormsEntry>();
  const { maxDoc } = state.segmentInfo;
  for (;;) {
    const read = layout.readEntry(meta, maxDoc, dataLength);
    if (read === undefined) return entries;
    const { number, entry } = read;
    if (state.fieldInfos.byNumber(number) === undefined) {
      throw corrupt("Invalid field number", { file: meta.name, number });
    }
    entries.set(number, entry);
  }
}

/** An entry since Lucene 7; `readDocs` reads where the set of documents lies. */
export function readNormsEntry(
  meta: IndexInput,
  maxDoc: number,
  dataLength: number,
  readDocs: () => IndexedDisiEntry,
): NumberedEntry | undefined {
  const number = meta.readInt();
  if (number === -1) return undefined;
  const docs = readDocs();
  const numDocsWithField = meta.readInt();
  const bytesPerNorm = meta.readByte();
  const value = meta.readLong();
  if (numDocsWithField < 0 || numDocsWithField > maxDoc) {
    throw corrupt("Count of norms is out of bounds", { file: meta.name, numDocsWithField, maxDoc });
  }
  const entry = { docs, numDocsWithField, bytesPerNorm, value };
  return { number, entry: placedNorms(entry, dataLength, meta.name) };
}

/** Norms of one value, or at the offset that `value` is: checked against the data file. */
export function placedNorms(
  entry: Omit<NormsEntry, "normsOffset">,
  dataLength: number,
  file: string,
): NormsEntry {
  const { bytesPerNorm, numDocsWithField, value } = entry;
  if (![0, 1, 2, 4, 8].includes(bytesPerNorm)) {
    throw corrupt("Invalid bytes per norm", { file, bytesPerNorm });
  }
  const normsOffset = bytesPerNorm === 0 ? 0 : Number(value);
  if (normsOffset < 0 || normsOffset + numDocsWithField * bytesPerNorm > dataLength) {
    throw corrupt("Norms are out of bounds", { file, normsOffset, numDocsWithField });
  }
  return { ...entry, normsOffset };
}

class Norms implements NumericDocValues {
  private readonly maxDoc: number;
  private readonly disi: IndexedDisi | undefined;
  private readonly size: number;
  private readonly bytesPerNorm: number;
  private readonly constant: bigint;
  private readonly slice: RandomAccessInput;
  /** Where in 8 bytes the high half is. */
  private readonly highAt: number;
  private doc = -1;
  private index = -1;

  constructor(entry: NormsEntry, data: IndexInput, maxDoc: number) {
    const { docs, bytesPerNorm, numDocsWithField } = entry;
    const sparse = docs.docsWithFieldOffset >= 0;
    this.disi = sparse ? new IndexedDisi(data, docs, maxDoc, numDocsWithField) : undefined;
    this.maxDoc = docs.docsWithFieldOffset === -2 ? 0 : maxDoc;
    this.size = numDocsWithField;
    this.bytesPerNorm = bytesPerNorm;
    this.constant = entry.value;
    this.slice = data.randomAccess(entry.normsOffset, numDocsWithField * bytesPerNorm);
    this.highAt = data.bigEndian ? 0 : 4;
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

  advance(target: number): number {
    if (this.disi === undefined) {
      this.index = target;
      this.doc = target < this.maxDoc ? target : NO_MORE_DOCS;
    } else {
      this.doc = this.disi.advance(target);
      this.index = this.disi.index;
    }
    return this.doc;
  }

  advanceExact(target: number): boolean {
    this.doc = target;
    if (this.disi === undefined) {
      this.index = target;
      return target < this.maxDoc;
    }
    const found = this.disi.advanceExact(target);
    this.index = this.disi.index;
    return found;
  }

  longValue(): number {
    switch (this.bytesPerNorm) {
      case 1:
        return (this.slice.byteAt(this.index) << 24) >> 24;
      case 2:
        return this.slice.shortAt(this.index * 2);
      case 4:
        return this.slice.intAt(this.index * 4);
      default:
        return this.longHigh() * 4294967296 + (this.longLow() >>> 0);
    }
  }

  longHigh(): number {
    if (this.bytesPerNorm === 8) return this.slice.intAt(this.index * 8 + this.highAt);
    return this.bytesPerNorm === 0 ? Number(this.constant >> 32n) : this.longValue() >> 31;
  }

  longLow(): number {
    if (this.bytesPerNorm === 8) return this.slice.intAt(this.index * 8 + 4 - this.highAt);
    if (this.bytesPerNorm === 0) return Number(BigInt.asIntN(32, this.constant));
    return this.longValue();
  }

  bigValue(): bigint {
    assert(this.index >= 0, "norm read before a move");
    return (BigInt(this.longHigh()) << 32n) | BigInt(this.longLow() >>> 0);
  }
}
