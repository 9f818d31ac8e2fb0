// Several writers on one repository, each with its own view, over a store that yields at every call
// and fails now and then (a call that is not done, an answer that is lost, a crash of the writer).
// The invariants, whatever the seed: a snapshot that was reported as taken can be restored, with the
// bytes it was given, until somebody deletes it; the catalog can always be read; a cleanup by one
// writer alone leaves nothing behind and harms nothing.
// A failure prints its seed: run one with SEED=<n>.

import { expect, test } from "vitest";
import { type Random, seededRandom, VarveError } from "../../src/base/index.ts";
import {
  type BlobStore,
  ForwardingBlobStore,
  injectFaults,
  MemoryBlobStore,
} from "../../src/blobstore/index.ts";
import type { Repository } from "../../src/repository/index.ts";
import { type Content, filesFor, openTest, plain, restoreAll, take } from "./support.ts";

/** Gives the other writers their turn at every call. */
class YieldingStore extends ForwardingBlobStore {
  private readonly random: Random;

  constructor(inner: BlobStore, random: Random) {
    super(inner);
    this.random = random;
  }

  private async turn(): Promise<void> {
    for (let i = this.random.next() * 4; i > 0; i--) await Promise.resolve();
  }

  override async get(...args: Parameters<BlobStore["get"]>) {
    await this.turn();
    return this.inner.get(...args);
  }

  override async put(...args: Parameters<BlobStore["put"]>) {
    await this.turn();
    return this.inner.put(...args);
  }

  override async list(...args: Parameters<BlobStore["list"]>) {
    await this.turn();
    return this.inner.list(...args);
  }

  override async delete(names: readonly string[]) {
    for (const name of names) {
      await this.turn();
      await this.inner.delete([name]);
    }
  }
}

interface World {
  store: MemoryBlobStore;
  /** What must be restorable. */
  taken: Map<string, Content>;
  /** Names whose deletion has begun: nothing is promised for them any more. */
  doomed: Set<string>;
}

function contentFor(random: Random): Content {
  const content: Content = {};
  for (const index of ["a", "b", "c"]) {
    if (random.next() < 0.4) continue;
    const segments = [1, 2, 3, 4].filter(() => random.next() < 0.5);
    content[index] = [filesFor(index, segments)];
  }
  return content;
}

const isRefusal = (error: unknown) =>
  error instanceof VarveError && error.kind !== "internal" && error.kind !== "corrupt";

async function act(world: World, repository: Repository, name: string, random: Random) {
  const choice = random.next();
  const names = [...(await repository.getRepositoryData()).snapshots.values()].map((s) => s.name);
  if (choice < 0.6 || names.length === 0) {
    const content = contentFor(random);
    await take(repository, name, content, (index) => index + Math.floor(random.next() * 2));
    world.taken.set(name, content);
  } else if (choice < 0.8) {
    const victim = names[Math.floor(random.next() * names.length)]!;
    world.doomed.add(victim);
    await repository.deleteSnapshots([victim]);
  } else {
    const source = names[Math.floor(random.next() * names.length)]!;
    const content = world.taken.get(source);
    if (content === undefined || Object.keys(content).length === 0) return;
    const select = (all: readonly string[]) => [...all];
    const request = { source, target: name, select, patterns: ["*"], versionId: 136217827 };
    await repository.cloneSnapshot(request);
    world.taken.set(name, content);
  }
}

async function writer(world: World, id: string, random: Random, faults: number) {
  const store = injectFaults(new YieldingStore(world.store, random), (call) => {
    if (call === "get" || random.next() > faults) return undefined;
    const error = new VarveError("unavailable", "simulated");
    return { error, when: random.next() < 0.5 ? "before" : "after" };
  });
  for (let i = 0; i < 6; i++) {
    try {
      // A new view each time, as after a restart.
      await act(world, openTest(store, random), `${id}${i}`, random);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
}

async function check(world: World, seed: number) {
  const repository = openTest(world.store, seededRandom(seed));
  const known = [...(await repository.getRepositoryData()).snapshots.values()].map((s) => s.name);
  for (const [name, content] of world.taken) {
    if (world.doomed.has(name)) continue;
    expect(known, `seed ${seed} lost snapshot ${name}`).toContain(name);
    expect(plain(await restoreAll(repository, name)), `seed ${seed}`).toEqual(plain(content));
  }
}

async function simulate(seed: number, writers: number, faults: number) {
  const world: World = { store: new MemoryBlobStore(), taken: new Map(), doomed: new Set() };
  const runs = Array.from({ length: writers }, (_, i) =>
    writer(world, `w${i}-`, seededRandom(seed * 100 + i), faults),
  );
  await Promise.all(runs);
  await check(world, seed);
  const repository = openTest(world.store, seededRandom(seed));
  await repository.cleanup();
  expect(await repository.cleanup()).toEqual({ blobs: 0, bytes: 0 });
  await check(world, seed);
}

const seeds = process.env["SEED"]
  ? [Number(process.env["SEED"])]
  : Array.from({ length: 40 }, (_, i) => i + 1);

test("one writer over a failing store loses nothing", async () => {
  for (const seed of seeds) await simulate(seed, 1, 0.03);
});

test("three writers over a sound store lose nothing", async () => {
  for (const seed of seeds) await simulate(seed, 3, 0);
});

test("three writers over a failing store lose nothing", async () => {
  for (const seed of seeds) await simulate(seed, 3, 0.02);
});
