// Blobs that nothing names: at the root, in folders of unknown indices, beside the shards of known
// ones. What lies in the folders of known shards is found where those are verified. Names that are
// none of a repository's are told apart: a cleanup leaves them alone.

import { PENDING_PREFIX } from "../../blobstore/index.ts";
import type { RepositoryData, RepositoryIndex } from "../format/repository-data.ts";
import {
  generationOfBlob,
  INDEX_LATEST_BLOB,
  INDICES_FOLDER,
  METADATA_PREFIX,
  SNAPSHOT_PREFIX,
  uuidOfBlob,
} from "../layout/blob-names.ts";
import { parseShardPathsName, SHARD_PATHS_FOLDER, shardPathsFile } from "../layout/shard-path.ts";
import {
  indexFolder,
  type RepositoryContext,
  rootName,
  shardFolder,
} from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import { type Finding, newFinding } from "./finding.ts";
import type { ReadCounts } from "./read-checked-blob.ts";
import { describeUnnamed, isRestorable, type UnnamedSnapshot } from "./unnamed-snapshots.ts";
import { unusedMetadata, type VerifiedIndex } from "./verify-index.ts";

/** Written by Elasticsearch 5 and 6: snapshots of versions that it could not read. */
const INCOMPATIBLE_SNAPSHOTS_BLOB = "incompatible-snapshots";
const HASH_FOLDER = /^[A-Za-z0-9_-][01]{14}$/;
const PROBE_FOLDER = /^tests-/;
/** Findings of unreferenced blobs; more are counted in one finding. */
const UNREFERENCED_MAX = 10_000;

/** Takes blobs that nothing names, and bounds how many findings they make. */
export class UnreferencedBlobs {
  private readonly findings: Finding[];
  private count = 0;
  /** Blobs of snapshots that the root does not name, with the snapshot. */
  private readonly owners = new Map<string, UnnamedSnapshot>();

  constructor(findings: Finding[]) {
    this.findings = findings;
  }

  /** Says of the blobs that come whose they are: snapshots that the root does not name. */
  claim(snapshots: readonly UnnamedSnapshot[]): void {
    for (const snapshot of snapshots) {
      for (const blob of snapshot.blobs) {
        if (!this.owners.has(blob)) this.owners.set(blob, snapshot);
      }
      const { name } = snapshot.info.snapshotId;
      const same = snapshots.filter(({ info }) => info.snapshotId.name === name);
      const message = describeUnnamed(snapshot, same.length === 1);
      const kind = isRestorable(snapshot) ? "lost-snapshot" : "unreferenced-blob";
      this.findings.push(newFinding(kind, snapshot.blob, message, { snapshots: [name] }));
    }
  }

  /** A blob that nothing names. `isOurs` is false for a name that is none of a repository's. */
  add(blob: string, isOurs = true): void {
    const owner = this.owners.get(blob);
    if (blob === owner?.blob || ++this.count > UNREFERENCED_MAX) return;
    const name = owner?.info.snapshotId.name;
    const message = !isOurs
      ? "This is no name of a repository's blob; a cleanup leaves it"
      : name === undefined
        ? "Nothing names this blob; a cleanup removes it"
        : `It belongs to snapshot [${name}], which the root does not name; a cleanup removes it`;
    this.findings.push(newFinding(isOurs ? "unreferenced-blob" : "unknown-blob", blob, message));
  }

  /** Adds the finding that stands for those that were too many. */
  finish(): void {
    const more = this.count - UNREFERENCED_MAX;
    if (more <= 0) return;
    const message = `${more} more blobs that nothing names`;
    this.findings.push(newFinding("unreferenced-blob", undefined, message));
  }
}

/** Finds them outside of the folders of shards. */
export async function findUnreferenced(
  context: RepositoryContext,
  data: RepositoryData,
  rootListing: ReadonlyMap<string, number>,
  indices: readonly VerifiedIndex[],
  blobs: UnreferencedBlobs,
  counts: ReadCounts,
  findings: Finding[],
  signal?: AbortSignal,
): Promise<void> {
  for (const name of rootListing.keys()) {
    const state = rootBlobState(data, name);
    if (state !== "named") blobs.add(rootName(context, name), state === "unreferenced");
  }
  await walkIndices(context, data, indices, blobs, signal);
  await walkHashed(context, data, indices, blobs, signal);
  await verifyShardPaths(context, data, indices, blobs, counts, findings, signal);
  const { store, basePath } = context;
  for (const folder of await store.listFolders(basePath, signal)) {
    if (PROBE_FOLDER.test(folder)) await walk(context, rootName(context, folder), blobs, signal);
  }
}

function rootBlobState(data: RepositoryData, name: string): "named" | "unreferenced" | "unknown" {
  if (name === INDEX_LATEST_BLOB || name === INCOMPATIBLE_SNAPSHOTS_BLOB) return "named";
  const generation = generationOfBlob(name);
  if (generation !== undefined) {
    if (generation === data.generation) return "named";
    // Before 7.6 a writer kept the generation before its own.
    const old = [...data.snapshots.values()].some(({ version }) => version === undefined);
    return old && generation === data.generation - 1 ? "named" : "unreferenced";
  }
  const uuid = uuidOfBlob(name, SNAPSHOT_PREFIX) ?? uuidOfBlob(name, METADATA_PREFIX);
  if (uuid !== undefined) return data.snapshots.has(uuid) ? "named" : "unreferenced";
  return name.startsWith(PENDING_PREFIX) ? "unreferenced" : "unknown";
}

async function walkIndices(
  context: RepositoryContext,
  data: RepositoryData,
  indices: readonly VerifiedIndex[],
  blobs: UnreferencedBlobs,
  signal?: AbortSignal,
): Promise<void> {
  const { store } = context;
  const folder = rootName(context, INDICES_FOLDER);
  const known = new Map(indices.map((verified) => [verified.index.id, verified]));
  for (const name of (await store.list(folder, "", signal)).keys()) {
    blobs.add(`${folder}/${name}`, false);
  }
  const ids = await store.listFolders(folder, signal);
  await runLimited(ids, context.parallelCallsMax, async (id) => {
    const verified = known.get(id);
    if (verified === undefined) await walk(context, `${folder}/${id}`, blobs, signal);
    else await walkIndex(context, data, verified, blobs, signal);
  });
}

async function walkIndex(
  context: RepositoryContext,
  data: RepositoryData,
  verified: VerifiedIndex,
  blobs: UnreferencedBlobs,
  signal?: AbortSignal,
): Promise<void> {
  const { index, shards } = verified;
  const { store } = context;
  const folder = indexFolder(context, index);
  const names = [...(await store.list(folder, "", signal)).keys()];
  for (const name of unusedMetadata(data, index, names)) blobs.add(`${folder}/${name}`);
  for (const name of names) {
    if (uuidOfBlob(name, METADATA_PREFIX) !== undefined) continue;
    blobs.add(`${folder}/${name}`, name.startsWith(PENDING_PREFIX));
  }
  const numbers = new Set(index.shardPathType === 0 ? shards.map(String) : []);
  for (const shard of await store.listFolders(folder, signal)) {
    if (!numbers.has(shard)) await walk(context, `${folder}/${shard}`, blobs, signal);
  }
}

/** Shards of hashed indices lie in folders of their hash, before or after the base path. */
async function walkHashed(
  context: RepositoryContext,
  data: RepositoryData,
  indices: readonly VerifiedIndex[],
  blobs: UnreferencedBlobs,
  signal?: AbortSignal,
): Promise<void> {
  const { store, basePath } = context;
  const known = new Set<string>();
  for (const { index, shards } of indices) {
    for (const shard of shards) known.add(shardFolder(context, index, shard));
  }
  const roots: string[] = [];
  for (const hash of await store.listFolders(basePath, signal)) {
    if (HASH_FOLDER.test(hash)) roots.push(rootName(context, `${hash}/${INDICES_FOLDER}`));
  }
  const isHashed = [...data.indices.values()].some(({ shardPathType }) => shardPathType === 1);
  if (basePath !== "" && isHashed) {
    for (const hash of await store.listFolders("", signal)) {
      if (HASH_FOLDER.test(hash)) roots.push(`${hash}/${basePath}/${INDICES_FOLDER}`);
    }
  }
  await runLimited(roots, context.parallelCallsMax, async (root) => {
    for (const id of await store.listFolders(root, signal)) {
      for (const shard of await store.listFolders(`${root}/${id}`, signal)) {
        const folder = `${root}/${id}/${shard}`;
        if (!known.has(folder)) await walk(context, folder, blobs, signal);
      }
    }
  });
}

/** The files that list the paths of hashed indices: none too many, and what they say is right. */
async function verifyShardPaths(
  context: RepositoryContext,
  data: RepositoryData,
  indices: readonly VerifiedIndex[],
  blobs: UnreferencedBlobs,
  counts: ReadCounts,
  findings: Finding[],
  signal?: AbortSignal,
): Promise<void> {
  const folder = rootName(context, SHARD_PATHS_FOLDER);
  const byId = new Map([...data.indices.values()].map((index) => [index.id, index]));
  const listed = new Set<string>();
  const listing = await context.store.list(folder, "", signal);
  for (const name of listing.keys()) {
    const parsed = parseShardPathsName(name);
    const index = parsed === undefined ? undefined : byId.get(parsed.index.id);
    if (parsed === undefined || index === undefined) {
      blobs.add(`${folder}/${name}`, parsed !== undefined);
      continue;
    }
    listed.add(index.id);
    const blob = `${folder}/${name}`;
    const wrong = await wrongShardPaths(context, blob, index, parsed.shardCount, counts, signal);
    if (wrong === undefined) continue;
    findings.push(newFinding("wrong-shard-paths", blob, wrong, { index: index.name }));
  }
  for (const { index, shards } of indices) {
    if (index.shardPathType === 0 || listed.has(index.id)) continue;
    const file = shardPathsFile(context.basePath, index, shards.length);
    const message = `The file that lists the paths of the shards of [${index.name}] is missing`;
    const place = { index: index.name };
    findings.push(newFinding("missing-shard-paths", `${folder}/${file.name}`, message, place));
  }
}

async function wrongShardPaths(
  context: RepositoryContext,
  blob: string,
  index: RepositoryIndex,
  shardCount: number,
  counts: ReadCounts,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const bytes = await context.store.get(blob, signal);
  counts.blobs++;
  counts.bytes += bytes.length;
  const expected = shardPathsFile(context.basePath, index, shardCount);
  let paths: unknown;
  try {
    paths = JSON.parse(Buffer.from(bytes).toString("utf8")).paths;
  } catch {
    return "The file that lists the paths of shards is no JSON";
  }
  const wanted = JSON.parse(Buffer.from(expected.content).toString("utf8")).paths;
  if (JSON.stringify(paths) === JSON.stringify(wanted)) return undefined;
  return `The file lists other paths than the shards of [${index.name}] have`;
}

/** Every blob below a folder. */
async function walk(
  context: RepositoryContext,
  folder: string,
  blobs: UnreferencedBlobs,
  signal?: AbortSignal,
): Promise<void> {
  const { store } = context;
  for (const name of (await store.list(folder, "", signal)).keys()) blobs.add(`${folder}/${name}`);
  for (const name of await store.listFolders(folder, signal)) {
    await walk(context, `${folder}/${name}`, blobs, signal);
  }
}
