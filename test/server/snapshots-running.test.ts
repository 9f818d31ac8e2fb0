// What happens while snapshots and restores run: progress, aborts, refusals of what would disturb
// them, changed rates; and repositories that other hands have changed.

import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startVarve, type TestServer } from "../support/varve.ts";

const DOCUMENTS = 3000;
const R = "/_snapshot/r";

let server: TestServer;
let root: string;

beforeEach(async () => {
  server = await startVarve();
  root = join(server.folder, "repositories", "r");
  await register({});
});
afterEach(() => server.stop());

async function register(settings: Record<string, unknown>) {
  await server.ok("PUT", R, { type: "fs", settings: { location: root, ...settings } });
}

/** An index of about 1.5 MB that compresses badly. */
async function fill(index: string, count = DOCUMENTS) {
  await server.ok("PUT", `/${index}`, { settings: { number_of_shards: 2, number_of_replicas: 0 } });
  let state = 7;
  const word = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state.toString(36);
  };
  let lines = "";
  for (let i = 0; i < count; i++) {
    const text = Array.from({ length: 60 }, word).join(" ");
    lines += `{"index":{"_id":"${i}"}}\n${JSON.stringify({ text, n: i })}\n`;
  }
  await server.ok("POST", `/${index}/_bulk?refresh=true`, lines);
}

async function until(what: string, holds: () => Promise<boolean>) {
  for (let i = 0; i < 400; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`timed out: ${what}`);
}

const gone = async (name: string) => (await server.call("GET", `${R}/${name}`)).status === 404;
const statusOf = async (name: string) =>
  (await server.ok("GET", `${R}/${name}/_status`)).snapshots[0];
const stateOf = async (name: string) => (await server.ok("GET", `${R}/${name}`)).snapshots[0].state;

/** Starts a snapshot that would take many seconds, and waits until it uploads. */
async function startSlow(name: string, body: unknown = {}) {
  await register({ max_snapshot_bytes_per_sec: "100kb" });
  expect(await server.ok("PUT", `${R}/${name}`, body)).toEqual({ accepted: true });
  await until("uploads begin", async () => {
    const { stats } = await statusOf(name);
    return stats.processed?.size_in_bytes > 0;
  });
}

function reasonOf(answer: { status: number; body: any }): [number, string, string] {
  return [answer.status, answer.body.error?.type, answer.body.error?.reason];
}

describe("a snapshot that runs", () => {
  beforeEach(() => fill("a"));

  it("is shown with its files and bytes, as _current and in lists", async () => {
    await startSlow("s1");
    const status = await statusOf("s1");
    expect(status.state).toBe("STARTED");
    expect(status.shards_stats.total).toBe(2);
    const { incremental, processed, total } = status.stats;
    expect(total.size_in_bytes).toBeGreaterThan(500_000);
    expect(processed.size_in_bytes).toBeLessThan(incremental.size_in_bytes);
    const current = await server.ok("GET", `${R}/_current`);
    expect(current.snapshots[0]).toMatchObject({ snapshot: "s1", state: "IN_PROGRESS" });
    expect(current.snapshots[0].shards).toEqual({ total: 0, failed: 0, successful: 0 });
    const running = await server.ok("GET", "/_snapshot/_status");
    expect(running.snapshots.map((one: any) => one.snapshot)).toEqual(["s1"]);
    const rows = await server.ok("GET", "/_cat/snapshots/r?format=json");
    expect(rows[0]).toMatchObject({ id: "s1", status: "IN_PROGRESS" });
    await register({ max_snapshot_bytes_per_sec: "0" });
    await until("the raised rate ends it", async () => (await stateOf("s1")) === "SUCCESS");
    expect((await server.ok("GET", `${R}/_current`)).snapshots).toEqual([]);
  });

  it("is aborted by its deletion, and leaves nothing in the repository's list", async () => {
    await startSlow("s1");
    expect(await server.ok("DELETE", `${R}/s1`)).toEqual({ acknowledged: true });
    expect(await gone("s1")).toBe(true);
    await register({ max_snapshot_bytes_per_sec: "0" });
    await server.ok("POST", `${R}/_cleanup`);
    const again = await server.ok("PUT", `${R}/s1?wait_for_completion=true`, {});
    expect(again.snapshot.state).toBe("SUCCESS");
    expect(await server.ok("POST", `${R}/_cleanup`)).toEqual({
      results: { deleted_bytes: 0, deleted_blobs: 0 },
    });
  });

  it("rejects a second one of its name, cleanups and deletions of its repository", async () => {
    await startSlow("s1");
    expect(reasonOf(await server.call("PUT", `${R}/s1`, {}))).toEqual([
      400,
      "invalid_snapshot_name_exception",
      "[r:s1] Invalid snapshot name [s1], snapshot with the same name is already in-progress",
    ]);
    expect(reasonOf(await server.call("POST", `${R}/_cleanup`))).toEqual([
      500,
      "illegal_state_exception",
      "Cannot cleanup [r] - a snapshot is currently running in [SnapshotsInProgress[s1]]",
    ]);
    const inUse = "trying to modify or unregister repository that is currently used";
    expect(reasonOf(await server.call("DELETE", R))).toEqual([
      500,
      "illegal_state_exception",
      inUse,
    ]);
    const other = { type: "fs", settings: { location: root, compress: true } };
    expect(reasonOf(await server.call("PUT", R, other))).toEqual([
      500,
      "illegal_state_exception",
      inUse,
    ]);
    expect(reasonOf(await server.call("POST", `${R}/s1/_restore`))).toEqual([
      500,
      "snapshot_restore_exception",
      "[r:s1] snapshot does not exist",
    ]);
  });

  it("rejects the deletion and the closing of its indices", async () => {
    await startSlow("s1");
    const { uuid } = (await server.ok("GET", "/a")).a.settings.index;
    const list = `[[a/${uuid}]]`;
    for (const [verb, method, path] of [
      ["delete", "DELETE", "/a"],
      ["close", "POST", "/a/_close"],
    ] as const) {
      expect(reasonOf(await server.call(method, path))).toEqual([
        400,
        "snapshot_in_progress_exception",
        `Cannot ${verb} indices that are being snapshotted: ${list}. ` +
          "Try again after snapshot finishes or cancel the currently running snapshot.",
      ]);
    }
  });

  it("holds the documents of its beginning while the index goes on", async () => {
    await startSlow("s1");
    await server.ok("PUT", "/a/_doc/new?refresh=true", { n: -1 });
    await server.ok("DELETE", "/a/_doc/0?refresh=true");
    await server.ok("POST", "/a/_forcemerge?max_num_segments=1");
    await register({ max_snapshot_bytes_per_sec: "0" });
    await until("it ends", async () => (await stateOf("s1")) === "SUCCESS");
    const renamed = { rename_pattern: "a", rename_replacement: "b" };
    await server.ok("POST", `${R}/s1/_restore?wait_for_completion=true`, renamed);
    expect((await server.ok("GET", "/b/_count")).count).toBe(DOCUMENTS);
    expect((await server.call("GET", "/b/_doc/0")).status).toBe(200);
    expect((await server.call("GET", "/b/_doc/new")).status).toBe(404);
  });

  it("refuses one operation too many", async () => {
    await server.ok("PUT", "/_cluster/settings", {
      transient: { "snapshot.max_concurrent_operations": 1 },
    });
    await startSlow("s1");
    expect(reasonOf(await server.call("PUT", `${R}/s2`, {}))).toEqual([
      409,
      "concurrent_snapshot_execution_exception",
      "[r:s2] Cannot start another operation, already running [1] operations and the current " +
        "limit for concurrent snapshot operations is set to [1]",
    ]);
  });
});

describe("a restore that runs", () => {
  beforeEach(async () => {
    await fill("a");
    await server.ok("PUT", `${R}/s1?wait_for_completion=true`, {});
    await register({ max_restore_bytes_per_sec: "100kb" });
  });

  const renamed = { rename_pattern: "a", rename_replacement: "b" };

  async function startRestore() {
    expect(await server.ok("POST", `${R}/s1/_restore`, renamed)).toEqual({ accepted: true });
    await until("bytes arrive", async () => {
      const { b } = await server.ok("GET", "/b/_recovery");
      return b?.shards.some((shard: any) => shard.index.size.recovered_in_bytes > 0);
    });
  }

  it("is shown by _recovery with stage and bytes, then as done", async () => {
    await startRestore();
    const { b } = await server.ok("GET", "/b/_recovery?active_only=true");
    const shard = b.shards.find((one: any) => one.index.size.recovered_in_bytes > 0);
    expect(shard).toMatchObject({ type: "SNAPSHOT", stage: "INDEX", primary: true });
    expect(shard.source).toMatchObject({ repository: "r", snapshot: "s1", index: "a" });
    const { size } = shard.index;
    expect(size.recovered_in_bytes).toBeLessThan(size.total_in_bytes);
    const health = await server.ok("GET", "/_cluster/health/b");
    expect(health.status).not.toBe("green");
    await register({ max_restore_bytes_per_sec: "0" });
    await until("it ends", async () => {
      const rows = await server.ok("GET", "/_cat/recovery/b?format=json");
      return rows.every((row: any) => row.stage === "done");
    });
    expect((await server.ok("GET", "/b/_count")).count).toBe(DOCUMENTS);
    const after = await server.ok("GET", "/b/_recovery?detailed=true");
    const [first] = after.b.shards;
    expect(first.index.size.percent).toBe("100.0%");
    expect(first.index.files.details.length).toBe(first.index.files.total);
  });

  it("rejects the deletion of its snapshot and the closing of its indices", async () => {
    await startRestore();
    const [status, type, reason] = reasonOf(await server.call("DELETE", `${R}/s1`));
    expect([status, type]).toEqual([409, "concurrent_snapshot_execution_exception"]);
    expect(reason).toMatch(/^\[r:s1.*\] cannot delete snapshot during a restore in progress in \[/);
    const { uuid } = (await server.ok("GET", "/b")).b.settings.index;
    expect(reasonOf(await server.call("POST", "/b/_close"))).toEqual([
      400,
      "illegal_argument_exception",
      `Cannot close indices that are being restored: [[b/${uuid}]]`,
    ]);
    const inUse = reasonOf(await server.call("DELETE", R));
    expect(inUse[1]).toBe("illegal_state_exception");
  });

  it("is cancelled by the deletion of its index", async () => {
    await startRestore();
    const { uuid } = (await server.ok("GET", "/b")).b.settings.index;
    expect(await server.ok("DELETE", "/b")).toEqual({ acknowledged: true });
    await until("the restore ends", async () => {
      return (await server.call("DELETE", `${R}/s1`)).status === 200;
    });
    expect((await server.call("HEAD", "/b")).status).toBe(404);
    expect(readdirSync(join(server.folder, "data", "indices"))).not.toContain(uuid);
  });
});

describe("a repository in other hands", () => {
  beforeEach(() => fill("a", 50));

  const take = (name: string, body: unknown = {}) =>
    server.call("PUT", `${R}/${name}?wait_for_completion=true`, body);

  it("goes on from what another writer added", async () => {
    await take("s1");
    const other = await startVarve({ repositories: join(server.folder, "repositories") });
    try {
      await other.ok("PUT", R, { type: "fs", settings: { location: root } });
      await other.ok("PUT", "/x/_doc/1?refresh=true", { n: 1 });
      await other.ok("PUT", `${R}/other?wait_for_completion=true`, {});
      expect((await take("s2")).body.snapshot.state).toBe("SUCCESS");
      const { snapshots } = await other.ok("GET", `${R}/_all`);
      expect(snapshots.map((one: any) => one.snapshot)).toEqual(["s1", "other", "s2"]);
    } finally {
      await other.stop();
    }
  });

  it("refuses what another writer's deletion made unsafe", async () => {
    await take("s1");
    await fill("big");
    await startSlow("s2");
    const other = await startVarve({ repositories: join(server.folder, "repositories") });
    try {
      await other.ok("PUT", R, { type: "fs", settings: { location: root } });
      await other.ok("DELETE", `${R}/s1`);
    } finally {
      await other.stop();
    }
    await register({ max_snapshot_bytes_per_sec: "0" });
    await until("it fails", () => gone("s2"));
    expect((await take("s3")).body.snapshot.state).toBe("SUCCESS");
  });

  it("names the blob that is missing, and restores the other indices", async () => {
    await fill("b", 50);
    await take("s1");
    const indexIds = JSON.parse(readFileSync(join(root, "index-0"), "utf8")).indices;
    const shard = join(root, "indices", indexIds.a.id, "0");
    for (const name of readdirSync(shard)) if (name.startsWith("__")) rmSync(join(shard, name));
    await server.ok("DELETE", "/a,b");
    const answer = await server.ok("POST", `${R}/s1/_restore?wait_for_completion=true`, {});
    expect(answer.snapshot.shards).toEqual({ total: 4, failed: 1, successful: 3 });
    const health = await server.ok("GET", "/_cluster/health?level=indices");
    expect([health.status, health.indices.a.status]).toEqual(["red", "red"]);
    expect(health.indices.b.status).toBe("green");
    expect((await server.ok("GET", "/b/_count")).count).toBe(50);
    const rows = await server.ok("GET", "/_cat/shards/a?format=json&h=shard,state,ur,ud");
    const red = rows.find((row: any) => row.shard === "0");
    expect(red).toMatchObject({ state: "UNASSIGNED", ur: "ALLOCATION_FAILED" });
    expect(red.ud).toMatch(/failed to restore snapshot \[s1\/.*Blob .* does not exist/);
  });

  it("uploads a blob again that is gone, so that the next snapshot is whole", async () => {
    await take("s1");
    const indexIds = JSON.parse(readFileSync(join(root, "index-0"), "utf8")).indices;
    const shard = join(root, "indices", indexIds.a.id, "0");
    for (const name of readdirSync(shard)) if (name.startsWith("__")) rmSync(join(shard, name));
    expect((await take("s2")).body.snapshot.state).toBe("SUCCESS");
    await server.ok("DELETE", "/a");
    const answer = await server.ok("POST", `${R}/s2/_restore?wait_for_completion=true`, {});
    expect(answer.snapshot.shards).toEqual({ total: 2, failed: 0, successful: 2 });
  });

  it("rejects a catalog that is cut, and a snapshot's blob that is damaged", async () => {
    await take("s1");
    const info = readdirSync(root).find((name) => name.startsWith("snap-"))!;
    const bytes = readFileSync(join(root, info));
    bytes[bytes.length >> 1]! ^= 4;
    writeFileSync(join(root, info), bytes);
    const [status, type, reason] = reasonOf(await server.call("GET", `${R}/s1`));
    expect([status, type]).toEqual([500, "snapshot_exception"]);
    expect(reason).toMatch(/^\[r:s1\/.{22}\] failed to get snapshots$/);
    cpSync(join(root, "index-0"), join(root, "index-7"));
    writeFileSync(join(root, "index-7"), readFileSync(join(root, "index-7")).subarray(0, 90));
    expect(reasonOf(await server.call("GET", `${R}/_all`))).toEqual([
      500,
      "repository_exception",
      "[r] could not read repository data from index blob",
    ]);
  });

  it.skipIf(process.getuid?.() === 0)("refuses a folder that cannot be written", async () => {
    const locked = join(server.folder, "repositories", "locked");
    mkdirSync(locked, { mode: 0o500 });
    const body = { type: "fs", settings: { location: locked } };
    const [status, type] = reasonOf(await server.call("PUT", "/_snapshot/locked", body));
    expect([status, type]).toEqual([500, "repository_verification_exception"]);
    chmodSync(locked, 0o700);
  });

  it("refuses a location that is a file", async () => {
    const file = join(server.folder, "repositories", "file");
    writeFileSync(file, "x");
    const body = { type: "fs", settings: { location: file } };
    const [status, type] = reasonOf(await server.call("PUT", "/_snapshot/file", body));
    expect([status, type]).toEqual([500, "repository_verification_exception"]);
    await server.ok("PUT", "/_snapshot/file?verify=false", body);
  });
});
