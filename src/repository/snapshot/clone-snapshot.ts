// Makes a snapshot of the indices of another one, without copying a byte of data: the shards'
// indices name the same blobs once more. The clone says how many shards it has; the real server
// says 0.
// Upstream: BlobStoreRepository.cloneShardSnapshot, SnapshotsService.cloneSnapshot.

import { randomBase64Uuid } from "../../base/index.ts";
import {
  readClusterMetadata,
  readIndexMetadata,
  readShardIndex,
  readShardSnapshot,
  readSnapshotInfo,
  refuseShallow,
  writeTree,
} from "../catalog/read-blobs.ts";
import type { RepositoryCatalog } from "../catalog/repository-catalog.ts";
import { numberOfShards } from "../format/index-metadata.ts";
import { clusterMetadataToTree } from "../format/metadata.ts";
import {
  type AddedIndex,
  checkWritable,
  indexMetadataUuid,
  indicesOf,
  type RepositoryData,
  type RepositoryIndex,
  snapshotByName,
} from "../format/repository-data.ts";
import { shardIndexToTree } from "../format/shard-index.ts";
import { shardSnapshotToTree } from "../format/shard-snapshot.ts";
import { type SnapshotId, type SnapshotInfo, snapshotInfoToTree } from "../format/snapshot-info.ts";
import { indexBlobName, metadataBlobName, snapshotBlobName } from "../layout/blob-names.ts";
import {
  checkNotReadonly,
  missingSnapshot,
  type RepositoryContext,
  repositoryError,
  rootName,
  shardFolder,
  snapshotError,
} from "../repository-context.ts";
import { runLimited, SHARDS_OF_INDEX_MAX } from "../run-limited.ts";
import { checkSnapshotName, invalidSnapshotName } from "../snapshot-name.ts";
import { commitSnapshot, updateFailed } from "./finalize-snapshot.ts";

/** A clone that is asked for. */
export interface CloneRequest {
  /** Name of the snapshot to clone. */
  source: string;
  /** Name of the new snapshot. */
  target: string;
  /** Picks indices of the source. */
  select(names: readonly string[]): string[];
  /** The patterns behind `select`, for the error when nothing matches. */
  patterns: readonly string[];
  /** Stamped onto the clone. */
  versionId: number;
}

/** What a clone does. */
export interface ClonePlan {
  base: RepositoryData;
  source: SnapshotId;
  target: SnapshotId;
  indices: RepositoryIndex[];
  info: SnapshotInfo;
}

/** Plans a clone. Errors: names, missing source, indices that were not fully snapshotted. */
export async function planCloneSnapshot(
  context: RepositoryContext,
  base: RepositoryData,
  request: CloneRequest,
): Promise<ClonePlan> {
  checkSnapshotName(context.name, request.target);
  checkNotReadonly(context, "cannot create snapshot in a readonly repository");
  checkWritable(base);
  if (snapshotByName(base, request.target) !== undefined) {
    const reason = "snapshot with the same name already exists";
    throw invalidSnapshotName(context.name, request.target, reason);
  }
  const found = snapshotByName(base, request.source);
  if (found === undefined) throw missingSnapshot(context, request.source);
  const source = { name: found.name, uuid: found.uuid };
  const sourceInfo = await readSnapshotInfo(context, source);
  const known = indicesOf(base, source.uuid);
  const wanted = new Set(request.select(known.map((index) => index.name)));
  const indices = known.filter((index) => wanted.has(index.name));
  if (indices.length === 0) {
    const patterns = request.patterns.join(",");
    const shown = `${source.name}/${source.uuid}`;
    const message = `No indices in the source snapshot [${shown}] matched requested pattern`;
    throw snapshotError(context, source, `${message} [${patterns}]`);
  }
  for (const failure of sourceInfo.shardFailures) {
    if (!wanted.has(failure.index)) continue;
    const message = `Can't clone index [${failure.index}] because its snapshot was not successful.`;
    throw snapshotError(context, source, message);
  }
  const target = { name: request.target, uuid: randomBase64Uuid(context.random) };
  const startTimeMillis = context.clock.now();
  const info: SnapshotInfo = {
    ...sourceInfo,
    snapshotId: target,
    versionId: request.versionId,
    indices: indices.map((index) => index.name),
    dataStreams: [],
    state: "SUCCESS",
    startTimeMillis,
    endTimeMillis: startTimeMillis,
    shardFailures: [],
  };
  return { base, source, target, indices, info };
}

/** Runs a plan and answers the new catalog. */
export async function runCloneSnapshot(
  context: RepositoryContext,
  catalog: RepositoryCatalog,
  plan: ClonePlan,
): Promise<RepositoryData> {
  const { base, source, target } = plan;
  try {
    const clone = (index: RepositoryIndex) => cloneIndex(context, plan, index);
    const added = await runLimited(plan.indices, context.parallelCallsMax, clone);
    const shards = added.reduce((sum, index) => sum + index.shardGenerations.length, 0);
    const info: SnapshotInfo = {
      ...plan.info,
      endTimeMillis: context.clock.now(),
      totalShards: shards,
      successfulShards: shards,
    };
    const cluster = clusterMetadataToTree(await readClusterMetadata(context, source));
    await writeTree(context, "metadata", rootName(context, metadataBlobName(target.uuid)), cluster);
    const name = rootName(context, snapshotBlobName(target.uuid));
    await writeTree(context, "snapshot", name, snapshotInfoToTree(info));
    return await commitSnapshot(context, catalog, { info, base }, added);
  } catch (cause) {
    throw updateFailed(context, plan.info, cause);
  }
}

async function cloneIndex(
  context: RepositoryContext,
  plan: ClonePlan,
  index: RepositoryIndex,
): Promise<AddedIndex> {
  const { base, source } = plan;
  const metadata = await readIndexMetadata(context, base, source, index);
  const shards = Array.from({ length: numberOfShards(metadata) }, (_, shard) => shard);
  const shardGenerations = await runLimited(shards, SHARDS_OF_INDEX_MAX, (shard) =>
    cloneShard(context, plan, index, shard),
  );
  return { ...index, shardGenerations, ...metadataOf(base, source, index) };
}

/** The clone uses the metadata of its source. */
function metadataOf(base: RepositoryData, source: SnapshotId, index: RepositoryIndex) {
  const metadataIdentifier = base.snapshots.get(source.uuid)?.indexMetadata.get(index.id);
  const metadataUuid = indexMetadataUuid(base, source.uuid, index.id);
  // Before 7.9 a blob has no identifier; its own uuid serves as one.
  return { metadataIdentifier: metadataIdentifier ?? metadataUuid, metadataUuid };
}

async function cloneShard(
  context: RepositoryContext,
  plan: ClonePlan,
  index: RepositoryIndex,
  shard: number,
): Promise<string> {
  const { source, target } = plan;
  const startTimeMillis = context.clock.now();
  const folder = shardFolder(context, index, shard);
  const generation = index.shardGenerations[shard];
  const listing = generation == null ? await context.store.list(folder) : new Map<string, number>();
  const before = await readShardIndex(context, folder, generation, listing);
  const entry = before.find((item) => item.snapshot === source.name);
  if (entry === undefined) {
    await refuseShallow(context, source, folder);
    const clone = `clone of [${index.name}][${shard}] for snapshot [${target.name}/${target.uuid}]`;
    const missing = `The source snapshot [${source.name}/${source.uuid}] was not found`;
    const message = `Can't create ${clone}. ${missing} in the shard metadata.`;
    throw repositoryError(context, message);
  }
  const snapshot = await readShardSnapshot(context, source, index, shard);
  const tree = shardSnapshotToTree({
    ...snapshot,
    snapshot: target.name,
    startTimeMillis,
    timeMillis: Math.max(0, context.clock.now() - startTimeMillis),
    incrementalFileCount: 0,
    incrementalBytes: 0,
  });
  await writeTree(context, "snapshot", `${folder}/${snapshotBlobName(target.uuid)}`, tree);
  const next = randomBase64Uuid(context.random);
  const after = [...before, { ...entry, snapshot: target.name }];
  await writeTree(
    context,
    "snapshots",
    `${folder}/${indexBlobName(next)}`,
    shardIndexToTree(after),
  );
  return next;
}
