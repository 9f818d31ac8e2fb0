import { rmSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ShardFixture } from "./shard-fixture.ts";

let fixture: ShardFixture;
beforeEach(() => {
  fixture = new ShardFixture();
});
afterEach(async () => {
  await fixture.shard.close(false);
  rmSync(fixture.folder, { recursive: true });
});

test("IndexShard keeps documents when they are indexed, refreshed, flushed and opened again", async () => {
  await fixture.open("create");
  expect(fixture.index("1", { city: "Bern", people: 134794 })).toEqual({
    seqNo: 0, primaryTerm: 1, version: 1, result: "created",
  });
  expect(fixture.source("1")).toEqual({ city: "Bern", people: 134794 });
  expect(fixture.source("1", false)).toBeUndefined();
  fixture.shard.refresh("test");
  expect(fixture.source("1", false)).toEqual({ city: "Bern", people: 134794 });
  await fixture.shard.flush();
  fixture.index("2", { city: "Basel" });
  expect(fixture.delete("1")).toMatchObject({ seqNo: 2, version: 2, result: "deleted" });
  await fixture.shard.ensureSynced();
  await fixture.shard.close(false);
  await fixture.open("open");
  expect(fixture.shard.recoveryState.operationsReplayed).toBe(2);
  expect(fixture.source("1")).toBeUndefined();
  expect(fixture.source("2", false)).toEqual({ city: "Basel" });
  expect(fixture.visibleDocs).toBe(1);
  await fixture.shard.close(true);
  await fixture.open("open");
  expect(fixture.shard.recoveryState.operationsReplayed).toBe(0);
  expect(fixture.source("2", false)).toEqual({ city: "Basel" });
});
