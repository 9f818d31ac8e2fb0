// Repairs of what can be made again: afterwards a verification finds nothing but what the plan
// called lost, and nothing that was sound has changed.

import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { seededRandom, systemClock } from "../../src/base/index.ts";
import { FsBlobStore } from "../../src/blobstore/index.ts";
import {
  openRepository,
  planRepair,
  planVerify,
  type RepairPlan,
  type Repository,
  type RepositoryData,
  runRepair,
  runVerify,
  type VerifyResult,
} from "../../src/repository/index.ts";
import {
  applyDamage,
  fixtureNames,
  type UnpackedFixture,
  unpackFixture,
} from "../support/fixtures.ts";

let fixture: UnpackedFixture | undefined;
afterEach(() => {
  fixture?.remove();
  fixture = undefined;
});

function unpack(name: string): string {
  fixture = unpackFixture(name);
  return fixture.repository;
}

function open(folder: string): Repository {
  const options = { name: "fixture", clock: systemClock, random: seededRandom(1) };
  return openRepository(new FsBlobStore(folder), options);
}

async function verify(folder: string): Promise<VerifyResult> {
  const { context } = open(folder);
  return runVerify(context, await planVerify(context));
}

async function repair(folder: string): Promise<{ plan: RepairPlan; after: VerifyResult }> {
  const { context } = open(folder);
  const verified = await planVerify(context);
  const plan = await planRepair(context, verified, await runVerify(context, verified));
  await runRepair(context, plan);
  return { plan, after: await verify(folder) };
}

/** A root without its order, and without what the blobs cannot say. */
function comparable(data: RepositoryData) {
  const byKey = (a: [string, unknown], b: [string, unknown]) => (a[0] < b[0] ? -1 : 1);
  return {
    snapshots: [...data.snapshots]
      .map(([uuid, { name, state, version, indexMetadata }]): [string, unknown] => [
        uuid,
        { name, state, version, indexMetadata: [...indexMetadata].sort(byKey) },
      ])
      .sort(byKey),
    indices: [...data.indices.values()]
      .map(({ name, id, shardPathType, snapshots, shardGenerations }): [string, unknown] => [
        name,
        // "_new" and nothing are the same: there is no index.
        {
          id,
          shardPathType,
          snapshots: [...snapshots].sort(),
          generations: shardGenerations.filter((generation) => generation !== "_new"),
        },
      ])
      .sort(byKey),
  };
}

function flip(path: string, offset: number): void {
  const bytes = readFileSync(path);
  bytes[offset]! ^= 0x20;
  writeFileSync(path, bytes);
}

describe("a repair", () => {
  test.each(fixtureNames())("makes the root of %s again", async (name) => {
    const folder = unpack(name);
    const before = await open(folder).getRepositoryData();
    const root = join(folder, `index-${before.generation}`);
    // What is left of it settles what the blobs leave open.
    truncateSync(root, Math.floor(readFileSync(root).length * 0.7));
    const { plan, after } = await repair(folder);
    expect(plan.lost).toEqual([]);
    expect(plan.guesses).toEqual([]);
    expect(after.findings).toEqual([]);
    const rebuilt = await open(folder).getRepositoryData();
    expect(rebuilt.generation).toBe(before.generation + 1);
    expect(comparable(rebuilt)).toEqual(comparable(before));
  });

  test.each(fixtureNames())("makes the root of %s again from nothing of it", async (name) => {
    const folder = unpack(name);
    const before = await open(folder).getRepositoryData();
    for (const blob of readdirSync(folder)) {
      if (/^index-\d+$/.test(blob)) rmSync(join(folder, blob));
    }
    const { plan, after } = await repair(folder);
    expect(plan.lost).toEqual([]);
    expect(after.findings.filter(({ severity }) => severity !== "info")).toEqual([]);
    // Two snapshots a second apart, the second one deleted: whose metadata is it?
    const allowed = /-series$/.test(name) ? 1 : 0;
    expect(plan.guesses.length).toBeLessThanOrEqual(allowed);
    const rebuilt = comparable(await open(folder).getRepositoryData());
    if (plan.guesses.length === 0) expect(rebuilt).toEqual(comparable(before));
    else expect(rebuilt.indices).toEqual(comparable(before).indices);
  });

  test("turns back one flipped bit of any blob", async () => {
    const folder = unpack("os2.19.6-series");
    const sound = `${folder}-sound`;
    cpSync(folder, sound, { recursive: true });
    const names = (readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
      /(\.dat|\/__[^/]*|\/index-[^/]*)$/.test(name),
    );
    const random = seededRandom(5);
    for (let i = 0; i < 12; i++) {
      const name = names[Math.floor(random.next() * names.length)]!;
      flip(join(folder, name), Math.floor(random.next() * readFileSync(join(folder, name)).length));
    }
    const { plan, after } = await repair(folder);
    expect(plan.lost).toEqual([]);
    expect(after.findings).toEqual([]);
    for (const name of names) {
      expect(readFileSync(join(folder, name)), name).toEqual(readFileSync(join(sound, name)));
    }
  });

  test.each([
    "os2.19.6-series",
    "es6.8.23-series",
    "os2.19.6-hashed-prefix",
    "mixed-1.3-2.11-2.19",
  ])("makes the metadata of shards again in %s", async (name) => {
    const folder = unpack(name);
    const blobs = (readdirSync(folder, { recursive: true }) as string[]).filter((path) =>
      /\/\d+\/(index-|snap-)/.test(path),
    );
    for (const pattern of [/\/index-/, /\/snap-/]) {
      const path = blobs.filter((blob) => pattern.test(blob))[1]!;
      truncateSync(join(folder, path), 30);
      const { plan, after } = await repair(folder);
      expect(plan.actions.map(({ blob }) => blob)).toEqual([path]);
      expect(plan.lost).toEqual([]);
      expect(after.findings).toEqual([]);
      rmSync(join(folder, path));
      const gone = await repair(folder);
      expect(gone.plan.lost).toEqual([]);
      expect(gone.after.findings).toEqual([]);
    }
  });

  test("makes the information of a snapshot again", async () => {
    const folder = unpack("os2.19.6-series");
    const repository = open(folder);
    const data = await repository.getRepositoryData();
    for (const name of ["s4", "s8-partial"]) {
      const snapshot = [...data.snapshots.values()].find((item) => item.name === name)!;
      const before = await repository.getSnapshotInfo(snapshot);
      truncateSync(join(folder, `snap-${snapshot.uuid}.dat`), 40);
      const { plan, after } = await repair(folder);
      expect(plan.lost).toEqual([]);
      expect(after.findings).toEqual([]);
      const { startTimeMillis, endTimeMillis, shardFailures, userMetadata, ...rest } =
        await repository.getSnapshotInfo(snapshot);
      expect(rest).toEqual({
        snapshotId: before.snapshotId,
        versionId: before.versionId,
        indices: expect.arrayContaining(before.indices),
        dataStreams: before.dataStreams,
        state: before.state,
        includeGlobalState: before.includeGlobalState,
        totalShards: before.totalShards,
        successfulShards: before.successfulShards,
      });
      expect(startTimeMillis).toBeGreaterThanOrEqual(before.startTimeMillis);
      expect(endTimeMillis).toBeLessThanOrEqual(before.endTimeMillis);
      const shards = (list: typeof shardFailures) => list.map((f) => `${f.index}/${f.shardId}`);
      expect(shards(shardFailures)).toEqual(shards(before.shardFailures));
    }
  });

  test.each(["v2-truncated", "v3-missing"])("names what is lost in %s", async (id) => {
    const folder = unpack("os2.19.6-series");
    applyDamage(id, fixture!.folder);
    const before = await verify(folder);
    const { plan, after } = await repair(folder);
    expect(plan.actions).toEqual([]);
    expect(plan.lost.map(({ snapshot }) => snapshot)).toEqual(before.findings[0]!.snapshots);
    const { index, shard, file, blob } = before.findings[0]!;
    for (const part of plan.lost) expect(part).toMatchObject({ index, shard, file, blob });
    expect(after.findings).toEqual(before.findings);
  });

  test.each(["v1-flip-segment", "v4-flip-snapshot-info", "v5-flip-shard-index"])(
    "undoes %s",
    async (id) => {
      const folder = unpack("os2.19.6-series");
      applyDamage(id, fixture!.folder);
      const { after } = await repair(folder);
      expect(after.findings).toEqual([]);
    },
  );

  test("says the newest generation in index.latest", async () => {
    const folder = unpack("os2.19.6-series");
    applyDamage("v7-wrong-index-latest", fixture!.folder);
    const { plan, after } = await repair(folder);
    expect(plan.data).toBeUndefined();
    expect(after.findings).toEqual([]);
    expect(readFileSync(join(folder, "index.latest"))).toEqual(
      Buffer.from([0, 0, 0, 0, 0, 0, 0, 10]),
    );
  });

  test("cuts off what was appended to a blob", async () => {
    const folder = unpack("os2.19.6-series");
    const names = (readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
      /\/__[^/]*$/.test(name),
    );
    const path = join(folder, names[3]!);
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.concat([bytes, Buffer.from("more")]));
    const { after } = await repair(folder);
    expect(after.findings).toEqual([]);
    expect(readFileSync(path)).toEqual(bytes);
  });

  test("rejects a plan that another writer has overtaken", async () => {
    const folder = unpack("os2.19.6-series");
    applyDamage("v7-wrong-index-latest", fixture!.folder);
    const { context } = open(folder);
    const verified = await planVerify(context);
    const plan = await planRepair(context, verified, await runVerify(context, verified));
    await open(folder).deleteSnapshots(["s1"]);
    await expect(runRepair(context, plan)).rejects.toThrow("is at generation 11");
  });
});
