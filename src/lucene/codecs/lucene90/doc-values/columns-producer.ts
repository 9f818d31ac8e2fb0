// Doc values out of decoded metadata: each call makes the iterator of one field.
// Upstream: Lucene90DocValuesProducer (10.4.0), Lucene80DocValuesProducer (8.10.1).

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
import { checksumEntireFile, type IndexInput } from "../../../store/index.ts";
import type { DocValuesEntries } from "./doc-values-entries.ts";
import {
  PackedBinaryDocValues,
  PackedNumericDocValues,
  PackedSortedDocValues,
  PackedSortedNumericDocValues,
  PackedSortedSetDocValues,
} from "./doc-values-iterators.ts";

/** What opening the files of one format instance finds. */
export interface DocValuesFiles {
  readonly data: IndexInput;
  readonly entries: DocValuesEntries;
}

/** The columns of a data file. Closing it closes the file. */
export class ColumnsProducer implements DocValuesProducer {
  protected readonly data: IndexInput;
  protected readonly maxDoc: number;
  protected readonly entries: DocValuesEntries;

  constructor(files: DocValuesFiles, maxDoc: number) {
    this.data = files.data;
    this.entries = files.entries;
    this.maxDoc = maxDoc;
  }

  protected entry<T>(entries: Map<number, T>, field: FieldInfo, type: string): T {
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

  checkIntegrity(): void {
    checksumEntireFile(this.data);
  }

  close(): void {
    this.data.close();
  }
}
