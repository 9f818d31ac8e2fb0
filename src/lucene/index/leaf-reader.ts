// The reading ports of one segment: Lucene's names and contracts, synchronous. A codec generation
// implements them; search, merge and export use nothing else.
//
// 64-bit values. A long is handed out three ways, so that hot loops need no BigInt:
//   longValue()        a number: exact while |value| ≤ 2^53, otherwise the nearest double
//   longHigh/longLow() the exact signed 32-bit halves (doubles are rebuilt from these)
//   bigValue()         exact bigint, for rare paths
// Terms are bytes (UTF-8 for text); `term()` is borrowed until the enum moves.

import type { FieldInfo, FieldInfos } from "./field-info.ts";
import type { SegmentInfo } from "./segment-info.ts";

/** Lucene's sentinel after the last document. */
export const NO_MORE_DOCS = 2147483647;

/** Lucene's DocIdSetIterator. -1 before the first move, NO_MORE_DOCS after the last. */
export interface DocIdSetIterator {
  docID(): number;
  nextDoc(): number;
  /** First doc ≥ target (target > docID). */
  advance(target: number): number;
  cost(): number;
}

/** A bit a document. */
export interface Bits {
  readonly length: number;
  get(index: number): boolean;
}

/** Feature flags of `TermsEnum.postings`. */
export const PostingsFlags = {
  NONE: 0,
  FREQS: 8,
  POSITIONS: 24,
  OFFSETS: 56,
  PAYLOADS: 88,
  ALL: 120,
} as const;

/** Documents of a term, with what the flags asked for. */
export interface PostingsEnum extends DocIdSetIterator {
  freq(): number;
  /** Next position, or -1 where positions are not indexed. */
  nextPosition(): number;
  /** -1 where offsets are not indexed. */
  startOffset(): number;
  endOffset(): number;
  payload(): Uint8Array | undefined;
}

/** Upper bounds of (freq, norm) over runs of docs, for skipping non-competitive ones. */
export interface Impact {
  readonly freq: number;
  /** Unsigned norm byte as a number. */
  readonly norm: number;
}
/** Postings that know upper bounds of their scores by block. */
export interface ImpactsEnum extends PostingsEnum {
  /** Makes impacts of `target`'s block available without decoding it. */
  advanceShallow(target: number): void;
  /** Last doc (inclusive) that `impacts()` covers from the shallow target. */
  impactsUpTo(): number;
  /** Competitive pairs of the current block; freq increases, norm increases. */
  impacts(): readonly Impact[];
}

/** Where `seekCeil` ended. */
export type SeekStatus = "found" | "not-found" | "end";

/** Terms of a field in byte order. */
export interface TermsEnum {
  /** Next term, or undefined at the end. Borrowed. */
  next(): Uint8Array | undefined;
  seekExact(term: Uint8Array): boolean;
  /** Positions at the smallest term ≥ `term`. */
  seekCeil(term: Uint8Array): SeekStatus;
  /** The current term, borrowed. */
  term(): Uint8Array;
  docFreq(): number;
  /** -1 where frequencies are not indexed (then docFreq occurrences are meant). */
  totalTermFreq(): number;
  /** `reuse` may be a PostingsEnum from this field's earlier call. */
  postings(reuse: PostingsEnum | undefined, flags: number): PostingsEnum;
  /** Undefined where the generation does not store impacts. */
  impacts(flags: number): ImpactsEnum | undefined;
  /** An opaque copy of the term's metadata, for `seekToState`. */
  termState(): unknown;
  seekToState(term: Uint8Array, state: unknown): void;
}

/** The terms of a field in a segment. */
export interface Terms {
  /** Number of terms. */
  readonly size: number;
  readonly sumTotalTermFreq: number;
  readonly sumDocFreq: number;
  readonly docCount: number;
  readonly minTerm: Uint8Array | undefined;
  readonly maxTerm: Uint8Array | undefined;
  readonly hasFreqs: boolean;
  readonly hasPositions: boolean;
  readonly hasOffsets: boolean;
  readonly hasPayloads: boolean;
  iterator(): TermsEnum;
}

/** Lucene's FieldsProducer: terms of all fields of one postings format instance. */
export interface FieldsProducer {
  terms(field: string): Terms | undefined;
  /** Reads whole files and compares checksums. */
  checkIntegrity(): void;
  close(): void;
}

/**
 * Doc values iterate like a DocIdSetIterator, or jump with advanceExact (targets never go back).
 */
export interface DocValuesIterator extends DocIdSetIterator {
  /** Positions at `target` and says whether it has a value. */
  advanceExact(target: number): boolean;
}

/** One 64-bit value a document. */
export interface NumericDocValues extends DocValuesIterator {
  longValue(): number;
  longHigh(): number;
  longLow(): number;
  bigValue(): bigint;
  /** Optional bulk access: the values of `docs[0, count)` (ascending), NaN where there is none. */
  fill?(target: Float64Array, docs: Int32Array, count: number): void;
}

/** Several 64-bit values a document, ascending. */
export interface SortedNumericDocValues extends DocValuesIterator {
  docValueCount(): number;
  /** Moves to the doc's next value (ascending), then longValue & co. speak of it. */
  nextValue(): void;
  longValue(): number;
  longHigh(): number;
  longLow(): number;
  bigValue(): bigint;
}

/** Bytes of each document. */
export interface BinaryDocValues extends DocValuesIterator {
  /** Borrowed until the next move. */
  binaryValue(): Uint8Array;
}

/** Dictionary of a sorted or sorted-set field. Ords are 0..valueCount-1 in byte order. */
export interface OrdDictionary {
  readonly valueCount: number;
  /** Borrowed until the next lookup. */
  lookupOrd(ord: number): Uint8Array;
  /** The ord of `term`, or -(insertion point) - 1. */
  lookupTerm(term: Uint8Array): number;
  /** Terms in order; `ord()` is the position. */
  termsEnum(): TermsEnum & { ord(): number };
}

/** One ord a document. */
export interface SortedDocValues extends DocValuesIterator, OrdDictionary {
  ordValue(): number;
}

/** Several ords a document, ascending. */
export interface SortedSetDocValues extends DocValuesIterator, OrdDictionary {
  docValueCount(): number;
  /** Ascending; exactly docValueCount() calls per doc. */
  nextOrd(): number;
}

/** Doc values of a segment, by field. Each call makes a new independent iterator. */
export interface DocValuesProducer {
  numeric(field: FieldInfo): NumericDocValues;
  binary(field: FieldInfo): BinaryDocValues;
  sorted(field: FieldInfo): SortedDocValues;
  sortedNumeric(field: FieldInfo): SortedNumericDocValues;
  sortedSet(field: FieldInfo): SortedSetDocValues;
  checkIntegrity(): void;
  close(): void;
}

/** Norms of a segment, by field. */
export interface NormsProducer {
  norms(field: FieldInfo): NumericDocValues;
  checkIntegrity(): void;
  close(): void;
}

/** How a cell lies to a query. */
export type PointRelation = "inside" | "outside" | "crosses";

/** Lucene's IntersectVisitor. Packed values are numDims * bytesPerDim bytes, borrowed. */
export interface IntersectVisitor {
  compare(minPackedValue: Uint8Array, maxPackedValue: Uint8Array): PointRelation;
  /** A doc in a cell that is wholly inside. */
  visit(doc: number): void;
  visitValue(doc: number, packedValue: Uint8Array): void;
  /** Announces how many visits may follow. */
  grow?(count: number): void;
}

/** Points of a field in a segment. */
export interface PointValues {
  readonly numDimensions: number;
  readonly numIndexDimensions: number;
  readonly bytesPerDimension: number;
  /** Number of points. */
  readonly size: number;
  readonly docCount: number;
  readonly minPackedValue: Uint8Array;
  readonly maxPackedValue: Uint8Array;
  intersect(visitor: IntersectVisitor): void;
  /** Upper estimate of points that the visitor would see. */
  estimatePointCount(visitor: IntersectVisitor): number;
}

/** Points of a segment, by field. */
export interface PointsReader {
  values(field: string): PointValues | undefined;
  checkIntegrity(): void;
  close(): void;
}

/** What a stored field holds. */
export type StoredValue = string | Uint8Array | number | bigint;

/** Lucene's StoredFieldVisitor. */
export interface StoredFieldVisitor {
  /** `yes`: decode it; `no`: step over; `stop`: this document is done. */
  needsField(field: FieldInfo): "yes" | "no" | "stop";
  /** Bytes are borrowed until the next document. `type` tells int, long, float, double apart. */
  field(
    field: FieldInfo,
    value: StoredValue,
    type: "string" | "binary" | "int" | "long" | "float" | "double",
  ): void;
}

/** Stored fields of a segment. */
export interface StoredFieldsReader {
  document(doc: number, visitor: StoredFieldVisitor): void;
  checkIntegrity(): void;
  close(): void;
}

/** One segment, open for reading. */
export interface LeafReader {
  readonly segmentInfo: SegmentInfo;
  readonly fieldInfos: FieldInfos;
  readonly maxDoc: number;
  /** Docs that are neither hard- nor soft-deleted. */
  readonly numDocs: number;
  /** Live = not hard-deleted and not soft-deleted; undefined when every doc is live. */
  readonly liveDocs: Bits | undefined;
  /**
   * Live = not hard-deleted, soft-deleted docs included; undefined when there are no hard deletes.
   */
  readonly hardLiveDocs: Bits | undefined;
  terms(field: string): Terms | undefined;
  numericDocValues(field: string): NumericDocValues | undefined;
  binaryDocValues(field: string): BinaryDocValues | undefined;
  sortedDocValues(field: string): SortedDocValues | undefined;
  sortedNumericDocValues(field: string): SortedNumericDocValues | undefined;
  sortedSetDocValues(field: string): SortedSetDocValues | undefined;
  normValues(field: string): NumericDocValues | undefined;
  pointValues(field: string): PointValues | undefined;
  storedFields(): StoredFieldsReader;
  /** Reads every file and compares checksums; throws `corrupt`. */
  checkIntegrity(): void;
}

/** A leaf's place in a composite reader. */
export interface LeafContext {
  readonly reader: LeafReader;
  readonly ord: number;
  readonly docBase: number;
}

/** All segments of one point in time. Reference-counted by its owner. */
export interface DirectoryReader {
  readonly leaves: readonly LeafContext[];
  readonly maxDoc: number;
  readonly numDocs: number;
}
