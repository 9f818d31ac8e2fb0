// One repository through its life, in memory: increments, reuse, damage, deletion, clone, cleanup,
// abort, refusals.

import { describe, expect, test } from "vitest";
import { seededRandom, systemClock, VarveError } from "../../src/base/index.ts";
import { MemoryBlobStore, readOnly } from "../../src/blobstore/index.ts";
import {
  blobStoreSink,
  blobStoreSource,
  decodeRepositoryData,
  partCount,
  planShardRestore,
  runShardRestore,
  runShardSnapshot,
  type ShardSnapshot,
} from "../../src/repository/index.ts";
import { commitOf, filesFor, openTest, plain, restoreAll, sourceOf, take } from "./support.ts";

async function errorOf(action: Promise<unknown>): Promise<VarveError> {
  try {
    await action;
  } catch (error) {
    if (error instanceof VarveError) return error;
    throw error;
  }
  throw new Error("no error");
}

function fresh(more = {}) {
  const store = new MemoryBlobStore();
  return { store, repository: openTest(store, seededRandom(5), more) };
}

const first = { a: [filesFor("a0", [1, 2]), filesFor("a1", [1])], b: [filesFor("b", [1])] };
const second = { a: [filesFor("a0", [1, 2, 3]), filesFor("a1", [1])], b: [filesFor("b", [4])] };

describe("a snapshot", () => {
  test.each([
    ["plain", {}],
    ["in a folder, hashed", { basePath: "x/y", shardPathType: 1 as const }],
    [
      "hashed infix, compressed, in parts",
      {
        basePath: "x",
        shardPathType: 2 as const,
        compress: true,
        chunkSizeBytes: 700,
      },
    ],
  ])("restores what it took and uploads only what is new: %s", async (_, options) => {
    const { repository } = fresh(options);
    expect((await take(repository, "one", first)).uploads.length).toBe(4);
    expect((await take(repository, "two", second)).uploads).toEqual(["_3.cfs", "_4.cfs"]);
    expect((await take(repository, "three", second)).uploads).toEqual([]);
    expect(plain(await restoreAll(repository, "one"))).toEqual(plain(first));
    expect(plain(await restoreAll(repository, "three"))).toEqual(plain(second));
  });

  test("keeps the small files in metadata and cuts the others into parts", async () => {
    const { store, repository } = fresh({ chunkSizeBytes: 200 });
    await take(repository, "one", { a: [filesFor("s", [1])] });
    const snapshot = await repository.findSnapshot("one");
    const [index] = await repository.getSnapshotIndices(snapshot);
    const shard = await repository.getShardSnapshot(snapshot, index!, 0);
    const virtual = shard.files.filter((file) => file.name.startsWith("v__"));
    expect(virtual.map((file) => file.physicalName).sort()).toEqual(["_1.si", "segments_1"]);
    const data = shard.files.find((file) => file.name.startsWith("__"))!;
    const parts = [...store.blobs.keys()].filter((name) => name.includes(data.name));
    expect(parts.length).toBe(partCount(data));
    expect(parts.every((name) => /\.part\d+$/.test(name))).toBe(true);
  });

  test("uploads again what the listing no longer shows with its length", async () => {
    const { store, repository } = fresh();
    await take(repository, "one", { a: [filesFor("s", [1, 2])] });
    const [gone, cut] = [...store.blobs.keys()].filter((name) => name.includes("/__"));
    store.blobs.delete(gone!);
    store.blobs.set(cut!, store.blobs.get(cut!)!.subarray(5));
    const { uploads, damaged } = await take(repository, "two", { a: [filesFor("s", [1, 2])] });
    expect(uploads.sort()).toEqual(["_1.cfs", "_2.cfs"]);
    expect(damaged.length).toBe(2);
    expect(Object.keys(await restoreAll(repository, "two"))).toEqual(["a"]);
    expect((await errorOf(restoreAll(repository, "one"))).type).toBe(
      "index_shard_restore_failed_exception",
    );
  });

  test("uses the files of a snapshot with the same shard state id, if they are whole", async () => {
    const { store, repository } = fresh();
    const plan = async (name: string, files: Map<string, Uint8Array>, shardStateId?: string) => {
      const started = await repository.startSnapshot(name, ["a"]);
      const index = started.indices.get("a")!;
      const commit = commitOf(files);
      return repository.planShardSnapshot(started, {
        index,
        shard: 0,
        commit,
        commitGeneration: 1,
        shardStateId,
      });
    };
    await take(repository, "one", { a: [filesFor("s", [1])] }, undefined, "h-na-7");
    const merged = filesFor("merged", [2]);
    expect((await plan("two", merged, "h-na-7")).uploads).toEqual([]);
    expect((await plan("two", merged, "h-na-8")).uploads.length).toBe(1);
    const [blob] = [...store.blobs.keys()].filter((name) => name.includes("/__"));
    store.blobs.delete(blob!);
    expect((await plan("two", merged, "h-na-7")).uploads.length).toBe(1);
  });

  test("rejects a file whose bytes do not match their footer, and is not there", async () => {
    const { repository } = fresh();
    const files = filesFor("s", [1]);
    const started = await repository.startSnapshot("bad", ["a"]);
    const index = started.indices.get("a")!;
    const input = { index, shard: 0, commit: commitOf(files), commitGeneration: 1 };
    const plan = await repository.planShardSnapshot(started, input);
    files.get("_1.cfs")![3]! ^= 1;
    const error = await errorOf(repository.runShardSnapshot(plan, sourceOf(files)));
    expect(error.type).toBe("index_shard_snapshot_failed_exception");
    expect(error.message).toContain("checksum failed");
    expect((await repository.getRepositoryData()).snapshots.size).toBe(0);
  });

  test("has plans that another thread can run with a store of its own", async () => {
    const { store, repository } = fresh();
    const files = filesFor("s", [1, 2]);
    const started = await repository.startSnapshot("one", ["a"]);
    const index = started.indices.get("a")!;
    const input = { index, shard: 0, commit: commitOf(files), commitGeneration: 1 };
    const plan = structuredClone(await repository.planShardSnapshot(started, input));
    const folder = new MemoryBlobStore();
    for (const [name, bytes] of files) folder.blobs.set(`index/${name}`, bytes);
    const clock = { ...systemClock };
    const source = blobStoreSource(folder, "index");
    const result = await runShardSnapshot(store, plan, source, { clock });
    expect(result.generation).toBe(plan.generation);
    expect([...store.blobs.keys()].filter((name) => name.includes("/__")).length).toBe(2);
    const target = new MemoryBlobStore();
    const shard = { snapshot: "one", files: plan.files } as ShardSnapshot;
    const place = { indexName: "a", shard: 0, folder: plan.folder, snapshot: "one" };
    const restore = structuredClone(planShardRestore(place, shard));
    await runShardRestore(store, restore, blobStoreSink(target, ""));
    expect(plain({ a: [target.blobs] })).toEqual(plain({ a: [files] }));
  });

  test("restores only the files that the target does not have", async () => {
    const { repository } = fresh();
    const files = filesFor("s", [1, 2]);
    await take(repository, "one", { a: [files] });
    const snapshot = await repository.findSnapshot("one");
    const [index] = await repository.getSnapshotIndices(snapshot);
    const [kept] = commitOf(files);
    const existing = new Map([[kept!.name, kept!]]);
    const plan = await repository.planShardRestore(snapshot, index!, 0, existing);
    expect(plan.reused.map((file) => file.physicalName)).toEqual([kept!.name]);
    expect(plan.recovered.files).toBe(files.size - 1);
  });

  test("leaves unreferenced blobs when it is aborted, and cleanup takes them", async () => {
    const { store, repository } = fresh();
    await take(repository, "one", first);
    const before = new Set(store.blobs.keys());
    const controller = new AbortController();
    const started = await repository.startSnapshot("two", ["a"]);
    const files = filesFor("a0", [7, 8]);
    const index = started.indices.get("a")!;
    const input = { index, shard: 0, commit: commitOf(files), commitGeneration: 1 };
    const plan = await repository.planShardSnapshot(started, input);
    const running = repository.runShardSnapshot(plan, sourceOf(files), {
      signal: controller.signal,
      parallelFilesMax: 1,
      onFile: () => controller.abort(),
    });
    await expect(running).rejects.toThrow("abort");
    expect(store.blobs.size).toBeGreaterThan(before.size);
    expect((await repository.cleanup()).blobs).toBeGreaterThan(0);
    const after = [...store.blobs.keys()].filter((name) => !/index/.test(name));
    expect(after.every((name) => before.has(name))).toBe(true);
    expect(plain(await restoreAll(repository, "one"))).toEqual(plain(first));
  });

  test("writes index-N that names what readers need, and index.latest", async () => {
    const { store, repository } = fresh();
    await take(repository, "one", first);
    await take(repository, "two", second);
    const roots = [...store.blobs.keys()].filter((name) => name.startsWith("index"));
    expect(roots.sort()).toEqual(["index-1", "index.latest"]);
    expect(Buffer.from(store.blobs.get("index.latest")!).toString("hex")).toBe("0000000000000001");
    const tree = JSON.parse(Buffer.from(store.blobs.get("index-1")!).toString());
    expect(Object.keys(tree)).toEqual(["snapshots", "indices", "index_metadata_identifiers"]);
    expect(tree.snapshots[0]).toMatchObject({ name: "one", state: 1, version: "2.0.0" });
    expect(Object.keys(tree.index_metadata_identifiers)).toEqual(["a-_na_-1-1-1", "b-_na_-1-1-1"]);
    expect(tree.indices.a.shard_generations.length).toBe(2);
  });
});

describe("a damaged shard index", () => {
  const indexBlob = (store: MemoryBlobStore) =>
    [...store.blobs.keys()].find((name) => /\/index-/.test(name))!;

  test("is made again, and the next snapshot says so", async () => {
    const { store, repository } = fresh();
    await take(repository, "one", { a: [filesFor("s", [1, 2])] });
    const name = indexBlob(store);
    store.blobs.set(name, store.blobs.get(name)!.subarray(1));
    const { uploads, damaged } = await take(repository, "two", { a: [filesFor("s", [1, 2, 3])] });
    expect(uploads).toEqual(["_3.cfs"]);
    expect(damaged).toEqual([name.slice(name.lastIndexOf("/") + 1)]);
    await repository.deleteSnapshots(["two"]);
    expect(Object.keys(await restoreAll(repository, "one"))).toEqual(["a"]);
  });

  test("rejects the snapshot when a snapshot's own blob is damaged too", async () => {
    const { store, repository } = fresh();
    await take(repository, "one", { a: [filesFor("s", [1])] });
    store.blobs.delete(indexBlob(store));
    const [blob] = [...store.blobs.keys()].filter((name) => /\/0\/snap-/.test(name));
    store.blobs.set(blob!, Buffer.from("rubbish"));
    const error = await errorOf(take(repository, "two", { a: [filesFor("s", [2])] }));
    expect(error.message).toContain("failed to read shard snapshot file for [");
  });
});

describe("a store that cannot list", () => {
  test("is read by index.latest and restored from", async () => {
    const store = new MemoryBlobStore();
    await take(openTest(store, seededRandom(1)), "one", first);
    const capabilities = { write: false, putIfAbsent: false, list: false };
    const blind = Object.assign(Object.create(store) as MemoryBlobStore, { capabilities });
    blind.list = () => Promise.reject(new Error("cannot list"));
    expect(plain(await restoreAll(openTest(blind, seededRandom(2)), "one"))).toEqual(plain(first));
    store.blobs.set("index.latest", Buffer.from("short"));
    const error = await errorOf(openTest(blind, seededRandom(2)).getRepositoryData());
    expect(error.message).toBe("[repo] could not read repository data from index blob");
  });
});

describe("deleteSnapshots", () => {
  test("frees what only they needed, several at once, and whole indices", async () => {
    const { store, repository } = fresh();
    await take(repository, "one", first);
    await take(repository, "two", second);
    await take(repository, "other", { c: [filesFor("c", [1])] });
    const plan = await repository.planDelete(["one", "other"]);
    const listed = plan.blobs.size;
    const deleted = await repository.deleteSnapshots(["one", "other"]);
    expect(deleted.blobs).toBeGreaterThanOrEqual(listed);
    expect(plain(await restoreAll(repository, "two"))).toEqual(plain(second));
    expect((await store.listFolders("indices")).length).toBe(2);
    expect(await repository.cleanup()).toEqual({ blobs: 0, bytes: 0 });
    await repository.deleteSnapshots(["two"]);
    expect([...store.blobs.keys()].sort()).toEqual(["index-4", "index.latest"]);
  });

  test("deletes hashed indices with the files that list their paths", async () => {
    const { store, repository } = fresh({ shardPathType: 1, basePath: "base" });
    await take(repository, "one", first);
    expect((await store.list("base/snapshot_shard_paths")).size).toBe(2);
    await repository.deleteSnapshots(["one"]);
    expect([...store.blobs.keys()].sort()).toEqual(["base/index-1", "base/index.latest"]);
  });

  test("rejects a missing name and deletes nothing", async () => {
    const { repository } = fresh();
    await take(repository, "one", first);
    const error = await errorOf(repository.deleteSnapshots(["one", "none"]));
    expect([error.type, error.message]).toEqual([
      "snapshot_missing_exception",
      "[repo:none] is missing",
    ]);
    expect((await repository.getRepositoryData()).snapshots.size).toBe(1);
  });
});

describe("cloneSnapshot", () => {
  const request = { patterns: ["*"], versionId: 136217827 };

  test("holds the chosen indices after its source is gone", async () => {
    const { repository } = fresh();
    await take(repository, "one", first);
    const select = (names: readonly string[]) => names.filter((name) => name === "a");
    await repository.cloneSnapshot({ ...request, source: "one", target: "copy", select });
    await repository.deleteSnapshots(["one"]);
    expect(plain(await restoreAll(repository, "copy"))).toEqual(plain({ a: first.a }));
    const status = await repository.getSnapshotStatus(await repository.findSnapshot("copy"));
    expect(status.info.totalShards).toBe(2);
    expect(status.indices.get("a")![0]!.incremental.files).toBe(0);
  });

  test("rejects a selection without indices and a missing source", async () => {
    const { repository } = fresh();
    await take(repository, "one", first);
    const none = { ...request, source: "one", target: "copy", select: () => [], patterns: ["m*"] };
    const error = await errorOf(repository.cloneSnapshot(none));
    expect(error.message).toMatch(
      /^\[repo:one\/.+\] No indices in the source snapshot \[one\/.+\] matched requested pattern \[m\*\]$/,
    );
    const missing = { ...none, source: "zero" };
    expect((await errorOf(repository.cloneSnapshot(missing))).message).toBe(
      "[repo:zero] is missing",
    );
  });
});

describe("refusals", () => {
  test.each([
    ["Upper", "must be lowercase"],
    ["_x", "must not start with '_'"],
    ["a b", "must not contain whitespace"],
    ["a,b", "must not contain ','"],
    ["a#b", "must not contain '#'"],
    ["a?b", 'must not contain the following characters [ , ", *, \\, <, |, ,, >, /, ?]'],
  ])("rejects the name %s", async (name, reason) => {
    const error = await errorOf(fresh().repository.startSnapshot(name, []));
    expect(error.message).toBe(`[repo:${name}] Invalid snapshot name [${name}], ${reason}`);
    expect(error.type).toBe("invalid_snapshot_name_exception");
  });

  test("rejects a name that exists", async () => {
    const { repository } = fresh();
    await take(repository, "one", first);
    expect((await errorOf(repository.startSnapshot("one", []))).message).toBe(
      "[repo:one] Invalid snapshot name [one], snapshot with the same name already exists",
    );
  });

  test("rejects every change of a readonly repository in the server's words", async () => {
    const store = new MemoryBlobStore();
    await take(openTest(store, seededRandom(1)), "one", first);
    const repository = openTest(readOnly(store), seededRandom(2));
    const create = await errorOf(repository.startSnapshot("two", []));
    expect(create.message).toBe("[repo] cannot create snapshot in a readonly repository");
    expect((await errorOf(repository.deleteSnapshots(["one"]))).message).toBe(
      "[repo] cannot delete snapshot from a readonly repository",
    );
    expect((await errorOf(repository.cleanup())).message).toBe(
      "[repo] cannot run cleanup on readonly repository",
    );
    await repository.verify("node");
    expect(plain(await restoreAll(repository, "one"))).toEqual(plain(first));
  });

  test("rejects writing where Elasticsearch before 7.6 wrote", async () => {
    const store = new MemoryBlobStore();
    const old = { snapshots: [{ name: "old", uuid: "u", state: 1 }], indices: {} };
    store.blobs.set("index-0", Buffer.from(JSON.stringify(old)));
    const repository = openTest(store, seededRandom(1));
    expect((await repository.getRepositoryData()).snapshots.size).toBe(1);
    expect((await errorOf(repository.startSnapshot("new", []))).message).toContain("before 7.6");
  });
});

describe("verify", () => {
  test("leaves nothing behind, and fails on a store that forgets", async () => {
    const { store, repository } = fresh();
    await repository.verify("node-1");
    expect(store.blobs.size).toBe(0);
    store.get = () => Promise.reject(new Error("gone"));
    const error = await errorOf(repository.verify("node-1"));
    expect([error.type, error.message]).toEqual([
      "repository_verification_exception",
      "[repo] Failed to verify repository",
    ]);
  });
});

describe("decodeRepositoryData", () => {
  test("rejects an index that names an unknown snapshot", () => {
    const tree = { snapshots: [], indices: { a: { id: "x", snapshots: ["u"] } } };
    expect(() => decodeRepositoryData(Buffer.from(JSON.stringify(tree)), 0)).toThrow(
      "Detected a corrupted repository, index [a/x/0] references an unknown snapshot uuid [u]",
    );
  });

  test("rejects ids that lead out of their folder", () => {
    const tree = { snapshots: [], indices: { a: { id: "../x", snapshots: [] } } };
    expect(() => decodeRepositoryData(Buffer.from(JSON.stringify(tree)), 0)).toThrow(
      "is not an id",
    );
  });

  test("reads the names and uuids of Elasticsearch before 5.4.1", () => {
    const snapshots = [{ name: "s", uuid: "u", state: 1 }];
    const indices = { a: { id: "x", snapshots: [{ name: "s", uuid: "u" }] } };
    const data = decodeRepositoryData(Buffer.from(JSON.stringify({ snapshots, indices })), 0);
    expect(data.indices.get("a")!.snapshots).toEqual(["u"]);
  });
});
