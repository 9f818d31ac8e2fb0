// Small snapshots without an engine: a shard is a map of files with Lucene footers.

import { type Clock, crc32, type Random, systemClock } from "../../src/base/index.ts";
import type { BlobStore } from "../../src/blobstore/index.ts";
import {
  type CommitFile,
  type CommitSource,
  checksumText,
  type IndexId,
  openRepository,
  type Repository,
  type RepositoryOptions,
  type SnapshotInfo,
} from "../../src/repository/index.ts";

/** Files of a commit by name. */
export type Files = Map<string, Uint8Array>;

/** Bytes with a codec footer behind them. */
export function withFooter(body: Uint8Array): Uint8Array {
  const bytes = Buffer.concat([body, Buffer.alloc(16)]);
  bytes.writeUInt32BE(0xc02893e8, body.length);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, bytes.length - 8)), bytes.length - 4);
  return bytes;
}

/** A commit's files, as describeCommitFiles would answer them. */
export function commitOf(files: Files): CommitFile[] {
  return [...files].map(([name, bytes]) => {
    const checksum = checksumText(Buffer.from(bytes).readUInt32BE(bytes.length - 4));
    const file: CommitFile = { name, length: bytes.length, checksum, writtenBy: "9.1.0" };
    return /^segments_|\.si$/.test(name) ? { ...file, content: bytes } : file;
  });
}

/** Reads from the map, a few bytes at a time. */
export function sourceOf(files: Files, partBytes = 1000): CommitSource {
  return {
    *read(file, offset, length) {
      const bytes = files.get(file)!;
      for (let from = offset; from < offset + length; from += partBytes) {
        yield bytes.subarray(from, Math.min(from + partBytes, offset + length));
      }
    },
  };
}

/** Files that depend on a number: one segment a number, and the commit point. */
export function filesFor(seed: string, segments: readonly number[]): Files {
  const files: Files = new Map();
  for (const segment of segments) {
    const body = Buffer.from(`${seed} segment ${segment} `.repeat(50 + segment));
    files.set(`_${segment}.cfs`, withFooter(body));
    files.set(`_${segment}.si`, withFooter(Buffer.from(`info ${seed} ${segment}`)));
  }
  const commit = Buffer.from(`commit ${seed} ${segments.join(",")}`);
  files.set(`segments_${segments.length}`, withFooter(commit));
  return files;
}

/** Opens a repository for tests. */
export function openTest(
  store: BlobStore,
  random: Random,
  more: Partial<RepositoryOptions> = {},
  clock: Clock = systemClock,
): Repository {
  return openRepository(store, { name: "repo", clock, random, ...more });
}

/** What a test snapshot holds: index name to the files of its shards. */
export type Content = Record<string, Files[]>;

/** Takes a snapshot from start to end. */
export async function take(
  repository: Repository,
  name: string,
  content: Content,
  uuidOf = (index: string) => index,
  shardStateId?: string,
): Promise<{ uploads: string[]; damaged: string[] }> {
  const started = await repository.startSnapshot(name, Object.keys(content));
  const uploads: string[] = [];
  const damaged: string[] = [];
  const indices = [];
  let shards = 0;
  for (const [indexName, files] of Object.entries(content)) {
    const index = started.indices.get(indexName) as IndexId;
    const shardGenerations: string[] = [];
    for (const [shard, map] of files.entries()) {
      const input = { index, shard, commit: commitOf(map), commitGeneration: 3, shardStateId };
      const plan = await repository.planShardSnapshot(started, input);
      uploads.push(...plan.uploads.map((file) => file.physicalName));
      damaged.push(...plan.damaged);
      const result = await repository.runShardSnapshot(plan, sourceOf(map));
      shardGenerations.push(result.generation);
      shards++;
    }
    const settings = {
      "index.uuid": uuidOf(indexName),
      "index.number_of_shards": String(files.length),
    };
    const metadata = { name: indexName, tree: { version: 1, settings, mappings: [] } };
    indices.push({ index, metadata, shardGenerations });
  }
  const info: SnapshotInfo = {
    snapshotId: started.snapshotId,
    versionId: 136217827,
    indices: Object.keys(content),
    dataStreams: [],
    state: "SUCCESS",
    includeGlobalState: true,
    startTimeMillis: 1,
    endTimeMillis: 2,
    totalShards: shards,
    successfulShards: shards,
    shardFailures: [],
  };
  const clusterMetadata = { persistentSettings: {}, templates: {}, customs: {} };
  await repository.finalizeSnapshot({ info, base: started.base, clusterMetadata, indices });
  return { uploads, damaged };
}

/** Restores a snapshot whole, every checksum checked. */
export async function restoreAll(repository: Repository, name: string): Promise<Content> {
  const snapshot = await repository.findSnapshot(name);
  const content: Content = {};
  for (const index of await repository.getSnapshotIndices(snapshot)) {
    const status = (await repository.getSnapshotStatus(snapshot)).indices.get(index.name)!;
    const shards: Files[] = [];
    for (let shard = 0; shard < status.length; shard++) {
      const files: Files = new Map();
      const plan = await repository.planShardRestore(snapshot, index, shard);
      await repository.runShardRestore(plan, {
        create(file) {
          const parts: Uint8Array[] = [];
          return {
            write: (bytes) => void parts.push(Uint8Array.from(bytes)),
            close: () => void files.set(file, Buffer.concat(parts)),
          };
        },
      });
      shards.push(files);
    }
    content[index.name] = shards;
  }
  return content;
}

/** Content in a form that can be compared. */
export function plain(content: Content): Record<string, [string, string][][]> {
  return Object.fromEntries(
    Object.entries(content).map(([index, shards]) => [
      index,
      shards.map((files) =>
        [...files]
          .map(([name, bytes]): [string, string] => [name, Buffer.from(bytes).toString("latin1")])
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    ]),
  );
}
