// The information of a snapshot from all else that is known of it: the root, the metadata of its
// indices, its blobs in the shards. The times are those of the shards. The user's metadata, the
// failures' reasons and what was asked for the global state are lost.

import { readIndexMetadata } from "../catalog/read-blobs.ts";
import { numberOfShards } from "../format/index-metadata.ts";
import { clusterMetadataFromTree } from "../format/metadata.ts";
import {
  indicesOf,
  type RepositoryData,
  type RepositorySnapshot,
} from "../format/repository-data.ts";
import type { SnapshotInfo, SnapshotShardFailure } from "../format/snapshot-info.ts";
import { idOfVersion, parseVersion } from "../format/version.ts";
import { metadataBlobName } from "../layout/blob-names.ts";
import { type RepositoryContext, rootName } from "../repository-context.ts";
import { readChecked, uncounted } from "../verify/read-checked-blob.ts";
import { readShard } from "./rebuild-shard.ts";

/** Makes it again; undefined where an index's metadata is lost too. */
export async function rebuildSnapshotInfo(
  context: RepositoryContext,
  data: RepositoryData,
  snapshot: RepositorySnapshot,
  signal?: AbortSignal,
): Promise<SnapshotInfo | undefined> {
  if (snapshot.version === undefined) return undefined;
  const indices = indicesOf(data, snapshot.uuid);
  const shardFailures: SnapshotShardFailure[] = [];
  let [total, start, end] = [0, Number.MAX_SAFE_INTEGER, 0];
  for (const index of indices) {
    let count: number;
    try {
      const metadata = await readIndexMetadata(context, data, snapshot, index, signal);
      count = numberOfShards(metadata);
    } catch {
      signal?.throwIfAborted();
      return undefined;
    }
    total += count;
    for (let shard = 0; shard < count; shard++) {
      const own = (await readShard(context, data, index, shard, signal)).snapshots.get(
        snapshot.uuid,
      );
      if (own === undefined) {
        const reason = "the shard has no blob of this snapshot";
        shardFailures.push({
          index: index.name,
          shardId: shard,
          reason,
          status: "INTERNAL_SERVER_ERROR",
        });
        continue;
      }
      start = Math.min(start, own.startTimeMillis);
      end = Math.max(end, own.startTimeMillis + own.timeMillis);
    }
  }
  const name = rootName(context, metadataBlobName(snapshot.uuid));
  const convert = clusterMetadataFromTree;
  const read = await readChecked(context, "metadata", name, uncounted(), convert, signal);
  const streams = dataStreamsOf(
    read.value?.customs["data_stream"],
    indices.map((i) => i.name),
  );
  return {
    snapshotId: { name: snapshot.name, uuid: snapshot.uuid },
    versionId: idOfVersion(parseVersion(snapshot.version)),
    indices: indices.map((index) => index.name),
    dataStreams: streams,
    state: shardFailures.length > 0 ? "PARTIAL" : (snapshot.state ?? "SUCCESS"),
    includeGlobalState: (read.value?.version ?? 0) > 0,
    startTimeMillis: end === 0 ? 0 : start,
    endTimeMillis: end,
    totalShards: total,
    successfulShards: total - shardFailures.length,
    shardFailures,
  };
}

/** Data streams of the cluster whose indices are in the snapshot. */
function dataStreamsOf(section: unknown, indices: readonly string[]): string[] {
  const streams = (section as { data_stream?: unknown } | undefined)?.data_stream;
  if (typeof streams !== "object" || streams === null) return [];
  return Object.entries(streams).flatMap(([name, stream]) => {
    const members: unknown = (stream as { indices?: unknown }).indices;
    if (!Array.isArray(members)) return [];
    const has = members.some((item) =>
      indices.includes((item as { index_name: string }).index_name),
    );
    return has ? [name] : [];
  });
}
