// Copies one snapshot into another repository, with its name, its ids and the names of its blobs.
// Blobs go first, each checked against its checksum while it passes; the shards' indices follow,
// then index-N. Stopped anywhere before that, the next copy finds the blobs and goes on.
//
// Beside other writers: if only additions came in between, the catalog takes the snapshot on top
// of them; if a shard changed or something was deleted, the copy is planned again.

import { randomBase64Uuid, VarveError } from "../../base/index.ts";
import {
  readIndexMetadata,
  readShardIndex,
  readShardSnapshot,
  writeTree,
} from "../catalog/read-blobs.ts";
import type { RepositoryCatalog } from "../catalog/repository-catalog.ts";
import type { BlobCodec } from "../format/checksummed-blob.ts";
import { partCount } from "../format/file-info.ts";
import { indexMetadataIdentifier, numberOfShards } from "../format/index-metadata.ts";
import {
  type AddedIndex,
  type IndexId,
  indexMetadataUuid,
  indicesOf,
  NEW_SHARD_GENERATION,
  type RepositoryData,
} from "../format/repository-data.ts";
import { type ShardIndex, shardIndexToTree } from "../format/shard-index.ts";
import { shardSnapshotToTree } from "../format/shard-snapshot.ts";
import type { SnapshotId, SnapshotInfo } from "../format/snapshot-info.ts";
import { indexBlobName, metadataBlobName, snapshotBlobName } from "../layout/blob-names.ts";
import {
  indexFolder,
  type RepositoryContext,
  rootName,
  shardFolder,
} from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import { commitSnapshot, writeShardPaths } from "../snapshot/finalize-snapshot.ts";
import { type CopyOptions, copyBlob, copyFile } from "./copy-blobs.ts";
import { copiedSnapshot, planShardCopy, type ShardCopy } from "./plan-shard-copy.ts";

/** Tries against writers that change the same shards. */
const ATTEMPTS_MAX = 5;
/** Blobs under way at once. */
const PARALLEL_FILES = 8;

/** What a copy moved. */
export interface CopyResult {
  blobs: number;
  bytes: number;
}

/** Both ends of a copy. */
export interface CopyEnds {
  source: RepositoryContext;
  sourceData: RepositoryData;
  target: RepositoryContext;
  catalog: RepositoryCatalog;
}

/** Copies the snapshot; it exists in the target when this answers. */
export async function copySnapshot(
  ends: CopyEnds,
  info: SnapshotInfo,
  options: CopyOptions = {},
): Promise<CopyResult> {
  const result: CopyResult = { blobs: 0, bytes: 0 };
  const first = await ends.catalog.read(options.signal);
  for (let attempt = 1; ; attempt++) {
    const base = attempt === 1 ? first : await ends.catalog.read(options.signal);
    const freshNames = !onlyGrew(first, base);
    try {
      await copyOnto(ends, info, base, freshNames, result, options);
      return result;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (attempt === ATTEMPTS_MAX || !(await hasMoved(ends, base, error))) throw error;
    }
  }
}

/** Did another writer come in between? Then what was missing may just have been deleted. */
async function hasMoved(ends: CopyEnds, base: RepositoryData, error: unknown): Promise<boolean> {
  if (!(error instanceof VarveError)) return false;
  if (error.kind === "conflict") return true;
  if (error.kind !== "missing") return false;
  return (await ends.catalog.read()).generation !== base.generation;
}

/** Every generation in between added a snapshot: nobody can have deleted a blob. */
function onlyGrew(first: RepositoryData, base: RepositoryData): boolean {
  const kept = [...first.snapshots.keys()].every((uuid) => base.snapshots.has(uuid));
  return kept && base.generation - first.generation === base.snapshots.size - first.snapshots.size;
}

async function copyOnto(
  ends: CopyEnds,
  info: SnapshotInfo,
  base: RepositoryData,
  freshNames: boolean,
  result: CopyResult,
  options: CopyOptions,
): Promise<void> {
  const { source, sourceData, target } = ends;
  const { signal } = options;
  const indices = indicesOf(sourceData, info.snapshotId.uuid);
  const plans = await runLimited(indices, source.parallelCallsMax, (index) =>
    planIndex(ends, info, base, index, freshNames, signal),
  );
  const shards = plans.flatMap((plan) => plan.shards);
  const files = shards.flatMap((shard) => shard.files.map((file) => ({ shard, file })));
  options.onPlanned?.(files.reduce((sum, { file }) => sum + file.from.length, 0));
  await runLimited(files, PARALLEL_FILES, async ({ shard, file }) => {
    await copyFile(source.store, target.store, shard, file, options);
    result.blobs += partCount(file.from);
    result.bytes += file.from.length;
  });
  const added = await runLimited(plans, target.parallelCallsMax, (plan) =>
    writeIndex(ends, info, base, plan, signal),
  );
  await copyRootBlobs(ends, info.snapshotId, signal);
  await target.store.flush(signal);
  await commitSnapshot(target, ends.catalog, { info, base }, added);
}

/** An index of the snapshot with its shards. */
interface IndexCopy {
  sourceIndex: IndexId;
  /** As the target knows or will know it. */
  index: IndexId;
  shardCount: number;
  shards: ShardCopy[];
}

async function planIndex(
  ends: CopyEnds,
  info: SnapshotInfo,
  base: RepositoryData,
  sourceIndex: IndexId,
  freshNames: boolean,
  signal?: AbortSignal,
): Promise<IndexCopy> {
  const { source, sourceData, target } = ends;
  const { name, id, shardPathType } = base.indices.get(sourceIndex.name) ?? sourceIndex;
  const index = { name, id, shardPathType };
  const metadata = await readIndexMetadata(
    source,
    sourceData,
    info.snapshotId,
    sourceIndex,
    signal,
  );
  const shardCount = numberOfShards(metadata);
  const shards: ShardCopy[] = [];
  for (let shard = 0; shard < shardCount; shard++) {
    if (hasFailed(info, name, shard)) continue;
    const sourceFolder = shardFolder(source, sourceIndex, shard);
    const found = await readSourceShard(ends, info.snapshotId, sourceIndex, shard, signal);
    const request = { target, base, sourceFolder, index, shard, freshNames, ...found };
    shards.push(await planShardCopy(request, signal));
  }
  return { sourceIndex, index, shardCount, shards };
}

function hasFailed(info: SnapshotInfo, index: string, shard: number): boolean {
  return info.shardFailures.some((item) => item.index === index && item.shardId === shard);
}

/** The shard's files, and the state id that lets a later snapshot see that nothing changed. */
async function readSourceShard(
  ends: CopyEnds,
  snapshot: SnapshotId,
  index: IndexId,
  shard: number,
  signal?: AbortSignal,
) {
  const { source, sourceData } = ends;
  const found = await readShardSnapshot(source, snapshot, index, shard, signal);
  const generation = sourceData.indices.get(index.name)?.shardGenerations[shard];
  let shardStateId: string | undefined;
  if (typeof generation === "string") {
    try {
      const folder = shardFolder(source, index, shard);
      const shardIndex = await readShardIndex(source, folder, generation, new Map(), signal);
      shardStateId = shardIndex.find((item) => item.snapshot === snapshot.name)?.shardStateId;
    } catch (error) {
      // A damaged shard index is no reason not to copy: the snapshot's own blob says what it holds.
      if (!(error instanceof VarveError)) throw error;
      signal?.throwIfAborted();
    }
  }
  return { snapshot: found, shardStateId };
}

/** Metadata of an index and of its shards in the target. */
async function writeIndex(
  ends: CopyEnds,
  info: SnapshotInfo,
  base: RepositoryData,
  plan: IndexCopy,
  signal?: AbortSignal,
): Promise<AddedIndex> {
  const { target } = ends;
  const { index } = plan;
  const known = base.indices.get(index.name)?.shardGenerations ?? [];
  const shardGenerations: (string | null)[] = Array.from(
    { length: plan.shardCount },
    (_, shard) => known[shard] ?? NEW_SHARD_GENERATION,
  );
  for (const shard of plan.shards) {
    shardGenerations[shard.shard] = await writeShard(target, info, shard);
  }
  await writeShardPaths(target, index, plan.shardCount, base);
  const metadata = await copyIndexMetadata(ends, info.snapshotId, base, plan, signal);
  return { ...index, shardGenerations, ...metadata };
}

async function writeShard(
  target: RepositoryContext,
  info: SnapshotInfo,
  shard: ShardCopy,
): Promise<string> {
  const { name, uuid } = info.snapshotId;
  const snapshot = copiedSnapshot(shard);
  const blob = `${shard.targetFolder}/${snapshotBlobName(uuid)}`;
  await writeTree(target, "snapshot", blob, shardSnapshotToTree(snapshot));
  const { shardStateId } = shard;
  const entry = { snapshot: name, files: snapshot.files };
  const state = shardStateId === undefined ? {} : { shardStateId };
  const after: ShardIndex = [{ ...entry, ...state }, ...shard.before];
  const generation = randomBase64Uuid(target.random);
  const index = `${shard.targetFolder}/${indexBlobName(generation)}`;
  await writeTree(target, "snapshots", index, shardIndexToTree(after));
  return generation;
}

/** The index's metadata under its own id, unless the target has the same already. */
async function copyIndexMetadata(
  ends: CopyEnds,
  snapshot: SnapshotId,
  base: RepositoryData,
  plan: IndexCopy,
  signal?: AbortSignal,
): Promise<Pick<AddedIndex, "metadataIdentifier" | "metadataUuid">> {
  const { source, sourceData, target } = ends;
  const { sourceIndex, index } = plan;
  const uuid = indexMetadataUuid(sourceData, snapshot.uuid, sourceIndex.id);
  let identifier = sourceData.snapshots.get(snapshot.uuid)?.indexMetadata.get(sourceIndex.id);
  if (identifier === undefined) {
    const metadata = await readIndexMetadata(source, sourceData, snapshot, sourceIndex, signal);
    identifier = indexMetadataIdentifier(metadata);
  }
  const known = base.indexMetadataIdentifiers.get(identifier);
  if (known !== undefined) return { metadataIdentifier: identifier, metadataUuid: known };
  const blob = metadataBlobName(uuid);
  await copyBlob(
    source.store,
    target.store,
    "index-metadata",
    `${indexFolder(source, sourceIndex)}/${blob}`,
    `${indexFolder(target, index)}/${blob}`,
    signal,
  );
  return { metadataIdentifier: identifier, metadataUuid: uuid };
}

async function copyRootBlobs(
  { source, target }: CopyEnds,
  { uuid }: SnapshotId,
  signal?: AbortSignal,
): Promise<void> {
  const blobs: [BlobCodec, string][] = [
    ["metadata", metadataBlobName(uuid)],
    ["snapshot", snapshotBlobName(uuid)],
  ];
  for (const [codec, name] of blobs) {
    await copyBlob(
      source.store,
      target.store,
      codec,
      rootName(source, name),
      rootName(target, name),
      signal,
    );
  }
}
