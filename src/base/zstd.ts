// zstd frames: node:zlib where it has them (Node 22.15 and later), else fzstd.
//
//   OFFSET  SIZE     TYPE    FIELD       MEANING
//     0       4      le-u32  magic       0xfd2fb528
//     4       1      u8      descriptor  bits 6-7 size flag, 5 single segment, 2 checksum, 0-1 dict
//     5      0, 1    u8      window      exponent (5 bits) and mantissa (3); none if single segment
//     …     0,1,2,4  le      dictionary  by its flag
//     …     0-8      le      size        of the contents, by its flag; may be missing
// A frame that was compressed after a dictionary of plain bytes refers back into them, and begins
// otherwise as any frame does (no entropy tables, the same repeated offsets). So it is read as the
// rest of one frame that begins with the dictionary in a raw block:
//     …      3       le-u24  block       bit 0 last, bits 1-2 type (0 raw), then its bytes
// Invariants: neither the window nor the contents are larger than the maximum asked for; both are
// looked at before anything is allocated. Upstream: ZstdCompressor (RFC 8878 for the frame).

import * as zlib from "node:zlib";
import { Decompress } from "fzstd";
import { corrupt, VarveError } from "./errors.ts";

const MAGIC = 0xfd2fb528;
const DICTIONARY_BYTES = [0, 1, 2, 4];
const CHECKSUM_FLAG = 0x04;
const BLOCK_BYTES_MAX = 128 * 1024;
const WINDOW_BYTES_MIN = 1024;

interface ZstdModule {
  zstdDecompressSync?: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
}

/** The contents of zstd frames. Errors: `corrupt`, `limit` beyond `bytesMax`. */
export function decompressZstd(bytes: Uint8Array, bytesMax: number): Uint8Array {
  const { zstdDecompressSync } = zlib as unknown as ZstdModule;
  readFrameHeader(bytes, bytesMax);
  try {
    return zstdDecompressSync === undefined
      ? decompressPortably(bytes, bytesMax)
      : zstdDecompressSync(bytes, { maxOutputLength: bytesMax });
  } catch (cause) {
    if (cause instanceof VarveError) throw cause;
    throw corrupt(`zstd: ${(cause as Error).message}`, undefined, cause);
  }
}

/**
 * The `length` bytes of a frame that was compressed after `dictionary`, plain bytes. Errors:
 * `corrupt` where the frame holds another number of bytes.
 */
export function decompressZstdAfter(
  dictionary: Uint8Array,
  bytes: Uint8Array,
  length: number,
): Uint8Array {
  const whole = dictionary.length + length;
  const frame = dictionary.length === 0 ? bytes : frameAfter(dictionary, bytes, whole);
  // A window is a kilobyte at least.
  const contents = decompressZstd(frame, Math.max(whole, WINDOW_BYTES_MIN));
  if (contents.length !== whole) {
    throw corrupt("zstd: a frame has another length", { expected: whole, actual: contents.length });
  }
  return contents.subarray(dictionary.length);
}

/** One frame of `whole` bytes: the dictionary, then the blocks of `bytes`. */
function frameAfter(dictionary: Uint8Array, bytes: Uint8Array, whole: number): Uint8Array {
  const { blocksAt, checksumBytes } = readFrameHeader(bytes, Number.MAX_SAFE_INTEGER);
  const blocks = bytes.subarray(blocksAt, bytes.length - checksumBytes);
  const rawBlocks = Math.ceil(dictionary.length / BLOCK_BYTES_MAX);
  const frame = Buffer.alloc(9 + rawBlocks * 3 + dictionary.length + blocks.length);
  frame.writeUInt32LE(MAGIC, 0);
  // A single segment, its size in four bytes, no checksum.
  frame[4] = 0xa0;
  frame.writeUInt32LE(whole, 5);
  let at = 9;
  for (let start = 0; start < dictionary.length; start += BLOCK_BYTES_MAX) {
    const part = dictionary.subarray(start, start + BLOCK_BYTES_MAX);
    frame.writeUIntLE(part.length << 3, at, 3);
    frame.set(part, at + 3);
    at += 3 + part.length;
  }
  frame.set(blocks, at);
  return frame;
}

function decompressPortably(bytes: Uint8Array, bytesMax: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress((part) => {
    length += part.length;
    if (length > bytesMax) throw tooLarge(length, bytesMax);
    parts.push(part.slice());
  });
  stream.push(bytes, true);
  return Buffer.concat(parts);
}

/** Where blocks begin, and the bytes after them. Errors: `limit` beyond `bytesMax`. */
function readFrameHeader(
  bytes: Uint8Array,
  bytesMax: number,
): { blocksAt: number; checksumBytes: number } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer.length < 6 || buffer.readUInt32LE(0) !== MAGIC) throw corrupt("No zstd frame");
  const descriptor = buffer[4]!;
  const sizeFlag = descriptor >> 6;
  const single = (descriptor & 0x20) !== 0;
  const dictionaryBytes = DICTIONARY_BYTES[descriptor & 3]!;
  if (!single) {
    const window = buffer[5]!;
    const base = 2 ** (10 + (window >> 3));
    const windowBytes = base + (base / 8) * (window & 7);
    if (windowBytes > bytesMax) throw tooLarge(windowBytes, bytesMax);
  }
  const at = 5 + (single ? 0 : 1) + dictionaryBytes;
  const sizeBytes = sizeFlag === 0 ? (single ? 1 : 0) : 2 ** sizeFlag;
  if (buffer.length < at + sizeBytes) throw corrupt("A zstd frame ends in its header");
  const frame = {
    blocksAt: at + sizeBytes,
    checksumBytes: (descriptor & CHECKSUM_FLAG) === 0 ? 0 : 4,
  };
  if (sizeBytes === 0) return frame;
  const size =
    sizeBytes === 8
      ? Number(buffer.readBigUInt64LE(at))
      : buffer.readUIntLE(at, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  if (size > bytesMax) throw tooLarge(size, bytesMax);
  return frame;
}

function tooLarge(bytes: number, bytesMax: number): VarveError {
  return new VarveError("limit", `zstd: ${bytes} bytes, more than the ${bytesMax} that are read`);
}
