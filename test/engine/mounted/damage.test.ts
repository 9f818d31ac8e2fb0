// Damaged repositories, mounted: what is sound answers as before, what is damaged is `corrupt` and
// says where, and no bytes whatever make a search hang or throw anything else.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type Random, seededRandom, systemClock, VarveError } from "../../../src/base/index.ts";
import { FsBlobStore } from "../../../src/blobstore/index.ts";
import { openSnapshotIndices } from "../../../src/engine/mounted/open-snapshot-index.ts";
import { openRepository } from "../../../src/repository/index.ts";
import {
  applyDamage,
  fixtureExpected,
  type UnpackedFixture,
  unpackFixture,
} from "../../support/fixtures.ts";

const BASE = "os2.19.6-series";
let fixture: UnpackedFixture;
afterEach(() => fixture.remove());

function open(localReads: boolean) {
  const options = { clock: systemClock, random: seededRandom(1) };
  const store = new FsBlobStore(fixture.repository);
  const repository = openRepository(store, { name: "damaged", ...options });
  const pages = { localReads, pageBytes: 4096 };
  return (snapshot: string, index: string) =>
    openSnapshotIndices(repository, snapshot, [index], { ...options, pages });
}

const ALL = { params: {}, body: { query: { match_all: {} }, size: 1000, sort: ["_doc"] } };

/** Blobs of a shard as they are now, by length, the longest first. */
function dataBlobs(): string[] {
  const root = join(fixture.repository, "indices");
  const blobs = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => /\/__/.test(name))
    .map((name) => join(root, name));
  return blobs.sort();
}

describe.each([
  ["with local reads", true],
  ["in rounds", false],
])("a damaged snapshot read %s", (_mode, localReads) => {
  test("answers of its sound shards, and names the missing blob of the other", async () => {
    fixture = unpackFixture(BASE);
    applyDamage("v3-missing", fixture.folder);
    const mounted = await open(localReads)("s1", "vi-a");
    const [failure] = mounted.indices[0]!.failures;
    const sound = mounted.indices[0]!.openShards().length;
    expect([sound, failure?.shardId]).toEqual([1, 1]);
    const { message, kind } = failure!.error as VarveError;
    expect(kind).toBe("corrupt");
    for (const part of ["__IniwrBIEQDKU9TyGQ2C9sw", "_0.cfs", "[s1]", "[vi-a][1]"]) {
      expect(message).toContain(part);
    }
    const response: any = await mounted.search(ALL);
    expect(response._shards).toMatchObject({ total: 2, successful: 1, failed: 1 });
    expect(response._shards.failures[0]).toMatchObject({ index: "vi-a", shard: 1 });
    mounted.close();
  });

  test("is sound where the damage is elsewhere", async () => {
    fixture = unpackFixture(BASE);
    applyDamage("v2-truncated", fixture.folder);
    const golden = fixtureExpected(BASE).snapshots.s1.indices["vi-a"];
    const mounted = await open(localReads)("s1", "vi-a");
    const response: any = await mounted.search(ALL);
    expect(response._shards.failed).toBe(0);
    expect(response.hits.total.value).toBe(golden.docs_count);
    mounted.close();
  });

  test("gives a response or `corrupt`, whatever bytes are flipped", async () => {
    fixture = unpackFixture(BASE);
    const random = seededRandom(localReads ? 11 : 12);
    const blobs = dataBlobs();
    for (let round = 0; round < 60; round++) {
      const path = blobs[Math.floor(random.next() * blobs.length)]!;
      const sound = readFileSync(path);
      writeFileSync(path, flipped(sound, random));
      for (const index of ["vi-a", "vi-b"]) await searchOrDamage(index, localReads);
      writeFileSync(path, sound);
    }
  });
});

function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  const damaged = Uint8Array.from(bytes);
  for (let i = 0; i < 4; i++) {
    damaged[Math.floor(random.next() * damaged.length)] = Math.floor(random.next() * 256);
  }
  return damaged;
}

async function searchOrDamage(index: string, localReads: boolean): Promise<void> {
  const mounted = await open(localReads)("s4", index);
  const searches = [ALL, { params: { q: "*:*" } }, { params: { q: "amber OR river" } }];
  for (const request of searches) {
    try {
      await mounted.search(request);
    } catch (error) {
      expect(error).toBeInstanceOf(VarveError);
      expect((error as VarveError).kind).not.toBe("internal");
    }
  }
  for (const shard of mounted.indices[0]!.openShards()) {
    try {
      await shard.get("1");
      await shard.forEachDocument(() => {});
    } catch (error) {
      expect(error).toBeInstanceOf(VarveError);
      const { kind, message } = error as VarveError;
      // A flipped version is one that is not known.
      expect(["corrupt", "too-old", "too-new", "unsupported"]).toContain(kind);
      if (kind !== "corrupt") continue;
      expect(message).toContain(`[${index}][${shard.shard}]`);
    }
  }
  mounted.close();
}
