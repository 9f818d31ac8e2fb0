// Opens stored fields; the bytes are described in stored-fields.ts.

import { corrupt } from "../../../base/index.ts";
import type { FieldInfos } from "../../index/field-info.ts";
import { type SegmentInfo, segmentFileName } from "../../index/segment-info.ts";
import {
  checkIndexHeader,
  type Directory,
  type IndexInput,
  readChecksumFile,
} from "../../store/index.ts";
import { ChunkData, type ChunkMode, type CompressionMode } from "./compressing-chunk.ts";
import {
  checkFieldsIndexIntegrity,
  FIELDS_INDEX_CODEC,
  type FieldsIndex,
  readFieldsIndex,
} from "./compressing-fields-index.ts";
import { readInts } from "./compressing-ints.ts";
import {
  CompressingStoredFieldsReader,
  openFieldsFile,
  type StoredFieldsFile,
  type StoredFieldsMeta,
} from "./compressing-stored-fields-reader.ts";

/** Of .fdt and .fdm; 9.0 began with 1. */
export const STORED_FIELDS_VERSION = 1;

/** What .fdm says of the whole file. */
export interface Lucene90StoredFieldsMeta extends StoredFieldsMeta {
  readonly chunkCount: number;
  readonly dirtyChunkCount: number;
  readonly dirtyDocCount: number;
}

/** Reads chunks of the layout since Lucene 9.0, however their units are compressed. */
export class Lucene90ChunksReader extends CompressingStoredFieldsReader {
  protected readonly directory: Directory;

  constructor(
    directory: Directory,
    info: SegmentInfo,
    fieldInfos: FieldInfos,
    file: StoredFieldsFile,
    mode: ChunkMode,
    owner: boolean,
  ) {
    super(info, fieldInfos, file, new ChunkData(mode), owner);
    this.directory = directory;
  }

  protected override docCountOf(code: number): number {
    return code >>> 2;
  }

  protected override readInts(
    input: IndexInput,
    count: number,
    values: Int32Array,
    offset: number,
  ): void {
    readInts(input, count, values, offset);
  }

  protected override checkIndexIntegrity(): void {
    checkFieldsIndexIntegrity(this.directory, this.segmentInfo);
  }
}

/** Lucene90CompressingStoredFieldsReader: chunks may be copied as they are. */
export class Lucene90StoredFieldsReader extends Lucene90ChunksReader {
  readonly mode: CompressionMode;
  readonly meta: Lucene90StoredFieldsMeta;

  constructor(
    directory: Directory,
    info: SegmentInfo,
    fieldInfos: FieldInfos,
    mode: CompressionMode,
    shared?: { fields: IndexInput; meta: Lucene90StoredFieldsMeta },
  ) {
    const file = shared ?? openStoredFields(directory, info, mode.codec);
    super(directory, info, fieldInfos, file, mode, shared === undefined);
    this.meta = file.meta;
    this.mode = mode;
  }

  /** An independent reader over the same file: its chunk is its own, closing it does nothing. */
  clone(): Lucene90StoredFieldsReader {
    const { directory, segmentInfo, fieldInfos, mode, fields, meta } = this;
    return new Lucene90StoredFieldsReader(directory, segmentInfo, fieldInfos, mode, {
      fields,
      meta,
    });
  }

  /** A chunk as it is on disk: its flags, and an input over the bytes after its two first vInts. */
  rawChunk(chunk: number): { docCount: number; code: number; rest: IndexInput } {
    const input = this.chunkInput(chunk);
    input.readVInt();
    const code = input.readVInt();
    const { docs } = this.meta.index;
    return { docCount: docs[chunk + 1]! - docs[chunk]!, code, rest: input };
  }
}

/** Opens .fdt, whose codec name is `codec`, and reads its index. */
export function openStoredFields(
  directory: Directory,
  info: SegmentInfo,
  codec: string,
): { fields: IndexInput; meta: Lucene90StoredFieldsMeta } {
  const version = STORED_FIELDS_VERSION;
  return openFieldsFile(directory, info, { codec, versions: [version, version] }, (fields) =>
    readMeta(directory, info, fields),
  );
}

function readMeta(
  directory: Directory,
  info: SegmentInfo,
  fields: IndexInput,
): Lucene90StoredFieldsMeta {
  return readChecksumFile(directory, segmentFileName(info.name, "", "fdm"), (input) => {
    checkIndexHeader(input, `${FIELDS_INDEX_CODEC}Meta`, 0, STORED_FIELDS_VERSION, info.id, "");
    const chunkBytes = input.readVInt();
    if (chunkBytes < 1) throw corrupt("Invalid chunk size", { file: input.name, chunkBytes });
    const index = readFieldsIndex(directory, info, input, fields);
    return { chunkBytes, index, ...readChunkCounts(input, index) };
  });
}

/** Chunks, dirty ones and their documents: they must fit the index and each other. */
export function readChunkCounts(input: IndexInput, index: FieldsIndex) {
  const chunkCount = input.readVLong();
  const dirtyChunkCount = input.readVLong();
  const dirtyDocCount = input.readVLong();
  if (
    chunkCount !== index.chunkCount ||
    dirtyChunkCount > chunkCount ||
    (dirtyChunkCount === 0) !== (dirtyDocCount === 0) ||
    dirtyDocCount < dirtyChunkCount
  ) {
    throw corrupt("Counts of chunks contradict each other", {
      file: input.name,
      chunkCount,
      dirtyChunkCount,
      dirtyDocCount,
    });
  }
  return { chunkCount, dirtyChunkCount, dirtyDocCount };
}
