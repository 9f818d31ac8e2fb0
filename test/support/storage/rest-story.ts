// One repository's life through the REST API, from two nodes, on any store: the walk of the manual
// snapshot and restore (register, snapshot, list, restore over and beside what is there, delete,
// clean up, restore on another cluster).

import { expect } from "vitest";
import { SecureSettings } from "../../../src/engine/index.ts";
import { startVarve, type TestServer } from "../varve.ts";

export interface RepositoryStory {
  readonly type: string;
  readonly settings: Record<string, unknown>;
  /** Settings of the node, among them of its clients. */
  readonly nodeSettings?: Record<string, string>;
  /** What its keystore holds. */
  readonly secrets?: Record<string, string>;
}

/** Secrets as a keystore would give them. */
export function secretsOf(secrets: Record<string, string> = {}): SecureSettings {
  const map = new Map(Object.entries(secrets));
  return new SecureSettings(map, () => map);
}

function startNode(story: RepositoryStory): Promise<TestServer> {
  return startVarve({
    settings: story.nodeSettings ?? {},
    secureSettings: secretsOf(story.secrets),
  });
}

const DOCUMENTS = 300;
/** So much that the shards are moved by worker threads. */
const TEXT_BYTES = 4000;

/** Fills two indices; answers a document's source by its number. */
async function fill(node: TestServer): Promise<(n: number) => object> {
  const sourceOf = (n: number) => ({ n, name: `name ${n}`, text: noise(n) });
  await node.ok("PUT", "/towns", { settings: { number_of_shards: 2 } });
  await node.ok("PUT", "/empty");
  const lines: string[] = [];
  for (let n = 0; n < DOCUMENTS; n++) {
    lines.push(JSON.stringify({ index: { _id: String(n) } }), JSON.stringify(sourceOf(n)));
  }
  const bulk = await node.ok("POST", "/towns/_bulk?refresh=true", `${lines.join("\n")}\n`);
  expect(bulk.errors).toBe(false);
  return sourceOf;
}

function noise(seed: number): string {
  let state = seed + 1;
  let text = "";
  while (text.length < TEXT_BYTES) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += state.toString(36);
  }
  return text;
}

async function countOf(node: TestServer, index: string): Promise<number> {
  await node.ok("POST", `/${index}/_refresh`);
  return (await node.ok("GET", `/${index}/_count`)).count;
}

/** Lives the whole life; `repository` is the body that registers it. */
export async function liveRepositoryStory(story: RepositoryStory): Promise<void> {
  const { type, settings } = story;
  const first = await startNode(story);
  const second = await startNode(story);
  try {
    expect(await first.ok("PUT", "/_snapshot/s3-backup", { type, settings })).toEqual({
      acknowledged: true,
    });
    expect(JSON.stringify(await first.ok("GET", "/_snapshot"))).not.toMatch(/secret|password/);
    const verified = await first.ok("POST", "/_snapshot/s3-backup/_verify");
    expect(Object.keys(verified.nodes)).toHaveLength(1);
    const sourceOf = await fill(first);
    await takeTwo(first);
    if (type !== "hdfs") await countsRequests(first, type);
    await restoreBeside(first, sourceOf);
    await restoreElsewhere(second, story, sourceOf);
    await deleteAll(first);
  } finally {
    await first.stop();
    await second.stop();
  }
}

async function takeTwo(node: TestServer): Promise<void> {
  const taken = await node.ok("PUT", "/_snapshot/s3-backup/one?wait_for_completion=true");
  expect(taken.snapshot).toMatchObject({ state: "SUCCESS", shards: { failed: 0 } });
  await node.ok("PUT", "/towns/_doc/more?refresh=true", { n: -1, name: "more" });
  await node.ok("PUT", "/_snapshot/s3-backup/two?wait_for_completion=true", { indices: "towns" });
  const all = await node.ok("GET", "/_snapshot/s3-backup/_all");
  expect(all.snapshots.map((one: { snapshot: string }) => one.snapshot)).toEqual(["one", "two"]);
  const status = await node.ok("GET", "/_snapshot/s3-backup/two/_status");
  const { stats } = status.snapshots[0];
  expect(status.snapshots[0].state).toBe("SUCCESS");
  expect(stats.incremental.file_count).toBeLessThan(stats.total.file_count);
  const again = await node.call("PUT", "/_snapshot/s3-backup/one?wait_for_completion=true");
  expect([again.status, again.body.error.type]).toEqual([400, "invalid_snapshot_name_exception"]);
}

/** Requests are counted, those of worker threads too: they put the files of the shards. */
async function countsRequests(node: TestServer, type: string): Promise<void> {
  const { nodes } = await node.ok("GET", "/_nodes/stats/repositories");
  const [stats] = Object.values(nodes) as { repositories: Record<string, any>[] }[];
  expect(stats!.repositories).toHaveLength(1);
  const [counted] = stats!.repositories;
  expect(counted).toMatchObject({ repository_name: "s3-backup", repository_type: type });
  expect(counted!["request_counts"].put).toBeGreaterThan(20);
}

async function restoreBeside(node: TestServer, sourceOf: (n: number) => object): Promise<void> {
  const refused = await node.call("POST", "/_snapshot/s3-backup/one/_restore");
  expect([refused.status, refused.body.error.type]).toEqual([500, "snapshot_restore_exception"]);
  const restored = await node.ok(
    "POST",
    "/_snapshot/s3-backup/one/_restore?wait_for_completion=true",
    { indices: "*", rename_pattern: "(.+)", rename_replacement: "again-$1" },
  );
  expect(restored.snapshot.shards).toMatchObject({ failed: 0 });
  expect(await countOf(node, "again-towns")).toBe(DOCUMENTS);
  const found = await node.ok("GET", "/again-towns/_doc/17");
  expect(found._source).toEqual(sourceOf(17));
}

async function restoreElsewhere(
  node: TestServer,
  { type, settings }: RepositoryStory,
  sourceOf: (n: number) => object,
): Promise<void> {
  const body = { type, settings: { ...settings, readonly: true } };
  await node.ok("PUT", "/_snapshot/same-place", body);
  const refused = await node.call("PUT", "/_snapshot/same-place/three");
  expect(refused.body.error.reason).toMatch(/cannot create snapshot in a readonly repository/);
  const query = "wait_for_completion=true";
  await node.ok("POST", `/_snapshot/same-place/two/_restore?${query}`);
  expect(await countOf(node, "towns")).toBe(DOCUMENTS + 1);
  expect((await node.ok("GET", "/towns/_doc/299"))._source).toEqual(sourceOf(299));
}

async function deleteAll(node: TestServer): Promise<void> {
  await node.ok("DELETE", "/_snapshot/s3-backup/one");
  await node.ok("POST", "/_snapshot/s3-backup/two/_restore?wait_for_completion=true", {
    rename_pattern: "(.+)",
    rename_replacement: "left-$1",
  });
  expect(await countOf(node, "left-towns")).toBe(DOCUMENTS + 1);
  await node.ok("PUT", "/_snapshot/s3-backup/two/_clone/copy", { indices: "towns" });
  await expect
    .poll(async () => (await node.ok("GET", "/_snapshot/s3-backup/_all")).snapshots.length)
    .toBe(2);
  await node.ok("DELETE", "/_snapshot/s3-backup/two,copy");
  const cleaned = await node.ok("POST", "/_snapshot/s3-backup/_cleanup");
  expect(cleaned.results.deleted_blobs).toBeGreaterThanOrEqual(0);
  expect(await node.ok("GET", "/_snapshot/s3-backup/_all")).toEqual({ snapshots: [] });
  await node.ok("DELETE", "/_snapshot/s3-backup");
}
