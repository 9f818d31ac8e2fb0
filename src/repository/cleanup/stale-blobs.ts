// Which blobs nothing needs, from listings alone. Pure functions: deletions and cleanups plan with
// them. A name that does not look like one of ours is never stale.
// Upstream: BlobStoreRepository.staleRootBlobs, unusedBlobs.

import { PENDING_PREFIX } from "../../blobstore/index.ts";
import { canonicalName, UPLOADED_DATA_BLOB_PREFIX } from "../format/file-info.ts";
import type { RepositoryData } from "../format/repository-data.ts";
import { referencedFiles, type ShardIndex } from "../format/shard-index.ts";
import {
  generationOfBlob,
  INDEX_FILE_PREFIX,
  indexBlobName,
  METADATA_PREFIX,
  SNAPSHOT_PREFIX,
  uuidOfBlob,
} from "../layout/blob-names.ts";

/** Blobs at the root that `data` does not name. */
export function staleRootBlobs(data: RepositoryData, names: Iterable<string>): string[] {
  return [...names].filter((name) => {
    if (name.startsWith(PENDING_PREFIX)) return true;
    const uuid = uuidOfBlob(name, SNAPSHOT_PREFIX) ?? uuidOfBlob(name, METADATA_PREFIX);
    if (uuid !== undefined) return !data.snapshots.has(uuid);
    const generation = generationOfBlob(name);
    return generation !== undefined && generation < data.generation;
  });
}

/**
 * Blobs in a shard's folder that nothing needs once its index is at `generation` and holds `index`.
 * Shallow snapshots keep their blobs: the locks they stand for are in a remote store.
 */
export function staleShardBlobs(
  names: Iterable<string>,
  generation: string,
  index: ShardIndex,
  snapshotUuids: ReadonlySet<string>,
): string[] {
  const files = referencedFiles(index);
  const current = indexBlobName(generation);
  return [...names].filter((name) => {
    if (name.startsWith(PENDING_PREFIX)) return true;
    if (name.startsWith(INDEX_FILE_PREFIX)) return name !== current;
    if (name.startsWith(UPLOADED_DATA_BLOB_PREFIX)) return !files.has(canonicalName(name));
    const uuid = uuidOfBlob(name, SNAPSHOT_PREFIX);
    return uuid !== undefined && !snapshotUuids.has(uuid);
  });
}
