// Shallow snapshots, restored from their remote stores into data folders, as CheckIndex judges them.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runVarve } from "../support/cli.ts";
import { unpackFixture } from "../support/fixtures.ts";
import { checkIndex, judgeUnavailable } from "../support/judge.ts";

test.skipIf(judgeUnavailable() !== undefined).each([
  ["os2.19.6-remote-v1", 9],
  ["os2.19.6-remote-v2", 9],
  ["os3.6.0-remote-v2", 10],
] as const)(
  "restore makes folders that CheckIndex accepts when it reads %s",
  async (name, line) => {
    const fixture = unpackFixture(name);
    const folder = mkdtempSync(join(tmpdir(), "varve-shallow-"));
    const given = ["--remote-store", join(fixture.folder, "remote")];
    try {
      for (const [snapshot, count] of [
        ["r1", 3],
        ["r3", 4],
      ] as const) {
        const into = join(folder, snapshot);
        const out = await runVarve([
          "restore",
          fixture.repository,
          snapshot,
          "--into",
          into,
          ...given,
        ]);
        expect([out.code, out.stdout]).toEqual([0, expect.stringContaining("shards in")]);
        const found = readdirSync(into, { recursive: true }) as string[];
        const shards = found.filter((one) => /\/\d+\/index$/.test(one));
        expect(shards.length).toBe(count);
        for (const shard of shards) await checkIndex(join(into, shard), line);
      }
    } finally {
      fixture.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  240_000,
);
