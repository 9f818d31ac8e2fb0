// What lies in the folders of a repository's indices, whatever a root says of them: each index's
// name by its metadata blobs, its shards, and in each shard the snapshots and generations. A
// rebuilt root is made of it.
//
// Shards are found in indices/<id>/<shard> and, of hashed indices, where the files that list their
// paths.

import type { XContentObject } from "../../xcontent/index.ts";
import {
  indexMetadataFromTree,
  indexMetadataIdentifier,
  numberOfShards,
} from "../format/index-metadata.ts";
import type { IndexId } from "../format/repository-data.ts";
import { INDICES_FOLDER, METADATA_PREFIX, uuidOfBlob } from "../layout/blob-names.ts";
import { parseShardPathsName, SHARD_PATHS_FOLDER, shardPath } from "../layout/shard-path.ts";
import { indexFolder, type RepositoryContext, rootName } from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import { type ReadCounts, readChecked } from "../verify/read-checked-blob.ts";

/** A metadata blob of an index. */
export interface ScannedMetadata {
  /** Of the blob: meta-<uuid>.dat. */
  readonly uuid: string;
  readonly identifier: string;
  readonly shardCount: number;
  /** Milliseconds since the epoch at which the blob was made, where its uuid says so. */
  readonly madeMillis: number | undefined;
  /** Sum of the versions of settings, mapping and aliases: it grows with every change. */
  readonly version: number;
}

/** A shard's folder. */
export interface ScannedShard {
  readonly folder: string;
  readonly listing: ReadonlyMap<string, number>;
}

/** An index's folder. */
export interface ScannedIndex extends IndexId {
  readonly metadata: ScannedMetadata[];
  /** Metadata blobs that cannot be read. */
  readonly unreadable: string[];
  /** By shard. */
  readonly shards: ReadonlyMap<number, ScannedShard>;
}

/**
 * Reads the folders of all indices, or of those that are wanted by their ids. `nameOf` names those
 * whose metadata cannot be read.
 */
export async function scanIndices(
  context: RepositoryContext,
  counts: ReadCounts,
  nameOf: (id: string) => string | undefined,
  signal?: AbortSignal,
  isWanted: (id: string) => boolean = () => true,
): Promise<ScannedIndex[]> {
  const { store } = context;
  const folders = await store.listFolders(rootName(context, INDICES_FOLDER), signal);
  const ids = folders.filter(isWanted);
  const pathTypes = await readPathTypes(context, signal);
  const scanned = await runLimited(ids, context.parallelCallsMax, (id) =>
    scanIndex(context, id, pathTypes.get(id), counts, nameOf, signal),
  );
  return scanned.filter((index) => index !== undefined);
}

async function readPathTypes(
  context: RepositoryContext,
  signal?: AbortSignal,
): Promise<Map<string, { index: IndexId; shardCount: number }>> {
  const found = new Map<string, { index: IndexId; shardCount: number }>();
  const folder = rootName(context, SHARD_PATHS_FOLDER);
  for (const name of (await context.store.list(folder, "", signal)).keys()) {
    const parsed = parseShardPathsName(name);
    if (parsed === undefined) continue;
    const known = found.get(parsed.index.id);
    if (known === undefined || known.shardCount < parsed.shardCount) {
      found.set(parsed.index.id, parsed);
    }
  }
  return found;
}

async function scanIndex(
  context: RepositoryContext,
  id: string,
  paths: { index: IndexId; shardCount: number } | undefined,
  counts: ReadCounts,
  nameOf: (id: string) => string | undefined,
  signal?: AbortSignal,
): Promise<ScannedIndex | undefined> {
  const folder = indexFolder(context, { name: "", id, shardPathType: 0 });
  const metadata: ScannedMetadata[] = [];
  const unreadable: string[] = [];
  let name = paths?.index.name;
  for (const blob of (await context.store.list(folder, METADATA_PREFIX, signal)).keys()) {
    const uuid = uuidOfBlob(blob, METADATA_PREFIX);
    if (uuid === undefined) continue;
    const full = `${folder}/${blob}`;
    const convert = (tree: XContentObject) => {
      const found = indexMetadataFromTree(tree);
      return { ...found, identifier: indexMetadataIdentifier(found) };
    };
    const read = await readChecked(context, "index-metadata", full, counts, convert, signal);
    if (read.problem !== undefined) {
      unreadable.push(uuid);
      continue;
    }
    name = read.value.name;
    metadata.push({
      uuid,
      identifier: read.value.identifier,
      shardCount: numberOfShards(read.value),
      madeMillis: timeOfUuid(uuid),
      version: versionSum(read.value.tree),
    });
  }
  name ??= nameOf(id);
  if (name === undefined) return undefined;
  const index: IndexId = { name, id, shardPathType: paths?.index.shardPathType ?? 0 };
  const shards = await scanShards(context, index, paths?.shardCount ?? 0, signal);
  return { ...index, metadata, unreadable, shards };
}

async function scanShards(
  context: RepositoryContext,
  index: IndexId,
  hashedCount: number,
  signal?: AbortSignal,
): Promise<Map<number, ScannedShard>> {
  const { store, basePath } = context;
  const shards = new Map<number, ScannedShard>();
  const numbers: number[] = [];
  if (index.shardPathType === 0) {
    for (const folder of await store.listFolders(indexFolder(context, index), signal)) {
      if (/^\d{1,6}$/.test(folder)) numbers.push(Number(folder));
    }
  } else for (let shard = 0; shard < hashedCount; shard++) numbers.push(shard);
  numbers.sort((a, b) => a - b);
  await runLimited(numbers, context.parallelCallsMax, async (shard) => {
    const folder = shardPath(basePath, index, shard);
    const listing = await store.list(folder, "", signal);
    if (listing.size > 0) shards.set(shard, { folder, listing });
  });
  return new Map([...shards].sort((a, b) => a[0] - b[0]));
}

function versionSum(tree: Readonly<Record<string, unknown>>): number {
  let sum = 0;
  for (const field of ["settings_version", "mapping_version", "aliases_version"]) {
    const value = tree[field];
    sum += typeof value === "number" ? value : 1;
  }
  return sum;
}

/**
 * When a time-based uuid (20 characters) was made; other uuids (22 characters) are random.
 * Upstream: TimeBasedUUIDGenerator, which spreads the 6 bytes of the time over its 15.
 */
export function timeOfUuid(uuid: string): number | undefined {
  if (uuid.length !== 20) return undefined;
  const bytes = Buffer.from(uuid, "base64url");
  if (bytes.length !== 15) return undefined;
  let millis = 0;
  for (const at of [5, 4, 3, 2, 12, 14]) millis = millis * 256 + bytes[at]!;
  return millis;
}
