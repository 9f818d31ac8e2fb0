// What a copy of one shard has to move: the files of the snapshot whose blobs the target lacks.
//
// A blob that the target's shard index names is there. One that only lies there (from a copy that
// was interrupted) is read and checked before it is trusted, and not trusted at all when somebody
// else has deleted something meanwhile: whoever did may still hold it on a list.

import { randomBase64Uuid } from "../../base/index.ts";
import { readOrRebuildShardIndex } from "../catalog/read-blobs.ts";
import {
  type FileInfo,
  isVirtual,
  partCount,
  partLength,
  partName,
  UPLOADED_DATA_BLOB_PREFIX,
} from "../format/file-info.ts";
import type { IndexId, RepositoryData } from "../format/repository-data.ts";
import { referencedFiles, type ShardIndex } from "../format/shard-index.ts";
import type { ShardSnapshot } from "../format/shard-snapshot.ts";
import { type RepositoryContext, shardFolder } from "../repository-context.ts";

/** A file to move. */
export interface FileCopy {
  /** As the source knows it. */
  from: FileInfo;
  /** As the target will know it. */
  to: FileInfo;
  /** Its blobs lie in the target already, unnamed: they only have to be checked. */
  check: boolean;
}

/** One shard of a snapshot on its way. */
export interface ShardCopy {
  index: IndexId;
  shard: number;
  sourceFolder: string;
  targetFolder: string;
  snapshot: ShardSnapshot;
  shardStateId: string | undefined;
  /** What the target's shard index holds so far. */
  before: ShardIndex;
  files: FileCopy[];
}

/** Where a shard goes and what is known of it. */
export interface ShardToCopy {
  target: RepositoryContext;
  base: RepositoryData;
  sourceFolder: string;
  index: IndexId;
  shard: number;
  snapshot: ShardSnapshot;
  shardStateId: string | undefined;
  /** Blobs that the target does not name get new names. */
  freshNames: boolean;
}

/** Reads what the target has of the shard, and plans. */
export async function planShardCopy(
  request: ShardToCopy,
  signal?: AbortSignal,
): Promise<ShardCopy> {
  const { target, base, index, shard, snapshot } = request;
  const targetFolder = shardFolder(target, index, shard);
  const known = base.indices.get(index.name);
  const listing = await target.store.list(targetFolder, UPLOADED_DATA_BLOB_PREFIX, signal);
  const before: ShardIndex = [];
  if (known !== undefined) {
    const all = await target.store.list(targetFolder, "", signal);
    const found = await readOrRebuildShardIndex(target, base, known, shard, all, signal);
    before.push(...found.shardIndex);
  }
  const named = referencedFiles(before);
  const files: FileCopy[] = [];
  for (const from of snapshot.files) {
    if (isVirtual(from)) continue;
    const held = isThere(from, listing);
    if (held && named.has(from.name)) continue;
    if (request.freshNames) {
      const name = UPLOADED_DATA_BLOB_PREFIX + randomBase64Uuid(target.random);
      files.push({ from, to: { ...from, name }, check: false });
    } else {
      files.push({ from, to: from, check: held });
    }
  }
  const { sourceFolder, shardStateId } = request;
  return { index, shard, sourceFolder, targetFolder, snapshot, shardStateId, before, files };
}

function isThere(file: FileInfo, listing: ReadonlyMap<string, number>): boolean {
  for (let part = 0; part < partCount(file); part++) {
    if (listing.get(partName(file, part)) !== partLength(file, part)) return false;
  }
  return true;
}

/** The shard's metadata as the target will hold it. */
export function copiedSnapshot(copy: ShardCopy): ShardSnapshot {
  const renamed = new Map(copy.files.map(({ from, to }) => [from.name, to]));
  const files = copy.snapshot.files.map((file) => renamed.get(file.name) ?? file);
  return { ...copy.snapshot, files };
}
