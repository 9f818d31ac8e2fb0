// Two writers begin from one root, and the second puts its index-N over that of the first, as a
// server does whose store cannot put if absent. What the first has taken is then found by a
// verification, named, and put back; afterwards nothing is left to find, and everything restores.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/base/index.ts";
import { FsBlobStore, MemoryBlobStore } from "../../src/blobstore/index.ts";
import {
  encodeRepositoryData,
  type Finding,
  planAdoption,
  planRepair,
  planVerify,
  type Repository,
  type RepositoryOptions,
  removeSnapshots,
  runRepair,
  runVerify,
  shardFolder,
} from "../../src/repository/index.ts";
import { unpackFixture } from "../support/fixtures.ts";
import { type Content, filesFor, openTest, plain, restoreAll, take } from "./support.ts";

/** Every blob of a store. */
async function namesOf(store: MemoryBlobStore, folder = ""): Promise<string[]> {
  const prefix = folder === "" ? "" : `${folder}/`;
  const names = [...(await store.list(folder)).keys()].map((name) => prefix + name);
  for (const inner of await store.listFolders(folder)) {
    names.push(...(await namesOf(store, prefix + inner)));
  }
  return names;
}

async function copyOf(store: MemoryBlobStore): Promise<MemoryBlobStore> {
  const copy = new MemoryBlobStore();
  for (const name of await namesOf(store)) await copy.put(name, await store.get(name));
  return copy;
}

interface World {
  store: MemoryBlobStore;
  repository: Repository;
  contents: Map<string, Content>;
}

/** `base`, then `ours` and `theirs` at the same time, theirs over ours. */
async function overwritten(
  seed: number,
  base: Content,
  ours: Content,
  theirs: Content,
  more: Partial<RepositoryOptions> = {},
  theirName = "theirs",
): Promise<World> {
  const store = new MemoryBlobStore();
  const open = (at: MemoryBlobStore, salt: number) =>
    openTest(at, seededRandom(seed * 10 + salt), more);
  await take(open(store, 0), "base", base, (index) => `${index}-0`);
  const before = new Set(await namesOf(store));
  const fork = await copyOf(store);
  await take(open(store, 1), "ours", ours, (index) => `${index}-${seed % 2}`);
  await take(open(fork, 2), theirName, theirs, (index) => `${index}-${seed % 3}`);
  const kept = new Set(await namesOf(fork));
  for (const name of kept) await store.put(name, await fork.get(name));
  await store.delete([...before].filter((name) => !kept.has(name)));
  const contents = new Map([
    ["base", base],
    ["ours", ours],
    [theirName, theirs],
  ]);
  return { store, repository: open(store, 3), contents };
}

async function verify({ context }: Repository) {
  const plan = await planVerify(context);
  return { plan, findings: (await runVerify(context, plan)).findings };
}

async function adopt(repository: Repository, name: string): Promise<void> {
  const { plan } = await verify(repository);
  const repair = await planAdoption(repository.context, plan, name);
  expect(repair.lost).toEqual([]);
  await runRepair(repository.context, repair);
}

const lostOf = (findings: readonly Finding[]) =>
  findings.filter(({ kind }) => kind === "lost-snapshot");

const BASE: Content = { a: [filesFor("a", [1, 2]), filesFor("a1", [1])], b: [filesFor("b", [1])] };
const OURS: Content = { a: [filesFor("a", [1, 2, 3]), filesFor("a1", [1])] };
const THEIRS: Content = { a: [filesFor("a", [1, 2, 4]), filesFor("a1", [1, 2])] };

describe("a snapshot whose root another writer has overwritten", () => {
  test("is named by a verification, with what belongs to it", async () => {
    const { repository } = await overwritten(1, BASE, OURS, THEIRS);
    const { findings, plan } = await verify(repository);
    expect([...plan.root.data.snapshots.values()].map(({ name }) => name)).toEqual([
      "base",
      "theirs",
    ]);
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
    const lost = lostOf(findings);
    expect(lost).toHaveLength(1);
    expect(lost[0]).toMatchObject({ severity: "warning", snapshots: ["ours"] });
    expect(lost[0]!.message).toMatch(
      /Snapshot \[ours\] of 1970-01-01T.*SUCCESS, 2 of 2 shards.* is whole, .*--adopt ours/,
    );
    const rest = findings.filter(({ severity }) => severity === "info");
    expect(rest.length).toBeGreaterThan(3);
    for (const { kind, message } of rest) {
      expect(kind).toBe("unreferenced-blob");
      expect(message).toContain("belongs to snapshot [ours]");
    }
  });

  test.each([1, 2, 3, 4, 5, 6])("is put back and restores (%i)", async (seed) => {
    const random = seededRandom(seed);
    const some = (name: string): Content => {
      const content: Content = {};
      for (const index of ["a", "b", name]) {
        if (index !== name && random.next() < 0.3) continue;
        const segments = [1, 2, 3, 4].filter(() => random.next() < 0.5);
        content[index] = [filesFor(index, segments), filesFor(`${index}1`, [seed])];
      }
      return content;
    };
    const more = { shardPathType: (seed % 3) as 0 | 1 | 2, basePath: seed > 3 ? "in/it" : "" };
    const base = { ...some("base"), ...some("c") };
    const world = await overwritten(seed, base, some("ours"), some("theirs"), more);
    const { repository, contents } = world;
    const [lost] = lostOf((await verify(repository)).findings);
    expect(lost?.snapshots).toEqual(["ours"]);
    await adopt(repository, "ours");
    expect((await verify(repository)).findings).toEqual([]);
    for (const [name, content] of contents) {
      expect(plain(await restoreAll(repository, name))).toEqual(plain(content));
    }
    // It goes on: the next snapshot is incremental against the one that is back.
    const { uploads } = await take(repository, "next", contents.get("ours")!);
    expect(uploads).toEqual([]);
    await repository.deleteSnapshots(["ours"]);
    expect((await verify(repository)).findings).toEqual([]);
  });

  test("gets the metadata of its own index back", async () => {
    const { repository } = await overwritten(1, BASE, OURS, THEIRS);
    await adopt(repository, "ours");
    const snapshot = await repository.findSnapshot("ours");
    const [index] = await repository.getSnapshotIndices(snapshot);
    const { tree } = await repository.getIndexMetadata(snapshot, index!);
    expect(tree["settings"]).toMatchObject({ "index.uuid": "a-1" });
  });

  test("moves into the root's folder where both had the index for the first time", async () => {
    const store = new MemoryBlobStore();
    const fork = new MemoryBlobStore();
    const more = { chunkSizeBytes: 700 };
    await take(openTest(store, seededRandom(40), more), "first", OURS, (index) => `${index}-5`);
    await take(openTest(store, seededRandom(41), more), "second", BASE, (index) => `${index}-6`);
    await take(
      openTest(fork, seededRandom(42)),
      "theirs-1",
      { a: [filesFor("t", [7])] },
      () => "t",
    );
    await take(openTest(fork, seededRandom(43)), "theirs-2", THEIRS);
    for (const name of await namesOf(fork)) await store.put(name, await fork.get(name));
    const repository = openTest(store, seededRandom(44));
    expect(lostOf((await verify(repository)).findings)).toHaveLength(2);
    for (const [name, content] of [
      ["first", OURS],
      ["second", BASE],
    ] as const) {
      await adopt(repository, name);
      expect(plain(await restoreAll(repository, name))).toEqual(plain(content));
    }
    expect((await verify(repository)).findings).toEqual([]);
    expect(plain(await restoreAll(repository, "theirs-2"))).toEqual(plain(THEIRS));
    await repository.deleteSnapshots(["first", "theirs-1"]);
    expect((await verify(repository)).findings).toEqual([]);
    expect(plain(await restoreAll(repository, "second"))).toEqual(plain(BASE));
  });

  test("is adopted by its uuid, and one after the other where there are several", async () => {
    const { repository, store } = await overwritten(1, BASE, OURS, THEIRS);
    const fork = await copyOf(store);
    const before = await namesOf(store);
    await take(openTest(store, seededRandom(20)), "second", OURS, (index) => `${index}-5`);
    await take(openTest(fork, seededRandom(21)), "third", THEIRS);
    const kept = await namesOf(fork);
    for (const name of kept) await store.put(name, await fork.get(name));
    await store.delete(before.filter((name) => !kept.includes(name)));
    const lost = lostOf((await verify(repository)).findings);
    expect(lost.map(({ snapshots }) => snapshots[0]).sort()).toEqual(["ours", "second"]);
    const second = lost.find(({ snapshots }) => snapshots[0] === "second")!;
    await adopt(repository, /snap-(.*)\.dat$/.exec(second.blob!)![1]!);
    expect(lostOf((await verify(repository)).findings)).toHaveLength(1);
    await adopt(repository, "ours");
    expect((await verify(repository)).findings).toEqual([]);
    for (const name of ["ours", "second"]) {
      expect(plain(await restoreAll(repository, name))).toEqual(plain(OURS));
    }
  });

  test("is information only where a file of it is gone, and is then not adopted", async () => {
    const { repository, store } = await overwritten(1, BASE, OURS, THEIRS);
    const { findings } = await verify(repository);
    const data = findings.find(({ blob }) => /\/__[^/]+$/.test(blob ?? ""))!.blob!;
    await store.delete([data]);
    const after = await verify(repository);
    expect(new Set(after.findings.map(({ severity }) => severity))).toEqual(new Set(["info"]));
    const named = after.findings.find(({ snapshots }) => snapshots.length > 0)!;
    expect(named.message).toMatch(/^Snapshot \[ours\] .* not whole: A blob of file .* is missing/);
    const plan = await planAdoption(repository.context, after.plan, "ours");
    expect(plan).toMatchObject({ data: undefined, actions: [] });
    expect(plan.lost).toMatchObject([{ snapshot: "ours", index: "a", blob: data }]);
  });

  test("is not adopted where a byte of a file is damaged", async () => {
    const { repository, store } = await overwritten(1, BASE, OURS, THEIRS);
    const { findings, plan } = await verify(repository);
    const data = findings.find(({ blob }) => /\/__[^/]+$/.test(blob ?? ""))!.blob!;
    const bytes = Uint8Array.from(await store.get(data));
    bytes[5]! ^= 1;
    await store.put(data, bytes);
    const repair = await planAdoption(repository.context, plan, "ours");
    expect(repair.actions).toEqual([]);
    expect(repair.lost).toMatchObject([{ snapshot: "ours", blob: data }]);
  });

  test("rejects a name that the root has, that is unknown, or that is taken", async () => {
    const { repository } = await overwritten(1, BASE, OURS, THEIRS, {}, "ours");
    const { plan, findings } = await verify(repository);
    const { context } = repository;
    expect(lostOf(findings)[0]!.message).toContain("once the snapshot that now has its name");
    await expect(planAdoption(context, plan, "ours")).rejects.toThrow(/another snapshot named/);
    await expect(planAdoption(context, plan, "base")).rejects.toThrow(/names snapshot .* already/);
    await expect(planAdoption(context, plan, "none")).rejects.toThrow(/is missing/);
  });

  test("rejects a plan that another writer has overtaken", async () => {
    const { repository } = await overwritten(1, BASE, OURS, THEIRS);
    const { plan } = await verify(repository);
    const repair = await planAdoption(repository.context, plan, "ours");
    await take(repository, "later", BASE);
    await expect(runRepair(repository.context, repair)).rejects.toThrow(/plan it again/);
  });
});

test("a shard's index that lacks a snapshot which the root names is found and repaired", async () => {
  const { repository, store } = await overwritten(1, BASE, OURS, THEIRS);
  await adopt(repository, "ours");
  // The other server's index of the shard, under the name that the root says.
  const data = await repository.getRepositoryData();
  const index = data.indices.get("a")!;
  const folder = shardFolder(repository.context, index, 0);
  const fork = await copyOf(store);
  const other = openTest(fork, seededRandom(30));
  await other.deleteSnapshots(["ours"]);
  const without = (await other.getRepositoryData()).indices.get("a")!.shardGenerations[0];
  const bytes = await fork.get(`${folder}/index-${without}`);
  await store.put(`${folder}/index-${index.shardGenerations[0]}`, bytes);
  const { plan, findings } = await verify(repository);
  expect(findings).toMatchObject([{ kind: "contradicting-shard-index", snapshots: ["ours"] }]);
  const result = await runVerify(repository.context, plan);
  const repair = await planRepair(repository.context, plan, result);
  expect(repair).toMatchObject({ lost: [], actions: [{ kind: "rebuild-shard-index" }] });
  await runRepair(repository.context, repair);
  expect((await verify(repository)).findings).toEqual([]);
  expect(plain(await restoreAll(repository, "ours"))).toEqual(plain(OURS));
});

/** What a root says of a snapshot, but for generations. */
async function rootOf(repository: Repository, uuid: string) {
  const data = await repository.getRepositoryData();
  const { name, state, version, indexMetadata } = data.snapshots.get(uuid)!;
  const indices = [...data.indices.values()].filter(({ snapshots }) => snapshots.includes(uuid));
  const shown = indices.map(({ name, id, shardPathType, shardGenerations }) => {
    const identifier = indexMetadata.get(id)!;
    const blob = data.indexMetadataIdentifiers.get(identifier);
    return [name, id, shardPathType, shardGenerations.length, identifier, blob];
  });
  return { name, state, version, indices: shown.sort() };
}

test.each([
  "os2.19.6-series",
  "os3.6.0-series",
  "os1.3.0-series",
  "mixed-1.3-2.11-2.19",
  "os2.19.6-chunked",
  "os2.19.6-hashed-prefix",
  "os3.6.0-hashed-infix",
])("each snapshot of %s that its root forgets comes back as it was", async (fixture) => {
  const { repository: folder, remove } = unpackFixture(fixture);
  try {
    let salt = 0;
    const open = () => openTest(new FsBlobStore(folder), seededRandom(++salt));
    let adopted = 0;
    for (const { uuid, name } of (await open().getRepositoryData()).snapshots.values()) {
      const before = await rootOf(open(), uuid);
      const data = await open().getRepositoryData();
      if (before.state === "FAILED" || data.snapshots.size === 1) continue;
      const without = removeSnapshots(data, new Set([uuid]), new Map());
      writeFileSync(join(folder, `index-${data.generation}`), encodeRepositoryData(without));
      const { findings, plan } = await verify(open());
      expect(findings).toContainEqual(
        expect.objectContaining({ kind: "lost-snapshot", snapshots: [name] }),
      );
      const repair = await planAdoption(open().context, plan, uuid);
      await runRepair(open().context, repair);
      expect((await verify(open())).findings).toEqual([]);
      adopted++;
      if (repair.guesses.length === 0) expect(await rootOf(open(), uuid)).toEqual(before);
    }
    expect(adopted).toBeGreaterThan(0);
  } finally {
    remove();
  }
});
