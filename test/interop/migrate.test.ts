// Snapshots of Elasticsearch 5.6 and 6.8 and of OpenSearch 1.3 that `varve migrate` carried over:
// the real servers restore them, with every document, and find what the old servers found.
//
// The 2.19.6 that runs here has core analyzers and core fields alone, and no modules: indices that
// need more (`vm-text`, `vm-types` …) are restored by 3.6.0, whichever target they were made for.

import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runVarve } from "../support/cli.ts";
import { fixtureExpected, type UnpackedFixture, unpackFixture } from "../support/fixtures.ts";
import type { ServerVersion } from "../support/judge.ts";
import { realServer, type SharedServer, skipInterop } from "../support/real-server.ts";

/** Archives and the target; the first server of a list restores all it can, the last the rest. */
const CASES: readonly [archive: string, to: string, servers: readonly ServerVersion[]][] = [
  ["es6.8.23-series", "2", ["2.19.6"]],
  ["es6.8.23-types", "2", ["2.19.6", "3.6.0"]],
  ["es5.6.16-types", "2", ["2.19.6", "3.6.0"]],
  ["os1.3.0-types", "3", ["3.6.0"]],
  ["os1.3.0-series", "3", ["3.6.0"]],
  ["mixed-1.3-2.11-2.19", "3", ["3.6.0"]],
  ["es6.8.23-series", "3", ["3.6.0"]],
];

/** What 2.19.6 lacks the modules for. */
const NEEDS_MODULES = /-(text|types|parent)$/;

async function ok(server: SharedServer, method: string, path: string, body?: unknown) {
  const answer = await server.call(method, path, body);
  if (answer.status >= 300)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Searches on fields that are in _source only, or that an old server answered wrongly. */
const NOT_THE_SAME: ReadonlySet<string> = new Set([
  "geo_shape",
  // Elasticsearch 5.6 repeats the first address of a document with two.
  "es5.6.16-types sort keys",
]);

/** id → [routing, source], as a server answers. */
async function documentsOf(server: SharedServer, index: string) {
  const body = { size: 10_000, query: { match_all: {} } };
  const { hits } = (await ok(server, "POST", `/${index}/_search`, body)).hits;
  return hits.map((hit: any) => [hit._id, hit._routing ?? null, hit._source]).sort(byId);
}

function byId(a: [string], b: [string]): number {
  return Buffer.compare(Buffer.from(a[0]), Buffer.from(b[0]));
}

/** The same of the golden answers: of two types with one id, the later one has `type#id`. */
function goldenDocuments(golden: any) {
  const seen = new Set<string>();
  return golden.documents
    .filter((item: any) => typeof item._source === "string")
    .map((item: any) => {
      const id = seen.has(item._id) ? `${item._type}#${item._id}` : item._id;
      seen.add(id);
      return [id, item._routing ?? null, JSON.parse(item._source)];
    })
    .sort(byId);
}

/** Hits without what no two versions agree on: scores, types, totals' form. */
function hitsOf(response: any) {
  const { total, hits } = response.hits;
  const ids = hits.map((hit: any) => [hit._id, hit._source, hit.fields, hit.highlight]);
  return { total: typeof total === "object" ? total.value : total, ids };
}

async function restoreIndex(
  server: SharedServer,
  repository: string,
  snapshot: string,
  index: string,
): Promise<void> {
  const path = `/_snapshot/${repository}/${snapshot}/_restore?wait_for_completion=true`;
  const answer = await ok(server, "POST", path, { indices: index, include_global_state: false });
  expect(answer.snapshot.shards).toMatchObject({ failed: 0 });
  await ok(server, "GET", `/_cluster/health/${index}?wait_for_status=green&timeout=30s`);
}

/** Searches that the golden answers say are the same whatever the segments are. */
function searchesOf(archive: string, expected: any, index: string): any[] {
  return expected.searches.filter(
    (one: any) =>
      one.index === index &&
      !NOT_THE_SAME.has(one.name) &&
      !NOT_THE_SAME.has(`${archive} ${one.name}`) &&
      one.compare === "exact" &&
      one.request?.aggs === undefined &&
      one.request?.aggregations === undefined &&
      one.request?.sort !== undefined &&
      !JSON.stringify(one.request.sort).includes("_score"),
  );
}

describe.skipIf(skipInterop() !== "").each(CASES)("%s --to %s", (archive, to, servers) => {
  let fixture: UnpackedFixture;
  let folder: string;
  let expected: any;
  const name = `migrated-${archive.replaceAll(".", "")}-${to}`;

  beforeAll(async () => {
    fixture = unpackFixture(archive);
    expected = fixtureExpected(archive);
    const { repositories } = realServer(servers[0]!);
    folder = mkdtempSync(join(repositories, `${name}-`));
    chmodSync(folder, 0o777);
    const outcome = await runVarve(["migrate", fixture.repository, folder, "--to", to, "--json"]);
    expect([outcome.code, outcome.stderr]).toEqual([expect.any(Number), ""]);
    expect(outcome.json().snapshots.map((one: any) => one.reason)).toEqual(
      outcome.json().snapshots.map(() => undefined),
    );
    const settings = { location: folder };
    for (const version of servers) {
      const server = realServer(version);
      await ok(server, "PUT", `/_snapshot/${name}`, { type: "fs", settings });
    }
  });

  afterAll(async () => {
    for (const version of servers) {
      await realServer(version).call("DELETE", `/_snapshot/${name}`);
    }
    rmSync(folder, { recursive: true, force: true });
    fixture.remove();
  });

  test("the real server restores every document", async () => {
    let restored = 0;
    let searched = 0;
    const snapshots = Object.entries<any>(expected.snapshots);
    const taken = snapshots.filter(([, value]) => value.deleted !== true && value.indices);
    const last = taken.at(-1)?.[0];
    for (const [snapshot, { indices }] of taken) {
      for (const [index, given] of Object.entries<any>(indices)) {
        const golden = given.documents_as_in
          ? expected.snapshots[given.documents_as_in].indices[index]
          : given;
        if (golden.documents === undefined || index.endsWith("-nosource")) continue;
        const old = servers.length > 1 && NEEDS_MODULES.test(index);
        const server = realServer(old ? servers.at(-1)! : servers[0]!);
        if (snapshot.includes("partial")) continue;
        await restoreIndex(server, name, snapshot, index);
        const found = await documentsOf(server, index);
        expect.soft([snapshot, index, found.length]).toEqual([snapshot, index, golden.docs_count]);
        const ids = new Set(goldenDocuments(golden).map(([id]: [string]) => id));
        const comparable = found.filter(([id]: [string]) => ids.has(id));
        expect.soft(comparable).toEqual(goldenDocuments(golden));
        restored++;
        for (const search of snapshot === last ? searchesOf(archive, expected, index) : []) {
          const path = `/${index}/_search${search.params ?? ""}`;
          const answer = await server.call("POST", path, search.request);
          if (answer.status !== 200) continue;
          expect
            .soft([search.name, hitsOf(answer.body)])
            .toEqual([search.name, hitsOf(search.response)]);
          searched++;
        }
        await ok(server, "DELETE", `/${index}`);
      }
    }
    expect(restored).toBeGreaterThan(1);
    if (archive.endsWith("-types")) expect(searched).toBeGreaterThan(10);
  }, 300_000);
});
