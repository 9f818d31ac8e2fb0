// What the engine and a transfer (an upload or a restore of shards) say to each other. All of it is
// plain data: the transfer runs in a worker thread where the repository allows it.

import { systemClock, systemRandom } from "../../base/index.ts";
import {
  ByteRate,
  openRepositoryStore,
  type StoreAddress,
  sharedMetrics,
} from "../../blobstore/index.ts";
import {
  type FileTotals,
  type IndexId,
  openRepository,
  type Repository,
  type RepositoryOptions,
  type SnapshotId,
  type StartedSnapshot,
} from "../../repository/index.ts";

/** A repository that another thread can open for itself. */
export interface RepositoryAddress {
  /** Its store, with the secrets of the moment. */
  readonly store: StoreAddress;
  readonly options: Omit<RepositoryOptions, "clock" | "random">;
  /** Cells of the ByteRates. */
  readonly writeRate: SharedArrayBuffer;
  readonly readRate: SharedArrayBuffer;
  /** Cell of its metrics. */
  readonly metrics: SharedArrayBuffer;
}

/** One shard to upload: a held commit. */
export interface ShardUpload {
  readonly indexName: string;
  readonly shard: number;
  readonly directoryPath: string;
  readonly files: readonly string[];
  readonly commitGeneration: number;
  readonly shardStateId: string | undefined;
}

/** Shards of one snapshot. */
export interface UploadTask {
  readonly started: StartedSnapshot;
  readonly shards: readonly ShardUpload[];
}

/** One shard to restore into a folder below the task's root. */
export interface ShardRestore {
  readonly index: IndexId;
  readonly shard: number;
  readonly folder: string;
}

/** Shards of one snapshot. */
export interface RestoreTask {
  readonly snapshot: SnapshotId;
  readonly root: string;
  readonly shards: readonly ShardRestore[];
  /** An int32 a shard: 1 = it is no longer wanted. */
  readonly cancelled: SharedArrayBuffer;
}

/** News of one shard, by its place in the task. */
export type TransferEvent = { readonly at: number } & (
  | {
      readonly kind: "planned";
      readonly incremental: FileTotals;
      readonly total: FileTotals;
      /** Of a restore: every file, with its length. */
      readonly files?: readonly { readonly name: string; readonly length: number }[];
    }
  | {
      readonly kind: "moved";
      readonly files: number;
      readonly bytes: number;
      /** Of a restore: the file that is there. */
      readonly file?: string;
    }
  | {
      readonly kind: "done";
      /** Of an upload: the shard's generation in the repository. */
      readonly generation: string | null;
      readonly startTimeMillis: number;
      readonly timeMillis: number;
    }
  | { readonly kind: "failed"; readonly reason: string }
);

/** How a transfer tells its news and hears that it should stop. */
export interface TransferContext {
  readonly signal: AbortSignal;
  emit(event: TransferEvent): void;
}

/** Opens a repository in this thread. */
export function openAddress(address: RepositoryAddress): Repository {
  const context = { clock: systemClock, random: systemRandom };
  const rates = {
    write: new ByteRate(systemClock, address.writeRate),
    read: new ByteRate(systemClock, address.readRate),
  };
  const store = openRepositoryStore(address.store, context, rates, sharedMetrics(address.metrics));
  return openRepository(store, { ...address.options, ...context });
}

/** An error with its causes in one line, as a shard's failure shows it. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause === undefined || (cause instanceof Error && error.message.includes(cause.message))) {
    return error.message;
  }
  return `${error.message}; nested: ${describeFailure(cause)}`;
}
