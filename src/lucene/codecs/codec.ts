// A codec generation: the readers of one Lucene line, and writers only for the generation that we
// write. Consumers pull, as in Lucene: the same call serves a flush and a merge.

import type { FieldInfo, FieldInfos } from "../index/field-info.ts";
import type {
  BinaryDocValues,
  Bits,
  DocValuesProducer,
  FieldsProducer,
  NormsProducer,
  NumericDocValues,
  PointsReader,
  SortedDocValues,
  SortedNumericDocValues,
  SortedSetDocValues,
  StoredFieldsReader,
  StoredValue,
  Terms,
} from "../index/leaf-reader.ts";
import type {
  SegmentCommitInfo,
  SegmentInfo,
  SegmentReadState,
  SegmentWriteState,
} from "../index/segment-info.ts";
import type { Directory } from "../store/index.ts";

/** Fields with terms, sorted by name in UTF-16 order as Lucene's Fields. */
export interface Fields {
  readonly names: readonly string[];
  terms(field: string): Terms | undefined;
}

/** Terms of all fields of one postings format instance, written at once. */
export interface FieldsConsumer {
  /** `norms` gives impacts their norm; undefined where no field has norms. */
  write(fields: Fields, norms: NormsProducer | undefined): void;
  close(): void;
}

/** Terms and postings of a codec, by the name that fields carry. */
export interface PostingsFormat {
  readonly name: string;
  fieldsProducer(state: SegmentReadState): FieldsProducer;
  fieldsConsumer?(state: SegmentWriteState): FieldsConsumer;
}

/** Each `values` call must answer a fresh iterator over all docs of the new segment. */
export interface DocValuesConsumer {
  addNumeric(field: FieldInfo, values: () => NumericDocValues): void;
  addBinary(field: FieldInfo, values: () => BinaryDocValues): void;
  addSorted(field: FieldInfo, values: () => SortedDocValues): void;
  addSortedNumeric(field: FieldInfo, values: () => SortedNumericDocValues): void;
  addSortedSet(field: FieldInfo, values: () => SortedSetDocValues): void;
  close(): void;
}

/** Doc values of a codec, by the name that fields carry. */
export interface DocValuesFormat {
  readonly name: string;
  fieldsProducer(state: SegmentReadState): DocValuesProducer;
  fieldsConsumer?(state: SegmentWriteState): DocValuesConsumer;
}

/** Norms of a new segment, a field at a time. */
export interface NormsConsumer {
  addNorms(field: FieldInfo, values: () => NumericDocValues): void;
  close(): void;
}

/** Norms of a codec. */
export interface NormsFormat {
  normsProducer(state: SegmentReadState): NormsProducer;
  normsConsumer?(state: SegmentWriteState): NormsConsumer;
}

/** Points of one field in flush or merge order; the writer sorts them. */
export interface PointsSource {
  /** Upper bound of points. */
  readonly size: number;
  /** Calls back with a borrowed packed value per point. */
  forEach(visit: (doc: number, packedValue: Uint8Array) => void): void;
}

/** Points of a new segment, a field at a time. */
export interface PointsWriter {
  writeField(field: FieldInfo, source: PointsSource): void;
  /** Writes the trailers of all files. Call once, then close. */
  finish(): void;
  close(): void;
}

/** Points of a codec. */
export interface PointsFormat {
  fieldsReader(state: SegmentReadState): PointsReader;
  fieldsWriter?(state: SegmentWriteState): PointsWriter;
}

/** LZ4, or DEFLATE. */
export type StoredFieldsMode = "BEST_SPEED" | "BEST_COMPRESSION";

/** Stored fields of a new segment, a document at a time. */
export interface StoredFieldsWriter {
  startDocument(): void;
  /** A number is written by `type`: int, long, float or double. */
  writeField(
    field: FieldInfo,
    value: StoredValue,
    type: "string" | "binary" | "int" | "long" | "float" | "double",
  ): void;
  finishDocument(): void;
  /**
   * Copies documents of one other reader without decoding them; false = not possible, nothing was
   * done. Only for readers whose fields carry the same numbers in the new segment (Lucene's
   * MatchingReaders): the numbers are inside the copied bytes.
   */
  copyDocuments?(reader: StoredFieldsReader, docs: readonly number[]): boolean;
  finish(docCount: number): void;
  close(): void;
}

/** Stored fields of a codec. */
export interface StoredFieldsFormat {
  fieldsReader(directory: Directory, info: SegmentInfo, fieldInfos: FieldInfos): StoredFieldsReader;
  fieldsWriter?(
    directory: Directory,
    info: SegmentInfo,
    mode: StoredFieldsMode,
  ): StoredFieldsWriter;
}

/** Field infos (.fnm) of a codec. */
export interface FieldInfosFormat {
  read(directory: Directory, info: SegmentInfo, suffix: string): FieldInfos;
  write?(directory: Directory, info: SegmentInfo, suffix: string, infos: FieldInfos): void;
}

/** Segment info (.si) of a codec. */
export interface SegmentInfoFormat {
  read(directory: Directory, segment: string, id: Uint8Array | undefined): SegmentInfo;
  write?(directory: Directory, info: SegmentInfo): void;
}

/** Hard deletes (.liv) of a codec. */
export interface LiveDocsFormat {
  readLiveDocs(directory: Directory, info: SegmentCommitInfo): Bits;
  /**
   * Writes `nextGeneration(info.delGen)`, answers the file's name; the caller moves the generation.
   */
  writeLiveDocs?(
    directory: Directory,
    info: SegmentCommitInfo,
    bits: Bits,
    newDelCount: number,
  ): string;
}

/** Compound files (.cfs, .cfe) of a codec. */
export interface CompoundFormat {
  /** A read-only directory over .cfs/.cfe. */
  compoundReader(directory: Directory, info: SegmentInfo): Directory;
  /** Packs `info.files` (as they are now) into .cfs/.cfe. The caller deletes the parts. */
  write?(directory: Directory, info: SegmentInfo): void;
}

/** One Lucene codec by its name in segments_N. */
export interface Codec {
  readonly name: string;
  readonly fieldInfosFormat: FieldInfosFormat;
  readonly segmentInfoFormat: SegmentInfoFormat;
  readonly storedFieldsFormat: StoredFieldsFormat;
  readonly liveDocsFormat: LiveDocsFormat;
  readonly compoundFormat: CompoundFormat;
  readonly normsFormat: NormsFormat;
  readonly pointsFormat: PointsFormat;
  /** Per-field formats, resolved by name through codecs/registry.ts. */
  readonly defaultPostingsFormat: PostingsFormat;
  readonly defaultDocValuesFormat: DocValuesFormat;
}
