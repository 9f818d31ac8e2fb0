// Puts a snapshot back into the root that does not name it and whose blobs are all there. Nothing
// of it is written again but what the root reaches it by: a new index of each of its shards, which
// holds its files beside those of the other snapshots, and the next index-N. What those replace is
// deleted after index-N, which is what keeps a cluster that still goes by the old one from writing.
// Every byte of its files is read first; where something is gone it is named, and nothing is done.

import { illegalArgument, randomBase64Uuid, VarveError } from "../../base/index.ts";
import { hasNoShardIndex, readOrRebuildShardIndex } from "../catalog/read-blobs.ts";
import { encodeChecksummedBlob } from "../format/checksummed-blob.ts";
import { isVirtual, partCount, partName } from "../format/file-info.ts";
import {
  checkWritable,
  NEW_SHARD_GENERATION,
  type RepositoryData,
  type RepositoryIndex,
  type RepositorySnapshot,
} from "../format/repository-data.ts";
import { type ShardIndex, shardIndexFromTree, shardIndexToTree } from "../format/shard-index.ts";
import { formatVersion, versionOfId } from "../format/version.ts";
import {
  indexBlobName,
  METADATA_PREFIX,
  metadataBlobName,
  snapshotBlobName,
} from "../layout/blob-names.ts";
import {
  indexFolder,
  missingSnapshot,
  type RepositoryContext,
  rootName,
  shardFolder,
  snapshotError,
} from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import { checkDataFile } from "../verify/check-data.ts";
import { readChecked, uncounted } from "../verify/read-checked-blob.ts";
import {
  findUnnamedSnapshots,
  type GonePart,
  type UnnamedIndex,
  type UnnamedShard,
  type UnnamedSnapshot,
} from "../verify/unnamed-snapshots.ts";
import type { VerifyPlan } from "../verify/verify.ts";
import type { LostPart, RepairAction, RepairPlan } from "./plan-repair.ts";

/** An adoption in the making. */
interface Adoption {
  readonly context: RepositoryContext;
  readonly data: RepositoryData;
  readonly snapshot: UnnamedSnapshot;
  /** The others that the root does not name: what they need stays. */
  readonly others: readonly UnnamedSnapshot[];
  readonly actions: RepairAction[];
  readonly outdated: string[];
  readonly signal: AbortSignal | undefined;
}

/**
 * Plans to put a snapshot, by its name or its uuid, back into the root. What is gone of it is in
 * `lost`, and then there is nothing to do. Errors: `missing` where no such snapshot lies about;
 * `conflict` where the root has another one of its name; `invalid` where the root names it already; `unsupported` for one without data here.
 */
export async function planAdoption(
  context: RepositoryContext,
  verified: VerifyPlan,
  nameOrUuid: string,
  signal?: AbortSignal,
): Promise<RepairPlan> {
  const { data, rebuilt, listing } = verified.root;
  if (listing === undefined) throw illegalArgument("The store cannot list: nothing can be adopted");
  if (rebuilt) {
    throw new VarveError("corrupt", "The root is damaged: varve repair makes it again first", {
      type: "repository_exception",
    });
  }
  checkWritable(data);
  const found = await findUnnamedSnapshots(context, data, listing, uncounted(), signal);
  const snapshot = selectUnnamed(context, data, found, nameOrUuid);
  checkAdoptable(context, snapshot);
  const others = found.filter((other) => other !== snapshot);
  const place = { context, data, snapshot, others };
  const adoption: Adoption = { ...place, actions: [], outdated: [], signal };
  const { generation } = data;
  const gone = [...snapshot.gone, ...(snapshot.gone.length > 0 ? [] : await checkBytes(adoption))];
  if (gone.length > 0) {
    const lost = gone.map((part): LostPart => lostPart(snapshot, part));
    return { generation, data: undefined, replacesRoot: false, actions: [], lost, guesses: [] };
  }
  const adopted = await planRoot(adoption);
  const { name } = snapshot.info.snapshotId;
  const blob = rootName(context, indexBlobName(generation + 1));
  const count = adopted.snapshots.size;
  const message = `put snapshot [${name}] back: a new root with ${count} snapshots`;
  adoption.actions.push({ kind: "adopt-snapshot", blob, message });
  const guesses = snapshot.indices
    .filter(({ metadata }) => metadata?.guessed === true)
    .map((index) => `metadata of index [${index.name}] in snapshot [${name}]`);
  const { actions, outdated } = adoption;
  return { generation, data: adopted, replacesRoot: true, actions, lost: [], guesses, outdated };
}

function lostPart({ info }: UnnamedSnapshot, part: GonePart): LostPart {
  return { snapshot: info.snapshotId.name, ...part };
}

function selectUnnamed(
  context: RepositoryContext,
  data: RepositoryData,
  found: readonly UnnamedSnapshot[],
  wanted: string,
): UnnamedSnapshot {
  const byUuid = found.find(({ info }) => info.snapshotId.uuid === wanted);
  if (byUuid !== undefined) return byUuid;
  const named = found.filter(({ info }) => info.snapshotId.name === wanted);
  if (named.length > 1) {
    const uuids = named.map(({ info }) => info.snapshotId.uuid).join(", ");
    throw illegalArgument(`Several snapshots are named [${wanted}]: say one of ${uuids}`);
  }
  if (named[0] !== undefined) return named[0];
  for (const { name, uuid } of data.snapshots.values()) {
    if (name !== wanted && uuid !== wanted) continue;
    throw illegalArgument(`The root names snapshot [${name}/${uuid}] already`);
  }
  throw missingSnapshot(context, wanted);
}

function checkAdoptable(
  context: RepositoryContext,
  { info, shallow, nameTaken }: UnnamedSnapshot,
): void {
  const { snapshotId } = info;
  if (shallow || info.state === "FAILED") {
    const why = shallow ? "its data is in a remote store" : "it failed and holds nothing";
    throw snapshotError(context, snapshotId, `cannot be adopted: ${why}`, { kind: "unsupported" });
  }
  if (nameTaken) {
    const message = `cannot be adopted: the root has another snapshot named [${snapshotId.name}]`;
    const type = "invalid_snapshot_name_exception";
    throw snapshotError(context, snapshotId, message, { kind: "conflict", type });
  }
}

/** Every byte of its files. */
async function checkBytes({ context, snapshot, signal }: Adoption): Promise<GonePart[]> {
  const files = snapshot.indices.flatMap(({ name, shards }) =>
    shards.flatMap(({ shard, folder, own }) =>
      own.files.filter((file) => !isVirtual(file)).map((file) => ({ name, shard, folder, file })),
    ),
  );
  const { store, parallelCallsMax } = context;
  const checked = await runLimited(files, parallelCallsMax, async (item) => {
    const { name, shard, folder, file } = item;
    const problem = await checkDataFile(store, folder, file, { signal });
    if (problem === undefined) return undefined;
    const { blob, message: reason } = problem;
    return { index: name, shard, file: file.physicalName, blob, reason };
  });
  return checked.filter((part) => part !== undefined);
}

/** The root with the snapshot; the indices of its shards become actions. */
async function planRoot(adoption: Adoption): Promise<RepositoryData> {
  const { data, snapshot } = adoption;
  const { info } = snapshot;
  const indexMetadata = new Map<string, string>();
  const identifiers = new Map(data.indexMetadataIdentifiers);
  const indices = new Map(data.indices);
  for (const found of snapshot.indices) {
    const index = await inRootsFolder(adoption, found);
    indices.set(index.name, await planIndex(adoption, index));
    const { identifier, uuid } = index.metadata!;
    // Before 7.9 the blob has the snapshot's own uuid, and the root says nothing of it.
    if (uuid === info.snapshotId.uuid) continue;
    indexMetadata.set(index.id, identifier);
    const known = identifiers.get(identifier);
    if (known === undefined) identifiers.set(identifier, uuid);
    else if (known !== uuid) adoption.outdated.push(metadataName(adoption, index, uuid));
  }
  const added: RepositorySnapshot = {
    ...info.snapshotId,
    state: info.state,
    version: formatVersion(versionOfId(info.versionId)),
    indexMetadata,
  };
  const snapshots = new Map(data.snapshots).set(added.uuid, added);
  return { ...data, snapshots, indices, indexMetadataIdentifiers: identifiers };
}

/**
 * The index in the folder that the root has for it. Where both writers had the index in their first
 * snapshot of it, each made up a folder: the snapshot's blobs are then copied into the root's.
 */
async function inRootsFolder(adoption: Adoption, index: UnnamedIndex): Promise<UnnamedIndex> {
  const { context, data, snapshot, signal } = adoption;
  const known = data.indices.get(index.name);
  if (known === undefined || known.id === index.id) return index;
  const { id, shardPathType } = known;
  const { uuid } = index.metadata!;
  const metadata = await context.store.list(indexFolder(context, index), METADATA_PREFIX, signal);
  const [from, to] = [indexFolder(context, index), indexFolder(context, known)];
  planCopies(adoption, from, to, metadata, [metadataBlobName(uuid)]);
  const shards: UnnamedShard[] = [];
  for (const shard of index.shards) {
    const folder = shardFolder(context, known, shard.shard);
    const parts = shard.own.files
      .filter((file) => !isVirtual(file))
      .flatMap((file) => Array.from({ length: partCount(file) }, (_, at) => partName(file, at)));
    const names = [snapshotBlobName(snapshot.info.snapshotId.uuid), ...parts];
    planCopies(adoption, shard.folder, folder, shard.listing, names);
    retire(adoption, shard.folder, shard.generations);
    const listing = await context.store.list(folder, "", signal);
    shards.push({ ...shard, folder, listing, generations: [] });
  }
  return { ...index, id, shardPathType, shards };
}

function planCopies(
  adoption: Adoption,
  from: string,
  to: string,
  listing: ReadonlyMap<string, number>,
  names: readonly string[],
): void {
  for (const name of names) {
    const [blob, source] = [`${to}/${name}`, `${from}/${name}`];
    const message = `copy [${source}] into the folder that the root has for the index`;
    const length = listing.get(name)!;
    adoption.actions.push({ kind: "copy-blob", blob, message, from: source, length });
  }
  retire(adoption, from, names);
}

/** Blobs that go in the end, unless another snapshot that the root does not name needs them. */
function retire({ others, outdated }: Adoption, folder: string, names: readonly string[]): void {
  const full = names.map((name) => `${folder}/${name}`);
  outdated.push(...full.filter((name) => !others.some(({ blobs }) => blobs.has(name))));
}

function metadataName({ context }: Adoption, index: UnnamedIndex, uuid: string): string {
  return `${indexFolder(context, index)}/${metadataBlobName(uuid)}`;
}

async function planIndex(adoption: Adoption, index: UnnamedIndex): Promise<RepositoryIndex> {
  const { data, snapshot } = adoption;
  const { name, id, shardPathType } = index;
  const known = data.indices.get(name);
  const base: RepositoryIndex = known ?? {
    name,
    id,
    shardPathType,
    shardPathTypeWritten: shardPathType !== 0,
    snapshots: [],
    shardGenerations: [],
  };
  const { shardCount } = index.metadata!;
  const shardGenerations = [...base.shardGenerations];
  while (shardGenerations.length < shardCount) shardGenerations.push(NEW_SHARD_GENERATION);
  for (const shard of index.shards) {
    shardGenerations[shard.shard] = await planShard(adoption, base, shard);
  }
  return {
    ...base,
    snapshots: [...base.snapshots, snapshot.info.snapshotId.uuid],
    shardGenerations,
  };
}

/** Answers the shard's new generation. */
async function planShard(
  adoption: Adoption,
  index: RepositoryIndex,
  shard: UnnamedShard,
): Promise<string> {
  const { context, snapshot, actions, signal } = adoption;
  const { folder, listing, own } = shard;
  const { name } = snapshot.info.snapshotId;
  const others = await readOthers(adoption, index, shard);
  const shardIndex: ShardIndex = [
    { snapshot: name, files: own.files },
    ...others.filter((entry) => entry.snapshot !== name),
  ];
  const generation = randomBase64Uuid(context.random);
  const blob = `${folder}/${indexBlobName(generation)}`;
  const bytes = encodeChecksummedBlob("snapshots", shardIndexToTree(shardIndex), context.compress);
  const place = `shard ${shard.shard} of [${index.name}]`;
  const message = `list the files of snapshot [${name}] in a new index of ${place}`;
  actions.push({ kind: "rebuild-shard-index", blob, message, bytes });
  const before = index.shardGenerations[shard.shard];
  const old = before != null && !hasNoShardIndex(before) ? [indexBlobName(before)] : [];
  const names = new Set(shardIndex.map((entry) => entry.snapshot));
  for (const item of shard.generations) {
    // One that knows yet another snapshot may be wanted for that one's sake.
    const full = `${folder}/${item}`;
    const convert = shardIndexFromTree;
    const read = await readChecked(context, "snapshots", full, uncounted(), convert, signal);
    if (read.value?.every((entry) => names.has(entry.snapshot)) === true) old.push(item);
  }
  const kept = old.filter((item) => listing.has(item)).map((item) => `${folder}/${item}`);
  adoption.outdated.push(...kept);
  return generation;
}

/** What the shard's index holds; made again where it is damaged. */
async function readOthers(
  { context, data, signal }: Adoption,
  index: RepositoryIndex,
  { shard, listing }: UnnamedShard,
): Promise<ShardIndex> {
  if (index.snapshots.length === 0) return [];
  const read = await readOrRebuildShardIndex(context, data, index, shard, listing, signal);
  return read.shardIndex;
}
