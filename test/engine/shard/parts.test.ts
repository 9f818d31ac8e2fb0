import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeFileIo, seededRandom } from "../../../src/base/index.ts";
import { Settings } from "../../../src/engine/settings.ts";
import { decodeCommitData, encodeCommitData } from "../../../src/engine/shard/commit-data.ts";
import { indexSortOf } from "../../../src/engine/shard/index-sort-config.ts";
import { IndexingMemory } from "../../../src/engine/shard/indexing-memory.ts";
import { LiveVersionMap } from "../../../src/engine/shard/live-version-map.ts";
import { LocalCheckpointTracker } from "../../../src/engine/shard/local-checkpoint-tracker.ts";
import { planOperation } from "../../../src/engine/shard/operation-plan.ts";
import { RefreshSchedule } from "../../../src/engine/shard/refresh-schedule.ts";
import { FsDirectory } from "../../../src/engine/store/fs-directory.ts";
import { PAGE_BYTES, PageCache } from "../../../src/engine/store/page-cache.ts";
import { ManualClock } from "./manual-clock.ts";

const SHARD = { index: "i", indexUuid: "u", shard: 0 };

describe("LocalCheckpointTracker", () => {
  test("LocalCheckpointTracker reaches the maximum when numbers come in any order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer(), (count, seed) => {
        const random = seededRandom(seed);
        const numbers = Array.from({ length: count }, (_, i) => ({ i, key: random.next() }))
          .sort((a, b) => a.key - b.key)
          .map(({ i }) => i);
        const tracker = new LocalCheckpointTracker(-1, -1);
        const done = new Set<number>();
        for (const seqNo of numbers) {
          expect(tracker.hasProcessed(seqNo)).toBe(false);
          tracker.markProcessed(seqNo);
          done.add(seqNo);
          let checkpoint = -1;
          while (done.has(checkpoint + 1)) checkpoint++;
          expect(tracker.processedCheckpoint).toBe(checkpoint);
          expect(tracker.hasProcessed(seqNo)).toBe(true);
        }
        expect(tracker.gaps()).toEqual([]);
        expect(tracker.generateSeqNo()).toBe(count);
      }),
    );
  });

  test("LocalCheckpointTracker names the gaps when a commit holds more than its checkpoint", () => {
    const tracker = new LocalCheckpointTracker(9, 4);
    for (const seqNo of [6, 9]) tracker.markProcessed(seqNo);
    expect(tracker.gaps()).toEqual([5, 7, 8]);
    for (const seqNo of tracker.gaps()) tracker.markProcessed(seqNo);
    expect(tracker.processedCheckpoint).toBe(9);
    expect(tracker.generateSeqNo()).toBe(10);
  });
});

describe("LiveVersionMap", () => {
  const value = (seqNo: number, isDelete = false, timeMs = 0) => ({
    version: 1,
    seqNo,
    term: 1,
    isDelete,
    location: undefined,
    timeMs,
  });

  test("LiveVersionMap forgets entries after a refresh, not before", () => {
    const map = new LiveVersionMap();
    map.putIndexed("a", value(0), false);
    map.beforeRefresh();
    map.putIndexed("b", value(1), false);
    expect(map.get("a")?.seqNo).toBe(0);
    map.afterRefresh();
    expect(map.get("a")).toBeUndefined();
    expect(map.get("b")?.seqNo).toBe(1);
  });

  test("LiveVersionMap keeps everything when the refresh failed", () => {
    const map = new LiveVersionMap();
    map.putIndexed("a", value(0), false);
    map.putIndexed("b", value(1), false);
    map.beforeRefresh();
    map.putIndexed("b", value(2), false);
    map.refreshFailed();
    expect(map.get("a")?.seqNo).toBe(0);
    expect(map.get("b")?.seqNo).toBe(2);
  });

  test("LiveVersionMap keeps a delete until it is pruned by time and sequence number", () => {
    const map = new LiveVersionMap();
    map.putDeleted("a", value(5, true, 100));
    map.beforeRefresh();
    map.afterRefresh();
    expect(map.get("a")?.isDelete).toBe(true);
    map.pruneTombstones(100, 9);
    expect(map.get("a")).toBeDefined();
    map.pruneTombstones(101, 4);
    expect(map.get("a")).toBeDefined();
    map.pruneTombstones(101, 5);
    expect(map.get("a")).toBeUndefined();
  });

  test("LiveVersionMap is unsafe after generated ids until it is refreshed", () => {
    const map = new LiveVersionMap();
    map.putIndexed("generated", value(0), true);
    expect(map.get("generated")).toBeUndefined();
    expect(map.isUnsafe).toBe(true);
    map.beforeRefresh();
    expect(map.isUnsafe).toBe(true);
    map.afterRefresh();
    map.enforceSafeAccess();
    expect(map.isUnsafe).toBe(false);
    map.putIndexed("recorded", value(1), true);
    expect(map.get("recorded")?.seqNo).toBe(1);
    expect(map.isUnsafe).toBe(false);
  });
});

describe("planOperation", () => {
  const current = { version: 4, seqNo: 7, term: 1, isDelete: false };
  const deleted = { ...current, isDelete: true };

  test("planOperation words conflicts as the server when a write does not fit", () => {
    const refused = (expected: object, found: typeof current | undefined, why: string) =>
      expect(() =>
        planOperation(SHARD, { id: "1", versionType: "internal", ...expected }, found),
      ).toThrow(`[1]: version conflict, ${why}`);
    refused({ opType: "create" }, current, "document already exists (current version [4])");
    refused(
      { ifSeqNo: 5, ifPrimaryTerm: 1 },
      current,
      "required seqNo [5], primary term [1]. " +
        "current document has seqNo [7] and primary term [1]",
    );
    refused(
      { ifSeqNo: 5, ifPrimaryTerm: 1 },
      undefined,
      "required seqNo [5], primary term [1]. but no document was found",
    );
    refused(
      { ifSeqNo: 7, ifPrimaryTerm: 1 },
      deleted,
      "required seqNo [7], primary term [1]. but no document was found",
    );
    refused({ version: 2 }, current, "current version [4] is different than the one provided [2]");
    refused({ version: 2 }, undefined, "document does not exist (expected version [2])");
    refused(
      { version: 4, versionType: "external" },
      current,
      "current version [4] is higher or equal to the one provided [4]",
    );
    refused(
      { version: 3, versionType: "external_gte" },
      deleted,
      "current version [4] is higher than the one provided [3]",
    );
  });

  test("planOperation gives the next version when a write fits", () => {
    const plan = (expected: object, found: typeof current | undefined) =>
      planOperation(SHARD, { id: "1", versionType: "internal", ...expected }, found);
    expect(plan({}, undefined)).toEqual({ version: 1, exists: false });
    expect(plan({}, current)).toEqual({ version: 5, exists: true });
    expect(plan({ opType: "create" }, deleted)).toEqual({ version: 5, exists: false });
    expect(plan({ version: 4, versionType: "external_gte" }, current)).toEqual({
      version: 4,
      exists: true,
    });
    expect(plan({ version: 90, versionType: "external" }, undefined)).toEqual({
      version: 90,
      exists: false,
    });
  });

  test("rejects versions that their type does not know", () => {
    expect(() =>
      planOperation(SHARD, { id: "1", versionType: "internal", version: 0 }, current),
    ).toThrow("illegal version value [0] for version type [INTERNAL]");
  });
});

describe("CommitData", () => {
  test("CommitData survives its encoding when every member is set", () => {
    const data = {
      translogUuid: "t",
      historyUuid: "h",
      localCheckpoint: 5,
      maxSeqNo: 9,
      maxUnsafeAutoIdTimestamp: 1_700_000_000_000,
      minRetainedSeqNo: 6,
      forceMergeUuid: "f",
    };
    expect(decodeCommitData(encodeCommitData(data))).toEqual(data);
  });

  test("rejects user data without its members", () => {
    const whole = encodeCommitData({
      translogUuid: "t",
      historyUuid: "h",
      localCheckpoint: 5,
      maxSeqNo: 9,
      maxUnsafeAutoIdTimestamp: -1,
      minRetainedSeqNo: undefined,
      forceMergeUuid: undefined,
    });
    for (const key of ["translog_uuid", "history_uuid", "local_checkpoint", "max_seq_no"]) {
      const part = new Map(whole);
      part.delete(key);
      expect(() => decodeCommitData(part)).toThrow(`no user data [${key}]`);
    }
    expect(() => decodeCommitData(new Map(whole).set("max_seq_no", "1e9"))).toThrow("no number");
  });
});

describe("FsDirectory", () => {
  test("FsDirectory reads back what was written when files have any length", () => {
    const path = mkdtempSync(join(tmpdir(), "varve-directory-"));
    const cache = new PageCache(3 * PAGE_BYTES);
    const directory = new FsDirectory(path, nodeFileIo, cache);
    const random = seededRandom(3);
    for (const length of [
      0,
      1,
      PAGE_BYTES,
      2 * PAGE_BYTES,
      2 * PAGE_BYTES + 1,
      9 * PAGE_BYTES - 5,
    ]) {
      const bytes = random.bytes(length);
      const name = `_0.f${length}`;
      const output = directory.createOutput(name);
      for (let at = 0; at < length; at += 7001) output.writeBytes(bytes.subarray(at, at + 7001));
      output.close();
      expect(directory.fileLength(name)).toBe(length);
      directory.materialize([name]);
      const input = directory.openInput(name);
      for (let turn = 0; turn < 20; turn++) {
        const start = Math.floor(random.next() * (length + 1));
        const count = Math.floor(random.next() * (length - start + 1));
        input.seek(start);
        expect(Buffer.compare(input.bytesCopy(count), bytes.subarray(start, start + count))).toBe(
          0,
        );
      }
      expect(cache.usedBytes).toBeLessThanOrEqual(3 * PAGE_BYTES);
      input.close();
    }
    rmSync(path, { recursive: true });
  });

  test("rejects a second file of the same name, and one that is missing", () => {
    const path = mkdtempSync(join(tmpdir(), "varve-directory-"));
    const directory = new FsDirectory(path);
    const output = directory.createOutput("_0.a");
    output.writeByte(7);
    output.close();
    expect(() => directory.createOutput("_0.a")).toThrow("already exists");
    expect(() => directory.openInput("_0.b")).toThrow("No such file");
    expect(() => directory.deleteFile("_0.b")).toThrow("No such file");
    directory.rename("_0.a", "_0.c");
    expect(new FsDirectory(path).listAll()).toEqual(["_0.c"]);
    writeFileSync(join(path, "_1.x"), "x");
    expect(() => directory.adopt(["_2.x"])).toThrow("No such file");
    directory.adopt(["_1.x"]);
    expect(directory.fileLength("_1.x")).toBe(1);
    rmSync(path, { recursive: true });
  });
});

describe("FsDirectory.durably", () => {
  test("FsDirectory.durably leaves the disk as it was until everything is synced", async () => {
    const path = mkdtempSync(join(tmpdir(), "varve-directory-"));
    let releaseSyncs = () => {};
    const mayEnd = new Promise<void>((resolve) => void (releaseSyncs = resolve));
    const steps: string[] = [];
    const io = {
      ...nodeFileIo,
      openWrite(file: string, mode: "exclusive" | "truncate" | "existing") {
        const output = nodeFileIo.openWrite(file, mode);
        const sync = output.syncAsync.bind(output);
        output.syncAsync = async () => {
          await mayEnd;
          await sync();
          steps.push(`sync ${basename(file)}`);
        };
        return output;
      },
      rename(source: string, target: string) {
        nodeFileIo.rename(source, target);
        steps.push(`rename ${basename(target)}`);
      },
      async removeAsync(file: string) {
        nodeFileIo.remove(file);
        steps.push(`remove ${basename(file)}`);
      },
      async syncDirectoryAsync(folder: string) {
        await nodeFileIo.syncDirectoryAsync(folder);
        steps.push("sync names");
      },
    };
    const directory = new FsDirectory(path, io);
    const create = (name: string, text: string) => {
      const output = directory.createOutput(name);
      output.writeString(text);
      output.close();
    };
    create("segments_1", "old");
    directory.sync(["segments_1"]);
    create("_0.si", "segment");
    const done = directory.durably(() => {
      directory.sync(["_0.si"]);
      create("pending_segments_2", "new");
      directory.sync(["pending_segments_2"]);
      directory.rename("pending_segments_2", "segments_2");
      directory.syncMetadata();
      directory.deleteFile("segments_1");
    });
    // The writer sees the new state, the disk keeps the old one.
    expect(directory.listAll().sort()).toEqual(["_0.si", "segments_2"]);
    expect(directory.openInput("segments_2").readString()).toBe("new");
    expect(readdirSync(path)).toContain("segments_1");
    expect(readdirSync(path)).not.toContain("segments_2");
    directory.deleteFile("_0.si");
    releaseSyncs();
    await done;
    expect(readdirSync(path)).toEqual(["segments_2"]);
    expect(steps.slice(0, 2).sort()).toEqual(["sync _0.si", "sync pending_segments_2"]);
    expect(steps.slice(2)).toEqual([
      "rename segments_2",
      "sync names",
      "remove segments_1",
      "remove _0.si",
    ]);
    rmSync(path, { recursive: true });
  });

  test("FsDirectory keeps small new files in memory and large ones on disk", () => {
    const path = mkdtempSync(join(tmpdir(), "varve-directory-"));
    const directory = new FsDirectory(path);
    for (const [name, bytes] of [
      ["_0.small", 1000],
      ["_0.large", 1_500_000],
    ] as const) {
      const output = directory.createOutput(name);
      output.writeBytes(new Uint8Array(bytes).fill(3));
      output.close();
      expect(
        directory
          .openInput(name)
          .bytesCopy(bytes)
          .every((byte) => byte === 3),
      ).toBe(true);
    }
    expect(readdirSync(path)).toEqual(["_0.large"]);
    directory.sync(["_0.small"]);
    expect(readdirSync(path).sort()).toEqual(["_0.large", "_0.small"]);
    expect(directory.sizeBytes).toBe(1_501_000);
    rmSync(path, { recursive: true });
  });
});

describe("IndexingMemory", () => {
  test("IndexingMemory empties the largest shard when the sum is above the budget", () => {
    const memory = new IndexingMemory(100);
    const written: string[] = [];
    const user = (name: string, indexingBytes: number) => ({
      indexingBytes,
      writeIndexingBuffer: () => void written.push(name),
    });
    memory.add(user("small", 30));
    memory.add(user("large", 60));
    for (let i = 0; i < 128; i++) memory.onWrite();
    expect(written).toEqual([]);
    memory.add(user("third", 20));
    for (let i = 0; i < 64; i++) memory.onWrite();
    expect(written).toEqual(["large"]);
  });
});

describe("RefreshSchedule", () => {
  function schedule(settings: Record<string, string>) {
    const clock = new ManualClock();
    const state = { needed: false, refreshes: [] as string[] };
    const target = {
      isRefreshNeeded: () => state.needed,
      refreshNow: (source: string) => {
        state.refreshes.push(source);
        state.needed = false;
      },
    };
    const refreshes = new RefreshSchedule(clock, target);
    refreshes.update(Settings.fromNested(settings));
    const write = () => {
      state.needed = true;
      refreshes.onWrite();
    };
    return { clock, state, refreshes, write };
  }

  test("RefreshSchedule refreshes an interval after a write, and only then", () => {
    const { clock, state, write } = schedule({ "index.refresh_interval": "2s" });
    expect(clock.pendingTimers).toBe(0);
    write();
    clock.advance(1999);
    expect(state.refreshes).toEqual([]);
    clock.advance(1);
    expect(state.refreshes).toEqual(["schedule"]);
    clock.advance(60_000);
    expect(clock.pendingTimers).toBe(0);
  });

  test("RefreshSchedule leaves an idle shard to its next search when no interval is set", () => {
    const { clock, state, refreshes, write } = schedule({});
    clock.advance(30_000);
    expect(refreshes.isSearchIdle).toBe(true);
    write();
    clock.advance(5000);
    expect(state.refreshes).toEqual([]);
    expect(refreshes.onSearch()).toBe(true);
    expect(state.refreshes).toEqual(["search"]);
    expect(refreshes.onSearch()).toBe(false);
    write();
    clock.advance(1000);
    expect(state.refreshes).toEqual(["search", "schedule"]);
  });

  test("RefreshSchedule never refreshes when the interval is -1", () => {
    const { clock, state, refreshes, write } = schedule({ "index.refresh_interval": "-1" });
    write();
    clock.advance(100_000);
    refreshes.onSearch();
    expect(state.refreshes).toEqual([]);
    refreshes.update(Settings.fromNested({ "index.refresh_interval": "1s" }));
    clock.advance(1000);
    expect(state.refreshes).toEqual(["schedule"]);
  });
});

describe("indexSortOf", () => {
  const lookup = (field: string) =>
    field === "unmapped" ? undefined : { typeName: field, hasDocValues: field !== "text" };
  const sort = (settings: Record<string, unknown>) =>
    indexSortOf(Settings.fromNested({ index: { sort: settings } }), lookup);

  test("indexSortOf computes the server's sort fields when orders and modes are given", () => {
    expect(sort({ field: ["date", "keyword"], order: ["desc", "asc"] })).toEqual([
      {
        field: "date",
        type: "long",
        reverse: true,
        selector: "max",
        missing: -9223372036854775808n,
      },
      { field: "keyword", type: "string", reverse: false, selector: "min", missing: "last" },
    ]);
    expect(sort({ field: ["keyword"], order: ["desc"], missing: ["_first"] })[0]).toMatchObject({
      reverse: true,
      missing: "last",
    });
    expect(sort({ field: ["double"], mode: ["max"], missing: ["_first"] })[0]).toMatchObject({
      type: "double",
      selector: "max",
      missing: -Infinity,
    });
  });

  test("indexSortOf widens small integers when the index is older than 2.7", () => {
    const of = (created: string) =>
      indexSortOf(
        Settings.fromNested({
          index: { sort: { field: "integer" }, version: { created } },
        }),
        lookup,
      )[0]!;
    expect(of("136217827").type).toBe("long");
    expect(of("136287827")).toMatchObject({ type: "int", missing: 2147483647 });
  });

  test("rejects fields that cannot sort an index", () => {
    expect(() => sort({ field: "unmapped" })).toThrow("unknown index sort field:[unmapped]");
    expect(() => sort({ field: "text" })).toThrow(
      "docvalues not found for index sort field:[text]",
    );
    expect(() => sort({ field: "ip" })).toThrow("invalid index sort field:[ip]");
  });
});
