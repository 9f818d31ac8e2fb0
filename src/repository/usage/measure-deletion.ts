// What a deletion would free, to the byte: the blobs that it removes, less those that it writes
// (the indices of the shards that others still need, and the root). It is measured on the plan
// that a deletion runs.

import type { DeletePlan } from "../cleanup/delete-snapshots.ts";
import { encodeChecksummedBlob } from "../format/checksummed-blob.ts";
import { encodeRepositoryData, indexMetadataUuid } from "../format/repository-data.ts";
import { shardIndexToTree } from "../format/shard-index.ts";
import { generationOfBlob, INDEX_FILE_PREFIX, INDEX_LATEST_BLOB } from "../layout/blob-names.ts";
import { indexFolder, type RepositoryContext } from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";

/** What a deletion frees. */
export interface DeletionUsage {
  readonly snapshots: string[];
  readonly removedBlobs: number;
  readonly removedBytes: number;
  /** Bytes of the root and of the shards' indices that are written anew. */
  readonly writtenBytes: number;
  /** By how much the store gets smaller: removed less written. */
  readonly freedBytes: number;
}

/** Measures a plan. */
export async function measureDeletion(
  context: RepositoryContext,
  plan: DeletePlan,
  signal?: AbortSignal,
): Promise<DeletionUsage> {
  const removed = { blobs: 0, bytes: 0 };
  const add = (bytes: number) => {
    removed.blobs++;
    removed.bytes += bytes;
  };
  const lengths = await metadataLengths(context, plan, signal);
  for (const [name, length] of plan.blobs) add(length > 0 ? length : (lengths.get(name) ?? 0));
  await runLimited(plan.staleIndices, context.parallelCallsMax, async (index) => {
    for (const folder of index.folders) await addTree(context, folder, add, signal);
    for (const blob of index.shardPathsBlobs) add(await lengthOf(context, blob, signal));
  });
  const roots = await context.store.list(context.basePath, "", signal);
  for (const [name, length] of roots) {
    if (!name.startsWith(INDEX_FILE_PREFIX)) continue;
    const generation = generationOfBlob(name);
    const listed = plan.blobs.has(context.basePath === "" ? name : `${context.basePath}/${name}`);
    if (generation !== undefined && generation <= plan.base.generation && !listed) add(length);
  }
  const generation = plan.base.generation + 1;
  let written = encodeRepositoryData({ ...plan.next, generation }).length;
  if (!roots.has(INDEX_LATEST_BLOB)) written += 8;
  for (const { shardIndex } of plan.changes) {
    if (shardIndex === undefined) continue;
    const tree = shardIndexToTree(shardIndex);
    written += encodeChecksummedBlob("snapshots", tree, context.compress).length;
  }
  return {
    snapshots: plan.snapshots.map(({ name }) => name),
    removedBlobs: removed.blobs,
    removedBytes: removed.bytes,
    writtenBytes: written,
    freedBytes: removed.bytes - written,
  };
}

/** Lengths of the metadata blobs of indices that stay; the plan does not list them. */
async function metadataLengths(
  context: RepositoryContext,
  plan: DeletePlan,
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const lengths = new Map<string, number>();
  const indices = [...plan.base.indices.values()].filter((index) =>
    plan.snapshots.some(({ uuid }) => {
      if (!index.snapshots.includes(uuid) || !plan.next.indices.has(index.name)) return false;
      const blob = indexMetadataUuid(plan.base, uuid, index.id);
      return plan.blobs.has(`${indexFolder(context, index)}/meta-${blob}.dat`);
    }),
  );
  await runLimited(indices, context.parallelCallsMax, async (index) => {
    const folder = indexFolder(context, index);
    for (const [name, length] of await context.store.list(folder, "meta-", signal)) {
      lengths.set(`${folder}/${name}`, length);
    }
  });
  return lengths;
}

async function lengthOf(
  context: RepositoryContext,
  blob: string,
  signal?: AbortSignal,
): Promise<number> {
  const slash = blob.lastIndexOf("/");
  const name = blob.slice(slash + 1);
  const listing = await context.store.list(blob.slice(0, Math.max(0, slash)), name, signal);
  return listing.get(name) ?? 0;
}

async function addTree(
  context: RepositoryContext,
  folder: string,
  add: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (const length of (await context.store.list(folder, "", signal)).values()) add(length);
  for (const name of await context.store.listFolders(folder, signal)) {
    await addTree(context, `${folder}/${name}`, add, signal);
  }
}
