// What one shard adds to a snapshot, as a plan: pure, plain data (it may be sent to a worker
// thread), and good for a dry run.
//
// A file is not uploaded when an earlier snapshot of the shard holds it: same name, length,
// checksum and small-file bytes. The listing decides whether that is still true: a blob that is
// gone or has another length is uploaded again, where the real server builds on it and says
// SUCCESS.
// Upstream: BlobStoreRepository.snapshotShard.

import { type Random, randomBase64Uuid, VarveError } from "../../base/index.ts";
import {
  type FileInfo,
  isSameFile,
  isVirtual,
  partCount,
  partLength,
  partName,
  UPLOADED_DATA_BLOB_PREFIX,
  VIRTUAL_DATA_BLOB_PREFIX,
} from "../format/file-info.ts";
import type { ShardIndex } from "../format/shard-index.ts";
import type { SnapshotId } from "../format/snapshot-info.ts";
import type { CommitFile } from "./commit-files.ts";

/** What a plan is made from. */
export interface ShardSnapshotInput {
  snapshotId: SnapshotId;
  /** Names the shard in errors. */
  indexName: string;
  shard: number;
  /** The shard's folder in the store. */
  folder: string;
  /** A function is asked only where no earlier snapshot has the same state id. */
  commit: readonly CommitFile[] | (() => readonly CommitFile[]);
  /** Generation of the Lucene commit. */
  commitGeneration: number;
  /** Equal ids mean equal contents; undefined where nothing can be said. */
  shardStateId?: string | undefined;
  /** All snapshots of the shard so far, and the generation they were read from. */
  previous: ShardIndex;
  previousGeneration: string | null;
  /** The blobs in the shard's folder now. */
  listing: ReadonlyMap<string, number>;
  chunkSizeBytes?: number | undefined;
  random: Random;
}

/** Files and their bytes. */
export interface FileTotals {
  files: number;
  bytes: number;
}

/** What to do for one shard. */
export interface ShardSnapshotPlan {
  snapshotId: SnapshotId;
  indexName: string;
  shard: number;
  folder: string;
  indexVersion: number;
  /** Every file of the commit. */
  files: FileInfo[];
  /** Those whose bytes must be uploaded. */
  uploads: FileInfo[];
  /** Blobs that earlier snapshots need and that are gone or have another length. */
  damaged: string[];
  incremental: FileTotals;
  total: FileTotals;
  /** The shard's snapshots with this one, and the generation they will have. */
  shardIndex: ShardIndex;
  generation: string;
  previousGeneration: string | null;
}

/** Plans a shard. Errors: a snapshot of this name is in the shard already. */
export function planShardSnapshot(input: ShardSnapshotInput): ShardSnapshotPlan {
  const { snapshotId, previous } = input;
  if (previous.some((entry) => entry.snapshot === snapshotId.name)) {
    const message = `Duplicate snapshot name [${snapshotId.name}] detected, aborting`;
    throw shardSnapshotFailed(input.indexName, input.shard, message);
  }
  const damaged = new Set<string>();
  const known = knownFiles(previous, input.listing, damaged);
  const equal = findEqualState(input, damaged);
  const { files, added } = equal ?? chooseFiles(input, known);
  const entry = { snapshot: snapshotId.name, files };
  const state = input.shardStateId;
  return {
    snapshotId,
    indexName: input.indexName,
    shard: input.shard,
    folder: input.folder,
    indexVersion: input.commitGeneration,
    files,
    uploads: added.filter((file) => !isVirtual(file)),
    damaged: [...damaged],
    incremental: totalsOf(added),
    total: totalsOf(files),
    shardIndex: [state === undefined ? entry : { ...entry, shardStateId: state }, ...previous],
    generation: randomBase64Uuid(input.random),
    previousGeneration: input.previousGeneration,
  };
}

interface ChosenFiles {
  files: FileInfo[];
  /** Those of `files` that no earlier snapshot has. */
  added: FileInfo[];
}

function findEqualState(
  input: ShardSnapshotInput,
  damaged: ReadonlySet<string>,
): ChosenFiles | undefined {
  if (input.shardStateId === undefined) return undefined;
  const entry = input.previous.find((item) => item.shardStateId === input.shardStateId);
  if (entry === undefined || entry.files.some((file) => damaged.has(file.name))) return undefined;
  return { files: entry.files, added: [] };
}

function chooseFiles(input: ShardSnapshotInput, known: Map<string, FileInfo[]>): ChosenFiles {
  const chosen: ChosenFiles = { files: [], added: [] };
  const commit = typeof input.commit === "function" ? input.commit() : input.commit;
  for (const file of commit) {
    const wanted = newFileInfo(file, input);
    const reused = known.get(file.name)?.find((candidate) => isSameFile(candidate, wanted));
    if (reused === undefined) chosen.added.push(wanted);
    chosen.files.push(reused ?? wanted);
  }
  return chosen;
}

/** Files of earlier snapshots by physical name, without those whose blobs are not whole. */
function knownFiles(
  previous: ShardIndex,
  listing: ReadonlyMap<string, number>,
  damaged: Set<string>,
): Map<string, FileInfo[]> {
  const seen = new Set<string>();
  const known = new Map<string, FileInfo[]>();
  for (const entry of previous) {
    for (const file of entry.files) {
      if (seen.has(file.name)) continue;
      seen.add(file.name);
      if (!isWhole(file, listing)) {
        damaged.add(file.name);
        continue;
      }
      const list = known.get(file.physicalName);
      if (list === undefined) known.set(file.physicalName, [file]);
      else list.push(file);
    }
  }
  return known;
}

/** True if every part of the file is listed with its length. */
export function isWhole(file: FileInfo, listing: ReadonlyMap<string, number>): boolean {
  if (isVirtual(file)) return true;
  for (let part = 0; part < partCount(file); part++) {
    if (listing.get(partName(file, part)) !== partLength(file, part)) return false;
  }
  return true;
}

function newFileInfo(file: CommitFile, input: ShardSnapshotInput): FileInfo {
  const virtual = file.content !== undefined && file.content.length === file.length;
  const prefix = virtual ? VIRTUAL_DATA_BLOB_PREFIX : UPLOADED_DATA_BLOB_PREFIX;
  const info: FileInfo = {
    name: prefix + randomBase64Uuid(input.random),
    physicalName: file.name,
    length: file.length,
    checksum: file.checksum,
    writtenBy: file.writtenBy,
  };
  if (input.chunkSizeBytes !== undefined) info.partSize = input.chunkSizeBytes;
  if (file.content !== undefined) info.metaHash = file.content;
  return info;
}

/** Counts files and bytes. */
export function totalsOf(files: readonly FileInfo[]): FileTotals {
  let bytes = 0;
  for (const file of files) bytes += file.length;
  return { files: files.length, bytes };
}

/** The error of a shard that cannot be snapshotted. */
export function shardSnapshotFailed(
  index: string,
  shard: number,
  message: string,
  cause?: unknown,
): VarveError {
  const kind = cause instanceof VarveError ? cause.kind : "invalid";
  return new VarveError(kind, `[${index}][${shard}] ${message}`, {
    type: "index_shard_snapshot_failed_exception",
    ...(cause === undefined ? {} : { cause }),
  });
}
