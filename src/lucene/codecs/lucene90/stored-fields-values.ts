// A stored value: vLong (field number << 3 | type), then
//   0 string   vInt bytes, UTF-8
//   1 bytes    vInt bytes, bytes
//   2 int      zigzag vInt
//   3 float    1 byte 0x80 | (1 + v) for whole v in -1..125; 4 bytes, high first, for a positive
//              one (its first byte is below 0x80); otherwise 0xff and a little-endian i32
//   4 long     1 byte: 2 bits unit (0 none, 1 seconds, 2 hours, 3 days, of milliseconds), 1 bit
//              "more follows", 5 low bits of the zigzagged value; then a vLong of the rest
//   5 double   1 byte 0x80 | (1 + v) for whole v in -1..124; 0xfe and a float's le-i32 where that
//              is exact; 8 bytes, high first, for a positive one; otherwise 0xff and a le-i64
// The positive float is u8, le-u16, u8 and the double u8, le-u32, le-u16, u8: not plain big-endian.
// Upstream: org.apache.lucene.codecs.lucene90.compressing.Lucene90CompressingStoredFieldsWriter
// (writeZFloat, writeZDouble, writeTLong; 9.12.3).

import { corrupt } from "../../../base/index.ts";
import type { DataOutput, IndexInput } from "../../store/index.ts";

/** Bits of a value's type in its header. */
export const TYPE_BITS = 3;

/** Type codes and the names that StoredFieldVisitor uses, by code. */
export const TYPE_NAMES = ["string", "binary", "int", "float", "long", "double"] as const;
/** Types of stored values, as they are on disk. */
export type StoredType = (typeof TYPE_NAMES)[number];

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
const UNITS = [1, SECOND, HOUR, DAY];
const view = new DataView(new ArrayBuffer(8));

/** Steps over a value. */
export function skipValue(input: IndexInput, type: StoredType): void {
  if (type === "string" || type === "binary") input.skip(readByteCount(input));
  else readNumber(input, type);
}

/** The vInt length of a string or bytes, checked against what is left. */
export function readByteCount(input: IndexInput): number {
  const length = input.readVInt();
  if (length < 0 || length > input.length - input.filePointer) {
    throw corrupt("Stored value crosses the end of its chunk", { file: input.name, length });
  }
  return length;
}

/** Reads a number; a long beyond 2^53 is a bigint. */
export function readNumber(input: IndexInput, type: StoredType): number | bigint {
  if (type === "int") return input.readZInt();
  if (type === "long") return readTLong(input);
  return type === "float" ? readZFloat(input) : readZDouble(input);
}

function readZFloat(input: IndexInput): number {
  const first = input.readByte();
  if (first === 0xff) {
    view.setInt32(0, input.readInt());
  } else if (first >= 0x80) {
    return (first & 0x7f) - 1;
  } else {
    const middle = input.readShort() & 0xffff;
    view.setInt32(0, (first << 24) | (middle << 8) | input.readByte());
  }
  return view.getFloat32(0);
}

function readZDouble(input: IndexInput): number {
  const first = input.readByte();
  if (first === 0xfe) {
    view.setInt32(0, input.readInt());
    return view.getFloat32(0);
  }
  if (first === 0xff) {
    view.setBigInt64(0, input.readLong());
    return view.getFloat64(0);
  }
  if (first >= 0x80) return (first & 0x7f) - 1;
  view.setUint8(0, first);
  view.setInt32(1, input.readInt());
  view.setInt16(5, input.readShort());
  view.setUint8(7, input.readByte());
  return view.getFloat64(0);
}

function readTLong(input: IndexInput): number | bigint {
  const header = input.readByte();
  const unit = UNITS[header >>> 6]!;
  const low = header & 0x1f;
  if ((header & 0x20) === 0) return ((low >>> 1) ^ -(low & 1)) * unit;
  const bits = BigInt.asUintN(64, (input.readVLongBig() << 5n) | BigInt(low));
  const value = BigInt.asIntN(64, ((bits >> 1n) ^ -(bits & 1n)) * BigInt(unit));
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Writes the number as `type`. */
export function writeNumber(output: DataOutput, type: StoredType, value: number | bigint): void {
  if (type === "int") output.writeZInt(Number(value));
  else if (type === "long") writeTLong(output, value);
  else if (type === "float") writeZFloat(output, Math.fround(Number(value)));
  else writeZDouble(output, Number(value));
}

function writeZFloat(output: DataOutput, value: number): void {
  view.setFloat32(0, value);
  if (Number.isInteger(value) && value >= -1 && value <= 125 && !Object.is(value, -0)) {
    output.writeByte(0x80 | (value + 1));
  } else if (view.getUint8(0) < 0x80) {
    output.writeByte(view.getUint8(0));
    output.writeShort(view.getInt16(1));
    output.writeByte(view.getUint8(3));
  } else {
    output.writeByte(0xff);
    output.writeInt(view.getInt32(0));
  }
}

function writeZDouble(output: DataOutput, value: number): void {
  if (Number.isInteger(value) && value >= -1 && value <= 124 && !Object.is(value, -0)) {
    output.writeByte(0x80 | (value + 1));
    return;
  }
  if (Math.fround(value) === value) {
    view.setFloat32(0, value);
    output.writeByte(0xfe);
    output.writeInt(view.getInt32(0));
    return;
  }
  view.setFloat64(0, value);
  if (view.getUint8(0) < 0x80) {
    output.writeByte(view.getUint8(0));
    output.writeInt(view.getInt32(1));
    output.writeShort(view.getInt16(5));
    output.writeByte(view.getUint8(7));
  } else {
    output.writeByte(0xff);
    output.writeLong(view.getBigInt64(0));
  }
}

function writeTLong(output: DataOutput, value: number | bigint): void {
  const long = BigInt.asIntN(64, BigInt(value));
  let unit = 0;
  if (long % 1000n === 0n) {
    unit = long % BigInt(DAY) === 0n ? 3 : long % BigInt(HOUR) === 0n ? 2 : 1;
  }
  const scaled = long / BigInt(UNITS[unit]!);
  const zigzag = BigInt.asUintN(64, (scaled << 1n) ^ (scaled >> 63n));
  const rest = zigzag >> 5n;
  output.writeByte((unit << 6) | (rest === 0n ? 0 : 0x20) | Number(zigzag & 31n));
  if (rest !== 0n) output.writeVLongBig(rest);
}
