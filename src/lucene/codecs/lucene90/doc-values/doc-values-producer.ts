// Opens .dvm and .dvd; doc-values-format.ts has the byte table.
// Upstream: org.apache.lucene.codecs.lucene90.Lucene90DocValuesProducer (10.4.0).

import { corrupt } from "../../../../base/index.ts";
import type { FieldInfo } from "../../../index/field-info.ts";
import type {
  BinaryDocValues,
  DocValuesProducer,
  NumericDocValues,
  SortedDocValues,
  SortedNumericDocValues,
  SortedSetDocValues,
} from "../../../index/leaf-reader.ts";
import { type SegmentReadState, segmentFileName } from "../../../index/segment-info.ts";
import {
  checkIndexHeader,
  checksumEntireFile,
  type IndexInput,
  readChecksumFile,
  retrieveChecksum,
} from "../../../store/index.ts";
import {
  type DocValuesEntries,
  readDocValuesEntries,
  type SkipperEntry,
} from "./doc-values-entries.ts";
import {
  DATA_CODEC,
  DATA_EXTENSION,
  DOC_VALUES_VERSION,
  DOC_VALUES_VERSION_MAX,
  META_CODEC,
  META_EXTENSION,
  SKIP_CODEC,
  SKIP_EXTENSION,
  VERSION_SKIPPER_SEPARATE_FILE,
} from "./doc-values-format.ts";
import {
  PackedBinaryDocValues,
  PackedNumericDocValues,
  PackedSortedDocValues,
  PackedSortedNumericDocValues,
  PackedSortedSetDocValues,
} from "./doc-values-iterators.ts";

/** The doc values of one segment and one per-field format instance (or one update). */
export class Lucene90DocValuesProducer implements DocValuesProducer {
  private readonly data: IndexInput;
  private readonly skip: IndexInput | undefined;
  private readonly maxDoc: number;
  private readonly entries: DocValuesEntries;

  constructor(state: SegmentReadState) {
    const { maxDoc } = state.segmentInfo;
    this.maxDoc = maxDoc;
    this.data = openInput(state, DATA_EXTENSION);
    try {
      const version = checkHeader(this.data, state, DATA_CODEC);
      retrieveChecksum(this.data);
      if (version >= VERSION_SKIPPER_SEPARATE_FILE) this.skip = openSkipIndex(state, version);
      const limits = {
        version,
        maxDoc,
        dataLength: this.data.length,
        skipLength: (this.skip ?? this.data).length,
      };
      const { name } = state.segmentInfo;
      const metaName = segmentFileName(name, state.segmentSuffix, META_EXTENSION);
      this.entries = readChecksumFile(state.directory, metaName, (meta) => {
        checkSameVersion(meta, version, checkHeader(meta, state, META_CODEC));
        return readDocValuesEntries(meta, state.fieldInfos, limits);
      });
    } catch (error) {
      this.close();
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
    if (this.skip !== undefined) checksumEntireFile(this.skip);
  }

  close(): void {
    this.data.close();
    this.skip?.close();
  }
}

function openInput(state: SegmentReadState, extension: string): IndexInput {
  const { directory, segmentInfo, segmentSuffix } = state;
  return directory.openInput(segmentFileName(segmentInfo.name, segmentSuffix, extension));
}

function checkHeader(input: IndexInput, state: SegmentReadState, codec: string): number {
  const { id } = state.segmentInfo;
  const newest = DOC_VALUES_VERSION_MAX;
  return checkIndexHeader(input, codec, DOC_VALUES_VERSION, newest, id, state.segmentSuffix);
}

function checkSameVersion(input: IndexInput, version: number, actual: number): void {
  if (actual === version) return;
  throw corrupt("Format versions of doc values files differ", {
    file: input.name,
    version,
    actual,
  });
}

function openSkipIndex(state: SegmentReadState, version: number): IndexInput {
  const input = openInput(state, SKIP_EXTENSION);
  try {
    checkSameVersion(input, version, checkHeader(input, state, SKIP_CODEC));
    retrieveChecksum(input);
    return input;
  } catch (error) {
    input.close();
    throw error;
  }
}
