// Opens .dvm and .dvd; doc-values-format.ts has the byte table.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90DocValuesProducer (10.4.0).

import { corrupt } from "../../../../base/index.ts";
import type { FieldInfo } from "../../../index/field-info.ts";
import type {
  BinaryDocValues, DocValuesProducer, NumericDocValues, SortedDocValues, SortedNumericDocValues,
  SortedSetDocValues,
} from "../../../index/leaf-reader.ts";
import { type SegmentReadState, segmentFileName } from "../../../index/segment-info.ts";
import {
  checkIndexHeader, checksumEntireFile, type IndexInput, readChecksumFile, retrieveChecksum,
} from "../../../store/index.ts";
import { type DocValuesEntries, readDocValuesEntries, type SkipperEntry } from "./doc-values-entries.ts";
import {
  DATA_CODEC, DATA_EXTENSION, DOC_VALUES_VERSION, META_CODEC, META_EXTENSION,
} from "./doc-values-format.ts";
import {
  PackedBinaryDocValues, PackedNumericDocValues, PackedSortedDocValues, PackedSortedNumericDocValues,
  PackedSortedSetDocValues,
} from "./doc-values-iterators.ts";

/** The doc values of one segment and one per-field format instance (or one update). */
export class Lucene90DocValuesProducer implements DocValuesProducer {
  private readonly data: IndexInput;
  private readonly maxDoc: number;
  private readonly entries: DocValuesEntries;

  constructor(state: SegmentReadState) {
    const { directory, segmentInfo, segmentSuffix } = state;
    const { name, id, maxDoc } = segmentInfo;
    this.maxDoc = maxDoc;
    this.data = directory.openInput(segmentFileName(name, segmentSuffix, DATA_EXTENSION));
    try {
      checkIndexHeader(this.data, DATA_CODEC, 0, DOC_VALUES_VERSION, id, segmentSuffix);
      retrieveChecksum(this.data);
      const metaName = segmentFileName(name, segmentSuffix, META_EXTENSION);
      this.entries = readChecksumFile(directory, metaName, (meta) => {
        checkIndexHeader(meta, META_CODEC, 0, DOC_VALUES_VERSION, id, segmentSuffix);
        return readDocValuesEntries(meta, state.fieldInfos, maxDoc, this.data.length);
      });
    } catch (error) {
      this.data.close();
      throw error;
    }
  }

  private entry<T>(entries: Map<number, T>, field: FieldInfo, type: string): T {
    const entry = entries.get(field.number);
    if (entry !== undefined) return entry;
    throw corrupt(`Field has no ${type} doc values`, { file: this.data.name, field: field.name });
  }

  numeric(field: FieldInfo): NumericDocValues {
    const entry = this.entry(this.entries.numerics, field, "numeric");
    return new PackedNumericDocValues(this.data, entry, this.maxDoc);
  }

  binary(field: FieldInfo): BinaryDocValues {
    const entry = this.entry(this.entries.binaries, field, "binary");
    return new PackedBinaryDocValues(this.data, entry, this.maxDoc);
  }

  sorted(field: FieldInfo): SortedDocValues {
    const entry = this.entry(this.entries.sorteds, field, "sorted");
    return new PackedSortedDocValues(this.data, entry, this.maxDoc);
  }

  sortedNumeric(field: FieldInfo): SortedNumericDocValues {
    const entry = this.entry(this.entries.sortedNumerics, field, "sorted numeric");
    return new PackedSortedNumericDocValues(this.data, entry, this.maxDoc);
  }

  sortedSet(field: FieldInfo): SortedSetDocValues {
    const entry = this.entry(this.entries.sortedSets, field, "sorted set");
    return new PackedSortedSetDocValues(this.data, entry, this.maxDoc);
  }

  /** Least and greatest value of a field with a skip index (Lucene 10); undefined without one. */
  skipper(field: FieldInfo): SkipperEntry | undefined {
    return this.entries.skippers.get(field.number);
  }

  checkIntegrity(): void {
    checksumEntireFile(this.data);
  }

  close(): void {
    this.data.close();
  }
}
