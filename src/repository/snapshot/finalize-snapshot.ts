// The end of a snapshot: index metadata, the cluster's state and the snapshot's own blob as drafts,
// one flush, then index-N. From index-N on the snapshot exists. Tidying up comes last, and its
// failure is no failure of the snapshot.
//
// Another writer may have been faster. The snapshot is then added to what that one wrote, if all
// it did was to add snapshots that leave our shards alone; after a deletion or a cleanup, which
// may have removed blobs that nothing named yet, and after a change of one of our shards, the
// snapshot is refused as a concurrent modification. Upstream:
// BlobStoreRepository.finalizeSnapshot.

import { randomBase64Uuid, VarveError } from "../../base/index.ts";
import { hasNoShardIndex, writeTree } from "../catalog/read-blobs.ts";
import { concurrentModification, type RepositoryCatalog } from "../catalog/repository-catalog.ts";
import {
  type IndexMetadata,
  indexMetadataIdentifier,
  indexMetadataToTree,
} from "../format/index-metadata.ts";
import { type ClusterMetadata, clusterMetadataToTree } from "../format/metadata.ts";
import {
  type AddedIndex,
  addSnapshot,
  type IndexId,
  type RepositoryData,
  snapshotByName,
} from "../format/repository-data.ts";
import { type SnapshotInfo, snapshotInfoToTree } from "../format/snapshot-info.ts";
import { formatVersion, versionOfId } from "../format/version.ts";
import { indexBlobName, metadataBlobName, snapshotBlobName } from "../layout/blob-names.ts";
import { SHARD_PATHS_FOLDER, shardPathsFile } from "../layout/shard-path.ts";
import {
  indexFolder,
  type RepositoryContext,
  rootName,
  shardFolder,
  snapshotError,
} from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import { invalidSnapshotName } from "../snapshot-name.ts";

/** An index of a snapshot that is about to exist. */
export interface FinalizedIndex {
  index: IndexId;
  metadata: IndexMetadata;
  /** A shard's generation after the snapshot; null or the old one where the shard failed. */
  shardGenerations: (string | null)[];
}

/** A snapshot that is about to exist. */
export interface SnapshotToFinalize {
  info: SnapshotInfo;
  clusterMetadata: ClusterMetadata;
  indices: FinalizedIndex[];
  /** The catalog that the snapshot began with. */
  base: RepositoryData;
}

/** What the catalog needs to know of a snapshot. */
export type CommittedSnapshot = Pick<SnapshotToFinalize, "info" | "base">;

/** Writes the snapshot into the catalog and answers the new catalog. */
export async function runFinalizeSnapshot(
  context: RepositoryContext,
  catalog: RepositoryCatalog,
  snapshot: SnapshotToFinalize,
): Promise<RepositoryData> {
  try {
    const added = await writeMetadata(context, snapshot);
    return await commitSnapshot(context, catalog, snapshot, added);
  } catch (cause) {
    throw updateFailed(context, snapshot.info, cause);
  }
}

/** Adds a snapshot to the catalog, whose blobs are all written (as drafts), and tidies up. */
export async function commitSnapshot(
  context: RepositoryContext,
  catalog: RepositoryCatalog,
  snapshot: CommittedSnapshot,
  added: readonly AddedIndex[],
): Promise<RepositoryData> {
  const written = await addToCatalog(context, catalog, snapshot, added);
  await tidyUp(context, catalog, snapshot.base, written, added);
  return written;
}

/** The error of a snapshot that could not be added to the catalog. */
export function updateFailed(
  context: RepositoryContext,
  info: SnapshotInfo,
  cause: unknown,
): VarveError {
  if (cause instanceof VarveError && cause.type === "invalid_snapshot_name_exception") return cause;
  const kind = cause instanceof VarveError ? cause.kind : "unavailable";
  const message = "failed to update snapshot in repository";
  return snapshotError(context, info.snapshotId, message, { kind, cause });
}

async function writeMetadata(
  context: RepositoryContext,
  snapshot: SnapshotToFinalize,
): Promise<AddedIndex[]> {
  const { info, base } = snapshot;
  const added = await runLimited(snapshot.indices, context.parallelCallsMax, async (item) => {
    const { index, metadata } = item;
    const metadataIdentifier = indexMetadataIdentifier(metadata);
    let metadataUuid = base.indexMetadataIdentifiers.get(metadataIdentifier);
    if (metadataUuid === undefined) {
      metadataUuid = randomBase64Uuid(context.random);
      const name = `${indexFolder(context, index)}/${metadataBlobName(metadataUuid)}`;
      await writeTree(context, "index-metadata", name, indexMetadataToTree(metadata));
    }
    await writeShardPaths(context, index, item.shardGenerations.length, base);
    const { shardGenerations } = item;
    return { ...index, shardGenerations, metadataIdentifier, metadataUuid };
  });
  const { uuid } = info.snapshotId;
  const cluster = clusterMetadataToTree(snapshot.clusterMetadata);
  await writeTree(context, "metadata", rootName(context, metadataBlobName(uuid)), cluster);
  const name = rootName(context, snapshotBlobName(uuid));
  await writeTree(context, "snapshot", name, snapshotInfoToTree(info));
  return added;
}

/** A hashed index lists its folders, when it is new or has more shards than before. */
export async function writeShardPaths(
  context: RepositoryContext,
  index: IndexId,
  shardCount: number,
  base: RepositoryData,
): Promise<void> {
  if (index.shardPathType === 0) return;
  if (shardCount <= (base.indices.get(index.name)?.shardGenerations.length ?? 0)) return;
  const file = shardPathsFile(context.basePath, index, shardCount);
  await context.store.put(rootName(context, `${SHARD_PATHS_FOLDER}/${file.name}`), file.content);
}

async function addToCatalog(
  context: RepositoryContext,
  catalog: RepositoryCatalog,
  snapshot: CommittedSnapshot,
  added: readonly AddedIndex[],
): Promise<RepositoryData> {
  const { info, base } = snapshot;
  const version = formatVersion(versionOfId(info.versionId));
  let data = base;
  for (let attempt = 1; ; attempt++) {
    const next = addSnapshot(data, { ...info.snapshotId, state: info.state, version }, added);
    try {
      return await catalog.write(next, data.generation);
    } catch (error) {
      if (!(error instanceof VarveError) || error.kind !== "conflict" || attempt === 10)
        throw error;
      const newer = await catalog.read();
      checkRebase(context, snapshot, added, newer, error);
      data = newer;
    }
  }
}

/** Refuses to add the snapshot to `newer` unless nothing it rests on has changed. */
function checkRebase(
  context: RepositoryContext,
  snapshot: CommittedSnapshot,
  added: readonly AddedIndex[],
  newer: RepositoryData,
  error: VarveError,
): void {
  const { base, info } = snapshot;
  const { name } = info.snapshotId;
  if (snapshotByName(newer, name) !== undefined) {
    throw invalidSnapshotName(context.name, name, "snapshot with the same name already exists");
  }
  const kept = [...base.snapshots.keys()].every((uuid) => newer.snapshots.has(uuid));
  const addedCount = newer.snapshots.size - base.snapshots.size;
  // Each addition is one generation; a cleanup is a generation that adds nothing.
  const additionsOnly = kept && newer.generation - base.generation === addedCount;
  if (!additionsOnly || !added.every((index) => isUntouched(index, base, newer))) {
    if (error.type === "repository_exception") throw error;
    throw concurrentModification(context, base.generation, newer.generation);
  }
}

function isUntouched(index: AddedIndex, base: RepositoryData, newer: RepositoryData): boolean {
  const [before, after] = [base.indices.get(index.name), newer.indices.get(index.name)];
  if (after === undefined) return before === undefined;
  if (before === undefined || after.id !== before.id) return false;
  return (
    after.shardGenerations.length === before.shardGenerations.length &&
    after.shardGenerations.every((value, shard) => value === before.shardGenerations[shard])
  );
}

/** Removes what the new catalog made outdated. Failures leave blobs for the next cleanup. */
async function tidyUp(
  context: RepositoryContext,
  catalog: RepositoryCatalog,
  base: RepositoryData,
  written: RepositoryData,
  added: readonly AddedIndex[],
): Promise<void> {
  try {
    await catalog.afterWrite(written.generation);
    await context.store.delete(outdatedShardIndices(context, base, added));
  } catch {
    // The snapshot exists; outdated blobs are no harm.
  }
}

function outdatedShardIndices(
  context: RepositoryContext,
  base: RepositoryData,
  added: readonly AddedIndex[],
): string[] {
  const names: string[] = [];
  for (const index of added) {
    const before = base.indices.get(index.name)?.shardGenerations ?? [];
    for (const [shard, old] of before.entries()) {
      const now = index.shardGenerations[shard];
      if (old === null || hasNoShardIndex(old) || now === null || now === undefined) continue;
      if (now !== old) names.push(`${shardFolder(context, index, shard)}/${indexBlobName(old)}`);
    }
  }
  return names;
}
