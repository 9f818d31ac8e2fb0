// Reads stored fields; the bytes are described in stored-fields.ts. A document costs the blocks
// that hold it, once: what a chunk has decompressed stays until another chunk is asked for.

import { assert, corrupt } from "../../../base/index.ts";
import type { FieldInfos } from "../../index/field-info.ts";
import type { StoredFieldsReader, StoredFieldVisitor } from "../../index/leaf-reader.ts";
import { type SegmentInfo, segmentFileName } from "../../index/segment-info.ts";
import {
  checkIndexHeader,
  checksumEntireFile,
  type Directory,
  IndexInput,
  memorySource,
  readChecksumFile,
  retrieveChecksum,
} from "../../store/index.ts";
import { ChunkData, type CompressionMode } from "./compressing-chunk.ts";
import {
  checkFieldsIndexIntegrity,
  chunkOfDoc,
  FIELDS_INDEX_CODEC,
  type FieldsIndex,
  readFieldsIndex,
} from "./compressing-fields-index.ts";
import { readInts } from "./compressing-ints.ts";
import {
  readByteCount,
  readNumber,
  type StoredType,
  skipValue,
  TYPE_BITS,
  TYPE_NAMES,
} from "./stored-fields-values.ts";

/** Of .fdt and .fdm; 9.0 began with 1. */
export const STORED_FIELDS_VERSION = 1;
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
/** A field's header and a number's value fit into this. */
const PEEK_BYTES = 24;

/** What .fdm says of the whole file. */
interface Meta {
  readonly chunkBytes: number;
  readonly index: FieldsIndex;
  readonly chunkCount: number;
  readonly dirtyChunkCount: number;
  readonly dirtyDocCount: number;
}

/** A document's bytes inside its chunk, borrowed until the next document. */
export interface RawDocument {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly fieldCount: number;
}

/** Lucene90CompressingStoredFieldsReader: one chunk at a time. */
export class Lucene90StoredFieldsReader implements StoredFieldsReader {
  readonly mode: CompressionMode;
  readonly meta: Meta;
  readonly segmentInfo: SegmentInfo;
  private readonly directory: Directory;
  private readonly fieldInfos: FieldInfos;
  private readonly fields: IndexInput;
  private readonly owner: boolean;
  private readonly data: ChunkData;
  // The current chunk.
  private docBase = 0;
  private chunkDocs = 0;
  private fieldCounts = new Int32Array(16);
  private offsets = new Int32Array(17);
  private input: IndexInput | undefined;
  /** Bytes of the chunk below this are valid from the current document's start on. */
  private readyTo = 0;

  constructor(
    directory: Directory,
    info: SegmentInfo,
    fieldInfos: FieldInfos,
    mode: CompressionMode,
    shared?: { fields: IndexInput; meta: Meta },
  ) {
    this.directory = directory;
    this.segmentInfo = info;
    this.fieldInfos = fieldInfos;
    this.mode = mode;
    this.data = new ChunkData(mode);
    this.owner = shared === undefined;
    if (shared !== undefined) {
      this.fields = shared.fields;
      this.meta = shared.meta;
      return;
    }
    this.fields = directory.openInput(segmentFileName(info.name, "", "fdt"));
    try {
      checkIndexHeader(
        this.fields,
        mode.codec,
        STORED_FIELDS_VERSION,
        STORED_FIELDS_VERSION,
        info.id,
        "",
      );
      retrieveChecksum(this.fields);
      this.meta = readMeta(directory, info, this.fields, mode);
    } catch (error) {
      this.fields.close();
      throw error;
    }
  }

  /** An independent reader over the same file: its chunk is its own, closing it does nothing. */
  clone(): Lucene90StoredFieldsReader {
    const { directory, segmentInfo, fieldInfos, mode, fields, meta } = this;
    return new Lucene90StoredFieldsReader(directory, segmentInfo, fieldInfos, mode, {
      fields,
      meta,
    });
  }

  document(doc: number, visitor: StoredFieldVisitor): void {
    this.load(doc);
    const index = doc - this.docBase;
    const end = this.offsets[index + 1]!;
    const fieldCount = this.fieldCounts[index]!;
    if (fieldCount === 0) return;
    const input = this.input!;
    input.seek(this.offsets[index]!);
    this.readyTo = this.offsets[index]!;
    for (let i = 0; i < fieldCount; i++) {
      this.need(input, PEEK_BYTES, end);
      const code = input.readVLong();
      const type = TYPE_NAMES[code % (1 << TYPE_BITS)];
      const field = this.fieldInfos.byNumber(Math.floor(code / (1 << TYPE_BITS)));
      if (type === undefined || field === undefined) {
        throw corrupt("Stored field of unknown number or type", {
          file: this.fields.name,
          doc,
          code,
        });
      }
      const need = visitor.needsField(field);
      if (need === "stop") return;
      if (need === "yes") {
        visitor.field(field, this.readValue(input, type, end), type);
      } else {
        if (i === fieldCount - 1) return;
        skipValue(input, type);
      }
      if (input.filePointer > end) {
        throw corrupt("Stored value crosses the end of its document", {
          file: this.fields.name,
          doc,
        });
      }
    }
  }

  private readValue(input: IndexInput, type: StoredType, end: number) {
    if (type !== "string" && type !== "binary") return readNumber(input, type);
    const length = readByteCount(input);
    const start = input.filePointer;
    this.need(input, length, end);
    input.skip(length);
    const bytes = this.data.bytes.subarray(start, start + length);
    return type === "string" ? UTF8.decode(bytes) : bytes;
  }

  /** Makes the next `count` bytes valid, as far as the document goes. */
  private need(input: IndexInput, count: number, end: number): void {
    const from = input.filePointer;
    const to = Math.min(from + count, end);
    if (to <= this.readyTo) return;
    this.data.ensure(Math.max(from, this.readyTo), to);
    this.readyTo = to;
  }

  /** The document's serialized fields, for copying to another file. */
  rawDocument(doc: number): RawDocument {
    this.load(doc);
    const index = doc - this.docBase;
    const start = this.offsets[index]!;
    const end = this.offsets[index + 1]!;
    if (end > start) this.data.ensure(start, end);
    return { bytes: this.data.bytes, start, end, fieldCount: this.fieldCounts[index]! };
  }

  /** A chunk as it is on disk: its flags, and an input over the bytes after its two first vInts. */
  rawChunk(chunk: number): { docCount: number; code: number; rest: IndexInput } {
    const input = this.chunkInput(chunk);
    input.readVInt();
    const code = input.readVInt();
    const { docs } = this.meta.index;
    return { docCount: docs[chunk + 1]! - docs[chunk]!, code, rest: input };
  }

  private chunkInput(chunk: number): IndexInput {
    const { pointers } = this.meta.index;
    const start = pointers[chunk]!;
    return this.fields.slice(start, pointers[chunk + 1]! - start);
  }

  private load(doc: number): void {
    if (doc >= this.docBase && doc < this.docBase + this.chunkDocs) return;
    assert(doc >= 0 && doc < this.segmentInfo.maxDoc, `doc ${doc} is in its segment`);
    // Until all of the header is read, no document is loaded: an error leaves nothing half done.
    this.chunkDocs = 0;
    const { index, chunkBytes } = this.meta;
    const chunk = chunkOfDoc(index, doc);
    const input = this.chunkInput(chunk);
    const docBase = input.readVInt();
    const code = input.readVInt();
    const docCount = code >>> 2;
    const expected = index.docs[chunk + 1]! - index.docs[chunk]!;
    if (docBase !== index.docs[chunk] || docCount !== expected) {
      throw corrupt("Chunk of stored fields disagrees with the index", {
        file: this.fields.name,
        offset: index.pointers[chunk]!,
        docBase,
        docCount,
      });
    }
    const length = this.readHeader(input, docCount);
    const sliced = (code & 1) !== 0;
    if (sliced !== length >= 2 * chunkBytes) {
      throw corrupt("Chunk of stored fields is sliced wrongly", {
        file: this.fields.name,
        offset: index.pointers[chunk]!,
        length,
      });
    }
    if (length > 0) this.data.reset(input, length, sliced ? chunkBytes : length);
    this.input = new IndexInput(memorySource(this.fields.name, this.data.bytes), 0, length);
    this.docBase = docBase;
    this.chunkDocs = docCount;
  }

  /** Reads both arrays; answers the chunk's decompressed length. */
  private readHeader(input: IndexInput, docCount: number): number {
    if (docCount > this.fieldCounts.length) {
      this.fieldCounts = new Int32Array(docCount);
      this.offsets = new Int32Array(docCount + 1);
    }
    const { fieldCounts, offsets } = this;
    readInts(input, docCount, fieldCounts, 0);
    readInts(input, docCount, offsets, 1);
    let total = 0;
    for (let i = 0; i < docCount; i++) {
      const length = offsets[i + 1]!;
      total += length;
      if (total > 0x7fffffff || (length === 0) !== (fieldCounts[i] === 0)) {
        throw corrupt("Invalid length of a stored document", { file: input.name, length });
      }
      offsets[i + 1] = total;
    }
    return total;
  }

  checkIntegrity(): void {
    checkFieldsIndexIntegrity(this.directory, this.segmentInfo);
    checksumEntireFile(this.fields);
  }

  close(): void {
    if (this.owner) this.fields.close();
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
