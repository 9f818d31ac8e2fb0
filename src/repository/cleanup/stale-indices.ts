// Index folders that no snapshot needs. A fixed index is all below indices/<id>; the shards of a
// hashed one lie elsewhere, and are found by the catalog that still named it or by the file that
// lists its paths. Upstream: BlobStoreRepository.cleanupStaleIndices.

import type { IndexId, RepositoryData } from "../format/repository-data.ts";
import { INDICES_FOLDER } from "../layout/blob-names.ts";
import { parseShardPathsName, SHARD_PATHS_FOLDER } from "../layout/shard-path.ts";
import { type RepositoryContext, rootName, shardFolder } from "../repository-context.ts";

/** An index that goes as a whole. */
export interface StaleIndex {
  id: string;
  folders: string[];
  /** Files that list its paths, by full name. */
  shardPathsBlobs: string[];
}

/** Finds the indices that are in the store and not in `next`; `base` may still know them. */
export async function planStaleIndices(
  context: RepositoryContext,
  next: RepositoryData,
  base: RepositoryData,
  signal?: AbortSignal,
): Promise<StaleIndex[]> {
  const { store } = context;
  const living = new Set([...next.indices.values()].map((index) => index.id));
  const found = new Set(await store.listFolders(rootName(context, INDICES_FOLDER), signal));
  const known = new Map<string, { index: IndexId; shardCount: number }>();
  for (const index of base.indices.values()) {
    known.set(index.id, { index, shardCount: index.shardGenerations.length });
  }
  const pathFiles = new Map<string, string[]>();
  const listing = await store.list(rootName(context, SHARD_PATHS_FOLDER), "", signal);
  for (const name of listing.keys()) {
    const parsed = parseShardPathsName(name);
    if (parsed === undefined) continue;
    const { id } = parsed.index;
    found.add(id);
    pathFiles.set(id, [...(pathFiles.get(id) ?? []), name]);
    const shardCount = Math.max(parsed.shardCount, known.get(id)?.shardCount ?? 0);
    known.set(id, { index: parsed.index, shardCount });
  }
  const stale: StaleIndex[] = [];
  for (const id of found) {
    if (living.has(id)) continue;
    const names = pathFiles.get(id) ?? [];
    stale.push({
      id,
      folders: foldersOf(context, id, known.get(id)),
      shardPathsBlobs: names.map((name) => rootName(context, `${SHARD_PATHS_FOLDER}/${name}`)),
    });
  }
  return stale;
}

function foldersOf(
  context: RepositoryContext,
  id: string,
  known: { index: IndexId; shardCount: number } | undefined,
): string[] {
  const folders = [rootName(context, `${INDICES_FOLDER}/${id}`)];
  if (known === undefined || known.index.shardPathType === 0) return folders;
  for (let shard = 0; shard < known.shardCount; shard++) {
    folders.push(shardFolder(context, known.index, shard));
  }
  return folders;
}
