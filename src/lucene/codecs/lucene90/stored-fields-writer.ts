// Writes stored fields; the bytes are described in stored-fields.ts.

import { assert, corrupt } from "../../../base/index.ts";
import type { FieldInfo } from "../../index/field-info.ts";
import type { StoredFieldsReader, StoredValue } from "../../index/leaf-reader.ts";
import { type SegmentInfo, segmentFileName } from "../../index/segment-info.ts";
import {
  DataOutput,
  type Directory,
  type IndexOutput,
  writeFooter,
  writeIndexHeader,
} from "../../store/index.ts";
import type { StoredFieldsWriter } from "../codec.ts";
import { ChunkCompressor, type CompressionMode } from "./compressing-chunk.ts";
import { FIELDS_INDEX_CODEC, FieldsIndexWriter } from "./compressing-fields-index.ts";
import { writeInts } from "./compressing-ints.ts";
import { Lucene90StoredFieldsReader, STORED_FIELDS_VERSION } from "./stored-fields-reader.ts";
import { type StoredType, TYPE_BITS, TYPE_NAMES, writeNumber } from "./stored-fields-values.ts";

const UTF8 = new TextEncoder();
const COPY_BYTES = 64 * 1024;

/** Lucene90CompressingStoredFieldsWriter: buffers a chunk, then compresses it. */
export class Lucene90StoredFieldsWriter implements StoredFieldsWriter {
  private readonly directory: Directory;
  private readonly info: SegmentInfo;
  private readonly mode: CompressionMode;
  private readonly compressor: ChunkCompressor;
  private readonly index = new FieldsIndexWriter();
  private readonly meta: IndexOutput;
  private readonly fields: IndexOutput;
  private readonly buffered = new DataOutput(128 * 1024);
  private readonly fieldCounts: Int32Array;
  private readonly endOffsets: Int32Array;
  private readonly lengths: Int32Array;
  private fieldCount = 0;
  private docBase = 0;
  private bufferedDocs = 0;
  private chunkCount = 0;
  private dirtyChunkCount = 0;
  private dirtyDocCount = 0;

  constructor(directory: Directory, info: SegmentInfo, mode: CompressionMode) {
    this.directory = directory;
    this.info = info;
    this.mode = mode;
    this.compressor = new ChunkCompressor(mode);
    this.fieldCounts = new Int32Array(mode.docsMax);
    this.endOffsets = new Int32Array(mode.docsMax);
    this.lengths = new Int32Array(mode.docsMax);
    this.meta = directory.createOutput(segmentFileName(info.name, "", "fdm"));
    this.fields = directory.createOutput(segmentFileName(info.name, "", "fdt"));
    writeIndexHeader(this.meta, `${FIELDS_INDEX_CODEC}Meta`, STORED_FIELDS_VERSION, info.id, "");
    writeIndexHeader(this.fields, mode.codec, STORED_FIELDS_VERSION, info.id, "");
    this.meta.writeVInt(mode.chunkBytes);
  }

  startDocument(): void {}

  writeField(field: FieldInfo, value: StoredValue, type: StoredType): void {
    const { buffered } = this;
    this.fieldCount++;
    buffered.writeVLong(field.number * (1 << TYPE_BITS) + TYPE_NAMES.indexOf(type));
    if (type === "string" || type === "binary") {
      assert(typeof value === "object" || typeof value === "string", "a stored text or bytes");
      const bytes = typeof value === "string" ? UTF8.encode(value) : value;
      buffered.writeVInt(bytes.length);
      buffered.writeBytes(bytes);
    } else {
      assert(typeof value === "number" || typeof value === "bigint", "a stored number");
      writeNumber(buffered, type, value);
    }
  }

  finishDocument(): void {
    this.fieldCounts[this.bufferedDocs] = this.fieldCount;
    this.endOffsets[this.bufferedDocs] = this.buffered.filePointer;
    this.fieldCount = 0;
    this.bufferedDocs++;
    const full = this.buffered.filePointer >= this.mode.chunkBytes;
    if (full || this.bufferedDocs >= this.mode.docsMax) this.flush(false);
  }

  /** Writes the buffered documents as a chunk; a forced one is "dirty": not full. */
  private flush(forced: boolean): void {
    const { fields, bufferedDocs, endOffsets, lengths, buffered, mode } = this;
    this.countChunk(bufferedDocs, forced);
    for (let i = 0; i < bufferedDocs; i++) {
      lengths[i] = endOffsets[i]! - (i === 0 ? 0 : endOffsets[i - 1]!);
    }
    const total = buffered.filePointer;
    const sliced = total >= 2 * mode.chunkBytes;
    fields.writeVInt(this.docBase);
    fields.writeVInt((bufferedDocs << 2) | (forced ? 2 : 0) | (sliced ? 1 : 0));
    writeInts(fields, this.fieldCounts, bufferedDocs);
    writeInts(fields, lengths, bufferedDocs);
    const unitBytes = sliced ? mode.chunkBytes : Math.max(1, total);
    let start = 0;
    do {
      this.compressor.compress(buffered.buf, start, Math.min(unitBytes, total - start), fields);
      start += unitBytes;
    } while (start < total);
    this.docBase += bufferedDocs;
    this.bufferedDocs = 0;
    buffered.reset();
  }

  private countChunk(docCount: number, dirty: boolean): void {
    this.index.writeIndex(docCount, this.fields.filePointer);
    this.chunkCount++;
    if (!dirty) return;
    this.dirtyChunkCount++;
    this.dirtyDocCount += docCount;
  }

  copyDocuments(reader: StoredFieldsReader, docs: readonly number[]): boolean {
    if (!(reader instanceof Lucene90StoredFieldsReader)) return false;
    if (this.copiesChunks(reader, docs)) {
      this.copyChunks(reader);
      return true;
    }
    for (const doc of docs) {
      const { bytes, start, end, fieldCount } = reader.rawDocument(doc);
      this.buffered.writeBytes(bytes, start, end - start);
      this.fieldCount = fieldCount;
      this.finishDocument();
    }
    return true;
  }

  // Chunks are copied of whole segments only: a deleted document would cut them, and each cut makes
  // a dirty chunk. Segments that are too dirty (more than 1 % of chunks) are compressed anew.
  private copiesChunks(reader: Lucene90StoredFieldsReader, docs: readonly number[]): boolean {
    const { meta, mode, segmentInfo } = reader;
    if (mode !== this.mode || meta.chunkBytes !== this.mode.chunkBytes) return false;
    if (docs.length !== segmentInfo.maxDoc || docs.some((doc, i) => doc !== i)) return false;
    const tooDirty =
      meta.dirtyDocCount > this.mode.docsMax && meta.dirtyChunkCount * 100 > meta.chunkCount;
    return !tooDirty;
  }

  private copyChunks(reader: Lucene90StoredFieldsReader): void {
    // The bytes are not decoded on the way: only the checksum notices damage.
    reader.checkIntegrity();
    if (this.bufferedDocs > 0) this.flush(true);
    for (let chunk = 0; chunk < reader.meta.index.chunkCount; chunk++) {
      const { docCount, code, rest } = reader.rawChunk(chunk);
      if (code >>> 2 !== docCount) {
        throw corrupt("Chunk of stored fields disagrees with the index", { file: rest.name });
      }
      this.countChunk(docCount, (code & 2) !== 0);
      this.fields.writeVInt(this.docBase);
      this.fields.writeVInt(code);
      for (let left = rest.length - rest.filePointer; left > 0; ) {
        const part = rest.bytesBorrow(Math.min(left, COPY_BYTES));
        this.fields.writeBytes(part);
        left -= part.length;
      }
      this.docBase += docCount;
    }
  }

  finish(docCount: number): void {
    if (this.bufferedDocs > 0) this.flush(true);
    assert(this.docBase === docCount, `${this.docBase} documents were stored of ${docCount}`);
    this.index.finish(this.directory, this.info, this.fields.filePointer, this.meta);
    this.meta.writeVLong(this.chunkCount);
    this.meta.writeVLong(this.dirtyChunkCount);
    this.meta.writeVLong(this.dirtyDocCount);
    writeFooter(this.meta);
    writeFooter(this.fields);
  }

  close(): void {
    this.meta.close();
    this.fields.close();
  }
}
