import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type FileIo,
  nodeFileIo,
  seededRandom,
  systemClock,
  VarveError,
} from "../../../src/base/index.ts";
import { FsDirectory } from "../../../src/engine/store/fs-directory.ts";
import { IndexWriter } from "../../../src/lucene/index/index-writer.ts";
import { ManualClock } from "./manual-clock.ts";
import { ShardFixture, type ShardFixtureOptions } from "./shard-fixture.ts";

let fixture: ShardFixture;
const folders: string[] = [];

async function create(options: ShardFixtureOptions = {}): Promise<ShardFixture> {
  fixture = new ShardFixture(options);
  folders.push(fixture.folder);
  await fixture.open("create");
  return fixture;
}

beforeEach(() => void (folders.length = 0));
afterEach(async () => {
  await fixture.shard.close(false);
  for (const folder of folders) rmSync(folder, { recursive: true });
});

async function refusal(promise: Promise<unknown>): Promise<VarveError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(VarveError);
  return error as VarveError;
}

/** Resolves once a merge is in a thread's hands. */
async function mergeStarted(): Promise<void> {
  while (fixture.shard.counters.merge.current === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("IndexShard's life", () => {
  test("IndexShard keeps documents when they are refreshed, flushed and opened again", async () => {
    await create();
    expect(fixture.index("1", { city: "Bern", people: 134794 })).toEqual({
      seqNo: 0,
      primaryTerm: 1,
      version: 1,
      result: "created",
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

  test("IndexShard commits OpenSearch's user data when it is created and flushed", async () => {
    await create();
    const empty = fixture.shard.commitStats();
    expect(empty.num_docs).toBe(0);
    expect(empty.user_data).toMatchObject({
      local_checkpoint: "-1",
      max_seq_no: "-1",
      max_unsafe_auto_id_timestamp: "-1",
    });
    expect(Object.keys(empty.user_data).sort()).toEqual([
      "history_uuid",
      "local_checkpoint",
      "max_seq_no",
      "max_unsafe_auto_id_timestamp",
      "translog_uuid",
    ]);
    fixture.index("1", {});
    fixture.index("1", {});
    await fixture.shard.flush();
    const { user_data: data, num_docs: count } = fixture.shard.commitStats();
    expect(count).toBe(1);
    expect(data).toEqual({
      ...empty.user_data,
      local_checkpoint: "1",
      max_seq_no: "1",
      min_retained_seq_no: "2",
    });
    expect(fixture.shard.seqNoStats()).toEqual({
      max_seq_no: 1,
      local_checkpoint: 1,
      global_checkpoint: 1,
    });
  });

  test("IndexShard creates itself anew when its creation was cut short", async () => {
    await create();
    await fixture.shard.close(false);
    for (const name of readdirSync(fixture.indexFolder)) rmSync(join(fixture.indexFolder, name));
    await fixture.open("open");
    expect(fixture.index("1", {}).seqNo).toBe(0);
  });

  test("rejects to open when the commit is gone but the translog is not empty", async () => {
    await create();
    fixture.index("1", {});
    await fixture.shard.ensureSynced();
    await fixture.shard.close(false);
    for (const name of readdirSync(fixture.indexFolder)) rmSync(join(fixture.indexFolder, name));
    const error = await refusal(fixture.open("open"));
    expect(error.message).toContain("translog but no commit");
  });

  test("rejects to open when the commit or the translog is damaged", async () => {
    await create();
    fixture.index("1", { n: 1 });
    await fixture.shard.ensureSynced();
    await fixture.shard.close(false);
    const log = join(fixture.folder, "translog", "translog-1.tlog");
    const bytes = readFileSync(log);
    bytes[60]! ^= 1;
    writeFileSync(log, bytes);
    expect((await refusal(fixture.open("open"))).type).toBe("translog_corrupted_exception");
    bytes[60]! ^= 1;
    writeFileSync(log, bytes);
    const commit = readdirSync(fixture.indexFolder).find((name) => name.startsWith("segments_"))!;
    const path = join(fixture.indexFolder, commit);
    const segments = readFileSync(path);
    segments[segments.length - 20]! ^= 1;
    writeFileSync(path, segments);
    expect((await refusal(fixture.open("open"))).kind).toBe("corrupt");
    segments[segments.length - 20]! ^= 1;
    writeFileSync(path, segments);
    await fixture.open("open");
    expect(fixture.source("1")).toEqual({ n: 1 });
  });

  test("rejects everything after it was closed", async () => {
    await create();
    fixture.index("1", {});
    await fixture.shard.close(true);
    expect(() => fixture.index("2", {})).toThrow("engine is closed");
    expect(() => fixture.shard.get("1")).toThrow("engine is closed");
    expect(() => fixture.shard.acquireSearcher()).toThrow("engine is closed");
    expect((await refusal(fixture.shard.flush())).type).toBe("already_closed_exception");
  });
});

describe("IndexShard's documents", () => {
  test("IndexShard.get answers from the translog without a refresh", async () => {
    await create();
    for (let i = 0; i < 20; i++) {
      fixture.index("1", { i }, { routing: "r" });
      expect(fixture.shard.get("1")).toMatchObject({ version: i + 1, seqNo: i, routing: "r" });
    }
    expect(fixture.shard.segments()).toEqual([]);
  });

  test("IndexShard.get answers the stored source when a mapping filters it", async () => {
    await create({
      mapping: {
        _source: { excludes: ["secret"] },
        properties: { secret: { type: "text" }, open: { type: "text" } },
      },
    });
    fixture.index("1", { secret: "s", open: "o" });
    expect(fixture.source("1")).toEqual({ open: "o" });
    await fixture.shard.ensureSynced();
    await fixture.shard.close(false);
    await fixture.open("open");
    expect(fixture.source("1")).toEqual({ open: "o" });
    const searcher = fixture.shard.acquireSearcher();
    const { reader } = searcher.reader.leaves[0]!;
    // Replayed from the whole source: the excluded field is still indexed.
    expect(reader.terms("secret")?.docCount).toBe(1);
    searcher.close();
  });

  test("IndexShard.get answers stored fields with their types", async () => {
    await create({ mapping: { properties: { n: { type: "long", store: true } } } });
    fixture.index("1", { n: 7 });
    const found = fixture.shard.get("1", { storedFields: (name) => name === "n" })!;
    expect(found.storedFields).toEqual([{ name: "n", value: 7, type: "long" }]);
  });

  test("IndexShard appends documents with generated ids and finds them when asked", async () => {
    await create();
    for (let i = 0; i < 5; i++) fixture.index(`gen${i}x`, { i }, { autoGeneratedId: true });
    expect(fixture.source("gen3x")).toEqual({ i: 3 });
    expect(fixture.index("gen3x", { i: 33 })).toMatchObject({ version: 2, result: "updated" });
    fixture.shard.refresh("test");
    expect(fixture.visibleDocs).toBe(5);
    expect(fixture.source("gen3x", false)).toEqual({ i: 33 });
  });

  test("IndexShard leaves a no-op when Lucene refuses a document", async () => {
    await create({ mapping: { properties: { k: { type: "keyword" } } } });
    fixture.index("1", { k: "fine" });
    expect(() => fixture.index("2", { k: "x".repeat(40_000) })).toThrow(/immense term/i);
    expect(fixture.index("3", { k: "fine" })).toMatchObject({ seqNo: 2 });
    expect(fixture.shard.stats()["indexing"]).toMatchObject({ index_total: 2, index_failed: 1 });
    fixture.shard.refresh("test");
    expect(fixture.visibleDocs).toBe(2);
    await fixture.shard.ensureSynced();
    await fixture.shard.close(false);
    await fixture.open("open");
    expect(fixture.visibleDocs).toBe(2);
    expect(fixture.shard.seqNoStats().max_seq_no).toBe(2);
    expect(fixture.source("2")).toBeUndefined();
  });

  test("IndexShard forgets old deletes, so that an old external version is new again", async () => {
    const clock = new ManualClock();
    await create({ clock, settings: { "index.gc_deletes": "10s" } });
    fixture.index("1", {}, { version: 5, versionType: "external" });
    fixture.delete("1", { version: 8, versionType: "external" });
    fixture.shard.refresh("test");
    const old = { version: 6, versionType: "external" } as const;
    expect(() => fixture.index("1", {}, old)).toThrow("is higher or equal to the one provided [6]");
    clock.advance(10_001);
    expect(fixture.index("1", {}, old)).toMatchObject({ version: 6, result: "created" });
  });

  test("IndexShard replaces nested blocks as a whole", async () => {
    await create({ mapping: { properties: { c: { type: "nested" } } } });
    fixture.index("1", { c: [{ a: 1 }, { a: 2 }] });
    fixture.shard.refresh("test");
    expect(fixture.visibleDocs).toBe(3);
    fixture.index("1", { c: [{ a: 3 }] });
    fixture.shard.refresh("test");
    expect(fixture.visibleDocs).toBe(2);
    expect(fixture.source("1", false)).toEqual({ c: [{ a: 3 }] });
    fixture.delete("1");
    fixture.shard.refresh("test");
    expect(fixture.visibleDocs).toBe(0);
  });
});

describe("IndexShard's disk", () => {
  test("IndexShard merges in a thread and goes on meanwhile when segments are large", async () => {
    await create();
    const random = seededRandom(5);
    const text = () => Buffer.from(random.bytes(3000)).toString("base64");
    for (let n = 0; n < 120; n++) {
      fixture.index(`d${n}`, { n, text: text() });
      if (n % 30 === 29) fixture.shard.refresh("test");
    }
    const merging = fixture.shard.forceMerge({ maxNumSegments: 1 });
    await mergeStarted();
    const searcher = fixture.shard.acquireSearcher();
    fixture.delete("d0");
    fixture.index("d1", { n: -1 });
    await merging;
    expect(fixture.shard.stats()["merges"]).toMatchObject({
      total: 1,
      total_docs: 120,
      current: 0,
    });
    expect(searcher.reader.numDocs).toBe(120);
    searcher.close();
    fixture.shard.refresh("test");
    expect(fixture.visibleDocs).toBe(119);
    expect(fixture.source("d1", false)).toEqual({ n: -1 });
    await fixture.shard.forceMerge({ maxNumSegments: 1 });
    fixture.shard.refresh("test");
    expect(fixture.shard.segments()).toMatchObject([{ num_docs: 119, deleted_docs: 0 }]);
    expect(fixture.shard.commitStats().user_data).toHaveProperty("force_merge_uuid");
  });

  test("IndexShard.close stops a merge that runs in a thread", async () => {
    await create();
    const random = seededRandom(6);
    for (let n = 0; n < 400; n++) {
      fixture.index(`d${n}`, { n, text: Buffer.from(random.bytes(3000)).toString("base64") });
      if (n % 100 === 99) fixture.shard.refresh("test");
    }
    const merging = fixture.shard
      .forceMerge({ maxNumSegments: 1 })
      .catch((error: unknown) => error);
    await mergeStarted();
    await fixture.shard.close(true);
    expect(await merging).toBeInstanceOf(VarveError);
    await fixture.open("open");
    expect(fixture.visibleDocs).toBe(400);
    expect(fixture.failures).toEqual([]);
  });

  test("IndexShard.acquireCommit keeps the files until it is closed", async () => {
    await create();
    fixture.index("1", { n: 1 });
    const commit = await fixture.shard.acquireCommit(true);
    fixture.index("1", { n: 2 });
    await fixture.shard.flush();
    await fixture.shard.forceMerge({ maxNumSegments: 1 });
    for (const { name, length } of commit.files) {
      expect(readFileSync(join(commit.directoryPath, name)).length, name).toBe(length);
    }
    expect(commit.userData.get("max_seq_no")).toBe("0");
    const { segmentsFileName } = commit;
    commit.close();
    commit.close();
    expect(readdirSync(commit.directoryPath)).not.toContain(segmentsFileName);
  });

  test("IndexShard flushes by itself when the translog is above its threshold", async () => {
    await create({ settings: { "index.translog.flush_threshold_size": "5kb" } });
    let count = 0;
    while (fixture.shard.counters.flush.periodic < 2 && count < 5000) {
      fixture.index(`d${count++}`, { text: "x".repeat(200) });
      await fixture.shard.ensureSynced();
    }
    expect(fixture.shard.counters.flush.periodic).toBe(2);
    const generations = readdirSync(join(fixture.folder, "translog"));
    expect(generations).not.toContain("translog-1.tlog");
    expect(fixture.shard.stats()["translog"]!["operations"]).toBeLessThan(count);
    await fixture.shard.close(false);
    await fixture.open("open");
    expect(fixture.visibleDocs).toBe(count);
  });

  test("IndexShard flushes one after the other when many ask at once", async () => {
    await create();
    const flushes: Promise<void>[] = [];
    const commits: Promise<{ close(): void }>[] = [];
    for (let n = 0; n < 20; n++) {
      fixture.index("1", { n });
      flushes.push(fixture.shard.flush(n % 2 === 0));
      commits.push(fixture.shard.acquireCommit(n % 3 === 0));
    }
    await Promise.all(flushes);
    for (const commit of await Promise.all(commits)) commit.close();
    expect(fixture.failures).toEqual([]);
    expect(fixture.shard.commitStats().user_data["max_seq_no"]).toBe("19");
  });

  test("IndexShard syncs later when durability is async", async () => {
    const clock = new ManualClock();
    const settings = {
      "index.translog.durability": "async",
      "index.translog.sync_interval": "3s",
    };
    await create({ clock, settings });
    fixture.index("1", { n: 1 });
    await fixture.shard.ensureSynced();
    const log = join(fixture.folder, "translog", "translog-1.tlog");
    const before = readFileSync(log).length;
    clock.advance(3000);
    await fixture.shard.close(false);
    expect(readFileSync(log).length).toBeGreaterThan(before);
  });

  test("IndexShard fails with the reason when the disk of its translog is full", async () => {
    const disk = { isFull: false };
    await create({ io: limitedIo(disk, ".tlog") });
    fixture.index("1", { n: 1 });
    await fixture.shard.ensureSynced();
    disk.isFull = true;
    fixture.index("2", { n: 2 });
    expect((await refusal(fixture.shard.ensureSynced())).kind).toBe("limit");
    expect(fixture.shard.state).toBe("FAILED");
    expect(fixture.failures).toEqual(["translog failed"]);
    expect(() => fixture.index("3", {})).toThrow("engine is closed");
    await fixture.shard.close(true);
    disk.isFull = false;
    await fixture.open("open");
    expect(fixture.source("1")).toEqual({ n: 1 });
    expect(fixture.index("3", {})).toMatchObject({ result: "created" });
  });

  test("IndexShard recovers from its translog when a segment could not be written", async () => {
    const disk = { isFull: false };
    await create({ io: limitedIo(disk, "_") });
    fixture.index("1", { n: 1 });
    await fixture.shard.ensureSynced();
    disk.isFull = true;
    expect((await refusal(fixture.shard.flush())).message).toContain("No space left on device");
    expect(fixture.shard.state).toBe("FAILED");
    await fixture.shard.close(true);
    disk.isFull = false;
    await fixture.open("open");
    expect(fixture.source("1", false)).toEqual({ n: 1 });
  });
});

describe("IndexShard.bootstrapRestored", () => {
  test("IndexShard starts a new history and goes on with the sequence numbers", async () => {
    await create();
    fixture.index("1", { n: 1 });
    fixture.index("2", { n: 2 });
    fixture.delete("1");
    await fixture.shard.close(true);
    const before = new IndexWriter(new FsDirectory(fixture.indexFolder), {
      clock: systemClock,
      random: seededRandom(2),
    });
    // As a busy server commits: operations above the checkpoint, one of them missing.
    before.commit(new Map([...before.userData, ["local_checkpoint", "0"], ["max_seq_no", "5"]]));
    const { userData } = before;
    before.rollback();
    rmSync(join(fixture.folder, "translog"), { recursive: true });
    const restored = new ShardFixture({ random: seededRandom(99) }, fixture.folder);
    fixture = restored;
    await fixture.open("bootstrapRestored");
    const after = fixture.shard.commitStats().user_data;
    expect(after["history_uuid"]).not.toBe(userData.get("history_uuid"));
    expect(after["translog_uuid"]).not.toBe(userData.get("translog_uuid"));
    expect(after).toMatchObject({ local_checkpoint: "5", max_seq_no: "5" });
    expect(fixture.source("2")).toEqual({ n: 2 });
    expect(fixture.index("3", {})).toMatchObject({ seqNo: 6 });
    await fixture.shard.ensureSynced();
    await fixture.shard.close(false);
    await fixture.open("open");
    expect(fixture.visibleDocs).toBe(2);
  });

  test("IndexShard leaves the restored files alone when nothing is written", async () => {
    await create();
    for (let n = 0; n < 10; n++) fixture.index(String(n), { n });
    await fixture.shard.flush();
    for (let n = 0; n < 9; n++) fixture.delete(String(n));
    await fixture.shard.close(true);
    const isSegmentFile = (name: string) => name.startsWith("_");
    const files = readdirSync(fixture.indexFolder).filter(isSegmentFile).sort();
    await fixture.open("bootstrapRestored");
    await fixture.shard.flush();
    await fixture.shard.close(true);
    expect(readdirSync(fixture.indexFolder).filter(isSegmentFile).sort()).toEqual(files);
  });
});

test("IndexShard.stats has the server's sections and members", async () => {
  await create();
  fixture.index("1", { n: 1 });
  fixture.index("1", { n: 2 });
  fixture.shard.refresh("test");
  const stats = fixture.shard.stats();
  expect(Object.keys(stats)).toEqual([
    "docs",
    "store",
    "indexing",
    "get",
    "search",
    "merges",
    "refresh",
    "flush",
    "warmer",
    "query_cache",
    "fielddata",
    "completion",
    "segments",
    "translog",
    "request_cache",
    "recovery",
  ]);
  expect(stats["docs"]).toEqual({ count: 1, deleted: 1 });
  expect(stats["indexing"]).toMatchObject({ index_total: 2, index_failed: 0 });
  expect(stats["refresh"]).toMatchObject({ total: 1, external_total: 1 });
  expect(stats["translog"]).toMatchObject({ operations: 2, uncommitted_operations: 2 });
  expect(stats["store"]!["size_in_bytes"]).toBeGreaterThan(500);
  expect(fixture.shard.segments()).toMatchObject([
    {
      name: "_0",
      generation: 0,
      num_docs: 1,
      deleted_docs: 1,
      committed: false,
      search: true,
      compound: true,
      version: "9.1.0",
      attributes: { "Lucene90StoredFieldsFormat.mode": "BEST_SPEED" },
    },
  ]);
});

/** Files whose names hold `part` cannot grow while the disk is full. */
function limitedIo(disk: { isFull: boolean }, part: string): FileIo {
  const full = () => new VarveError("limit", "No space left on device");
  return {
    ...nodeFileIo,
    openWrite(path, mode) {
      const file = nodeFileIo.openWrite(path, mode);
      const write = file.write.bind(file);
      const writeAsync = file.writeAsync.bind(file);
      const isLimited = () => disk.isFull && path.slice(path.lastIndexOf("/")).includes(part);
      file.write = (bytes, position) => {
        if (isLimited()) throw full();
        write(bytes, position);
      };
      file.writeAsync = (bytes, position) =>
        isLimited() ? Promise.reject(full()) : writeAsync(bytes, position);
      return file;
    },
  };
}
