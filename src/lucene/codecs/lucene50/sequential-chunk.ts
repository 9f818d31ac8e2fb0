// The compressed part of a chunk before Lucene 8.7: units of `chunkBytes` (one unit, unless the
// chunk is sliced), each compressed as a whole.
//   LZ4      the bytes of the unit; nothing says how many there are
//   DEFLATE  vInt compressed length, then the bytes
// Units are decompressed in order, as far as the wanted bytes go.
// Upstream: org.apache.lucene.codecs.compressing.CompressionMode FAST, HIGH_COMPRESSION (8.4.1).

import { inflateRawSync } from "node:zlib";
import { corrupt, lz4DecompressBytes } from "../../../base/index.ts";
import type { IndexInput } from "../../store/index.ts";
import type { ChunkBytes } from "../lucene90/compressing-stored-fields-reader.ts";

const KEPT_BYTES = 1024 * 1024;

/** How a unit is decompressed; answers the position after it in `source`. */
export interface UnitCompression {
  /** No compressed byte gives more than this. */
  readonly ratioMax: number;
  decompress(source: Uint8Array, from: number, target: Uint8Array, file: string): number;
}

/** CompressionMode.FAST. */
export const FAST: UnitCompression = {
  ratioMax: 256,
  decompress: (source, from, target) =>
    lz4DecompressBytes(source, from, source.length, target, 0, target.length),
};

/** CompressionMode.HIGH_COMPRESSION. */
export const HIGH_COMPRESSION: UnitCompression = {
  ratioMax: 1040,
  decompress: inflateUnit,
};

function inflateUnit(source: Uint8Array, from: number, target: Uint8Array, file: string): number {
  let length = 0;
  let at = from;
  for (let shift = 0; ; shift += 7) {
    const byte = source[at++];
    if (byte === undefined || shift > 28) throw corrupt("Block has no length", { file });
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (length > source.length - at) {
    throw corrupt("Invalid compressed length", { file, length });
  }
  let unit: Uint8Array;
  try {
    const compressed = source.subarray(at, at + length);
    unit = inflateRawSync(compressed, { maxOutputLength: Math.max(1, target.length) });
  } catch (error) {
    throw corrupt("Compressed block is damaged", { file }, error);
  }
  if (unit.length !== target.length) {
    throw corrupt("Compressed block has another length", {
      file,
      expected: target.length,
      actual: unit.length,
    });
  }
  target.set(unit);
  return at + length;
}

/** A chunk that is decompressed from its beginning on. */
export class SequentialChunk implements ChunkBytes {
  bytes: Uint8Array = new Uint8Array(0);
  private readonly compression: UnitCompression;
  private compressed: Uint8Array = new Uint8Array(0);
  private file = "";
  private length = 0;
  private unitBytes = 0;
  /** Decompressed so far, and the bytes that this took. */
  private ready = 0;
  private consumed = 0;

  constructor(compression: UnitCompression) {
    this.compression = compression;
  }

  reset(input: IndexInput, length: number, unitBytes: number): void {
    const compressed = input.length - input.filePointer;
    if (length > compressed * this.compression.ratioMax) {
      throw corrupt("Chunk is longer than its compressed bytes allow", {
        file: input.name,
        length,
        compressed,
      });
    }
    if (length > this.bytes.length || this.bytes.length > KEPT_BYTES) {
      this.bytes = new Uint8Array(length);
    }
    this.compressed = input.bytesBorrow(compressed);
    this.file = input.name;
    this.length = length;
    this.unitBytes = unitBytes;
    this.ready = 0;
    this.consumed = 0;
  }

  ensure(_from: number, to: number): void {
    while (this.ready < to) {
      const end = Math.min(this.ready + this.unitBytes, this.length);
      const unit = this.bytes.subarray(this.ready, end);
      const { compressed, consumed, file } = this;
      this.consumed = this.compression.decompress(compressed, consumed, unit, file);
      this.ready = end;
    }
  }
}
