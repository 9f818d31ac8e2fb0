// `varve verify` as a script sees it: JSON, exit codes, and what a person reads.

import { afterEach, describe, expect, test } from "vitest";
import { runVarve } from "../support/cli.ts";
import {
  applyDamage,
  damagedVariants,
  type UnpackedFixture,
  unpackFixture,
} from "../support/fixtures.ts";

let fixture: UnpackedFixture | undefined;
afterEach(() => {
  fixture?.remove();
  fixture = undefined;
});

function unpack(name: string): UnpackedFixture {
  fixture = unpackFixture(name);
  return fixture;
}

describe("varve verify", () => {
  test("says that a sound repository is sound", async () => {
    const { repository } = unpack("os2.19.6-series");
    const outcome = await runVarve(["verify", repository, "--json"]);
    expect(outcome.code).toBe(0);
    expect(outcome.json()).toMatchObject({ ok: true, snapshots: 9, blobs: 154, findings: [] });
    const text = await runVarve(["verify", repository]);
    expect(text.stdout).toMatch(/^9 snapshots, 154 blobs, 255 KB read in .*: no findings\n$/);
  });

  test.each(damagedVariants().map((variant) => [variant.id, variant]))(
    "reports %s with blob, snapshots and exit code",
    async (id, variant) => {
      const { folder, repository } = unpack(variant.base);
      applyDamage(id, folder);
      const outcome = await runVarve(["verify", repository, "--json"]);
      const { ok, findings } = outcome.json();
      expect(ok).toBe(variant.expect.verdict === "ok");
      const severities = new Set(findings.map((finding: any) => finding.severity));
      expect(outcome.code).toBe(severities.has("error") || severities.has("warning") ? 1 : 0);
      expect(findings.map((finding: any) => `repo/${finding.blob}`).sort()).toEqual(
        variant.expect.findings.map((finding: any) => finding.path).sort(),
      );
      for (const finding of findings) {
        expect(Object.keys(finding).sort()).toEqual(
          ["blob", "file", "index", "kind", "message", "severity", "shard", "snapshots"].sort(),
        );
      }
    },
  );

  test("looks at the named snapshots only", async () => {
    const { folder, repository } = unpack("os2.19.6-series");
    applyDamage("v2-truncated", folder);
    const sound = await runVarve(["verify", repository, "s1", "s6", "--json"]);
    expect(sound.code).toBe(0);
    expect(sound.json().snapshots).toBe(2);
    const damaged = await runVarve(["verify", repository, "s4", "--json"]);
    expect(damaged.code).toBe(1);
    expect(damaged.json().findings).toHaveLength(1);
  });

  test("reads no data with --data none, and still finds wrong lengths", async () => {
    const { folder, repository } = unpack("os2.19.6-series");
    applyDamage("v1-flip-segment", folder);
    const flipped = await runVarve(["verify", repository, "--data", "none", "--json"]);
    expect(flipped.json()).toMatchObject({ ok: true, findings: [] });
    applyDamage("v2-truncated", folder);
    const cut = await runVarve(["verify", repository, "--data", "none", "--json"]);
    expect(cut.json().findings).toMatchObject([{ kind: "length-mismatch" }]);
  });

  test("reads as many files as a sample says", async () => {
    const { repository } = unpack("os2.19.6-series");
    const none = await runVarve(["verify", repository, "--data", "none", "--json"]);
    const some = await runVarve(["verify", repository, "--data", "sample:3", "--json"]);
    const all = await runVarve(["verify", repository, "--data", "sample:100000", "--json"]);
    expect(some.json().bytes).toBeGreaterThan(none.json().bytes);
    expect(all.json().bytes).toBeGreaterThan(some.json().bytes);
  });

  test("rejects a wrong selection of data, an unknown snapshot and a folder without a repository", async () => {
    const { repository, folder } = unpack("os2.19.6-series");
    expect((await runVarve(["verify", repository, "--data", "half"])).code).toBe(2);
    const unknown = await runVarve(["verify", repository, "nightly"]);
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).toContain(":nightly] is missing");
    expect((await runVarve(["verify", `${folder}/none`])).code).toBe(3);
  });

  test("shows a person what, where and why", async () => {
    const { folder, repository } = unpack("os2.19.6-series");
    applyDamage("v1-flip-segment", folder);
    const { stdout } = await runVarve(["verify", repository]);
    expect(stdout).toContain("error: checksum-mismatch indices/cawOKDbETyaSUHyACrgb0w/0/__qhV5");
    expect(stdout).toContain("  in index vi-a, shard 0, file _0.cfs\n");
    expect(stdout).toContain("1 error, 0 warnings, 0 for information\n");
  });
});

describe("varve verify --structure", () => {
  test("looks into the segments, and names what it does not read", async () => {
    const { repository } = unpack("os2.19.6-types");
    const outcome = await runVarve(["verify", repository, "--structure", "--json"]);
    expect(outcome.code).toBe(0);
    const { ok, findings } = outcome.json();
    expect(ok).toBe(true);
    for (const finding of findings) {
      expect(finding).toMatchObject({ severity: "info", kind: "structure-not-checked" });
      expect(finding.message).toContain("field [sug]");
    }
  });

  test("leaves damaged bytes to their checksums", async () => {
    const { folder, repository } = unpack("os2.19.6-series");
    applyDamage("v1-flip-segment", folder);
    const { findings } = (await runVarve(["verify", repository, "--structure", "--json"])).json();
    expect(findings.map((finding: any) => finding.kind)).toEqual(["checksum-mismatch"]);
  });
});
