// Reading one generation of a translog, `translog-<generation>.tlog`. Little-endian.
//
//   OFFSET  SIZE  TYPE   FIELD          MEANING
//     0      4    u32    magic          0x474c5456 ("VTLG")
//     4      4    u32    version        1
//     8      8    f64    generation     as in the file's name
//    16      8    f64    primary_term   of the shard when the file was begun
//    24     22    ascii  translog uuid  as in the commit's user data
//    46      4    u32    checksum       CRC-32 of bytes 0…45
//    50      …    –      records        see translog-operation.ts
//
// Torn or damaged. What lies below the durable offset was acknowledged: it must be whole, and if it
// is not, the shard fails with `translog_corrupted_exception`. What lies above was being written
// when the process died: it counts up to the first record that does not hold, and the rest is cut.
// Upstream: org.opensearch.index.translog.{TranslogHeader,TranslogSnapshot} (the layout is ours).

import { crc32, type FileIo, type ReadableFile } from "../../../base/index.ts";
import {
  decodeOperation,
  RECORD_BYTES_MAX,
  RECORD_HEADER_BYTES,
  type TranslogOperation,
  translogCorrupted,
} from "./translog-operation.ts";

/** The facts in the header of a generation. */
export interface TranslogHeader {
  readonly generation: number;
  readonly primaryTerm: number;
  readonly translogUuid: string;
}

const MAGIC = 0x474c5456;
const VERSION = 1;
const UUID_BYTES = 22;
const CHECKSUM_OFFSET = 24 + UUID_BYTES;
/** Where the first record begins. */
export const HEADER_BYTES = CHECKSUM_OFFSET + 4;
const WINDOW_BYTES = 256 * 1024;

/** `translog-7.tlog`. */
export function translogFileName(generation: number): string {
  return `translog-${generation}.tlog`;
}

/** The generation in a file's name; undefined for any other file. */
export function generationOfFile(name: string): number | undefined {
  const match = /^translog-([1-9]\d{0,14})\.tlog$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** The bytes at the start of a generation. */
export function encodeHeader(header: TranslogHeader): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(VERSION, 4);
  bytes.writeDoubleLE(header.generation, 8);
  bytes.writeDoubleLE(header.primaryTerm, 16);
  bytes.write(header.translogUuid, 24, UUID_BYTES, "latin1");
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CHECKSUM_OFFSET)), CHECKSUM_OFFSET);
  return bytes;
}

function decodeHeader(bytes: Buffer): TranslogHeader | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(0) !== MAGIC) return undefined;
  if (bytes.readUInt32LE(4) !== VERSION) return undefined;
  const checksum = crc32(bytes.subarray(0, CHECKSUM_OFFSET));
  if (bytes.readUInt32LE(CHECKSUM_OFFSET) !== checksum) return undefined;
  return {
    generation: bytes.readDoubleLE(8),
    primaryTerm: bytes.readDoubleLE(16),
    translogUuid: bytes.toString("latin1", 24, CHECKSUM_OFFSET),
  };
}

/** One generation, read from its start to its last whole record. */
export class TranslogReader {
  readonly path: string;
  readonly lengthBytes: number;
  /** Bytes that must be whole. */
  private readonly durableBytes: number;
  private readonly file: ReadableFile;
  private window: Buffer = Buffer.alloc(0);
  private windowStart = 0;
  /** End of the last whole record; 0 while the header has not held. */
  validBytes = 0;
  operations = 0;

  constructor(io: FileIo, path: string, durableBytes: number) {
    this.path = path;
    this.file = io.openRead(path);
    this.lengthBytes = this.file.lengthBytes;
    this.durableBytes = durableBytes;
  }

  /** Undefined when the header was being written at the crash. */
  readHeader(generation: number, translogUuid: string): TranslogHeader | undefined {
    const header = decodeHeader(this.bytesAt(0, HEADER_BYTES));
    if (header === undefined) {
      this.checkTorn(0);
      return undefined;
    }
    if (header.translogUuid !== translogUuid) {
      throw translogCorrupted(
        this.path,
        `expected shard UUID ${translogUuid} but got: ${header.translogUuid}` +
          " this translog file belongs to a different translog",
      );
    }
    if (header.generation !== generation) {
      throw translogCorrupted(
        this.path,
        `generation is [${header.generation}], expected [${generation}]`,
      );
    }
    this.validBytes = HEADER_BYTES;
    return header;
  }

  /** The next whole record, or undefined at the end or at a torn tail. */
  next(): TranslogOperation | undefined {
    const start = this.validBytes;
    if (start === this.lengthBytes && start >= this.durableBytes) return undefined;
    const head = this.bytesAt(start, RECORD_HEADER_BYTES);
    if (head.length < RECORD_HEADER_BYTES) return this.tornAt(start);
    const length = head.readUInt32LE(0);
    const checksum = head.readUInt32LE(4);
    const seed = crc32(head.subarray(0, 4));
    if (length > RECORD_BYTES_MAX || length > this.lengthBytes - start - RECORD_HEADER_BYTES) {
      return this.tornAt(start);
    }
    const body = this.bytesAt(start + RECORD_HEADER_BYTES, length);
    if (crc32(body, seed) !== checksum) return this.tornAt(start);
    const operation = decodeOperation(body);
    if (operation === undefined) return this.tornAt(start);
    this.validBytes = start + RECORD_HEADER_BYTES + length;
    this.operations++;
    return operation;
  }

  close(): void {
    this.file.close();
  }

  private tornAt(offset: number): undefined {
    this.checkTorn(offset);
    return undefined;
  }

  private checkTorn(offset: number): void {
    if (offset >= this.durableBytes) return;
    throw translogCorrupted(
      this.path,
      `the record at offset [${offset}] is damaged or cut off, but the file was synced up to` +
        ` [${this.durableBytes}] (its length is [${this.lengthBytes}])`,
    );
  }

  /** Up to `count` bytes at `position`, borrowed until the next call; fewer at the end. */
  private bytesAt(position: number, count: number): Buffer {
    const offset = position - this.windowStart;
    if (offset >= 0 && offset + count <= this.window.length) {
      return this.window.subarray(offset, offset + count);
    }
    const wanted = Math.min(Math.max(count, WINDOW_BYTES), this.lengthBytes - position);
    const bytes = Buffer.allocUnsafeSlow(Math.max(0, wanted));
    this.window = bytes.subarray(0, this.file.read(bytes, position));
    this.windowStart = position;
    return this.window.subarray(0, count);
  }
}
