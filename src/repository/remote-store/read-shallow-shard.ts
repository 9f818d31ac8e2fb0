// A shard of a shallow snapshot as a ShardSnapshot, whose files lie in the remote store: what reads
// full snapshots reads it too. The remote store is seen under a folder of the repository's own
// store (blobstore/wrap/joined.ts).
//
//   v1   the shard's shallow-snap-<uuid>.dat names the commit; the snapshot's lock file names the
//        metadata file; of its files those of the commit are the snapshot
//   v2   the newest metadata file at or before the snapshot's pinned timestamp; its SegmentInfos
//        are the commit (there was a refresh, but maybe no commit at that moment)
//
// Either is what a restore of the server takes for a shard's segments. What was indexed and not yet
// refreshed when a v2 snapshot was taken is in the remote translog, which is not read here.
// Upstream: StoreRecovery.recoverFromSnapshotAndRemoteStore, recoverShallowSnapshotV2,
// IndexShard.syncSegmentsFromGivenRemoteSegmentStore (2.19.6).

import { VarveError } from "../../base/index.ts";
import { REMOTE_STORE_FOLDER } from "../../blobstore/index.ts";
import { checksumEntireFile, IndexInput, memorySource } from "../../lucene/store/index.ts";
import { findShardSnapshot, readIndexMetadata, readSnapshotInfo } from "../catalog/read-blobs.ts";
import { decodeChecksummedBlob } from "../format/checksummed-blob.ts";
import {
  checksumText,
  type FileInfo,
  META_HASH_BYTES_MAX,
  VIRTUAL_DATA_BLOB_PREFIX,
} from "../format/file-info.ts";
import { indexSetting } from "../format/index-metadata.ts";
import type { IndexId, RepositoryData } from "../format/repository-data.ts";
import type { ShardSnapshot } from "../format/shard-snapshot.ts";
import type { SnapshotId, SnapshotInfo } from "../format/snapshot-info.ts";
import { SHALLOW_SNAPSHOT_PREFIX } from "../layout/blob-names.ts";
import { type RepositoryContext, shardFolder, snapshotError } from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import { isHashedFile } from "../snapshot/commit-files.ts";
import {
  commitPrefix,
  lockedMetadataFile,
  METADATA_FILE_PREFIX,
  metadataFileAt,
} from "./metadata-file-name.ts";
import {
  type RemoteFolder,
  type RemotePathType,
  remotePathTypeOfIndex,
  remoteShardPath,
} from "./remote-path.ts";
import {
  type RemoteSegmentMetadata,
  readRemoteSegmentMetadata,
} from "./remote-segment-metadata.ts";
import { type ShallowShardSnapshot, shallowShardSnapshotFromTree } from "./shallow-snapshot.ts";

/** How a refusal says what to do. */
const HOW_TO_NAME_IT =
  "Say where that is: --remote-store of the command line, or a registered repository of that name";
/** Contents of small files that are read at a time. */
const CONTENTS_AT_ONCE = 8;

/** Which shard of which snapshot, and what its place in the remote store depends on. */
export interface ShallowShard {
  readonly snapshot: SnapshotId;
  readonly index: IndexId;
  readonly shard: number;
  readonly indexUuid: string;
  readonly pathType: RemotePathType;
  /** Name of the remote store's repository in the cluster. */
  readonly repository: string;
  /** What v1 keeps of the shard, or the moment that v2 pinned. */
  readonly commit: ShallowShardSnapshot | { readonly pinnedTimestamp: number };
}

/** The metadata file that a shallow snapshot means. */
export interface FoundMetadataFile {
  /** Its full name in the joined store. */
  readonly blob: string;
  /** False where the snapshot's lock is gone: a garbage collection may take the files. */
  readonly locked: boolean;
}

/** The shard's files, in the remote store's folder for them. */
export type RemoteShardSnapshot = ShardSnapshot & { readonly folder: string };

/** What is known of snapshots that were found to be shallow; `undefined` = not readable. */
const KNOWN_SHALLOW = new WeakMap<
  RepositoryContext,
  Map<string, Promise<SnapshotInfo | undefined>>
>();

/**
 * A shard of a snapshot, shallow or not. The files of a shallow one lie in `folder` of the answer.
 * Errors: as of readShardSnapshot; `unsupported` where the remote store is not given; `missing` or
 * `corrupt` where it does not hold what it should.
 */
export async function readAnyShardSnapshot(
  context: RepositoryContext,
  data: RepositoryData,
  snapshot: SnapshotId,
  index: IndexId,
  shard: number,
  signal?: AbortSignal,
): Promise<ShardSnapshot> {
  let missing: VarveError | undefined;
  if (KNOWN_SHALLOW.get(context)?.has(snapshot.uuid) !== true) {
    const found = await findShardSnapshot(context, snapshot, index, shard, signal);
    if (!(found instanceof VarveError)) return found;
    missing = found;
  }
  const shallow = await findShallowShard(context, data, snapshot, index, shard, signal);
  if (shallow === undefined) {
    throw missing ?? (await findShardSnapshot(context, snapshot, index, shard, signal));
  }
  const { blob } = await findMetadataFile(context, shallow, signal);
  const read = await readRemoteShard(context, shallow, blob, signal);
  return { ...read, files: await withContents(context, read.folder, read.files, signal) };
}

/** The shard as a shallow snapshot knows it; undefined where the snapshot is none. */
export async function findShallowShard(
  context: RepositoryContext,
  data: RepositoryData,
  snapshot: SnapshotId,
  index: IndexId,
  shard: number,
  signal?: AbortSignal,
): Promise<ShallowShard | undefined> {
  const place = { snapshot, index, shard };
  const info = await shallowInfo(context, snapshot, signal);
  const pinnedTimestamp = info?.pinnedTimestamp;
  if (pinnedTimestamp === undefined) {
    const commit = await readShallowBlob(context, place, signal);
    if (commit === undefined) return undefined;
    remember(context, snapshot, Promise.resolve(info));
    const { indexUuid, pathType, remoteStoreRepository: repository } = commit;
    return { ...place, indexUuid, pathType, repository, commit };
  }
  const metadata = await readIndexMetadata(context, data, snapshot, index, signal);
  const setting = (key: string) => {
    const value = indexSetting(metadata, key);
    return typeof value === "string" ? value : "";
  };
  return {
    ...place,
    indexUuid: setting("index.uuid"),
    pathType: remotePathTypeOfIndex(metadata.tree),
    repository: setting("index.remote_store.segment.repository"),
    commit: { pinnedTimestamp },
  };
}

/** What the snapshot is, read once; a v2 one is then known to be shallow. */
async function shallowInfo(
  context: RepositoryContext,
  snapshot: SnapshotId,
  signal?: AbortSignal,
): Promise<SnapshotInfo | undefined> {
  const known = KNOWN_SHALLOW.get(context)?.get(snapshot.uuid);
  if (known !== undefined) return known;
  try {
    const info = await readSnapshotInfo(context, snapshot, signal);
    if (info.pinnedTimestamp !== undefined) remember(context, snapshot, Promise.resolve(info));
    return info;
  } catch (error) {
    signal?.throwIfAborted();
    // Its shards may still be read: those of v1 say for themselves where they are.
    if (error instanceof VarveError) return undefined;
    throw error;
  }
}

function remember(
  context: RepositoryContext,
  snapshot: SnapshotId,
  info: Promise<SnapshotInfo | undefined>,
): void {
  const known = KNOWN_SHALLOW.get(context) ?? new Map();
  known.set(snapshot.uuid, info);
  KNOWN_SHALLOW.set(context, known);
}

/** What v1 keeps of the shard; undefined where there is no such blob. */
export async function readShallowBlob(
  context: RepositoryContext,
  { snapshot, index, shard }: { snapshot: SnapshotId; index: IndexId; shard: number },
  signal?: AbortSignal,
): Promise<ShallowShardSnapshot | undefined> {
  const folder = shardFolder(context, index, shard);
  const blob = `${SHALLOW_SNAPSHOT_PREFIX}${snapshot.uuid}.dat`;
  try {
    const bytes = await context.store.get(`${folder}/${blob}`, signal);
    return shallowShardSnapshotFromTree(decodeChecksummedBlob("snapshot", blob, bytes));
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    if (error.kind === "missing") return undefined;
    if (error.kind !== "corrupt") throw error;
    const message = `failed to read shard snapshot file for [${folder}]`;
    throw snapshotError(context, snapshot, message, { kind: "corrupt", cause: error });
  }
}

/** Reads the shard's files out of its metadata file. Small files are not read yet. */
export async function readRemoteShard(
  context: RepositoryContext,
  shallow: ShallowShard,
  metadataBlob: string,
  signal?: AbortSignal,
): Promise<RemoteShardSnapshot> {
  try {
    const bytes = await context.store.get(metadataBlob, signal);
    const metadata = readRemoteSegmentMetadata(metadataBlob, bytes);
    const files =
      "pinnedTimestamp" in shallow.commit
        ? filesOfRefresh(metadata)
        : filesOfCommit(metadataBlob, metadata, shallow.commit);
    const described = describeShard(shallow, metadata, files);
    return { ...described, folder: remoteFolder(context, shallow, "data") };
  } catch (error) {
    signal?.throwIfAborted();
    throw placed(context, shallow, "cannot read the files of", error);
  }
}

function placed(
  context: RepositoryContext,
  { snapshot, index, shard }: ShallowShard,
  what: string,
  error: unknown,
): unknown {
  if (!(error instanceof VarveError) || error.kind === "aborted") return error;
  const message = `${what} shard [${index.name}][${shard}] in the remote store: ${error.message}`;
  return snapshotError(context, snapshot, message, { kind: error.kind, cause: error });
}

/** A folder of the shard in the joined store. Error: `unsupported` where none was given. */
export function remoteFolder(
  context: RepositoryContext,
  shallow: ShallowShard,
  folder: RemoteFolder,
): string {
  const { remoteStore } = context;
  if (remoteStore !== undefined) {
    return `${REMOTE_STORE_FOLDER}/${remoteShardPath(remoteStore.basePath, shallow, folder)}`;
  }
  const { snapshot, index, shard, repository, commit } = shallow;
  const base = "basePath" in commit ? `, base path [${commit.basePath}]` : "";
  const message =
    `is a shallow copy: shard [${index.name}][${shard}] is in the remote store ` +
    `[${repository}]${base}. ${HOW_TO_NAME_IT}`;
  throw snapshotError(context, snapshot, message, { kind: "unsupported" });
}

/** Finds the metadata file that the snapshot means. Error: `missing`, and what was looked for. */
export async function findMetadataFile(
  context: RepositoryContext,
  shallow: ShallowShard,
  signal?: AbortSignal,
): Promise<FoundMetadataFile> {
  const folder = remoteFolder(context, shallow, "metadata");
  const { commit } = shallow;
  try {
    if (!("pinnedTimestamp" in commit)) return await findOfCommit(context, shallow, commit, signal);
    const listing = await context.store.list(folder, METADATA_FILE_PREFIX, signal);
    const name = metadataFileAt(listing.keys(), commit.pinnedTimestamp);
    if (name !== undefined) return { blob: `${folder}/${name}`, locked: true };
    const wanted = `written at or before the pinned timestamp ${commit.pinnedTimestamp}`;
    const message = `none of the ${listing.size} metadata files in [${folder}] was ${wanted}`;
    throw new VarveError("missing", message);
  } catch (error) {
    signal?.throwIfAborted();
    throw placed(context, shallow, "cannot find the metadata file of", error);
  }
}

async function findOfCommit(
  context: RepositoryContext,
  shallow: ShallowShard,
  { primaryTerm, commitGeneration, basePath }: ShallowShardSnapshot,
  signal?: AbortSignal,
): Promise<FoundMetadataFile> {
  const { store } = context;
  const prefix = commitPrefix(primaryTerm, commitGeneration);
  const folder = remoteFolder(context, shallow, "metadata");
  const locks = await store.list(remoteFolder(context, shallow, "lock_files"), prefix, signal);
  const locked = lockedMetadataFile(locks.keys(), shallow.snapshot.uuid);
  if (locked !== undefined) return { blob: `${folder}/${locked}`, locked: true };
  // Without its lock the files may go at any time; as long as they are there they are read.
  const [name] = [...(await store.list(folder, prefix, signal)).keys()].sort();
  if (name !== undefined) return { blob: `${folder}/${name}`, locked: false };
  const message = `there is neither a lock nor a metadata file [${folder}/${prefix}…]`;
  const recorded = `the remote store had base path [${basePath}] then`;
  throw new VarveError("missing", `${message}; ${recorded}`);
}

/** Files of a commit: those that the snapshot names. */
function filesOfCommit(
  blob: string,
  metadata: RemoteSegmentMetadata,
  commit: ShallowShardSnapshot,
): FileInfo[] {
  const known = new Map(metadata.files.map((file) => [file.physicalName, file]));
  return commit.fileNames.map((name) => {
    const file = known.get(name);
    if (file !== undefined) return file;
    throw new VarveError("missing", `the metadata file [${blob}] does not know file [${name}]`);
  });
}

/** Files of a refresh: the commit before it gives way to one that is made of its SegmentInfos. */
function filesOfRefresh({ files, segmentInfos, generation }: RemoteSegmentMetadata): FileInfo[] {
  const physicalName = `segments_${generation.toString(36)}`;
  const input = new IndexInput(memorySource(physicalName, segmentInfos));
  const checksum = checksumText(checksumEntireFile(input));
  const segments = files.filter((file) => !file.physicalName.startsWith("segments_"));
  const commit: FileInfo = {
    name: VIRTUAL_DATA_BLOB_PREFIX + physicalName,
    physicalName,
    length: segmentInfos.length,
    checksum,
    writtenBy: files[0]?.writtenBy ?? "9.0.0",
    metaHash: segmentInfos,
  };
  return [...segments, commit];
}

function describeShard(
  { snapshot, commit }: ShallowShard,
  metadata: RemoteSegmentMetadata,
  files: FileInfo[],
): ShardSnapshot {
  const isCommit = !("pinnedTimestamp" in commit);
  return {
    snapshot: snapshot.name,
    indexVersion: isCommit ? commit.indexVersion : metadata.generation,
    startTimeMillis: isCommit ? commit.startTimeMillis : commit.pinnedTimestamp,
    timeMillis: isCommit ? commit.timeMillis : 0,
    // Upstream: a shallow copy adds nothing to the repository.
    incrementalFileCount: 0,
    incrementalBytes: 0,
    files,
  };
}

/** The files with the contents that a full snapshot keeps in its metadata (segments_N, .si). */
async function withContents(
  { store }: RepositoryContext,
  folder: string,
  files: readonly FileInfo[],
  signal?: AbortSignal,
): Promise<FileInfo[]> {
  return runLimited(files, CONTENTS_AT_ONCE, async (file) => {
    const isWanted = file.metaHash === undefined && isHashedFile(file.physicalName);
    if (!isWanted || file.length > META_HASH_BYTES_MAX) return file;
    const metaHash = await readWhole(store, folder, file, signal);
    return metaHash === undefined ? file : { ...file, metaHash };
  });
}

/** The bytes of a small file; undefined where they are wrong: who needs them reads it again. */
async function readWhole(
  store: RepositoryContext["store"],
  folder: string,
  file: FileInfo,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    const bytes = await store.get(`${folder}/${file.name}`, signal);
    const input = new IndexInput(memorySource(file.physicalName, bytes));
    const isSame = checksumText(checksumEntireFile(input)) === file.checksum;
    return isSame && bytes.length === file.length ? bytes : undefined;
  } catch (error) {
    if (error instanceof VarveError && ["missing", "corrupt"].includes(error.kind))
      return undefined;
    throw error;
  }
}
