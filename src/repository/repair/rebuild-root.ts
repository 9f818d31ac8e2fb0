// Makes a root again from the blobs that it named.
//
//   WHAT                        FROM
//   snapshots, states, versions snap-<uuid>.dat of the root
//   indices, ids                indices/<id>/meta-*.dat, which hold the index's name
//   which index is in which     the snapshots' lists of indices
//   shard generations           the index-<generation> of a shard that knows its snapshots best
//   which metadata blob         what is left of the damaged root, or of an older one; else the blob
//                               that was made last before the snapshot ended, among those with as
//                               many shards. A clone takes its source's: it has the same cluster
//                               metadata, of the same version.
// A snapshot whose information cannot be read, or none of whose indices is there, is left out and
// named; nothing of it is deleted.
// Before Elasticsearch 7.6 roots had no versions and no shard generations, and are made so again.

import type { XContentObject } from "../../xcontent/index.ts";
import { type ClusterMetadata, clusterMetadataFromTree } from "../format/metadata.ts";
import {
  decodeRepositoryData,
  NEW_SHARD_GENERATION,
  type RepositoryData,
  type RepositoryIndex,
  type RepositorySnapshot,
} from "../format/repository-data.ts";
import { shardIndexFromTree } from "../format/shard-index.ts";
import { type SnapshotInfo, snapshotInfoFromTree } from "../format/snapshot-info.ts";
import type { ServerVersion } from "../format/version.ts";
import { compareVersions, formatVersion, versionOfId } from "../format/version.ts";
import {
  generationOfBlob,
  INDEX_FILE_PREFIX,
  indexBlobName,
  metadataBlobName,
  SHALLOW_SNAPSHOT_PREFIX,
  SNAPSHOT_PREFIX,
  snapshotBlobName,
  uuidOfBlob,
} from "../layout/blob-names.ts";
import { type RepositoryContext, rootName } from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import { readBlob, readChecked, uncounted } from "../verify/read-checked-blob.ts";
import { type SalvagedRoot, salvageRoot } from "./salvage-root.ts";
import {
  type ScannedIndex,
  type ScannedMetadata,
  type ScannedShard,
  scanIndices,
} from "./scan-indices.ts";

/** A snapshot that a rebuilt root cannot hold. */
export interface LostSnapshot {
  readonly uuid: string;
  readonly name: string | undefined;
  readonly reason: string;
}

/** A root that was made again. */
export interface RebuiltRoot {
  readonly data: RepositoryData;
  readonly lost: LostSnapshot[];
  /** What could only be guessed. */
  readonly guesses: string[];
}

interface FoundSnapshot {
  readonly info: SnapshotInfo;
  /** The cluster and the version of its metadata; undefined where it does not tell. */
  readonly metadataVersion: string | undefined;
}

/** A snapshot's metadata is written after the end that it states, and this much later at most. */
const FINALIZE_MILLIS_MAX = 5_000;

const VERSION_FIRST: ServerVersion = { major: 7, minor: 6, revision: 0, elasticsearch: true };

/** Makes the root of generation `generation` again. `listing` is of the root's folder. */
export async function rebuildRepositoryData(
  context: RepositoryContext,
  generation: number,
  listing: ReadonlyMap<string, number>,
  signal?: AbortSignal,
): Promise<RebuiltRoot> {
  const hints = await readHints(context, listing, signal);
  const lost: LostSnapshot[] = [];
  const found = await readSnapshots(context, listing, hints, lost, signal);
  const nameOf = (id: string) => hints.indices.get(id)?.name;
  const scanned = await scanIndices(context, uncounted(), nameOf, signal);
  const byName = indicesByName(scanned, found);
  leaveOutEmpty(found, byName, lost);
  const guesses: string[] = [];
  const old = found.some(({ info }) => isOld(info));
  const snapshots = new Map<string, RepositorySnapshot>();
  const indices = new Map<string, RepositoryIndex>();
  const identifiers = new Map<string, string>();
  for (const { info } of found) snapshots.set(info.snapshotId.uuid, rootSnapshot(info, old));
  for (const index of byName.values()) {
    const members = found.filter(({ info }) => info.indices.includes(index.name));
    if (members.length === 0) continue;
    const uuids = members.map(({ info }) => info.snapshotId.uuid);
    const shardGenerations = old ? [] : await generationsOf(context, index, uuids, hints, signal);
    indices.set(index.name, {
      name: index.name,
      id: index.id,
      shardPathType: index.shardPathType,
      shardPathTypeWritten: index.shardPathType !== 0,
      snapshots: uuids,
      shardGenerations,
    });
    if (old) continue;
    chooseMetadata(index, members, hints, guesses, (uuid, chosen) => {
      snapshots.get(uuid)!.indexMetadata.set(index.id, chosen.identifier);
      identifiers.set(chosen.identifier, chosen.uuid);
    });
  }
  const data = { generation, snapshots, indices, indexMetadataIdentifiers: identifiers };
  return { data, lost, guesses };
}

function rootSnapshot(info: SnapshotInfo, old: boolean): RepositorySnapshot {
  const snapshot: RepositorySnapshot = {
    ...info.snapshotId,
    state: info.state,
    indexMetadata: new Map(),
  };
  if (!old) snapshot.version = formatVersion(versionOfId(info.versionId));
  return snapshot;
}

function isOld(info: SnapshotInfo): boolean {
  return compareVersions(versionOfId(info.versionId), VERSION_FIRST) < 0;
}

/** What damaged and older roots say; the newest counts most. */
async function readHints(
  context: RepositoryContext,
  listing: ReadonlyMap<string, number>,
  signal?: AbortSignal,
): Promise<SalvagedRoot> {
  const generations = [...listing.keys()]
    .map(generationOfBlob)
    .filter((generation) => generation !== undefined)
    .sort((a, b) => a - b)
    .slice(-2);
  const snapshots: Map<string, { name: string; lookup: ReadonlyMap<string, string> }> = new Map();
  const indices: Map<string, { name: string; shardGenerations: (string | null)[] }> = new Map();
  for (const generation of generations) {
    const name = rootName(context, indexBlobName(generation));
    const read = await readBlob(context, name, uncounted(), (bytes) => bytes, signal);
    if (read.value === undefined) continue;
    const part = wholeRoot(read.value, generation) ?? salvageRoot(read.value);
    for (const [uuid, snapshot] of part.snapshots) snapshots.set(uuid, snapshot);
    for (const [id, index] of part.indices) indices.set(id, index);
  }
  return { snapshots, indices };
}

function wholeRoot(bytes: Uint8Array, generation: number): SalvagedRoot | undefined {
  try {
    const data = decodeRepositoryData(bytes, generation);
    const snapshots = [...data.snapshots].map(([uuid, { name, indexMetadata }]) => {
      return [uuid, { name, lookup: indexMetadata }] as const;
    });
    const indices = [...data.indices.values()].map((index) => [index.id, index] as const);
    return { snapshots: new Map(snapshots), indices: new Map(indices) };
  } catch {
    return undefined;
  }
}

function versionOf(metadata: ClusterMetadata | undefined): string | undefined {
  if (metadata?.version === undefined || metadata.version === 0) return undefined;
  return `${metadata.clusterUuid ?? ""}-${metadata.version}`;
}

async function readSnapshots(
  context: RepositoryContext,
  listing: ReadonlyMap<string, number>,
  hints: SalvagedRoot,
  lost: LostSnapshot[],
  signal?: AbortSignal,
): Promise<FoundSnapshot[]> {
  const uuids = [...listing.keys()]
    .map((name) => uuidOfBlob(name, SNAPSHOT_PREFIX))
    .filter((uuid) => uuid !== undefined);
  const read = await runLimited(uuids, context.parallelCallsMax, async (uuid) => {
    const name = rootName(context, snapshotBlobName(uuid));
    const convert = (tree: XContentObject) => {
      const info = snapshotInfoFromTree(tree);
      versionOfId(info.versionId);
      return info;
    };
    const info = await readChecked(context, "snapshot", name, uncounted(), convert, signal);
    const metadataName = rootName(context, metadataBlobName(uuid));
    const metadata = await readChecked(
      context,
      "metadata",
      metadataName,
      uncounted(),
      clusterMetadataFromTree,
      signal,
    );
    return { uuid, info, metadataVersion: versionOf(metadata.value) };
  });
  const found: FoundSnapshot[] = [];
  for (const { uuid, info, metadataVersion } of read) {
    const name = hints.snapshots.get(uuid)?.name;
    if (info.problem !== undefined) lost.push({ uuid, name, reason: info.problem.message });
    else if (info.value.snapshotId.uuid !== uuid) {
      const reason = `its information is that of ${info.value.snapshotId.uuid}`;
      lost.push({ uuid, name, reason });
    } else found.push({ info: info.value, metadataVersion });
  }
  return found.sort((a, b) => a.info.startTimeMillis - b.info.startTimeMillis);
}

/** Of two folders of one index, the one that more of the snapshots have shards in. */
function indicesByName(
  scanned: readonly ScannedIndex[],
  found: readonly FoundSnapshot[],
): Map<string, ScannedIndex> {
  const count = (index: ScannedIndex) => found.filter(({ info }) => holds(index, info)).length;
  const byName = new Map<string, ScannedIndex>();
  for (const index of scanned) {
    const other = byName.get(index.name);
    if (other === undefined || count(other) < count(index)) byName.set(index.name, index);
  }
  return byName;
}

function holds(index: ScannedIndex, info: SnapshotInfo): boolean {
  const { uuid } = info.snapshotId;
  for (const { listing } of index.shards.values()) {
    if (listing.has(snapshotBlobName(uuid))) return true;
    if (listing.has(`${SHALLOW_SNAPSHOT_PREFIX}${uuid}.dat`)) return true;
  }
  return false;
}

/** A deletion that was broken off leaves a snapshot's information and nothing else of it. */
function leaveOutEmpty(
  found: FoundSnapshot[],
  byName: ReadonlyMap<string, ScannedIndex>,
  lost: LostSnapshot[],
): void {
  for (const snapshot of [...found]) {
    const { info } = snapshot;
    const indices = info.indices.map((name) => byName.get(name));
    const shallow = info.pinnedTimestamp !== undefined;
    const known = indices.some((index) => index !== undefined && (shallow || holds(index, info)));
    if (known || info.indices.length === 0 || info.state === "FAILED") continue;
    found.splice(found.indexOf(snapshot), 1);
    lost.push({ ...info.snapshotId, reason: "none of its indices is in the repository" });
  }
}

async function generationsOf(
  context: RepositoryContext,
  index: ScannedIndex,
  uuids: readonly string[],
  hints: SalvagedRoot,
  signal?: AbortSignal,
): Promise<(string | null)[]> {
  const known = hints.indices.get(index.id)?.shardGenerations ?? [];
  const counts = index.metadata.map(({ shardCount }) => shardCount);
  for (const shard of index.shards.keys()) counts.push(shard + 1);
  const count = Math.max(known.length, 0, ...counts);
  const generations: (string | null)[] = [];
  for (let shard = 0; shard < count; shard++) {
    const found = index.shards.get(shard);
    const hint = known[shard] ?? null;
    if (found === undefined) {
      // A shard without a folder holds nothing; what the root last said of it still holds.
      generations.push(hint ?? (index.metadata.length > 0 ? NEW_SHARD_GENERATION : null));
    } else generations.push(await generationOf(context, found, uuids, hint, signal));
  }
  return generations;
}

async function generationOf(
  context: RepositoryContext,
  shard: ScannedShard,
  uuids: readonly string[],
  hint: string | null,
  signal?: AbortSignal,
): Promise<string | null> {
  const candidates = [...shard.listing.keys()]
    .filter((name) => name.startsWith(INDEX_FILE_PREFIX))
    .map((name) => name.slice(INDEX_FILE_PREFIX.length));
  if (hint !== null && candidates.includes(hint)) return hint;
  if (candidates.length === 1) return candidates[0]!;
  const wanted = uuids.filter((uuid) => shard.listing.has(snapshotBlobName(uuid))).length;
  if (candidates.length === 0) return wanted === 0 ? NEW_SHARD_GENERATION : null;
  let best: { generation: string; distance: number } | undefined;
  for (const generation of candidates.sort()) {
    const name = `${shard.folder}/${indexBlobName(generation)}`;
    const convert = shardIndexFromTree;
    const read = await readChecked(context, "snapshots", name, uncounted(), convert, signal);
    const distance = read.value === undefined ? 1e9 : Math.abs(read.value.length - wanted);
    if (best === undefined || distance < best.distance) best = { generation, distance };
  }
  return best?.generation ?? null;
}

/** Says for each snapshot of an index which of the metadata blobs is its own. */
function chooseMetadata(
  index: ScannedIndex,
  members: readonly FoundSnapshot[],
  hints: SalvagedRoot,
  guesses: string[],
  chosen: (uuid: string, metadata: ScannedMetadata) => void,
): void {
  const byVersion = new Map<string, ScannedMetadata>();
  for (const { info, metadataVersion } of members) {
    const { uuid, name } = info.snapshotId;
    // Before 7.9 the blob has the snapshot's own uuid, and the root says nothing of it.
    if (index.metadata.some((metadata) => metadata.uuid === uuid)) continue;
    const hint = hints.snapshots.get(uuid)?.lookup.get(index.id);
    const hinted = index.metadata.find(({ identifier }) => identifier === hint);
    const metadata =
      hinted ?? byVersion.get(metadataVersion ?? "") ?? newestBefore(index, info, members);
    if (metadata === undefined) continue;
    if (metadataVersion !== undefined) byVersion.set(metadataVersion, metadata);
    const single = index.metadata.length === 1;
    if (hinted === undefined && !single && metadataVersion === undefined)
      guesses.push(`metadata of index [${index.name}] in snapshot [${name}]`);
    chosen(uuid, metadata);
  }
}

function newestBefore(
  index: ScannedIndex,
  info: SnapshotInfo,
  members: readonly FoundSnapshot[],
): ScannedMetadata | undefined {
  const shards = new Set<number>();
  for (const [shard, { listing }] of index.shards) {
    if (listing.has(snapshotBlobName(info.snapshotId.uuid))) shards.add(shard);
  }
  for (const { index: name, shardId } of info.shardFailures) {
    if (name === index.name) shards.add(shardId);
  }
  const fitting = index.metadata.filter(({ shardCount }) => shards.size === shardCount);
  const candidates = fitting.length > 0 ? fitting : index.metadata;
  const end = info.endTimeMillis;
  const later = members.map((other) => other.info.startTimeMillis).filter((start) => start > end);
  const latest = Math.min(end + FINALIZE_MILLIS_MAX, ...later);
  const made = candidates.filter(
    ({ madeMillis }) => madeMillis === undefined || madeMillis <= latest,
  );
  const order = (metadata: ScannedMetadata) => metadata.madeMillis ?? 0;
  return [...(made.length > 0 ? made : candidates)].sort(
    (a, b) => order(b) - order(a) || b.version - a.version,
  )[0];
}
