// Shards out of the repository into their folders. Runs in a worker thread where it can. A shard is
// told as done when its files are durable and each length and checksum was right; small shards are
// made durable many at a time. Upstream: StoreRecovery, BlobStoreRepository.restoreShard.

import { VarveError } from "../../base/index.ts";
import { FsBlobStore } from "../../blobstore/index.ts";
import { blobStoreSink, type Repository, type RestoreSink } from "../../repository/index.ts";
import {
  describeFailure,
  type RestoreTask,
  type TransferContext,
  type TransferEvent,
} from "./transfer-protocol.ts";

/** So many shards, or so many bytes, are synced at once. */
const SYNC_SHARDS = 32;
const SYNC_BYTES = 16 * 1024 * 1024;
const CONCURRENT_SHARDS = 4;

/** Restores shards. One that fails is an event; an abort is thrown. */
export async function downloadShards(
  repository: Repository,
  task: RestoreTask,
  context: TransferContext,
): Promise<void> {
  const target = new DurableFolder(task.root, context);
  let next = 0;
  const lane = async () => {
    while (next < task.shards.length) {
      const at = next++;
      context.signal.throwIfAborted();
      try {
        await downloadShard(repository, task, at, target, context);
      } catch (error) {
        context.signal.throwIfAborted();
        context.emit({ at, kind: "failed", reason: describeFailure(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_SHARDS }, lane));
  await target.sync();
}

async function downloadShard(
  repository: Repository,
  task: RestoreTask,
  at: number,
  target: DurableFolder,
  context: TransferContext,
): Promise<void> {
  const { index, shard, folder } = task.shards[at]!;
  const { signal } = context;
  const cancelled = new Int32Array(task.cancelled);
  const checkWanted = () => {
    if (Atomics.load(cancelled, at) === 1) throw new VarveError("aborted", "the index was deleted");
  };
  checkWanted();
  const startTimeMillis = repository.context.clock.now();
  const plan = await repository.planShardRestore(task.snapshot, index, shard, undefined, signal);
  const files = plan.files.map((file) => ({ name: file.physicalName, length: file.length }));
  context.emit({ at, kind: "planned", incremental: plan.recovered, total: plan.total, files });
  await repository.runShardRestore(plan, target.sink(folder), {
    signal,
    onBytes: (bytes) => {
      checkWanted();
      context.emit({ at, kind: "moved", files: 0, bytes });
    },
    onFile: ({ physicalName: file }) =>
      context.emit({ at, kind: "moved", files: 1, bytes: 0, file }),
  });
  const timeMillis = repository.context.clock.now() - startTimeMillis;
  await target.finished(
    { at, kind: "done", generation: null, startTimeMillis, timeMillis },
    plan.total.bytes,
  );
}

/** A folder whose shards are told as done once their files are synced. */
class DurableFolder {
  private readonly store: FsBlobStore;
  private readonly context: TransferContext;
  private waiting: TransferEvent[] = [];
  private waitingBytes = 0;

  constructor(root: string, context: TransferContext) {
    this.store = new FsBlobStore(root);
    this.context = context;
  }

  sink(folder: string): RestoreSink {
    return { ...blobStoreSink(this.store, folder), finish() {} };
  }

  async finished(event: TransferEvent, bytes: number): Promise<void> {
    this.waiting.push(event);
    this.waitingBytes += bytes;
    if (this.waiting.length >= SYNC_SHARDS || this.waitingBytes >= SYNC_BYTES) await this.sync();
  }

  /** Everything that is written becomes durable, then is told. */
  async sync(): Promise<void> {
    const done = this.waiting;
    this.waiting = [];
    this.waitingBytes = 0;
    if (done.length === 0) return;
    try {
      await this.store.flush(this.context.signal);
    } catch (error) {
      this.context.signal.throwIfAborted();
      const reason = describeFailure(error);
      for (const { at } of done) this.context.emit({ at, kind: "failed", reason });
      return;
    }
    for (const event of done) this.context.emit(event);
  }
}
