// Deletes snapshots, several at once. The plan reads the catalog and every shard that other
// snapshots still need, and holds the new shard indices and the blobs that become free; it can be
// shown before anything happens. The run writes the new shard indices, then index-N, then
// deletes.
//
// Deletions are planned against one generation: if index-N moved on, nothing has been deleted and
// the plan is made again. Upstream: BlobStoreRepository.deleteSnapshots.

import { randomBase64Uuid, VarveError } from "../../base/index.ts";
import type { DeleteResult } from "../../blobstore/index.ts";
import {
  readIndexMetadata,
  readOrRebuildShardIndex,
  readSnapshotInfo,
  writeTree,
} from "../catalog/read-blobs.ts";
import type { RepositoryCatalog } from "../catalog/repository-catalog.ts";
import { numberOfShards } from "../format/index-metadata.ts";
import {
  DELETED_SHARD_GENERATION,
  indexMetadataUuid,
  type RepositoryData,
  type RepositoryIndex,
  removeSnapshots,
} from "../format/repository-data.ts";
import { type ShardIndex, shardIndexToTree } from "../format/shard-index.ts";
import type { SnapshotId } from "../format/snapshot-info.ts";
import { indexBlobName, metadataBlobName } from "../layout/blob-names.ts";
import {
  indexFolder,
  type RepositoryContext,
  repositoryError,
  rootName,
  shardFolder,
  snapshotError,
} from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import { staleRootBlobs, staleShardBlobs } from "./stale-blobs.ts";
import { planStaleIndices, type StaleIndex } from "./stale-indices.ts";

/** A shard whose index changes. */
interface ShardChange {
  folder: string;
  indexId: string;
  shard: number;
  /** Undefined where no snapshot holds the shard any more. */
  shardIndex: ShardIndex | undefined;
  generation: string;
}

/** What a deletion does. */
export interface DeletePlan {
  base: RepositoryData;
  snapshots: SnapshotId[];
  /** Blobs that become free, by full name, with their lengths where they were listed. */
  blobs: Map<string, number>;
  /** Indices that go as a whole. */
  staleIndices: StaleIndex[];
  changes: ShardChange[];
  next: RepositoryData;
}

/** Plans the deletion of snapshots that are in `base`. */
export async function planDeleteSnapshots(
  context: RepositoryContext,
  base: RepositoryData,
  snapshots: readonly SnapshotId[],
  signal?: AbortSignal,
): Promise<DeletePlan> {
  const uuids = new Set(snapshots.map((snapshot) => snapshot.uuid));
  await refuseShallow(context, snapshots, signal);
  const rootListing = await context.store.list(context.basePath, "", signal);
  const blobs = new Map<string, number>();
  const kept = [...base.indices.values()].filter((index) => {
    const gone = index.snapshots.filter((uuid) => uuids.has(uuid)).length;
    return gone > 0 && gone < index.snapshots.length;
  });
  const shards: [RepositoryIndex, number][] = [];
  for (const index of kept) {
    const count = await shardCountOf(context, base, index, uuids, signal);
    for (let shard = 0; shard < count; shard++) shards.push([index, shard]);
  }
  const planned = await runLimited(shards, context.parallelCallsMax, ([index, shard]) =>
    planShard(context, base, index, shard, uuids, blobs, signal),
  );
  const changes = planned.filter((change) => change !== undefined);
  const next = removeSnapshots(base, uuids, generationsOf(changes));
  for (const index of kept) addIndexMetadata(context, base, next, index, uuids, blobs);
  const stale = staleRootBlobs({ ...next, generation: base.generation }, rootListing.keys());
  for (const name of stale) blobs.set(rootName(context, name), rootListing.get(name)!);
  const staleIndices = await planStaleIndices(context, next, base, signal);
  return { base, snapshots: [...snapshots], blobs, staleIndices, changes, next };
}

/** The most shards that the index ever had: it may have been made again with fewer. */
async function shardCountOf(
  context: RepositoryContext,
  base: RepositoryData,
  index: RepositoryIndex,
  uuids: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<number> {
  let count = index.shardGenerations.length;
  if (count > 0) return count;
  for (const uuid of index.snapshots) {
    if (!uuids.has(uuid)) continue;
    const snapshot = { name: base.snapshots.get(uuid)!.name, uuid };
    const metadata = await readIndexMetadata(context, base, snapshot, index, signal);
    count = Math.max(count, numberOfShards(metadata));
  }
  return count;
}

async function planShard(
  context: RepositoryContext,
  base: RepositoryData,
  index: RepositoryIndex,
  shard: number,
  uuids: ReadonlySet<string>,
  blobs: Map<string, number>,
  signal?: AbortSignal,
): Promise<ShardChange | undefined> {
  const folder = shardFolder(context, index, shard);
  const listing = await context.store.list(folder, "", signal);
  const found = await readOrRebuildShardIndex(context, base, index, shard, listing, signal);
  const before = found.shardIndex;
  const surviving = new Set(index.snapshots.filter((uuid) => !uuids.has(uuid)));
  const names = new Set([...surviving].map((uuid) => base.snapshots.get(uuid)!.name));
  const after = before.filter((entry) => names.has(entry.snapshot));
  // The snapshot may have no file of this shard, because the shard had failed.
  if (after.length === before.length) return undefined;
  const empty = after.length === 0;
  const generation = empty ? DELETED_SHARD_GENERATION : randomBase64Uuid(context.random);
  for (const name of staleShardBlobs(listing.keys(), generation, after, surviving)) {
    blobs.set(`${folder}/${name}`, listing.get(name)!);
  }
  const shardIndex = empty ? undefined : after;
  return { folder, indexId: index.id, shard, shardIndex, generation };
}

/**
 * The data of a shallow snapshot is locked or pinned in a remote store; freeing it is not known
 * here. One whose blob cannot be read may be deleted: its shards tell what it holds.
 */
async function refuseShallow(
  context: RepositoryContext,
  snapshots: readonly SnapshotId[],
  signal?: AbortSignal,
): Promise<void> {
  await runLimited(snapshots, context.parallelCallsMax, async (snapshot) => {
    const info = await readSnapshotInfo(context, snapshot, signal).catch((error: unknown) => {
      signal?.throwIfAborted();
      if (error instanceof VarveError && ["corrupt", "missing"].includes(error.kind)) return;
      throw error;
    });
    if (info?.remoteStoreIndexShallowCopy !== true && info?.pinnedTimestamp === undefined) return;
    const message = "is a shallow copy: deleting it would leave locks in its remote store";
    throw snapshotError(context, snapshot, message, { kind: "unsupported" });
  });
}

function generationsOf(changes: readonly ShardChange[]): Map<string, (string | undefined)[]> {
  const changed = new Map<string, (string | undefined)[]>();
  for (const { indexId, shard, generation } of changes) {
    const generations = changed.get(indexId) ?? [];
    generations[shard] = generation;
    changed.set(indexId, generations);
  }
  return changed;
}

/** Metadata of a kept index that only deleted snapshots used. */
function addIndexMetadata(
  context: RepositoryContext,
  base: RepositoryData,
  next: RepositoryData,
  index: RepositoryIndex,
  uuids: ReadonlySet<string>,
  blobs: Map<string, number>,
): void {
  const used = new Set<string>();
  for (const uuid of next.indices.get(index.name)?.snapshots ?? []) {
    used.add(indexMetadataUuid(next, uuid, index.id));
  }
  for (const uuid of index.snapshots) {
    if (!uuids.has(uuid)) continue;
    const blob = indexMetadataUuid(base, uuid, index.id);
    if (!used.has(blob)) blobs.set(`${indexFolder(context, index)}/${metadataBlobName(blob)}`, 0);
  }
}

/** Runs a plan; answers what was deleted and the new catalog. */
export async function runDeleteSnapshots(
  context: RepositoryContext,
  catalog: RepositoryCatalog,
  plan: DeletePlan,
): Promise<{ data: RepositoryData; deleted: DeleteResult }> {
  await runLimited(plan.changes, context.parallelCallsMax, async (change) => {
    if (change.shardIndex === undefined) return;
    const name = `${change.folder}/${indexBlobName(change.generation)}`;
    await writeTree(context, "snapshots", name, shardIndexToTree(change.shardIndex));
  });
  const data = await catalog.write(plan.next, plan.base.generation);
  // From here on the snapshots are gone. What is left over is the next cleanup's.
  const deleted: DeleteResult = { blobs: 0, bytes: 0 };
  try {
    await catalog.afterWrite(data.generation);
    await context.store.delete([...plan.blobs.keys()]);
    deleted.blobs += plan.blobs.size;
    for (const bytes of plan.blobs.values()) deleted.bytes += bytes;
    await runLimited(plan.staleIndices, context.parallelCallsMax, async (index) => {
      for (const folder of index.folders) addTo(deleted, await context.store.deleteTree(folder));
      await context.store.delete(index.shardPathsBlobs);
    });
  } catch {
    // Unreferenced blobs are no harm.
  }
  return { data, deleted };
}

/** Plans and runs until no other writer interferes, a few times. */
export async function deleteSnapshots(
  context: RepositoryContext,
  catalog: RepositoryCatalog,
  select: (data: RepositoryData) => SnapshotId[],
  signal?: AbortSignal,
): Promise<{ data: RepositoryData; deleted: DeleteResult }> {
  for (let attempt = 1; ; attempt++) {
    const base = await catalog.read(signal);
    const snapshots = select(base);
    if (snapshots.length === 0) return { data: base, deleted: { blobs: 0, bytes: 0 } };
    try {
      const plan = await planDeleteSnapshots(context, base, snapshots, signal);
      return await runDeleteSnapshots(context, catalog, plan);
    } catch (error) {
      const moved = error instanceof VarveError && ["conflict", "missing"].includes(error.kind);
      if (!moved || attempt === 5) throw wrap(context, error);
    }
  }
}

function wrap(context: RepositoryContext, error: unknown): unknown {
  if (!(error instanceof VarveError) || error.type !== "corrupt_state_exception") return error;
  return repositoryError(context, "failed to delete snapshots", error, "corrupt");
}

function addTo(sum: DeleteResult, more: DeleteResult): void {
  sum.blobs += more.blobs;
  sum.bytes += more.bytes;
}
