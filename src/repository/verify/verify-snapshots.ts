// The snapshots of a root, one by one: information and cluster metadata can be read, and say what
// the root says.

import type { XContentObject } from "../../xcontent/index.ts";
import { clusterMetadataFromTree } from "../format/metadata.ts";
import type { RepositoryData, RepositorySnapshot } from "../format/repository-data.ts";
import { type SnapshotInfo, snapshotInfoFromTree } from "../format/snapshot-info.ts";
import { formatVersion, versionOfId } from "../format/version.ts";
import { metadataBlobName, snapshotBlobName } from "../layout/blob-names.ts";
import { type RepositoryContext, rootName } from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import { type Finding, type FindingKind, newFinding } from "./finding.ts";
import { type BlobProblem, type ReadCounts, readChecked } from "./read-checked-blob.ts";

/** What the shards need to know of a snapshot. */
export interface VerifiedSnapshot {
  readonly uuid: string;
  readonly name: string;
  /** When it was begun; 0 where that is not known. */
  readonly startTimeMillis: number;
  /** False where its information cannot be read: nobody knows then which shards failed. */
  readonly known: boolean;
  /** Its data is in a remote store, and there is nothing of it in the shards' folders. */
  readonly pinned: boolean;
  /** Its data is in a remote store. */
  readonly shallow: boolean;
  /** `<index name>/<shard>` of shards that are not in it. */
  readonly failedShards: ReadonlySet<string>;
  /** No shard was taken at all. */
  readonly failed: boolean;
}

/** Reads and checks the information and the cluster metadata of snapshots. */
export async function verifySnapshots(
  context: RepositoryContext,
  data: RepositoryData,
  selected: readonly RepositorySnapshot[],
  counts: ReadCounts,
  findings: Finding[],
  signal?: AbortSignal,
): Promise<VerifiedSnapshot[]> {
  const indicesOf = indexNamesBySnapshot(data);
  return runLimited(selected, context.parallelCallsMax, async (snapshot) => {
    const snapshots = [snapshot.name];
    const name = rootName(context, snapshotBlobName(snapshot.uuid));
    const convert = (tree: XContentObject) => {
      const info = snapshotInfoFromTree(tree);
      return { ...info, version: formatVersion(versionOfId(info.versionId)) };
    };
    const read = await readChecked(context, "snapshot", name, counts, convert, signal);
    if (read.problem !== undefined) {
      const what = `The information of snapshot [${snapshot.name}]`;
      findings.push(problemFinding("snapshot-info", name, what, read.problem, { snapshots }));
    } else {
      const wrong = contradiction(indicesOf.get(snapshot.uuid) ?? [], snapshot, read.value);
      if (wrong !== undefined) {
        findings.push(newFinding("contradicting-snapshot-info", name, wrong, { snapshots }));
      }
    }
    await verifyClusterMetadata(context, snapshot, counts, findings, signal);
    const belongs = read.value?.snapshotId.uuid === snapshot.uuid;
    return verifiedSnapshot(snapshot, belongs ? read.value : undefined);
  });
}

/** The finding of a blob that cannot be read: `missing-…`, `corrupt-…`, or `unreadable-blob`. */
export function problemFinding(
  what: "snapshot-info" | "global-metadata" | "index-metadata" | "shard-snapshot" | "shard-index",
  blob: string,
  subject: string,
  problem: BlobProblem,
  place: { snapshots: Iterable<string>; index?: string; shard?: number },
): Finding {
  const { state, message } = problem;
  if (state === "unreadable") {
    return newFinding("unreadable-blob", blob, `${subject} cannot be read: ${message}`, place);
  }
  const kind: FindingKind = `${state}-${what}`;
  const text = state === "missing" ? "is missing" : `is damaged: ${message}`;
  return newFinding(kind, blob, `${subject} ${text}`, place);
}

async function verifyClusterMetadata(
  context: RepositoryContext,
  snapshot: RepositorySnapshot,
  counts: ReadCounts,
  findings: Finding[],
  signal?: AbortSignal,
): Promise<void> {
  const name = rootName(context, metadataBlobName(snapshot.uuid));
  const convert = clusterMetadataFromTree;
  const { problem } = await readChecked(context, "metadata", name, counts, convert, signal);
  if (problem === undefined) return;
  const what = `The cluster metadata of snapshot [${snapshot.name}]`;
  const place = { snapshots: [snapshot.name] };
  findings.push(problemFinding("global-metadata", name, what, problem, place));
}

function indexNamesBySnapshot(data: RepositoryData): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const uuid of data.snapshots.keys()) names.set(uuid, []);
  for (const index of data.indices.values()) {
    for (const uuid of index.snapshots) names.get(uuid)?.push(index.name);
  }
  return names;
}

/** Where a snapshot's information and the root do not agree. */
function contradiction(
  indices: readonly string[],
  snapshot: RepositorySnapshot,
  info: SnapshotInfo & { version: string },
): string | undefined {
  const { name, uuid } = info.snapshotId;
  if (uuid !== snapshot.uuid || name !== snapshot.name) {
    return `It is the information of snapshot [${name}/${uuid}], not of [${snapshot.name}]`;
  }
  if (snapshot.state !== undefined && snapshot.state !== info.state) {
    return `Its state is ${info.state}, the root says ${snapshot.state}`;
  }
  const { version } = info;
  if (snapshot.version !== undefined && snapshot.version !== version) {
    return `Its version is ${version}, the root says ${snapshot.version}`;
  }
  const root = new Set(indices);
  const own = new Set(info.indices);
  const onlyRoot = [...root].filter((index) => !own.has(index));
  const onlyInfo = [...own].filter((index) => !root.has(index));
  if (onlyRoot.length > 0) return `It lacks the indices [${onlyRoot.join(", ")}] of the root`;
  if (onlyInfo.length === 0 || info.state === "FAILED") return undefined;
  return `It names the indices [${onlyInfo.join(", ")}], which the root does not have in it`;
}

function verifiedSnapshot(
  snapshot: RepositorySnapshot,
  info: SnapshotInfo | undefined,
): VerifiedSnapshot {
  const failures = info?.shardFailures ?? [];
  return {
    uuid: snapshot.uuid,
    name: snapshot.name,
    startTimeMillis: info?.startTimeMillis ?? 0,
    known: info !== undefined,
    pinned: info?.pinnedTimestamp !== undefined,
    shallow: info?.remoteStoreIndexShallowCopy === true || info?.pinnedTimestamp !== undefined,
    failedShards: new Set(failures.map(({ index, shardId }) => `${index}/${shardId}`)),
    failed: (info?.state ?? snapshot.state) === "FAILED",
  };
}
