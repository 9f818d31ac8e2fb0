// `varve repair` and `varve verify --repair-plan`: first it is said, then it is done.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { runVarve } from "../support/cli.ts";
import { applyDamage, type UnpackedFixture, unpackFixture } from "../support/fixtures.ts";

let fixture: UnpackedFixture | undefined;
afterEach(() => {
  fixture?.remove();
  fixture = undefined;
});

function damaged(...variants: string[]): string {
  fixture = unpackFixture("os2.19.6-series");
  for (const variant of variants) applyDamage(variant, fixture.folder);
  return fixture.repository;
}

function contents(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, readFileSync(path).toString("base64")];
    }),
  );
}

describe("varve repair", () => {
  test.each(["v4-flip-snapshot-info", "v5-flip-shard-index", "v6-root-index-truncated"])(
    "says what it would do to %s, does it with --yes, and then has nothing to do",
    async (variant) => {
      const folder = damaged(variant);
      const before = contents(folder);
      const planned = await runVarve(["verify", folder, "--repair-plan", "--json"]);
      expect(planned.code).toBe(1);
      const said = await runVarve(["repair", folder, "--json"]);
      expect(said.code).toBe(1);
      expect(said.json()).toMatchObject({ done: false, lost: [], actions: [expect.anything()] });
      expect(planned.json()).toEqual(said.json());
      expect(contents(folder)).toEqual(before);
      const done = await runVarve(["repair", folder, "--yes", "--json"]);
      expect(done.code).toBe(0);
      expect(done.json()).toMatchObject({ done: true, actions: said.json().actions });
      const after = await runVarve(["verify", folder, "--json"]);
      expect(after.json()).toMatchObject({ ok: true, findings: [], snapshots: 9 });
      expect((await runVarve(["repair", folder, "--yes"])).stdout).toBe("nothing to repair\n");
    },
  );

  test("names what is lost, and leaves it", async () => {
    const folder = damaged("v3-missing", "v7-wrong-index-latest");
    const { code, stdout, stderr } = await runVarve(["repair", folder]);
    expect(code).toBe(1);
    expect(stdout).toContain("lost: snapshot s1, index vi-a, shard 1, file _0.cfs\n");
    expect(stdout).toContain("would write 1 blobs; lost: 3\n");
    expect(stderr).toContain("Nothing was written");
    const done = await runVarve(["repair", folder, "--yes"]);
    expect(done.code).toBe(1);
    const after = (await runVarve(["verify", folder, "--json"])).json();
    expect(after.findings.map((finding: any) => finding.kind)).toEqual(["missing-blob"]);
  });

  test("rejects a plan of some snapshots only", async () => {
    const folder = damaged();
    expect((await runVarve(["verify", folder, "s1", "--repair-plan"])).code).toBe(2);
  });
});
