// The indices of a snapshot with their shards, documents and sizes, and the files of one index.
// One small blob a shard is read; what cannot be read marks its shard.

import {
  countDocuments,
  type IndexId,
  isVirtual,
  numberOfShards,
  partCount,
  type Repository,
  runLimited,
  type SnapshotId,
  totalsOf,
} from "../repository/index.ts";
import { problemOf, type SnapshotRow } from "./snapshot-rows.ts";

/** Indices read at a time. */
const INDICES_AT_ONCE = 8;

/** A shard in a snapshot. */
export interface ShardSummary {
  shard: number;
  /** Live documents as Lucene counts them (nested ones too); missing where that is unknown. */
  docs?: number;
  docs_deleted?: number;
  files: number;
  size_in_bytes: number;
  /** What this snapshot added. */
  incremental_size_in_bytes: number;
  problem?: string;
}

/** An index in a snapshot. */
export interface IndexSummary {
  name: string;
  /** Folder under indices/. */
  id: string;
  docs?: number;
  size_in_bytes: number;
  incremental_size_in_bytes: number;
  shards: ShardSummary[];
  problem?: string;
}

/** Every index of a snapshot, by name. */
export async function summarizeIndices(
  repository: Repository,
  snapshot: SnapshotId & Pick<SnapshotRow, "failures" | "remote_store_index_shallow_copy">,
  signal: AbortSignal,
): Promise<IndexSummary[]> {
  const indices = [...(await repository.getSnapshotIndices(snapshot, signal))];
  indices.sort((a, b) => (a.name < b.name ? -1 : 1));
  return runLimited(indices, INDICES_AT_ONCE, (index) =>
    summarizeIndex(repository, snapshot, index, signal),
  );
}

async function summarizeIndex(
  repository: Repository,
  snapshot: SnapshotId & Pick<SnapshotRow, "failures" | "remote_store_index_shallow_copy">,
  index: IndexId,
  signal: AbortSignal,
): Promise<IndexSummary> {
  const summary: IndexSummary = {
    name: index.name,
    id: index.id,
    size_in_bytes: 0,
    incremental_size_in_bytes: 0,
    shards: [],
  };
  try {
    const metadata = await repository.getIndexMetadata(snapshot, index, signal);
    for (let shard = 0; shard < numberOfShards(metadata); shard++) {
      summary.shards.push(await summarizeShard(repository, snapshot, index, shard, signal));
    }
  } catch (error) {
    signal.throwIfAborted();
    summary.problem = problemOf(error as Error);
    return summary;
  }
  for (const shard of summary.shards) {
    summary.size_in_bytes += shard.size_in_bytes;
    summary.incremental_size_in_bytes += shard.incremental_size_in_bytes;
  }
  if (summary.shards.every((shard) => shard.docs !== undefined)) {
    summary.docs = summary.shards.reduce((sum, shard) => sum + shard.docs!, 0);
  }
  const bad = summary.shards.filter((shard) => shard.problem !== undefined);
  if (bad.length > 0) summary.problem = `shard ${bad[0]!.shard}: ${bad[0]!.problem}`;
  return summary;
}

async function summarizeShard(
  repository: Repository,
  snapshot: SnapshotId & Pick<SnapshotRow, "failures" | "remote_store_index_shallow_copy">,
  index: IndexId,
  shard: number,
  signal: AbortSignal,
): Promise<ShardSummary> {
  const empty = { shard, files: 0, size_in_bytes: 0, incremental_size_in_bytes: 0 };
  const isShallow = snapshot.remote_store_index_shallow_copy === true;
  if (isShallow && repository.context.remoteStore === undefined) {
    return { ...empty, problem: "its data is in a remote store: see --remote-store" };
  }
  const failure = failureOf(snapshot.failures, index.name, shard);
  if (failure !== undefined) return { ...empty, problem: failure };
  try {
    const found = await repository.getShardSnapshot(snapshot, index, shard, signal);
    const total = totalsOf(found.files);
    const count = countDocuments(found);
    return {
      shard,
      ...(count === undefined ? {} : { docs: count.live, docs_deleted: count.deleted }),
      files: total.files,
      size_in_bytes: total.bytes,
      incremental_size_in_bytes: found.incrementalBytes,
    };
  } catch (error) {
    signal.throwIfAborted();
    return { ...empty, problem: problemOf(error as Error) };
  }
}

function failureOf(
  failures: readonly unknown[] | undefined,
  index: string,
  shard: number,
): string | undefined {
  for (const failure of failures ?? []) {
    const item = failure as { index: string; shard_id: number; reason: string };
    if (item.index === index && item.shard_id === shard) return item.reason;
  }
  return undefined;
}

/** A file of a shard. */
export interface FileSummary {
  name: string;
  length: number;
  /** CRC-32 in base 36. */
  checksum: string;
  written_by: string;
  /** Name of its blob; one of several parts has `.part<n>` behind it. */
  blob: string;
  parts: number;
  /** The bytes are in the shard's metadata. */
  virtual: boolean;
}

/** The files of every shard of an index. */
export async function listFiles(
  repository: Repository,
  snapshot: SnapshotId,
  index: IndexId,
  signal: AbortSignal,
): Promise<{ shard: number; files: FileSummary[]; problem?: string }[]> {
  const metadata = await repository.getIndexMetadata(snapshot, index, signal);
  const shards: { shard: number; files: FileSummary[]; problem?: string }[] = [];
  for (let shard = 0; shard < numberOfShards(metadata); shard++) {
    try {
      const { files } = await repository.getShardSnapshot(snapshot, index, shard, signal);
      shards.push({
        shard,
        files: files.map((file) => ({
          name: file.physicalName,
          length: file.length,
          checksum: file.checksum,
          written_by: file.writtenBy,
          blob: file.name,
          parts: partCount(file),
          virtual: isVirtual(file),
        })),
      });
    } catch (error) {
      signal.throwIfAborted();
      shards.push({ shard, files: [], problem: problemOf(error as Error) });
    }
  }
  return shards;
}
