// Verifies a repository: everything that its root reaches is there, whole, and says the same; and
// what nothing reaches. The plan reads the root, the snapshots and the metadata of indices; the run
// goes shard by shard, so that memory does not grow with the repository. Nothing is written.
//
//   const plan = await planVerify(repository.context, { snapshots: ["nightly"] });
//   const result = await runVerify(repository.context, plan, { data: parseDataSelection("5%") });

import { illegalArgument } from "../../base/index.ts";
import type { StoreAddress } from "../../blobstore/index.ts";
import {
  type RepositoryData,
  type RepositorySnapshot,
  snapshotByName,
} from "../format/repository-data.ts";
import { indexBlobName } from "../layout/blob-names.ts";
import { rebuildRepositoryData } from "../repair/rebuild-root.ts";
import { missingSnapshot, type RepositoryContext, rootName } from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import type { DataFile } from "./check-data.ts";
import { DataChecker } from "./data-checker.ts";
import { findUnreferenced, UnreferencedBlobs } from "./find-unreferenced.ts";
import { type Finding, newFinding, sortFindings } from "./finding.ts";
import type { ReadCounts } from "./read-checked-blob.ts";
import { findUnnamedSnapshots } from "./unnamed-snapshots.ts";
import { type VerifiedIndex, verifyIndex } from "./verify-index.ts";
import { type VerifiedRemoteFolder, verifyRemoteShard } from "./verify-remote-shard.ts";
import { hasMoved, type VerifiedRoot, verifyRoot } from "./verify-root.ts";
import { verifyShard } from "./verify-shard.ts";
import { type VerifiedSnapshot, verifySnapshots } from "./verify-snapshots.ts";
import { verifyStructure } from "./verify-structure.ts";

/** Which files' bytes are read: a share between 0 and 1, or a number of files. */
export type DataSelection = { readonly share: number } | { readonly files: number };

/** Every byte. */
export const ALL_DATA: DataSelection = { share: 1 };

/** What is verified. */
export interface VerifyRequest {
  /** Names; all by default. Blobs that nothing names are looked for only then. */
  readonly snapshots?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a verification has found out before it looks into shards. */
export interface VerifyPlan {
  readonly root: VerifiedRoot;
  readonly snapshots: readonly VerifiedSnapshot[];
  readonly indices: readonly VerifiedIndex[];
  /** All snapshots are verified. */
  readonly whole: boolean;
  readonly findings: readonly Finding[];
  readonly counts: Readonly<ReadCounts>;
  readonly startedMs: number;
}

/** How far a verification is. */
export interface VerifyProgress {
  readonly shards: number;
  readonly shardsTotal: number;
  /** Bytes of data read. */
  readonly bytes: number;
}

/** How a verification runs. */
export interface RunVerifyOptions {
  /** All by default. */
  readonly data?: DataSelection | undefined;
  /** Also looks at what is in the segments, by Lucene's own invariants. */
  readonly structure?: boolean | undefined;
  /** Lets worker threads read the store too. */
  readonly address?: StoreAddress | undefined;
  /** Threads; 0 reads where it is. One a core by default. */
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

/** What a verification found. */
export interface VerifyResult {
  /** No finding is an error. */
  readonly ok: boolean;
  /** Snapshots verified. */
  readonly snapshots: number;
  /** Blobs that were looked at. */
  readonly blobs: number;
  /** Bytes that were read and checked. */
  readonly bytes: number;
  readonly seconds: number;
  /** Names of shallow snapshots: the data is in a remote store and was not looked at. */
  readonly shallow: string[];
  readonly findings: Finding[];
}

const SHARDS_AT_ONCE = 4;

/** Reads `all`, `none`, `5%` or `sample:20`. */
export function parseDataSelection(text: string): DataSelection {
  if (text === "all") return ALL_DATA;
  if (text === "none") return { share: 0 };
  const share = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (share !== null && Number(share[1]) <= 100) return { share: Number(share[1]) / 100 };
  const files = /^sample:(\d{1,9})$/.exec(text);
  if (files !== null) return { files: Number(files[1]) };
  throw illegalArgument(`[${text}] is none of all, none, a share as 5%, or a number as sample:20`);
}

/** Verifications of a repository that is written to meanwhile; then its findings stand. */
const ATTEMPTS_MAX = 3;

/**
 * Plans and runs. Where another writer moved the root on, findings may be that writer's doing: what
 * it deleted looks missing. Then all is looked at again.
 */
export async function verifyRepository(
  context: RepositoryContext,
  request: VerifyRequest,
  optionsOf: (plan: VerifyPlan) => RunVerifyOptions,
): Promise<{ plan: VerifyPlan; result: VerifyResult }> {
  for (let attempt = 1; ; attempt++) {
    const plan = await planVerify(context, request);
    const result = await runVerify(context, plan, optionsOf(plan));
    if (result.findings.length === 0 || attempt === ATTEMPTS_MAX) return { plan, result };
    if (!(await hasMoved(context, plan.root, request.signal))) return { plan, result };
  }
}

/** Reads the root, the snapshots and the indices. Error: `missing` snapshot or repository. */
export async function planVerify(
  context: RepositoryContext,
  request: VerifyRequest = {},
): Promise<VerifyPlan> {
  const { signal } = request;
  const startedMs = context.clock.monotonic();
  const findings: Finding[] = [];
  const counts: ReadCounts = { blobs: 0, bytes: 0 };
  const root = await verifyRoot(context, counts, findings, signal);
  if (root.listing === undefined) {
    const message = "The store cannot list: blobs that nothing names are not looked for";
    findings.push(newFinding("not-listed", undefined, message));
  }
  const below: Finding[] = [];
  const reached = await planBelow(context, root, request, counts, below);
  const better = await planWithoutRoot(context, root, request, below);
  findings.push(...(better?.findings ?? below));
  const whole = (request.snapshots ?? []).length === 0;
  const plan = { ...reached, ...better?.reached, root: better?.root ?? root };
  return { ...plan, whole, findings, counts, startedMs };
}

type Reached = Pick<VerifyPlan, "snapshots" | "indices">;

/** What the root names, and what is wrong with it. */
async function planBelow(
  context: RepositoryContext,
  root: VerifiedRoot,
  request: VerifyRequest,
  counts: ReadCounts,
  findings: Finding[],
): Promise<Reached> {
  const { signal } = request;
  const { data } = root;
  const names = request.snapshots ?? [];
  const selected =
    names.length === 0 ? [...data.snapshots.values()] : select(context, root, new Set(names));
  const snapshots = await verifySnapshots(context, data, selected, counts, findings, signal);
  const byUuid = new Map(snapshots.map((snapshot) => [snapshot.uuid, snapshot]));
  const wanted = [...data.indices.values()].filter((index) =>
    index.snapshots.some((uuid) => byUuid.has(uuid)),
  );
  const indices = await runLimited(wanted, context.parallelCallsMax, (index) =>
    verifyIndex(context, data, index, byUuid, counts, findings, signal),
  );
  return { snapshots, indices };
}

/**
 * The root has no checksum, so damage may turn it into another root. Where what it names is not
 * there, and a root that is made of what is there names as much and has less wrong with it, the
 * fault is the root's.
 */
async function planWithoutRoot(
  context: RepositoryContext,
  root: VerifiedRoot,
  request: VerifyRequest,
  below: readonly Finding[],
): Promise<{ root: VerifiedRoot; reached: Reached; findings: Finding[] } | undefined> {
  const { listing, data } = root;
  const errors = below.filter(({ severity }) => severity === "error");
  if (root.rebuilt || listing === undefined || errors.length === 0) return undefined;
  const { signal } = request;
  const rebuilt = await rebuildRepositoryData(context, data.generation, listing, signal);
  if (!namesAsMuch(rebuilt.data, data)) return undefined;
  const other: VerifiedRoot = { data: rebuilt.data, rebuilt: true, complete: true, listing };
  const findings: Finding[] = [];
  const counts = { blobs: 0, bytes: 0 };
  const reached = await planBelow(context, other, request, counts, findings);
  const left = new Set(findings.map(keyOf));
  const gone = errors.filter((finding) => !left.has(keyOf(finding)));
  const before = new Set(errors.map(keyOf));
  const more = findings.filter((item) => item.severity === "error" && !before.has(keyOf(item)));
  if (gone.length === 0 || more.length > 0 || !blamesRoot(gone, data, rebuilt.data)) {
    return undefined;
  }
  const blob = rootName(context, indexBlobName(data.generation));
  const message =
    "The root contradicts the blobs that it names, which agree with each other: " +
    gone
      .map((finding) => finding.message)
      .slice(0, 3)
      .join("; ");
  const snapshots = new Set(gone.flatMap((finding) => finding.snapshots));
  findings.push(newFinding("contradicting-root-index", blob, message, { snapshots }));
  return { root: other, reached, findings };
}

function keyOf(finding: Finding): string {
  return `${finding.kind} ${finding.blob}`;
}

/** Could another root explain all of this, with no other blob at fault? */
function blamesRoot(
  gone: readonly Finding[],
  root: RepositoryData,
  rebuilt: RepositoryData,
): boolean {
  const kinds = new Set(gone.map(({ kind }) => kind));
  return gone.every((finding) => {
    switch (finding.kind) {
      case "contradicting-root-index":
      case "contradicting-snapshot-info":
      case "missing-snapshot-info":
        return true;
      case "missing-global-metadata":
        return kinds.has("missing-snapshot-info");
      case "contradicting-index-metadata":
        // Else it is the metadata that is at the wrong place.
        return kinds.has("contradicting-snapshot-info");
      case "missing-index-metadata":
        return hasSameMetadata(finding, root, rebuilt);
      default:
        return false;
    }
  });
}

/** The rebuilt root uses the same state of the index: only its blob was looked for elsewhere. */
function hasSameMetadata(finding: Finding, root: RepositoryData, rebuilt: RepositoryData): boolean {
  const [one, other] = [root, rebuilt].map((data) => data.indices.get(finding.index ?? ""));
  if (one === undefined || other === undefined || one.id !== other.id) return true;
  return finding.snapshots.every((name) => {
    const [wanted, found] = [root, rebuilt].map((data) =>
      snapshotByName(data, name)?.indexMetadata.get(one.id),
    );
    return wanted === undefined ? found !== undefined : wanted === found;
  });
}

/** Each snapshot and each index of `root` is in `other` too, by its id or by its name. */
function namesAsMuch(other: RepositoryData, root: RepositoryData): boolean {
  const snapshots = [...other.snapshots.values()];
  const indices = [...other.indices.values()];
  return (
    [...root.snapshots.values()].every(({ uuid, name }) =>
      snapshots.some((found) => found.uuid === uuid || found.name === name),
    ) &&
    [...root.indices.values()].every(({ id, name }) =>
      indices.some((found) => found.id === id || found.name === name),
    )
  );
}

function select(
  context: RepositoryContext,
  root: VerifiedRoot,
  names: ReadonlySet<string>,
): RepositorySnapshot[] {
  return [...names].map((name) => {
    const found = snapshotByName(root.data, name);
    if (found === undefined) throw missingSnapshot(context, name);
    return found;
  });
}

/** Looks into every shard of the plan, and for what nothing names. */
export async function runVerify(
  context: RepositoryContext,
  plan: VerifyPlan,
  options: RunVerifyOptions = {},
): Promise<VerifyResult> {
  const findings = [...plan.findings];
  const counts: ReadCounts = { ...plan.counts };
  const shallow = new Set(plan.snapshots.filter((item) => item.shallow).map((item) => item.name));
  const progress = { shards: 0, shardsTotal: 0, bytes: 0 };
  const run: VerifyRun = { context, plan, options, findings, counts, shallow, progress };
  await verifyShards(run);
  return {
    ok: !findings.some((finding) => finding.severity === "error"),
    snapshots: plan.snapshots.length,
    blobs: counts.blobs,
    bytes: counts.bytes + progress.bytes,
    seconds: Math.round(context.clock.monotonic() - plan.startedMs) / 1000,
    shallow: context.remoteStore === undefined ? [...shallow].sort() : [],
    findings: sortFindings(inOrder(findings, plan)),
  };
}

/** A verification that runs. */
interface VerifyRun {
  readonly context: RepositoryContext;
  readonly plan: VerifyPlan;
  readonly options: RunVerifyOptions;
  readonly findings: Finding[];
  readonly counts: ReadCounts;
  readonly shallow: Set<string>;
  readonly progress: { shards: number; shardsTotal: number; bytes: number };
}

/** Every shard of the plan, several at a time, and then what nothing names. */
async function verifyShards(run: VerifyRun): Promise<void> {
  const { context, plan, options, findings, counts, progress } = run;
  const { signal, onProgress, address, threads } = options;
  const shards = plan.indices.flatMap((verified) =>
    verified.shards.map((shard) => ({ verified, shard })),
  );
  progress.shardsTotal = shards.length;
  const onBytes = (bytes: number) => {
    progress.bytes += bytes;
    onProgress?.(progress);
  };
  const checker = new DataChecker(context, findings, { address, threads, signal, onBytes });
  const sample = new FileSample(context, options.data ?? ALL_DATA);
  const orphans = new UnreferencedBlobs(findings);
  const complete = plan.whole && plan.root.complete && plan.root.listing !== undefined;
  if (complete) {
    const { data, listing } = plan.root;
    orphans.claim(await findUnnamedSnapshots(context, data, listing!, counts, signal));
  }
  try {
    await runLimited(shards, SHARDS_AT_ONCE, async ({ verified, shard }) => {
      signal?.throwIfAborted();
      const { generation } = plan.root.data;
      const found = await verifyShard(
        context,
        verified,
        shard,
        generation,
        counts,
        findings,
        signal,
      );
      for (const name of found.shallow) run.shallow.add(name);
      if (complete) for (const blob of found.unreferenced) orphans.add(blob);
      const remote = await verifyShallow(run, verified, shard, found.shallow);
      for (const folder of [found, ...remote]) {
        await checker.check(sample.take(folder.files));
        if (options.structure !== true) continue;
        const place = { index: verified.index.name, shard };
        await verifyStructure(context, place, folder, checker.damaged, findings, signal);
      }
      progress.shards++;
      onProgress?.(progress);
    });
    await checker.check(sample.rest());
  } finally {
    await checker.close();
  }
  if (!complete) return;
  const { data, listing } = plan.root;
  await findUnreferenced(context, data, listing!, plan.indices, orphans, counts, findings, signal);
  orphans.finish();
}

/** The shard's shallow snapshots in the remote store, where that was given. */
async function verifyShallow(
  { context, plan, options, findings, counts }: VerifyRun,
  verified: VerifiedIndex,
  shard: number,
  shallow: readonly string[],
): Promise<VerifiedRemoteFolder[]> {
  if (context.remoteStore === undefined || shallow.length === 0) return [];
  const names = new Set(shallow);
  const { data } = plan.root;
  const { signal } = options;
  return verifyRemoteShard(context, data, verified, shard, names, counts, findings, signal);
}

/** Snapshots of a finding in the order in which they were begun. */
function inOrder(findings: readonly Finding[], plan: VerifyPlan): Finding[] {
  const begun = [...plan.snapshots].sort((a, b) => a.startTimeMillis - b.startTimeMillis);
  const order = new Map(begun.map(({ name }, at) => [name, at]));
  const rank = (name: string) => order.get(name) ?? order.size;
  return findings.map((finding) => ({
    ...finding,
    snapshots: [...finding.snapshots].sort((a, b) => rank(a) - rank(b)),
  }));
}

/** Chooses the files whose bytes are read. */
class FileSample {
  private readonly context: RepositoryContext;
  private readonly selection: DataSelection;
  private readonly kept: DataFile[] = [];
  private seen = 0;

  constructor(context: RepositoryContext, selection: DataSelection) {
    this.context = context;
    this.selection = selection;
  }

  /** Those of a shard that are read now. */
  take(files: readonly DataFile[]): DataFile[] {
    const { selection } = this;
    const { random } = this.context;
    if ("share" in selection) {
      if (selection.share >= 1) return [...files];
      return files.filter(() => random.next() < selection.share);
    }
    // A reservoir: each file of the repository is as likely as any other.
    for (const file of files) {
      this.seen++;
      if (this.kept.length < selection.files) this.kept.push(file);
      else {
        const at = Math.floor(random.next() * this.seen);
        if (at < selection.files) this.kept[at] = file;
      }
    }
    return [];
  }

  /** Those that could be chosen only at the end. */
  rest(): DataFile[] {
    return this.kept;
  }
}
