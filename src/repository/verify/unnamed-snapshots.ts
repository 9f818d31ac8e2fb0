// Snapshots whose snap-<uuid>.dat lies at the root and which the root does not name: another writer
// put its root over the one that named them, or their own root was not written, or their deletion
// was broken off, or they are being taken. Says what of each is still there, so that one that is
// whole can be put back.
//
//   WHAT             FROM
//   index            the folder that has shards with the snapshot's own blobs
//   index metadata   a blob of the folder that the root does not name, else the one that the
//                    snapshots around it have; the root's lookup is what was lost
//   shard            snap-<uuid>.dat in its folder, and every part of every file with its length

import type { XContentObject } from "../../xcontent/index.ts";
import { type FileInfo, isVirtual, partCount, partLength, partName } from "../format/file-info.ts";
import type { IndexId, RepositoryData } from "../format/repository-data.ts";
import { shardIndexFromTree } from "../format/shard-index.ts";
import { type ShardSnapshot, shardSnapshotFromTree } from "../format/shard-snapshot.ts";
import { type SnapshotInfo, snapshotInfoFromTree } from "../format/snapshot-info.ts";
import { versionOfId } from "../format/version.ts";
import {
  INDEX_FILE_PREFIX,
  indexBlobName,
  metadataBlobName,
  SHALLOW_SNAPSHOT_PREFIX,
  SNAPSHOT_PREFIX,
  snapshotBlobName,
  uuidOfBlob,
} from "../layout/blob-names.ts";
import { type ScannedIndex, type ScannedShard, scanIndices } from "../repair/scan-indices.ts";
import { indexFolder, type RepositoryContext, rootName } from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import { chooseMetadata, type UnnamedMetadata } from "./choose-metadata.ts";
import { type ReadCounts, readChecked } from "./read-checked-blob.ts";

/** Something that a snapshot needs and that is not there, or is damaged. */
export interface GonePart {
  readonly index: string | null;
  readonly shard: number | null;
  readonly file: string | null;
  readonly blob: string | null;
  readonly reason: string;
}

/** A shard of an unnamed snapshot. */
export interface UnnamedShard extends ScannedShard {
  readonly shard: number;
  /** The snapshot's own blob in the shard. */
  readonly own: ShardSnapshot;
  /** Names of the shard's indices, other than the root's, that know the snapshot. */
  readonly generations: readonly string[];
}

/** An index of an unnamed snapshot. */
export interface UnnamedIndex extends IndexId {
  /** Undefined where no metadata of the index can be read. */
  readonly metadata: UnnamedMetadata | undefined;
  readonly shards: readonly UnnamedShard[];
}

/** A snapshot that the root does not name. */
export interface UnnamedSnapshot {
  readonly info: SnapshotInfo;
  /** The full name of its snap-<uuid>.dat. */
  readonly blob: string;
  readonly indices: readonly UnnamedIndex[];
  /** Empty where it can be restored. */
  readonly gone: readonly GonePart[];
  /** Its data is in a remote store, and was not looked at. */
  readonly shallow: boolean;
  /** The root has another snapshot of its name. */
  readonly nameTaken: boolean;
  /** Full names of its blobs; others may need some of them too. */
  readonly blobs: ReadonlySet<string>;
}

/** A snapshot in the making. */
interface Work {
  readonly context: RepositoryContext;
  readonly data: RepositoryData;
  readonly info: SnapshotInfo;
  /** All of them, the oldest first. */
  readonly infos: readonly SnapshotInfo[];
  readonly counts: ReadCounts;
  readonly gone: GonePart[];
  readonly blobs: Set<string>;
  readonly signal: AbortSignal | undefined;
}

/** Finds them, the oldest first. `listing` is of the root's folder. */
export async function findUnnamedSnapshots(
  context: RepositoryContext,
  data: RepositoryData,
  listing: ReadonlyMap<string, number>,
  counts: ReadCounts,
  signal?: AbortSignal,
): Promise<UnnamedSnapshot[]> {
  const infos: SnapshotInfo[] = [];
  const convert = (tree: XContentObject) => {
    const info = snapshotInfoFromTree(tree);
    versionOfId(info.versionId);
    return info;
  };
  for (const blob of listing.keys()) {
    const uuid = uuidOfBlob(blob, SNAPSHOT_PREFIX);
    if (uuid === undefined || data.snapshots.has(uuid)) continue;
    const name = rootName(context, blob);
    const read = await readChecked(context, "snapshot", name, counts, convert, signal);
    // A copy under another name is no snapshot.
    if (read.value?.snapshotId.uuid === uuid) infos.push(read.value);
  }
  if (infos.length === 0) return [];
  infos.sort((a, b) => a.startTimeMillis - b.startTimeMillis);
  const wanted = new Set(infos.flatMap(({ indices }) => indices));
  const known = new Map([...data.indices.values()].map(({ id, name }) => [id, name]));
  const isWanted = (id: string) => known.get(id) === undefined || wanted.has(known.get(id)!);
  const nameOf = (id: string) => known.get(id);
  const scanned = await scanIndices(context, counts, nameOf, signal, isWanted);
  const taken = new Set([...data.snapshots.values()].map(({ name }) => name));
  return runLimited(infos, context.parallelCallsMax, async (info) => {
    const work: Work = { context, data, info, infos, counts, gone: [], blobs: new Set(), signal };
    const nameTaken = taken.has(info.snapshotId.name);
    return { ...(await lookInto(work, scanned, listing)), nameTaken };
  });
}

async function lookInto(
  work: Work,
  scanned: readonly ScannedIndex[],
  listing: ReadonlyMap<string, number>,
): Promise<Omit<UnnamedSnapshot, "nameTaken">> {
  const { context, info, gone, blobs } = work;
  const { uuid } = info.snapshotId;
  const blob = rootName(context, snapshotBlobName(uuid));
  const metadata = rootName(context, metadataBlobName(uuid));
  blobs.add(blob).add(metadata);
  if (!listing.has(metadataBlobName(uuid))) {
    lose(work, { blob: metadata, reason: "The cluster metadata of the snapshot is missing" });
  }
  const indices: UnnamedIndex[] = [];
  let shallow = info.remoteStoreIndexShallowCopy === true || info.pinnedTimestamp !== undefined;
  for (const name of info.indices) {
    const index = folderOf(work, scanned, name);
    if (index === undefined) {
      const reason = `Nothing of index [${name}] is in the repository`;
      lose(work, { index: name, reason });
      continue;
    }
    shallow ||= holds(index, `${SHALLOW_SNAPSHOT_PREFIX}${uuid}.dat`);
    if (!shallow) indices.push(await lookIntoIndex(work, index));
  }
  return { info, blob, indices, gone, shallow, blobs };
}

function lose(work: Work, part: Partial<GonePart> & { reason: string }): void {
  work.gone.push({ index: null, shard: null, file: null, blob: null, ...part });
}

function holds(index: ScannedIndex, blob: string): boolean {
  return [...index.shards.values()].some(({ listing }) => listing.has(blob));
}

/** Of several folders of one index, that with shards of the snapshot; else the root's. */
function folderOf(
  { data, info }: Work,
  scanned: readonly ScannedIndex[],
  name: string,
): ScannedIndex | undefined {
  const folders = scanned.filter((index) => index.name === name);
  const blob = snapshotBlobName(info.snapshotId.uuid);
  const shallow = `${SHALLOW_SNAPSHOT_PREFIX}${info.snapshotId.uuid}.dat`;
  const root = data.indices.get(name)?.id;
  return (
    folders.find((index) => holds(index, blob) || holds(index, shallow)) ??
    folders.find(({ id }) => id === root) ??
    folders[0]
  );
}

async function lookIntoIndex(work: Work, index: ScannedIndex): Promise<UnnamedIndex> {
  const { context, data, info, blobs } = work;
  const { name, id, shardPathType } = index;
  const shards: UnnamedShard[] = [];
  for (const [shard, found] of index.shards) {
    const own = await readOwn(work, name, shard, found);
    if (own === undefined) continue;
    checkFiles(work, name, shard, found, own.files);
    const generations = await generationsWith(work, data.indices.get(name), shard, found);
    for (const blob of generations) blobs.add(`${found.folder}/${blob}`);
    shards.push({ ...found, shard, own, generations });
  }
  const failed = info.shardFailures.filter((failure) => failure.index === name);
  const numbers = new Set(
    [...shards, ...failed.map(({ shardId }) => ({ shard: shardId }))].map(({ shard }) => shard),
  );
  const holders = work.infos.filter(({ snapshotId }) =>
    holds(index, snapshotBlobName(snapshotId.uuid)),
  );
  const among = { rank: Math.max(0, holders.indexOf(info)), count: holders.length };
  const metadata = await chooseMetadata(context, data, info, index, numbers, among, work.signal);
  if (metadata === undefined) {
    lose(work, { index: name, reason: `No metadata of index [${name}] can be read` });
  } else {
    blobs.add(`${indexFolder(context, index)}/${metadataBlobName(metadata.uuid)}`);
    for (let shard = 0; shard < metadata.shardCount; shard++) {
      if (numbers.has(shard) || info.state === "FAILED") continue;
      if (work.gone.some((part) => part.index === name && part.shard === shard)) continue;
      const reason = `Shard ${shard} of index [${name}] has no blob of the snapshot`;
      lose(work, { index: name, shard, reason });
    }
  }
  return { name, id, shardPathType, metadata, shards };
}

/** The snapshot's own blob in a shard. Undefined where there is none, or none that can be used. */
async function readOwn(
  work: Work,
  index: string,
  shard: number,
  { folder, listing }: ScannedShard,
): Promise<ShardSnapshot | undefined> {
  const { context, info, counts, blobs, signal } = work;
  const base = snapshotBlobName(info.snapshotId.uuid);
  if (!listing.has(base)) return undefined;
  const blob = `${folder}/${base}`;
  blobs.add(blob);
  const convert = shardSnapshotFromTree;
  const read = await readChecked(context, "snapshot", blob, counts, convert, signal);
  const { name } = info.snapshotId;
  if (read.value?.snapshot === name) return read.value;
  const why = read.problem?.message ?? `it is the blob of snapshot [${read.value?.snapshot}]`;
  const reason = `Shard ${shard} of index [${index}] cannot be read: ${why}`;
  lose(work, { index, shard, blob, reason });
  return undefined;
}

function checkFiles(
  work: Work,
  index: string,
  shard: number,
  { folder, listing }: ScannedShard,
  files: readonly FileInfo[],
): void {
  for (const file of files) {
    if (isVirtual(file)) continue;
    for (let part = 0; part < partCount(file); part++) {
      const blob = `${folder}/${partName(file, part)}`;
      const [actual, expected] = [listing.get(partName(file, part)), partLength(file, part)];
      work.blobs.add(blob);
      if (actual === expected) continue;
      const what = actual === undefined ? "is missing" : `has ${actual} bytes, not ${expected}`;
      const reason = `A blob of file [${file.physicalName}] ${what}`;
      lose(work, { index, shard, file: file.physicalName, blob, reason });
    }
  }
}

/** Indices of the shard that know the snapshot, but for the root's own. */
async function generationsWith(
  { context, info, counts, signal }: Work,
  root: { readonly id: string; readonly shardGenerations: readonly (string | null)[] } | undefined,
  shard: number,
  { folder, listing }: ScannedShard,
): Promise<string[]> {
  const current = indexBlobName(root?.shardGenerations[shard] ?? "");
  const { name } = info.snapshotId;
  const found: string[] = [];
  for (const blob of listing.keys()) {
    if (!blob.startsWith(INDEX_FILE_PREFIX) || blob === current) continue;
    const full = `${folder}/${blob}`;
    const convert = shardIndexFromTree;
    const { value } = await readChecked(context, "snapshots", full, counts, convert, signal);
    if (value?.some(({ snapshot }) => snapshot === name)) found.push(blob);
  }
  return found;
}

/** What a verification says of one: what it is, whether it is whole, and what to do. */
export function describeUnnamed(
  { info, gone, shallow, nameTaken }: UnnamedSnapshot,
  isOnlyOfName: boolean,
): string {
  const { name, uuid } = info.snapshotId;
  const time = new Date(info.startTimeMillis).toISOString();
  const shards = `${info.successfulShards} of ${info.totalShards} shards`;
  const what = `Snapshot [${name}] of ${time} (${info.state}, ${shards})`;
  const cleanup = "a cleanup removes it";
  if (shallow) {
    return `${what} is not named by the root; its data is in a remote store: ${cleanup}`;
  }
  if (info.state === "FAILED") return `${what} is not named by the root: ${cleanup}`;
  if (gone.length > 0) {
    const more = gone.length === 1 ? "" : ` (and ${gone.length - 1} more)`;
    return `${what} is not named by the root, and not whole: ${gone[0]!.reason}${more}; ${cleanup}`;
  }
  const why =
    "another writer put its root over the one that did, or its last step failed, or its " +
    "deletion was broken off, or it is being taken";
  const taken = nameTaken ? " once the snapshot that now has its name is gone" : "";
  const adopt = `varve repair --adopt ${isOnlyOfName ? name : uuid} puts it back${taken}`;
  return `${what} is whole, and the root does not name it: ${why}; ${adopt}, ${cleanup}`;
}

/** It can be put back into the root, but for its name. */
export function isRestorable({ info, gone, shallow }: UnnamedSnapshot): boolean {
  return gone.length === 0 && !shallow && info.state !== "FAILED";
}
