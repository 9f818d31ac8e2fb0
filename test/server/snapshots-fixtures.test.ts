// Every repository that a real server wrote is registered and restored by the REST API, snapshot by
// snapshot, and its documents are compared with the golden ones; damaged repositories lose the
// shards that the real server loses, and no others.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  applyDamage,
  damagedVariants,
  fixtureExpected,
  fixtureNames,
  type UnpackedFixture,
  unpackFixture,
} from "../support/fixtures.ts";
import { startVarve, type TestServer } from "../support/varve.ts";
import { documentsSha256, restoredDocuments } from "./restored-documents.ts";

const hasZstd = "zstdDecompressSync" in (await import("node:zlib"));

/** Why a fixture's indices cannot be opened here, by name; the others must be. */
function refusal(name: string): string | undefined {
  if (name.startsWith("es")) return "older than what is read";
  if (name.includes("zstd") && !hasZstd) return "this Node cannot read zstd";
  return undefined;
}

let fixture: UnpackedFixture;
let server: TestServer;

async function open(name: string, damage?: string) {
  fixture = unpackFixture(name);
  if (damage !== undefined) applyDamage(damage, fixture.folder);
  server = await startVarve({ repositories: fixture.folder });
  const settings = { location: fixture.repository };
  await server.ok("PUT", "/_snapshot/f?verify=false", { type: "fs", settings });
  if (!name.includes("-remote-")) return;
  // The name that the indices know their remote store by.
  const remote = { type: "fs", settings: { location: `${fixture.folder}/remote` } };
  await server.ok("PUT", "/_snapshot/rseg?verify=false", remote);
}

async function close() {
  await server?.stop();
  fixture?.remove();
}

/** Takes every index away, data streams with theirs. */
async function clear() {
  const { node } = server.server;
  const { metadata } = node.cluster;
  node.cluster.update((cluster) => ({ ...cluster, dataStreams: new Map() }));
  await node.indices.deleteIndices([...metadata.indices.values()]);
}

const restore = (snapshot: string, body: unknown = {}) =>
  server.call("POST", `/_snapshot/f/${snapshot}/_restore?wait_for_completion=true`, body);

function liveSnapshots(expected: any): string[] {
  return Object.keys(expected.snapshots).filter((name) => !expected.snapshots[name].deleted);
}

async function restoredIndices(snapshot: string): Promise<string[]> {
  const { snapshots } = await server.ok("GET", `/_snapshot/f/${snapshot}`);
  return snapshots[0].indices.sort();
}

/** What an index held in a snapshot; a clone holds what its source held. */
function goldenIndex(expected: any, snapshot: string, index: string): any {
  const { indices, clone_of } = expected.snapshots[snapshot];
  return indices?.[index] ?? expected.snapshots[clone_of].indices[index];
}

/** Rows of `_cat/shards` of shards that could not be restored. */
async function failedShards(): Promise<any[]> {
  const rows = await server.ok("GET", "/_cat/shards?format=json&h=index,shard,state,ur,ud");
  return rows.filter((row: any) => row.ur === "ALLOCATION_FAILED");
}

for (const name of fixtureNames().filter((one) => refusal(one) === undefined)) {
  const expected = fixtureExpected(name);
  describe(`fixture ${name}`, () => {
    beforeAll(() => open(name));
    afterEach(clear);
    afterAll(close);

    it("lists its snapshots", async () => {
      const { snapshots } = await server.ok("GET", "/_snapshot/f/_all");
      const names = snapshots.map((one: any) => one.snapshot).sort();
      expect(names).toEqual(liveSnapshots(expected).sort());
    });

    for (const snapshot of liveSnapshots(expected)) {
      it(`gives the documents of ${snapshot}`, async () => {
        const request = { partial: true, include_aliases: true };
        const answer = await restore(snapshot, { ...request, indices: "*" });
        expect(answer.body.error).toBeUndefined();
        const found = await restoredIndices(snapshot);
        const failed = await failedShards();
        for (const index of found) {
          const golden = goldenIndex(expected, snapshot, index);
          if (golden.not_searchable === true) continue;
          const reason = failed.find((row) => row.index === index)?.ud;
          if (reason !== undefined) {
            // Segments of Lucene 8 are kept, but not read.
            expect(`${name}: ${reason}`).toMatch(/1\.3.*(too old|Lucene8\d|codec)/i);
            continue;
          }
          const documents = restoredDocuments(server, index);
          expect(documents.length, index).toBe(golden.docs_count);
          expect(documentsSha256(documents), index).toBe(golden.documents_sha256);
          const counted = await server.ok("GET", `/${index}/_count`);
          expect(counted.count, index).toBe(golden.docs_count);
        }
        const listed = expected.snapshots[snapshot].indices;
        if (listed !== undefined) expect(found).toEqual(Object.keys(listed).sort());
      });
    }
  });
}

for (const name of fixtureNames().filter((one) => one.includes("-remote-"))) {
  describe(`fixture ${name}`, () => {
    beforeAll(() => open(name));
    afterAll(close);

    it("rejects a restore whose remote store is not registered", async () => {
      await server.ok("DELETE", "/_snapshot/rseg");
      const { snapshots } = await server.ok("GET", "/_snapshot/f/_all");
      const answer = await restore(snapshots[0].snapshot);
      expect(answer.body.error.type).toBe("snapshot_restore_exception");
      expect(answer.body.error.reason).toMatch(/shallow copy .* remote store \[rseg\]: register/);
      expect(await server.ok("GET", "/_cat/indices?format=json")).toEqual([]);
    });

    it("restores from the remote store that the request names", async () => {
      const settings = { location: `${fixture.folder}/remote` };
      await server.ok("PUT", "/_snapshot/other?verify=false", { type: "fs", settings });
      const answer = await restore("r1", { source_remote_store_repository: "other" });
      expect(answer.body.snapshot.shards).toEqual({ total: 3, failed: 0, successful: 3 });
      const [index] = answer.body.snapshot.indices;
      const restored = await server.ok("GET", `/${index}/_settings?flat_settings=true`);
      expect(Object.keys(restored[index].settings).join()).not.toContain("remote_store");
    });

    it("tells the status of its snapshots as the real server does", async () => {
      const { snapshots } = await server.ok("GET", "/_snapshot/f/r1/_status");
      const { stats, shards_stats } = snapshots[0];
      expect(shards_stats).toMatchObject({ done: 3, failed: 0, total: 3 });
      expect(stats.incremental).toEqual({ file_count: 0, size_in_bytes: 0 });
      if (name.endsWith("v1")) expect(stats.total.file_count).toBe(12);
      else expect(stats.total).toEqual({ file_count: 0, size_in_bytes: 0 });
    });
  });
}

for (const variant of damagedVariants()) {
  const golden = variant.expect.server;
  describe(`damaged repository ${variant.id}`, () => {
    beforeAll(() => open(variant.base, variant.id));
    afterEach(clear);
    afterAll(close);

    it("lists its snapshots as the real server does", async () => {
      const answer = await server.call("GET", "/_snapshot/f/_all");
      if (Array.isArray(golden.list)) {
        expect(answer.body.snapshots.map((one: any) => one.snapshot)).toEqual(golden.list);
        return;
      }
      expect(answer.status).toBe(golden.list.status);
      expect(answer.body.error.type).toBe(golden.list.error.split(":")[0]);
    });

    for (const [snapshot, outcome] of Object.entries<any>(golden.restores)) {
      it(`restores ${snapshot} as far as the real server does`, async () => {
        const answer = await restore(snapshot, { partial: true, indices: "*" });
        if (outcome.status !== undefined) {
          expect(answer.status).toBe(outcome.status);
          expect(answer.body.error.type).toBe(outcome.error.split(":")[0]);
          return;
        }
        expect(answer.status).toBe(200);
        expect(answer.body.snapshot.shards).toEqual(outcome.shards);
        const failed = await failedShards();
        const places = failed.map((row) => `${row.index}/${row.shard}`).sort();
        expect(places).toEqual(outcome.failed_shards ?? []);
        for (const row of failed) expect(row.ud).toMatch(/failed to restore snapshot/);
        const { status } = await server.ok("GET", "/_cluster/health");
        if (failed.length > 0) expect(status).toBe("red");
        else expect(status).not.toBe("red");
      });
    }
  });
}
