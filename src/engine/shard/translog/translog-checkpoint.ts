// The checkpoint of a translog, `translog.ckp`: how far the records are known to be durable. Two
// slots, written in turn and in place, so that one of them is always whole. Little-endian.
//
//   OFFSET  SIZE  TYPE   FIELD           MEANING
//     0      4    u32    magic           0x50434b56 ("VKCP")
//     4      8    f64    counter         grows with each write; the greater valid slot counts
//    12      8    f64    generation      of the newest file that holds synced records
//    20      8    f64    offset          bytes of that file that are synced
//    28      8    f64    min_generation  files below it are no longer needed
//    36     22    ascii  translog uuid   as in the commit's user data
//    58      4    u32    checksum        CRC-32 of bytes 0…57
//    62    450    –      zero            the second slot starts at 512
//
// Why in place: it is written after every group of syncs, and a rename would cost two more. A
// checkpoint that is behind is harmless: records after it are checked one by one. Therefore it is
// synced only before files are deleted.
// Invariants: numbers are safe integers, min_generation ≤ generation; an offset of 0 means that not
// even the file's header is known to be durable.
// Upstream: org.opensearch.index.translog.Checkpoint (the layout is ours).

import { crc32, type FileIo, readWholeFile, type WritableFile } from "../../../base/index.ts";
import { translogCorrupted } from "./translog-operation.ts";

/** What a checkpoint says. */
export interface Checkpoint {
  readonly generation: number;
  /** Bytes of that generation known to be durable. */
  readonly offset: number;
  readonly minGeneration: number;
  readonly translogUuid: string;
}

/** Its name in the translog's folder. */
export const CHECKPOINT_FILE = "translog.ckp";
const MAGIC = 0x50434b56;
const SLOT_BYTES = 512;
const UUID_BYTES = 22;
const CHECKSUM_OFFSET = 36 + UUID_BYTES;

/** The checkpoint file, open for in-place writes. */
export class CheckpointFile {
  private readonly file: WritableFile;
  private counter: number;

  private constructor(file: WritableFile, counter: number) {
    this.file = file;
    this.counter = counter;
  }

  /** Creates the file with its first checkpoint, durable. */
  static create(io: FileIo, path: string, first: Checkpoint): CheckpointFile {
    const file = io.openWrite(path, "exclusive");
    const bytes = new Uint8Array(SLOT_BYTES * 2);
    bytes.set(encodeSlot(first, 1));
    file.write(bytes, 0);
    file.sync();
    return new CheckpointFile(file, 1);
  }

  /** Throws `translog_corrupted_exception` when neither slot is whole. */
  static open(io: FileIo, path: string): { file: CheckpointFile; checkpoint: Checkpoint } {
    const bytes = readWholeFile(io, path);
    const newest = newestSlot(bytes);
    if (newest === undefined) throw translogCorrupted(path, "the checkpoint has no valid slot");
    const file = new CheckpointFile(io.openWrite(path, "existing"), newest.counter);
    return { file, checkpoint: newest.checkpoint };
  }

  /** Off the main thread, not durable by itself. */
  write(checkpoint: Checkpoint): Promise<void> {
    const counter = ++this.counter;
    return this.file.writeAsync(encodeSlot(checkpoint, counter), slotOffset(counter));
  }

  /** The same, durable when it resolves. */
  async writeDurable(checkpoint: Checkpoint): Promise<void> {
    await this.write(checkpoint);
    await this.file.syncAsync();
  }

  /** Durable when it returns. */
  writeDurableBlocking(checkpoint: Checkpoint): void {
    const counter = ++this.counter;
    this.file.write(encodeSlot(checkpoint, counter), slotOffset(counter));
    this.file.sync();
  }

  close(): void {
    this.file.close();
  }
}

function slotOffset(counter: number): number {
  return counter % 2 === 1 ? 0 : SLOT_BYTES;
}

function encodeSlot(checkpoint: Checkpoint, counter: number): Uint8Array {
  const bytes = Buffer.alloc(SLOT_BYTES);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeDoubleLE(counter, 4);
  bytes.writeDoubleLE(checkpoint.generation, 12);
  bytes.writeDoubleLE(checkpoint.offset, 20);
  bytes.writeDoubleLE(checkpoint.minGeneration, 28);
  bytes.write(checkpoint.translogUuid, 36, UUID_BYTES, "latin1");
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CHECKSUM_OFFSET)), CHECKSUM_OFFSET);
  return bytes;
}

function newestSlot(bytes: Uint8Array): { checkpoint: Checkpoint; counter: number } | undefined {
  let newest: { checkpoint: Checkpoint; counter: number } | undefined;
  for (let start = 0; start + CHECKSUM_OFFSET + 4 <= bytes.length; start += SLOT_BYTES) {
    const slot = Buffer.from(bytes.buffer, bytes.byteOffset + start, CHECKSUM_OFFSET + 4);
    if (slot.readUInt32LE(0) !== MAGIC) continue;
    if (slot.readUInt32LE(CHECKSUM_OFFSET) !== crc32(slot.subarray(0, CHECKSUM_OFFSET))) continue;
    const counter = slot.readDoubleLE(4);
    if (newest !== undefined && newest.counter >= counter) continue;
    newest = {
      counter,
      checkpoint: {
        generation: slot.readDoubleLE(12),
        offset: slot.readDoubleLE(20),
        minGeneration: slot.readDoubleLE(28),
        translogUuid: slot.toString("latin1", 36, CHECKSUM_OFFSET),
      },
    };
  }
  return newest;
}
