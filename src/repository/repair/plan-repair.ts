// What can be made right of what a verification found, and what is lost. Nothing is written here.
//
//   DAMAGED                     MADE AGAIN FROM
//   one flipped bit             the checksum, which says where it is
//   index-N                     everything else (rebuild-root.ts)
//   index.latest                the newest index-N
//   snap-<uuid>.dat             the root, the indices, the shards (rebuild-info.ts)
//   shard index-<generation>    the snapshots' own blobs in the shard
//   shard snap-<uuid>.dat       the shard's index
//   snapshot_shard_paths/…      the root
//   a blob with bytes appended  its beginning, where that has the checksum
//   index and cluster metadata, bytes of files: lost, but for the first and the last case
// A lost part is named with snapshot, index, shard and file, and is left as it is: nothing is
// deleted that somebody might yet want.

import { crc32, randomBase64Uuid } from "../../base/index.ts";
import { encodeChecksummedBlob } from "../format/checksummed-blob.ts";
import { checksumText } from "../format/file-info.ts";
import {
  NEW_SHARD_GENERATION,
  type RepositoryData,
  type RepositoryIndex,
  snapshotByName,
} from "../format/repository-data.ts";
import { shardIndexToTree } from "../format/shard-index.ts";
import { shardSnapshotToTree } from "../format/shard-snapshot.ts";
import { snapshotInfoFromTree, snapshotInfoToTree } from "../format/snapshot-info.ts";
import { indexBlobName, snapshotBlobName } from "../layout/blob-names.ts";
import { shardPathsFile } from "../layout/shard-path.ts";
import { type RepositoryContext, rootName, shardFolder } from "../repository-context.ts";
import type { Finding } from "../verify/finding.ts";
import { readBlob, readChecked, uncounted } from "../verify/read-checked-blob.ts";
import type { VerifyPlan, VerifyResult } from "../verify/verify.ts";
import { CORRECTED_BYTES_MAX, type FlippedBit, findFlippedBit } from "./correct-bit.ts";
import { rebuildSnapshotInfo } from "./rebuild-info.ts";
import { type LostSnapshot, rebuildRepositoryData } from "./rebuild-root.ts";
import { nextNumber, readShard, rebuildShardIndex, rebuildShardSnapshot } from "./rebuild-shard.ts";

/** One blob that is written. */
export interface RepairAction {
  readonly kind:
    | "turn-bit-back"
    | "cut-blob"
    | "rebuild-shard-snapshot"
    | "rebuild-shard-index"
    | "rebuild-snapshot-info"
    | "rebuild-shard-paths"
    | "rebuild-root"
    | "adopt-snapshot"
    | "copy-blob"
    | "write-index-latest";
  readonly blob: string;
  readonly message: string;
  /** The new contents; none for a bit or a cut, nor for the root. */
  readonly bytes?: Uint8Array;
  readonly bit?: FlippedBit;
  /** Bytes that are left of a blob that is too long, or that are copied. */
  readonly length?: number;
  /** The blob that is copied. */
  readonly from?: string;
}

/** Something that cannot be made again. */
export interface LostPart {
  readonly snapshot: string;
  readonly index: string | null;
  readonly shard: number | null;
  readonly file: string | null;
  readonly blob: string | null;
  readonly reason: string;
}

/** What a repair does. */
export interface RepairPlan {
  /** N of the newest index-N, or of the one that is missing. */
  readonly generation: number;
  /** What the new root says; undefined where the old one stays. */
  readonly data: RepositoryData | undefined;
  /** Nothing that the old root may have named is left out: it may go. */
  readonly replacesRoot: boolean;
  readonly actions: readonly RepairAction[];
  readonly lost: readonly LostPart[];
  /** What could only be guessed. */
  readonly guesses: readonly string[];
  /** Full names of blobs that the new root replaces; they go after it was written. */
  readonly outdated?: readonly string[];
}

/** A plan in the making. */
interface Repair {
  readonly context: RepositoryContext;
  data: RepositoryData;
  rewriteRoot: boolean;
  readonly actions: Map<string, RepairAction>;
  readonly lost: LostPart[];
  readonly signal: AbortSignal | undefined;
}

/** Plans the repair of what a verification of the whole repository found. */
export async function planRepair(
  context: RepositoryContext,
  verified: VerifyPlan,
  result: VerifyResult,
  signal?: AbortSignal,
): Promise<RepairPlan> {
  const { root } = verified;
  const repair: Repair = {
    context,
    data: root.data,
    rewriteRoot: root.rebuilt,
    actions: new Map(),
    lost: [],
    signal,
  };
  const rootFaults = result.findings.filter(({ kind }) => kind.endsWith("-root-index"));
  let guesses: string[] = [];
  let lostSnapshots: LostSnapshot[] = [];
  if (rootFaults.length > 0 && root.listing !== undefined) {
    const { generation } = root.data;
    const rebuilt = await rebuildRepositoryData(context, generation, root.listing, signal);
    repair.data = rebuilt.data;
    repair.rewriteRoot = true;
    ({ guesses, lost: lostSnapshots } = rebuilt);
  }
  for (const finding of result.findings) await planFinding(repair, finding);
  for (const { name, uuid, reason } of lostSnapshots) {
    const snapshot = name ?? uuid;
    const blob = rootName(context, snapshotBlobName(uuid));
    repair.lost.push({ snapshot, index: null, shard: null, file: null, blob, reason });
  }
  if (repair.rewriteRoot) await planRoot(repair);
  return {
    generation: root.data.generation,
    data: repair.rewriteRoot ? repair.data : undefined,
    replacesRoot: lostSnapshots.length === 0 && guesses.length === 0,
    actions: [...repair.actions.values()],
    lost: repair.lost,
    guesses,
  };
}

/** The new root, and the indices of shards that it has to name although they are gone. */
async function planRoot(repair: Repair): Promise<void> {
  const { context, data } = repair;
  const indices = new Map<string, RepositoryIndex>();
  for (const index of data.indices.values()) {
    const shardGenerations = [...index.shardGenerations];
    for (const [shard, generation] of shardGenerations.entries()) {
      if (generation !== null) continue;
      const made = randomBase64Uuid(context.random);
      const isMade = await planShardIndex(repair, index, shard, made);
      shardGenerations[shard] = isMade ? made : NEW_SHARD_GENERATION;
    }
    indices.set(index.name, { ...index, shardGenerations });
  }
  repair.data = { ...data, indices };
  const blob = rootName(context, indexBlobName(data.generation + 1));
  const message = `write a new root with ${data.snapshots.size} snapshots`;
  repair.actions.set(blob, { kind: "rebuild-root", blob, message });
}

async function planFinding(repair: Repair, finding: Finding): Promise<void> {
  const { kind, blob } = finding;
  if (finding.severity === "info" || kind.endsWith("-root-index")) return;
  if (blob !== null && (kind.startsWith("corrupt-") || kind === "checksum-mismatch")) {
    if (await planBit(repair, finding, blob)) return;
  }
  const done = await planRebuild(repair, finding);
  if (done || finding.severity !== "error") return;
  const { index, shard, file, message } = finding;
  for (const snapshot of finding.snapshots) {
    repair.lost.push({ snapshot, index, shard, file, blob, reason: message });
  }
}

/** Answers whether something is done about a finding. */
function planRebuild(repair: Repair, finding: Finding): Promise<boolean> | boolean {
  const { kind, blob, index: name, shard } = finding;
  const index = name === null ? undefined : repair.data.indices.get(name);
  switch (kind) {
    case "wrong-index-latest":
    case "missing-index-latest":
      return planIndexLatest(repair, blob!);
    case "missing-snapshot-info":
    case "corrupt-snapshot-info":
    case "contradicting-snapshot-info":
      return planSnapshotInfo(repair, finding.snapshots[0]!, blob!);
    case "missing-shard-index":
    case "corrupt-shard-index":
    case "contradicting-shard-index":
      return (
        index !== undefined &&
        shard !== null &&
        planShardIndex(repair, index, shard, generationIn(blob))
      );
    case "missing-shard-snapshot":
    case "corrupt-shard-snapshot":
    case "contradicting-shard-snapshot":
      if (index === undefined || shard === null) return false;
      return planShardSnapshot(repair, index, shard, finding.snapshots[0]!, blob!);
    case "missing-shard-paths":
    case "wrong-shard-paths":
      return index !== undefined && planShardPaths(repair, index, blob!);
    case "length-mismatch":
      return planCut(repair, finding);
    default:
      return false;
  }
}

/** The generation that a blob's name ends with. */
function generationIn(blob: string | null): string | undefined {
  return /\/index-([^/]+)$/.exec(blob ?? "")?.[1];
}

function add(repair: Repair, action: RepairAction): true {
  repair.actions.set(action.blob, action);
  return true;
}

/** One flipped bit of a blob that ends with its own checksum. */
async function planBit(repair: Repair, finding: Finding, blob: string): Promise<boolean> {
  const { context, signal } = repair;
  const expected = await expectedChecksum(repair, finding, blob);
  if (expected === null) return false;
  const read = await readBlob(context, blob, uncounted(), (bytes) => bytes, signal);
  if (read.value === undefined) return false;
  const bit = findFlippedBit(read.value, expected);
  if (bit === undefined) return false;
  const message = `turn back the one flipped bit, at offset ${bit.offset}`;
  return add(repair, { kind: "turn-bit-back", blob, message, bit });
}

/** The checksum of a file's only blob by the snapshot; null where there are several, or large. */
async function expectedChecksum(
  repair: Repair,
  finding: Finding,
  blob: string,
): Promise<number | undefined | null> {
  if (finding.kind !== "checksum-mismatch") return undefined;
  const file = await fileOf(repair, finding, blob);
  if (file === undefined || blob.slice(blob.lastIndexOf("/") + 1) !== file.name) return null;
  if (file.length > CORRECTED_BYTES_MAX) return null;
  const value = Number.parseInt(file.checksum, 36);
  return checksumText(value) === file.checksum ? value : null;
}

async function fileOf(repair: Repair, finding: Finding, blob: string) {
  const { context, data, signal } = repair;
  const index = data.indices.get(finding.index ?? "");
  if (index === undefined || finding.shard === null) return undefined;
  const shard = await readShard(context, data, index, finding.shard, signal);
  const base = blob.slice(blob.lastIndexOf("/") + 1);
  const lists = [...shard.snapshots.values(), ...(shard.shardIndex ?? [])];
  for (const { files } of lists) {
    const found = files.find((file) => file.name === base);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A blob that is too long and begins with the right bytes. */
async function planCut(repair: Repair, finding: Finding): Promise<boolean> {
  const { context, signal } = repair;
  const blob = finding.blob!;
  const file = await fileOf(repair, finding, blob);
  if (file === undefined || file.length > CORRECTED_BYTES_MAX) return false;
  const parts: Uint8Array[] = [];
  try {
    for await (const part of context.store.read(blob, 0, file.length, signal)) {
      parts.push(Uint8Array.from(part));
    }
  } catch {
    // It is too short.
    signal?.throwIfAborted();
    return false;
  }
  const bytes = Buffer.concat(parts);
  const covered = crc32(bytes.subarray(0, file.length - 8));
  const stored = bytes.readBigUInt64BE(file.length - 8);
  if (checksumText(covered) !== file.checksum || stored !== BigInt(covered)) return false;
  const message = `cut off what follows its ${file.length} bytes, which are right`;
  return add(repair, { kind: "cut-blob", blob, message, length: file.length });
}

function planIndexLatest(repair: Repair, blob: string): boolean {
  const message = `say generation ${repair.data.generation} in index.latest`;
  return add(repair, { kind: "write-index-latest", blob, message });
}

async function planSnapshotInfo(repair: Repair, name: string, blob: string): Promise<boolean> {
  const { context, data, signal } = repair;
  const snapshot = snapshotByName(data, name);
  if (snapshot === undefined) return false;
  const info = await rebuildSnapshotInfo(context, data, snapshot, signal);
  if (info === undefined) return false;
  const bytes = encodeChecksummedBlob("snapshot", snapshotInfoToTree(info), context.compress);
  const message = `make the information of snapshot [${name}] again; the user's metadata is lost`;
  return add(repair, { kind: "rebuild-snapshot-info", blob, message, bytes });
}

async function planShardIndex(
  repair: Repair,
  index: RepositoryIndex,
  shard: number,
  newGeneration?: string,
): Promise<boolean> {
  const { context, data, signal } = repair;
  const readable = await readShard(context, data, index, shard, signal);
  const shardIndex = rebuildShardIndex(data, index, readable);
  if (shardIndex.length === 0) return false;
  const named = newGeneration ?? index.shardGenerations[shard];
  const generation = named ?? nextNumber(readable.listing.keys());
  const blob = `${shardFolder(context, index, shard)}/${indexBlobName(generation)}`;
  const bytes = encodeChecksummedBlob("snapshots", shardIndexToTree(shardIndex), context.compress);
  const message = `make the index of shard ${shard} of [${index.name}] again`;
  return add(repair, { kind: "rebuild-shard-index", blob, message, bytes });
}

async function planShardSnapshot(
  repair: Repair,
  index: RepositoryIndex,
  shard: number,
  name: string,
  blob: string,
): Promise<boolean> {
  const { context, data, signal } = repair;
  const readable = await readShard(context, data, index, shard, signal);
  const uuid = snapshotByName(data, name)?.uuid ?? "";
  const infoName = rootName(context, snapshotBlobName(uuid));
  const convert = snapshotInfoFromTree;
  const info = await readChecked(context, "snapshot", infoName, uncounted(), convert, signal);
  const rebuilt = rebuildShardSnapshot(readable, name, info.value);
  if (rebuilt === undefined) return false;
  const bytes = encodeChecksummedBlob("snapshot", shardSnapshotToTree(rebuilt), context.compress);
  const message = `make the blob of snapshot [${name}] in shard ${shard} of [${index.name}] again`;
  return add(repair, { kind: "rebuild-shard-snapshot", blob, message, bytes });
}

function planShardPaths(repair: Repair, index: RepositoryIndex, blob: string): boolean {
  const count = index.shardGenerations.length;
  const name = blob.slice(blob.lastIndexOf("/") + 1);
  const shards = Number(/\.(\d+)\.\d\.\d+$/.exec(name)?.[1] ?? count);
  const { content } = shardPathsFile(repair.context.basePath, index, shards);
  const message = `list the paths of the shards of [${index.name}] again`;
  return add(repair, { kind: "rebuild-shard-paths", blob, message, bytes: content });
}
