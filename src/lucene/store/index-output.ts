// Writing bytes of a Lucene file. DataOutput grows in memory; IndexOutput hands full buffers to a
// sink and keeps the running CRC-32 for the footer. Little-endian, as Lucene 9 bodies are.

import { crc32 } from "../../base/index.ts";

/** Where the bytes of one new file go, in order. */
export interface ByteSink {
  /** Takes ownership of nothing: the bytes are valid during the call only. */
  write(bytes: Uint8Array): void;
  close(): void;
}

const UTF8 = new TextEncoder();

/** A growing buffer with Lucene's DataOutput primitives. */
export class DataOutput {
  buf: Uint8Array;
  view: DataView;
  /** Next free byte of `buf`. */
  pos = 0;

  constructor(initialBytes = 1024) {
    this.buf = new Uint8Array(initialBytes);
    this.view = new DataView(this.buf.buffer);
  }

  /** Bytes written so far. */
  get filePointer(): number {
    return this.pos;
  }

  /** Makes room for `count` more bytes. IndexOutput overrides it to flush. */
  protected ensure(count: number): void {
    if (this.pos + count <= this.buf.length) return;
    const grown = new Uint8Array(Math.max(this.pos + count, this.buf.length * 2));
    grown.set(this.buf.subarray(0, this.pos));
    this.buf = grown;
    this.view = new DataView(grown.buffer);
  }

  writeByte(value: number): void {
    if (this.pos >= this.buf.length) this.ensure(1);
    this.buf[this.pos++] = value;
  }

  writeShort(value: number): void {
    this.ensure(2);
    this.view.setInt16(this.pos, value, true);
    this.pos += 2;
  }

  writeInt(value: number): void {
    this.ensure(4);
    this.view.setInt32(this.pos, value, true);
    this.pos += 4;
  }

  /** A bigint, or a safe integer. */
  writeLong(value: bigint | number): void {
    this.ensure(8);
    if (typeof value === "bigint") {
      this.view.setBigInt64(this.pos, BigInt.asIntN(64, value), true);
    } else {
      this.view.setInt32(this.pos, (value % 4294967296) | 0, true);
      this.view.setInt32(this.pos + 4, Math.floor(value / 4294967296), true);
    }
    this.pos += 8;
  }

  writeBigEndianInt(value: number): void {
    this.ensure(4);
    this.view.setInt32(this.pos, value, false);
    this.pos += 4;
  }

  writeBigEndianLong(value: bigint): void {
    this.ensure(8);
    this.view.setBigInt64(this.pos, BigInt.asIntN(64, value), false);
    this.pos += 8;
  }

  writeVInt(value: number): void {
    this.ensure(5);
    value >>>= 0;
    while (value > 0x7f) {
      this.buf[this.pos++] = (value & 0x7f) | 0x80;
      value >>>= 7;
    }
    this.buf[this.pos++] = value;
  }

  /** A non-negative safe integer. */
  writeVLong(value: number): void {
    this.ensure(9);
    while (value > 0x7f) {
      this.buf[this.pos++] = (value % 128) | 0x80;
      value = Math.floor(value / 128);
    }
    this.buf[this.pos++] = value;
  }

  /** Unsigned 64 bits. */
  writeVLongBig(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.writeByte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.writeByte(Number(rest));
  }

  writeZInt(value: number): void {
    this.writeVInt((value << 1) ^ (value >> 31));
  }

  writeZLong(value: bigint): void {
    this.writeVLongBig((value << 1n) ^ (value >> 63n));
  }

  writeBytes(bytes: Uint8Array, offset = 0, length = bytes.length - offset): void {
    this.ensure(length);
    this.buf.set(
      offset === 0 && length === bytes.length ? bytes : bytes.subarray(offset, offset + length),
      this.pos,
    );
    this.pos += length;
  }

  writeString(text: string): void {
    const bytes = UTF8.encode(text);
    this.writeVInt(bytes.length);
    this.writeBytes(bytes);
  }

  writeMapOfStrings(map: ReadonlyMap<string, string>): void {
    this.writeVInt(map.size);
    for (const [key, value] of map) {
      this.writeString(key);
      this.writeString(value);
    }
  }

  writeSetOfStrings(set: ReadonlySet<string>): void {
    this.writeVInt(set.size);
    for (const value of set) this.writeString(value);
  }

  /** What is in the buffer, borrowed until the next write. (A plain DataOutput: everything.) */
  bytesBorrow(): Uint8Array {
    return this.buf.subarray(0, this.pos);
  }

  bytesCopy(): Uint8Array {
    return this.buf.slice(0, this.pos);
  }

  reset(): void {
    this.pos = 0;
  }
}

const FLUSH_BYTES = 64 * 1024;

/** A new file: flushes to its sink and knows the checksum of all bytes so far. */
export class IndexOutput extends DataOutput {
  readonly name: string;
  private readonly sink: ByteSink;
  private flushed = 0;
  private crc = 0;

  constructor(name: string, sink: ByteSink) {
    super(FLUSH_BYTES);
    this.name = name;
    this.sink = sink;
  }

  override get filePointer(): number {
    return this.flushed + this.pos;
  }

  protected override ensure(count: number): void {
    if (this.pos + count <= this.buf.length) return;
    this.flush();
    if (count > this.buf.length) {
      this.buf = new Uint8Array(count);
      this.view = new DataView(this.buf.buffer);
    }
  }

  override writeBytes(bytes: Uint8Array, offset = 0, length = bytes.length - offset): void {
    if (length <= this.buf.length - this.pos || length < FLUSH_BYTES) {
      super.writeBytes(bytes, offset, length);
      return;
    }
    this.flush();
    const part = bytes.subarray(offset, offset + length);
    this.crc = crc32(part, this.crc);
    this.sink.write(part);
    this.flushed += length;
  }

  private flush(): void {
    if (this.pos === 0) return;
    const part = this.buf.subarray(0, this.pos);
    this.crc = crc32(part, this.crc);
    this.sink.write(part);
    this.flushed += this.pos;
    this.pos = 0;
  }

  /** CRC-32 of every byte written so far. */
  checksum(): number {
    this.flush();
    return this.crc;
  }

  close(): void {
    this.flush();
    this.sink.close();
  }
}
