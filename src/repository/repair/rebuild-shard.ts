// A shard's index and its snapshots' own blobs say the same, so each is made again from the other.

import { hasNoShardIndex, readShardIndex } from "../catalog/read-blobs.ts";
import type { RepositoryData, RepositoryIndex } from "../format/repository-data.ts";
import type { ShardIndex } from "../format/shard-index.ts";
import { type ShardSnapshot, shardSnapshotFromTree } from "../format/shard-snapshot.ts";
import { generationOfBlob, snapshotBlobName } from "../layout/blob-names.ts";
import { type RepositoryContext, shardFolder } from "../repository-context.ts";
import { readChecked, uncounted } from "../verify/read-checked-blob.ts";

/** What can be read of a shard. */
export interface ReadableShard {
  readonly folder: string;
  readonly listing: ReadonlyMap<string, number>;
  /** Undefined where it cannot be read. */
  readonly shardIndex: ShardIndex | undefined;
  /** By snapshot uuid: those of the snapshots' own blobs that can be read. */
  readonly snapshots: ReadonlyMap<string, ShardSnapshot>;
}

/** Reads what can be read of a shard. */
export async function readShard(
  context: RepositoryContext,
  data: RepositoryData,
  index: RepositoryIndex,
  shard: number,
  signal?: AbortSignal,
): Promise<ReadableShard> {
  const folder = shardFolder(context, index, shard);
  const listing = await context.store.list(folder, "", signal);
  const snapshots = new Map<string, ShardSnapshot>();
  for (const uuid of index.snapshots) {
    const blob = snapshotBlobName(uuid);
    if (!listing.has(blob)) continue;
    const name = `${folder}/${blob}`;
    const convert = shardSnapshotFromTree;
    const read = await readChecked(context, "snapshot", name, uncounted(), convert, signal);
    const own = read.value?.snapshot === data.snapshots.get(uuid)?.name;
    if (read.value !== undefined && own) snapshots.set(uuid, read.value);
  }
  const generation = index.shardGenerations[shard];
  let shardIndex: ShardIndex | undefined;
  try {
    const none = hasNoShardIndex(generation);
    if (!none) shardIndex = await readShardIndex(context, folder, generation, listing, signal);
  } catch {
    signal?.throwIfAborted();
  }
  return { folder, listing, shardIndex, snapshots };
}

/** A shard's index from the snapshots' own blobs, and from the old one where those are lost. */
export function rebuildShardIndex(
  data: RepositoryData,
  index: RepositoryIndex,
  shard: ReadableShard,
): ShardIndex {
  const rebuilt: ShardIndex = [];
  for (const uuid of index.snapshots) {
    const { name } = data.snapshots.get(uuid)!;
    const own = shard.snapshots.get(uuid);
    const listed = shard.shardIndex?.find((entry) => entry.snapshot === name);
    if (own !== undefined) {
      const stateId = listed?.shardStateId;
      const same = listed !== undefined && sameNames(own, listed);
      const state = same && stateId !== undefined ? { shardStateId: stateId } : {};
      rebuilt.unshift({ snapshot: name, files: own.files, ...state });
    } else if (listed !== undefined) rebuilt.unshift(listed);
  }
  return rebuilt;
}

function sameNames(a: { files: readonly { name: string }[] }, b: typeof a): boolean {
  const names = new Set(a.files.map((file) => file.name));
  return a.files.length === b.files.length && b.files.every((file) => names.has(file.name));
}

/** A snapshot's own blob from the shard's index; undefined where that does not know it. */
export function rebuildShardSnapshot(
  shard: ReadableShard,
  name: string,
  times: { startTimeMillis: number; endTimeMillis: number } | undefined,
): ShardSnapshot | undefined {
  const entry = shard.shardIndex?.find((item) => item.snapshot === name);
  if (entry === undefined) return undefined;
  const segments = entry.files.find((file) => file.physicalName.startsWith("segments_"));
  if (segments === undefined) return undefined;
  const start = times?.startTimeMillis ?? 0;
  return {
    snapshot: name,
    indexVersion: Number.parseInt(segments.physicalName.slice("segments_".length), 36),
    startTimeMillis: start,
    timeMillis: Math.max(0, (times?.endTimeMillis ?? start) - start),
    incrementalFileCount: 0,
    incrementalBytes: 0,
    files: entry.files,
  };
}

/** The number after the highest in a folder of numbered generations (before 7.6). */
export function nextNumber(names: Iterable<string>): number {
  let highest = -1;
  for (const name of names) highest = Math.max(highest, generationOfBlob(name) ?? -1);
  return highest + 1;
}
