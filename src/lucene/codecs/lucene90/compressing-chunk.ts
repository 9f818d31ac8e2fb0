// The compressed part of a chunk of stored fields: units of at most `chunkSize` bytes (one unit,
// unless the chunk is sliced), each a dictionary and ten blocks that were compressed against it.
//
//   SIZE  TYPE  FIELD        MEANING
//    n    vInt  dictLength   the unit's first bytes, compressed on their own
//    n    vInt  blockLength  decompressed bytes of each block but the last
//   LZ4:     compressed length of the dictionary and of every block (vInt each), then their bytes
//   DEFLATE: compressed length (vInt) and bytes of the dictionary, then of every block; 0 = empty
//   zstd:    as DEFLATE (opensearch-custom/); without a dictionary dictLength is not there either
// Only the blocks that hold the wanted bytes are decompressed, each once, into the chunk's place.
// Upstream: org.apache.lucene.codecs.lucene90.{LZ4WithPresetDictCompressionMode,
// DeflateWithPresetDictCompressionMode} (9.12.3).

import { deflateRawSync, inflateRawSync } from "node:zlib";
import {
  corrupt,
  Lz4HashTable,
  lz4BytesMax,
  lz4CompressWithDictionary,
  lz4DecompressBytes,
} from "../../../base/index.ts";
import type { DataOutput, IndexInput } from "../../store/index.ts";
import type { StoredFieldsMode } from "../codec.ts";
import type { ChunkBytes } from "./compressing-stored-fields-reader.ts";

/** How blocks that stand alone are decompressed: DEFLATE, zstd. */
export type BlockDecompressor = (
  compressed: Uint8Array,
  dictionary: Uint8Array,
  length: number,
) => Uint8Array;

/** What reading a mode's chunks asks for. */
export interface ChunkMode {
  /** Is there a dictionary before the blocks of a unit? */
  readonly hasDictionary: boolean;
  /** Undefined: LZ4, whose lengths come before all blocks. */
  readonly decompress: BlockDecompressor | undefined;
  /** No compressed byte gives more than this. */
  readonly ratioMax: number;
}

/** The constants of one mode of Lucene90StoredFieldsFormat. */
export interface CompressionMode extends ChunkMode {
  readonly name: StoredFieldsMode;
  /** Codec name in the header of .fdt. */
  readonly codec: string;
  /** A chunk is closed once it has this many bytes, or `docsMax` documents. */
  readonly chunkBytes: number;
  readonly docsMax: number;
  /** The dictionary is 1 / (10 · dictFactor) of a unit. */
  readonly dictFactor: number;
}

const SUB_BLOCKS = 10;
const NO_BYTES = new Uint8Array(0);

/** The mode of the default codec. */
export const BEST_SPEED: CompressionMode = {
  name: "BEST_SPEED",
  codec: "Lucene90StoredFieldsFastData",
  chunkBytes: 10 * 8 * 1024,
  docsMax: 1024,
  dictFactor: 2,
  ratioMax: 256,
  hasDictionary: true,
  decompress: undefined,
};

/** The mode of `best_compression`. */
export const BEST_COMPRESSION: CompressionMode = {
  name: "BEST_COMPRESSION",
  codec: "Lucene90StoredFieldsHighData",
  chunkBytes: 10 * 48 * 1024,
  docsMax: 4096,
  dictFactor: 6,
  ratioMax: 1040,
  hasDictionary: true,
  decompress: inflateBlock,
};

interface Piece {
  /** Place in the chunk. */
  readonly start: number;
  readonly length: number;
  /** Place in the compressed input. */
  readonly position: number;
  readonly compressedLength: number;
  /** The unit's dictionary; undefined for a dictionary itself. */
  readonly dictionary: Piece | undefined;
  done: boolean;
}

const KEPT_BYTES = 1024 * 1024;

/** One chunk of a dictionary and blocks. */
export class ChunkData implements ChunkBytes {
  bytes: Uint8Array = new Uint8Array(0);
  private readonly mode: ChunkMode;
  private input: IndexInput | undefined;
  private pieces: Piece[] = [];
  private scratch: Uint8Array = new Uint8Array(0);
  private scratchDictionary: Piece | undefined;

  constructor(mode: ChunkMode) {
    this.mode = mode;
  }

  reset(input: IndexInput, length: number, unitBytes: number): void {
    this.pieces = [];
    this.scratchDictionary = undefined;
    this.input = input;
    const bytesLeft = input.length - input.filePointer;
    if (length > bytesLeft * this.mode.ratioMax) {
      throw corrupt("Chunk is longer than its compressed bytes allow", {
        file: input.name,
        length,
        compressed: bytesLeft,
      });
    }
    if (length > this.bytes.length || this.bytes.length > KEPT_BYTES) {
      this.bytes = new Uint8Array(length);
    }
    for (let start = 0; start < length; start += unitBytes) {
      this.readUnit(input, start, Math.min(unitBytes, length - start));
    }
  }

  private readUnit(input: IndexInput, start: number, length: number): void {
    const { hasDictionary, decompress } = this.mode;
    const dictLength = hasDictionary ? input.readVInt() : 0;
    const blockLength = input.readVInt();
    if (dictLength < 0 || dictLength > length || (blockLength < 1 && dictLength < length)) {
      throw corrupt("Invalid dictionary or block length", {
        file: input.name,
        dictLength,
        blockLength,
        length,
      });
    }
    const lengths = hasDictionary ? [dictLength] : [];
    for (let done = dictLength; done < length; done += blockLength) {
      // Each block needs a byte or more: this ends at the end of the input, whatever the lengths.
      lengths.push(Math.min(blockLength, length - done));
      if (lengths.length > input.length) throw corrupt("Too many blocks", { file: input.name });
    }
    if (decompress === undefined) this.placeLz4(input, start, lengths);
    else this.placeBlocks(input, start, lengths);
  }

  private placeLz4(input: IndexInput, start: number, lengths: readonly number[]): void {
    const compressed = lengths.map(() => readLength(input));
    for (const [i, length] of lengths.entries()) {
      this.place(input, start, length, compressed[i]!, i === 0);
      start += length;
    }
  }

  private placeBlocks(input: IndexInput, start: number, lengths: readonly number[]): void {
    for (const [i, length] of lengths.entries()) {
      this.place(input, start, length, readLength(input), i === 0);
      start += length;
    }
  }

  private place(
    input: IndexInput,
    start: number,
    length: number,
    compressedLength: number,
    first: boolean,
  ): void {
    const last = this.pieces[this.pieces.length - 1];
    const dictionary = first || !this.mode.hasDictionary ? undefined : (last!.dictionary ?? last);
    const position = input.filePointer;
    input.skip(compressedLength);
    this.pieces.push({ start, length, position, compressedLength, dictionary, done: false });
  }

  ensure(from: number, to: number): void {
    const { pieces } = this;
    let low = 0;
    let high = pieces.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const piece = pieces[middle]!;
      if (piece.start + piece.length <= from) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < pieces.length && pieces[i]!.start < to; i++) {
      const piece = pieces[i]!;
      if (!piece.done) this.decompress(piece);
    }
  }

  private decompress(piece: Piece): void {
    const { dictionary } = piece;
    if (dictionary !== undefined && !dictionary.done) this.decompress(dictionary);
    const input = this.input!;
    input.seek(piece.position);
    const compressed = input.bytesBorrow(piece.compressedLength);
    const { decompress } = this.mode;
    if (decompress === undefined) this.decompressLz4(piece, compressed);
    else this.decompressBlock(piece, compressed, decompress, input.name);
    piece.done = true;
  }

  private decompressLz4(piece: Piece, compressed: Uint8Array): void {
    const { dictionary, start, length } = piece;
    if (dictionary === undefined || dictionary.length === 0) {
      // A unit's first bytes: matches may not reach into the unit before it.
      const target = this.bytes.subarray(start, start + length);
      lz4DecompressBytes(compressed, 0, compressed.length, target, 0, length);
      return;
    }
    const dictLength = dictionary.length;
    if (this.scratch.length < dictLength + length) {
      this.scratch = new Uint8Array(dictLength + length);
      this.scratchDictionary = undefined;
    }
    const { scratch } = this;
    if (this.scratchDictionary !== dictionary) {
      scratch.set(this.bytes.subarray(dictionary.start, dictionary.start + dictLength));
      this.scratchDictionary = dictionary;
    }
    lz4DecompressBytes(compressed, 0, compressed.length, scratch, dictLength, length);
    this.bytes.set(scratch.subarray(dictLength, dictLength + length), start);
  }

  private decompressBlock(
    piece: Piece,
    compressed: Uint8Array,
    decompress: BlockDecompressor,
    file: string,
  ): void {
    const { dictionary, start, length } = piece;
    if (length === 0) return;
    const before =
      dictionary === undefined
        ? NO_BYTES
        : this.bytes.slice(dictionary.start, dictionary.start + dictionary.length);
    let block: Uint8Array;
    try {
      block = decompress(compressed, before, length);
    } catch (error) {
      throw corrupt("Compressed block is damaged", { file, offset: piece.position }, error);
    }
    if (block.length !== length) {
      throw corrupt("Compressed block has another length", {
        file,
        offset: piece.position,
        expected: length,
        actual: block.length,
      });
    }
    this.bytes.set(block, start);
  }
}

function inflateBlock(compressed: Uint8Array, dictionary: Uint8Array, length: number): Uint8Array {
  return inflateRawSync(compressed, {
    maxOutputLength: length,
    ...(dictionary.length === 0 ? {} : { dictionary }),
  });
}

function readLength(input: IndexInput): number {
  const length = input.readVInt();
  if (length < 0 || length > input.length) {
    throw corrupt("Invalid compressed length", { file: input.name, length });
  }
  return length;
}

/** Compresses units; keeps its buffers for the next. */
export class ChunkCompressor {
  private readonly mode: CompressionMode;
  private readonly table = new Lz4HashTable();
  private scratch: Uint8Array = new Uint8Array(0);
  private compressed: Uint8Array = new Uint8Array(0);

  constructor(mode: CompressionMode) {
    this.mode = mode;
  }

  /** Writes `bytes[start, start + length)` as one unit. */
  compress(bytes: Uint8Array, start: number, length: number, output: DataOutput): void {
    const dictLength = Math.floor(length / (SUB_BLOCKS * this.mode.dictFactor));
    const blockLength = Math.ceil((length - dictLength) / SUB_BLOCKS);
    output.writeVInt(dictLength);
    output.writeVInt(blockLength);
    if (this.mode === BEST_SPEED) {
      this.compressLz4(bytes, start, length, dictLength, blockLength, output);
    } else {
      deflateUnit(bytes, start, length, dictLength, blockLength, output);
    }
  }

  private compressLz4(
    bytes: Uint8Array,
    start: number,
    length: number,
    dictLength: number,
    blockLength: number,
    output: DataOutput,
  ): void {
    this.grow(dictLength + blockLength, (SUB_BLOCKS + 1) * 16 + lz4BytesMax(length));
    const { scratch, compressed, table } = this;
    scratch.set(bytes.subarray(start, start + dictLength));
    let end = lz4CompressWithDictionary(scratch, 0, 0, dictLength, compressed, 0, table);
    output.writeVInt(end);
    for (let done = dictLength; done < length; done += blockLength) {
      const blockStart = start + done;
      const count = Math.min(blockLength, length - done);
      scratch.set(bytes.subarray(blockStart, blockStart + count), dictLength);
      const from = end;
      end = lz4CompressWithDictionary(scratch, 0, dictLength, count, compressed, from, table);
      output.writeVInt(end - from);
    }
    output.writeBytes(compressed, 0, end);
  }

  private grow(scratchBytes: number, compressedBytes: number): void {
    if (this.scratch.length < scratchBytes) this.scratch = new Uint8Array(scratchBytes);
    if (this.compressed.length < compressedBytes) this.compressed = new Uint8Array(compressedBytes);
  }
}

function deflateUnit(
  bytes: Uint8Array,
  start: number,
  length: number,
  dictLength: number,
  blockLength: number,
  output: DataOutput,
): void {
  const dictionary = bytes.subarray(start, start + dictLength);
  writeDeflated(dictLength === 0 ? dictionary : deflateRawSync(dictionary, { level: 6 }), output);
  const options = dictLength === 0 ? { level: 6 } : { level: 6, dictionary };
  for (let done = dictLength; done < length; done += blockLength) {
    const from = start + done;
    const count = Math.min(blockLength, length - done);
    writeDeflated(deflateRawSync(bytes.subarray(from, from + count), options), output);
  }
}

function writeDeflated(bytes: Uint8Array, output: DataOutput): void {
  output.writeVInt(bytes.length);
  output.writeBytes(bytes);
}
