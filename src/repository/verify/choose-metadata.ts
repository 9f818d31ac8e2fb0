// Which metadata blob of an index is that of a snapshot which the root does not name. What said so
// was the root that is gone, so it is concluded:
//
//   1. meta-<snapshot's uuid>.dat is its own (before 7.9).
//   2. A blob that no snapshot of the root uses was written for a snapshot that is not there. Where
//      several are not there, the blobs are theirs in the order of time.
//   3. Snapshots with the same cluster metadata, of the same version, have the same (a clone).
//   4. Else that of the snapshot before; where the one after has another, it is a guess.
// Only blobs with as many shards as the snapshot has are looked at, if there are any.

import { type ClusterMetadata, clusterMetadataFromTree } from "../format/metadata.ts";
import type { RepositoryData } from "../format/repository-data.ts";
import { type SnapshotInfo, snapshotInfoFromTree } from "../format/snapshot-info.ts";
import { metadataBlobName, snapshotBlobName } from "../layout/blob-names.ts";
import type { ScannedIndex, ScannedMetadata } from "../repair/scan-indices.ts";
import { type RepositoryContext, rootName } from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import { readChecked, uncounted } from "./read-checked-blob.ts";

/** A chosen metadata blob. */
export interface UnnamedMetadata extends ScannedMetadata {
  /** It could be another one. */
  readonly guessed: boolean;
}

/** A snapshot among those of an index that the root does not name, by time. */
export interface UnnamedRank {
  readonly rank: number;
  readonly count: number;
}

/** Chooses. `shards`: those that have a blob of the snapshot, or failed in it. */
export async function chooseMetadata(
  context: RepositoryContext,
  data: RepositoryData,
  info: SnapshotInfo,
  index: ScannedIndex,
  shards: ReadonlySet<number>,
  among: UnnamedRank,
  signal?: AbortSignal,
): Promise<UnnamedMetadata | undefined> {
  const { uuid } = info.snapshotId;
  const own = index.metadata.find((metadata) => metadata.uuid === uuid);
  if (own !== undefined) return { ...own, guessed: false };
  const candidates = fitting(index.metadata, shards);
  if (candidates.length < 2) return candidates[0] && { ...candidates[0], guessed: false };
  const used = usedBlobs(data, index.id);
  const unused = candidates.filter((metadata) => !used.has(metadata.uuid));
  // Equal identifiers mean equal contents.
  const states = [...new Map(unused.map((item) => [item.identifier, item])).values()];
  if (states.length === 1) return { ...states[0]!, guessed: false };
  if (states.length > 1) return { ...chooseUnused(states, info, among), guessed: true };
  return chooseUsed(context, data, info, index, candidates, signal);
}

function fitting(
  metadata: readonly ScannedMetadata[],
  shards: ReadonlySet<number>,
): readonly ScannedMetadata[] {
  const exact = metadata.filter(({ shardCount }) => shardCount === shards.size);
  if (exact.length > 0) return exact;
  const highest = Math.max(-1, ...shards);
  return metadata.filter(({ shardCount }) => shardCount > highest);
}

/** Uuids of the metadata blobs that the root's snapshots of an index use. */
function usedBlobs(data: RepositoryData, id: string): Set<string> {
  const used = new Set<string>();
  for (const { uuid, indexMetadata } of data.snapshots.values()) {
    const identifier = indexMetadata.get(id);
    used.add((identifier && data.indexMetadataIdentifiers.get(identifier)) ?? uuid);
  }
  return used;
}

function chooseUnused(
  states: readonly ScannedMetadata[],
  info: SnapshotInfo,
  { rank, count }: UnnamedRank,
): ScannedMetadata {
  if (states.length > count) return newestOf(states, info);
  const order = (item: ScannedMetadata) => item.madeMillis ?? 0;
  const byTime = [...states].sort((a, b) => order(a) - order(b) || a.version - b.version);
  return byTime[Math.min(rank, states.length - 1)]!;
}

function newestOf(metadata: readonly ScannedMetadata[], info: SnapshotInfo): ScannedMetadata {
  const early = metadata.filter(({ madeMillis }) => (madeMillis ?? 0) <= info.endTimeMillis + 5000);
  const order = (item: ScannedMetadata) => item.madeMillis ?? 0;
  return [...(early.length > 0 ? early : metadata)].sort(
    (a, b) => order(b) - order(a) || b.version - a.version,
  )[0]!;
}

/** One that snapshots of the root use too. */
async function chooseUsed(
  context: RepositoryContext,
  data: RepositoryData,
  info: SnapshotInfo,
  index: ScannedIndex,
  candidates: readonly ScannedMetadata[],
  signal?: AbortSignal,
): Promise<UnnamedMetadata> {
  const byIdentifier = new Map(candidates.map((metadata) => [metadata.identifier, metadata]));
  const users = [...data.snapshots.values()].flatMap((snapshot) => {
    const metadata = byIdentifier.get(snapshot.indexMetadata.get(index.id) ?? "");
    return metadata === undefined ? [] : [{ uuid: snapshot.uuid, metadata }];
  });
  const version = await clusterVersion(context, info.snapshotId.uuid, signal);
  const known = await runLimited(users, context.parallelCallsMax, async ({ uuid, metadata }) => ({
    metadata,
    version: version === undefined ? undefined : await clusterVersion(context, uuid, signal),
    startMillis: await startOf(context, uuid, signal),
  }));
  const same = known.find((user) => version !== undefined && user.version === version);
  if (same !== undefined) return { ...same.metadata, guessed: false };
  const inTime = known
    .filter(({ startMillis }) => startMillis !== undefined)
    .sort((a, b) => a.startMillis! - b.startMillis!);
  const after = inTime.find(({ startMillis }) => startMillis! > info.startTimeMillis);
  const before = inTime.filter(({ startMillis }) => startMillis! <= info.startTimeMillis).at(-1);
  const chosen = before ?? after;
  if (chosen === undefined) return { ...newestOf(candidates, info), guessed: true };
  const guessed = before === undefined || after?.metadata.uuid !== before.metadata.uuid;
  return { ...chosen.metadata, guessed };
}

async function clusterVersion(
  context: RepositoryContext,
  uuid: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const name = rootName(context, metadataBlobName(uuid));
  const convert = clusterMetadataFromTree;
  const read = await readChecked(context, "metadata", name, uncounted(), convert, signal);
  const metadata: ClusterMetadata | undefined = read.value;
  if (metadata?.version === undefined || metadata.version === 0) return undefined;
  return `${metadata.clusterUuid ?? ""}-${metadata.version}`;
}

async function startOf(
  context: RepositoryContext,
  uuid: string,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const name = rootName(context, snapshotBlobName(uuid));
  const convert = snapshotInfoFromTree;
  const read = await readChecked(context, "snapshot", name, uncounted(), convert, signal);
  return read.value?.startTimeMillis;
}
