// `_status` of running and finished snapshots. Upstream: SnapshotStatus, SnapshotStats (3.6.0).

import {
  exception,
  matchesAny,
  type RunningSnapshot,
  type ShardProgress,
} from "../engine/index.ts";
import type {
  FileTotals,
  Repository,
  ShardStatus,
  SnapshotId,
  SnapshotStatus,
} from "../repository/index.ts";
import type { JsonObject } from "./rest-request.ts";

/** One shard, of either kind. */
interface ShardView {
  readonly stage: "INIT" | "STARTED" | "FINALIZE" | "DONE" | "FAILURE";
  readonly incremental: FileTotals;
  readonly total: FileTotals;
  readonly processed: FileTotals | undefined;
  readonly startTime: number;
  readonly time: number;
  readonly reason: string | undefined;
}

const STAGES = ["INIT", "STARTED", "FINALIZE", "DONE", "FAILURE"] as const;
const STAGE_NAMES = ["initializing", "started", "finalizing", "done", "failed"] as const;

function filesJson(totals: FileTotals): JsonObject {
  return { file_count: totals.files, size_in_bytes: totals.bytes };
}

function add(a: FileTotals, b: FileTotals): FileTotals {
  return { files: a.files + b.files, bytes: a.bytes + b.bytes };
}

const NOTHING: FileTotals = { files: 0, bytes: 0 };

/** The `stats` section over shards; it spans from the first start to the last end. */
function statsJson(shards: readonly ShardView[]): JsonObject {
  const incremental = shards.reduce((sum, shard) => add(sum, shard.incremental), NOTHING);
  const total = shards.reduce((sum, shard) => add(sum, shard.total), NOTHING);
  const processed = shards.reduce(
    (sum, shard) => add(sum, shard.processed ?? shard.incremental),
    NOTHING,
  );
  const begun = shards.filter((shard) => shard.startTime > 0);
  const start = begun.length === 0 ? 0 : Math.min(...begun.map((shard) => shard.startTime));
  const end =
    begun.length === 0 ? 0 : Math.max(...begun.map((shard) => shard.startTime + shard.time));
  const isComplete = processed.files >= incremental.files;
  return {
    incremental: filesJson(incremental),
    ...(isComplete ? {} : { processed: filesJson(processed) }),
    total: filesJson(total),
    start_time_in_millis: start,
    time_in_millis: end - start,
  };
}

function shardsStatsJson(shards: readonly ShardView[]): JsonObject {
  const counts = STAGES.map((stage, index) => [
    STAGE_NAMES[index],
    shards.filter((shard) => shard.stage === stage).length,
  ]);
  return { ...Object.fromEntries(counts), total: shards.length };
}

function shardJson(shard: ShardView): JsonObject {
  return {
    stage: shard.stage,
    stats: statsJson([shard]),
    ...(shard.reason === undefined ? {} : { reason: shard.reason }),
  };
}

function indicesJson(indices: ReadonlyMap<string, readonly ShardView[]>): JsonObject {
  return Object.fromEntries(
    [...indices].map(([name, shards]) => [
      name,
      {
        shards_stats: shardsStatsJson(shards),
        stats: statsJson(shards),
        shards: Object.fromEntries(
          shards.map((shard, number) => [String(number), shardJson(shard)]),
        ),
      },
    ]),
  );
}

function statusJson(
  head: JsonObject,
  indices: ReadonlyMap<string, readonly ShardView[]>,
): JsonObject {
  const all = [...indices.values()].flat();
  return {
    ...head,
    shards_stats: shardsStatsJson(all),
    stats: statsJson(all),
    indices: indicesJson(indices),
  };
}

function viewOfProgress(progress: ShardProgress): ShardView {
  return { ...progress, processed: progress.processed };
}

/** A running snapshot with files and bytes so far. */
export function runningStatus(entry: RunningSnapshot, filter: readonly string[]): JsonObject {
  const indices = new Map<string, ShardView[]>();
  for (const progress of entry.shards) {
    const { name } = progress.index;
    if (filter.length > 0 && !matchesAny(filter, name)) continue;
    indices.set(name, [...(indices.get(name) ?? []), viewOfProgress(progress)]);
  }
  const head = {
    snapshot: entry.name,
    repository: entry.repository,
    uuid: entry.uuid,
    state: entry.aborted ? "ABORTED" : "STARTED",
    include_global_state: entry.request.includeGlobalState,
  };
  return statusJson(head, indices);
}

function viewOfStatus(status: ShardStatus): ShardView {
  return {
    stage: status.stage,
    incremental: status.incremental,
    total: status.total,
    processed: undefined,
    startTime: status.startTimeMillis,
    time: status.timeMillis,
    reason: status.reason,
  };
}

/** Which indices of a finished snapshot are shown; names, no wildcards. */
export interface StatusFilter {
  readonly indices: readonly string[];
  readonly ignoreUnavailable: boolean;
}

/** A finished snapshot, read from its shards' blobs. */
export async function finishedStatus(
  repository: Repository,
  snapshot: SnapshotId,
  filter: StatusFilter,
): Promise<JsonObject> {
  const status = await repository.getSnapshotStatus(snapshot);
  checkFilter(repository, snapshot, status, filter);
  const wanted = new Set(filter.indices);
  const indices = new Map<string, ShardView[]>();
  for (const [name, shards] of status.indices) {
    if (wanted.size === 0 || wanted.has(name)) indices.set(name, shards.map(viewOfStatus));
  }
  const head: JsonObject = {
    snapshot: snapshot.name,
    repository: repository.name,
    uuid: snapshot.uuid,
    state: status.info.state,
    ...(status.info.includeGlobalState === undefined
      ? {}
      : { include_global_state: status.info.includeGlobalState }),
  };
  return statusJson(head, indices);
}

function checkFilter(
  repository: Repository,
  snapshot: SnapshotId,
  status: SnapshotStatus,
  filter: StatusFilter,
): void {
  const missing = filter.indices.filter((name) => !status.indices.has(name));
  if (missing.length === 0 || filter.ignoreUnavailable) return;
  const none = missing.length === filter.indices.length;
  const shown = `${missing.join(", ")}${none ? " and possibly more indices" : ""}`;
  const why = `indices [${shown}] missing in snapshot [${snapshot.name}] of repository [${repository.name}]`;
  const cause = exception("invalid", "illegal_argument_exception", why);
  const metadata = { index: shown, index_uuid: "_na_" };
  const reason = `no such index [${shown}]`;
  throw exception("missing", "index_not_found_exception", reason, metadata, cause);
}
