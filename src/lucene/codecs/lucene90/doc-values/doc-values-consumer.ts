// Writes .dvm and .dvd; doc-values-format.ts has the byte table. Each field's source is walked once
// and kept as a column in memory, so a merge pays for its sources once.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90DocValuesConsumer (9.1.0).

import type { FieldInfo } from "../../../index/field-info.ts";
import {
  type BinaryDocValues,
  NO_MORE_DOCS,
  type NumericDocValues,
  type SortedDocValues,
  type SortedNumericDocValues,
  type SortedSetDocValues,
} from "../../../index/leaf-reader.ts";
import { type SegmentWriteState, segmentFileName } from "../../../index/segment-info.ts";
import { type IndexOutput, writeFooter, writeIndexHeader } from "../../../store/index.ts";
import { writeDocsWithField } from "../../../util/indexed-disi/docs-with-field.ts";
import { DirectMonotonicWriter } from "../../../util/packed/direct-monotonic-writer.ts";
import { LongColumn } from "../../../util/packed/long-column.ts";
import type { DocValuesConsumer } from "../../codec.ts";
import {
  BINARY,
  DATA_CODEC,
  DATA_EXTENSION,
  DIRECT_MONOTONIC_BLOCK_SHIFT,
  DOC_VALUES_VERSION,
  META_CODEC,
  META_EXTENSION,
  NUMERIC,
  SORTED,
  SORTED_NUMERIC,
  SORTED_SET,
} from "./doc-values-format.ts";
import { writeNumeric } from "./numeric-writer.ts";
import { writeTermsDict } from "./terms-dict-writer.ts";

/** Writes the doc values of one segment, field by field. */
export class Lucene90DocValuesConsumer implements DocValuesConsumer {
  private readonly meta: IndexOutput;
  private readonly data: IndexOutput;
  private readonly maxDoc: number;

  constructor(state: SegmentWriteState) {
    this.data = createOutput(state, DATA_CODEC, DATA_EXTENSION);
    this.meta = createOutput(state, META_CODEC, META_EXTENSION);
    this.maxDoc = state.segmentInfo.maxDoc;
  }

  addNumeric(field: FieldInfo, values: () => NumericDocValues): void {
    this.startField(field, NUMERIC);
    const source = values();
    const column = new LongColumn();
    for (let doc = source.nextDoc(); doc !== NO_MORE_DOCS; doc = source.nextDoc()) {
      column.startDoc(doc);
      column.add(source.longValue(), source);
    }
    writeNumeric(column, false, this.maxDoc, this.meta, this.data);
  }

  addSortedNumeric(field: FieldInfo, values: () => SortedNumericDocValues): void {
    this.startField(field, SORTED_NUMERIC);
    const source = values();
    const column = new LongColumn();
    for (let doc = source.nextDoc(); doc !== NO_MORE_DOCS; doc = source.nextDoc()) {
      const count = source.docValueCount();
      column.startDoc(doc);
      column.setDocValueCount(count);
      for (let i = 0; i < count; i++) {
        source.nextValue();
        column.add(source.longValue(), source);
      }
    }
    this.writeSortedNumeric(column, false);
  }

  addSorted(field: FieldInfo, values: () => SortedDocValues): void {
    this.startField(field, SORTED);
    const source = values();
    const column = new LongColumn();
    for (let doc = source.nextDoc(); doc !== NO_MORE_DOCS; doc = source.nextDoc()) {
      column.startDoc(doc);
      column.add(source.ordValue(), undefined);
    }
    writeNumeric(column, true, this.maxDoc, this.meta, this.data);
    writeTermsDict(values(), this.meta, this.data);
  }

  addSortedSet(field: FieldInfo, values: () => SortedSetDocValues): void {
    this.startField(field, SORTED_SET);
    const source = values();
    const column = new LongColumn();
    for (let doc = source.nextDoc(); doc !== NO_MORE_DOCS; doc = source.nextDoc()) {
      const count = source.docValueCount();
      column.startDoc(doc);
      column.setDocValueCount(count);
      for (let i = 0; i < count; i++) column.add(source.nextOrd(), undefined);
    }
    if (column.counts === undefined) {
      this.meta.writeByte(0);
      writeNumeric(column, true, this.maxDoc, this.meta, this.data);
    } else {
      this.meta.writeByte(1);
      this.writeSortedNumeric(column, true);
    }
    writeTermsDict(values(), this.meta, this.data);
  }

  addBinary(field: FieldInfo, values: () => BinaryDocValues): void {
    this.startField(field, BINARY);
    const { meta, data } = this;
    const start = data.filePointer;
    const lengths = new LongColumn();
    let minLength = 0x7fffffff;
    let maxLength = 0;
    const source = values();
    for (let doc = source.nextDoc(); doc !== NO_MORE_DOCS; doc = source.nextDoc()) {
      const value = source.binaryValue();
      lengths.startDoc(doc);
      lengths.add(value.length, undefined);
      data.writeBytes(value);
      if (value.length < minLength) minLength = value.length;
      if (value.length > maxLength) maxLength = value.length;
    }
    meta.writeLong(start);
    meta.writeLong(data.filePointer - start);
    writeDocsWithField(lengths.docs, lengths.docCount, this.maxDoc, meta, data);
    meta.writeInt(lengths.docCount);
    meta.writeInt(minLength);
    meta.writeInt(maxLength);
    if (maxLength > minLength) this.writeAddresses(lengths.docCount, (i) => lengths.low(i));
  }

  close(): void {
    this.meta.writeInt(-1);
    writeFooter(this.meta);
    writeFooter(this.data);
    this.meta.close();
    this.data.close();
  }

  private startField(field: FieldInfo, type: number): void {
    this.meta.writeInt(field.number);
    this.meta.writeByte(type);
  }

  private writeSortedNumeric(column: LongColumn, ords: boolean): void {
    writeNumeric(column, ords, this.maxDoc, this.meta, this.data);
    this.meta.writeInt(column.docCount);
    const { counts } = column;
    if (counts === undefined || column.count === column.docCount) return;
    this.writeAddresses(column.docCount, (i) => counts[i]!);
  }

  /** Writes the starts of `count` things of the given lengths, and the end. */
  private writeAddresses(count: number, lengthOf: (index: number) => number): void {
    const { meta, data } = this;
    const start = data.filePointer;
    meta.writeLong(start);
    meta.writeVInt(DIRECT_MONOTONIC_BLOCK_SHIFT);
    const writer = new DirectMonotonicWriter(meta, data, count + 1, DIRECT_MONOTONIC_BLOCK_SHIFT);
    let address = 0;
    writer.add(0);
    for (let i = 0; i < count; i++) {
      address += lengthOf(i);
      writer.add(address);
    }
    writer.finish();
    meta.writeLong(data.filePointer - start);
  }
}

function createOutput(state: SegmentWriteState, codec: string, extension: string): IndexOutput {
  const { directory, segmentInfo, segmentSuffix } = state;
  const out = directory.createOutput(segmentFileName(segmentInfo.name, segmentSuffix, extension));
  writeIndexHeader(out, codec, DOC_VALUES_VERSION, segmentInfo.id, segmentSuffix);
  return out;
}
