// `varve repair` and `varve verify --repair-plan`: first it is said, then it is done.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
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

  test("says which snapshot the root forgot, and puts it back with --adopt", async () => {
    const folder = damaged();
    const path = join(folder, "index-10");
    const root = JSON.parse(readFileSync(path, "utf8"));
    const { uuid } = root.snapshots.find((item: any) => item.name === "s4");
    root.snapshots = root.snapshots.filter((item: any) => item.uuid !== uuid);
    for (const [name, index] of Object.entries<any>(root.indices)) {
      index.snapshots = index.snapshots.filter((item: string) => item !== uuid);
      if (index.snapshots.length === 0) delete root.indices[name];
    }
    writeFileSync(path, JSON.stringify(root));
    const verified = await runVarve(["verify", folder]);
    expect(verified.code).toBe(1);
    expect(verified.stdout).toContain(`warning: lost-snapshot snap-${uuid}.dat\n  of s4\n`);
    const plain = await runVarve(["repair", folder, "--yes"]);
    expect(plain).toMatchObject({ code: 0, stdout: "nothing to repair\n" });
    expect(plain.stderr).toContain("varve repair --adopt s4 puts it back");
    const before = contents(folder);
    const said = await runVarve(["repair", folder, "--adopt", "s4"]);
    expect(said.code).toBe(1);
    expect(said.stdout).toContain("put snapshot [s4] back: a new root with 9 snapshots");
    expect(contents(folder)).toEqual(before);
    expect((await runVarve(["repair", folder, "--adopt", uuid, "--yes"])).code).toBe(0);
    const after = await runVarve(["verify", folder, "--json"]);
    expect(after.json()).toMatchObject({ ok: true, findings: [], snapshots: 9 });
    const again = await runVarve(["repair", folder, "--adopt", "s4"]);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("already");
    expect((await runVarve(["repair", folder, "--adopt", "none"])).code).toBe(3);
  });

  test("rejects a plan of some snapshots only", async () => {
    const folder = damaged();
    expect((await runVarve(["verify", folder, "s1", "--repair-plan"])).code).toBe(2);
  });
});
