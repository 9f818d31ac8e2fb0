// Lucene wrote 16, 32 and 64-bit numbers high byte first up to 8.x; since 9.0 low byte first. The
// old generations read through a directory that says so: its inputs answer the same calls on the
// same windows of bytes in the other order, and so do their slices, clones and random-access
// views. A decoder whose layout did not change between the lines is then written once, and the
// inputs of 9.0 and later ask no question. Bytes, vInts, strings and codec headers have one order
// in all lines.
// Upstream: org.apache.lucene.store.DataInput (8.10.1),
// org.apache.lucene.backward_codecs.store.EndiannessReverserUtil (9.0.0).

import { corrupt } from "../../base/index.ts";
import type { Directory } from "./directory.ts";
import { IndexInput, RandomAccessInput } from "./index-input.ts";
import type { IndexOutput } from "./index-output.ts";

/** An input whose numbers have their high byte first. */
export class BigEndianIndexInput extends IndexInput {
  override readonly bigEndian = true;

  override readShort(): number {
    const high = this.readByte();
    return (((high << 8) | this.readByte()) << 16) >> 16;
  }

  override readInt(): number {
    if (this.end - this.pos < 4) return this.readBigEndianInt();
    const value = this.view.getInt32(this.pos, false);
    this.pos += 4;
    return value;
  }

  override readLong(): bigint {
    return this.readBigEndianLong();
  }

  override readLongNumber(): number {
    const high = this.readInt();
    const value = high * 4294967296 + (this.readInt() >>> 0);
    if (Number.isSafeInteger(value)) return value;
    throw corrupt("64-bit value is too large for a length or offset", {
      file: this.name,
      offset: this.filePointer - 8,
    });
  }

  override slice(offset: number, length: number, what = "slice"): BigEndianIndexInput {
    return bigEndianInput(super.slice(offset, length, what));
  }

  override clone(): BigEndianIndexInput {
    return bigEndianInput(super.clone());
  }

  override randomAccess(offset = 0, length = this.length - offset): RandomAccessInput {
    super.slice(offset, length);
    return new BigEndianRandomAccessInput(this.source, this.sliceStart + offset, length, this.name);
  }
}

/** The same bytes at the same position, high byte first. Closing either closes the source. */
export function bigEndianInput(input: IndexInput): BigEndianIndexInput {
  const reversed = new BigEndianIndexInput(
    input.source,
    input.sliceStart,
    input.length,
    input.name,
  );
  reversed.seek(input.filePointer);
  return reversed;
}

/** Absolute reads, high byte first. */
export class BigEndianRandomAccessInput extends RandomAccessInput {
  override readonly bigEndian = true;

  override shortAt(position: number): number {
    return (((this.byteAt(position) << 8) | this.byteAt(position + 1)) << 16) >> 16;
  }

  override intAt(position: number): number {
    return (
      (this.byteAt(position) << 24) |
      (this.byteAt(position + 1) << 16) |
      (this.byteAt(position + 2) << 8) |
      this.byteAt(position + 3)
    );
  }

  override longAt(position: number): bigint {
    return (BigInt(this.intAt(position)) << 32n) | BigInt(this.intAt(position + 4) >>> 0);
  }

  override longNumberAt(position: number): number {
    return this.intAt(position) * 4294967296 + (this.intAt(position + 4) >>> 0);
  }

  override wordsBorrow(position: number, count: number, wordBytes: number): Uint8Array {
    return reversedWords(this.bytesBorrow(position, count * wordBytes), wordBytes);
  }
}

/** A copy in which every word of `wordBytes` bytes stands the other way round. */
export function reversedWords(bytes: Uint8Array, wordBytes: number): Uint8Array {
  const reversed = new Uint8Array(bytes.length);
  for (let word = 0; word < bytes.length; word += wordBytes) {
    for (let i = 0; i < wordBytes; i++) reversed[word + i] = bytes[word + wordBytes - 1 - i]!;
  }
  return reversed;
}

/** The files of `directory`, read high byte first. It is a view: closing it does nothing. */
export class BigEndianDirectory implements Directory {
  private readonly directory: Directory;

  constructor(directory: Directory) {
    this.directory = directory;
  }

  openInput(name: string): BigEndianIndexInput {
    return bigEndianInput(this.directory.openInput(name));
  }

  listAll(): string[] {
    return this.directory.listAll();
  }

  fileLength(name: string): number {
    return this.directory.fileLength(name);
  }

  /** Not reversed: old generations are not written. */
  createOutput(name: string): IndexOutput {
    return this.directory.createOutput(name);
  }

  deleteFile(name: string): void {
    this.directory.deleteFile(name);
  }

  rename(source: string, target: string): void {
    this.directory.rename(source, target);
  }

  sync(names: readonly string[]): void {
    this.directory.sync(names);
  }

  syncMetadata(): void {
    this.directory.syncMetadata();
  }

  close(): void {}
}
