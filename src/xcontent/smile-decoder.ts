// SMILE, read: every token of the specification but bare decimals beyond a double's precision.
// The byte tables stand in smile-encoder.ts. Back references to names are always possible, to short
// strings only if flag 02 of the header is set; both tables start again at 1024 entries.
// Invariants: the header is there; each length fits into what is left; depth is bounded.
// Spec: docs/format/smile.md. Upstream: com.fasterxml.jackson.dataformat.smile.SmileParser.

import { corrupt, XCONTENT_DEPTH_MAX } from "../base/index.ts";
import { SHARED_NAMES_MAX } from "./smile-encoder.ts";
import { setMember, type XContentObject, type XContentValue } from "./tree.ts";

/** True if the bytes begin with SMILE's header. */
export function isSmile(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0x3a && bytes[1] === 0x29 && bytes[2] === 0x0a;
}

class SmileReader {
  readonly bytes: Buffer;
  position = 4;
  names: string[] = [];
  strings: string[] | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if ((bytes[3]! & 0x02) !== 0) this.strings = [];
  }

  next(): number {
    if (this.position >= this.bytes.length) throw truncated(this);
    return this.bytes[this.position++]!;
  }

  text(size: number, ascii: boolean): string {
    const start = this.position;
    if (size > this.bytes.length - start) throw truncated(this);
    this.position += size;
    return ascii
      ? this.bytes.toString("latin1", start, start + size)
      : this.bytes.toString("utf8", start, start + size);
  }
}

function truncated(reader: SmileReader) {
  return corrupt("SMILE content ends early", { offset: reader.position });
}

function invalid(reader: SmileReader, message: string) {
  return corrupt(`Invalid SMILE content: ${message}`, { offset: reader.position - 1 });
}

/** Decodes one document. Answers its root, an object as a rule. */
export function decodeSmile(bytes: Uint8Array): XContentValue {
  if (!isSmile(bytes)) throw corrupt("SMILE header is missing", { length: bytes.length });
  if (bytes[3]! >> 4 !== 0) throw corrupt(`SMILE version ${bytes[3]! >> 4} is not known`);
  const reader = new SmileReader(bytes);
  return readValue(reader, reader.next(), 0);
}

function readValue(reader: SmileReader, token: number, depth: number): XContentValue {
  if (depth > XCONTENT_DEPTH_MAX) throw invalid(reader, "nested too deeply");
  switch (token >> 5) {
    case 0:
      return sharedString(reader, token - 1);
    case 1:
      return readSimple(reader, token);
    case 2:
    case 3:
      return shareString(reader, reader.text(token - 0x3f, true));
    case 4:
    case 5:
      return shareString(reader, reader.text(token - 0x80 + 2, false));
    case 6: {
      const zigzag = token & 0x1f;
      return (zigzag >>> 1) ^ -(zigzag & 1);
    }
    default:
      return readStructure(reader, token, depth);
  }
}

function readSimple(reader: SmileReader, token: number): XContentValue {
  switch (token) {
    case 0x20:
      return "";
    case 0x21:
      return null;
    case 0x22:
      return false;
    case 0x23:
      return true;
    case 0x24: {
      const zigzag = readVint(reader) >>> 0;
      return (zigzag >>> 1) ^ -(zigzag & 1);
    }
    case 0x25:
      return narrow(readLong(reader));
    case 0x26:
      return narrow(bigintOf(readBinary7Bit(reader)));
    case 0x28:
      return readFloat(reader);
    case 0x29:
      return readDouble(reader);
    case 0x2a:
      return readDecimal(reader);
  }
  throw invalid(reader, `unknown token 0x${token.toString(16)}`);
}

function readStructure(reader: SmileReader, token: number, depth: number): XContentValue {
  switch (token) {
    case 0xe0:
      return readLongText(reader, true);
    case 0xe4:
      return readLongText(reader, false);
    case 0xe8:
      return readBinary7Bit(reader);
    case 0xec:
    case 0xed:
    case 0xee:
    case 0xef:
      return sharedString(reader, ((token & 3) << 8) | reader.next());
    case 0xf8:
      return readItems(reader, depth);
    case 0xfa:
      return readMembers(reader, depth);
    case 0xfd: {
      const size = readVint(reader);
      if (size < 0 || size > reader.bytes.length - reader.position) throw truncated(reader);
      reader.position += size;
      return Uint8Array.from(reader.bytes.subarray(reader.position - size, reader.position));
    }
  }
  throw invalid(reader, `unknown token 0x${token.toString(16)}`);
}

function readItems(reader: SmileReader, depth: number): XContentValue[] {
  const items: XContentValue[] = [];
  for (;;) {
    const token = reader.next();
    if (token === 0xf9) return items;
    items.push(readValue(reader, token, depth + 1));
  }
}

function readMembers(reader: SmileReader, depth: number): XContentObject {
  const object: XContentObject = {};
  for (;;) {
    const token = reader.next();
    if (token === 0xfb) return object;
    const name = readName(reader, token);
    setMember(object, name, readValue(reader, reader.next(), depth + 1));
  }
}

function readName(reader: SmileReader, token: number): string {
  if (token >= 0x80 && token < 0xc0) return shareName(reader, reader.text(token - 0x7f, true));
  if (token >= 0x40 && token < 0x80) return sharedName(reader, token - 0x40);
  if (token >= 0xc0 && token < 0xf8) return shareName(reader, reader.text(token - 0xbe, false));
  if (token >= 0x30 && token < 0x34) return sharedName(reader, ((token & 3) << 8) | reader.next());
  if (token === 0x34) return shareName(reader, readLongText(reader, false));
  if (token === 0x20) return "";
  throw invalid(reader, `unknown name token 0x${token.toString(16)}`);
}

function shareName(reader: SmileReader, name: string): string {
  if (reader.names.length === SHARED_NAMES_MAX) reader.names = [];
  reader.names.push(name);
  return name;
}

function sharedName(reader: SmileReader, index: number): string {
  const name = reader.names[index];
  if (name === undefined) throw invalid(reader, `name reference ${index} out of range`);
  return name;
}

function shareString(reader: SmileReader, text: string): string {
  if (reader.strings !== undefined) {
    if (reader.strings.length === SHARED_NAMES_MAX) reader.strings = [];
    reader.strings.push(text);
  }
  return text;
}

function sharedString(reader: SmileReader, index: number): string {
  const text = reader.strings?.[index];
  if (text === undefined) throw invalid(reader, `string reference ${index} out of range`);
  return text;
}

function readLongText(reader: SmileReader, ascii: boolean): string {
  const end = reader.bytes.indexOf(0xfc, reader.position);
  if (end < 0) throw truncated(reader);
  const text = reader.text(end - reader.position, ascii);
  reader.position = end + 1;
  return text;
}

/** At most 32 bits, as a signed number. */
function readVint(reader: SmileReader): number {
  let value = 0;
  for (let count = 0; count < 5; count++) {
    const byte = reader.next();
    if (byte >= 0x80) return (value << 6) | (byte & 0x3f);
    value = (value << 7) | byte;
  }
  throw invalid(reader, "variable-length integer of more than 5 bytes");
}

function readLong(reader: SmileReader): bigint {
  let value = 0n;
  for (let count = 0; count < 10; count++) {
    const byte = reader.next();
    if (byte >= 0x80) {
      const zigzag = BigInt.asUintN(64, (value << 6n) | BigInt(byte & 0x3f));
      return (zigzag >> 1n) ^ -(zigzag & 1n);
    }
    value = (value << 7n) | BigInt(byte);
  }
  throw invalid(reader, "variable-length integer of more than 10 bytes");
}

function narrow(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

function readBinary7Bit(reader: SmileReader): Uint8Array {
  const size = readVint(reader);
  // Seven bytes take eight; the size is checked before the memory is taken.
  if (size < 0 || Math.ceil((size * 8) / 7) > reader.bytes.length - reader.position) {
    throw truncated(reader);
  }
  const out = new Uint8Array(size);
  let accumulator = 0;
  let bits = 0;
  for (let i = 0; i < size; ) {
    const left = size * 8 - (i * 8 + bits);
    // The last byte holds only the bits that are missing, at its low end.
    const width = Math.min(7, left);
    accumulator = (accumulator << width) | (reader.next() & ((1 << width) - 1));
    bits += width;
    if (bits >= 8) {
      bits -= 8;
      out[i++] = (accumulator >> bits) & 0xff;
      accumulator &= (1 << bits) - 1;
    }
  }
  return out;
}

function bigintOf(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const hex = Buffer.from(bytes).toString("hex");
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}

function readDecimal(reader: SmileReader): number {
  const zigzag = readVint(reader) >>> 0;
  const scale = (zigzag >>> 1) ^ -(zigzag & 1);
  const unscaled = bigintOf(readBinary7Bit(reader));
  return Number(`${unscaled}e${-scale}`);
}

const floatBytes = new DataView(new ArrayBuffer(8));

function readFloat(reader: SmileReader): number {
  let bits = 0;
  for (let i = 0; i < 5; i++) bits = (bits << 7) | (reader.next() & 0x7f);
  floatBytes.setInt32(0, bits);
  return floatBytes.getFloat32(0);
}

function readDouble(reader: SmileReader): number {
  let high = 0;
  let low = 0;
  for (let i = 0; i < 10; i++) {
    high = ((high << 7) | (low >>> 25)) >>> 0;
    low = ((low << 7) | (reader.next() & 0x7f)) >>> 0;
  }
  floatBytes.setUint32(0, high);
  floatBytes.setUint32(4, low);
  return floatBytes.getFloat64(0);
}
