// `varve migrate`: every document of the golden answers is in the new snapshot, byte for byte;
// what cannot go over is told; what is stopped or damaged leaves nothing behind.
// That real servers restore it: test/interop/migrate.test.ts.

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock, systemRandom } from "../../src/base/index.ts";
import { FsBlobStore } from "../../src/blobstore/index.ts";
import { openSnapshotIndices } from "../../src/engine/index.ts";
import { openRepository } from "../../src/repository/index.ts";
import { runVarve } from "../support/cli.ts";
import {
  applyDamage,
  fixtureExpected,
  type UnpackedFixture,
  unpackFixture,
} from "../support/fixtures.ts";

let folder: string;
let fixture: UnpackedFixture | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "varve-migrated-"));
});
afterEach(() => {
  fixture?.remove();
  fixture = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function unpack(name: string): string {
  fixture = unpackFixture(name);
  return fixture.repository;
}

const target = () => join(folder, "target");
const context = { clock: systemClock, random: systemRandom };

/** documents_sha256 as the golden answers compute it, and the number of documents. */
async function contentOf(snapshot: string, index: string) {
  const repository = openRepository(new FsBlobStore(target()), { name: "t", ...context });
  const mounted = await openSnapshotIndices(repository, snapshot, [index], {
    ...context,
    purpose: "documents",
  });
  const rows: { id: Buffer; text: string }[] = [];
  for (const shard of mounted.indices[0]!.openShards()) {
    await shard.forEachDocument(({ id, routing, source }) => {
      const text = source === undefined ? "" : Buffer.from(source).toString("utf8");
      rows.push({ id: Buffer.from(id), text: `${id}\t${routing ?? ""}\t${text}\n` });
    });
  }
  mounted.close();
  rows.sort((a, b) => Buffer.compare(a.id, b.id));
  const hash = createHash("sha256");
  for (const { text } of rows) hash.update(text);
  return { count: rows.length, sha256: hash.digest("hex"), ids: rows.map(({ id }) => `${id}`) };
}

function dataBlobs(): number {
  const names = readdirSync(target(), { recursive: true }).map(String);
  return names.filter((name) => /\/__[^/]+$/.test(name)).length;
}

const CASES: readonly [archive: string, to: string, code: number][] = [
  ["es5.6.16-types", "2", 1],
  ["es5.6.16-types", "3", 1],
  ["es6.8.23-types", "2", 1],
  ["es6.8.23-series", "2", 0],
  ["es6.8.23-series", "3", 0],
  ["os1.3.0-types", "2", 0],
  ["os1.3.0-types", "3", 1],
  ["os1.3.0-series", "3", 1],
  ["mixed-1.3-2.11-2.19", "2", 0],
  ["mixed-1.3-2.11-2.19", "3", 0],
  ["os3.6.0-series", "2", 1],
  ["os2.19.6-global", "3", 0],
];

describe("varve migrate", () => {
  test.each(CASES)("%s --to %s carries every document", async (archive, to, code) => {
    const source = unpack(archive);
    const outcome = await runVarve(["migrate", source, target(), "--to", to, "--json"]);
    expect([outcome.stderr, outcome.code]).toEqual(["", code]);
    const shown = new Map(outcome.json().snapshots.map((one: any) => [one.snapshot, one]));
    let compared = 0;
    const expected = fixtureExpected(archive).snapshots;
    for (const [snapshot, { deleted, indices }] of Object.entries<any>(expected)) {
      if (deleted === true || indices === undefined) continue;
      const rows = (shown.get(snapshot) as any).indices;
      for (const [index, given] of Object.entries<any>(indices)) {
        const origin = given.documents_as_in;
        const golden = origin === undefined ? given : expected[origin].indices[index];
        const row = rows.find((one: any) => one.name === index);
        if (row.action === "skip") {
          expect(row.reasons).toContain("_source is off: its documents cannot be read");
          continue;
        }
        if (golden.documents_sha256 === undefined) continue;
        if (snapshot.includes("partial") || index.endsWith("-twotypes")) continue;
        const { count, sha256 } = await contentOf(snapshot, index);
        expect
          .soft([snapshot, index, row.documents, count, sha256])
          .toEqual([
            snapshot,
            index,
            golden.docs_count,
            golden.docs_count,
            golden.documents_sha256,
          ]);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(1);
    const verified = await runVarve(["verify", target(), "--structure", "--json"]);
    const { findings } = verified.json();
    expect(findings.filter(({ severity }: any) => severity !== "info")).toEqual([]);
  });

  test("types that share an id: the later one's documents are type#id", async () => {
    const source = unpack("es5.6.16-types");
    const args = ["migrate", source, target(), "--to", "2", "--indices", "vo-twotypes", "--json"];
    const { indices } = (await runVarve(args)).json().snapshots[0];
    expect(indices).toHaveLength(1);
    expect(indices[0].reasons).toContain(
      "2 ids were those of another type's documents: [0] is [note#0]",
    );
    const { ids } = await contentOf("first", "vo-twotypes");
    expect(ids).toEqual(["0", "1", "2", "3", "9", "note#0", "note#1"]);
  });

  test("an unchanged index is not written twice", async () => {
    const source = unpack("es6.8.23-series");
    const names = ["--snapshot", "s6", "--snapshot", "s7-unchanged"];
    await runVarve(["migrate", source, target(), "--to", "2", ...names]);
    const { indices } = (await runVarve(["show", target(), "s7-unchanged", "--json"])).json();
    expect(indices.map((one: any) => one.name)).toEqual(["vn-a", "vn-b"]);
    const both = dataBlobs();
    rmSync(target(), { recursive: true });
    await runVarve(["migrate", source, target(), "--to", "2", "--snapshot", "s6"]);
    expect(both).toBe(dataBlobs());
    expect(both).toBeGreaterThan(0);
  });

  test("--dry-run says what would be done and writes nothing", async () => {
    const source = unpack("es6.8.23-types");
    const outcome = await runVarve(["migrate", source, target(), "--to", "3", "--dry-run"]);
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain("first: would migrate, to OpenSearch 3");
    expect(outcome.stdout).toMatch(/vm-nosource {2,}skip/);
    expect(outcome.stdout).toContain("_source is off: its documents cannot be read");
    mkdirSync(target(), { recursive: true });
    expect(readdirSync(target())).toEqual([]);
  });

  test("rejects a snapshot whose name the target has", async () => {
    const source = unpack("mixed-1.3-2.11-2.19");
    const args = ["migrate", source, target(), "--to", "3", "--snapshot", "by-2.11.0"];
    expect((await runVarve(args)).code).toBe(0);
    const again = await runVarve(args);
    expect(again.code).toBe(1);
    expect(again.stdout).toContain("by-2.11.0: failed, to OpenSearch 3: the target has a snapshot");
  });

  test("rejects an index and a snapshot that are not there, and another major version", async () => {
    const source = unpack("es6.8.23-series");
    const to2 = ["migrate", source, target(), "--to", "2"];
    expect((await runVarve([...to2, "--indices", "nothing"])).code).toBe(2);
    expect((await runVarve([...to2, "--snapshot", "nothing"])).code).toBe(3);
    expect((await runVarve(["migrate", source, target(), "--to", "4"])).code).toBe(2);
    expect((await runVarve(["migrate", source, target()])).code).toBe(2);
  });

  test("rejects damage: no snapshot of it comes to be", async () => {
    const source = unpack("os2.19.6-series");
    applyDamage("v1-flip-segment", fixture!.folder);
    const outcome = await runVarve(["migrate", source, target(), "--to", "3", "--json"]);
    expect(outcome.code).toBe(1);
    const failed = outcome.json().snapshots.filter((one: any) => one.result === "failed");
    expect(failed.length).toBeGreaterThan(0);
    expect(failed[0].reason).toContain("checksum failed");
    const { snapshots } = (await runVarve(["ls", target(), "--json"])).json();
    const names = snapshots.map((one: any) => one.name);
    for (const { snapshot } of failed) expect(names).not.toContain(snapshot);
    const verified = await runVarve(["verify", target(), "--json"]);
    const severe = verified.json().findings.filter((one: any) => one.kind !== "orphaned");
    expect(severe.filter((one: any) => one.severity === "error")).toEqual([]);
  });

  test("Ctrl-C leaves no snapshot and no temporary folder", async () => {
    const source = unpack("es6.8.23-types");
    const temporary = join(folder, "temporary");
    mkdirSync(temporary);
    const interrupt = new AbortController();
    const running = runVarve(
      ["migrate", source, target(), "--to", "2", "--temp", temporary, "--json"],
      { interrupt: interrupt.signal },
    );
    while (readdirSync(temporary).length === 0) await new Promise((next) => setTimeout(next, 1));
    interrupt.abort();
    expect((await running).code).toBe(130);
    expect(readdirSync(temporary)).toEqual([]);
    mkdirSync(target(), { recursive: true });
    const names = readdirSync(target()).filter((name) => name.startsWith("index-"));
    expect(names).toEqual([]);
  });
});
