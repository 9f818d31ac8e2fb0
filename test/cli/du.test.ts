// `varve du` as a script sees it.

import { cpSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { runVarve } from "../support/cli.ts";
import { type UnpackedFixture, unpackFixture } from "../support/fixtures.ts";

let fixture: UnpackedFixture | undefined;
afterEach(() => {
  fixture?.remove();
  fixture = undefined;
});

function unpack(name: string): string {
  fixture = unpackFixture(name);
  return fixture.repository;
}

function bytesOnDisk(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
}

describe("varve du", () => {
  test.each(["snapshot", "index", "shard"])("measures by %s", async (by) => {
    const folder = unpack("os2.19.6-series");
    const outcome = await runVarve(["du", folder, "--by", by, "--json"]);
    expect(outcome.code).toBe(0);
    const answer = outcome.json();
    expect(answer).toMatchObject({ by, blobs: 154, bytes: bytesOnDisk(folder) });
    expect(answer.rows).toHaveLength({ snapshot: 9, index: 4, shard: 7 }[by]!);
    for (const row of answer.rows) expect(row.own_bytes + row.shared_bytes).toBe(row.bytes);
    const text = await runVarve(["du", folder, "--by", by]);
    expect(text.stdout.split("\n")[0]).toMatch(/BLOBS +SIZE +OWN +SHARED$/);
  });

  test("says to the byte what varve delete then frees", async () => {
    const folder = unpack("os2.19.6-series");
    const copy = `${folder}-copy`;
    cpSync(folder, copy, { recursive: true });
    const said = await runVarve(["du", folder, "--if-deleted", "s1", "s4", "--json"]);
    expect(said.code).toBe(0);
    expect(said.json().if_deleted.snapshots).toEqual(["s1", "s4"]);
    expect((await runVarve(["delete", copy, "s1", "s4"])).code).toBe(0);
    expect(bytesOnDisk(folder) - bytesOnDisk(copy)).toBe(said.json().if_deleted.freed_bytes);
  });

  test("shows money where it is told a price", async () => {
    const folder = unpack("os2.19.6-series");
    const { bytes, cost_per_month } = (
      await runVarve(["du", folder, "--price", "1000000", "--json"])
    ).json();
    expect(cost_per_month).toBeCloseTo((bytes / 1e9) * 1e6, 6);
    const text = await runVarve(["du", folder, "--if-deleted", "s1", "--price", "1000000"]);
    expect(text.stdout).toMatch(/^s1: would free .* KB \(\d+ bytes\), \d+\.\d\d a month\n$/);
  });

  test("rejects an unknown row, a price that is none and an unknown snapshot", async () => {
    const folder = unpack("os2.19.6-series");
    expect((await runVarve(["du", folder, "--by", "node"])).code).toBe(2);
    expect((await runVarve(["du", folder, "--price", "cheap"])).code).toBe(2);
    expect((await runVarve(["du", folder, "--if-deleted", "nightly"])).code).toBe(3);
  });
});
