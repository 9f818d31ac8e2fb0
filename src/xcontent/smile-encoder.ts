// SMILE, written as Jackson's generator does with OpenSearch's options.
//
//   HEADER  3a 29 0a, then flags: 01 shared names (on), 02 shared strings (off), 04 raw binary (on)
//   VALUE   TOKEN         MEANING
//           20            empty string
//           21 22 23      null, false, true
//           24 + vint     32-bit integer, zigzag
//           25 + vint     64-bit integer, zigzag
//           26 + n + 7bit integer of any size, two's complement
//           29 + 10 bytes 64-bit float, 7 bits a byte, high bits first
//           40-5f         1-32 bytes of ASCII
//           60-7f         33-64 bytes of ASCII
//           80-9f         2-33 bytes of UTF-8
//           a0-bf         34-65 bytes of UTF-8
//           c0-df         -16 … 15, zigzag
//           e0 … fc       long ASCII; e4 … fc long UTF-8
//           f8 f9 fa fb   start and end of an array, of an object
//           fd + vint     raw binary
//   NAME    20            empty name
//           30-33 + 1     back reference to name 64 … 1023
//           34 … fc       long name
//           40-7f         back reference to name 0 … 63
//           80-bf         1-64 bytes of ASCII; c0-f7 2-57 bytes of UTF-8
// A vint is big-endian: 7 bits a byte, and a last byte with bit 80 set that holds 6 bits.
// Every name but the empty one joins the table of seen names, long ones too (Jackson's reader
// counts them, whatever the specification says); at 1024 names the table starts again.
// Invariants: no back reference whose second byte would be fe or ff (they mark framing elsewhere).
// Spec: docs/format/smile.md. Upstream: com.fasterxml.jackson.dataformat.smile.SmileGenerator.

import { VarveError, XCONTENT_DEPTH_MAX } from "../base/index.ts";
import type { XContentObject, XContentValue } from "./tree.ts";

/** Names in the back-reference table before it starts again. */
export const SHARED_NAMES_MAX = 1024;

const END_OF_STRING = 0xfc;

class SmileWriter {
  bytes: Buffer = Buffer.allocUnsafe(1024);
  length = 0;
  seenCount = 0;
  readonly seenNames = new Map<string, number>();

  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + count));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }
}

/** Encodes a tree whose root is an object. */
export function encodeSmile(root: XContentObject): Uint8Array {
  const out = new SmileWriter();
  out.byte(0x3a);
  out.byte(0x29);
  out.byte(0x0a);
  out.byte(0x05);
  writeValue(out, root, 0);
  return out.bytes.subarray(0, out.length);
}

function writeValue(out: SmileWriter, value: XContentValue, depth: number): void {
  if (depth > XCONTENT_DEPTH_MAX) {
    throw new VarveError("limit", `Content is nested deeper than ${XCONTENT_DEPTH_MAX} levels`);
  }
  if (typeof value === "string") writeText(out, value);
  else if (typeof value === "number") writeNumber(out, value);
  else if (value === null || value === undefined) out.byte(0x21);
  else if (value === false) out.byte(0x22);
  else if (value === true) out.byte(0x23);
  else if (typeof value === "bigint") writeBigint(out, value);
  else if (value instanceof Uint8Array) writeBinary(out, value);
  else if (Array.isArray(value)) {
    out.byte(0xf8);
    for (const item of value) writeValue(out, item, depth + 1);
    out.byte(0xf9);
  } else writeMembers(out, value, depth);
}

function writeMembers(out: SmileWriter, object: XContentObject, depth: number): void {
  out.byte(0xfa);
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (value === undefined) continue;
    writeName(out, name);
    writeValue(out, value, depth + 1);
  }
  out.byte(0xfb);
}

function writeName(out: SmileWriter, name: string): void {
  if (name.length === 0) {
    out.byte(0x20);
    return;
  }
  const seen = out.seenNames.get(name);
  if (seen !== undefined) {
    if (seen < 64) {
      out.byte(0x40 + seen);
      return;
    }
    if ((seen & 0xff) < 0xfe) {
      out.byte(0x30 + (seen >> 8));
      out.byte(seen & 0xff);
      return;
    }
  }
  const size = Buffer.byteLength(name);
  const ascii = size === name.length;
  if (name.length <= 56 && size <= (ascii ? 64 : 57)) {
    out.byte(ascii ? 0x7f + size : 0xbe + size);
    writeUtf8(out, name, size);
  } else {
    out.byte(0x34);
    writeUtf8(out, name, size);
    out.byte(END_OF_STRING);
  }
  addSeenName(out, name);
}

function addSeenName(out: SmileWriter, name: string): void {
  // A name that could not be referred to (fe, ff) is counted again, as the reader counts it again.
  if (out.seenCount === SHARED_NAMES_MAX) {
    out.seenNames.clear();
    out.seenCount = 0;
  }
  out.seenNames.set(name, out.seenCount++);
}

function writeUtf8(out: SmileWriter, text: string, size: number): void {
  out.reserve(size);
  if (size < 48 && size === text.length) {
    for (let i = 0; i < size; i++) out.bytes[out.length + i] = text.charCodeAt(i);
  } else {
    out.bytes.write(text, out.length, size, "utf8");
  }
  out.length += size;
}

function writeText(out: SmileWriter, text: string): void {
  if (text.length === 0) {
    out.byte(0x20);
    return;
  }
  const size = Buffer.byteLength(text);
  const ascii = size === text.length;
  if (ascii && size <= 64) {
    out.byte(size <= 32 ? 0x3f + size : 0x60 + size - 33);
    writeUtf8(out, text, size);
    return;
  }
  if (!ascii && size <= 65) {
    out.byte(size <= 33 ? 0x7e + size : 0xa0 + size - 34);
    writeUtf8(out, text, size);
    return;
  }
  out.byte(ascii ? 0xe0 : 0xe4);
  writeUtf8(out, text, size);
  out.byte(END_OF_STRING);
}

function writeNumber(out: SmileWriter, value: number): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    writeDouble(out, value);
    return;
  }
  if (value >= -16 && value <= 15) {
    out.byte(0xc0 + ((value << 1) ^ (value >> 31)));
    return;
  }
  if (value >= -2147483648 && value <= 2147483647) {
    out.byte(0x24);
    writeVint(out, ((value << 1) ^ (value >> 31)) >>> 0);
    return;
  }
  out.byte(0x25);
  // Zigzag may leave the safe range, so it is done on a bigint; such numbers are rare (times).
  writeBigVint(out, zigzag64(BigInt(value)));
}

function writeBigint(out: SmileWriter, value: bigint): void {
  if (value >= -9007199254740991n && value <= 9007199254740991n) {
    writeNumber(out, Number(value));
    return;
  }
  if (BigInt.asIntN(64, value) === value) {
    out.byte(0x25);
    writeBigVint(out, zigzag64(value));
    return;
  }
  out.byte(0x26);
  writeBinary7Bit(out, twosComplement(value));
}

function zigzag64(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
}

function twosComplement(value: bigint): Uint8Array {
  let size = 1;
  while (BigInt.asIntN(size * 8, value) !== value) size++;
  const bytes = new Uint8Array(size);
  for (let i = size - 1; i >= 0; i--) {
    bytes[i] = Number(value & 0xffn);
    value >>= 8n;
  }
  return bytes;
}

function writeVint(out: SmileWriter, value: number): void {
  out.reserve(5);
  let rest = Math.floor(value / 64);
  let start = out.length;
  for (let probe = rest; probe > 0; probe = Math.floor(probe / 128)) start++;
  const end = start;
  while (rest > 0) {
    out.bytes[--start] = rest & 0x7f;
    rest = Math.floor(rest / 128);
  }
  out.bytes[end] = 0x80 | (value & 0x3f);
  out.length = end + 1;
}

function writeBigVint(out: SmileWriter, value: bigint): void {
  const groups = [0x80 | Number(value & 0x3fn)];
  for (let rest = value >> 6n; rest > 0n; rest >>= 7n) groups.push(Number(rest & 0x7fn));
  for (let i = groups.length - 1; i >= 0; i--) out.byte(groups[i]!);
}

const doubleBytes = new DataView(new ArrayBuffer(8));

function writeDouble(out: SmileWriter, value: number): void {
  doubleBytes.setFloat64(0, value);
  out.byte(0x29);
  let high = doubleBytes.getUint32(0);
  let low = doubleBytes.getUint32(4);
  out.reserve(10);
  for (let i = 9; i >= 0; i--) {
    out.bytes[out.length + i] = low & 0x7f;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  out.length += 10;
}

function writeBinary(out: SmileWriter, bytes: Uint8Array): void {
  out.byte(0xfd);
  writeVint(out, bytes.length);
  out.reserve(bytes.length);
  out.bytes.set(bytes, out.length);
  out.length += bytes.length;
}

function writeBinary7Bit(out: SmileWriter, bytes: Uint8Array): void {
  writeVint(out, bytes.length);
  let accumulator = 0;
  let bits = 0;
  for (const byte of bytes) {
    accumulator = (accumulator << 8) | byte;
    bits += 8;
    while (bits >= 7) {
      bits -= 7;
      out.byte((accumulator >> bits) & 0x7f);
    }
    accumulator &= (1 << bits) - 1;
  }
  // The remaining bits stand at the low end of the last byte.
  if (bits > 0) out.byte(accumulator);
}
