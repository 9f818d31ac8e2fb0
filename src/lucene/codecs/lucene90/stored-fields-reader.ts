// Opens stored fields; the bytes are described in stored-fields.ts.

import { corrupt } from "../../../base/index.ts";
import type { FieldInfos } from "../../index/field-info.ts";
import { type SegmentInfo, segmentFileName } from "../../index/segment-info.ts";
import {
  checkIndexHeader,
  type Directory,
  type IndexInput,
  readChecksumFile,
  retrieveChecksum,
} from "../../store/index.ts";
import { ChunkData, type CompressionMode } from "./compressing-chunk.ts";
import {
  checkFieldsIndexIntegrity,
  FIELDS_INDEX_CODEC,
  readFieldsIndex,
} from "./compressing-fields-index.ts";
import { readInts } from "./compressing-ints.ts";
import {
  CompressingStoredFieldsReader,
  type StoredFieldsMeta,
} from "./compressing-stored-fields-reader.ts";

/** Of .fdt and .fdm; 9.0 began with 1. */
export const STORED_FIELDS_VERSION = 1;

/** What .fdm says of the whole file. */
interface Meta extends StoredFieldsMeta {
  readonly chunkCount: number;
  readonly dirtyChunkCount: number;
  readonly dirtyDocCount: number;
}

/** Lucene90CompressingStoredFieldsReader. */
export class Lucene90StoredFieldsReader extends CompressingStoredFieldsReader {
  readonly mode: CompressionMode;
  readonly meta: Meta;
  private readonly directory: Directory;

  constructor(
    directory: Directory,
    info: SegmentInfo,
    fieldInfos: FieldInfos,
    mode: CompressionMode,
    shared?: { fields: IndexInput; meta: Meta },
  ) {
    const file = shared ?? openFile(directory, info, mode);
    super(info, fieldInfos, file, new ChunkData(mode), shared === undefined);
    this.meta = file.meta;
    this.directory = directory;
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

function openFile(
  directory: Directory,
  info: SegmentInfo,
  mode: CompressionMode,
): { fields: IndexInput; meta: Meta } {
  const fields = directory.openInput(segmentFileName(info.name, "", "fdt"));
  try {
    const version = STORED_FIELDS_VERSION;
    checkIndexHeader(fields, mode.codec, version, version, info.id, "");
    retrieveChecksum(fields);
    return { fields, meta: readMeta(directory, info, fields, mode) };
  } catch (error) {
    fields.close();
    throw error;
  }
}

function readMeta(
  directory: Directory,
  info: SegmentInfo,
  fields: IndexInput,
  mode: CompressionMode,
): Meta {
  return readChecksumFile(directory, segmentFileName(info.name, "", "fdm"), (input) => {
    checkIndexHeader(input, `${FIELDS_INDEX_CODEC}Meta`, 0, STORED_FIELDS_VERSION, info.id, "");
    const chunkBytes = input.readVInt();
    if (chunkBytes < 1) throw corrupt("Invalid chunk size", { file: input.name, chunkBytes });
    const index = readFieldsIndex(directory, info, input, fields);
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
        mode: mode.name,
        chunkCount,
        dirtyChunkCount,
        dirtyDocCount,
      });
    }
    return { chunkBytes, index, chunkCount, dirtyChunkCount, dirtyDocCount };
  });
}
