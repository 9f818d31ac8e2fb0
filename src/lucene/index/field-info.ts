// What a segment knows about its fields. Names and ordinals are Lucene's.
// Upstream: org.apache.lucene.index.{FieldInfo,FieldInfos,IndexOptions,DocValuesType} (9.12.3).

import { corrupt } from "../../base/index.ts";

/** Ordinals as in Lucene's IndexOptions enum. */
export const IndexOptions = {
  NONE: 0,
  DOCS: 1,
  DOCS_AND_FREQS: 2,
  DOCS_AND_FREQS_AND_POSITIONS: 3,
  DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS: 4,
} as const;
export type IndexOptions = (typeof IndexOptions)[keyof typeof IndexOptions];

/** Ordinals as in Lucene's DocValuesType enum. */
export const DocValuesType = {
  NONE: 0,
  NUMERIC: 1,
  BINARY: 2,
  SORTED: 3,
  SORTED_NUMERIC: 4,
  SORTED_SET: 5,
} as const;
export type DocValuesType = (typeof DocValuesType)[keyof typeof DocValuesType];

/** One field of one segment. `attributes` holds the per-field format names and suffixes. */
export interface FieldInfo {
  readonly name: string;
  readonly number: number;
  indexOptions: IndexOptions;
  docValuesType: DocValuesType;
  /** Generation of the doc-values update files, or -1. */
  docValuesGen: number;
  omitNorms: boolean;
  storePayloads: boolean;
  storeTermVectors: boolean;
  pointDimensionCount: number;
  pointIndexDimensionCount: number;
  pointNumBytes: number;
  vectorDimension: number;
  /** Ordinals of Lucene's VectorEncoding and VectorSimilarityFunction; kept, never interpreted. */
  vectorEncoding: number;
  vectorSimilarity: number;
  softDeletesField: boolean;
  isParentField: boolean;
  /** Lucene 10: 0 none, 1 range. */
  docValuesSkipIndex: number;
  attributes: Map<string, string>;
}

/** A field that is neither indexed nor has values yet. */
export function newFieldInfo(name: string, number: number): FieldInfo {
  return {
    name,
    number,
    indexOptions: IndexOptions.NONE,
    docValuesType: DocValuesType.NONE,
    docValuesGen: -1,
    omitNorms: false,
    storePayloads: false,
    storeTermVectors: false,
    pointDimensionCount: 0,
    pointIndexDimensionCount: 0,
    pointNumBytes: 0,
    vectorDimension: 0,
    // FLOAT32: what Lucene gives a field without vectors; it compares this between segments.
    vectorEncoding: 1,
    vectorSimilarity: 0,
    softDeletesField: false,
    isParentField: false,
    docValuesSkipIndex: 0,
    attributes: new Map(),
  };
}

/** Does the field have norms? (indexed and not omitted) */
export function hasNorms(info: FieldInfo): boolean {
  return info.indexOptions !== IndexOptions.NONE && !info.omitNorms;
}

/** The fields of one segment, by name and by number. Numbers may have holes. */
export class FieldInfos implements Iterable<FieldInfo> {
  private readonly byName = new Map<string, FieldInfo>();
  private readonly byNumberMap = new Map<number, FieldInfo>();

  constructor(infos: Iterable<FieldInfo>) {
    for (const info of infos) {
      if (this.byName.has(info.name) || this.byNumberMap.has(info.number)) {
        throw corrupt("Duplicate field in field infos", { field: info.name, number: info.number });
      }
      this.byName.set(info.name, info);
      this.byNumberMap.set(info.number, info);
    }
  }

  get size(): number {
    return this.byName.size;
  }

  fieldInfo(name: string): FieldInfo | undefined {
    return this.byName.get(name);
  }

  byNumber(number: number): FieldInfo | undefined {
    return this.byNumberMap.get(number);
  }

  [Symbol.iterator](): Iterator<FieldInfo> {
    return this.byName.values();
  }
}
