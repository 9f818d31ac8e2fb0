// What `_snapshot/<r>/<s>/_status` says of a finished snapshot: files and bytes of every shard,
// what the snapshot added and what it holds. One small blob a shard is read, several at a time.
// Upstream: TransportSnapshotsStatusAction, IndexShardSnapshotStatus.

import { VarveError } from "../../base/index.ts";
import { findShardSnapshot, readIndexMetadata, readSnapshotInfo } from "../catalog/read-blobs.ts";
import { numberOfShards } from "../format/index-metadata.ts";
import { indicesOf, type RepositoryData, type RepositoryIndex } from "../format/repository-data.ts";
import type { SnapshotId, SnapshotInfo } from "../format/snapshot-info.ts";
import { readShallowBlob } from "../remote-store/read-shallow-shard.ts";
import type { RepositoryContext } from "../repository-context.ts";
import { runLimited, SHARDS_OF_INDEX_MAX } from "../run-limited.ts";
import { type FileTotals, totalsOf } from "./plan-shard-snapshot.ts";

/** A shard's part in a finished snapshot. */
export interface ShardStatus {
  stage: "DONE" | "FAILURE";
  incremental: FileTotals;
  total: FileTotals;
  startTimeMillis: number;
  timeMillis: number;
  reason?: string;
}

/** A finished snapshot with its shards. */
export interface SnapshotStatus {
  info: SnapshotInfo;
  /** Index name to its shards, by number. */
  indices: Map<string, ShardStatus[]>;
}

/** Reads the status of a finished snapshot. */
export async function readSnapshotStatus(
  context: RepositoryContext,
  data: RepositoryData,
  snapshot: SnapshotId,
  signal?: AbortSignal,
): Promise<SnapshotStatus> {
  const info = await readSnapshotInfo(context, snapshot, signal);
  const found = indicesOf(data, snapshot.uuid);
  const entries = await runLimited(found, context.parallelCallsMax, async (index) => {
    const metadata = await readIndexMetadata(context, data, snapshot, index, signal);
    const shards = Array.from({ length: numberOfShards(metadata) }, (_, shard) => shard);
    const statuses = await runLimited(shards, SHARDS_OF_INDEX_MAX, (shard) =>
      readShardStatus(context, info, index, shard, signal),
    );
    return [index.name, statuses] as const;
  });
  return { info, indices: new Map(entries) };
}

async function readShardStatus(
  context: RepositoryContext,
  info: SnapshotInfo,
  index: RepositoryIndex,
  shard: number,
  signal?: AbortSignal,
): Promise<ShardStatus> {
  const nothing = { files: 0, bytes: 0 };
  const failure = info.shardFailures.find(
    (item) => item.index === index.name && item.shardId === shard,
  );
  if (failure !== undefined) {
    const times = { startTimeMillis: 0, timeMillis: 0 };
    return {
      stage: "FAILURE",
      incremental: nothing,
      total: nothing,
      ...times,
      reason: failure.reason,
    };
  }
  // Upstream: nothing is known of the shards of a v2 snapshot.
  if (info.pinnedTimestamp !== undefined) {
    const times = { startTimeMillis: 0, timeMillis: 0 };
    return { stage: "DONE", incremental: nothing, total: nothing, ...times };
  }
  const { snapshotId } = info;
  const found = await findShardSnapshot(context, snapshotId, index, shard, signal);
  if (found instanceof VarveError) {
    const shallow = await readShallowBlob(context, { snapshot: snapshotId, index, shard }, signal);
    if (shallow === undefined) throw found;
    const { startTimeMillis, timeMillis, total } = shallow;
    return { stage: "DONE", incremental: nothing, total, startTimeMillis, timeMillis };
  }
  return {
    stage: "DONE",
    incremental: { files: found.incrementalFileCount, bytes: found.incrementalBytes },
    total: totalsOf(found.files),
    startTimeMillis: found.startTimeMillis,
    timeMillis: found.timeMillis,
  };
}
