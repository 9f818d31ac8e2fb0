// Durability of a shard when the machine loses its power: unsynced bytes and names may be gone. The
// same rule as for a killed process: what was acknowledged is there after opening, anything else is
// there wholly or not at all, and opening needs no repair. VARVE_CRASH_SEEDS=2000 runs more seeds.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { seededRandom } from "../../../src/base/index.ts";
import { CRASH_SETTINGS } from "./crash-settings.ts";
import { PowerLossIo } from "./power-loss-io.ts";
import { ShardFixture } from "./shard-fixture.ts";

const SEEDS = Number(process.env["VARVE_CRASH_SEEDS"] ?? 100);

type State = number | null;

/** Writes until the power is off; `model` holds what each document may be. */
async function work(
  fixture: ShardFixture,
  seed: number,
  model: Map<string, State[]>,
): Promise<void> {
  const client = async (name: string, random = seededRandom(seed * 13 + name.charCodeAt(0))) => {
    for (let n = 0; n < 400; n++) {
      const tried: string[] = [];
      for (let i = 1 + Math.floor(random.next() * 4); i > 0; i--) {
        const id = `${name}${Math.floor(random.next() * 8)}`;
        const state = random.next() < 0.25 ? null : n;
        model.set(id, [...(model.get(id) ?? [null]), state]);
        tried.push(id);
        if (state === null) fixture.delete(id);
        else fixture.index(id, { n });
      }
      await fixture.shard.ensureSynced();
      for (const id of tried) model.set(id, [model.get(id)!.at(-1)!]);
      const luck = random.next();
      if (luck < 0.2) fixture.shard.refresh("test");
      else if (luck < 0.35) await fixture.shard.flush();
      else if (luck < 0.4) await fixture.shard.forceMerge({ maxNumSegments: 1 });
    }
  };
  await Promise.allSettled([client("a"), client("b")]);
}

async function loseOnce(seed: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "varve-power-"));
  const random = seededRandom(seed);
  const io = new PowerLossIo(1 + Math.floor(random.next() ** 2 * 700));
  const fixture = new ShardFixture({ io, random, settings: CRASH_SETTINGS }, folder);
  const model = new Map<string, State[]>();
  const created = await fixture.open("create").then(
    () => true,
    () => false,
  );
  if (created) await work(fixture, seed, model);
  expect(io.isOff, `seed ${seed}: the power went`).toBe(true);
  if (created) await fixture.shard.close(false).catch(() => {});
  io.surviveTo(folder, random);

  const after = new ShardFixture({}, folder);
  await after.open("open");
  let live = 0;
  for (const [id, states] of model) {
    const found = (after.source(id)?.["n"] ?? null) as State;
    expect(states, `seed ${seed}: document ${id}`).toContain(found);
    if (found !== null) live++;
  }
  after.shard.refresh("test");
  expect(after.visibleDocs, `seed ${seed}: number of documents`).toBe(live);
  after.index("after", { n: 1 });
  await after.shard.ensureSynced();
  await after.shard.close(false);
  rmSync(folder, { recursive: true });
  return created ? "worked" : "cut at creation";
}

test("IndexShard loses no acknowledged write when unsynced bytes and names are lost", async () => {
  const outcomes = new Map<string, number>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const outcome = await loseOnce(seed).catch((error: unknown) => {
      throw new Error(`seed ${seed} failed`, { cause: error });
    });
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  expect(outcomes.get("worked")).toBeGreaterThan(SEEDS / 2);
}, 600_000);
