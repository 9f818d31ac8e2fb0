// What a snapshot holds and what a restore brings back: closed indices in place, data streams
// kept whole, global state, partial snapshots, settings of the repository, read-only urls.

import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unpackFixture } from "../support/fixtures.ts";
import { startVarve, type TestServer } from "../support/varve.ts";

const R = "/_snapshot/r";
const WAIT = "?wait_for_completion=true";

let server: TestServer;
let root: string;

beforeEach(async () => {
  server = await startVarve();
  await register({});
});
afterEach(() => server.stop());

async function register(settings: Record<string, unknown>) {
  root = join(server.folder, "repositories", "r");
  await server.ok("PUT", R, { type: "fs", settings: { location: root, ...settings } });
}

async function index(name: string, ...numbers: number[]) {
  for (const n of numbers) await server.ok("PUT", `/${name}/_doc/${n}?refresh=true`, { n });
}

async function idsOf(name: string): Promise<string[]> {
  const { hits } = await server.ok("GET", `/${name}/_search?size=100`);
  return hits.hits.map((hit: { _id: string }) => hit._id).sort();
}

const take = (name: string, body: unknown = {}) => server.ok("PUT", `${R}/${name}${WAIT}`, body);
const restore = (name: string, body: unknown = {}) =>
  server.ok("POST", `${R}/${name}/_restore${WAIT}`, body);

describe("a restore", () => {
  it("overwrites a closed index in place, under its own id", async () => {
    await index("a", 1, 2);
    await take("s1");
    await index("a", 3);
    const { uuid } = (await server.ok("GET", "/a")).a.settings.index;
    await server.ok("POST", "/a/_close");
    await restore("s1");
    expect(await idsOf("a")).toEqual(["1", "2"]);
    expect((await server.ok("GET", "/a")).a.settings.index.uuid).toBe(uuid);
    await index("a", 4);
    expect(await idsOf("a")).toEqual(["1", "2", "4"]);
  });

  it("brings back an index that was closed when it was taken", async () => {
    await index("a", 1, 2);
    await server.ok("POST", "/a/_close");
    expect((await take("s1")).snapshot.shards.failed).toBe(0);
    await server.ok("DELETE", "/a");
    await restore("s1");
    expect(await idsOf("a")).toEqual(["1", "2"]);
  });

  it("keeps a data stream of a real server whole, also under another name", async () => {
    const fixture = unpackFixture("os2.19.6-global");
    await server.stop();
    server = await startVarve({ repositories: fixture.folder });
    const settings = { location: fixture.repository };
    await server.ok("PUT", R, { type: "fs", settings });
    const indices = "vg-stream-x";
    await restore("with-global", { indices });
    await restore("with-global", {
      indices,
      rename_pattern: "vg-(.*)",
      rename_replacement: "old-$1",
    });
    const { dataStreams } = server.server.node.cluster.metadata;
    expect([...dataStreams.keys()].sort()).toEqual(["old-stream-x", "vg-stream-x"]);
    const members = dataStreams.get("old-stream-x")!["indices"] as { index_name: string }[];
    expect(members.map((member) => member.index_name)).toEqual([
      ".ds-old-stream-x-000001",
      ".ds-old-stream-x-000002",
    ]);
    for (const name of ["vg-stream-x", "old-stream-x"]) {
      expect((await server.ok("GET", `/${name}/_count`)).count).toBe(17);
    }
    const again = await server.call("POST", `${R}/with-global/_restore`, { indices });
    expect(again.status).toBe(500);
    await register({});
    const taken = await take("s1", { indices: "old-stream-x", include_global_state: false });
    expect(taken.snapshot.data_streams).toEqual(["old-stream-x"]);
    fixture.remove();
  });

  it("brings the global state back only where it is asked for", async () => {
    await server.ok("PUT", "/_index_template/t", { index_patterns: ["t*"], template: {} });
    const key = "cluster.max_shards_per_node";
    await server.ok("PUT", "/_cluster/settings", { persistent: { [key]: "777" } });
    await take("with");
    await take("without", { include_global_state: false });
    await server.ok("DELETE", "/_index_template/t");
    await server.ok("PUT", "/_cluster/settings", { persistent: { [key]: null } });
    const state = async () => {
      const { status } = await server.call("GET", "/_index_template/t");
      const settings = await server.ok("GET", "/_cluster/settings?flat_settings=true");
      return [status, settings.persistent[key]];
    };
    await restore("with");
    expect(await state()).toEqual([404, undefined]);
    await restore("without", { include_global_state: true });
    expect(await state()).toEqual([404, undefined]);
    await restore("with", { include_global_state: true });
    expect(await state()).toEqual([200, "777"]);
  });

  it("takes a partial snapshot only when it may be partial", async () => {
    await index("a", 1);
    await index("b", 1);
    await take("s1");
    const ids = JSON.parse(readFileSync(join(root, "index-0"), "utf8")).indices;
    const shard = join(root, "indices", ids.a.id, "0");
    for (const name of readdirSync(shard)) if (name.startsWith("__")) rmSync(join(shard, name));
    await server.ok("DELETE", "/a,b");
    await restore("s1");
    const refused = await server.call("PUT", `${R}/s2${WAIT}`, {});
    expect(refused.body.error.type).toBe("snapshot_exception");
    expect(refused.body.error.reason).toMatch(/Indices don't have primary shards \[.*a.*\]/);
    const partial = await take("s2", { partial: true });
    expect(partial.snapshot).toMatchObject({
      state: "PARTIAL",
      shards: { total: 2, failed: 1, successful: 1 },
    });
    expect(partial.snapshot.failures[0]).toMatchObject({
      index: "a",
      shard_id: 0,
      reason: "primary shard is not allocated",
      status: "INTERNAL_SERVER_ERROR",
    });
    await server.ok("DELETE", "/a,b");
    const strict = await server.call("POST", `${R}/s2/_restore${WAIT}`, {});
    expect(strict.body.error.reason).toMatch(
      /index \[a\] wasn't fully snapshotted - cannot restore$/,
    );
    const outcome = await restore("s2", { partial: true });
    expect(outcome.snapshot.shards).toEqual({ total: 2, failed: 0, successful: 2 });
    expect(await idsOf("b")).toEqual(["1"]);
    expect(await idsOf("a")).toEqual([]);
  });
});

describe("a repository", () => {
  function blobs(folder = root): string[] {
    return readdirSync(folder, { recursive: true })
      .map((name) => join(folder, String(name)))
      .filter((path) => statSync(path).isFile());
  }

  it("keeps blobs within chunk_size, and lies in base_path", async () => {
    await register({ chunk_size: "1kb", base_path: "deep/er", compress: true });
    await index("a", ...Array.from({ length: 30 }, (_, n) => n));
    await take("s1");
    const data = blobs().filter((path) => /__[^/]*$/.test(path));
    expect(data.some((path) => path.endsWith(".part1"))).toBe(true);
    for (const path of data) expect(statSync(path).size).toBeLessThanOrEqual(1024);
    for (const path of blobs()) expect(path.startsWith(join(root, "deep", "er"))).toBe(true);
    await server.ok("DELETE", "/a");
    await restore("s1");
    expect((await idsOf("a")).length).toBe(30);
  });

  it("is read through a file url, and never written", async () => {
    await index("a", 1);
    await take("s1");
    const url = `file://${root}/`;
    await server.ok("PUT", "/_snapshot/u", { type: "url", settings: { url } });
    await server.ok("DELETE", "/a");
    const before = blobs().length;
    await server.ok("POST", `/_snapshot/u/s1/_restore${WAIT}`, {});
    expect(await idsOf("a")).toEqual(["1"]);
    const refused = await server.call("PUT", `/_snapshot/u/s2${WAIT}`, {});
    expect([refused.status, refused.body.error.reason]).toEqual([
      500,
      "[u] cannot create snapshot in a readonly repository",
    ]);
    expect(blobs().length).toBe(before);
  });

  it("is emptied by deletions, and a cleanup finds nothing after them", async () => {
    await index("a", 1, 2, 3);
    await take("s1");
    await index("a", 4);
    await take("s2");
    await server.ok("DELETE", `${R}/s1`);
    await server.ok("DELETE", "/a");
    await restore("s2");
    expect(await idsOf("a")).toEqual(["1", "2", "3", "4"]);
    await server.ok("DELETE", `${R}/s2`);
    expect((await server.ok("POST", `${R}/_cleanup`)).results.deleted_blobs).toBe(0);
    expect(blobs().length).toBe(2);
  });

  it("survives a restart with its registration, its snapshots and its generation", async () => {
    await index("a", 1);
    await take("s1");
    await server.stop(true);
    server = await startVarve({ folder: server.folder });
    expect((await server.ok("GET", `${R}/_all`)).snapshots.length).toBe(1);
    await take("s2");
    expect((await server.ok("GET", `${R}/_all`)).snapshots.length).toBe(2);
  });
});
