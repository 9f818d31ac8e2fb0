// Repositories that real servers wrote are read, and compared with what the servers themselves
// said of them: the list of snapshots with all its fields, `_status` of a snapshot, and every
// file of every shard by length, checksum and (against the golden list of segments) name.

import { afterAll, describe, expect, test } from "vitest";
import { seededRandom, systemClock, VarveError } from "../../src/base/index.ts";
import { FsBlobStore } from "../../src/blobstore/index.ts";
import { MemoryDirectory } from "../../src/lucene/store/index.ts";
import {
  describeCommitFiles,
  directorySink,
  formatVersion,
  type IndexId,
  numberOfShards,
  openRepository,
  type Repository,
  type SnapshotInfo,
  versionOfId,
} from "../../src/repository/index.ts";
import { applyDamage, fixtureExpected, fixtureNames, unpackFixture } from "../support/fixtures.ts";

/** Fixtures whose data is in a remote store, which is not read yet. */
const REMOTE = new Set(["os2.19.6-remote-v1", "os2.19.6-remote-v2", "os3.6.0-remote-v2"]);

const cleanups: (() => void)[] = [];
afterAll(() => {
  for (const cleanup of cleanups) cleanup();
});

function open(name: string): { repository: Repository; folder: string } {
  const fixture = unpackFixture(name);
  cleanups.push(() => fixture.remove());
  const options = { name: "fixture", clock: systemClock, random: seededRandom(1) };
  const repository = openRepository(new FsBlobStore(fixture.repository), options);
  return { repository, folder: fixture.folder };
}

/** A snapshot as `GET _snapshot` shows it, without the fields that only render others. */
function shown(info: SnapshotInfo): Record<string, unknown> {
  return {
    snapshot: info.snapshotId.name,
    uuid: info.snapshotId.uuid,
    version_id: info.versionId,
    version: formatVersion(versionOfId(info.versionId)),
    ...(info.remoteStoreIndexShallowCopy === undefined
      ? {}
      : { remote_store_index_shallow_copy: info.remoteStoreIndexShallowCopy }),
    ...(info.pinnedTimestamp === undefined ? {} : { pinned_timestamp: info.pinnedTimestamp }),
    indices: info.indices,
    data_streams: info.dataStreams,
    ...(info.includeGlobalState === undefined
      ? {}
      : { include_global_state: info.includeGlobalState }),
    ...(info.userMetadata === undefined ? {} : { metadata: info.userMetadata }),
    state: info.state,
    start_time_in_millis: info.startTimeMillis,
    end_time_in_millis: info.endTimeMillis,
    failures: info.shardFailures.map((failure) => ({
      index: failure.index,
      index_uuid: failure.indexUuid,
      shard_id: failure.shardId,
      reason: failure.reason,
      status: failure.status,
      ...(failure.nodeId === undefined ? {} : { node_id: failure.nodeId }),
    })),
    shards: {
      total: info.totalShards,
      failed: info.totalShards - info.successfulShards,
      successful: info.successfulShards,
    },
  };
}

const RENDERED = new Set(["start_time", "end_time", "duration_in_millis"]);

/** Indices are sorted, and failures lose the index uuid, for which the blob holds the name. */
function comparable(snapshot: Record<string, any>) {
  const kept = Object.entries(snapshot).filter(([field]) => !RENDERED.has(field));
  const plain = { data_streams: [], ...Object.fromEntries(kept) } as Record<string, any>;
  plain["indices"] = [...plain["indices"]].sort();
  plain["failures"] = plain["failures"].map(({ index_uuid, ...rest }: any) => rest);
  return plain;
}

describe.each(fixtureNames())("%s", (name) => {
  const expected = fixtureExpected(name);
  const { repository } = open(name);

  test("getSnapshotInfos answers what the server answered", async () => {
    const data = await repository.getRepositoryData();
    const infos = await repository.getSnapshotInfos([...data.snapshots.values()]);
    const ours = infos.map((info) => comparable(shown(info as SnapshotInfo)));
    const theirs = expected.final.snapshots.snapshots.map(comparable);
    const byName = (a: any, b: any) => (a.snapshot < b.snapshot ? -1 : 1);
    expect(ours.sort(byName)).toEqual(theirs.sort(byName));
  });

  test("getSnapshotIndices names the indices of every snapshot", async () => {
    const data = await repository.getRepositoryData();
    for (const info of await repository.getSnapshotInfos([...data.snapshots.values()])) {
      if (info instanceof Error) throw info;
      const indices = await repository.getSnapshotIndices(info.snapshotId);
      expect(indices.map((index) => index.name).sort()).toEqual([...info.indices].sort());
      for (const index of indices) {
        const metadata = await repository.getIndexMetadata(info.snapshotId, index);
        expect(metadata.name).toBe(index.name);
        expect(numberOfShards(metadata)).toBeGreaterThan(0);
      }
      await repository.getClusterMetadata(info.snapshotId);
    }
  });

  test.skipIf(REMOTE.has(name))("restores every shard with right checksums", async () => {
    const data = await repository.getRepositoryData();
    let files = 0;
    for (const snapshot of data.snapshots.values()) {
      const info = await repository.getSnapshotInfo(snapshot);
      for (const index of await repository.getSnapshotIndices(snapshot)) {
        const metadata = await repository.getIndexMetadata(snapshot, index);
        for (let shard = 0; shard < numberOfShards(metadata); shard++) {
          const failed = info.shardFailures.some(
            (f) => f.index === index.name && f.shardId === shard,
          );
          if (failed) continue;
          files += await restoreShard(repository, snapshot, index, shard);
        }
      }
    }
    expect(files).toBeGreaterThan(0);
  });

  test.skipIf(REMOTE.has(name))("getSnapshotStatus counts what the server counted", async () => {
    const status = expected.final.status?.snapshots?.[0];
    if (status === undefined) return;
    const found = await repository.findSnapshot(status.snapshot);
    const ours = await repository.getSnapshotStatus(found);
    for (const [index, theirs] of Object.entries<any>(status.indices)) {
      const shards = ours.indices.get(index)!;
      for (const [number, shard] of Object.entries<any>(theirs.shards)) {
        const mine = shards[Number(number)]!;
        expect(mine.stage).toBe(shard.stage);
        // Elasticsearch 5 counted what was done, not what there is.
        if (shard.stats.total === undefined) continue;
        const sizes = { file_count: mine.total.files, size_in_bytes: mine.total.bytes };
        expect(shard.stats.total).toEqual(sizes);
        expect(shard.stats.incremental).toEqual({
          file_count: mine.incremental.files,
          size_in_bytes: mine.incremental.bytes,
        });
      }
    }
  });
});

/** Restores into memory, and describes the result as a commit again: equal files, equal sums. */
async function restoreShard(
  repository: Repository,
  snapshot: { name: string; uuid: string },
  index: IndexId,
  shard: number,
): Promise<number> {
  const directory = new MemoryDirectory();
  const plan = await repository.planShardRestore(snapshot, index, shard);
  await repository.runShardRestore(plan, directorySink(directory));
  const described = describeCommitFiles(directory, directory.listAll(), "");
  const sums = new Map(described.map((file) => [file.name, `${file.length} ${file.checksum}`]));
  for (const file of plan.files) {
    expect(sums.get(file.physicalName)).toBe(`${file.length} ${file.checksum}`);
  }
  expect(sums.size).toBe(plan.files.length);
  return plan.files.length;
}

describe.each([...REMOTE])("%s", (name) => {
  test("rejects the restore of data in a remote store", async () => {
    const { repository } = open(name);
    const snapshot = await repository.findSnapshot("r1");
    const [index] = await repository.getSnapshotIndices(snapshot);
    await expect(repository.planShardRestore(snapshot, index!, 0)).rejects.toThrow(VarveError);
  });
});

describe("damaged repositories", () => {
  const base = "os2.19.6-series";

  function damaged(variant: string): Repository {
    const { repository, folder } = open(base);
    applyDamage(variant, folder);
    return repository;
  }

  async function restoreAll(repository: Repository): Promise<string[]> {
    const errors: string[] = [];
    for (const snapshot of (await repository.getRepositoryData()).snapshots.values()) {
      const info = await repository.getSnapshotInfo(snapshot);
      for (const index of await repository.getSnapshotIndices(snapshot)) {
        const shards = numberOfShards(await repository.getIndexMetadata(snapshot, index));
        for (let shard = 0; shard < shards; shard++) {
          if (info.shardFailures.some((f) => f.index === index.name && f.shardId === shard))
            continue;
          try {
            await restoreShard(repository, snapshot, index, shard);
          } catch (error) {
            const cause = (error as Error).cause as VarveError;
            errors.push(`${cause.kind}: ${cause.message}`);
          }
        }
      }
    }
    return errors;
  }

  test.each([
    ["v1-flip-segment", /^corrupt: verification failed \(hardware problem\?\) : expected=/],
    ["v2-truncated", /^corrupt: Blob .* is truncated/],
    ["v3-missing", /^missing: Blob .* does not exist/],
  ])(
    "%s fails the restore of the shards that need the blob, and no other",
    async (variant, text) => {
      const errors = await restoreAll(damaged(variant));
      expect(errors.length).toBeGreaterThan(0);
      for (const error of errors) expect(error).toMatch(text);
    },
  );

  test("v4-flip-snapshot-info breaks one snapshot and lists the others", async () => {
    const repository = damaged("v4-flip-snapshot-info");
    const data = await repository.getRepositoryData();
    const infos = await repository.getSnapshotInfos([...data.snapshots.values()]);
    const errors = infos.filter((info) => info instanceof VarveError);
    expect(errors.length).toBe(1);
    expect(errors[0]!.message).toMatch(/^\[fixture:s4\/.*\] failed to get snapshots$/);
    const cause = errors[0]!.cause as VarveError;
    expect(cause.type).toBe("corrupt_state_exception");
    expect(cause.message).toContain("checksum failed (hardware problem?)");
  });

  test("v5-flip-shard-index is made again from the blobs of the snapshots", async () => {
    const { repository, folder } = open(base);
    applyDamage("v5-flip-shard-index", folder);
    expect(await restoreAll(repository)).toEqual([]);
    expect((await repository.planCleanup()).skipped.length).toBe(1);
    await repository.deleteSnapshots(["s1", "s9"]);
    expect(await restoreAll(repository)).toEqual([]);
    expect((await repository.planCleanup()).skipped).toEqual([]);
    expect((await repository.getRepositoryData()).snapshots.size).toBe(7);
  });

  test("v6-root-index-truncated rejects the catalog in the server's words", async () => {
    await expect(damaged("v6-root-index-truncated").getRepositoryData()).rejects.toMatchObject({
      type: "repository_exception",
      message: "[fixture] could not read repository data from index blob",
    });
  });

  test("v7-wrong-index-latest is read by its listing", async () => {
    expect((await damaged("v7-wrong-index-latest").getRepositoryData()).generation).toBe(10);
  });

  test("v8-orphans is cleaned up, and nothing else is", async () => {
    const { repository, folder } = open(base);
    applyDamage("v8-orphans", folder);
    const plan = await repository.planCleanup();
    expect(plan.blobs.size + plan.staleIndices.length).toBeGreaterThan(2);
    const deleted = await repository.cleanup();
    expect(deleted.blobs).toBeGreaterThan(3);
    expect(await restoreAll(repository)).toEqual([]);
    expect((await repository.planCleanup()).blobs.size).toBe(0);
  });
});
