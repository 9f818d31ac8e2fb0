// A shard of shallow snapshots against the remote store, if it is given: the metadata file of each
// is there and whole, and so are the names and lengths of the files that it names. Answers those
// files, whose bytes are then checked like any others.

import { VarveError } from "../../base/index.ts";
import { isVirtual } from "../format/file-info.ts";
import type { RepositoryData } from "../format/repository-data.ts";
import type { ShardSnapshot } from "../format/shard-snapshot.ts";
import {
  findMetadataFile,
  findShallowShard,
  type RemoteShardSnapshot,
  readRemoteShard,
  remoteFolder,
  type ShallowShard,
} from "../remote-store/read-shallow-shard.ts";
import type { RepositoryContext } from "../repository-context.ts";
import { runLimited } from "../run-limited.ts";
import type { DataFile } from "./check-data.ts";
import { type Finding, newFinding } from "./finding.ts";
import { problemOf, type ReadCounts } from "./read-checked-blob.ts";
import type { VerifiedIndex } from "./verify-index.ts";
import type { VerifiedSnapshot } from "./verify-snapshots.ts";

/** What of a shard lies in one folder of the remote store. */
export interface VerifiedRemoteFolder {
  readonly folder: string;
  readonly files: DataFile[];
  /** The commits of snapshots of which every file is there. */
  readonly commits: { readonly snapshot: string; readonly commit: ShardSnapshot }[];
}

interface RemoteMember {
  readonly snapshot: VerifiedSnapshot;
  readonly commit: RemoteShardSnapshot;
}

/**
 * Checks what the shallow snapshots of a shard name in the remote store. An index that was deleted
 * and made again has a folder for each of its lives.
 */
export async function verifyRemoteShard(
  context: RepositoryContext,
  data: RepositoryData,
  verified: VerifiedIndex,
  shard: number,
  shallow: ReadonlySet<string>,
  counts: ReadCounts,
  findings: Finding[],
  signal?: AbortSignal,
): Promise<VerifiedRemoteFolder[]> {
  const { index } = verified;
  const wanted = verified.snapshots.filter((snapshot) => {
    const shards = verified.shardCounts.get(snapshot.uuid) ?? 0;
    const failed = snapshot.failed || snapshot.failedShards.has(`${index.name}/${shard}`);
    return shallow.has(snapshot.name) && shard < shards && !failed;
  });
  const found = await runLimited(wanted, context.parallelCallsMax, async (snapshot) => {
    try {
      const place = await findShallowShard(context, data, snapshot, index, shard, signal);
      if (place === undefined) return undefined;
      const commit = await readMember(context, place, counts, findings, signal);
      return commit && { snapshot, commit };
    } catch (error) {
      signal?.throwIfAborted();
      // What is wrong with the repository's own blobs has its finding already.
      if (error instanceof VarveError && error.kind !== "internal") return undefined;
      throw error;
    }
  });
  const byFolder = new Map<string, RemoteMember[]>();
  for (const member of found) {
    if (member === undefined) continue;
    const { folder } = member.commit;
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), member]);
  }
  return runLimited([...byFolder], context.parallelCallsMax, ([folder, members]) =>
    verifyFolder(context, { folder, index: index.name, shard }, members, counts, findings, signal),
  );
}

/** The files that a snapshot's metadata file names; undefined with a finding where it does not. */
async function readMember(
  context: RepositoryContext,
  place: ShallowShard,
  counts: ReadCounts,
  findings: Finding[],
  signal?: AbortSignal,
): Promise<RemoteShardSnapshot | undefined> {
  const { snapshot, index, shard } = place;
  const where = { snapshots: [snapshot.name], index: index.name, shard };
  let blob = remoteFolder(context, place, "metadata");
  try {
    const file = await findMetadataFile(context, place, signal);
    blob = file.blob;
    const commit = await readRemoteShard(context, place, blob, signal);
    counts.blobs++;
    if (!file.locked) {
      const message =
        `No lock of snapshot [${snapshot.name}] keeps its files of shard ${shard} of ` +
        `[${index.name}] in the remote store: they may be deleted at any time`;
      findings.push(newFinding("missing-remote-lock", blob, message, where));
    }
    return commit;
  } catch (error) {
    signal?.throwIfAborted();
    const { state, message } = problemOf(error);
    const kind = state === "unreadable" ? "unreadable-blob" : (`${state}-remote-metadata` as const);
    findings.push(newFinding(kind, blob, message, where));
    return undefined;
  }
}

async function verifyFolder(
  context: RepositoryContext,
  place: { readonly folder: string; readonly index: string; readonly shard: number },
  members: readonly RemoteMember[],
  counts: ReadCounts,
  findings: Finding[],
  signal?: AbortSignal,
): Promise<VerifiedRemoteFolder> {
  const { folder, index, shard } = place;
  const { store } = context;
  const listing = store.capabilities.list ? await store.list(folder, "", signal) : undefined;
  const files = new Map<string, DataFile & { snapshots: string[] }>();
  for (const { snapshot, commit } of members) {
    for (const file of commit.files) {
      if (isVirtual(file)) continue;
      const known = files.get(file.name);
      if (known !== undefined) known.snapshots.push(snapshot.name);
      else files.set(file.name, { file, folder, index, shard, snapshots: [snapshot.name] });
    }
  }
  const sound = [...files.values()].filter(({ file, snapshots }) => {
    const length = listing === undefined ? file.length : listing.get(file.name);
    if (length === file.length) {
      counts.blobs++;
      return true;
    }
    const what = `file [${file.physicalName}] in the remote store`;
    const [kind, message] =
      length === undefined
        ? (["missing-blob", `The blob of ${file.length} bytes of ${what} is missing`] as const)
        : ([
            "length-mismatch",
            `The blob of ${what} has ${length} bytes, not ${file.length}`,
          ] as const);
    const where = { snapshots, index, shard, file: file.physicalName };
    findings.push(newFinding(kind, `${folder}/${file.name}`, message, where));
    return false;
  });
  const whole = new Set(sound.map(({ file }) => file.name));
  const commits = members
    .filter(({ commit }) => commit.files.every((file) => isVirtual(file) || whole.has(file.name)))
    .map(({ snapshot, commit }) => ({ snapshot: snapshot.name, commit }));
  return { folder, files: sound, commits };
}
