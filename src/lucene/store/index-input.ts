// Reading bytes of a Lucene file, synchronously, through a window over pages.
//
// A page source hands out whole pages (a memory file has one page; a local file reads 32 KiB pages
// through a shared cache; a blob throws a page miss that its runner answers). Readers never see
// that: IndexInput is Lucene's DataInput + seek + slice; RandomAccessInput reads at absolute
// positions.
//
// Lucene 9 bodies are little-endian, older ones big-endian (big-endian.ts); codec headers and
// footers are big-endian in all (see codec-util.ts).
// Invariants: no read crosses the end of the slice: it throws `corrupt` ("read past EOF").

import { corrupt, STRING_BYTES_MAX } from "../../base/index.ts";

/** Where pages come from. Implementations are safe for many inputs at once. */
export interface PageSource {
  readonly name: string;
  /** Bytes in the file. */
  readonly length: number;
  /** Bytes in every page but the last; a power of two, or ≥ length for a one-page source. */
  readonly pageBytes: number;
  /** The page's bytes, borrowed: valid and unchanged for as long as they are referenced. */
  page(index: number): Uint8Array;
  /** Copies `[position, position + length)` into `target`; for ranges longer than a page. */
  readInto(target: Uint8Array, targetOffset: number, position: number, length: number): void;
  /** The last 16 bytes, where they are known without reading (a snapshot's list of files). */
  readonly footer?: Uint8Array;
  /** Notes that this range will be read soon; for sources whose pages are far away. */
  prefetch?(position: number, length: number): void;
  close(): void;
}

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
const NO_BYTES = new Uint8Array(0);

/** A sequential input over a slice of a page source. Fields are public for hot loops; see each. */
export class IndexInput {
  /** Do numbers have their high byte first (big-endian.ts)? */
  readonly bigEndian: boolean = false;
  readonly source: PageSource;
  /** Absolute position in the source where this slice begins. */
  readonly sliceStart: number;
  /** Bytes in this slice. */
  readonly length: number;
  readonly name: string;
  /** The current window's bytes; `buf[pos]` is the next byte while `pos < end`. */
  buf: Uint8Array = NO_BYTES;
  view: DataView = new DataView(NO_BYTES.buffer);
  pos = 0;
  end = 0;
  /**
   * Position within the slice of `buf[0]` (may be negative when the slice starts inside a page).
   */
  private windowStart = 0;

  constructor(source: PageSource, sliceStart = 0, length = source.length, name = source.name) {
    if (sliceStart < 0 || length < 0 || sliceStart + length > source.length) {
      throw corrupt("Slice is outside of its file", {
        file: name,
        offset: sliceStart,
        length,
        fileLength: source.length,
      });
    }
    this.source = source;
    this.sliceStart = sliceStart;
    this.length = length;
    this.name = name;
  }

  get filePointer(): number {
    return this.windowStart + this.pos;
  }

  /** Moves to `position` of the slice; the bytes are fetched by the next read. */
  seek(position: number): void {
    if (position < 0 || position > this.length) {
      throw corrupt("Seek past EOF", { file: this.name, offset: position, length: this.length });
    }
    const inWindow = position - this.windowStart;
    if (this.end > 0 && inWindow >= 0 && inWindow < this.end && position >= 0) {
      this.pos = inWindow;
      return;
    }
    this.windowStart = position;
    this.buf = NO_BYTES;
    this.pos = 0;
    this.end = 0;
  }

  skip(count: number): void {
    this.seek(this.filePointer + count);
  }

  /** Says that `[offset, offset + length)` of this slice will be read soon. Reads nothing. */
  prefetch(offset: number, length: number): void {
    const { prefetch } = this.source;
    if (prefetch === undefined || offset < 0 || offset >= this.length || length <= 0) return;
    const bytes = Math.min(length, this.length - offset);
    this.source.prefetch!(this.sliceStart + offset, bytes);
  }

  /** Loads the page that holds the file pointer. */
  private refill(): void {
    const position = this.filePointer;
    if (position >= this.length) {
      throw corrupt("Read past EOF", { file: this.name, offset: position, length: this.length });
    }
    const absolute = this.sliceStart + position;
    const pageBytes = this.source.pageBytes;
    const index = Math.floor(absolute / pageBytes);
    const page = this.source.page(index);
    const pageStart = index * pageBytes;
    this.buf = page;
    this.view = new DataView(page.buffer, page.byteOffset, page.byteLength);
    this.windowStart = pageStart - this.sliceStart;
    this.pos = absolute - pageStart;
    this.end = Math.min(page.length, this.length - this.windowStart);
    if (this.pos >= this.end) {
      throw corrupt("Read past EOF", { file: this.name, offset: position, length: this.length });
    }
  }

  readByte(): number {
    if (this.pos >= this.end) this.refill();
    return this.buf[this.pos++]!;
  }

  /** Little-endian, signed 16 bits. */
  readShort(): number {
    if (this.end - this.pos >= 2) {
      const value = this.view.getInt16(this.pos, true);
      this.pos += 2;
      return value;
    }
    const low = this.readByte();
    return ((low | (this.readByte() << 8)) << 16) >> 16;
  }

  /** Little-endian, signed 32 bits. */
  readInt(): number {
    if (this.end - this.pos >= 4) {
      const value = this.view.getInt32(this.pos, true);
      this.pos += 4;
      return value;
    }
    const b0 = this.readByte();
    const b1 = this.readByte();
    const b2 = this.readByte();
    return b0 | (b1 << 8) | (b2 << 16) | (this.readByte() << 24);
  }

  /** Little-endian, signed 64 bits, exact. */
  readLong(): bigint {
    const low = this.readInt();
    const high = this.readInt();
    return (BigInt(high) << 32n) | BigInt(low >>> 0);
  }

  /** Little-endian 64 bits that must be a safe integer (offsets, counts); `corrupt` otherwise. */
  readLongNumber(): number {
    const low = this.readInt() >>> 0;
    const high = this.readInt();
    const value = high * 4294967296 + low;
    if (!Number.isSafeInteger(value)) {
      throw corrupt("64-bit value is too large for a length or offset", {
        file: this.name,
        offset: this.filePointer - 8,
      });
    }
    return value;
  }

  readBigEndianInt(): number {
    const b0 = this.readByte();
    const b1 = this.readByte();
    const b2 = this.readByte();
    return (b0 << 24) | (b1 << 16) | (b2 << 8) | this.readByte();
  }

  readBigEndianLong(): bigint {
    const high = this.readBigEndianInt();
    const low = this.readBigEndianInt();
    return (BigInt(high) << 32n) | BigInt(low >>> 0);
  }

  /** 1–5 bytes, 7 bits each, low first; a signed 32-bit result, as in Lucene. */
  readVInt(): number {
    let byte = this.readByte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift <= 28; shift += 7) {
      byte = this.readByte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw corrupt("Invalid vInt: more than 5 bytes", { file: this.name, offset: this.filePointer });
  }

  /** 1–9 bytes; must be a safe integer. */
  readVLong(): number {
    let byte = this.readByte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 128;
    for (let i = 1; i < 9; i++) {
      byte = this.readByte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (Number.isSafeInteger(value)) return value;
        break;
      }
      scale *= 128;
    }
    throw corrupt("Invalid vLong: too large", { file: this.name, offset: this.filePointer });
  }

  /** Zigzag of a vInt. */
  readZInt(): number {
    const value = this.readVInt();
    return (value >>> 1) ^ -(value & 1);
  }

  /** Zigzag of a vLong of up to 10 bytes, exact. */
  readZLong(): bigint {
    const value = this.readVLongBig();
    return (value >> 1n) ^ -(value & 1n);
  }

  /** Up to 10 bytes, as unsigned 64 bits. */
  readVLongBig(): bigint {
    let value = 0n;
    for (let shift = 0n; shift <= 63n; shift += 7n) {
      const byte = this.readByte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw corrupt("Invalid vLong: more than 10 bytes", {
      file: this.name,
      offset: this.filePointer,
    });
  }

  readBytes(target: Uint8Array, offset: number, length: number): void {
    if (length > this.length - this.filePointer) {
      throw corrupt("Read past EOF", { file: this.name, offset: this.filePointer, length });
    }
    while (length > 0) {
      if (this.pos >= this.end) {
        if (length > this.source.pageBytes) {
          const position = this.filePointer;
          this.source.readInto(target, offset, this.sliceStart + position, length);
          this.seek(position + length);
          return;
        }
        this.refill();
      }
      const count = Math.min(length, this.end - this.pos);
      target.set(this.buf.subarray(this.pos, this.pos + count), offset);
      this.pos += count;
      offset += count;
      length -= count;
    }
  }

  /** `length` bytes that the caller may keep but must not change; no copy when inside one page. */
  bytesBorrow(length: number): Uint8Array {
    if (this.pos >= this.end && length > 0) this.refill();
    if (this.end - this.pos >= length) {
      const bytes = this.buf.subarray(this.pos, this.pos + length);
      this.pos += length;
      return bytes;
    }
    return this.bytesCopy(length);
  }

  bytesCopy(length: number): Uint8Array {
    if (length > this.length - this.filePointer) {
      throw corrupt("Read past EOF", { file: this.name, offset: this.filePointer, length });
    }
    const bytes = new Uint8Array(length);
    this.readBytes(bytes, 0, length);
    return bytes;
  }

  /** vInt byte length, then UTF-8. */
  readString(maxBytes = STRING_BYTES_MAX): string {
    const length = this.readVInt();
    if (length < 0 || length > maxBytes || length > this.length - this.filePointer) {
      throw corrupt("String length is out of bounds", {
        file: this.name,
        offset: this.filePointer,
        length,
        max: maxBytes,
      });
    }
    return UTF8.decode(this.bytesBorrow(length));
  }

  /** vInt count, then pairs of strings. */
  readMapOfStrings(): Map<string, string> {
    const count = this.readCount("map entries", 2);
    const map = new Map<string, string>();
    for (let i = 0; i < count; i++) {
      const key = this.readString();
      map.set(key, this.readString());
    }
    return map;
  }

  readSetOfStrings(): Set<string> {
    const count = this.readCount("set entries", 1);
    const set = new Set<string>();
    for (let i = 0; i < count; i++) set.add(this.readString());
    return set;
  }

  /** A vInt count whose items take at least `itemBytesMin` each, checked against what is left. */
  readCount(what: string, itemBytesMin: number): number {
    const count = this.readVInt();
    if (count < 0 || count * itemBytesMin > this.length - this.filePointer) {
      throw corrupt(`Count of ${what} is out of bounds`, {
        file: this.name,
        offset: this.filePointer,
        count,
      });
    }
    return count;
  }

  /**
   * An independent input over `[offset, offset + length)` of this slice, positioned at its start.
   */
  slice(offset: number, length: number, what = "slice"): IndexInput {
    if (offset < 0 || length < 0 || offset + length > this.length) {
      throw corrupt("Slice is outside of its input", { file: this.name, offset, length });
    }
    return new IndexInput(this.source, this.sliceStart + offset, length, `${this.name}/${what}`);
  }

  /** An independent input over the same slice at the same position. */
  clone(): IndexInput {
    const copy = new IndexInput(this.source, this.sliceStart, this.length, this.name);
    copy.seek(this.filePointer);
    return copy;
  }

  randomAccess(offset = 0, length = this.length - offset): RandomAccessInput {
    if (offset < 0 || length < 0 || offset + length > this.length) {
      throw corrupt("Slice is outside of its input", { file: this.name, offset, length });
    }
    return new RandomAccessInput(this.source, this.sliceStart + offset, length, this.name);
  }

  /** Closes the source: only the owner that opened the file does this, once. */
  close(): void {
    this.source.close();
  }
}

/** Reads at absolute positions of a slice; keeps the last page at hand. Little-endian. */
export class RandomAccessInput {
  /** Do numbers have their high byte first (big-endian.ts)? Packed values are laid out alike. */
  readonly bigEndian: boolean = false;
  readonly length: number;
  private readonly source: PageSource;
  private readonly start: number;
  private readonly name: string;
  private buf: Uint8Array = NO_BYTES;
  private view: DataView = new DataView(NO_BYTES.buffer);
  /** Absolute position of `buf[0]`. */
  private pageStart = 0;

  constructor(source: PageSource, start: number, length: number, name: string) {
    this.source = source;
    this.start = start;
    this.length = length;
    this.name = name;
  }

  /** Makes the page of `absolute` current and returns the offset in it. */
  private locate(absolute: number, position: number): number {
    if (position < 0 || position >= this.length) {
      throw corrupt("Read past EOF", { file: this.name, offset: position, length: this.length });
    }
    const index = Math.floor(absolute / this.source.pageBytes);
    this.buf = this.source.page(index);
    this.view = new DataView(this.buf.buffer, this.buf.byteOffset, this.buf.byteLength);
    this.pageStart = index * this.source.pageBytes;
    return absolute - this.pageStart;
  }

  byteAt(position: number): number {
    const absolute = this.start + position;
    let offset = absolute - this.pageStart;
    if (offset < 0 || offset >= this.buf.length || position >= this.length) {
      offset = this.locate(absolute, position);
    }
    return this.buf[offset]!;
  }

  shortAt(position: number): number {
    const offset = this.start + position - this.pageStart;
    if (offset >= 0 && offset + 2 <= this.buf.length && position + 2 <= this.length) {
      return this.view.getInt16(offset, true);
    }
    return ((this.byteAt(position) | (this.byteAt(position + 1) << 8)) << 16) >> 16;
  }

  intAt(position: number): number {
    const offset = this.start + position - this.pageStart;
    if (offset >= 0 && offset + 4 <= this.buf.length && position + 4 <= this.length) {
      return this.view.getInt32(offset, true);
    }
    return (
      this.byteAt(position) |
      (this.byteAt(position + 1) << 8) |
      (this.byteAt(position + 2) << 16) |
      (this.byteAt(position + 3) << 24)
    );
  }

  longAt(position: number): bigint {
    return (BigInt(this.intAt(position + 4)) << 32n) | BigInt(this.intAt(position) >>> 0);
  }

  /** 64 bits that are known to be a safe integer: an offset, which its reader checks. */
  longNumberAt(position: number): number {
    return this.intAt(position + 4) * 4294967296 + (this.intAt(position) >>> 0);
  }

  /** `count` words of `wordBytes` bytes, each low byte first whatever the order on disk. */
  wordsBorrow(position: number, count: number, wordBytes: number): Uint8Array {
    return this.bytesBorrow(position, count * wordBytes);
  }

  /** Copies `length` bytes at `position`; borrowed when they lie in one page. */
  bytesBorrow(position: number, length: number): Uint8Array {
    if (length === 0) return NO_BYTES;
    if (position < 0 || length < 0 || position + length > this.length) {
      throw corrupt("Read past EOF", { file: this.name, offset: position, length });
    }
    const absolute = this.start + position;
    let offset = absolute - this.pageStart;
    if (offset < 0 || offset >= this.buf.length) offset = this.locate(absolute, position);
    if (offset + length <= this.buf.length) return this.buf.subarray(offset, offset + length);
    const bytes = new Uint8Array(length);
    this.source.readInto(bytes, 0, absolute, length);
    return bytes;
  }
}

/** A page source of one page: bytes that are already in memory. */
export function memorySource(name: string, bytes: Uint8Array): PageSource {
  return {
    name,
    length: bytes.length,
    pageBytes: Math.max(1, bytes.length),
    page: () => bytes,
    readInto(target, targetOffset, position, length) {
      target.set(bytes.subarray(position, position + length), targetOffset);
    },
    close() {},
  };
}
