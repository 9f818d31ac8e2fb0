// LZ4 blocks (no frame), with a preset dictionary, as Lucene's stored fields and term suffixes use.
//
//   A block is a run of sequences:
//   SIZE  TYPE   FIELD        MEANING
//    1    u8     token        high nibble: literal count; low nibble: match length - 4
//    n    u8[]   literal run  if the nibble is 15: bytes added up, until one is not 255
//    n    u8[]   literals
//    2    le-u16 distance     back from here; ≥ 1; may reach into the dictionary
//    n    u8[]   match run    if the nibble is 15: as the literal run
//   The last sequence stops after its literals. The decompressed length is known from outside.
// Invariants: a match begins at or after the first byte of the buffer; nothing is written after the
// announced length; the last 5 bytes are literals, so that the fast loops may stop early.
// Upstream: org.apache.lucene.util.compress.LZ4 (9.12.3), the fast variant.

import { corrupt } from "./errors.ts";

const MEMORY_USAGE_LOG = 14;
const MIN_MATCH_BYTES = 4;
const MAX_DISTANCE = 1 << 16;
const LAST_LITERALS_BYTES = 5;
const RUN = 15;

/** What `lz4Decompress` reads from: Lucene's DataInput. Reads past the end throw `corrupt`. */
export interface Lz4Input {
  readByte(): number;
  readBytes(target: Uint8Array, offset: number, length: number): void;
}

/** Remembers where four bytes were last seen. Reuse it for many blocks: it needs no clearing. */
export class Lz4HashTable {
  /** Offsets from the start of the dictionary; stale ones are found out by comparing bytes. */
  readonly offsets = new Int32Array(1 << (MEMORY_USAGE_LOG - 1));
}

/** The most bytes that `length` bytes can take when compressed. */
export function lz4BytesMax(length: number): number {
  return length + Math.floor(length / 255) + 16;
}

/** Decompresses an array source; answers the position after the block. Throws `corrupt`. */
export function lz4DecompressBytes(
  source: Uint8Array,
  sourceStart: number,
  sourceEnd: number,
  target: Uint8Array,
  targetStart: number,
  length: number,
): number {
  const targetEnd = targetStart + length;
  let s = sourceStart;
  let t = targetStart;
  for (;;) {
    if (s >= sourceEnd) throw truncated(s);
    const token = source[s++]!;
    let literals = token >>> 4;
    if (literals === RUN) {
      let byte = 255;
      while (byte === 255) {
        if (s >= sourceEnd) throw truncated(s);
        byte = source[s++]!;
        literals += byte;
      }
    }
    if (literals > sourceEnd - s) throw truncated(s);
    if (literals > targetEnd - t) throw overrun(t, literals, targetEnd);
    if (literals > 16) {
      target.set(source.subarray(s, s + literals), t);
      s += literals;
      t += literals;
    } else {
      for (const end = t + literals; t < end; ) target[t++] = source[s++]!;
    }
    if (t >= targetEnd) return s;
    if (s + 2 > sourceEnd) throw truncated(s);
    const distance = source[s]! | (source[s + 1]! << 8);
    s += 2;
    let matchBytes = token & RUN;
    if (matchBytes === RUN) {
      let byte = 255;
      while (byte === 255) {
        if (s >= sourceEnd) throw truncated(s);
        byte = source[s++]!;
        matchBytes += byte;
      }
    }
    t = copyMatch(target, t, targetEnd, distance, matchBytes + MIN_MATCH_BYTES);
    if (t >= targetEnd) return s;
  }
}

/** As `lz4DecompressBytes`, from an input whose compressed length is not known. */
export function lz4Decompress(
  input: Lz4Input,
  target: Uint8Array,
  targetStart: number,
  length: number,
): void {
  const targetEnd = targetStart + length;
  let t = targetStart;
  for (;;) {
    const token = input.readByte();
    let literals = token >>> 4;
    if (literals === RUN) literals = readRun(input, literals);
    if (literals > targetEnd - t) throw overrun(t, literals, targetEnd);
    if (literals > 0) input.readBytes(target, t, literals);
    t += literals;
    if (t >= targetEnd) return;
    const low = input.readByte();
    const distance = low | (input.readByte() << 8);
    let matchBytes = token & RUN;
    if (matchBytes === RUN) matchBytes = readRun(input, matchBytes);
    t = copyMatch(target, t, targetEnd, distance, matchBytes + MIN_MATCH_BYTES);
    if (t >= targetEnd) return;
  }
}

function readRun(input: Lz4Input, first: number): number {
  let length = first;
  for (;;) {
    const byte = input.readByte();
    length += byte;
    if (byte !== 255) return length;
  }
}

function copyMatch(
  target: Uint8Array,
  t: number,
  targetEnd: number,
  distance: number,
  length: number,
): number {
  const from = t - distance;
  if (distance === 0 || from < 0) {
    throw corrupt("LZ4 match lies before its buffer", { offset: t, distance });
  }
  const end = t + length;
  if (end > targetEnd) throw overrun(t, length, targetEnd);
  if (distance >= length && length > 24) {
    target.copyWithin(t, from, from + length);
    return end;
  }
  for (let ref = from; t < end; ) target[t++] = target[ref++]!;
  return end;
}

function truncated(offset: number): Error {
  return corrupt("LZ4 block is truncated", { offset });
}

function overrun(offset: number, length: number, end: number): Error {
  return corrupt("LZ4 run crosses the end of its block", { offset, length, end });
}

function intAt(bytes: Uint8Array, i: number): number {
  return bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
}

/**
 * Compresses `length` bytes that follow `dictLength` dictionary bytes at `dictStart` of `bytes`.
 * `out` has room for `lz4BytesMax(length)` at `outStart`; answers the position after the block.
 */
export function lz4CompressWithDictionary(
  bytes: Uint8Array,
  dictStart: number,
  dictLength: number,
  length: number,
  out: Uint8Array,
  outStart: number,
  table: Lz4HashTable,
): number {
  const end = dictStart + dictLength + length;
  let off = dictStart + dictLength;
  let anchor = off;
  let o = outStart;
  if (length > LAST_LITERALS_BYTES + MIN_MATCH_BYTES) {
    // Half as many slots of twice the size where offsets need more than 16 bits, as upstream.
    const hashLog = dictLength + length - LAST_LITERALS_BYTES < 1 << 16 ? 13 : 12;
    const shift = 32 - hashLog;
    const offsets = table.offsets;
    const limit = end - LAST_LITERALS_BYTES;
    const matchLimit = limit - MIN_MATCH_BYTES;
    for (let i = 0; i < dictLength; i++) {
      offsets[Math.imul(intAt(bytes, dictStart + i), -1640531535) >>> shift] = i;
    }
    while (off < matchLimit) {
      const value = intAt(bytes, off);
      const slot = Math.imul(value, -1640531535) >>> shift;
      const ref = dictStart + offsets[slot]!;
      offsets[slot] = off - dictStart;
      if (ref >= off || off - ref >= MAX_DISTANCE || intAt(bytes, ref) !== value) {
        off++;
        continue;
      }
      let matchBytes = MIN_MATCH_BYTES;
      while (off + matchBytes < limit && bytes[ref + matchBytes] === bytes[off + matchBytes]) {
        matchBytes++;
      }
      o = encodeSequence(bytes, anchor, off - anchor, off - ref, matchBytes, out, o);
      off += matchBytes;
      anchor = off;
    }
  }
  return encodeLiterals(bytes, anchor, end - anchor, 0, out, o);
}

function encodeSequence(
  bytes: Uint8Array,
  anchor: number,
  literals: number,
  distance: number,
  matchBytes: number,
  out: Uint8Array,
  outStart: number,
): number {
  const rest = matchBytes - MIN_MATCH_BYTES;
  let o = encodeLiterals(bytes, anchor, literals, Math.min(rest, RUN), out, outStart);
  out[o++] = distance & 0xff;
  out[o++] = distance >>> 8;
  return rest >= RUN ? encodeRun(rest - RUN, out, o) : o;
}

function encodeLiterals(
  bytes: Uint8Array,
  anchor: number,
  literals: number,
  matchNibble: number,
  out: Uint8Array,
  outStart: number,
): number {
  let o = outStart;
  out[o++] = (Math.min(literals, RUN) << 4) | matchNibble;
  if (literals >= RUN) o = encodeRun(literals - RUN, out, o);
  if (literals > 16) {
    out.set(bytes.subarray(anchor, anchor + literals), o);
    return o + literals;
  }
  for (let i = 0; i < literals; i++) out[o++] = bytes[anchor + i]!;
  return o;
}

function encodeRun(run: number, out: Uint8Array, outStart: number): number {
  let o = outStart;
  let rest = run;
  while (rest >= 255) {
    out[o++] = 255;
    rest -= 255;
  }
  out[o++] = rest;
  return o;
}
