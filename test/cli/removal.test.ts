// `varve delete`, `cleanup`, `clone` and `forget` on a repository that a real server wrote.

import { cpSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runVarve } from "../support/cli.ts";
import { applyDamage, type UnpackedFixture, unpackFixture } from "../support/fixtures.ts";

let fixture: UnpackedFixture;
let repo: string;
beforeEach(() => {
  fixture = unpackFixture("os2.19.6-series");
  repo = fixture.repository;
});
afterEach(() => fixture.remove());

/** Bytes below a folder without the root's own files, which every change rewrites. */
function dataBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .reduce((sum, path) => sum + statSync(path).size, 0);
}

async function names(): Promise<string[]> {
  const { snapshots } = (await runVarve(["ls", repo, "--json"])).json();
  return snapshots.map((row: any) => row.name).sort();
}

test("delete frees what its dry run said, and restores of the others still work", async () => {
  const plan = await runVarve(["delete", repo, "s1", "s9", "--dry-run", "--json"]);
  expect(plan.stderr).toContain("dry run");
  const before = await names();
  expect(before).toContain("s1");
  const run = await runVarve(["delete", repo, "s1", "s9", "--json"]);
  expect(run.code).toBe(0);
  expect(run.json().deleted).toEqual(plan.json().deleted);
  expect(await names()).toEqual(before.filter((name) => name !== "s1" && name !== "s9"));
  expect((await runVarve(["cleanup", repo, "--dry-run", "--json"])).json().deleted.blobs).toBe(0);
});

test("delete rejects a missing name and deletes nothing", async () => {
  const before = await names();
  const outcome = await runVarve(["delete", repo, "s1", "nope"]);
  expect(outcome.code).toBe(3);
  expect(outcome.stderr).toContain("nope] is missing");
  expect(await names()).toEqual(before);
});

test("cleanup removes the orphans that its dry run lists, and nothing else", async () => {
  const clean = dataBytes(repo);
  applyDamage("v8-orphans", fixture.folder);
  const orphans = dataBytes(repo) - clean;
  const plan = await runVarve(["cleanup", repo, "--dry-run", "--json"]);
  expect(plan.json().deleted.bytes).toBe(orphans);
  const root = readFileSync(join(repo, "index.latest"));
  const run = await runVarve(["cleanup", repo, "--json"]);
  expect(run.json().deleted.bytes).toBe(orphans);
  expect(readFileSync(join(repo, "index.latest")).equals(root)).toBe(false);
  expect((await runVarve(["cleanup", repo, "--json"])).json().deleted.blobs).toBe(0);
});

test("clone makes a snapshot of some indices without copying data", async () => {
  const [first] = (await runVarve(["ls", repo, "s4", "--json"])).json().indices;
  const blobs = (folder: string) =>
    readdirSync(folder, { recursive: true }).filter((name) => String(name).includes("__")).length;
  const before = blobs(repo);
  const outcome = await runVarve(["clone", repo, "s4", "s4-copy", "--indices", first.name]);
  expect(outcome.code).toBe(0);
  expect(outcome.stdout).toBe(`s4-copy: 1 index, ${first.shards.length} shards\n`);
  expect(blobs(repo)).toBe(before);
  const { indices } = (await runVarve(["ls", repo, "s4-copy", "--json"])).json();
  expect(indices).toEqual([expect.objectContaining({ name: first.name, docs: first.docs })]);
  const again = await runVarve(["clone", repo, "s4", "s4-copy"]);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("already exists")]);
});

test("forget keeps by rule, spares holds, and does what its dry run says", async () => {
  const copy = `${repo}-2`;
  cpSync(repo, copy, { recursive: true });
  const flags = ["--keep-last", "2", "--hold", "s1", "--json"];
  const plan = (await runVarve(["forget", repo, "--dry-run", ...flags])).json();
  expect(await names()).toContain("s2");
  const run = (await runVarve(["forget", repo, ...flags])).json();
  expect(run.decisions).toEqual(plan.decisions);
  expect(run.deleted).toEqual(plan.deleted);
  const keep = run.decisions.filter((item: any) => item.keep).map((item: any) => item.name);
  expect(await names()).toEqual([...keep].sort());
  expect(keep).toContain("s1");
  // s8-partial is no success: it goes, because s9 succeeded after it.
  expect(keep).not.toContain("s8-partial");
  const table = await runVarve(["forget", copy, "--keep-last", "1", "--dry-run"]);
  expect(table.stdout).toMatch(/s8-partial .* delete +PARTIAL, and a newer one succeeded/);
});

test("forget rejects a call without a rule, and deletes nothing", async () => {
  const before = await names();
  const outcome = await runVarve(["forget", repo, "--hold", "s1"]);
  expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringContaining("what to keep")]);
  expect(await names()).toEqual(before);
});

test("clone is planned again when another writer was faster", async () => {
  const targets = ["one", "two", "three"];
  const runs = await Promise.all(targets.map((name) => runVarve(["clone", repo, "s6", name])));
  expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual(targets.map(() => [0, ""]));
  expect(await names()).toEqual(expect.arrayContaining(targets));
});

test.each(["os2.19.6-remote-v1", "os2.19.6-remote-v2"])(
  "delete refuses the shallow snapshots of %s by name",
  async (name) => {
    const shallow = unpackFixture(name);
    try {
      for (const snapshot of ["r1", "r3"]) {
        const outcome = await runVarve(["delete", shallow.repository, snapshot]);
        expect([outcome.code, outcome.stderr]).toEqual([
          3,
          expect.stringContaining("is a shallow"),
        ]);
      }
      const { snapshots } = (await runVarve(["ls", shallow.repository, "--json"])).json();
      expect(snapshots.map((row: any) => row.name)).toEqual(expect.arrayContaining(["r1", "r3"]));
    } finally {
      shallow.remove();
    }
  },
);
