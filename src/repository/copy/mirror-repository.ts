// Makes an (empty or earlier) copy equal to its source, blob by blob, with the root last. This is
// how repositories of Elasticsearch before 7.6 are copied: their catalog takes no snapshot from
// anybody else. Blobs never change, so one that is there with its length is not moved again; data
// is checked against its checksum while it passes.

import { readShardSnapshot } from "../catalog/read-blobs.ts";
import { isVirtual, partCount, partLength, partName } from "../format/file-info.ts";
import { indexMetadataUuid, indicesOf } from "../format/repository-data.ts";
import type { SnapshotId } from "../format/snapshot-info.ts";
import {
  INDEX_FILE_PREFIX,
  INDEX_LATEST_BLOB,
  indexBlobName,
  metadataBlobName,
  snapshotBlobName,
} from "../layout/blob-names.ts";
import { indexFolder, repositoryError, rootName, shardFolder } from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import { type CopyOptions, copyBlob, copyFile } from "./copy-blobs.ts";
import type { CopyEnds, CopyResult } from "./copy-snapshot.ts";

const PARALLEL_FILES = 8;

/** Copies every snapshot that the target lacks, then the root. */
export async function mirrorRepository(
  ends: CopyEnds,
  options: CopyOptions = {},
): Promise<CopyResult> {
  const { source, sourceData, target, catalog } = ends;
  const { signal } = options;
  const before = await catalog.read(signal);
  for (const snapshot of before.snapshots.values()) {
    if (sourceData.snapshots.has(snapshot.uuid)) continue;
    const message = `holds snapshot [${snapshot.name}], which [${source.name}] does not hold`;
    throw repositoryError(target, message, undefined, "conflict");
  }
  const result: CopyResult = { blobs: 0, bytes: 0 };
  for (const { name, uuid } of sourceData.snapshots.values()) {
    if (before.snapshots.has(uuid)) continue;
    await mirrorSnapshot(ends, { name, uuid }, result, options);
  }
  await target.store.flush(signal);
  if (before.generation !== sourceData.generation) await mirrorRoot(ends, before.generation);
  return result;
}

/** index-N with the source's N, then index.latest; older generations go. */
async function mirrorRoot(ends: CopyEnds, before: number): Promise<void> {
  const { source, sourceData, target } = ends;
  const root = indexBlobName(sourceData.generation);
  const bytes = await source.store.get(rootName(source, root));
  if (before > sourceData.generation) {
    const message = `is at generation [${before}], later than the source's`;
    throw repositoryError(target, message, undefined, "conflict");
  }
  await target.store.put(rootName(target, root), bytes, { ifAbsent: true });
  const latest = Buffer.alloc(8);
  latest.writeBigInt64BE(BigInt(sourceData.generation));
  await target.store.put(rootName(target, INDEX_LATEST_BLOB), latest);
  if (before >= 0) await target.store.delete([rootName(target, indexBlobName(before))]);
}

async function mirrorSnapshot(
  ends: CopyEnds,
  snapshot: SnapshotId,
  result: CopyResult,
  options: CopyOptions,
): Promise<void> {
  const { source, sourceData, target } = ends;
  const { signal } = options;
  for (const [codec, name] of [
    ["metadata", metadataBlobName(snapshot.uuid)],
    ["snapshot", snapshotBlobName(snapshot.uuid)],
  ] as const) {
    const [from, to] = [rootName(source, name), rootName(target, name)];
    await copyBlob(source.store, target.store, codec, from, to, signal);
  }
  for (const index of indicesOf(sourceData, snapshot.uuid)) {
    const blob = metadataBlobName(indexMetadataUuid(sourceData, snapshot.uuid, index.id));
    const [from, to] = [indexFolder(source, index), indexFolder(target, index)];
    const metadata = "index-metadata" as const;
    await copyBlob(
      source.store,
      target.store,
      metadata,
      `${from}/${blob}`,
      `${to}/${blob}`,
      signal,
    );
    const shards = await source.store.listFolders(from, signal);
    for (const shard of shards.filter((name) => /^\d+$/.test(name))) {
      const id = Number(shard);
      const folders = {
        sourceFolder: shardFolder(source, index, id),
        targetFolder: shardFolder(target, index, id),
      };
      const blobs = await source.store.list(folders.sourceFolder, "", signal);
      if (!blobs.has(snapshotBlobName(snapshot.uuid))) continue;
      const { files } = await readShardSnapshot(source, snapshot, index, id, signal);
      await mirrorShard(ends, snapshot, folders, files, blobs.keys(), result, options);
    }
  }
}

type Files = Awaited<ReturnType<typeof readShardSnapshot>>["files"];

async function mirrorShard(
  ends: CopyEnds,
  { uuid }: SnapshotId,
  folders: { sourceFolder: string; targetFolder: string },
  files: Files,
  blobs: Iterable<string>,
  result: CopyResult,
  options: CopyOptions,
): Promise<void> {
  const { source, target } = ends;
  const { sourceFolder, targetFolder } = folders;
  const there = await target.store.list(targetFolder, "", options.signal);
  const lacking = files.filter((file) => {
    if (isVirtual(file)) return false;
    const parts = Array.from({ length: partCount(file) }, (_, part) => part);
    return !parts.every((part) => there.get(partName(file, part)) === partLength(file, part));
  });
  options.onPlanned?.(lacking.reduce((sum, file) => sum + file.length, 0));
  await runLimited(lacking, PARALLEL_FILES, async (file) => {
    const move = { from: file, to: file, check: false };
    await copyFile(source.store, target.store, folders, move, options);
    result.blobs += partCount(file);
    result.bytes += file.length;
  });
  const indices = [...blobs].filter((name) => name.startsWith(INDEX_FILE_PREFIX));
  for (const name of [snapshotBlobName(uuid), ...indices]) {
    if (there.has(name) && name !== snapshotBlobName(uuid)) continue;
    const codec = name.startsWith(INDEX_FILE_PREFIX) ? "snapshots" : "snapshot";
    const [from, to] = [`${sourceFolder}/${name}`, `${targetFolder}/${name}`];
    await copyBlob(source.store, target.store, codec, from, to, options.signal);
  }
}
