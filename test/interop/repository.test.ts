// The first proof of the formats: a repository that this program made from nothing is listed,
// restored and searched by the real servers; a repository that they made goes on in our hands and
// then in theirs again.

import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock, systemRandom } from "../../src/base/index.ts";
import { FsBlobStore } from "../../src/blobstore/index.ts";
import { FsDirectory } from "../../src/engine/store/fs-directory.ts";
import { MemoryDirectory } from "../../src/lucene/store/index.ts";
import {
  describeCommitFiles,
  directorySink,
  directorySource,
  type IndexMetadata,
  idOfVersion,
  numberOfShards,
  openRepository,
  parseVersion,
  type Repository,
  type SnapshotInfo,
} from "../../src/repository/index.ts";
import type { XContentObject } from "../../src/xcontent/index.ts";
import { fixtureExpected, type UnpackedFixture, unpackFixture } from "../support/fixtures.ts";
import { SERVER_VERSIONS, type ServerVersion } from "../support/judge.ts";
import { realServer, type SharedServer, skipInterop } from "../support/real-server.ts";
import { openShard, type ShardWriter } from "./shard-writer.ts";

const skipped = skipInterop();
/** 2.0.0: the oldest version that restores what is written here. */
const FLOOR_ID = 136217827;

function indexMetadata(
  name: string,
  uuid: string,
  shards: number,
  mappings: number,
): IndexMetadata {
  const numbers = Array.from({ length: shards }, (_, shard) => shard);
  const tree: XContentObject = {
    version: 1,
    mapping_version: mappings,
    settings_version: 1,
    aliases_version: 1,
    routing_num_shards: shards === 1 ? 1024 : 768,
    state: "open",
    settings: {
      "index.creation_date": "1760000000000",
      "index.number_of_replicas": "0",
      "index.number_of_shards": String(shards),
      "index.provided_name": name,
      "index.uuid": uuid,
      "index.version.created": String(FLOOR_ID),
    },
    mappings: [
      {
        _doc: {
          properties: {
            title: { type: "text", analyzer: "whitespace" },
            tag: { type: "keyword" },
            count: { type: "long" },
          },
        },
      },
    ],
    aliases: { [`${name}-alias`]: {} },
    primary_terms: numbers.map(() => 1),
    in_sync_allocations: Object.fromEntries(numbers.map((shard) => [shard, [`alloc${shard}`]])),
    rollover_info: {},
    system: false,
  };
  return { name, tree };
}

/** Snapshots open shards as one index. */
async function snapshot(
  repository: Repository,
  name: string,
  index: string,
  uuid: string,
  shards: ShardWriter[],
) {
  const started = await repository.startSnapshot(name, [index]);
  const startTimeMillis = systemClock.now();
  const id = started.indices.get(index)!;
  const shardGenerations: string[] = [];
  const uploaded: string[] = [];
  for (const [shard, { folder, files, generation }] of shards.entries()) {
    const directory = new FsDirectory(folder);
    const commit = describeCommitFiles(directory, files, "9.1.0");
    const input = { index: id, shard, commit, commitGeneration: generation };
    const plan = await repository.planShardSnapshot(started, input);
    uploaded.push(...plan.uploads.map((file) => file.physicalName));
    const result = await repository.runShardSnapshot(plan, directorySource(directory));
    shardGenerations.push(result.generation);
  }
  const info: SnapshotInfo = {
    snapshotId: started.snapshotId,
    versionId: FLOOR_ID,
    indices: [index],
    dataStreams: [],
    state: "SUCCESS",
    includeGlobalState: true,
    userMetadata: { taken_by: "varve" },
    startTimeMillis,
    endTimeMillis: systemClock.now(),
    totalShards: shards.length,
    successfulShards: shards.length,
    shardFailures: [],
  };
  await repository.finalizeSnapshot({
    info,
    base: started.base,
    clusterMetadata: {
      persistentSettings: { "cluster.max_shards_per_node": "1234" },
      templates: {},
      customs: {},
    },
    indices: [
      { index: id, metadata: indexMetadata(index, uuid, shards.length, 1), shardGenerations },
    ],
  });
  return { uploaded };
}

function openAt(location: string, more = {}): Repository {
  const options = { name: "ours", clock: systemClock, random: systemRandom, ...more };
  return openRepository(new FsBlobStore(location), options);
}

/** Lets the server, another user, write to what was unpacked. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o777);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else chmodSync(path, 0o666);
  }
}

/** Registers a folder with a real server. */
async function register(server: SharedServer, name: string, location: string, settings = {}) {
  const body = { type: "fs", settings: { location, ...settings } };
  const answer = await server.call("PUT", `/_snapshot/${name}`, body);
  expect(answer.body).toEqual({ acknowledged: true });
}

async function ok(server: SharedServer, method: string, path: string, body?: unknown) {
  const answer = await server.call(method, path, body);
  expect([200, 201], JSON.stringify(answer.body)).toContain(answer.status);
  return answer.body;
}

/** Restores one index under another name and waits for it. */
async function restore(
  server: SharedServer,
  repository: string,
  name: string,
  index: string,
  target: string,
  body: Record<string, unknown> = {},
) {
  const answer = await ok(
    server,
    "POST",
    `/_snapshot/${repository}/${name}/_restore?wait_for_completion=true`,
    {
      indices: index,
      rename_pattern: ".+",
      rename_replacement: target,
      include_aliases: false,
      ...body,
    },
  );
  expect(answer.snapshot.shards.failed).toBe(0);
  await ok(server, "POST", `/${target}/_refresh`);
}

describe.skipIf(skipped !== "").each([...SERVER_VERSIONS])("OpenSearch %s", (version) => {
  let server: SharedServer;
  let folder: string;
  const tag = version.replaceAll(".", "");
  beforeAll(() => {
    server = realServer(version as ServerVersion);
    folder = mkdtempSync(join(server.repositories, "interop-"));
    chmodSync(folder, 0o777);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ["plain", {}],
    ["compressed", { compress: true }],
    ["chunked", { chunkSizeBytes: 1000 }],
    ["hashed-prefix", { shardPathType: 1 as const }],
    ["hashed-infix", { shardPathType: 2 as const }],
  ])(
    "lists, restores, searches and goes on with a repository of ours: %s",
    async (kind, options) => {
      const location = join(folder, kind);
      const repository = openAt(location, options);
      const shards = [openShard(join(folder, `${kind}-0`)), openShard(join(folder, `${kind}-1`))];
      for (let i = 0; i < 200; i++) shards[i % 2]!.add(i);
      for (const shard of shards) shard.commit();
      const uuid = `${tag}${kind}`.padEnd(22, "x");
      await snapshot(repository, "one", "lakes", uuid, shards);
      for (let i = 200; i < 260; i++) shards[i % 2]!.add(i);
      shards[0]!.remove(4);
      for (const shard of shards) shard.commit();
      const second = await snapshot(repository, "two", "lakes", uuid, shards);
      expect(second.uploaded.length).toBeGreaterThan(0);
      const again = await snapshot(repository, "three", "lakes", uuid, shards);
      expect(again.uploaded).toEqual([]);

      const name = `ours-${tag}-${kind}`;
      const settings = kind.startsWith("hashed") ? { shard_path_type: kind.replace("-", "_") } : {};
      await register(server, name, location, settings);
      const list = (await ok(server, "GET", `/_snapshot/${name}/_all`)).snapshots;
      expect(list.map((item: any) => [item.snapshot, item.state, item.shards.successful])).toEqual([
        ["one", "SUCCESS", 2],
        ["two", "SUCCESS", 2],
        ["three", "SUCCESS", 2],
      ]);
      expect(list[0].metadata).toEqual({ taken_by: "varve" });
      for (const [snapshotName, count] of [
        ["one", 200],
        ["two", 259],
      ] as const) {
        const index = `r-${tag}-${kind}-${snapshotName}`;
        await restore(server, name, snapshotName, "lakes", index);
        await expectDocuments(server, index, count);
        await ok(server, "DELETE", `/${index}`);
      }
      await goOn(server, name, location, `r-${tag}-${kind}`, options);
      await ok(server, "DELETE", `/_snapshot/${name}`);
      for (const shard of shards) shard.close();
    },
  );

  test("reads a repository of three versions after we deleted from it", async () => {
    const fixture = unpackFixture("mixed-1.3-2.11-2.19");
    const location = join(folder, "mixed");
    await cp(fixture.repository, location, { recursive: true });
    fixture.remove();
    openToAll(location);
    const name = `mixed-${tag}`;
    await checkMixed(server, location, name);
    await ok(server, "DELETE", `/_snapshot/${name}`);
  });

  test("goes on with a fixture after we deleted, cloned and cleaned up", async () => {
    const base = version === "2.19.6" ? "os2.19.6-series" : "os3.6.0-series";
    const fixture: UnpackedFixture = unpackFixture(base);
    const location = join(folder, "fixture");
    await cp(fixture.repository, location, { recursive: true, mode: 0 });
    fixture.remove();
    openToAll(location);
    const expected = fixtureExpected(base);
    const repository = openAt(location);
    await repository.deleteSnapshots(["s1", "s5"]);
    const clone = await repository.cloneSnapshot({
      source: "s6",
      target: "ours-clone",
      select: (names) => [...names],
      patterns: ["*"],
      versionId: idOfVersion(parseVersion(version)),
    });
    await repository.cleanup();
    const name = `fixture-${tag}`;
    await register(server, name, location);
    const list = (await ok(server, "GET", `/_snapshot/${name}/_all`)).snapshots;
    const names = list.map((item: any) => item.snapshot).sort();
    expect(names).toEqual([
      "c2",
      "ours-clone",
      "s2",
      "s4",
      "s6",
      "s7-unchanged",
      "s8-partial",
      "s9",
    ]);
    for (const [snapshotName, source] of [
      ["s2", "s2"],
      ["s4", "s4"],
      ["ours-clone", "s6"],
      ["s9", "s9"],
    ]) {
      const indices = goldenIndices(expected, source!);
      for (const [index, golden] of Object.entries<any>(indices)) {
        const target = `f-${tag}-${snapshotName}-${index}`;
        await restore(server, name, snapshotName!, index, target);
        const { count } = await ok(server, "GET", `/${target}/_count`);
        expect([target, count]).toEqual([target, golden.docs_count]);
        await ok(server, "DELETE", `/${target}`);
      }
    }
    expect(clone.totalShards).toBeGreaterThan(0);
    await continueSeries(repository, "s9");
    for (const [index, golden] of Object.entries<any>(goldenIndices(expected, "s9"))) {
      const target = `f-${tag}-continued-${index}`;
      await restore(server, name, "continued", index, target);
      const { count } = await ok(server, "GET", `/${target}/_count`);
      expect([target, count]).toEqual([target, golden.docs_count]);
      await ok(server, "DELETE", `/${target}`);
    }
    await ok(server, "DELETE", `/_snapshot/${name}/s2,ours-clone`);
    const fresh = openAt(location);
    const left = [...(await fresh.getRepositoryData()).snapshots.values()].map((item) => item.name);
    expect(left.sort()).toEqual([
      "c2",
      "continued",
      "s4",
      "s6",
      "s7-unchanged",
      "s8-partial",
      "s9",
    ]);
    await ok(server, "DELETE", `/_snapshot/${name}`);
  });
});

/** Every snapshot of the chain was taken by another version; index-N must suit all of them. */
async function checkMixed(server: SharedServer, location: string, name: string) {
  const expected = fixtureExpected("mixed-1.3-2.11-2.19");
  await openAt(location).deleteSnapshots(["by-2.11.0"]);
  await register(server, name, location);
  const list = (await ok(server, "GET", `/_snapshot/${name}/_all`)).snapshots;
  const found = list.map((item: any) => `${item.snapshot} ${item.version}`);
  expect(found.sort()).toEqual(["by-1.3.0 1.3.0", "by-2.19.6 2.19.6"]);
  // 3.x does not open what 1.x created.
  if (server.version !== "2.19.6") return;
  for (const snapshotName of ["by-1.3.0", "by-2.19.6"]) {
    const indices = expected.snapshots[snapshotName].indices;
    for (const [index, golden] of Object.entries<any>(indices)) {
      const target = `m-${snapshotName.slice(3).replaceAll(".", "")}-${index}`;
      await restore(server, name, snapshotName, index, target);
      const { count } = await ok(server, "GET", `/${target}/_count`);
      expect([target, count]).toEqual([target, golden.docs_count]);
      await ok(server, "DELETE", `/${target}`);
    }
  }
}

/** Snapshots the restored files of a snapshot again: every byte is there, so nothing is uploaded. */
async function continueSeries(repository: Repository, source: string): Promise<void> {
  const from = await repository.findSnapshot(source);
  const info = await repository.getSnapshotInfo(from);
  const started = await repository.startSnapshot("continued", info.indices);
  const indices = [];
  for (const index of started.indices.values()) {
    const metadata = await repository.getIndexMetadata(from, index);
    const shardGenerations: string[] = [];
    for (let shard = 0; shard < numberOfShards(metadata); shard++) {
      const directory = new MemoryDirectory();
      const restored = await repository.planShardRestore(from, index, shard);
      await repository.runShardRestore(restored, directorySink(directory));
      const commit = describeCommitFiles(directory, directory.listAll(), "9.12.3");
      const input = { index, shard, commit, commitGeneration: 5 };
      const plan = await repository.planShardSnapshot(started, input);
      expect(plan.uploads).toEqual([]);
      const result = await repository.runShardSnapshot(plan, directorySource(directory));
      shardGenerations.push(result.generation);
    }
    indices.push({ index, metadata, shardGenerations });
  }
  await repository.finalizeSnapshot({
    info: { ...info, snapshotId: started.snapshotId },
    base: started.base,
    clusterMetadata: await repository.getClusterMetadata(from),
    indices,
  });
}

function goldenIndices(expected: any, name: string): Record<string, any> {
  const found = expected.snapshots[name];
  return Object.fromEntries(
    Object.entries<any>(found.indices).filter(([index]) => !index.endsWith("half")),
  );
}

/** Counts, sources, terms and points of the documents of shard-writer.ts. */
async function expectDocuments(server: SharedServer, index: string, count: number) {
  expect((await ok(server, "GET", `/${index}/_count`)).count).toBe(count);
  const byTag = await ok(server, "POST", `/${index}/_search`, {
    size: 5,
    query: { term: { tag: "tag3" } },
    sort: [{ count: "asc" }],
    aggs: { sum: { sum: { field: "count" } } },
  });
  const wanted = Array.from({ length: 260 }, (_, i) => i)
    .filter((i) => i % 7 === 3)
    .slice(0, 5);
  expect(byTag.hits.hits.map((hit: any) => hit._source.count)).toEqual(wanted);
  const byText = await ok(server, "POST", `/${index}/_search`, {
    query: { match: { title: "number42" } },
  });
  expect(byText.hits.hits.map((hit: any) => hit._id)).toEqual(["doc:42"]);
  const byRange = await ok(server, "POST", `/${index}/_count`, {
    query: { range: { count: { gte: 100, lt: 110 } } },
  });
  expect(byRange.count).toBe(10);
}

/** The server snapshots into our repository, deletes one of ours, and we restore what is left. */
async function goOn(
  server: SharedServer,
  name: string,
  location: string,
  index: string,
  options: object,
) {
  await restore(server, name, "three", "lakes", index);
  await ok(server, "PUT", `/${index}/_doc/new?refresh`, {
    title: "number1000",
    tag: "new",
    count: 1000,
  });
  const path = `/_snapshot/${name}/theirs?wait_for_completion=true`;
  const taken = await ok(server, "PUT", path, { indices: index, include_global_state: false });
  expect(taken.snapshot.state).toBe("SUCCESS");
  await ok(server, "DELETE", `/_snapshot/${name}/one`);
  const repository = openAt(location, options);
  const data = await repository.getRepositoryData();
  expect([...data.snapshots.values()].map((item) => item.name).sort()).toEqual([
    "theirs",
    "three",
    "two",
  ]);
  await repository.deleteSnapshots(["two", "theirs"]);
  expect((await repository.cleanup()).blobs).toBe(0);
  await ok(server, "DELETE", `/${index}`);
  await restore(server, name, "three", "lakes", index);
  await expectDocuments(server, index, 259);
  await ok(server, "DELETE", `/${index}`);
}
