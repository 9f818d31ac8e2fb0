// The matrix: who wrote × who reads × which server × going on with the other's series × deleting the
// other's snapshots. Each cell is a test; docs/compat.md holds the table.

import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkIndex, SERVER_VERSIONS } from "../support/judge.ts";
import { realServer, skipInterop } from "../support/real-server.ts";
import { startVarve, type TestServer } from "../support/varve.ts";
import { bulkBody, corpus, mappingsFor, SEARCHES } from "./corpus.ts";

const DOCUMENTS = 400;
const BM25_FACTOR_OF_2X = 2.2;

type Caller = {
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>;
};

async function ok(server: Caller, method: string, path: string, body?: unknown): Promise<any> {
  const answer = await server.call(method, path, body);
  if (answer.status >= 300)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Makes an index, changes and deletes some documents, leaves several segments. */
async function fill(server: Caller, version: string, index: string, shards: number): Promise<void> {
  await ok(server, "PUT", `/${index}`, {
    settings: { number_of_shards: shards, number_of_replicas: 0 },
    mappings: mappingsFor(version),
    aliases: { [`${index}-alias`]: { filter: { term: { flag: true } } } },
  });
  const documents = [...corpus(DOCUMENTS, 1)];
  for (let start = 0; start < DOCUMENTS; start += 150) {
    await ok(
      server,
      "POST",
      "/_bulk?refresh=true",
      bulkBody(index, new Map(documents.slice(start, start + 150))),
    );
  }
  await change(server, index, 2);
}

async function change(server: Caller, index: string, seed: number): Promise<void> {
  await ok(server, "POST", "/_bulk?refresh=true", bulkBody(index, corpus(40, seed)));
  const gone = Array.from(
    { length: 20 },
    (_, i) => `{"delete":{"_index":"${index}","_id":"doc-${seed * 40 + i}"}}\n`,
  );
  await ok(server, "POST", "/_bulk?refresh=true", gone.join(""));
}

interface Content {
  readonly count: number;
  readonly sha256: string;
  readonly versions: string;
}

async function contentOf(server: Caller, index: string): Promise<Content> {
  const body = { size: 10_000, version: true, seq_no_primary_term: true, query: { match_all: {} } };
  const { hits } = (await ok(server, "POST", `/${index}/_search`, body)).hits;
  const sorted = [...hits].sort((a: any, b: any) => (a._id < b._id ? -1 : 1));
  const hash = (line: (hit: any) => string) =>
    createHash("sha256").update(sorted.map(line).join("\n")).digest("hex");
  return {
    count: hits.length,
    sha256: hash((hit) => `${hit._id}\t${JSON.stringify(hit._source)}`),
    versions: hash((hit) => `${hit._id}\t${hit._version}\t${hit._seq_no}`),
  };
}

interface Answers {
  [search: string]: {
    total: unknown;
    hits: [id: string, score: number | null, sort: unknown][];
    aggregations: unknown;
  };
}

/** Answers of every search without what may differ: index name and time. */
async function answersOf(server: Caller, index: string): Promise<Answers> {
  const answers: Answers = {};
  for (const { name, body } of SEARCHES) {
    const response = await ok(server, "POST", `/${index}/_search`, body);
    answers[name] = {
      total: response.hits.total,
      hits: response.hits.hits.map((hit: any) => [hit._id, hit._score, hit.sort]),
      aggregations: settled(response.aggregations),
    };
  }
  return answers;
}

/**
 * Computed doubles to 13 digits: 3.x adds up slices of a shard side by side, so that the last bits of
 * a sum depend on how many cores it found.
 */
function settled(value: unknown): unknown {
  if (typeof value === "number")
    return Number.isInteger(value) ? value : Number(value.toPrecision(13));
  if (Array.isArray(value)) return value.map(settled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, settled(inner)]));
}

/** Scores of 3.x agree to the last bit; those of 2.x, divided by its factor, to 6 digits. */
function expectSame(found: Answers, expected: Answers, factor: number): void {
  for (const [name, answer] of Object.entries(expected)) {
    answer.hits.forEach((hit, position) => {
      const other = found[name]?.hits[position];
      if (factor === 1 || other?.[1] == null || hit[1] === null) return;
      const [a, b] = [other[1], hit[1]].sort((x, y) => x - y) as [number, number];
      const ratio = Math.min(Math.abs(b / a - 1), Math.abs(b / a / factor - 1));
      expect(ratio).toBeLessThan(1e-6);
      other[1] = hit[1];
    });
  }
  expect(found).toEqual(expected);
}

async function registerBoth(
  varve: Caller,
  real: Caller,
  name: string,
  location: string,
): Promise<void> {
  mkdirSync(location, { recursive: true });
  chmodSync(location, 0o777);
  const body = { type: "fs", settings: { location, max_snapshot_bytes_per_sec: "0" } };
  for (const server of [varve, real]) await ok(server, "PUT", `/_snapshot/${name}`, body);
}

/** A real server notices what another wrote only when the repository is registered anew. */
function freshly(real: Caller, name: string, location: () => string): Caller {
  return {
    async call(method, path, body) {
      if (path.startsWith("/_snapshot/")) {
        const settings = { location: location(), max_snapshot_bytes_per_sec: "0" };
        await ok(real, "DELETE", `/_snapshot/${name}`);
        await ok(real, "PUT", `/_snapshot/${name}`, { type: "fs", settings });
      }
      return await real.call(method, path, body);
    },
  };
}

async function take(
  server: Caller,
  repository: string,
  snapshot: string,
  index: string,
): Promise<any> {
  const answer = await ok(
    server,
    "PUT",
    `/_snapshot/${repository}/${snapshot}?wait_for_completion=true`,
    { indices: index },
  );
  expect(answer.snapshot.state).toBe("SUCCESS");
  return answer.snapshot;
}

async function restore(
  server: Caller,
  repository: string,
  snapshot: string,
  target: string,
): Promise<void> {
  const answer = await ok(
    server,
    "POST",
    `/_snapshot/${repository}/${snapshot}/_restore?wait_for_completion=true`,
    {
      rename_pattern: ".+",
      rename_replacement: target,
      include_aliases: false,
      index_settings: { "index.number_of_replicas": 0 },
    },
  );
  expect(answer.snapshot.shards.failed).toBe(0);
  await ok(server, "GET", `/_cluster/health/${target}?wait_for_status=green&timeout=30s`);
  await ok(server, "POST", `/${target}/_refresh`);
}

async function incrementalOf(
  server: Caller,
  repository: string,
  snapshot: string,
): Promise<{ new: number; all: number }> {
  const { stats } = (await ok(server, "GET", `/_snapshot/${repository}/${snapshot}/_status`))
    .snapshots[0];
  return { new: stats.incremental.file_count, all: stats.total.file_count };
}

async function checkEveryShard(varve: TestServer, index: string): Promise<void> {
  await varve.ok("POST", `/${index}/_flush`);
  const settings = await varve.ok("GET", `/${index}/_settings`);
  const folder = join(varve.folder, "data/indices", settings[index].settings.index.uuid);
  for (const shard of readdirSync(folder)) await checkIndex(join(folder, shard, "index"), 10);
}

describe.skipIf(skipInterop() !== "")("interop matrix", () => {
  let varve: TestServer;
  beforeAll(async () => {
    varve = await startVarve({ repositories: realServer("3.6.0").repositories });
  });
  afterAll(async () => varve.stop());

  for (const version of SERVER_VERSIONS) {
    const label = version.replaceAll(".", "");
    const factor = version.startsWith("2.") ? BM25_FACTOR_OF_2X : 1;

    describe(`OpenSearch ${version}`, () => {
      const repository = `matrix-${label}`;
      const location = () => join(realServer(version).repositories, repository);
      beforeAll(async () => registerBoth(varve, realServer(version), repository, location()));

      for (const shards of [1, 3]) {
        it(`restores ${shards} shard(s) that Varve wrote and answers the same`, async () => {
          const [index, target] = [`ours-${label}-${shards}`, `theirs-of-ours-${label}-${shards}`];
          const real = freshly(realServer(version), repository, location);
          await fill(varve, version, index, shards);
          await take(varve, repository, `varve-${shards}`, index);
          await restore(real, repository, `varve-${shards}`, target);
          expect(await contentOf(real, target)).toEqual(await contentOf(varve, index));
          expectSame(await answersOf(real, target), await answersOf(varve, index), factor);
          await checkEveryShard(varve, index);
        });

        it(`wrote ${shards} shard(s) that Varve restores and answers the same`, async () => {
          const [index, target] = [
            `theirs-${label}-${shards}`,
            `ours-of-theirs-${label}-${shards}`,
          ];
          const real = freshly(realServer(version), repository, location);
          await fill(real, version, index, shards);
          await take(real, repository, `real-${shards}`, index);
          await restore(varve, repository, `real-${shards}`, target);
          expect(await contentOf(varve, target)).toEqual(await contentOf(real, index));
          expectSame(await answersOf(varve, target), await answersOf(real, index), factor);
          await change(varve, target, 5);
          await varve.ok("POST", `/${target}/_forcemerge?max_num_segments=1`);
          await checkEveryShard(varve, target);
        });
      }

      it("and Varve go on with each other's series in one repository", async () => {
        const real = freshly(realServer(version), repository, location);
        const series = `series-${label}`;
        await fill(varve, version, series, 2);
        await take(varve, repository, "s1", series);
        await restore(real, repository, "s1", series);
        await change(real, series, 3);
        await take(real, repository, "s2", series);
        const second = await incrementalOf(real, repository, "s2");
        expect(second.new).toBeLessThan(second.all);
        await varve.ok("POST", `/${series}/_close`);
        await restore(varve, repository, "s2", series);
        await change(varve, series, 4);
        await take(varve, repository, "s3", series);
        const third = await incrementalOf(varve, repository, "s3");
        expect(third.new).toBeLessThan(third.all);
        await restore(real, repository, "s3", `${series}-3`);
        expect(await contentOf(real, `${series}-3`)).toEqual(await contentOf(varve, series));
      });

      it("deletes a snapshot of Varve's and harms no other, and the reverse", async () => {
        const real = freshly(realServer(version), repository, location);
        const series = `series-${label}`;
        const last = await contentOf(varve, series);
        await ok(real, "DELETE", `/_snapshot/${repository}/s1`);
        await restore(varve, repository, "s3", `${series}-after-their-delete`);
        expect(await contentOf(varve, `${series}-after-their-delete`)).toEqual(last);
        await varve.ok("DELETE", `/_snapshot/${repository}/s2`);
        await restore(real, repository, "s3", `${series}-after-our-delete`);
        expect(await contentOf(real, `${series}-after-our-delete`)).toEqual(last);
        const names = (body: any) => body.snapshots.map((one: any) => one.snapshot).sort();
        const [ours, theirs] = [
          await varve.ok("GET", `/_snapshot/${repository}/_all`),
          await ok(real, "GET", `/_snapshot/${repository}/_all`),
        ];
        expect(names(ours)).toEqual(names(theirs));
        expect(names(ours)).not.toContain("s1");
        expect(names(ours)).not.toContain("s2");
      });

      it("cleans up after Varve and finds nothing, and the reverse", async () => {
        const ours = await varve.ok("POST", `/_snapshot/${repository}/_cleanup`);
        const theirs = await ok(realServer(version), "POST", `/_snapshot/${repository}/_cleanup`);
        expect(theirs.results).toEqual({ deleted_bytes: 0, deleted_blobs: 0 });
        expect(ours.results.deleted_blobs).toBeGreaterThanOrEqual(0);
      });
    });
  }
});
