// An index of a root: its metadata blobs can be read and are those that the root says, and how many
// shards it has in each snapshot.

import type { XContentObject } from "../../xcontent/index.ts";
import {
  type IndexMetadata,
  indexMetadataFromTree,
  indexMetadataIdentifier,
  numberOfShards,
} from "../format/index-metadata.ts";
import {
  indexMetadataUuid,
  type RepositoryData,
  type RepositoryIndex,
  type ShardPathType,
} from "../format/repository-data.ts";
import {
  indexBlobName,
  METADATA_PREFIX,
  metadataBlobName,
  uuidOfBlob,
} from "../layout/blob-names.ts";
import { shardPath } from "../layout/shard-path.ts";
import { indexFolder, type RepositoryContext, rootName } from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import { type Finding, newFinding } from "./finding.ts";
import { type ReadCounts, readChecked } from "./read-checked-blob.ts";
import { problemFinding, type VerifiedSnapshot } from "./verify-snapshots.ts";

/** Shards that are looked for where the root says, before other places are. */
const PATH_PROBES_MAX = 3;

/** What is known of an index. */
export interface VerifiedIndex {
  readonly index: RepositoryIndex;
  /** Those that are verified, in the order of the index. */
  readonly snapshots: readonly VerifiedSnapshot[];
  /** By snapshot uuid; missing where its metadata cannot be read. */
  readonly shardCounts: ReadonlyMap<string, number>;
  /** Every shard that it has or had, as far as anything says so. */
  readonly shards: readonly number[];
}

/** Reads and checks an index's metadata. */
export async function verifyIndex(
  context: RepositoryContext,
  data: RepositoryData,
  index: RepositoryIndex,
  selected: ReadonlyMap<string, VerifiedSnapshot>,
  counts: ReadCounts,
  findings: Finding[],
  signal?: AbortSignal,
): Promise<VerifiedIndex> {
  const snapshots = index.snapshots.flatMap((uuid) => selected.get(uuid) ?? []);
  const byBlob = new Map<string, VerifiedSnapshot[]>();
  for (const snapshot of snapshots) {
    const blob = metadataUuid(data, snapshot, index, findings);
    if (blob !== undefined) byBlob.set(blob, [...(byBlob.get(blob) ?? []), snapshot]);
  }
  const shardCounts = new Map<string, number>();
  await runLimited([...byBlob], context.parallelCallsMax, async ([uuid, users]) => {
    const count = await verifyMetadata(context, data, index, uuid, users, counts, findings, signal);
    if (count !== undefined) for (const user of users) shardCounts.set(user.uuid, count);
  });
  const allKnown = snapshots.every(({ uuid }) => shardCounts.has(uuid));
  const shards = await listShards(context, index, shardCounts, allKnown, signal);
  const type = await actualPathType(context, index, shards, signal);
  if (type === index.shardPathType) return { index, snapshots, shardCounts, shards };
  const said = `the root says ${index.shardPathType}`;
  const message = `The shards of index [${index.name}] lie in paths of type ${type}, ${said}`;
  const place = { snapshots: snapshots.map((snapshot) => snapshot.name), index: index.name };
  const root = rootName(context, indexBlobName(data.generation));
  findings.push(newFinding("contradicting-root-index", root, message, place));
  const found = { ...index, shardPathType: type };
  return { index: found, snapshots, shardCounts, shards };
}

function metadataUuid(
  data: RepositoryData,
  snapshot: VerifiedSnapshot,
  index: RepositoryIndex,
  findings: Finding[],
): string | undefined {
  try {
    return indexMetadataUuid(data, snapshot.uuid, index.id);
  } catch (error) {
    const place = { snapshots: [snapshot.name], index: index.name };
    const message = (error as Error).message;
    findings.push(newFinding("contradicting-root-index", undefined, message, place));
    return undefined;
  }
}

async function verifyMetadata(
  context: RepositoryContext,
  data: RepositoryData,
  index: RepositoryIndex,
  uuid: string,
  users: readonly VerifiedSnapshot[],
  counts: ReadCounts,
  findings: Finding[],
  signal?: AbortSignal,
): Promise<number | undefined> {
  const name = `${indexFolder(context, index)}/${metadataBlobName(uuid)}`;
  const place = { snapshots: users.map((user) => user.name), index: index.name };
  const convert = (tree: XContentObject) => {
    const metadata = indexMetadataFromTree(tree);
    return { ...metadata, identifier: indexMetadataIdentifier(metadata) };
  };
  const read = await readChecked(context, "index-metadata", name, counts, convert, signal);
  if (read.problem !== undefined) {
    const what = `The metadata of index [${index.name}]`;
    findings.push(problemFinding("index-metadata", name, what, read.problem, place));
    return undefined;
  }
  const wrong = contradiction(data, index, users, uuid, read.value);
  if (wrong === undefined) return numberOfShards(read.value);
  findings.push(newFinding("contradicting-index-metadata", name, wrong, place));
  return undefined;
}

function contradiction(
  data: RepositoryData,
  index: RepositoryIndex,
  users: readonly VerifiedSnapshot[],
  uuid: string,
  metadata: IndexMetadata & { identifier: string },
): string | undefined {
  if (metadata.name !== index.name) {
    return `It is the metadata of index [${metadata.name}], not of [${index.name}]`;
  }
  const identifier = data.snapshots.get(users[0]!.uuid)?.indexMetadata.get(index.id);
  // A clone of a snapshot from before 7.9 has the blob's uuid for an identifier.
  if (identifier === undefined || identifier === uuid) return undefined;
  const actual = metadata.identifier;
  return actual === identifier
    ? undefined
    : `It is another state of the index: [${actual}], the root says [${identifier}]`;
}

/** The kind of path under which something is there; what the root says where nothing is. */
async function actualPathType(
  context: RepositoryContext,
  index: RepositoryIndex,
  shards: readonly number[],
  signal?: AbortSignal,
): Promise<ShardPathType> {
  const { store, basePath } = context;
  const types = ([0, 1, 2] as const).filter((type) => type !== index.shardPathType);
  if (!store.capabilities.list) return index.shardPathType;
  for (const shard of shards.slice(0, PATH_PROBES_MAX)) {
    if ((await store.list(shardPath(basePath, index, shard), "", signal)).size > 0) break;
    for (const shardPathType of types) {
      const folder = shardPath(basePath, { ...index, shardPathType }, shard);
      if ((await store.list(folder, "", signal)).size > 0) return shardPathType;
    }
  }
  return index.shardPathType;
}

/** Where a snapshot's metadata is lost, the shards are those that have a folder. */
async function listShards(
  context: RepositoryContext,
  index: RepositoryIndex,
  shardCounts: ReadonlyMap<string, number>,
  allKnown: boolean,
  signal?: AbortSignal,
): Promise<number[]> {
  const count = Math.max(index.shardGenerations.length, 0, ...shardCounts.values());
  const shards = new Set(Array.from({ length: count }, (_, shard) => shard));
  const { store } = context;
  if (allKnown || !store.capabilities.list || index.shardPathType !== 0) return [...shards];
  for (const folder of await store.listFolders(indexFolder(context, index), signal)) {
    if (/^\d{1,6}$/.test(folder)) shards.add(Number(folder));
  }
  return [...shards].sort((a, b) => a - b);
}

/** Metadata blobs in an index's folder that no snapshot of the root uses. */
export function unusedMetadata(
  data: RepositoryData,
  index: RepositoryIndex,
  names: Iterable<string>,
): string[] {
  const used = new Set<string>();
  for (const snapshot of index.snapshots) {
    const identifier = data.snapshots.get(snapshot)?.indexMetadata.get(index.id);
    const uuid =
      identifier === undefined ? snapshot : data.indexMetadataIdentifiers.get(identifier);
    if (uuid !== undefined) used.add(uuid);
  }
  return [...names].filter((name) => {
    const uuid = uuidOfBlob(name, METADATA_PREFIX);
    return uuid !== undefined && !used.has(uuid);
  });
}
