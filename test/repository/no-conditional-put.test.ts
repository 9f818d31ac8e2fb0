// Two writers on a store that cannot put if absent: the second is refused, as by the real server.

import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/index.ts";
import {
  type BlobStoreCapabilities,
  ForwardingBlobStore,
  MemoryBlobStore,
  type PutOptions,
} from "../../src/blobstore/index.ts";
import { filesFor, openTest, plain, restoreAll, take } from "./support.ts";

/** Overwrites where another store would say that the blob is there. */
class CarelessStore extends ForwardingBlobStore {
  override get capabilities(): BlobStoreCapabilities {
    return { ...this.inner.capabilities, putIfAbsent: false };
  }

  override async put(name: string, content: never, options: PutOptions = {}): Promise<void> {
    return this.inner.put(name, content, { ...options, ifAbsent: false });
  }
}

const random = seededRandom(11);

test("a writer that fell behind is refused, and the other's snapshot stays", async () => {
  const store = new CarelessStore(new MemoryBlobStore());
  const [ours, theirs] = [openTest(store, random), openTest(store, random)];
  const content = { one: [filesFor("x", [1])] };
  const started = await theirs.startSnapshot("late", []);
  await take(ours, "first", content);
  const info = {
    snapshotId: started.snapshotId,
    versionId: 136217827,
    indices: [],
    dataStreams: [],
    state: "SUCCESS" as const,
    startTimeMillis: 1,
    endTimeMillis: 2,
    totalShards: 0,
    successfulShards: 0,
    shardFailures: [],
  };
  const clusterMetadata = { persistentSettings: {}, templates: {}, customs: {} };
  const late = { info, base: started.base, clusterMetadata, indices: [] };
  // What was only added to is taken on top: the late one joins rather than overwrites.
  await theirs.finalizeSnapshot(late);
  const again = openTest(store, random);
  const names = [...(await again.getRepositoryData()).snapshots.values()].map((item) => item.name);
  expect(names.sort()).toEqual(["first", "late"]);
  expect(plain(await restoreAll(again, "first"))).toEqual(plain(content));
});

test("a deletion that lost a race is planned again on what is there", async () => {
  const store = new CarelessStore(new MemoryBlobStore());
  const [ours, theirs] = [openTest(store, random), openTest(store, random)];
  const content = { one: [filesFor("x", [1])] };
  await take(ours, "a", content);
  await theirs.getRepositoryData();
  await take(ours, "b", content);
  await theirs.deleteSnapshots(["a"]);
  const names = [...(await ours.getRepositoryData()).snapshots.values()].map((item) => item.name);
  expect(names).toEqual(["b"]);
  expect(plain(await restoreAll(ours, "b"))).toEqual(plain(content));
});

test("a writer whose root was replaced under its hands is told", async () => {
  const inner = new MemoryBlobStore();
  const store = new CarelessStore(inner);
  const ours = openTest(store, random);
  await take(ours, "a", { one: [filesFor("x", [1])] });
  const get = inner.get.bind(inner);
  let replaced = false;
  inner.get = async (name, signal) => {
    // Somebody else's bytes lie there when we look.
    if (name === "index-1" && !replaced) {
      replaced = true;
      await inner.put(name, await get("index-0", signal));
    }
    return get(name, signal);
  };
  await expect(take(ours, "b", { one: [filesFor("x", [2])] })).rejects.toMatchObject({
    kind: "conflict",
  });
});
