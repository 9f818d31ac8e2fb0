// Two actors create, delete, clone, clean up and restore over one store. Calls fail, answers are
// lost, an actor dies at any call and comes back with no memory, listings take their time. The
// invariants, whatever the seed: every snapshot that was reported as taken restores byte for byte
// until somebody deletes it; whatever index-N names is there; a cleanup at the end leaves nothing
// that nobody names. VARVE_SIM_SEEDS=<n> runs more seeds, VARVE_SIM_SEED=<n> one; a failure prints
// its seed.

import { describe, expect, it } from "vitest";
import { type Random, seededRandom, VarveError } from "../../src/base/index.ts";
import {
  type BlobStore,
  ForwardingBlobStore,
  injectFaults,
  MemoryBlobStore,
} from "../../src/blobstore/index.ts";
import type { Repository } from "../../src/repository/index.ts";
import {
  type Content,
  filesFor,
  openTest,
  plain,
  restoreAll,
  take,
} from "../repository/support.ts";

const STEPS = 10;
const VERSION_ID = 136217827;

const one = process.env["VARVE_SIM_SEED"];
const count = Number(process.env["VARVE_SIM_SEEDS"] ?? 100);
const seeds = one === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(one)];

/** Gives the other actor its turn at every call, and many turns while it lists. */
class UnhurriedStore extends ForwardingBlobStore {
  private readonly random: Random;

  constructor(inner: BlobStore, random: Random) {
    super(inner);
    this.random = random;
  }

  private async turns(most: number): Promise<void> {
    for (let i = this.random.next() * most; i > 0; i--) await Promise.resolve();
  }

  override async get(...args: Parameters<BlobStore["get"]>) {
    await this.turns(4);
    return this.inner.get(...args);
  }

  override async put(...args: Parameters<BlobStore["put"]>) {
    await this.turns(4);
    return this.inner.put(...args);
  }

  override async list(...args: Parameters<BlobStore["list"]>) {
    await this.turns(20);
    const found = await this.inner.list(...args);
    await this.turns(20);
    return found;
  }

  override async delete(names: readonly string[]) {
    for (const name of names) {
      await this.turns(4);
      await this.inner.delete([name]);
    }
  }

  override async flush() {
    await this.turns(8);
    return this.inner.flush();
  }
}

interface World {
  readonly store: MemoryBlobStore;
  /** What was reported as taken, by name. */
  readonly taken: Map<string, Content>;
  /** Names whose deletion has begun. */
  readonly doomed: Set<string>;
}

interface Faults {
  /** Chance that a call fails, before or after it is done. */
  readonly calls: number;
  /** Chance of a step that ends in the actor's death. */
  readonly deaths: number;
}

const failure = (message: string, kind: VarveError["kind"] = "unavailable") =>
  new VarveError(kind, message);

/** A connection of one actor: from the fatal call on, nothing gets through any more. */
function connect(world: World, random: Random, faults: Faults): BlobStore {
  const fatal = random.next() < faults.deaths ? Math.floor(random.next() * 40) : Infinity;
  const fullFrom = random.next() < faults.deaths / 2 ? Math.floor(random.next() * 20) : Infinity;
  return injectFaults(new UnhurriedStore(world.store, random), (call, _name, number) => {
    const when = random.next() < 0.5 ? "before" : "after";
    if (number === fatal) return { error: failure("killed"), when };
    if (number > fatal) return { error: failure("dead"), when: "before" };
    if (call === "put" && number >= fullFrom) {
      return { error: failure("No space left on device", "limit"), when: 10 };
    }
    if (random.next() < faults.calls) return { error: failure("simulated"), when };
    return undefined;
  });
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

async function step(world: World, repository: Repository, name: string, random: Random) {
  const choice = random.next();
  const listed = [...(await repository.getRepositoryData()).snapshots.values()];
  const victim = listed[Math.floor(random.next() * listed.length)]?.name;
  if (choice < 0.45 || victim === undefined) {
    const content = contentFor(random);
    await take(repository, name, content, (index) => index + Math.floor(random.next() * 2));
    world.taken.set(name, content);
  } else if (choice < 0.6) {
    world.doomed.add(victim);
    await repository.deleteSnapshots([victim]);
  } else if (choice < 0.72) {
    const content = world.taken.get(victim);
    if (content === undefined || Object.keys(content).length === 0) return;
    const select = (all: readonly string[]) => [...all];
    const request = { source: victim, target: name, select, patterns: ["*"] };
    await repository.cloneSnapshot({ ...request, versionId: VERSION_ID });
    world.taken.set(name, content);
  } else if (choice < 0.84) {
    await repository.cleanup();
  } else {
    const content = await restoreAll(repository, victim);
    const expected = world.taken.get(victim);
    if (expected !== undefined) expect(plain(content)).toEqual(plain(expected));
  }
}

/** Errors that an actor has to live with. A corrupt blob is one only where its snapshot may go. */
function mayHappen(error: unknown): boolean {
  return error instanceof VarveError && error.kind !== "internal" && error.kind !== "corrupt";
}

async function actor(world: World, id: string, random: Random, faults: Faults) {
  for (let i = 0; i < STEPS; i++) {
    const repository = openTest(connect(world, random, faults), random);
    try {
      await step(world, repository, `${id}${i}`, random);
    } catch (error) {
      if (!mayHappen(error)) throw error;
    }
  }
}

async function check(world: World) {
  const repository = openTest(world.store, seededRandom(1));
  const data = await repository.getRepositoryData();
  const listed = new Map([...data.snapshots.values()].map((entry) => [entry.name, entry.uuid]));
  for (const [name, content] of world.taken) {
    if (world.doomed.has(name)) continue;
    expect([...listed.keys()], "a snapshot was lost").toContain(name);
    expect(plain(await restoreAll(repository, name))).toEqual(plain(content));
  }
  for (const [name, uuid] of listed) {
    const snapshot = { name, uuid };
    await repository.getSnapshotInfo(snapshot);
    await repository.getClusterMetadata(snapshot);
    for (const index of await repository.getSnapshotIndices(snapshot)) {
      await repository.getIndexMetadata(snapshot, index);
    }
    await restoreAll(repository, name);
  }
}

async function simulate(seed: number, faults: Faults) {
  const world: World = { store: new MemoryBlobStore(), taken: new Map(), doomed: new Set() };
  const actors = ["x", "y"].map((id, i) => actor(world, id, seededRandom(seed * 10 + i), faults));
  await Promise.all(actors);
  await check(world);
  const repository = openTest(world.store, seededRandom(seed));
  await repository.cleanup();
  expect(await repository.cleanup()).toEqual({ blobs: 0, bytes: 0 });
  await check(world);
}

async function simulateAll(faults: Faults) {
  for (const seed of seeds) {
    try {
      await simulate(seed, faults);
    } catch (error) {
      throw new Error(`VARVE_SIM_SEED=${seed} fails`, { cause: error });
    }
  }
}

describe("two actors on one store lose nothing", () => {
  it("when every call works", () => simulateAll({ calls: 0, deaths: 0 }));
  it("when calls fail and answers are lost", () => simulateAll({ calls: 0.02, deaths: 0 }));
  it("when they die at any call or find the disk full", () =>
    simulateAll({ calls: 0.005, deaths: 0.5 }));
});
