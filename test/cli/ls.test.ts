// `varve ls` and `varve show` on repositories that real servers wrote: the lists of the golden
// answers, and what a damaged blob does to them.

import { readdirSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { runVarve } from "../support/cli.ts";
import {
  applyDamage,
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

/** The server's list at the end, by name. */
function recordedList(name: string): Map<string, any> {
  const { final } = fixtureExpected(name);
  const found = final.snapshots?.snapshots ?? final.snapshots;
  return new Map(found.map((item: any) => [item.snapshot, item]));
}

describe("varve ls", () => {
  test.each(fixtureNames())("lists %s as the server did", async (name) => {
    const { repository } = unpack(name);
    const outcome = await runVarve(["ls", repository, "--json"]);
    expect(outcome.stderr).toBe("");
    expect(outcome.code).toBe(0);
    const recorded = recordedList(name);
    const rows = outcome.json().snapshots;
    expect(rows.map((row: any) => row.name).sort()).toEqual([...recorded.keys()].sort());
    for (const row of rows) {
      const wanted = recorded.get(row.name);
      expect(row).toMatchObject({
        uuid: wanted.uuid,
        state: wanted.state,
        version: wanted.version,
        indices: [...wanted.indices].sort(),
        start_time_in_millis: wanted.start_time_in_millis,
        end_time: wanted.end_time,
        shards: wanted.shards,
      });
      expect(new Date(row.start_time).getTime()).toBe(wanted.start_time_in_millis);
    }
  });

  test("lists the indices of a snapshot with the documents that the server counted", async () => {
    const name = "os2.19.6-series";
    const { repository } = unpack(name);
    const { snapshots } = fixtureExpected(name);
    for (const snapshot of ["s1", "s4", "s7-unchanged"]) {
      const outcome = await runVarve(["ls", repository, snapshot, "--json"]);
      expect(outcome.code).toBe(0);
      const counts = outcome.json().indices.map((index: any) => [index.name, index.docs]);
      const wanted = Object.entries<any>(snapshots[snapshot].indices).map(([index, value]) => [
        index,
        value.docs_count,
      ]);
      expect(new Map(counts)).toEqual(new Map(wanted as [string, number][]));
    }
  });

  test("marks one row when one snapshot's blob is damaged, and lists the others", async () => {
    const { folder, repository } = unpack("os2.19.6-series");
    applyDamage("v4-flip-snapshot-info", folder);
    const outcome = await runVarve(["ls", repository, "--json"]);
    expect(outcome.code).toBe(1);
    const rows = outcome.json().snapshots;
    expect(
      rows.filter((row: any) => row.problem !== undefined).map((row: any) => row.name),
    ).toEqual(["s4"]);
    expect(rows.length).toBe(recordedList("os2.19.6-series").size);
    const table = await runVarve(["ls", repository]);
    expect(table.stdout.split("\n").filter((line) => line.includes("UNREADABLE")).length).toBe(1);
  });

  test("filters, sorts and limits", async () => {
    const { repository } = unpack("os2.19.6-series");
    const names = async (...flags: string[]) =>
      (await runVarve(["ls", repository, "--json", ...flags]))
        .json()
        .snapshots.map((row: any) => row.name);
    expect(await names("--match", "s7*")).toEqual(["s7-unchanged"]);
    expect(await names("--state", "partial")).toEqual(["s8-partial"]);
    expect(await names("--sort", "name", "--limit", "2")).toEqual(["s8-partial", "s9"]);
    expect(await names("--sort", "name", "--reverse", "--limit", "1")).toEqual(["c2"]);
    const bare = await runVarve(["ls", repository, "--json", "--details", "none"]);
    expect(bare.json().snapshots[0].start_time).toBeUndefined();
  });

  test("lists the files of an index with their blobs", async () => {
    const { repository } = unpack("os2.19.6-chunked");
    const [index] = (await runVarve(["ls", repository, "p2", "--json"])).json().indices;
    const outcome = await runVarve(["ls", repository, "p2", index.name, "--json"]);
    const [shard] = outcome.json().shards;
    expect(shard.files.some((file: any) => file.parts > 1)).toBe(true);
    const blobs = new Set(readdirSync(join(repository, "indices", index.id, "0")));
    for (const file of shard.files) {
      if (file.virtual) continue;
      expect(blobs).toContain(file.parts > 1 ? `${file.blob}.part0` : file.blob);
    }
  });

  test("rejects what is no repository, a damaged root, a missing snapshot and bad usage", async () => {
    const { repository } = unpack("os2.19.6-series");
    const missing = await runVarve(["ls", join(repository, "nowhere")]);
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain("There is no repository at");
    expect((await runVarve(["ls", repository, "nope"])).code).toBe(3);
    expect((await runVarve(["ls", repository, "s1", "nope"])).code).toBe(3);
    expect((await runVarve(["ls", repository, "--sort", "size"])).code).toBe(2);
    expect((await runVarve(["ls"])).code).toBe(2);
    expect((await runVarve(["sl", repository])).code).toBe(2);
    expect((await runVarve(["ls", "s4://bucket"])).code).toBe(2);
    expect((await runVarve(["ls", "s3://key:secret@bucket"])).stderr).not.toContain("secret");
    truncateSync(join(repository, rootName(repository)), 20);
    const damaged = await runVarve(["ls", repository]);
    expect(damaged.code).toBe(3);
    expect(damaged.stderr).toContain("could not read repository data");
  });
});

function rootName(repository: string): string {
  return readdirSync(repository).find((name) => /^index-\d+$/.test(name))!;
}

describe("varve show", () => {
  test("shows mappings, settings and aliases as the server had them", async () => {
    const { repository } = unpack("os2.19.6-global");
    const { final } = fixtureExpected("os2.19.6-global");
    const outcome = await runVarve(["show", repository, "second", "--json"]);
    expect(outcome.code).toBe(0);
    const { indices, global_state } = outcome.json();
    const mappings = final.mapping;
    for (const index of indices) {
      if (mappings[index.name] === undefined) continue;
      expect(index.mappings).toEqual(mappings[index.name].mappings);
    }
    expect(Object.keys(global_state.templates).sort()).toEqual(Object.keys(final.templates).sort());
  });

  test("tells people the state, the sizes and the documents", async () => {
    const { repository } = unpack("os2.19.6-series");
    const outcome = await runVarve(["show", repository, "s8-partial"]);
    expect(outcome.stdout).toMatch(/state: +PARTIAL/);
    expect(outcome.stdout).toMatch(/SHARDS +DOCS/);
  });
});
