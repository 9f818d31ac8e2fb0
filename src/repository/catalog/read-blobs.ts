// Typed reading and writing of metadata blobs.

import { VarveError } from "../../base/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import {
  type BlobCodec,
  decodeChecksummedBlob,
  encodeChecksummedBlob,
} from "../format/checksummed-blob.ts";
import { type IndexMetadata, indexMetadataFromTree } from "../format/index-metadata.ts";
import { type ClusterMetadata, clusterMetadataFromTree } from "../format/metadata.ts";
import {
  DELETED_SHARD_GENERATION,
  type IndexId,
  indexMetadataUuid,
  NEW_SHARD_GENERATION,
  type RepositoryData,
  type RepositoryIndex,
} from "../format/repository-data.ts";
import { type ShardIndex, shardIndexFromTree } from "../format/shard-index.ts";
import { type ShardSnapshot, shardSnapshotFromTree } from "../format/shard-snapshot.ts";
import {
  type SnapshotId,
  type SnapshotInfo,
  snapshotInfoFromTree,
} from "../format/snapshot-info.ts";
import {
  generationOfBlob,
  INDEX_FILE_PREFIX,
  indexBlobName,
  metadataBlobName,
  SHALLOW_SNAPSHOT_PREFIX,
  snapshotBlobName,
} from "../layout/blob-names.ts";
import {
  indexFolder,
  missingSnapshot,
  type RepositoryContext,
  rootName,
  shardFolder,
  snapshotError,
} from "../repository-context.ts";

async function readTree<T>(
  context: RepositoryContext,
  codec: BlobCodec,
  name: string,
  convert: (tree: XContentObject) => T,
  signal?: AbortSignal,
): Promise<T> {
  const bytes = await context.store.get(name, signal);
  const blob = name.slice(name.lastIndexOf("/") + 1);
  return convert(decodeChecksummedBlob(codec, blob, bytes));
}

/** Writes a metadata blob under a name that was just made up, as a draft. */
export async function writeTree(
  context: RepositoryContext,
  codec: BlobCodec,
  name: string,
  tree: XContentObject,
): Promise<void> {
  const bytes = encodeChecksummedBlob(codec, tree, context.compress);
  await context.store.put(name, bytes, { draft: true });
}

/** What a snapshot is. Errors in the server's words: missing, or corrupt and why. */
export async function readSnapshotInfo(
  context: RepositoryContext,
  snapshot: SnapshotId,
  signal?: AbortSignal,
): Promise<SnapshotInfo> {
  const name = rootName(context, snapshotBlobName(snapshot.uuid));
  try {
    return await readTree(context, "snapshot", name, snapshotInfoFromTree, signal);
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    if (error.kind === "missing") throw missingSnapshot(context, snapshot, error);
    if (error.kind !== "corrupt") throw error;
    const details = { kind: "corrupt", cause: error } as const;
    throw snapshotError(context, snapshot, "failed to get snapshots", details);
  }
}

/** The cluster's state in a snapshot. */
export async function readClusterMetadata(
  context: RepositoryContext,
  snapshot: SnapshotId,
  signal?: AbortSignal,
): Promise<ClusterMetadata> {
  const name = rootName(context, metadataBlobName(snapshot.uuid));
  try {
    return await readTree(context, "metadata", name, clusterMetadataFromTree, signal);
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    if (error.kind === "missing") throw missingSnapshot(context, snapshot, error);
    if (error.kind !== "corrupt") throw error;
    const details = { kind: "corrupt", cause: error } as const;
    throw snapshotError(context, snapshot, "could not read global metadata", details);
  }
}

/** An index's metadata in a snapshot. */
export async function readIndexMetadata(
  context: RepositoryContext,
  data: RepositoryData,
  snapshot: SnapshotId,
  index: IndexId,
  signal?: AbortSignal,
): Promise<IndexMetadata> {
  const blob = metadataBlobName(indexMetadataUuid(data, snapshot.uuid, index.id));
  const name = `${indexFolder(context, index)}/${blob}`;
  return readTree(context, "index-metadata", name, indexMetadataFromTree, signal);
}

/**
 * A shard in a full snapshot. Errors: snapshot_missing_exception, snapshot_exception; one of a
 * shallow snapshot, which remote-store/read-shallow-shard.ts reads, is `unsupported` here.
 */
export async function readShardSnapshot(
  context: RepositoryContext,
  snapshot: SnapshotId,
  index: IndexId,
  shard: number,
  signal?: AbortSignal,
): Promise<ShardSnapshot> {
  const found = await findShardSnapshot(context, snapshot, index, shard, signal);
  if (!(found instanceof VarveError)) return found;
  await refuseShallow(context, snapshot, shardFolder(context, index, shard));
  throw found;
}

/** The same, with an answer instead of an error where the shard has no blob of the snapshot. */
export async function findShardSnapshot(
  context: RepositoryContext,
  snapshot: SnapshotId,
  index: IndexId,
  shard: number,
  signal?: AbortSignal,
): Promise<ShardSnapshot | VarveError> {
  const folder = shardFolder(context, index, shard);
  const name = `${folder}/${snapshotBlobName(snapshot.uuid)}`;
  try {
    return await readTree(context, "snapshot", name, shardSnapshotFromTree, signal);
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    if (error.kind === "missing") return missingSnapshot(context, snapshot.name, error);
    if (error.kind !== "corrupt") throw error;
    const message = `failed to read shard snapshot file for [${folder}]`;
    throw snapshotError(context, snapshot, message, { kind: "corrupt", cause: error });
  }
}

/** Refuses a shard of a shallow snapshot. Error: `unsupported`. */
export async function refuseShallow(
  context: RepositoryContext,
  snapshot: SnapshotId,
  folder: string,
): Promise<void> {
  if (!(await isShallow(context, snapshot, folder))) return;
  const message = "is a shallow copy: its data is in a remote store";
  throw snapshotError(context, snapshot, message, { kind: "unsupported" });
}

/** Of v1 the shard has a blob of another name, of v2 none at all. */
async function isShallow(
  context: RepositoryContext,
  snapshot: SnapshotId,
  folder: string,
): Promise<boolean> {
  if (context.store.capabilities.list) {
    const found = await context.store.list(folder, SHALLOW_SNAPSHOT_PREFIX + snapshot.uuid);
    if (found.size > 0) return true;
  }
  try {
    return (await readSnapshotInfo(context, snapshot)).remoteStoreIndexShallowCopy === true;
  } catch (error) {
    if (error instanceof VarveError) return false;
    throw error;
  }
}

/** True for generations that stand for no blob. */
export function hasNoShardIndex(generation: string | null | undefined): boolean {
  return generation === NEW_SHARD_GENERATION || generation === DELETED_SHARD_GENERATION;
}

/**
 * All snapshots of a shard. Without a generation (repositories of Elasticsearch before 7.6) the
 * highest number in the listing is read; a shard without any is empty.
 */
export async function readShardIndex(
  context: RepositoryContext,
  folder: string,
  generation: string | null | undefined,
  listing: ReadonlyMap<string, number>,
  signal?: AbortSignal,
): Promise<ShardIndex> {
  if (hasNoShardIndex(generation)) return [];
  const found = generation ?? highestGeneration(listing);
  if (found === undefined) return [];
  const name = `${folder}/${indexBlobName(found)}`;
  return readTree(context, "snapshots", name, shardIndexFromTree, signal);
}

/**
 * All snapshots of a shard, also when its index is damaged or gone: it is then made again from the
 * blobs of the single snapshots, which say the same. Errors: `corrupt` or `missing` if one of them
 * cannot be read either. The real server gives up here.
 */
export async function readOrRebuildShardIndex(
  context: RepositoryContext,
  data: RepositoryData,
  index: RepositoryIndex,
  shard: number,
  listing: ReadonlyMap<string, number>,
  signal?: AbortSignal,
): Promise<{ shardIndex: ShardIndex; rebuilt: boolean }> {
  const folder = shardFolder(context, index, shard);
  const generation = index.shardGenerations[shard];
  try {
    const shardIndex = await readShardIndex(context, folder, generation, listing, signal);
    return { shardIndex, rebuilt: false };
  } catch (error) {
    const damaged = error instanceof VarveError && ["corrupt", "missing"].includes(error.kind);
    if (!damaged) throw error;
    const shardIndex: ShardIndex = [];
    for (const uuid of index.snapshots) {
      // A snapshot whose shard had failed has no blob here.
      if (!listing.has(snapshotBlobName(uuid))) continue;
      const snapshot = { name: data.snapshots.get(uuid)!.name, uuid };
      const found = await readShardSnapshot(context, snapshot, index, shard, signal);
      shardIndex.unshift({ snapshot: snapshot.name, files: found.files });
    }
    if (shardIndex.length === 0) throw error;
    return { shardIndex, rebuilt: true };
  }
}

function highestGeneration(listing: ReadonlyMap<string, number>): string | undefined {
  let highest = -1;
  for (const name of listing.keys()) {
    if (name.startsWith(INDEX_FILE_PREFIX))
      highest = Math.max(highest, generationOfBlob(name) ?? -1);
  }
  return highest < 0 ? undefined : String(highest);
}
