// Appending to one generation. Records gather in memory; `writePending` hands them to the file off
// the main thread while new records gather in a second buffer.

import { dirname } from "node:path";
import type { FileIo, ReadableFile, WritableFile } from "../../../base/index.ts";
import {
  decodeOperation,
  RECORD_HEADER_BYTES,
  RecordBuffer,
  type TranslogOperation,
} from "./translog-operation.ts";
import { encodeHeader, HEADER_BYTES, type TranslogHeader } from "./translog-reader.ts";

/** A buffer that grew beyond this is dropped after its write instead of being used again. */
const SPARE_BYTES_MAX = 1024 * 1024;

/** One generation that takes records. */
export class TranslogWriter {
  readonly generation: number;
  readonly path: string;
  private readonly io: FileIo;
  private readonly file: WritableFile;
  private reader: ReadableFile | undefined;
  /** Bytes that the file holds (given to the system, not yet durable). */
  private writtenBytes = HEADER_BYTES;
  private pending = new RecordBuffer();
  private spare: RecordBuffer | undefined;
  private inFlight: RecordBuffer | undefined;
  private isNameDurable = false;
  /** Bytes known to be durable; 0 before the first sync. */
  syncedBytes = 0;
  operations = 0;
  /** File length once everything is written. */
  lengthBytes = HEADER_BYTES;

  private constructor(io: FileIo, path: string, generation: number, file: WritableFile) {
    this.io = io;
    this.path = path;
    this.generation = generation;
    this.file = file;
  }

  /** Creates the file. Name and header become durable with the first sync. */
  static create(io: FileIo, path: string, header: TranslogHeader): TranslogWriter {
    const file = io.openWrite(path, "exclusive");
    file.write(encodeHeader(header), 0);
    return new TranslogWriter(io, path, header.generation, file);
  }

  /** Answers the record's position in the file. */
  add(operation: TranslogOperation): number {
    const position = this.lengthBytes;
    this.lengthBytes += this.pending.append(operation);
    this.operations++;
    return position;
  }

  get pendingBytes(): number {
    return this.pending.length;
  }

  /** Hands everything added so far to the file, off the main thread. One call at a time. */
  async writePending(): Promise<void> {
    if (this.pending.length === 0) return;
    const buffer = this.pending;
    this.pending = this.spare ?? new RecordBuffer();
    this.spare = undefined;
    this.inFlight = buffer;
    await this.file.writeAsync(buffer.bytesBorrow(), this.writtenBytes);
    this.writtenBytes += buffer.length;
    this.inFlight = undefined;
    if (buffer.capacityBytes > SPARE_BYTES_MAX) return;
    buffer.reset();
    this.spare = buffer;
  }

  /** The same on the main thread, to bound the buffer. Not while a write is on its way. */
  writePendingBlocking(): void {
    if (this.pending.length === 0) return;
    this.file.write(this.pending.bytesBorrow(), this.writtenBytes);
    this.writtenBytes += this.pending.length;
    this.pending = new RecordBuffer();
  }

  /** Are there written records that are not durable? */
  get isSyncNeeded(): boolean {
    return this.writtenBytes > Math.max(this.syncedBytes, HEADER_BYTES);
  }

  /** Makes what was written durable, off the main thread. One call at a time. */
  async syncAsync(): Promise<void> {
    const written = this.writtenBytes;
    await this.file.syncAsync();
    await this.syncName();
    this.syncedBytes = written;
  }

  /** Makes the file's name durable. */
  async syncName(): Promise<void> {
    if (!this.isNameDurable) await this.io.syncDirectoryAsync(dirname(this.path));
    this.isNameDurable = true;
  }

  sync(): void {
    this.file.sync();
    if (!this.isNameDurable) this.io.syncDirectory(dirname(this.path));
    this.isNameDurable = true;
    this.syncedBytes = this.writtenBytes;
  }

  /** Reads a record back, wherever it is by now. */
  read(position: number, length: number): TranslogOperation | undefined {
    const flightStart = this.writtenBytes;
    const pendingStart = flightStart + (this.inFlight?.length ?? 0);
    let record: Uint8Array;
    if (position >= pendingStart) {
      const start = position - pendingStart;
      record = this.pending.bytesBorrow(start, start + length);
    } else if (position >= flightStart) {
      const start = position - flightStart;
      record = this.inFlight!.bytesBorrow(start, start + length);
    } else {
      this.reader ??= this.io.openRead(this.path);
      record = Buffer.allocUnsafe(length);
      if (this.reader.read(record, position) < length) return undefined;
    }
    return decodeOperation(record.subarray(RECORD_HEADER_BYTES));
  }

  close(): void {
    this.reader?.close();
    this.reader = undefined;
    this.file.close();
  }
}
