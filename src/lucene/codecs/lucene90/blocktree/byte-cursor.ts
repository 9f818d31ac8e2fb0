// A cursor over bytes in memory: parts of a terms block. Reads past the end are `corrupt`.

import { corrupt } from "../../../../base/index.ts";
import type { IndexInput } from "../../../store/index.ts";

const NO_BYTES = new Uint8Array(0);

/** Lucene's ByteArrayDataInput. Fields are public for hot loops. */
export class ByteCursor {
  bytes: Uint8Array = NO_BYTES;
  start = 0;
  pos = 0;
  end = 0;
  file = "";

  reset(bytes: Uint8Array, start: number, end: number, file: string): void {
    this.bytes = bytes;
    this.start = start;
    this.pos = start;
    this.end = end;
    this.file = file;
  }

  /** Takes the next `length` bytes of `input`, without copying where they lie in one page. */
  borrow(input: IndexInput, length: number): void {
    if (length < 0) throw corrupt("Length of a block is negative", { file: input.name, length });
    if (length <= input.end - input.pos) {
      this.reset(input.buf, input.pos, input.pos + length, input.name);
      input.pos += length;
    } else {
      this.reset(input.bytesCopy(length), 0, length, input.name);
    }
  }

  rewind(): void {
    this.pos = this.start;
  }

  readByte(): number {
    if (this.pos >= this.end) throw corrupt("Read past the end of a block", { file: this.file });
    return this.bytes[this.pos++]!;
  }

  /** 1–5 bytes, as a non-negative 31-bit number. */
  readVInt(): number {
    let byte = this.readByte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift <= 28; shift += 7) {
      byte = this.readByte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (value < 0) break;
        return value;
      }
    }
    throw corrupt("vInt of a block is out of bounds", { file: this.file });
  }

  /** Up to 53 bits. */
  readVLong(): number {
    let byte = this.readByte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 128;
    for (let i = 1; i < 8; i++) {
      byte = this.readByte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    throw corrupt("vLong of a block is out of bounds", { file: this.file });
  }

  /** Moves over `count` bytes. */
  skip(count: number): void {
    if (count > this.end - this.pos)
      throw corrupt("Skip past the end of a block", { file: this.file });
    this.pos += count;
  }
}
