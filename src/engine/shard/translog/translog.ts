// The translog of a shard: what was acknowledged and is not yet in a Lucene commit. Append-only
// generations (translog-reader.ts), a checkpoint (translog-checkpoint.ts), and one group commit.
//
// Group commit. `ensureSynced` waits until everything added before the call is durable. The first
// caller starts a write and a sync off the main thread; whoever comes while they run shares the
// next.
//
// Invariants:
// - generations become durable in order: a newer one holds no record before the older is synced;
// - the checkpoint never points past durable bytes;
// - files are deleted only after a durable checkpoint says that they are not needed.
// - after a failed write or sync nothing is accepted any more: the shard is failed.
// Upstream: org.opensearch.index.translog.{Translog,LocalTranslog,TranslogWriter}.

import { join } from "node:path";
import { type Clock, type FileIo, VarveError } from "../../../base/index.ts";
import { CHECKPOINT_FILE, type Checkpoint, CheckpointFile } from "./translog-checkpoint.ts";
import { type TranslogOperation, translogCorrupted } from "./translog-operation.ts";
import {
  generationOfFile,
  HEADER_BYTES,
  TranslogReader,
  translogFileName,
} from "./translog-reader.ts";
import { TranslogWriter } from "./translog-writer.ts";

/** Where a record lies. */
export interface TranslogLocation {
  readonly generation: number;
  readonly position: number;
  readonly length: number;
}

/** What a translog is opened with. */
export interface TranslogOptions {
  io: FileIo;
  /** The shard's translog folder. */
  path: string;
  clock: Clock;
  primaryTerm: number;
  /** Called once, when a write or a sync failed. */
  onTragedy?: (error: VarveError) => void;
}

/** OpenSearch's `translog` section of `_stats`. */
export interface TranslogStats {
  operations: number;
  size_in_bytes: number;
  uncommitted_operations: number;
  uncommitted_size_in_bytes: number;
  earliest_last_modified_age: number;
}

interface ClosedGeneration {
  readonly generation: number;
  readonly operations: number;
  readonly lengthBytes: number;
}

/** Records in memory beyond this are written on the main thread, to bound the buffer. */
const PENDING_BYTES_MAX = 8 * 1024 * 1024;

/** An open translog. */
export class Translog {
  readonly translogUuid: string;
  private readonly options: TranslogOptions;
  private readonly checkpointFile: CheckpointFile;
  private current: TranslogWriter;
  /** Oldest first; the last one is `current`. Those before it wait for their sync. */
  private unsynced: TranslogWriter[];
  private retained: ClosedGeneration[] = [];
  private minGeneration: number;
  /** What `minGeneration` becomes with the next sync. */
  private trimTarget = 0;
  private addedCount = 0;
  private syncedCount = 0;
  private running: Promise<void> | undefined;
  private runningTarget = 0;
  private queued: Promise<void> | undefined;
  private failure: VarveError | undefined;
  private closed = false;
  private lastWriteMs: number;

  private constructor(
    options: TranslogOptions,
    uuid: string,
    checkpointFile: CheckpointFile,
    writer: TranslogWriter,
    minGeneration: number,
  ) {
    this.options = options;
    this.translogUuid = uuid;
    this.checkpointFile = checkpointFile;
    this.current = writer;
    this.unsynced = [writer];
    this.minGeneration = minGeneration;
    this.lastWriteMs = options.clock.now();
  }

  /** An empty translog; whatever was in the folder is removed. `uuid` has 22 characters. */
  static create(options: TranslogOptions, uuid: string): Translog {
    const { io, path } = options;
    io.makeDirectory(path);
    // The checkpoint goes first: without it the rest is not taken for a translog.
    io.remove(join(path, CHECKPOINT_FILE));
    io.syncDirectory(path);
    for (const name of io.list(path)) io.remove(join(path, name));
    const writer = newWriter(options, uuid, 1);
    writer.sync();
    const checkpointFile = CheckpointFile.create(io, join(path, CHECKPOINT_FILE), {
      generation: 1,
      offset: HEADER_BYTES,
      minGeneration: 1,
      translogUuid: uuid,
    });
    io.syncDirectory(path);
    return new Translog(options, uuid, checkpointFile, writer, 1);
  }

  /** Does the folder hold a translog? */
  static exists(io: FileIo, path: string): boolean {
    return io.lengthBytes(join(path, CHECKPOINT_FILE)) !== undefined;
  }

  /**
   * Opens the translog of a commit. Every whole record is given to `replay` in order, before the
   * answer; a torn tail is cut. Throws `translog_corrupted_exception` when acknowledged records are
   * damaged or when the translog is of another history.
   */
  static open(
    options: TranslogOptions,
    uuid: string,
    replay: (operation: TranslogOperation) => void,
  ): Translog {
    const { io, path } = options;
    const { file, checkpoint } = CheckpointFile.open(io, join(path, CHECKPOINT_FILE));
    try {
      if (checkpoint.translogUuid !== uuid) {
        throw translogCorrupted(
          path,
          `expected shard UUID ${uuid} but got: ${checkpoint.translogUuid}` +
            " this translog file belongs to a different translog",
        );
      }
      const generations = retainedGenerations(options, checkpoint);
      const retained = readGenerations(options, checkpoint, generations, replay);
      const newest = generations[generations.length - 1] ?? checkpoint.generation;
      const writer = newWriter(options, uuid, newest + 1);
      writer.sync();
      const translog = new Translog(options, uuid, file, writer, checkpoint.minGeneration);
      translog.retained = retained;
      file.writeDurableBlocking(translog.checkpointAt(writer));
      return translog;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  get generation(): number {
    return this.current.generation;
  }

  /** Bytes of all retained generations. */
  get sizeBytes(): number {
    let total = this.current.lengthBytes;
    for (const file of this.retained) total += file.lengthBytes;
    return total;
  }

  get currentGenerationBytes(): number {
    return this.current.lengthBytes;
  }

  /** True when something was added that is not yet durable. */
  get isSyncNeeded(): boolean {
    return this.syncedCount < this.addedCount;
  }

  /** Appends a record in memory; `ensureSynced` makes it durable. */
  add(operation: TranslogOperation): TranslogLocation {
    this.checkUsable();
    const writer = this.current;
    const position = writer.add(operation);
    this.addedCount++;
    this.lastWriteMs = this.options.clock.now();
    if (writer.pendingBytes > PENDING_BYTES_MAX && this.running === undefined) this.drainBlocking();
    return { generation: writer.generation, position, length: writer.lengthBytes - position };
  }

  /** Resolves when everything added before the call is durable. */
  ensureSynced(): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (this.syncedCount >= this.addedCount) return Promise.resolve();
    if (this.running === undefined) return this.startSync();
    if (this.runningTarget >= this.addedCount) return this.running;
    this.queued ??= this.running.then(() => {
      this.queued = undefined;
      return this.ensureSynced();
    });
    return this.queued;
  }

  /**
   * Begins a new generation; later records go there. Its predecessor is synced by `ensureSynced`.
   */
  rollGeneration(): number {
    this.checkUsable();
    try {
      const writer = newWriter(this.options, this.translogUuid, this.current.generation + 1);
      const { generation, operations, lengthBytes } = this.current;
      this.retained.push({ generation, operations, lengthBytes });
      this.current = writer;
      this.unsynced.push(writer);
      // An empty predecessor still has to be passed by the checkpoint.
      this.addedCount++;
      return writer.generation;
    } catch (error) {
      throw this.fail(error);
    }
  }

  /** Removes generations below `minGeneration`, which a commit has made unnecessary. */
  trimUnreferenced(minGeneration: number): Promise<void> {
    if (minGeneration <= this.minGeneration) return this.ensureSynced();
    this.trimTarget = Math.max(this.trimTarget, minGeneration);
    // The trim takes part in the line of syncs: it may not write while one does.
    this.addedCount++;
    return this.ensureSynced();
  }

  /** The record at `location`, or undefined when its generation has been trimmed or closed. */
  readOperation(location: TranslogLocation): TranslogOperation | undefined {
    const writer = this.unsynced.find((candidate) => candidate.generation === location.generation);
    if (this.closed || writer === undefined) return undefined;
    return writer.read(location.position, location.length);
  }

  stats(): TranslogStats {
    let operations = this.current.operations;
    for (const file of this.retained) operations += file.operations;
    const age = Math.max(0, this.options.clock.now() - this.lastWriteMs);
    return {
      operations,
      size_in_bytes: this.sizeBytes,
      uncommitted_operations: operations,
      uncommitted_size_in_bytes: this.sizeBytes,
      earliest_last_modified_age: age,
    };
  }

  /** Syncs what is left, then closes the files. */
  async close(): Promise<void> {
    if (this.closed) return;
    try {
      if (this.failure === undefined) await this.ensureSynced();
    } finally {
      this.closeNow();
    }
  }

  /** Closes the files and drops what is not yet written. */
  closeNow(): void {
    if (this.closed) return;
    this.closed = true;
    const close = () => {
      for (const writer of this.unsynced) writer.close();
      this.checkpointFile.close();
    };
    // Descriptors stay open while libuv's threads use them.
    if (this.running === undefined) close();
    else void this.running.then(close, close);
  }

  private startSync(): Promise<void> {
    if (this.closed) return Promise.reject(closedTranslog());
    this.runningTarget = this.addedCount;
    const sync = this.syncAll().then(
      () => {
        this.syncedCount = this.runningTarget;
        this.running = undefined;
      },
      (error: unknown) => {
        this.running = undefined;
        throw this.fail(error);
      },
    );
    this.running = sync;
    return sync;
  }

  private async syncAll(): Promise<void> {
    const last = this.current;
    const isTrim = this.trimTarget > this.minGeneration && last.generation >= this.trimTarget;
    if (isTrim) await this.trimNow();
    let reached: TranslogWriter | undefined;
    for (const writer of [...this.unsynced]) {
      await writer.writePending();
      // A header alone needs no sync, unless records of a newer generation are to follow it.
      if (writer.isSyncNeeded || (writer !== last && writer.syncedBytes === 0)) {
        await writer.syncAsync();
        reached = writer;
      }
      if (writer === last) break;
      writer.close();
      this.unsynced.shift();
    }
    if (reached !== undefined) await this.checkpointFile.write(this.checkpointAt(reached));
  }

  /**
   * Lets generations below the target go. A commit holds their operations, so what is pending in
   * them is not written any more; but no newer record may reach the disk before the checkpoint says
   * that they are gone, because a gap before it would look like damage.
   */
  private async trimNow(): Promise<void> {
    const target = this.trimTarget;
    while (this.unsynced[0]!.generation < target) this.unsynced.shift()!.close();
    const first = this.unsynced[0]!;
    await first.syncName();
    this.minGeneration = target;
    await this.checkpointFile.writeDurable(this.checkpointAt(first));
    const { io, path } = this.options;
    const trimmed = this.retained.filter(({ generation }) => generation < target);
    const paths = trimmed.map(({ generation }) => join(path, translogFileName(generation)));
    await Promise.all(paths.map((file) => io.removeAsync(file)));
    this.retained = this.retained.filter(({ generation }) => generation >= target);
  }

  /** Writes (not syncs) all pending records, oldest generation first. */
  private drainBlocking(): void {
    try {
      for (const writer of this.unsynced) {
        writer.writePendingBlocking();
        if (writer !== this.current) writer.sync();
      }
    } catch (error) {
      throw this.fail(error);
    }
  }

  private checkpointAt(writer: TranslogWriter): Checkpoint {
    return {
      generation: writer.generation,
      offset: writer.syncedBytes,
      minGeneration: this.minGeneration,
      translogUuid: this.translogUuid,
    };
  }

  private checkUsable(): void {
    if (this.failure !== undefined) throw this.failure;
    if (this.closed) throw closedTranslog();
  }

  private fail(error: unknown): VarveError {
    if (this.failure !== undefined) return this.failure;
    const known = error instanceof VarveError;
    this.failure = known ? error : new VarveError("internal", String(error), { cause: error });
    this.options.onTragedy?.(this.failure);
    return this.failure;
  }
}

function closedTranslog(): VarveError {
  return new VarveError("unavailable", "translog is already closed", {
    type: "already_closed_exception",
  });
}

function newWriter(options: TranslogOptions, uuid: string, generation: number): TranslogWriter {
  const { io, path, primaryTerm } = options;
  return TranslogWriter.create(io, join(path, translogFileName(generation)), {
    generation,
    primaryTerm,
    translogUuid: uuid,
  });
}

/** Generations to read, in order. Deletes those that the checkpoint has let go. */
function retainedGenerations(options: TranslogOptions, checkpoint: Checkpoint): number[] {
  const { io, path } = options;
  const found: number[] = [];
  for (const name of io.list(path)) {
    const generation = generationOfFile(name);
    if (generation === undefined) continue;
    if (generation < checkpoint.minGeneration) io.remove(join(path, name));
    else found.push(generation);
  }
  found.sort((a, b) => a - b);
  found.forEach((generation, index) => {
    if (generation !== checkpoint.minGeneration + index) {
      throw translogCorrupted(path, `generation [${checkpoint.minGeneration + index}] is missing`);
    }
  });
  if (found.length === 0 || found[found.length - 1]! < checkpoint.generation) {
    throw translogCorrupted(path, `generation [${checkpoint.generation}] is missing`);
  }
  return found;
}

/** Replays all generations; cuts the torn tail. */
function readGenerations(
  options: TranslogOptions,
  checkpoint: Checkpoint,
  generations: readonly number[],
  replay: (operation: TranslogOperation) => void,
): ClosedGeneration[] {
  const { io, path } = options;
  const read: ClosedGeneration[] = [];
  let tornPath: string | undefined;
  for (const generation of generations) {
    const file = join(path, translogFileName(generation));
    const reader = new TranslogReader(io, file, durableBytesOf(io, file, generation, checkpoint));
    try {
      const header = reader.readHeader(generation, checkpoint.translogUuid);
      for (let next = header && reader.next(); next !== undefined; next = reader.next()) {
        if (tornPath !== undefined) {
          throw translogCorrupted(tornPath, `its end is damaged, but [${file}] continues it`);
        }
        replay(next);
      }
    } finally {
      reader.close();
    }
    if (reader.validBytes < reader.lengthBytes || reader.validBytes < HEADER_BYTES) {
      tornPath = file;
      cutTail(options, generation, checkpoint.translogUuid, reader.validBytes);
    }
    const lengthBytes = Math.max(HEADER_BYTES, reader.validBytes);
    read.push({ generation, operations: reader.operations, lengthBytes });
  }
  return read;
}

function durableBytesOf(
  io: FileIo,
  file: string,
  generation: number,
  checkpoint: Checkpoint,
): number {
  if (generation > checkpoint.generation) return 0;
  if (generation === checkpoint.generation) return checkpoint.offset;
  return io.lengthBytes(file) ?? 0;
}

/** Cuts a file after its last whole record; one without a header gets one, so that it is whole. */
function cutTail(
  options: TranslogOptions,
  generation: number,
  uuid: string,
  validBytes: number,
): void {
  const { io, path, primaryTerm } = options;
  const file = join(path, translogFileName(generation));
  if (validBytes < HEADER_BYTES) {
    io.remove(file);
    const writer = TranslogWriter.create(io, file, { generation, primaryTerm, translogUuid: uuid });
    writer.sync();
    writer.close();
    return;
  }
  const output = io.openWrite(file, "existing");
  try {
    output.truncate(validBytes);
    output.sync();
  } finally {
    output.close();
  }
}
