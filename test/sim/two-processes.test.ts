// Two processes create, clone and delete snapshots in one folder at the same time. Nothing that
// either reported as taken is lost, and the loser of a race hears OpenSearch's own refusal.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { seededRandom } from "../../src/base/index.ts";
import { FsBlobStore } from "../../src/blobstore/index.ts";
import { openTest, plain, restoreAll } from "../repository/support.ts";
import { contentOf, type Line, type Shape } from "./writer-child.ts";

const ROUNDS = Number(process.env["VARVE_WRITER_ROUNDS"] ?? 40);
const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

function writer(location: string, id: string): Promise<Line[]> {
  const script = join(import.meta.dirname, "writer-child.ts");
  const args = ["--import", TSX, script, "write", location, id, String(ROUNDS)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.on("exit", (code) => {
      if (code !== 0) reject(new Error(`writer ${id} ended with ${code}`));
      else
        resolve(
          output
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Line),
        );
    });
  });
}

it("two processes on one folder lose no snapshot", { timeout: 120_000 }, async () => {
  const location = mkdtempSync(join(tmpdir(), "varve-two-"));
  try {
    const lines = (await Promise.all([writer(location, "x"), writer(location, "y")])).flat();
    const taken = new Map<string, Shape>();
    const doomed = new Set<string>();
    const refusals: Extract<Line, { refused: string }>[] = [];
    for (const line of lines) {
      if ("taken" in line) taken.set(line.taken, line.shape);
      else if ("doomed" in line) doomed.add(line.doomed);
      else refusals.push(line);
    }
    const repository = openTest(new FsBlobStore(location), seededRandom(1));
    const data = await repository.getRepositoryData();
    const listed = [...data.snapshots.values()].map((snapshot) => snapshot.name);
    expect(taken.size).toBeGreaterThan(ROUNDS / 2);
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
  } finally {
    rmSync(location, { recursive: true, force: true });
  }
});
