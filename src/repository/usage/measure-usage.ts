// How many bytes a repository takes, and who needs them. One listing a folder and one index a
// shard, whatever the number of snapshots: the index of a shard says which snapshot holds which
// file, the listings say how long each blob is.
//
//   own     blobs that one snapshot alone needs: they go with it
//   shared  blobs that it needs with others: they go with the last of them
//   catalog index-N and index.latest, which every change writes anew
//   unreferenced  blobs that nothing needs: a cleanup frees them
// A shard's index is shared by the shard's snapshots. The bytes of all add up to the store's.

import { unsupported } from "../../base/index.ts";
import { readOrRebuildShardIndex } from "../catalog/read-blobs.ts";
import { canonicalName } from "../format/file-info.ts";
import {
  indexMetadataUuid,
  type RepositoryData,
  type RepositoryIndex,
} from "../format/repository-data.ts";
import {
  generationOfBlob,
  INDEX_FILE_PREFIX,
  INDEX_LATEST_BLOB,
  INDICES_FOLDER,
  indexBlobName,
  METADATA_PREFIX,
  SHALLOW_SNAPSHOT_PREFIX,
  SNAPSHOT_PREFIX,
  uuidOfBlob,
} from "../layout/blob-names.ts";
import { parseShardPathsName, SHARD_PATHS_FOLDER } from "../layout/shard-path.ts";
import {
  indexFolder,
  type RepositoryContext,
  rootName,
  shardFolder,
} from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";

/** Blobs and bytes of something. */
export interface Usage {
  blobs: number;
  bytes: number;
  ownBytes: number;
  sharedBytes: number;
}

/** What a snapshot takes. */
export interface SnapshotUsage extends Usage {
  readonly snapshot: string;
}

/** What a shard takes: all of it is its own. */
export interface ShardUsage extends Usage {
  readonly index: string;
  readonly shard: number;
  readonly snapshots: number;
}

/** What an index takes, its shards included: all of it is its own. */
export interface IndexUsage extends Usage {
  readonly index: string;
  /** Shards that hold anything. */
  shards: number;
  readonly snapshots: number;
}

/** What a repository takes. */
export interface RepositoryUsage {
  readonly blobs: number;
  readonly bytes: number;
  readonly catalogBytes: number;
  readonly unreferencedBlobs: number;
  readonly unreferencedBytes: number;
  readonly snapshots: SnapshotUsage[];
  readonly indices: IndexUsage[];
  readonly shards: ShardUsage[];
}

/** Adds up who needs what. */
class UsageCount {
  blobs = 0;
  bytes = 0;
  catalogBytes = 0;
  unreferencedBlobs = 0;
  unreferencedBytes = 0;
  readonly bySnapshot = new Map<string, SnapshotUsage>();
  readonly byShard: ShardUsage[] = [];
  readonly byIndex = new Map<string, IndexUsage>();

  constructor(data: RepositoryData) {
    for (const { uuid, name } of data.snapshots.values()) {
      this.bySnapshot.set(uuid, { snapshot: name, ...noUsage() });
    }
  }

  /** A blob that the snapshots `uuids` need. */
  add(length: number, uuids: ReadonlySet<string>, places: readonly Usage[] = []): void {
    this.blobs++;
    this.bytes += length;
    if (uuids.size === 0) {
      this.unreferencedBlobs++;
      this.unreferencedBytes += length;
      return;
    }
    for (const uuid of uuids) {
      const usage = this.bySnapshot.get(uuid);
      if (usage === undefined) continue;
      usage.blobs++;
      usage.bytes += length;
      if (uuids.size === 1) usage.ownBytes += length;
      else usage.sharedBytes += length;
    }
    for (const place of places) {
      place.blobs++;
      place.bytes += length;
      place.ownBytes += length;
    }
  }

  addCatalog(length: number): void {
    this.blobs++;
    this.bytes += length;
    this.catalogBytes += length;
  }
}

const NOBODY: ReadonlySet<string> = new Set();

function noUsage(): Usage {
  return { blobs: 0, bytes: 0, ownBytes: 0, sharedBytes: 0 };
}

/** Measures a whole repository. Error: `unsupported` where the store cannot list. */
export async function measureUsage(
  context: RepositoryContext,
  data: RepositoryData,
  options: { signal?: AbortSignal; onShard?: () => void } = {},
): Promise<RepositoryUsage> {
  const { store, basePath } = context;
  const { signal, onShard } = options;
  if (!store.capabilities.list) {
    throw unsupported(`${store.description} cannot list its blobs, so nobody can measure them`);
  }
  const count = new UsageCount(data);
  for (const [name, length] of await store.list(basePath, "", signal)) {
    addRootBlob(count, data, name, length);
  }
  const shards: [RepositoryIndex, IndexUsage, number][] = [];
  for (const index of data.indices.values()) {
    const usage: IndexUsage = {
      index: index.name,
      shards: 0,
      snapshots: index.snapshots.length,
      ...noUsage(),
    };
    count.byIndex.set(index.id, usage);
    for (const shard of await shardsOf(context, index, signal)) shards.push([index, usage, shard]);
  }
  await measureIndexFolders(context, data, count, signal);
  await measureShardPaths(context, data, count, signal);
  await runLimited(shards, context.parallelCallsMax, async ([index, usage, shard]) => {
    await measureShard(context, data, index, usage, shard, count, signal);
    onShard?.();
  });
  const { blobs, bytes, catalogBytes, unreferencedBlobs, unreferencedBytes } = count;
  const totals = { blobs, bytes, catalogBytes, unreferencedBlobs, unreferencedBytes };
  const inOrder = (a: ShardUsage, b: ShardUsage) =>
    a.index < b.index ? -1 : a.index > b.index ? 1 : a.shard - b.shard;
  return {
    ...totals,
    snapshots: [...count.bySnapshot.values()],
    indices: [...count.byIndex.values()],
    shards: count.byShard.sort(inOrder),
  };
}

function addRootBlob(count: UsageCount, data: RepositoryData, name: string, length: number): void {
  const uuid = uuidOfBlob(name, SNAPSHOT_PREFIX) ?? uuidOfBlob(name, METADATA_PREFIX);
  if (uuid !== undefined) count.add(length, data.snapshots.has(uuid) ? new Set([uuid]) : NOBODY);
  else if (name === INDEX_LATEST_BLOB || generationOfBlob(name) === data.generation) {
    count.addCatalog(length);
  } else count.add(length, NOBODY);
}

/** Shards of an index: those with a generation, and in old repositories those with a folder. */
async function shardsOf(
  context: RepositoryContext,
  index: RepositoryIndex,
  signal?: AbortSignal,
): Promise<number[]> {
  const shards = new Set(index.shardGenerations.keys());
  if (index.shardPathType === 0) {
    for (const folder of await context.store.listFolders(indexFolder(context, index), signal)) {
      if (/^\d{1,6}$/.test(folder)) shards.add(Number(folder));
    }
  }
  return [...shards].sort((a, b) => a - b);
}

async function measureIndexFolders(
  context: RepositoryContext,
  data: RepositoryData,
  count: UsageCount,
  signal?: AbortSignal,
): Promise<void> {
  const folder = rootName(context, INDICES_FOLDER);
  const byId = new Map([...data.indices.values()].map((index) => [index.id, index]));
  const ids = await context.store.listFolders(folder, signal);
  await runLimited(ids, context.parallelCallsMax, async (id) => {
    const index = byId.get(id);
    if (index === undefined) return addTree(context, `${folder}/${id}`, count, signal);
    const users = new Map<string, Set<string>>();
    for (const uuid of index.snapshots) {
      const blob = `${METADATA_PREFIX}${indexMetadataUuid(data, uuid, index.id)}.dat`;
      users.set(blob, (users.get(blob) ?? new Set()).add(uuid));
    }
    const usage = count.byIndex.get(id)!;
    for (const [name, length] of await context.store.list(`${folder}/${id}`, "", signal)) {
      count.add(length, users.get(name) ?? NOBODY, [usage]);
    }
  });
}

async function measureShardPaths(
  context: RepositoryContext,
  data: RepositoryData,
  count: UsageCount,
  signal?: AbortSignal,
): Promise<void> {
  const byId = new Map([...data.indices.values()].map((index) => [index.id, index]));
  const folder = rootName(context, SHARD_PATHS_FOLDER);
  for (const [name, length] of await context.store.list(folder, "", signal)) {
    const index = byId.get(parseShardPathsName(name)?.index.id ?? "");
    const places = index === undefined ? [] : [count.byIndex.get(index.id)!];
    count.add(length, new Set(index?.snapshots ?? []), places);
  }
}

async function measureShard(
  context: RepositoryContext,
  data: RepositoryData,
  index: RepositoryIndex,
  indexUsage: IndexUsage,
  shard: number,
  count: UsageCount,
  signal?: AbortSignal,
): Promise<void> {
  const folder = shardFolder(context, index, shard);
  const listing = await context.store.list(folder, "", signal);
  if (listing.size === 0) return;
  const members = new Set<string>();
  for (const name of listing.keys()) {
    const uuid = uuidOfBlob(name, SNAPSHOT_PREFIX) ?? uuidOfBlob(name, SHALLOW_SNAPSHOT_PREFIX);
    if (uuid !== undefined && data.snapshots.has(uuid)) members.add(uuid);
  }
  const found = await readOrRebuildShardIndex(context, data, index, shard, listing, signal);
  const uuidOf = new Map<string, string>();
  for (const uuid of index.snapshots) uuidOf.set(data.snapshots.get(uuid)!.name, uuid);
  const users = new Map<string, Set<string>>();
  for (const { snapshot, files } of found.shardIndex) {
    const uuid = uuidOf.get(snapshot);
    if (uuid === undefined) continue;
    for (const { name } of files) users.set(name, (users.get(name) ?? new Set()).add(uuid));
  }
  const usage: ShardUsage = {
    index: index.name,
    shard,
    snapshots: members.size,
    ...noUsage(),
  };
  const current = currentIndex(index, shard, listing);
  for (const [name, length] of listing) {
    const uuid = uuidOfBlob(name, SNAPSHOT_PREFIX) ?? uuidOfBlob(name, SHALLOW_SNAPSHOT_PREFIX);
    let needed: ReadonlySet<string>;
    if (uuid !== undefined) needed = members.has(uuid) ? new Set([uuid]) : NOBODY;
    else if (name === current) needed = members;
    else needed = users.get(canonicalName(name)) ?? NOBODY;
    count.add(length, needed, [usage, indexUsage]);
  }
  indexUsage.shards++;
  count.byShard.push(usage);
}

function currentIndex(
  index: RepositoryIndex,
  shard: number,
  listing: ReadonlyMap<string, number>,
): string | undefined {
  const named = index.shardGenerations[shard];
  if (named != null) return indexBlobName(named);
  let newest = -1;
  for (const name of listing.keys()) {
    if (name.startsWith(INDEX_FILE_PREFIX)) newest = Math.max(newest, generationOfBlob(name) ?? -1);
  }
  return newest < 0 ? undefined : indexBlobName(newest);
}

async function addTree(
  context: RepositoryContext,
  folder: string,
  count: UsageCount,
  signal?: AbortSignal,
): Promise<void> {
  for (const length of (await context.store.list(folder, "", signal)).values()) {
    count.add(length, NOBODY);
  }
  for (const name of await context.store.listFolders(folder, signal)) {
    await addTree(context, `${folder}/${name}`, count, signal);
  }
}
