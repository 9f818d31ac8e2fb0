// `varve restore --into`: the folder is a data folder, with the documents of the snapshot.

import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Node, Settings } from "../../src/engine/index.ts";
import { runVarve } from "../support/cli.ts";
import {
  applyDamage,
  fixtureExpected,
  type UnpackedFixture,
  unpackFixture,
} from "../support/fixtures.ts";

let fixture: UnpackedFixture;
let folder: string;
beforeEach(() => {
  fixture = unpackFixture("os2.19.6-series");
  folder = mkdtempSync(join(tmpdir(), "varve-restored-"));
});
afterEach(() => {
  fixture.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Live documents of each open index of a data folder. */
async function counts(dataFolder: string): Promise<Record<string, number>> {
  const node = await Node.start({
    settings: Settings.EMPTY,
    dataFolder,
    repositoryFolders: [],
  });
  try {
    expect(node.cluster.metadata.repositories.size).toBe(0);
    const found: Record<string, number> = {};
    for (const [name] of node.cluster.metadata.indices) {
      const shards = node.indices.service(name)!.openShards();
      found[name] = shards.reduce((sum, shard) => {
        const searcher = shard.acquireSearcher();
        try {
          return sum + searcher.reader.numDocs;
        } finally {
          searcher.close();
        }
      }, 0);
    }
    return found;
  } finally {
    await node.close();
  }
}

test("restores what the server had, under new names too", async () => {
  const { indices } = fixtureExpected("os2.19.6-series").snapshots.s4;
  const flags = ["--rename-pattern", "(.+)", "--rename-replacement", "back-$1"];
  const outcome = await runVarve([
    "restore",
    fixture.repository,
    "s4",
    "--into",
    folder,
    "--json",
    ...flags,
  ]);
  expect([outcome.code, outcome.stderr]).toEqual([0, "Restoring 4 shards\n"]);
  const wanted = Object.entries<any>(indices).map(([name, { docs_count }]) => [
    `back-${name}`,
    docs_count,
  ]);
  expect(await counts(folder)).toEqual(Object.fromEntries(wanted));
});

test("leaves no folder behind when it fails or is interrupted", async () => {
  const into = join(folder, "new");
  const missing = await runVarve(["restore", fixture.repository, "nope", "--into", into]);
  expect(missing.code).toBe(3);
  expect(existsSync(into)).toBe(false);
  const none = await runVarve([
    "restore",
    fixture.repository,
    "s4",
    "--into",
    into,
    "--indices",
    "x",
  ]);
  expect(none.code).not.toBe(0);
  expect(existsSync(into)).toBe(false);
  const interrupt = AbortSignal.abort();
  const stopped = await runVarve(["restore", fixture.repository, "s4", "--into", into], {
    interrupt,
  });
  expect(existsSync(into)).toBe(stopped.code === 0);
});

test("names the shard that is damaged, and restores the others", async () => {
  applyDamage("v1-flip-segment", fixture.folder);
  const flags = ["--into", folder, "--json", "--quiet"];
  const outcome = await runVarve(["restore", fixture.repository, "s1", ...flags]);
  expect(outcome.code).toBe(1);
  const { shards, failures } = outcome.json();
  expect(shards.failed).toBe(1);
  expect(failures).toEqual([
    expect.objectContaining({ index: expect.any(String), shard: expect.any(Number) }),
  ]);
  expect(shards.successful).toBeGreaterThan(0);
  expect(readdirSync(folder).length).toBeGreaterThan(0);
});
