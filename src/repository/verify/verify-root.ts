// The root of a repository: which index-N is the newest, whether it decodes, and what
// index.latest says of it. A root that cannot be read is made again from the blobs that it named,
// so that everything below it is still looked at.

import { VarveError } from "../../base/index.ts";
import { decodeRepositoryData, type RepositoryData } from "../format/repository-data.ts";
import { snapshotInfoFromTree } from "../format/snapshot-info.ts";
import {
  generationOfBlob,
  INDEX_FILE_PREFIX,
  INDEX_LATEST_BLOB,
  indexBlobName,
  SNAPSHOT_PREFIX,
  uuidOfBlob,
} from "../layout/blob-names.ts";
import { rebuildRepositoryData } from "../repair/rebuild-root.ts";
import { type RepositoryContext, rootName } from "../repository-context.ts";
import { type Finding, newFinding } from "./finding.ts";
import { type ReadCounts, readBlob, readChecked, uncounted } from "./read-checked-blob.ts";

/** What is known of a repository's root. */
export interface VerifiedRoot {
  readonly data: RepositoryData;
  /** index-N cannot be read: `data` is what the other blobs say. */
  readonly rebuilt: boolean;
  /** False where a rebuilt root left out or guessed: what it does not name may yet be wanted. */
  readonly complete: boolean;
  /** Blobs at the root with their lengths; undefined where the store cannot list. */
  readonly listing: ReadonlyMap<string, number> | undefined;
}

/** What index.latest holds: a generation, or why it holds none. */
interface NamedGeneration {
  readonly generation: number | undefined;
  readonly problem: string | undefined;
}

/** Reads the root. Error: `missing` where there is no repository at all. */
export async function verifyRoot(
  context: RepositoryContext,
  counts: ReadCounts,
  findings: Finding[],
  signal?: AbortSignal,
): Promise<VerifiedRoot> {
  const { store, basePath } = context;
  const listing = store.capabilities.list ? await store.list(basePath, "", signal) : undefined;
  const named = await readNamedGeneration(context, counts, signal);
  const newest = listing === undefined ? named.generation : newestGeneration(listing.keys());
  if (newest === undefined) {
    return withoutRoot(context, findings, named, listing, signal);
  }
  const name = rootName(context, indexBlobName(newest));
  const decode = (bytes: Uint8Array) => ({ data: decodeRepositoryData(bytes, newest), bytes });
  const read = await readBlob(context, name, counts, decode, signal);
  if (read.problem !== undefined) {
    if (listing === undefined && read.problem.state === "missing") throw noRepository(context);
    if (read.problem.state === "unreadable") throw unreadable(context, name, read.problem.message);
    const again = await rebuild(context, newest, listing, signal);
    const snapshots = namesOf(again.data);
    const message = `The repository's root cannot be read: ${read.problem.message}`;
    findings.push(newFinding("corrupt-root-index", name, message, { snapshots }));
    verifyNamed(context, named, newest, listing, findings);
    return { ...again, rebuilt: true, listing };
  }
  const { data } = read.value;
  verifyNames(name, data, findings);
  const lost = await lostGeneration(context, counts, data, named, listing, signal);
  if (lost === undefined) {
    verifyNamed(context, named, newest, listing, findings);
    return { data, rebuilt: false, complete: true, listing };
  }
  findings.push(lost);
  const { generation = newest } = named;
  const again = await rebuild(context, generation, listing, signal);
  return { ...again, rebuilt: true, listing };
}

/** The highest N of index-N; undefined where there is none. */
export function newestGeneration(names: Iterable<string>): number | undefined {
  let newest: number | undefined;
  for (const name of names) {
    const generation = generationOfBlob(name);
    if (generation !== undefined) newest = Math.max(newest ?? -1, generation);
  }
  return newest;
}

/** Has the repository another root by now than the one that was verified? */
export async function hasMoved(
  context: RepositoryContext,
  root: VerifiedRoot,
  signal?: AbortSignal,
): Promise<boolean> {
  const { store, basePath } = context;
  const newest = store.capabilities.list
    ? newestGeneration((await store.list(basePath, INDEX_FILE_PREFIX, signal)).keys())
    : (await readNamedGeneration(context, uncounted(), signal)).generation;
  return newest !== undefined && newest > root.data.generation;
}

async function readNamedGeneration(
  context: RepositoryContext,
  counts: ReadCounts,
  signal?: AbortSignal,
): Promise<NamedGeneration> {
  const name = rootName(context, INDEX_LATEST_BLOB);
  const read = await readBlob(context, name, counts, decodeIndexLatest, signal);
  if (read.problem === undefined) return { generation: read.value, problem: undefined };
  const problem = read.problem.state === "missing" ? undefined : read.problem.message;
  return { generation: undefined, problem };
}

function decodeIndexLatest(bytes: Uint8Array): number {
  const generation = bytes.length === 8 ? Number(Buffer.from(bytes).readBigInt64BE(0)) : Number.NaN;
  if (Number.isSafeInteger(generation) && generation >= 0) return generation;
  throw new VarveError("corrupt", `it does not hold a generation in 8 bytes`);
}

function verifyNamed(
  context: RepositoryContext,
  named: NamedGeneration,
  newest: number,
  listing: ReadonlyMap<string, number> | undefined,
  findings: Finding[],
): void {
  if (listing === undefined || named.generation === newest) return;
  const blob = rootName(context, INDEX_LATEST_BLOB);
  const readers = "readers that cannot list go by it";
  if (named.generation === undefined && named.problem === undefined) {
    const message = `index.latest is missing; ${readers}`;
    findings.push(newFinding("missing-index-latest", blob, message));
    return;
  }
  const found = named.problem ?? `it names generation ${named.generation}`;
  const message = `index.latest is wrong: ${found}, and the newest is ${newest}; ${readers}`;
  findings.push(newFinding("wrong-index-latest", blob, message));
}

/** Names that stand for two snapshots. */
function verifyNames(blob: string, data: RepositoryData, findings: Finding[]): void {
  const seen = new Map<string, string>();
  for (const { name, uuid } of data.snapshots.values()) {
    const other = seen.get(name);
    seen.set(name, uuid);
    if (other === undefined) continue;
    const message = `Two snapshots have the name [${name}]: ${other} and ${uuid}`;
    findings.push(newFinding("contradicting-root-index", blob, message, { snapshots: [name] }));
  }
}

/**
 * index.latest names a higher generation than any that is there. Either it is wrong, or that
 * generation is lost: then there are snapshots that the one before does not know.
 */
async function lostGeneration(
  context: RepositoryContext,
  counts: ReadCounts,
  data: RepositoryData,
  named: NamedGeneration,
  listing: ReadonlyMap<string, number> | undefined,
  signal?: AbortSignal,
): Promise<Finding | undefined> {
  const { generation } = named;
  if (listing === undefined || generation === undefined) return undefined;
  if (generation <= data.generation) return undefined;
  const names: string[] = [];
  for (const blob of listing.keys()) {
    const uuid = uuidOfBlob(blob, SNAPSHOT_PREFIX);
    if (uuid === undefined || data.snapshots.has(uuid)) continue;
    const name = rootName(context, blob);
    const read = await readChecked(context, "snapshot", name, counts, snapshotInfoFromTree, signal);
    if (read.value?.snapshotId.uuid === uuid) names.push(read.value.snapshotId.name);
  }
  if (names.length === 0) return undefined;
  const message =
    `The repository's root is missing: index.latest names generation ${generation}, the ` +
    `newest there is ${data.generation}, which does not know [${names.join(", ")}]`;
  const blob = rootName(context, indexBlobName(generation));
  return newFinding("missing-root-index", blob, message, { snapshots: names });
}

async function withoutRoot(
  context: RepositoryContext,
  findings: Finding[],
  named: NamedGeneration,
  listing: ReadonlyMap<string, number> | undefined,
  signal?: AbortSignal,
): Promise<VerifiedRoot> {
  const names = [...(listing?.keys() ?? [])];
  const isSnapshot = (name: string) => uuidOfBlob(name, SNAPSHOT_PREFIX) !== undefined;
  if (listing === undefined || (named.generation === undefined && !names.some(isSnapshot))) {
    throw noRepository(context);
  }
  const generation = named.generation ?? 0;
  const again = await rebuild(context, generation, listing, signal);
  const message = "The repository's root is missing: there is no index-N";
  const blob = rootName(context, indexBlobName(generation));
  const snapshots = namesOf(again.data);
  findings.push(newFinding("missing-root-index", blob, message, { snapshots }));
  return { ...again, rebuilt: true, listing };
}

async function rebuild(
  context: RepositoryContext,
  generation: number,
  listing: ReadonlyMap<string, number> | undefined,
  signal?: AbortSignal,
): Promise<{ data: RepositoryData; complete: boolean }> {
  if (listing === undefined) {
    throw new VarveError("corrupt", "The repository's root cannot be read, nor its blobs listed", {
      type: "repository_exception",
    });
  }
  const { data, lost, guesses } = await rebuildRepositoryData(context, generation, listing, signal);
  return { data, complete: lost.length === 0 && guesses.length === 0 };
}

function namesOf(data: RepositoryData): string[] {
  return [...data.snapshots.values()].map((snapshot) => snapshot.name);
}

/** The store does not hand it out: that says nothing of the repository. */
function unreadable(context: RepositoryContext, name: string, reason: string): VarveError {
  const message = `[${context.name}] the root [${name}] cannot be read: ${reason}`;
  return new VarveError("unavailable", message, { type: "repository_exception" });
}

function noRepository(context: RepositoryContext): VarveError {
  const message = `There is no repository at [${context.name}]: it has no index-N`;
  return new VarveError("missing", message, { type: "repository_missing_exception" });
}
