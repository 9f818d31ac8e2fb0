// A real server process is killed at seeded moments while documents are written and snapshots are
// taken, restored and deleted. After each restart: every acknowledged write is there, the
// repository lists, and in the end every snapshot that was reported as SUCCESS restores, with what
// was acknowledged before it began. VARVE_CRASH_SEEDS=<n> kills at more places (default 24).

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Random, seededRandom } from "../../src/base/index.ts";
import { callUrl } from "../support/rest.ts";
import { bundleVarve, startProcess, type VarveProcess } from "./varve-process.ts";

const KILLS = Number(process.env["VARVE_CRASH_SEEDS"] ?? 24);
/** Kills that one data folder and one repository live through. */
const KILLS_OF_A_LIFE = 8;
const DOCUMENTS = 40;
const R = "/_snapshot/r";

/** What the outside knows of a life: the newest acknowledged and the newest tried number by id. */
class Ledger {
  readonly acknowledged = new Map<string, number>();
  readonly tried = new Map<string, number>();
  /** Snapshots that were reported as SUCCESS, with what was acknowledged before each. */
  readonly taken = new Map<string, ReadonlyMap<string, number>>();
  readonly doomed = new Set<string>();
  next = 1;
}

class Killed extends Error {}

/** Talks to a process that may die at any moment. */
async function call(server: VarveProcess, method: string, path: string, body?: unknown) {
  try {
    return await callUrl(server.url + path, method, body);
  } catch (cause) {
    throw new Killed(`${method} ${path}`, { cause });
  }
}

async function writeDocuments(server: VarveProcess, ledger: Ledger, random: Random) {
  for (;;) {
    const batch = new Map<string, number>();
    for (let i = 1 + Math.floor(random.next() * 6); i > 0; i--) {
      batch.set(`d${Math.floor(random.next() * DOCUMENTS)}`, ledger.next++);
    }
    let lines = "";
    for (const [id, n] of batch) {
      ledger.tried.set(id, n);
      lines += `{"index":{"_id":"${id}"}}\n{"n":${n},"text":"${"word ".repeat(n % 50)}"}\n`;
    }
    const answer = await call(server, "POST", "/docs/_bulk", lines);
    expect(answer.status).toBe(200);
    for (const item of answer.body.items) {
      expect(item.index.error).toBeUndefined();
      ledger.acknowledged.set(item.index._id, batch.get(item.index._id)!);
    }
  }
}

async function takeSnapshots(server: VarveProcess, ledger: Ledger, random: Random) {
  for (;;) {
    const choice = random.next();
    const known = [...ledger.taken.keys()].filter((name) => !ledger.doomed.has(name));
    const victim = known[Math.floor(random.next() * known.length)];
    if (choice < 0.65 || victim === undefined) {
      const name = `s${ledger.next++}`;
      const before = new Map(ledger.acknowledged);
      const path = `${R}/${name}?wait_for_completion=true`;
      const { body } = await call(server, "PUT", path, { indices: "docs" });
      expect(body.snapshot?.state, JSON.stringify(body)).toBe("SUCCESS");
      ledger.taken.set(name, before);
    } else if (choice < 0.8) {
      ledger.doomed.add(victim);
      await call(server, "DELETE", `${R}/${victim}`);
    } else if (choice < 0.9) {
      await call(server, "POST", `${R}/_cleanup`);
    } else {
      const target = { rename_pattern: "docs", rename_replacement: `copy${ledger.next++}` };
      await call(server, "POST", `${R}/${victim}/_restore?wait_for_completion=true`, target);
      await call(server, "DELETE", `/${target.rename_replacement}`);
    }
  }
}

async function survivors(server: VarveProcess, index: string): Promise<Map<string, number>> {
  await call(server, "POST", `/${index}/_refresh`);
  const answer = await call(server, "GET", `/${index}/_search?size=${DOCUMENTS}`);
  expect(answer.body._shards, JSON.stringify(answer.body)).toMatchObject({ failed: 0 });
  const hits: { _id: string; _source: { n: number } }[] = answer.body.hits.hits;
  return new Map(hits.map((hit) => [hit._id, hit._source.n]));
}

/** Nothing older than `atLeast`, nothing that was never tried. */
function checkDocuments(
  found: ReadonlyMap<string, number>,
  atLeast: ReadonlyMap<string, number>,
  ledger: Ledger,
) {
  for (const [id, n] of atLeast) expect(found.get(id) ?? 0, id).toBeGreaterThanOrEqual(n);
  for (const [id, n] of found) expect(n).toBeLessThanOrEqual(ledger.tried.get(id) ?? 0);
}

async function checkRepository(server: VarveProcess, ledger: Ledger): Promise<string[]> {
  const { status, body } = await call(server, "GET", `${R}/_all`);
  expect(status, JSON.stringify(body)).toBe(200);
  const listed: string[] = body.snapshots
    .filter((snapshot: { state: string }) => snapshot.state === "SUCCESS")
    .map((snapshot: { snapshot: string }) => snapshot.snapshot);
  for (const name of ledger.taken.keys()) {
    if (!ledger.doomed.has(name)) expect(listed).toContain(name);
  }
  return listed;
}

async function checkSnapshots(server: VarveProcess, ledger: Ledger) {
  for (const name of await checkRepository(server, ledger)) {
    const target = { rename_pattern: "docs", rename_replacement: "check" };
    const path = `${R}/${name}/_restore?wait_for_completion=true`;
    const { body } = await call(server, "POST", path, { ...target, include_aliases: false });
    expect(body.snapshot?.shards.failed, JSON.stringify(body)).toBe(0);
    checkDocuments(await survivors(server, "check"), ledger.taken.get(name) ?? new Map(), ledger);
    await call(server, "DELETE", "/check");
  }
}

/** Works until the process dies; anything but its death is a failure. */
async function workUntilKilled(
  server: VarveProcess,
  ledger: Ledger,
  random: Random,
  isLast: boolean,
) {
  const clients = [
    writeDocuments(server, ledger, seededRandom(Math.floor(random.next() * 1e9))),
    takeSnapshots(server, ledger, seededRandom(Math.floor(random.next() * 1e9))),
  ];
  const moment = 5 + random.next() * random.next() * 700;
  const ends = Promise.allSettled(clients);
  await new Promise((resolve) => setTimeout(resolve, moment));
  // On a slow machine the moments may all come before the first snapshot is there.
  for (let i = 0; isLast && ledger.taken.size === 0 && i < 1000; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await server.kill();
  for (const end of await ends) {
    if (end.status === "rejected" && !(end.reason instanceof Killed)) throw end.reason;
  }
}

async function live(bundle: string, folder: string, seed: number, kills: number) {
  const ledger = new Ledger();
  const random = seededRandom(seed);
  let server = await startProcess(bundle, folder);
  try {
    await call(server, "PUT", R, { type: "fs", settings: { location: "r" } });
    const settings = { number_of_shards: 2, number_of_replicas: 0 };
    await call(server, "PUT", "/docs", { settings });
    for (let i = 0; i < kills; i++) {
      await workUntilKilled(server, ledger, random, i === kills - 1);
      server = await startProcess(bundle, folder);
      checkDocuments(await survivors(server, "docs"), ledger.acknowledged, ledger);
      await checkRepository(server, ledger);
    }
    expect(ledger.acknowledged.size).toBeGreaterThan(0);
    expect(ledger.taken.size).toBeGreaterThan(0);
    await checkSnapshots(server, ledger);
    await call(server, "POST", `${R}/_cleanup`);
    const again = await call(server, "POST", `${R}/_cleanup`);
    expect(again.body.results).toEqual({ deleted_blobs: 0, deleted_bytes: 0 });
    await checkSnapshots(server, ledger);
  } finally {
    await server.kill();
  }
}

describe("a server that is killed", () => {
  let bundle: string;

  beforeAll(async () => {
    bundle = await bundleVarve();
  });
  afterAll(() => rmSync(bundle, { recursive: true, force: true }));

  for (let kill = 0; kill < KILLS; kill += KILLS_OF_A_LIFE) {
    const kills = Math.min(KILLS_OF_A_LIFE, KILLS - kill);
    it(`loses nothing (seed ${kill + 1}, ${kills} kills)`, { timeout: 180_000 }, async () => {
      const folder = mkdtempSync(join(tmpdir(), "varve-kill-"));
      await live(bundle, folder, kill + 1, kills);
      rmSync(folder, { recursive: true, force: true });
    });
  }
});
