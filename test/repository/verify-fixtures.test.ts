// A verification of repositories that real servers wrote: of sound ones it finds nothing, of the
// damaged variants exactly what corrupt.json says.

import { afterEach, describe, expect, test } from "vitest";
import { seededRandom, systemClock } from "../../src/base/index.ts";
import { FsBlobStore, storeAddress } from "../../src/blobstore/index.ts";
import {
  type Finding,
  openRepository,
  planVerify,
  runVerify,
  type VerifyResult,
} from "../../src/repository/index.ts";
import {
  applyDamage,
  damagedVariants,
  fixtureExpected,
  fixtureNames,
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

async function verify(folder: string, threads?: number): Promise<VerifyResult> {
  const options = { name: "fixture", clock: systemClock, random: seededRandom(1) };
  const repository = openRepository(new FsBlobStore(folder), options);
  const plan = await planVerify(repository.context);
  const address = storeAddress("fs", { location: folder });
  return runVerify(repository.context, plan, { address, threads });
}

/** A finding as corrupt.json writes it. */
function shown(finding: Finding) {
  const { severity, kind, blob, snapshots, index, shard, file } = finding;
  const affects = snapshots.map((snapshot) => ({
    snapshot,
    ...(index === null ? {} : { index }),
    ...(shard === null ? {} : { shard }),
    ...(file === null ? {} : { file }),
  }));
  return { severity, kind, path: `repo/${blob}`, affects: affects.sort(bySnapshot) };
}

function bySnapshot(a: { snapshot: string }, b: { snapshot: string }): number {
  return a.snapshot < b.snapshot ? -1 : 1;
}

function byPath(a: { path: string }, b: { path: string }): number {
  return a.path < b.path ? -1 : 1;
}

describe("a verification of a sound repository", () => {
  test.each(fixtureNames())("finds nothing in %s", async (name) => {
    const { repository } = unpack(name);
    const result = await verify(repository);
    expect(result.findings).toEqual([]);
    expect(result.ok).toBe(true);
    const { final } = fixtureExpected(name);
    const recorded = final.snapshots?.snapshots ?? final.snapshots;
    expect(result.snapshots).toBe(recorded.length);
    const shallow = recorded.filter((item: any) => item.remote_store_index_shallow_copy === true);
    expect(result.shallow).toEqual(shallow.map((item: any) => item.snapshot).sort());
  });

  test("finds nothing in a full snapshot of a cluster with a remote store", async () => {
    const { folder } = unpack("os2.19.6-remote-v1");
    const result = await verify(`${folder}/repo-full`);
    expect(result.findings).toEqual([]);
    expect(result.shallow).toEqual([]);
  });
});

describe("a verification of a damaged repository", () => {
  test.each(damagedVariants().map((variant) => [variant.id, variant]))(
    "finds what is wrong in %s, and nothing else",
    async (id, variant) => {
      const { folder, repository } = unpack(variant.base);
      applyDamage(id, folder);
      const result = await verify(repository);
      const expected = variant.expect.findings.map((finding: any) => ({
        severity: finding.severity,
        kind: finding.kind,
        path: finding.path,
        affects: [...finding.affects].sort(bySnapshot),
      }));
      expect(result.findings.map(shown).sort(byPath)).toEqual(expected.sort(byPath));
      expect(result.ok).toBe(variant.expect.verdict === "ok");
    },
  );

  test.each(["flip", "delete"])("finds the blob of a shallow snapshot (%s)", async (how) => {
    const { repository } = unpack("os2.19.6-remote-v1");
    const { readdirSync, readFileSync, rmSync, writeFileSync } = await import("node:fs");
    const names = (readdirSync(repository, { recursive: true }) as string[]).filter((name) =>
      name.includes("/1/shallow-snap-"),
    );
    const path = `${repository}/${names[0]}`;
    const bytes = readFileSync(path);
    bytes[40]! ^= 1;
    if (how === "flip") writeFileSync(path, bytes);
    else rmSync(path);
    const { findings } = await verify(repository);
    expect(findings).toMatchObject([
      {
        kind: how === "flip" ? "corrupt-shard-snapshot" : "missing-shard-snapshot",
        snapshots: [expect.stringMatching(/^r/)],
        index: "ra-a",
        shard: 1,
        blob: names[0],
      },
    ]);
  });

  test("finds the same in worker threads", async () => {
    const { repository } = unpack("os2.19.6-cities");
    const { openSync, readdirSync, writeSync, readSync, closeSync } = await import("node:fs");
    const [index] = readdirSync(`${repository}/indices`);
    const shard = `${repository}/indices/${index}/0`;
    const blob = readdirSync(shard).find((name) => name.startsWith("__"))!;
    const file = openSync(`${shard}/${blob}`, "r+");
    const byte = Buffer.alloc(1);
    readSync(file, byte, 0, 1, 30);
    byte[0]! ^= 0x40;
    writeSync(file, byte, 0, 1, 30);
    closeSync(file);
    const here = await verify(repository, 0);
    const threaded = await verify(repository, 2);
    expect(threaded.findings).toEqual(here.findings);
    expect(here.findings.map((finding) => finding.blob)).toEqual([`indices/${index}/0/${blob}`]);
    expect(threaded.bytes).toBe(here.bytes);
  });
});
