// The names of a repository's blobs.
//
//   index-<N>                       root, N grows by one with every change
//   index.latest                    be-u64: N, for readers that cannot list
//   snap-<uuid>.dat                 a snapshot
//   meta-<uuid>.dat                 the cluster's state in it
//   indices/<id>/meta-<uuid>.dat    an index's metadata
//   <shard path>/index-<generation> files of all snapshots of a shard
//   <shard path>/snap-<uuid>.dat    files of one snapshot of a shard
//   <shard path>/__<uuid>[.partN]   bytes of a file
//   tests-<seed>/…                  probe of a verification
// Upstream: BlobStoreRepository.

/** Prefix of index-N and of shard generations. */
export const INDEX_FILE_PREFIX = "index-";
/** Names the current generation. */
export const INDEX_LATEST_BLOB = "index.latest";
/** Prefix of snapshot blobs, of the repository and of a shard. */
export const SNAPSHOT_PREFIX = "snap-";
/** Prefix of a shallow snapshot's blob in a shard: data is in the remote store. */
export const SHALLOW_SNAPSHOT_PREFIX = "shallow-snap-";
/** Prefix of metadata blobs, of the cluster and of an index. */
export const METADATA_PREFIX = "meta-";
/** Folder of the indices. */
export const INDICES_FOLDER = "indices";
const DATA_SUFFIX = ".dat";

/** `snap-<uuid>.dat`. */
export function snapshotBlobName(uuid: string): string {
  return `${SNAPSHOT_PREFIX}${uuid}${DATA_SUFFIX}`;
}

/** `meta-<uuid>.dat`. */
export function metadataBlobName(uuid: string): string {
  return `${METADATA_PREFIX}${uuid}${DATA_SUFFIX}`;
}

/** `index-<generation>`. */
export function indexBlobName(generation: string | number): string {
  return `${INDEX_FILE_PREFIX}${generation}`;
}

/** The uuid of `<prefix><uuid>.dat`; undefined for another name. */
export function uuidOfBlob(name: string, prefix: string): string | undefined {
  if (!name.startsWith(prefix) || !name.endsWith(DATA_SUFFIX)) return undefined;
  return name.slice(prefix.length, -DATA_SUFFIX.length);
}

/** The N of index-N; undefined for another name. */
export function generationOfBlob(name: string): number | undefined {
  const match = /^index-(\d{1,15})$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}
