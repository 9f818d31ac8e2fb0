// One value of one Lucene field, as the mapper hands it to the index writer, and the types that the
// mappers share. All values have one hidden class, so that the writer's loop stays monomorphic.

import type { Analyzer } from "../../lucene/analysis/index.ts";
import type { IndexableField, IndexableFieldType } from "../../lucene/index/index.ts";
import { DocValuesType, IndexOptions } from "../../lucene/index/index.ts";

type StoredValue = string | Uint8Array | number | bigint | undefined;
type StoredType = "int" | "long" | "float" | "double" | undefined;

/** A mutable IndexableField; metadata fields change after parsing (sequence number, version). */
export class LuceneField implements IndexableField {
  readonly name: string;
  readonly type: IndexableFieldType;
  term: string | Uint8Array | undefined = undefined;
  termFrequency: number | undefined = undefined;
  text: string | undefined = undefined;
  analyzer: Analyzer | undefined = undefined;
  numericValue: number | bigint | undefined = undefined;
  bytesValue: string | Uint8Array | undefined = undefined;
  point: Uint8Array | undefined = undefined;
  storedValue: StoredValue = undefined;
  storedType: StoredType = undefined;

  constructor(name: string, type: IndexableFieldType) {
    this.name = name;
    this.type = type;
  }
}

/** Fills what is left out with "not indexed, not stored, no doc values, no points". */
export function luceneFieldType(parts: Partial<IndexableFieldType>): IndexableFieldType {
  const pointDimensionCount = parts.pointDimensionCount ?? 0;
  return {
    indexOptions: parts.indexOptions ?? IndexOptions.NONE,
    omitNorms: parts.omitNorms ?? false,
    stored: parts.stored ?? false,
    docValuesType: parts.docValuesType ?? DocValuesType.NONE,
    pointDimensionCount,
    pointIndexDimensionCount: parts.pointIndexDimensionCount ?? pointDimensionCount,
    pointNumBytes: parts.pointNumBytes ?? 0,
    softDeletes: parts.softDeletes ?? false,
  };
}

/** Untokenized, documents only, no norms: keywords and most metadata fields. */
export const TERM_TYPE = luceneFieldType({ indexOptions: IndexOptions.DOCS, omitNorms: true });
/** TERM_TYPE, stored. */
export const STORED_TERM_TYPE = luceneFieldType({
  indexOptions: IndexOptions.DOCS,
  omitNorms: true,
  stored: true,
});
/** Stored only. */
export const STORED_TYPE = luceneFieldType({ stored: true });
/** NumericDocValuesField. */
export const NUMERIC_DOC_VALUES_TYPE = luceneFieldType({ docValuesType: DocValuesType.NUMERIC });

/** An indexed term. */
export function termField(name: string, term: string | Uint8Array, type = TERM_TYPE): LuceneField {
  const field = new LuceneField(name, type);
  field.term = term;
  if (type.stored) field.storedValue = term;
  return field;
}

/** A numeric doc value. */
export function numericField(
  name: string,
  value: number | bigint,
  type = NUMERIC_DOC_VALUES_TYPE,
): LuceneField {
  const field = new LuceneField(name, type);
  field.numericValue = value;
  return field;
}

/** A stored value. */
export function storedField(name: string, value: string | Uint8Array): LuceneField {
  const field = new LuceneField(name, STORED_TYPE);
  field.storedValue = value;
  return field;
}
