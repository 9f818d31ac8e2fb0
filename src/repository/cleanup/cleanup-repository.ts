// Removes what no generation names: blobs at the root and index folders, and — which the real
// server does not — blobs in the folders of living shards. The plan lists everything; the run
// first writes a new generation with the same content, so that a snapshot that is being taken at
// the same time by another writer is refused rather than robbed. Upstream:
// BlobStoreRepository.cleanup.

import { VarveError } from "../../base/index.ts";
import type { DeleteResult } from "../../blobstore/index.ts";
import { readShardIndex } from "../catalog/read-blobs.ts";
import type { RepositoryCatalog } from "../catalog/repository-catalog.ts";
import {
  EMPTY_REPOSITORY_GENERATION,
  indexMetadataUuid,
  type RepositoryData,
  type RepositoryIndex,
} from "../format/repository-data.ts";
import { METADATA_PREFIX, uuidOfBlob } from "../layout/blob-names.ts";
import {
  indexFolder,
  type RepositoryContext,
  rootName,
  shardFolder,
} from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import { staleRootBlobs, staleShardBlobs } from "./stale-blobs.ts";
import { planStaleIndices, type StaleIndex } from "./stale-indices.ts";

/** What a cleanup removes. */
export interface CleanupPlan {
  base: RepositoryData;
  /** By full name, with lengths. */
  blobs: Map<string, number>;
  staleIndices: StaleIndex[];
  /** Shards whose index cannot be read; nothing in them is touched. */
  skipped: { index: string; shard: number; reason: string }[];
}

/** Plans a cleanup. */
export async function planCleanup(
  context: RepositoryContext,
  base: RepositoryData,
  signal?: AbortSignal,
): Promise<CleanupPlan> {
  const plan: CleanupPlan = { base, blobs: new Map(), staleIndices: [], skipped: [] };
  const rootListing = await context.store.list(context.basePath, "", signal);
  for (const name of staleRootBlobs(base, rootListing.keys())) {
    plan.blobs.set(rootName(context, name), rootListing.get(name)!);
  }
  plan.staleIndices = await planStaleIndices(context, base, base, signal);
  const shards: [RepositoryIndex, number][] = [];
  for (const index of base.indices.values()) {
    await planIndex(context, base, index, plan, signal);
    for (const shard of index.shardGenerations.keys()) shards.push([index, shard]);
  }
  await runLimited(shards, context.parallelCallsMax, ([index, shard]) =>
    planShard(context, index, shard, plan, signal),
  );
  return plan;
}

/** Metadata blobs of an index that no snapshot uses. */
async function planIndex(
  context: RepositoryContext,
  base: RepositoryData,
  index: RepositoryIndex,
  plan: CleanupPlan,
  signal?: AbortSignal,
): Promise<void> {
  const used = new Set(index.snapshots.map((uuid) => indexMetadataUuid(base, uuid, index.id)));
  const folder = indexFolder(context, index);
  for (const [name, length] of await context.store.list(folder, METADATA_PREFIX, signal)) {
    const uuid = uuidOfBlob(name, METADATA_PREFIX);
    if (uuid !== undefined && !used.has(uuid)) plan.blobs.set(`${folder}/${name}`, length);
  }
}

async function planShard(
  context: RepositoryContext,
  index: RepositoryIndex,
  shard: number,
  plan: CleanupPlan,
  signal?: AbortSignal,
): Promise<void> {
  const generation = index.shardGenerations[shard];
  // Without a generation nothing says which index is the right one.
  if (generation === null || generation === undefined || generation.startsWith("_")) return;
  const folder = shardFolder(context, index, shard);
  const listing = await context.store.list(folder, "", signal);
  try {
    const shardIndex = await readShardIndex(context, folder, generation, listing, signal);
    const uuids = new Set(index.snapshots);
    for (const name of staleShardBlobs(listing.keys(), generation, shardIndex, uuids)) {
      plan.blobs.set(`${folder}/${name}`, listing.get(name)!);
    }
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    plan.skipped.push({ index: index.name, shard, reason: error.message });
  }
}

/** Runs a plan; answers what was deleted. Errors: `conflict`, then nothing was. */
export async function runCleanup(
  context: RepositoryContext,
  catalog: RepositoryCatalog,
  plan: CleanupPlan,
): Promise<DeleteResult> {
  const deleted: DeleteResult = { blobs: 0, bytes: 0 };
  if (plan.blobs.size === 0 && plan.staleIndices.length === 0) return deleted;
  if (plan.base.generation !== EMPTY_REPOSITORY_GENERATION) {
    const data = await catalog.write(plan.base, plan.base.generation);
    await catalog.afterWrite(data.generation);
  }
  await context.store.delete([...plan.blobs.keys()]);
  deleted.blobs += plan.blobs.size;
  for (const bytes of plan.blobs.values()) deleted.bytes += bytes;
  for (const index of plan.staleIndices) {
    for (const folder of index.folders) {
      const result = await context.store.deleteTree(folder);
      deleted.blobs += result.blobs;
      deleted.bytes += result.bytes;
    }
    await context.store.delete(index.shardPathsBlobs);
  }
  return deleted;
}
