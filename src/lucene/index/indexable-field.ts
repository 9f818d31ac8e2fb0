// What a document hands to the index writer: Lucene's IndexableField, flattened. A field may be
// indexed, stored, have doc values and points at once; the mapper makes one entry per value.

import type { Analyzer } from "../analysis/token-stream.ts";
import type { DocValuesType, IndexOptions } from "./field-info.ts";

/** Shared by all values of a mapped field: make it once per mapping, not per document. */
export interface IndexableFieldType {
  readonly indexOptions: IndexOptions;
  readonly omitNorms: boolean;
  readonly stored: boolean;
  readonly docValuesType: DocValuesType;
  /** 0 = no points. */
  readonly pointDimensionCount: number;
  readonly pointIndexDimensionCount: number;
  readonly pointNumBytes: number;
  /** The soft-deletes marker field of the index. */
  readonly softDeletes?: boolean;
}

/** One value of a field of a document. */
export interface IndexableField {
  readonly name: string;
  readonly type: IndexableFieldType;
  /**
   * One untokenized term: a string (indexed as UTF-8) or bytes. A field uses one of the two,
   * always.
   */
  readonly term?: string | Uint8Array | undefined;
  /** The frequency of `term`, if not one: the field has frequencies and no positions. */
  readonly termFrequency?: number | undefined;
  /** Tokenized text: the writer opens `analyzer`'s stream and calls reset/incrementToken/end. */
  readonly text?: string | undefined;
  readonly analyzer?: Analyzer | undefined;
  /** Numeric doc values: a safe integer or a bigint (64-bit two's complement). */
  readonly numericValue?: number | bigint | undefined;
  /** Binary, sorted or sorted-set doc value. */
  readonly bytesValue?: string | Uint8Array | undefined;
  /** Packed point: pointDimensionCount * pointNumBytes. */
  readonly point?: Uint8Array | undefined;
  /** Stored value; a number is stored as `storedType` says. */
  readonly storedValue?: string | Uint8Array | number | bigint | undefined;
  readonly storedType?: "int" | "long" | "float" | "double" | undefined;
}

/** A Lucene document: fields in order. */
export type IndexableDocument = readonly IndexableField[];
