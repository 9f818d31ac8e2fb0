// A shard of an index: its index-<generation>, the snap-<uuid>.dat of each snapshot, both against
// each other and against what lies in the folder. Answers the files whose bytes are to be checked.
//
// Of two blobs that say different things, the one is at fault whose files are not there.

import { hasNoShardIndex } from "../catalog/read-blobs.ts";
import {
  canonicalName,
  type FileInfo,
  isSameFile,
  isVirtual,
  partCount,
  partLength,
  partName,
  UPLOADED_DATA_BLOB_PREFIX,
} from "../format/file-info.ts";
import type { RepositoryIndex } from "../format/repository-data.ts";
import { type ShardIndex, shardIndexFromTree } from "../format/shard-index.ts";
import { type ShardSnapshot, shardSnapshotFromTree } from "../format/shard-snapshot.ts";
import {
  generationOfBlob,
  INDEX_FILE_PREFIX,
  indexBlobName,
  SHALLOW_SNAPSHOT_PREFIX,
  SNAPSHOT_PREFIX,
  snapshotBlobName,
  uuidOfBlob,
} from "../layout/blob-names.ts";
import { type RepositoryContext, rootName, shardFolder } from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import type { DataFile } from "./check-data.ts";
import { type Finding, newFinding } from "./finding.ts";
import { type CheckedBlob, type ReadCounts, readChecked } from "./read-checked-blob.ts";
import type { VerifiedIndex } from "./verify-index.ts";
import { problemFinding, type VerifiedSnapshot } from "./verify-snapshots.ts";

/** What a verification of a shard works with. */
interface ShardWork {
  readonly context: RepositoryContext;
  readonly index: RepositoryIndex;
  readonly shard: number;
  readonly folder: string;
  /** Undefined where the store cannot list. */
  readonly listing: ReadonlyMap<string, number> | undefined;
  /** The root's index-N. */
  readonly root: string;
  readonly counts: ReadCounts;
  readonly findings: Finding[];
  readonly signal: AbortSignal | undefined;
}

/** A snapshot's own blob in the shard. */
interface ShardMember {
  readonly snapshot: VerifiedSnapshot;
  readonly blob: string;
  readonly read: CheckedBlob<ShardSnapshot>;
}

/** A verified shard. */
export interface VerifiedShard {
  readonly files: DataFile[];
  /** Full names of the folder's blobs that nothing names. */
  readonly unreferenced: string[];
  /** Snapshots whose data of this shard is in a remote store. */
  readonly shallow: string[];
  readonly folder: string;
  /** The commits of snapshots of which every blob is there. */
  readonly commits: { readonly snapshot: string; readonly commit: ShardSnapshot }[];
}

/** Checks a shard's metadata, and the names and lengths of its blobs. */
export async function verifyShard(
  context: RepositoryContext,
  verified: VerifiedIndex,
  shard: number,
  rootGeneration: number,
  counts: ReadCounts,
  findings: Finding[],
  signal?: AbortSignal,
): Promise<VerifiedShard> {
  const { index } = verified;
  const folder = shardFolder(context, index, shard);
  const { store } = context;
  const listing = store.capabilities.list ? await store.list(folder, "", signal) : undefined;
  const root = rootName(context, indexBlobName(rootGeneration));
  const place = { context, index, shard, folder, listing, root };
  const work: ShardWork = { ...place, counts, findings, signal };
  const members: ShardMember[] = [];
  const shallow: string[] = [];
  await runLimited(verified.snapshots, context.parallelCallsMax, async (snapshot) => {
    const kind = await verifyMember(work, verified, snapshot);
    if (kind === "shallow") shallow.push(snapshot.name);
    else if (kind !== undefined) members.push(kind);
  });
  const order = new Map(verified.snapshots.map((snapshot, at) => [snapshot, at]));
  members.sort((a, b) => order.get(a.snapshot)! - order.get(b.snapshot)!);
  const shardIndex = await readIndex(work, members);
  reportMembers(work, members, shardIndex?.value);
  const doubted =
    shardIndex?.value === undefined
      ? new Set<string>()
      : compareIndex(work, members, shardIndex.name, shardIndex.value, verified.snapshots);
  const files = collectFiles(work, members, shardIndex?.value, doubted);
  const sound = files.filter((file) => verifyBlobs(work, file));
  const unreferenced = listUnreferenced(work, members, shardIndex).map(
    (name) => `${folder}/${name}`,
  );
  const unsound = new Set(
    files.filter((file) => !sound.includes(file)).map(({ file }) => file.name),
  );
  const commits = members.flatMap(({ snapshot, read }) => {
    const whole = read.value?.files.every((file) => !unsound.has(file.name)) === true;
    const isOwn = read.value?.snapshot === snapshot.name && !doubted.has(snapshot.name);
    return whole && isOwn ? [{ snapshot: snapshot.name, commit: read.value }] : [];
  });
  return { files: sound, unreferenced, shallow, folder, commits };
}

/** Reads a snapshot's blob. Undefined where the snapshot holds nothing of the shard. */
async function verifyMember(
  work: ShardWork,
  verified: VerifiedIndex,
  snapshot: VerifiedSnapshot,
): Promise<ShardMember | "shallow" | undefined> {
  const { context, index, shard, folder, listing, counts, signal } = work;
  const blob = `${folder}/${snapshotBlobName(snapshot.uuid)}`;
  const there = listing?.has(snapshotBlobName(snapshot.uuid));
  const count = verified.shardCounts.get(snapshot.uuid);
  const failed = snapshot.failed || snapshot.failedShards.has(`${index.name}/${shard}`);
  const shallowName = `${SHALLOW_SNAPSHOT_PREFIX}${snapshot.uuid}.dat`;
  const isShallow = snapshot.shallow || listing?.has(shallowName) === true;
  if (there !== true && isShallow) {
    if (failed || (count !== undefined && shard >= count)) return undefined;
    if (!snapshot.pinned) await verifyShallow(work, snapshot, shallowName);
    return "shallow";
  }
  if (there === false) {
    const expected = snapshot.known && count !== undefined && shard < count && !failed;
    if (!expected) return undefined;
  } else if (there === undefined && (failed || (count !== undefined && shard >= count))) {
    return undefined;
  }
  const convert = shardSnapshotFromTree;
  const read = await readChecked(context, "snapshot", blob, counts, convert, signal);
  return { snapshot, blob, read };
}

async function verifyShallow(
  work: ShardWork,
  snapshot: VerifiedSnapshot,
  name: string,
): Promise<void> {
  const { context, index, shard, folder, counts, signal } = work;
  const blob = `${folder}/${name}`;
  const { problem } = await readChecked(context, "snapshot", blob, counts, (tree) => tree, signal);
  if (problem === undefined) return;
  const what = `Shard ${shard} of index [${index.name}] in the shallow snapshot [${snapshot.name}]`;
  const place = { snapshots: [snapshot.name], index: index.name, shard };
  work.findings.push(problemFinding("shard-snapshot", blob, what, problem, place));
}

interface FoundShardIndex {
  readonly name: string;
  readonly value: ShardIndex | undefined;
}

/** Reads the shard's index. Undefined where there need be none. */
async function readIndex(
  work: ShardWork,
  members: readonly ShardMember[],
): Promise<FoundShardIndex | undefined> {
  const { context, index, shard, folder, listing, counts, signal } = work;
  const named = index.shardGenerations[shard];
  const held = members.map(({ snapshot }) => snapshot.name);
  if (hasNoShardIndex(named) || (named == null && listing === undefined)) {
    if (held.length === 0 || listing === undefined) return undefined;
  }
  const generation = hasNoShardIndex(named)
    ? undefined
    : (named ?? newestOf(listing?.keys() ?? []));
  const place = { snapshots: held, index: index.name, shard };
  const what = `The index of shard ${shard} of [${index.name}]`;
  if (generation === undefined) {
    // Where there is no snapshot there need be no index.
    if (!members.some(({ read }) => read.value !== undefined)) return undefined;
    const other = await readOther(work, held);
    if (other !== undefined) {
      const message = `${what} is [${other.name}], the root names none`;
      work.findings.push(newFinding("contradicting-root-index", work.root, message, place));
      return other;
    }
    const message = `${what} is missing: the root names none, and there are snapshots in the shard`;
    work.findings.push(newFinding("missing-shard-index", folder, message, place));
    return undefined;
  }
  const name = `${folder}/${indexBlobName(generation)}`;
  const convert = shardIndexFromTree;
  const read = await readChecked(context, "snapshots", name, counts, convert, signal);
  if (read.problem === undefined) return { name, value: read.value };
  const other = read.problem.state === "missing" ? await readOther(work, held) : undefined;
  if (other !== undefined) {
    const message = `${what} is [${other.name}], the root says [${name}], which is not there`;
    work.findings.push(newFinding("contradicting-root-index", work.root, message, place));
    return other;
  }
  work.findings.push(problemFinding("shard-index", name, what, read.problem, place));
  return { name, value: undefined };
}

/** The one index in the folder, where it knows all snapshots that have a blob there. */
async function readOther(
  work: ShardWork,
  held: readonly string[],
): Promise<FoundShardIndex | undefined> {
  const { context, folder, listing, counts, signal } = work;
  const others = [...(listing?.keys() ?? [])].filter((name) => name.startsWith(INDEX_FILE_PREFIX));
  if (others.length !== 1) return undefined;
  const name = `${folder}/${others[0]}`;
  const convert = shardIndexFromTree;
  const { value } = await readChecked(context, "snapshots", name, counts, convert, signal);
  const known = new Set(value?.map((entry) => entry.snapshot));
  return value !== undefined && held.every((snapshot) => known.has(snapshot))
    ? { name, value }
    : undefined;
}

function newestOf(names: Iterable<string>): string | undefined {
  let newest: number | undefined;
  for (const name of names) {
    const generation = generationOfBlob(name);
    if (generation !== undefined) newest = Math.max(newest ?? 0, generation);
  }
  return newest === undefined ? undefined : String(newest);
}

/** Findings of the snapshots' own blobs. */
function reportMembers(
  work: ShardWork,
  members: readonly ShardMember[],
  shardIndex: ShardIndex | undefined,
): void {
  const { index, shard } = work;
  for (const { snapshot, blob, read } of members) {
    const place = { snapshots: [snapshot.name], index: index.name, shard };
    const what = `Shard ${shard} of index [${index.name}] in snapshot [${snapshot.name}]`;
    if (read.problem !== undefined) {
      // Nobody knows which shards of such a snapshot failed.
      const doubtful = !snapshot.known && read.problem.state === "missing";
      const listed = shardIndex?.some((entry) => entry.snapshot === snapshot.name) ?? false;
      if (doubtful && !listed) continue;
      work.findings.push(problemFinding("shard-snapshot", blob, what, read.problem, place));
    } else if (read.value.snapshot !== snapshot.name) {
      const message = `It is the blob of snapshot [${read.value.snapshot}], not of [${snapshot.name}]`;
      work.findings.push(newFinding("contradicting-shard-snapshot", blob, message, place));
    } else if (!read.value.files.some((file) => file.physicalName.startsWith("segments_"))) {
      const message = `${what} has no segments_N among its ${read.value.files.length} files`;
      work.findings.push(newFinding("contradicting-shard-snapshot", blob, message, place));
    }
  }
}

/**
 * Compares what the shard's index and the snapshots' own blobs say. Answers the snapshots whose own
 * blob is at fault.
 */
function compareIndex(
  work: ShardWork,
  members: readonly ShardMember[],
  indexName: string,
  shardIndex: ShardIndex,
  snapshots: readonly VerifiedSnapshot[],
): Set<string> {
  const { index, shard } = work;
  const doubted = new Set<string>();
  const entries = new Map(shardIndex.map((entry) => [entry.snapshot, entry.files]));
  const inIndex = new Set<string>();
  let reason = "";
  for (const { snapshot, blob, read } of members) {
    const own = read.value;
    if (own === undefined || own.snapshot !== snapshot.name) continue;
    const listed = entries.get(snapshot.name);
    if (listed === undefined) {
      inIndex.add(snapshot.name);
      reason ||= `does not know snapshot [${snapshot.name}], which has a blob in the shard`;
      continue;
    }
    const different = differenceOf(own.files, listed);
    if (different === undefined) continue;
    if (absentFiles(work, own.files) > absentFiles(work, listed)) {
      doubted.add(snapshot.name);
      const place = { snapshots: [snapshot.name], index: index.name, shard };
      const message = `It contradicts the shard's index: ${different}`;
      work.findings.push(newFinding("contradicting-shard-snapshot", blob, message, place));
    } else {
      inIndex.add(snapshot.name);
      reason ||= `contradicts the blob of snapshot [${snapshot.name}]: ${different}`;
    }
  }
  if (inIndex.size === 0) return doubted;
  const names = snapshots.map(({ name }) => name).filter((name) => inIndex.has(name));
  const place = { snapshots: names, index: index.name, shard };
  const message = `The index of shard ${shard} of [${index.name}] ${reason}`;
  work.findings.push(newFinding("contradicting-shard-index", indexName, message, place));
  return doubted;
}

function differenceOf(own: readonly FileInfo[], listed: readonly FileInfo[]): string | undefined {
  const byName = new Map(listed.map((file) => [file.name, file]));
  for (const file of own) {
    const other = byName.get(file.name);
    if (other === undefined) return `file [${file.physicalName}] is in the one only`;
    const same =
      isSameFile(file, other) &&
      file.physicalName === other.physicalName &&
      file.partSize === other.partSize;
    if (!same) return `file [${file.physicalName}] is described in two ways`;
    byName.delete(file.name);
  }
  const [left] = byName.values();
  return left === undefined ? undefined : `file [${left.physicalName}] is in the one only`;
}

/** Files of which a blob is not there, or not of its length. */
function absentFiles(work: ShardWork, files: readonly FileInfo[]): number {
  const { listing } = work;
  if (listing === undefined) return 0;
  return files.filter((file) => {
    if (isVirtual(file)) return false;
    for (let part = 0; part < partCount(file); part++) {
      if (listing.get(partName(file, part)) !== partLength(file, part)) return true;
    }
    return false;
  }).length;
}

/** Every file of the shard once, with the snapshots that need it. */
function collectFiles(
  work: ShardWork,
  members: readonly ShardMember[],
  shardIndex: ShardIndex | undefined,
  doubted: ReadonlySet<string>,
): DataFile[] {
  const { index, shard, folder } = work;
  const files = new Map<string, DataFile & { snapshots: string[] }>();
  for (const { snapshot, read } of members) {
    const trusted = read.value?.snapshot === snapshot.name && !doubted.has(snapshot.name);
    const own = trusted ? read.value.files : undefined;
    const list = own ?? shardIndex?.find((entry) => entry.snapshot === snapshot.name)?.files ?? [];
    for (const file of list) {
      if (isVirtual(file)) continue;
      const known = files.get(file.name);
      if (known !== undefined) {
        if (known.snapshots.at(-1) !== snapshot.name) known.snapshots.push(snapshot.name);
        continue;
      }
      const { metaHash: _, ...described } = file;
      const snapshots = [snapshot.name];
      files.set(file.name, { file: described, folder, index: index.name, shard, snapshots });
    }
  }
  return [...files.values()];
}

/** Every part of a file is there with its length. False where not: its bytes cannot be right. */
function verifyBlobs(work: ShardWork, data: DataFile): boolean {
  const { listing, folder, findings, counts } = work;
  const { file, snapshots, index, shard } = data;
  if (listing === undefined) return true;
  const place = { snapshots, index, shard, file: file.physicalName };
  const count = partCount(file);
  let sound = true;
  for (let part = 0; part < count; part++) {
    const name = partName(file, part);
    const length = listing.get(name);
    const expected = partLength(file, part);
    if (length === expected) {
      counts.blobs++;
      continue;
    }
    sound = false;
    const blob = `${folder}/${name}`;
    if (length === undefined) {
      const message = `A blob of ${expected} bytes of file [${file.physicalName}] is missing`;
      findings.push(newFinding("missing-blob", blob, message, place));
    } else {
      const message = `A blob of file [${file.physicalName}] has ${length} bytes, not ${expected}`;
      findings.push(newFinding("length-mismatch", blob, message, place));
    }
  }
  return sound;
}

function listUnreferenced(
  work: ShardWork,
  members: readonly ShardMember[],
  shardIndex: FoundShardIndex | undefined,
): string[] {
  const { listing, index } = work;
  if (listing === undefined) return [];
  const files = new Set<string>();
  for (const { read } of members) for (const file of read.value?.files ?? []) files.add(file.name);
  for (const { files: listed } of shardIndex?.value ?? []) {
    for (const file of listed) files.add(file.name);
  }
  // Where a snapshot's files are known from nowhere, any blob may be one of them.
  const listed = new Set((shardIndex?.value ?? []).map((entry) => entry.snapshot));
  const unclear = members.some(
    ({ read, snapshot }) => read.value === undefined && !listed.has(snapshot.name),
  );
  const uuids = new Set(index.snapshots);
  const current = shardIndex?.name.slice(work.folder.length + 1);
  return [...listing.keys()].filter((name) => {
    if (name.startsWith(UPLOADED_DATA_BLOB_PREFIX))
      return !unclear && !files.has(canonicalName(name));
    if (name.startsWith(INDEX_FILE_PREFIX)) return name !== current;
    const uuid = uuidOfBlob(name, SNAPSHOT_PREFIX) ?? uuidOfBlob(name, SHALLOW_SNAPSHOT_PREFIX);
    return uuid === undefined || !uuids.has(uuid);
  });
}
