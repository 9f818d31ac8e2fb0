// A snapshot while it runs: what `_status`, `_current` and an abort look at.
// Upstream: SnapshotsInProgress.Entry, IndexShardSnapshotStatus (3.6.0).

import { sharedAbortController } from "../../base/index.ts";
import type { FileTotals, StartedSnapshot } from "../../repository/index.ts";
import type { IndexMetadata } from "../cluster/metadata.ts";
import { exception } from "../exceptions.ts";
import type { CreateSnapshotRequest } from "./snapshot-request.ts";
import type { TransferEvent } from "./transfer-protocol.ts";

/** How far a shard is. Upstream: IndexShardSnapshotStatus.Stage. */
export type ShardStage = "INIT" | "STARTED" | "FINALIZE" | "DONE" | "FAILURE";

/** One shard of a running snapshot. */
export interface ShardProgress {
  readonly index: IndexMetadata;
  readonly shard: number;
  stage: ShardStage;
  incremental: FileTotals;
  total: FileTotals;
  processed: { files: number; bytes: number };
  startTime: number;
  time: number;
  reason: string | undefined;
  /** The generation in the repository once the shard is done. */
  generation: string | null;
}

/** One running snapshot. */
export class RunningSnapshot {
  readonly repository: string;
  readonly started: StartedSnapshot;
  readonly request: CreateSnapshotRequest;
  readonly indices: readonly IndexMetadata[];
  readonly dataStreams: readonly string[];
  readonly startTime: number;
  readonly shards: ShardProgress[] = [];
  private readonly controller = sharedAbortController();
  /** Settles when the snapshot is in the repository or has failed. */
  done: Promise<unknown> = Promise.resolve();

  constructor(
    repository: string,
    started: StartedSnapshot,
    request: CreateSnapshotRequest,
    indices: readonly IndexMetadata[],
    dataStreams: readonly string[],
    startTime: number,
  ) {
    this.repository = repository;
    this.started = started;
    this.request = request;
    this.indices = indices;
    this.dataStreams = dataStreams;
    this.startTime = startTime;
    for (const index of indices) {
      for (let shard = 0; shard < index.numberOfShards; shard++) {
        this.shards.push(newProgress(index, shard));
      }
    }
  }

  get name(): string {
    return this.started.snapshotId.name;
  }

  get uuid(): string {
    return this.started.snapshotId.uuid;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get aborted(): boolean {
    return this.controller.signal.aborted;
  }

  /** Stops the uploads; nothing of the snapshot will be referenced. */
  abort(): void {
    this.controller.abort(
      exception(
        "aborted",
        "snapshot_exception",
        `[${this.repository}:${this.name}/${this.uuid}] Snapshot was aborted by deletion`,
        { status: 500 },
      ),
    );
  }
}

/** Takes over what a transfer tells of a shard. */
export function noteEvent(progress: ShardProgress, event: TransferEvent): void {
  switch (event.kind) {
    case "planned":
      progress.incremental = event.incremental;
      progress.total = event.total;
      progress.stage = "STARTED";
      return;
    case "moved":
      progress.processed.files += event.files;
      progress.processed.bytes += event.bytes;
      return;
    case "done":
      progress.stage = "DONE";
      progress.generation = event.generation;
      progress.startTime = event.startTimeMillis;
      progress.time = event.timeMillis;
      return;
    case "failed":
      progress.stage = "FAILURE";
      progress.reason = event.reason;
  }
}

function newProgress(index: IndexMetadata, shard: number): ShardProgress {
  return {
    index,
    shard,
    stage: "INIT",
    incremental: { files: 0, bytes: 0 },
    total: { files: 0, bytes: 0 },
    processed: { files: 0, bytes: 0 },
    startTime: 0,
    time: 0,
    reason: undefined,
    generation: null,
  };
}
