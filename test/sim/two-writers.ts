// Two processes create, clone and delete snapshots in one repository at the same time. Nothing that
// either reported as taken is lost, and the loser of a race hears OpenSearch's own refusal.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "vitest";
import { seededRandom, systemClock, systemRandom } from "../../src/base/index.ts";
import { openRepositoryStore, type StoreAddress } from "../../src/blobstore/index.ts";
import { openTest, plain, restoreAll } from "../repository/support.ts";
import { contentOf, type Line, type Shape } from "./writer-child.ts";

const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** Rounds of each writer, `usual` of them unless VARVE_WRITER_ROUNDS=1000 asks for the long run. */
export function writerRounds(usual: number): number {
  return Number(process.env["VARVE_WRITER_ROUNDS"] ?? usual);
}

function writer(address: StoreAddress, id: string, rounds: number): Promise<Line[]> {
  const script = join(import.meta.dirname, "writer-child.ts");
  const where = JSON.stringify(address);
  const args = ["--import", TSX, script, "write", where, id, String(rounds)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.on("exit", (code) => {
      if (code !== 0) return reject(new Error(`writer ${id} ended with ${code}`));
      const lines = output.trim().split("\n");
      return resolve(lines.map((line) => JSON.parse(line) as Line));
    });
  });
}

/** Lets two processes write, then looks at all that they reported. */
export async function expectNothingLost(address: StoreAddress, rounds: number): Promise<void> {
  const writers = ["x", "y"].map((id) => writer(address, id, rounds));
  const lines = (await Promise.all(writers)).flat();
  const taken = new Map<string, Shape>();
  const doomed = new Set<string>();
  const refusals: Extract<Line, { refused: string }>[] = [];
  for (const line of lines) {
    if ("taken" in line) taken.set(line.taken, line.shape);
    else if ("doomed" in line) doomed.add(line.doomed);
    else refusals.push(line);
  }
  const store = openRepositoryStore(address, { clock: systemClock, random: systemRandom });
  const repository = openTest(store, seededRandom(1));
  const data = await repository.getRepositoryData();
  const listed = [...data.snapshots.values()].map((snapshot) => snapshot.name);
  expect(taken.size).toBeGreaterThan(rounds / 2);
  for (const [name, shape] of taken) {
    if (doomed.has(name)) continue;
    expect(listed).toContain(name);
    expect(plain(await restoreAll(repository, name))).toEqual(plain(contentOf(shape)));
  }
  for (const name of listed) await restoreAll(repository, name);
  const conflicts = refusals.filter((line) => line.reason.includes("concurrent modification"));
  for (const line of conflicts) expect(line.type).toBe("repository_exception");
  await repository.cleanup();
  expect(await repository.cleanup()).toEqual({ blobs: 0, bytes: 0 });
  await repository.close();
}
