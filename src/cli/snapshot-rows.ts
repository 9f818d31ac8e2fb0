// Snapshots as `ls` and `show` tell of them: what the root says, and what each snapshot's own blob
// adds. A blob that cannot be read marks its snapshot and no other.

import {
  formatVersion,
  indicesOf,
  type Repository,
  type RepositoryData,
  type RepositorySnapshot,
  type SnapshotInfo,
  versionOfId,
} from "../repository/index.ts";

/** A snapshot in a list. Members that only its blob knows are missing where it was not read. */
export interface SnapshotRow {
  name: string;
  uuid: string;
  state?: string;
  /** Of the server that took it: "2.19.6". */
  version?: string;
  /** ISO 8601, UTC. */
  start_time?: string;
  start_time_in_millis?: number;
  end_time?: string;
  end_time_in_millis?: number;
  duration_in_millis?: number;
  indices: string[];
  data_streams?: string[];
  include_global_state?: boolean;
  /** The data lies in a remote store. */
  remote_store_index_shallow_copy?: boolean;
  metadata?: unknown;
  shards?: { total: number; successful: number; failed: number };
  failures?: unknown[];
  /** Why the snapshot's blob cannot be read. */
  problem?: string;
}

/** Index names by snapshot uuid: one walk over the root for all snapshots. */
export function indicesBySnapshot(data: RepositoryData): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const uuid of data.snapshots.keys()) found.set(uuid, []);
  for (const index of data.indices.values()) {
    for (const uuid of index.snapshots) found.get(uuid)?.push(index.name);
  }
  for (const names of found.values()) names.sort();
  return found;
}

/** A row of what the root says. */
export function rowOfRoot(snapshot: RepositorySnapshot, indices: readonly string[]): SnapshotRow {
  const row: SnapshotRow = { name: snapshot.name, uuid: snapshot.uuid, indices: [...indices] };
  if (snapshot.state !== undefined) row.state = snapshot.state;
  if (snapshot.version !== undefined) row.version = snapshot.version;
  return row;
}

/** The row with what the snapshot's blob says, or with why it cannot be read. */
export function withInfo(row: SnapshotRow, info: SnapshotInfo | Error): SnapshotRow {
  if (info instanceof Error) return { ...row, problem: problemOf(info) };
  const full: SnapshotRow = {
    ...row,
    state: info.state,
    version: formatVersion(versionOfId(info.versionId)),
    start_time: new Date(info.startTimeMillis).toISOString(),
    start_time_in_millis: info.startTimeMillis,
    end_time: new Date(info.endTimeMillis).toISOString(),
    end_time_in_millis: info.endTimeMillis,
    duration_in_millis: info.endTimeMillis - info.startTimeMillis,
    data_streams: info.dataStreams,
    shards: {
      total: info.totalShards,
      successful: info.successfulShards,
      failed: info.shardFailures.length,
    },
  };
  // A shallow v2 snapshot has no index in the root.
  if (full.indices.length === 0) full.indices = [...info.indices].sort();
  if (info.includeGlobalState !== undefined) full.include_global_state = info.includeGlobalState;
  if (info.remoteStoreIndexShallowCopy === true) full.remote_store_index_shallow_copy = true;
  if (info.userMetadata !== undefined) full.metadata = info.userMetadata;
  if (info.shardFailures.length > 0) {
    full.failures = info.shardFailures.map((failure) => ({
      index: failure.index,
      shard_id: failure.shardId,
      reason: failure.reason,
      status: failure.status,
    }));
  }
  return full;
}

/** An error with its cause, in one line. */
export function problemOf(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error) || error.message.includes(cause.message)) return error.message;
  return `${error.message}: ${problemOf(cause)}`;
}

/** What was read of so many snapshots is in memory together: errors and failures are large. */
const ROWS_AT_ONCE = 500;

/** Reads the blobs of these snapshots, several at a time. */
export async function readRows(
  repository: Repository,
  rows: readonly SnapshotRow[],
  signal: AbortSignal,
): Promise<SnapshotRow[]> {
  const read: SnapshotRow[] = [];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const some = rows.slice(from, from + ROWS_AT_ONCE);
    const infos = await repository.getSnapshotInfos(some, signal);
    for (const [at, row] of some.entries()) read.push(withInfo(row, infos[at]!));
  }
  return read;
}

/** Rows of every snapshot from the root alone. */
export function rootRows(data: RepositoryData): SnapshotRow[] {
  const indices = indicesBySnapshot(data);
  return [...data.snapshots.values()].map((snapshot) =>
    rowOfRoot(snapshot, indices.get(snapshot.uuid) ?? []),
  );
}

/** The row of one snapshot, with its blob. */
export async function readRow(
  repository: Repository,
  name: string,
  signal: AbortSignal,
): Promise<SnapshotRow> {
  const found = await repository.findSnapshot(name, signal);
  const data = await repository.getRepositoryData(signal);
  const names = indicesOf(data, found.uuid).map((index) => index.name);
  const [row] = await readRows(repository, [rowOfRoot(found, names.sort())], signal);
  return row!;
}
