// One of two processes that write to one repository: creates, clones and deletes snapshots, tries again
// when it is refused, and says what happened, a JSON object a line.

import { writeSync } from "node:fs";
import { seededRandom, systemClock, systemRandom, VarveError } from "../../src/base/index.ts";
import { openRepositoryStore, type StoreAddress } from "../../src/blobstore/index.ts";
import type { Repository } from "../../src/repository/index.ts";
import { type Content, filesFor, openTest, take } from "../repository/support.ts";

/** Segments of each index: what a snapshot held. */
export type Shape = Record<string, number[]>;

/** A line of output. */
export type Line =
  | { readonly taken: string; readonly shape: Shape }
  | { readonly doomed: string }
  | { readonly refused: string; readonly type: string; readonly reason: string };

/** The content behind a shape. */
export function contentOf(shape: Shape): Content {
  return Object.fromEntries(
    Object.entries(shape).map(([index, segments]) => [index, [filesFor(index, segments)]]),
  );
}

const say = (line: Line) => writeSync(1, `${JSON.stringify(line)}\n`);

async function run(address: StoreAddress, id: string, rounds: number) {
  const random = seededRandom(id.charCodeAt(0) * 7919);
  const store = openRepositoryStore(address, { clock: systemClock, random: systemRandom });
  const repository = openTest(store, random);
  const own = new Map<string, Shape>();
  for (let round = 0; round < rounds; round++) {
    const name = `${id}-${round}`;
    const choice = random.next();
    const victim = [...own.keys()][Math.floor(random.next() * own.size)];
    if (choice < 0.6 || victim === undefined) {
      const shape: Shape = {};
      for (const index of ["a", "b", id]) {
        if (random.next() < 0.7) shape[index] = [1, 2, 3, 4].filter(() => random.next() < 0.5);
      }
      if (await insist(name, () => take(repository, name, contentOf(shape)))) own.set(name, shape);
    } else if (choice < 0.8) {
      say({ doomed: victim });
      own.delete(victim);
      await insist(victim, () => repository.deleteSnapshots([victim]));
    } else {
      const shape = own.get(victim)!;
      if (Object.keys(shape).length === 0) continue;
      if (await insist(name, () => clone(repository, victim, name))) own.set(name, shape);
    }
    const shape = own.get(name);
    if (shape !== undefined) say({ taken: name, shape });
  }
}

function clone(repository: Repository, source: string, target: string) {
  const select = (all: readonly string[]) => [...all];
  return repository.cloneSnapshot({
    source,
    target,
    select,
    patterns: ["*"],
    versionId: 136217827,
  });
}

/** Tries until it works, some times; another writer may be faster now and then. */
async function insist(name: string, work: () => Promise<unknown>): Promise<boolean> {
  for (let attempt = 0; attempt < 8; attempt++) {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof VarveError) || error.kind === "internal") throw error;
      const root = error.cause instanceof VarveError ? error.cause : error;
      say({ refused: name, type: String(root.type), reason: root.message });
      await systemClock.sleep(2 + attempt * 5);
    }
  }
  return false;
}

if (process.argv[2] === "write") {
  await run(JSON.parse(process.argv[3]!), process.argv[4]!, Number(process.argv[5]));
  process.exit(0);
}
