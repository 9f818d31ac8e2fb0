// zstd frames around metadata: node:zlib where it has them (Node 22.15 and later), else fzstd.
//
//   OFFSET  SIZE     TYPE    FIELD       MEANING
//     0       4      le-u32  magic       0xfd2fb528
//     4       1      u8      descriptor  bits 6-7 size flag, 5 single segment, 2 checksum, 0-1 dict
//     5      0, 1    u8      window      exponent (5 bits) and mantissa (3); none if single segment
//     …     0,1,2,4  le      dictionary  by its flag
//     …     0-8      le      size        of the contents, by its flag; may be missing
// Invariants: neither the window nor the contents are larger than the maximum asked for; both are
// looked at before anything is allocated. Upstream: ZstdCompressor (RFC 8878 for the frame).

import * as zlib from "node:zlib";
import { Decompress } from "fzstd";
import { corrupt, VarveError } from "../../base/index.ts";

const MAGIC = 0xfd2fb528;
const DICTIONARY_BYTES = [0, 1, 2, 4];

interface ZstdModule {
  zstdDecompressSync?: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
}

/** The contents of zstd frames. Errors: `corrupt`, `limit` beyond `bytesMax`. */
export function decompressZstd(bytes: Uint8Array, bytesMax: number): Uint8Array {
  const { zstdDecompressSync } = zlib as unknown as ZstdModule;
  checkFrameHeader(bytes, bytesMax);
  try {
    return zstdDecompressSync === undefined
      ? decompressPortably(bytes, bytesMax)
      : zstdDecompressSync(bytes, { maxOutputLength: bytesMax });
  } catch (cause) {
    if (cause instanceof VarveError) throw cause;
    throw corrupt(`zstd: ${(cause as Error).message}`, undefined, cause);
  }
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

function checkFrameHeader(bytes: Uint8Array, bytesMax: number): void {
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
  if (sizeBytes === 0) return;
  const size =
    sizeBytes === 8
      ? Number(buffer.readBigUInt64LE(at))
      : buffer.readUIntLE(at, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  if (size > bytesMax) throw tooLarge(size, bytesMax);
}

function tooLarge(bytes: number, bytesMax: number): VarveError {
  return new VarveError("limit", `zstd: ${bytes} bytes, more than the ${bytesMax} that are read`);
}
