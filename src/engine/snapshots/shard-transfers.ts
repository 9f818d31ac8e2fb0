// Where transfers run. Repositories that a thread can open for itself are served by threads of
// their own (a throttled snapshot of hours must not hold up merges); a transfer of a few small
// shards is done at once, where the thread would cost more than the work.

import { type Clock, WorkerPool } from "../../base/index.ts";
import { type Repository, totalsOf } from "../../repository/index.ts";
import { downloadShards } from "./shard-download.ts";
import { uploadShards } from "./shard-upload.ts";
import type {
  RepositoryAddress,
  RestoreTask,
  TransferEvent,
  UploadTask,
} from "./transfer-protocol.ts";

const WORKER = "engine/workers/snapshot-worker";
/** A snapshot and a restore may run side by side. */
const THREADS = 2;
/** Up to so much, a transfer runs on the calling thread. */
const INLINE_SHARDS_MAX = 4;
const INLINE_BYTES_MAX = 256 * 1024;

/** A repository, and how a thread reaches it. */
export interface TransferRepository {
  readonly repository: Repository;
  /** Undefined where only this process's own store can do it. */
  readonly address: RepositoryAddress | undefined;
}

/** How the caller follows a transfer. */
export interface TransferOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (event: TransferEvent) => void;
}

/** Owner of the threads that move shards. */
export class ShardTransfers {
  private readonly pool: WorkerPool;

  constructor(clock: Clock) {
    this.pool = new WorkerPool({ clock, size: THREADS });
  }

  /** Uploads shards of `bytes` in all; durable when it answers. */
  async upload(
    target: TransferRepository,
    task: UploadTask,
    bytes: number,
    options: TransferOptions,
  ): Promise<void> {
    const { address } = target;
    if (address === undefined || isSmall(task.shards.length, bytes)) {
      const { signal, onEvent: emit } = options;
      return await uploadShards(target.repository, task, { signal, emit });
    }
    await this.run({ address, upload: task }, options);
  }

  /** Restores shards; each is told of by events. */
  async restore(
    source: TransferRepository,
    task: RestoreTask,
    options: TransferOptions,
  ): Promise<void> {
    const { address } = source;
    if (address === undefined || (await isSmallRestore(source.repository, task, options.signal))) {
      const { signal, onEvent: emit } = options;
      return await downloadShards(source.repository, task, { signal, emit });
    }
    await this.run({ address, restore: task }, options);
  }

  private async run(input: unknown, options: TransferOptions): Promise<void> {
    try {
      await this.pool.run(WORKER, input, {
        signal: options.signal,
        onProgress: (events) => (events as TransferEvent[]).forEach(options.onEvent),
      });
    } catch (error) {
      options.signal.throwIfAborted();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

function isSmall(shards: number, bytes: number): boolean {
  return shards <= INLINE_SHARDS_MAX && bytes <= INLINE_BYTES_MAX;
}

async function isSmallRestore(
  repository: Repository,
  task: RestoreTask,
  signal: AbortSignal,
): Promise<boolean> {
  if (task.shards.length > INLINE_SHARDS_MAX) return false;
  let bytes = 0;
  for (const { index, shard } of task.shards) {
    try {
      const found = await repository.getShardSnapshot(task.snapshot, index, shard, signal);
      bytes += totalsOf(found.files).bytes;
    } catch {
      // The restore itself will meet the same error, and tell it.
      signal.throwIfAborted();
    }
  }
  return bytes <= INLINE_BYTES_MAX;
}
