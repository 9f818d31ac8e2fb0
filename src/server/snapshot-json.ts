// Snapshot infos as the API shows them. Upstream: SnapshotInfo.toXContentExternal,
// TransportGetSnapshotsAction (3.6.0).

import {
  exception,
  matchesAny,
  type Node,
  type RunningSnapshot,
  snapshotMissing,
  versionOfId,
} from "../engine/index.ts";
import type { SnapshotInfo } from "../repository/index.ts";
import { errorBody } from "./error-map.ts";
import type { JsonObject } from "./rest-request.ts";

function timeText(millis: number): string {
  return new Date(millis).toISOString();
}

/** One finished snapshot. */
export function snapshotInfoJson(info: SnapshotInfo): JsonObject {
  const failed = info.totalShards - info.successfulShards;
  return {
    snapshot: info.snapshotId.name,
    uuid: info.snapshotId.uuid,
    version_id: info.versionId,
    version: versionOfId(info.versionId),
    ...(info.remoteStoreIndexShallowCopy === undefined
      ? {}
      : { remote_store_index_shallow_copy: info.remoteStoreIndexShallowCopy }),
    ...(info.pinnedTimestamp === undefined || info.pinnedTimestamp === 0
      ? {}
      : { pinned_timestamp: timeText(info.pinnedTimestamp) }),
    indices: info.indices,
    data_streams: info.dataStreams,
    ...(info.includeGlobalState === undefined
      ? {}
      : { include_global_state: info.includeGlobalState }),
    ...(info.userMetadata === undefined ? {} : { metadata: info.userMetadata }),
    state: info.state,
    ...(info.reason === undefined ? {} : { reason: info.reason }),
    start_time: timeText(info.startTimeMillis),
    start_time_in_millis: info.startTimeMillis,
    end_time: timeText(info.endTimeMillis),
    end_time_in_millis: info.endTimeMillis,
    duration_in_millis: Math.max(0, info.endTimeMillis - info.startTimeMillis),
    failures: info.shardFailures.map((failure) => ({
      index: failure.index,
      ...(failure.indexUuid === undefined ? {} : { index_uuid: failure.indexUuid }),
      shard_id: failure.shardId,
      reason: failure.reason,
      ...(failure.nodeId === undefined ? {} : { node_id: failure.nodeId }),
      status: failure.status,
    })),
    shards: { total: info.totalShards, failed, successful: info.successfulShards },
  };
}

/** One that runs: no end yet, and no shard counted, as upstream. */
export function runningInfo(entry: RunningSnapshot, versionId: number): SnapshotInfo {
  return {
    snapshotId: entry.started.snapshotId,
    versionId,
    indices: entry.indices.map((index) => index.name),
    dataStreams: [...entry.dataStreams],
    state: "IN_PROGRESS",
    includeGlobalState: entry.request.includeGlobalState,
    startTimeMillis: entry.startTime,
    endTimeMillis: 0,
    totalShards: 0,
    successfulShards: 0,
    shardFailures: [],
    ...(entry.request.userMetadata === undefined
      ? {}
      : { userMetadata: entry.request.userMetadata as NonNullable<SnapshotInfo["userMetadata"]> }),
  };
}

interface ListOptions {
  readonly ignoreUnavailable: boolean;
  readonly verbose: boolean;
}

/** Snapshots by names, wildcards, `_all` and `_current`, oldest first. */
export async function listSnapshots(
  node: Node,
  repositoryName: string,
  expressions: readonly string[],
  options: ListOptions,
): Promise<JsonObject[]> {
  const repository = node.repositories.get(repositoryName);
  const running = node.snapshots.runningIn(repositoryName);
  const data = await repository.getRepositoryData();
  const present = [...data.snapshots.values()];
  const names = new Set<string>();
  if (expressions.length === 1 && expressions[0] === "_all") {
    for (const one of [...running, ...present]) names.add(one.name);
  }
  for (const expression of names.size > 0 ? [] : expressions) {
    if (expression === "_current") for (const entry of running) names.add(entry.name);
    else if (expression.includes("*")) {
      for (const one of [...running, ...present]) {
        if (matchesAny([expression], one.name)) names.add(one.name);
      }
    } else if ([...running, ...present].some((one) => one.name === expression))
      names.add(expression);
    else if (!options.ignoreUnavailable && expression !== "_all") {
      throw snapshotMissing(repositoryName, expression);
    }
  }
  checkFound(repositoryName, names, expressions, options);
  const active = running.filter((entry) => names.has(entry.name));
  const finished = present
    .filter((one) => names.has(one.name) && !active.some((entry) => entry.name === one.name))
    .map((one) => ({ name: one.name, uuid: one.uuid }));
  if (!options.verbose) return await briefInfos(node, repositoryName, finished, active);
  const infos = active.map((entry) => runningInfo(entry, node.indices.versionCreated()));
  for (const found of await repository.getSnapshotInfos(finished)) {
    if (!(found instanceof Error)) infos.push(found);
    else if (!options.ignoreUnavailable) throw listingFailed(repositoryName, found);
  }
  infos.sort((a, b) => a.startTimeMillis - b.startTimeMillis || compareIds(a, b));
  return infos.map(snapshotInfoJson);
}

/** Patterns that match nothing are missing, unless all that is asked for may be nothing. */
function checkFound(
  repository: string,
  names: ReadonlySet<string>,
  expressions: readonly string[],
  options: ListOptions,
): void {
  const [first] = expressions;
  if (names.size > 0 || options.ignoreUnavailable || first === undefined) return;
  const mayBeNothing = first === "_all" || first === "_current";
  if (expressions.length > 1 || !mayBeNothing) throw snapshotMissing(repository, first);
}

function compareIds(a: SnapshotInfo, b: SnapshotInfo): number {
  const [x, y] = [a.snapshotId, b.snapshotId];
  return x.name < y.name ? -1 : x.name > y.name ? 1 : x.uuid < y.uuid ? -1 : 1;
}

function listingFailed(repository: string, error: Error): Error {
  const { type } = errorBody(error);
  if (type === "snapshot_missing_exception" || type === "snapshot_exception") return error;
  return exception(
    "corrupt",
    "snapshot_exception",
    `[${repository}] failed to get snapshots`,
    {},
    error,
  );
}

async function briefInfos(
  node: Node,
  repositoryName: string,
  finished: readonly { name: string; uuid: string }[],
  active: readonly RunningSnapshot[],
): Promise<JsonObject[]> {
  const repository = node.repositories.get(repositoryName);
  const data = await repository.getRepositoryData();
  const rows: JsonObject[] = active.map((entry) => ({
    snapshot: entry.name,
    uuid: entry.uuid,
    indices: entry.indices.map((index) => index.name),
    data_streams: entry.dataStreams,
    state: "IN_PROGRESS",
  }));
  for (const id of finished) {
    const indices = (await repository.getSnapshotIndices(id)).map((index) => index.name).sort();
    const state = data.snapshots.get(id.uuid)?.state;
    rows.push({
      snapshot: id.name,
      uuid: id.uuid,
      indices,
      data_streams: [],
      ...(state === undefined ? {} : { state }),
    });
  }
  return rows.sort((a, b) => (String(a["snapshot"]) < String(b["snapshot"]) ? -1 : 1));
}
