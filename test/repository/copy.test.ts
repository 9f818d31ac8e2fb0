// Copies of repositories that real servers wrote, and of small ones beside other writers.

import { afterEach, describe, expect, test } from "vitest";
import { seededRandom, systemClock } from "../../src/base/index.ts";
import {
  type BlobStore,
  ForwardingBlobStore,
  FsBlobStore,
  MemoryBlobStore,
} from "../../src/blobstore/index.ts";
import { MemoryDirectory } from "../../src/lucene/store/index.ts";
import {
  directorySink,
  isVirtual,
  numberOfShards,
  openRepository,
  partCount,
  type Repository,
} from "../../src/repository/index.ts";
import {
  applyDamage,
  fixtureNames,
  type UnpackedFixture,
  unpackFixture,
} from "../support/fixtures.ts";
import { type Content, filesFor, openTest, plain, restoreAll, take } from "./support.ts";

let fixture: UnpackedFixture | undefined;
afterEach(() => {
  fixture?.remove();
  fixture = undefined;
});

const random = seededRandom(4);

function open(store: BlobStore, name = "target"): Repository {
  return openRepository(store, { name, clock: systemClock, random });
}

function openFixture(name: string): Repository {
  fixture = unpackFixture(name);
  return open(new FsBlobStore(fixture.repository), "source");
}

const BEFORE_SHARD_GENERATIONS = /^es[56]/;
const REMOTE = /remote/;

/** Every file of every shard of a snapshot, by `index/shard/file`: restored, so checked. */
async function contents(repository: Repository, name: string): Promise<Map<string, string>> {
  const snapshot = await repository.findSnapshot(name);
  const info = await repository.getSnapshotInfo(snapshot);
  const files = new Map<string, string>();
  for (const index of await repository.getSnapshotIndices(snapshot)) {
    const metadata = await repository.getIndexMetadata(snapshot, index);
    for (let shard = 0; shard < numberOfShards(metadata); shard++) {
      const failed = info.shardFailures.some(
        (item) => item.index === index.name && item.shardId === shard,
      );
      if (failed) continue;
      const directory = new MemoryDirectory();
      const plan = await repository.planShardRestore(snapshot, index, shard);
      await repository.runShardRestore(plan, directorySink(directory));
      for (const [file, bytes] of directory.files) {
        const text = Buffer.from(bytes).toString("base64");
        files.set(`${index.name}/${shard}/${file}`, text);
      }
    }
  }
  return files;
}

async function copyAll(source: Repository, target: Repository) {
  const decisions = await target.planCopyFrom(source);
  const moved = { blobs: 0, bytes: 0 };
  for (const decision of decisions) {
    if (decision.action !== "copy") continue;
    const result = await target.copyFrom(source, decision);
    moved.blobs += result.blobs;
    moved.bytes += result.bytes;
  }
  return { decisions, ...moved };
}

async function expectContent(repository: Repository, name: string, content: Content) {
  expect(plain(await restoreAll(repository, name))).toEqual(plain(content));
}

describe("copy", () => {
  const names = fixtureNames().filter(
    (name) => !BEFORE_SHARD_GENERATIONS.test(name) && !REMOTE.test(name) && !/cities/.test(name),
  );
  test.each(names)("%s arrives with its names, ids and bytes", async (name) => {
    const source = openFixture(name);
    const target = open(new MemoryBlobStore());
    await copyAll(source, target);
    const [from, to] = [await source.getRepositoryData(), await target.getRepositoryData()];
    expect(new Set(to.snapshots.keys())).toEqual(new Set(from.snapshots.keys()));
    for (const snapshot of from.snapshots.values()) {
      const there = await target.getSnapshotInfo(snapshot);
      expect(there).toEqual(await source.getSnapshotInfo(snapshot));
      expect(await contents(target, snapshot.name)).toEqual(await contents(source, snapshot.name));
      expect(await target.getClusterMetadata(snapshot)).toEqual(
        await source.getClusterMetadata(snapshot),
      );
    }
    const again = await copyAll(source, target);
    expect(again.blobs).toBe(0);
    expect(again.decisions.every((item) => item.action === "present")).toBe(true);
    expect((await target.planCleanup()).blobs.size).toBe(0);
  });

  test("copies a blob once that several snapshots share", async () => {
    const source = openFixture("os2.19.6-series");
    const target = open(new MemoryBlobStore());
    const blobs = new Map<string, number>();
    const data = await source.getRepositoryData();
    for (const snapshot of data.snapshots.values()) {
      for (const index of await source.getSnapshotIndices(snapshot)) {
        const shards = numberOfShards(await source.getIndexMetadata(snapshot, index));
        for (let shard = 0; shard < shards; shard++) {
          const found = await source
            .getShardSnapshot(snapshot, index, shard)
            .catch(() => undefined);
          for (const file of found?.files ?? []) {
            if (!isVirtual(file)) blobs.set(`${index.id}/${shard}/${file.name}`, partCount(file));
          }
        }
      }
    }
    const { blobs: moved } = await copyAll(source, target);
    expect(moved).toBe([...blobs.values()].reduce((sum, count) => sum + count, 0));
  });

  test("goes on where it was interrupted", async () => {
    const source = openFixture("os2.19.6-types");
    const store = new MemoryBlobStore();
    const [first] = await open(store).planCopyFrom(source);
    const stop = new AbortController();
    let moved = 0;
    const interrupted = open(store).copyFrom(source, first!, {
      signal: stop.signal,
      onBytes: (bytes) => {
        moved += bytes;
        if (moved > 100_000) stop.abort(new Error("stop"));
      },
    });
    await expect(interrupted).rejects.toThrow("stop");
    expect((await open(store).getRepositoryData()).snapshots.size).toBe(0);
    const puts: string[] = [];
    class Recording extends ForwardingBlobStore {
      override put(...args: Parameters<BlobStore["put"]>) {
        if (args[0].includes("/__")) puts.push(args[0]);
        return this.inner.put(...args);
      }
    }
    const target = open(new Recording(store));
    const result = await target.copyFrom(source, first!);
    expect(puts.length).toBeLessThan(result.blobs);
    expect(await contents(target, first!.name)).toEqual(await contents(source, first!.name));
  });

  test("copies what is sound, names what is damaged, and stores no damaged byte", async () => {
    const source = openFixture("os2.19.6-series");
    applyDamage("v1-flip-segment", fixture!.folder);
    const target = open(new MemoryBlobStore());
    const failed: string[] = [];
    for (const decision of await target.planCopyFrom(source)) {
      await target.copyFrom(source, decision).catch((error) => {
        expect(error).toMatchObject({ kind: "corrupt" });
        failed.push(decision.name);
      });
    }
    const copied = [...(await target.getRepositoryData()).snapshots.values()];
    expect(failed.length).toBeGreaterThan(0);
    expect(copied.length).toBeGreaterThan(0);
    for (const snapshot of copied) {
      expect(await contents(target, snapshot.name)).toEqual(await contents(source, snapshot.name));
    }
    for (const name of failed) await expect(contents(source, name)).rejects.toThrow();
  });

  test("skips a snapshot whose name is taken, and shallow ones", async () => {
    const source = openTest(new MemoryBlobStore(), random);
    const target = openTest(new MemoryBlobStore(), random);
    await take(source, "a", { one: [filesFor("x", [1])] });
    await take(target, "a", { one: [filesFor("y", [1])] });
    const [decision] = await target.planCopyFrom(source);
    expect(decision).toMatchObject({ action: "skip", reason: expect.stringContaining("name") });
    const remote = openFixture("os2.19.6-remote-v1");
    const decisions = await target.planCopyFrom(remote);
    expect(decisions.every((item) => item.action === "skip")).toBe(true);
  });

  test("joins an index that the target knows under another id", async () => {
    const source = openTest(new MemoryBlobStore(), random);
    const target = openTest(new MemoryBlobStore(), random);
    const [ours, theirs] = [{ one: [filesFor("x", [1, 2])] }, { one: [filesFor("y", [3])] }];
    await take(source, "from", ours);
    await take(target, "own", theirs);
    await copyAll(source, target);
    await expectContent(target, "own", theirs);
    await expectContent(target, "from", ours);
    await target.deleteSnapshots(["own"]);
    await expectContent(target, "from", ours);
  });

  test("loses nothing beside writers that take and delete snapshots of the same index", async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const chance = seededRandom(seed);
      const source = openTest(new MemoryBlobStore(), chance);
      const contentOf = (number: number) => ({ one: [filesFor("s", [number, number + 1])] });
      for (let i = 0; i < 4; i++) await take(source, `s${i}`, contentOf(i));
      const store = new MemoryBlobStore();
      class Yielding extends ForwardingBlobStore {
        override async put(...args: Parameters<BlobStore["put"]>) {
          for (let i = chance.next() * 6; i > 0; i--) await Promise.resolve();
          return this.inner.put(...args);
        }
        override async list(...args: Parameters<BlobStore["list"]>) {
          for (let i = chance.next() * 6; i > 0; i--) await Promise.resolve();
          return this.inner.list(...args);
        }
        override async delete(...args: Parameters<BlobStore["delete"]>) {
          for (let i = chance.next() * 6; i > 0; i--) await Promise.resolve();
          return this.inner.delete(...args);
        }
      }
      const writer = openTest(new Yielding(store), chance);
      const own = new Map<string, ReturnType<typeof contentOf>>();
      const write = async () => {
        for (let i = 0; i < 6; i++) {
          const content = contentOf(10 + i);
          try {
            await take(writer, `w${i}`, content);
            own.set(`w${i}`, content);
            const [victim] = own.keys();
            if (i % 2 === 1 && victim !== undefined) {
              own.delete(victim);
              await writer.deleteSnapshots([victim]);
            }
          } catch (error) {
            expect(error).toMatchObject({ kind: "conflict" });
          }
        }
      };
      const target = openTest(new Yielding(store), chance);
      const copied: number[] = [];
      const copy = async () => {
        for (let i = 0; i < 4; i++) {
          const snapshot = await source.findSnapshot(`s${i}`);
          try {
            await target.copyFrom(source, snapshot);
            copied.push(i);
          } catch (error) {
            expect(error).toMatchObject({ kind: "conflict" });
          }
        }
      };
      await Promise.all([write(), copy()]);
      const after = openTest(store, chance);
      for (const number of copied) await expectContent(after, `s${number}`, contentOf(number));
      for (const [name, content] of own) await expectContent(after, name, content);
    }
  });
});

describe("mirror", () => {
  const names = fixtureNames().filter((name) => BEFORE_SHARD_GENERATIONS.test(name));
  test.each(names)("%s arrives as it is", async (name) => {
    const source = openFixture(name);
    const target = open(new MemoryBlobStore());
    const first = await target.mirrorFrom(source);
    expect(first.blobs).toBeGreaterThan(0);
    const [from, to] = [await source.getRepositoryData(), await target.getRepositoryData()];
    expect(to).toEqual(from);
    for (const snapshot of from.snapshots.values()) {
      expect(await contents(target, snapshot.name)).toEqual(await contents(source, snapshot.name));
    }
    expect((await target.mirrorFrom(source)).blobs).toBe(0);
  });

  test("rejects a target that holds other snapshots", async () => {
    const target = openTest(new MemoryBlobStore(), random);
    await take(target, "own", { one: [filesFor("y", [3])] });
    await expect(target.mirrorFrom(openFixture("es6.8.23-series"))).rejects.toMatchObject({
      kind: "conflict",
    });
  });
});
