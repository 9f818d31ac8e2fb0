// Reads documents of a chunked file of stored fields, whatever its generation: the generation
// finds the chunks (index), reads the integers of a chunk's header and decompresses. A document
// costs the blocks that hold it, once: what a chunk has decompressed stays until another chunk is
// asked for. Upstream: Lucene90CompressingStoredFieldsReader (9.12.3),
// CompressingStoredFieldsReader (8.10.1).

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
  retrieveChecksum,
} from "../../store/index.ts";
import { chunkOfDoc, type FieldsIndex } from "./compressing-fields-index.ts";
import {
  readByteCount,
  readNumber,
  type StoredType,
  skipValue,
  TYPE_BITS,
  TYPE_NAMES,
} from "./stored-fields-values.ts";

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
/** A field's header and a number's value fit into this. */
const PEEK_BYTES = 24;

/** What opening a file of stored fields finds. */
export interface StoredFieldsFile {
  /** .fdt */
  readonly fields: IndexInput;
  readonly meta: StoredFieldsMeta;
}

/** Where chunks are, and at which size they are sliced. */
export interface StoredFieldsMeta {
  readonly chunkBytes: number;
  readonly index: FieldsIndex;
}

/** Opens .fdt and checks its ends; `readMeta` reads what is said of it. */
export function openFieldsFile<M>(
  directory: Directory,
  info: SegmentInfo,
  header: { readonly codec: string; readonly versions: readonly [number, number] },
  readMeta: (fields: IndexInput, version: number) => M,
): { fields: IndexInput; meta: M } {
  const fields = directory.openInput(segmentFileName(info.name, "", "fdt"));
  try {
    const [oldest, newest] = header.versions;
    const version = checkIndexHeader(fields, header.codec, oldest, newest, info.id, "");
    retrieveChecksum(fields);
    return { fields, meta: readMeta(fields, version) };
  } catch (error) {
    fields.close();
    throw error;
  }
}

/** One chunk, decompressed as far as it was asked for. */
export interface ChunkBytes {
  /** The chunk's bytes; valid where `ensure` was called. Replaced by `reset`. */
  readonly bytes: Uint8Array;
  /** Takes a new chunk: `input` stands at its units of `unitBytes` and ends with them. */
  reset(input: IndexInput, length: number, unitBytes: number): void;
  /** Makes `bytes[from, to)` valid. */
  ensure(from: number, to: number): void;
}

/** A document's bytes inside its chunk, borrowed until the next document. */
export interface RawDocument {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly fieldCount: number;
}

/** So much of a chunk is asked for at once where pages are far away: most chunks are shorter. */
const PREFETCH_BYTES_MAX = 256 * 1024;

/** One chunk at a time. */
export abstract class CompressingStoredFieldsReader implements StoredFieldsReader {
  readonly segmentInfo: SegmentInfo;
  protected readonly fieldInfos: FieldInfos;
  protected readonly fields: IndexInput;
  private readonly index: FieldsIndex;
  private readonly chunkBytes: number;
  private readonly owner: boolean;
  private readonly data: ChunkBytes;
  // The current chunk.
  private docBase = 0;
  private chunkDocs = 0;
  private fieldCounts = new Int32Array(16);
  private offsets = new Int32Array(17);
  private input: IndexInput | undefined;
  /** Bytes of the chunk below this are valid from the current document's start on. */
  private readyTo = 0;

  /** Only an owner closes the file. */
  constructor(
    info: SegmentInfo,
    fieldInfos: FieldInfos,
    file: StoredFieldsFile,
    data: ChunkBytes,
    owner: boolean,
  ) {
    this.segmentInfo = info;
    this.fieldInfos = fieldInfos;
    this.fields = file.fields;
    this.index = file.meta.index;
    this.chunkBytes = file.meta.chunkBytes;
    this.data = data;
    this.owner = owner;
  }

  /** Documents in a chunk, by the flags in its header. */
  protected abstract docCountOf(code: number): number;

  /** Reads `count` integers of a chunk's header into `values` from `offset` on. */
  protected abstract readInts(
    input: IndexInput,
    count: number,
    values: Int32Array,
    offset: number,
  ): void;

  /** Reads the whole index and compares its checksum. */
  protected abstract checkIndexIntegrity(): void;

  /** An input over the bytes of a chunk. */
  protected chunkInputOf(bytes: Uint8Array, length: number): IndexInput {
    return new IndexInput(memorySource(this.fields.name, bytes), 0, length);
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

  protected chunkInput(chunk: number): IndexInput {
    const { pointers } = this.index;
    const start = pointers[chunk]!;
    return this.fields.slice(start, pointers[chunk + 1]! - start);
  }

  private load(doc: number): void {
    if (doc >= this.docBase && doc < this.docBase + this.chunkDocs) return;
    assert(doc >= 0 && doc < this.segmentInfo.maxDoc, `doc ${doc} is in its segment`);
    // Until all of the header is read, no document is loaded: an error leaves nothing half done.
    this.chunkDocs = 0;
    const { index, chunkBytes } = this;
    const chunk = chunkOfDoc(index, doc);
    const input = this.chunkInput(chunk);
    input.prefetch(0, PREFETCH_BYTES_MAX);
    const docBase = input.readVInt();
    const code = input.readVInt();
    const docCount = this.docCountOf(code);
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
    this.input = this.chunkInputOf(this.data.bytes, length);
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
    this.readInts(input, docCount, fieldCounts, 0);
    this.readInts(input, docCount, offsets, 1);
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
    this.checkIndexIntegrity();
    checksumEntireFile(this.fields);
  }

  close(): void {
    if (this.owner) this.fields.close();
  }
}
