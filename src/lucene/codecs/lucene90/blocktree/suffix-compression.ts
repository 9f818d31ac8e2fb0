// How a block of the terms dictionary packs the suffixes of its terms.
//
//   CODE  NAME             BYTES
//   0     none             the suffixes, one after the other
//   1     lowercase ASCII  3/4 of the length: 6 bits per character of 0x1f–0x3f, 0x5f–0x7f; then
//                          vInt exceptions, each u8 distance from the one before, u8 the character
//   2     LZ4              one LZ4 block
// Lowercase ASCII: character c becomes ((c + 1) & 0x1f) | ((c + 1) & 0x40) >> 1. The last quarter
// is spread, two bits each, over the high bits of the first, second and third.
// Upstream: org.apache.lucene.util.compress.{LowercaseAsciiCompression,LZ4} (9.1.0).

import { corrupt } from "../../../../base/index.ts";
import type { DataOutput, IndexInput } from "../../../store/index.ts";

/** Code of plain suffixes. */
export const NO_COMPRESSION = 0;
/** Code of six bits per character. */
export const LOWERCASE_ASCII = 1;
/** Code of one LZ4 block. */
export const LZ4 = 2;

const MATCH_MIN = 4;
const LITERALS_LAST = 5;
const DISTANCE_MAX = 1 << 16;
const ATTEMPTS_MAX = 256;
const HASH_BITS = 15;

function isCompressible(byte: number): boolean {
  const high = (byte + 1) & ~0x1f;
  return high === 0x20 || high === 0x60;
}

/** Exceptions that `bytes[0..length)` needs, or -1 if more than one in 32. */
function countExceptions(bytes: Uint8Array, length: number): number {
  const max = length >>> 5;
  let previous = 0;
  let count = 0;
  for (let i = 0; i < length; i++) {
    if (isCompressible(bytes[i]!)) continue;
    for (; i - previous > 0xff; previous += 0xff) count++;
    if (++count > max) return -1;
    previous = i;
  }
  return count;
}

/**
 * Writes `bytes[0..length)` to `out`, or answers false and writes nothing if that would not pay.
 */
export function compressLowercaseAscii(
  bytes: Uint8Array,
  length: number,
  out: DataOutput,
): boolean {
  if (length < 8) return false;
  const exceptions = countExceptions(bytes, length);
  if (exceptions < 0) return false;
  const packedLength = length - (length >>> 2);
  const packed = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const up = bytes[i]! + 1;
    packed[i] = (up & 0x1f) | ((up & 0x40) >>> 1);
  }
  let at = 0;
  for (let shift = 2; shift <= 6; shift += 2) {
    const mask = shift === 2 ? 0x30 : shift === 4 ? 0x0c : 0x03;
    for (let i = packedLength; i < length; i++, at++) {
      packed[at] = packed[at]! | ((packed[i]! & mask) << shift);
    }
  }
  out.writeBytes(packed, 0, packedLength);
  out.writeVInt(exceptions);
  let previous = 0;
  for (let i = 0; exceptions > 0 && i < length; i++) {
    if (isCompressible(bytes[i]!)) continue;
    while (i - previous > 0xff) {
      previous += 0xff;
      out.writeByte(0xff);
      out.writeByte(bytes[previous]!);
    }
    out.writeByte(i - previous);
    out.writeByte(bytes[i]!);
    previous = i;
  }
  return true;
}

function decompressLowercaseAscii(input: IndexInput, target: Uint8Array, length: number): void {
  const saved = length >>> 2;
  const packedLength = length - saved;
  input.readBytes(target, 0, packedLength);
  for (let i = 0; i < saved; i++) {
    target[packedLength + i] =
      ((target[i]! & 0xc0) >>> 2) |
      ((target[saved + i]! & 0xc0) >>> 4) |
      ((target[2 * saved + i]! & 0xc0) >>> 6);
  }
  for (let i = 0; i < length; i++) {
    const byte = target[i]!;
    target[i] = ((byte & 0x1f) | 0x20 | ((byte & 0x20) << 1)) - 1;
  }
  const exceptions = input.readCount("exceptions", 2);
  let at = 0;
  for (let i = 0; i < exceptions; i++) {
    at += input.readByte();
    if (at >= length) throw corrupt("Exception is out of bounds", { file: input.name, at, length });
    target[at] = input.readByte();
  }
}

function readLength(input: IndexInput, nibble: number): number {
  let length = nibble;
  if (nibble !== 0x0f) return length;
  let byte = 0xff;
  while (byte === 0xff) {
    byte = input.readByte();
    length += byte;
  }
  return length;
}

function decompressLz4(input: IndexInput, target: Uint8Array, length: number): void {
  let at = 0;
  do {
    const token = input.readByte();
    const literals = readLength(input, token >>> 4);
    if (literals > length - at) {
      throw corrupt("LZ4 literals are out of bounds", { file: input.name, literals });
    }
    input.readBytes(target, at, literals);
    at += literals;
    if (at >= length) return;
    const distance = input.readShort() & 0xffff;
    const match = readLength(input, token & 0x0f) + MATCH_MIN;
    if (distance === 0 || distance > at || match > length - at) {
      throw corrupt("LZ4 match is out of bounds", { file: input.name, distance, match });
    }
    for (const end = at + match; at < end; at++) target[at] = target[at - distance]!;
  } while (at < length);
}

/** Reads `length` suffix bytes that were packed by `code`. */
export function decompressSuffixes(
  code: number,
  input: IndexInput,
  target: Uint8Array,
  length: number,
): void {
  if (code === NO_COMPRESSION) input.readBytes(target, 0, length);
  else if (code === LOWERCASE_ASCII) decompressLowercaseAscii(input, target, length);
  else if (code === LZ4) decompressLz4(input, target, length);
  else throw corrupt("Unknown suffix compression", { file: input.name, code });
}

/** LZ4 with hash chains: slower than the stored fields' and denser. Reused between blocks. */
export class Lz4HighCompressor {
  private readonly heads = new Int32Array(1 << HASH_BITS);
  private chain = new Int32Array(1024);

  /** Compresses `bytes[0..length)`. */
  compress(bytes: Uint8Array, length: number, out: DataOutput): void {
    let anchor = 0;
    if (length > LITERALS_LAST + MATCH_MIN) anchor = this.compressMatches(bytes, length, out);
    const literals = length - anchor;
    writeLiterals(bytes, anchor, literals, Math.min(literals, 15) << 4, out);
  }

  /** Writes sequences; answers where the last literals begin. */
  private compressMatches(bytes: Uint8Array, length: number, out: DataOutput): number {
    this.heads.fill(-1);
    if (this.chain.length < length) this.chain = new Int32Array(length * 2);
    const { heads, chain } = this;
    const limit = length - LITERALS_LAST;
    const matchLimit = limit - MATCH_MIN;
    let hashed = 0;
    let anchor = 0;
    let at = 0;
    while (at < matchLimit) {
      for (; hashed < at; hashed++) {
        const hash = hashOf(bytes, hashed);
        chain[hashed] = heads[hash]!;
        heads[hash] = hashed;
      }
      let best = 0;
      let bestAt = -1;
      let candidate = heads[hashOf(bytes, at)]!;
      for (let i = 0; i < ATTEMPTS_MAX && candidate > at - DISTANCE_MAX && candidate >= 0; i++) {
        const match = matchLength(bytes, candidate, at, limit);
        if (match > best) {
          best = match;
          bestAt = candidate;
        }
        candidate = chain[candidate]!;
      }
      if (best < MATCH_MIN) {
        at++;
        continue;
      }
      const literals = at - anchor;
      const token = (Math.min(literals, 15) << 4) | Math.min(best - MATCH_MIN, 15);
      writeLiterals(bytes, anchor, literals, token, out);
      out.writeShort(at - bestAt);
      if (best >= MATCH_MIN + 15) writeLength(best - MATCH_MIN - 15, out);
      at += best;
      anchor = at;
    }
    return anchor;
  }
}

function hashOf(bytes: Uint8Array, at: number): number {
  const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  return Math.imul(word, -1640531535) >>> (32 - HASH_BITS);
}

function matchLength(bytes: Uint8Array, a: number, b: number, limit: number): number {
  let length = 0;
  while (b + length < limit && bytes[a + length] === bytes[b + length]) length++;
  return length;
}

function writeLength(length: number, out: DataOutput): void {
  let rest = length;
  for (; rest >= 0xff; rest -= 0xff) out.writeByte(0xff);
  out.writeByte(rest);
}

function writeLiterals(
  bytes: Uint8Array,
  anchor: number,
  literals: number,
  token: number,
  out: DataOutput,
): void {
  out.writeByte(token);
  if (literals >= 15) writeLength(literals - 15, out);
  out.writeBytes(bytes, anchor, literals);
}
