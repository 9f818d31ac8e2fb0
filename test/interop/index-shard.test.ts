// The shard against the real server: the same random writes must give the same versions, sequence
// numbers and conflict texts; and a shard must go on from the files of a real server's commit.

import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Random, seededRandom, VarveError } from "../../src/base/index.ts";
import type { JsonObject } from "../../src/engine/mapping/index.ts";
import type { IndexRequestOperation, VersionType } from "../../src/engine/shard/index.ts";
import { ShardFixture } from "../engine/shard/shard-fixture.ts";
import { checkIndex, SERVER_VERSIONS } from "../support/judge.ts";
import { realServer, type SharedServer, skipInterop } from "../support/real-server.ts";

const IDS = ["1", "abc", "Zürich", "x-y_z", "an id with spaces"];
const STEPS = 250;

interface Step {
  readonly id: string;
  readonly isDelete: boolean;
  readonly params: Record<string, string>;
  readonly expected: Partial<IndexRequestOperation>;
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random.next() * values.length)]!;
}

/** A random write; sequence numbers are often those of the document as it is. */
function nextStep(random: Random, fixture: ShardFixture): Step {
  const id = pick(random, IDS);
  const isDelete = random.next() < 0.35;
  const mode = pick(random, ["plain", "plain", "create", "seq_no", "external", "external_gte"]);
  if (mode === "seq_no") {
    const current = fixture.shard.get(id);
    const guess = Math.floor(random.next() * 20);
    const ifSeqNo = current !== undefined && random.next() < 0.7 ? current.seqNo : guess;
    const params = { if_seq_no: String(ifSeqNo), if_primary_term: "1" };
    return { id, isDelete, params, expected: { ifSeqNo, ifPrimaryTerm: 1 } };
  }
  if (mode.startsWith("external")) {
    const version = Math.floor(random.next() * 12);
    const params = { version: String(version), version_type: mode };
    return { id, isDelete, params, expected: { version, versionType: mode as VersionType } };
  }
  if (mode === "create" && !isDelete) {
    return { id, isDelete, params: { op_type: "create" }, expected: { opType: "create" } };
  }
  return { id, isDelete, params: {}, expected: {} };
}

function applyHere(fixture: ShardFixture, step: Step, body: JsonObject): unknown {
  try {
    return step.isDelete
      ? fixture.delete(step.id, step.expected)
      : fixture.index(step.id, body, step.expected);
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    return { error: error.message, type: error.type };
  }
}

async function applyThere(
  server: SharedServer,
  index: string,
  step: Step,
  body: JsonObject,
): Promise<unknown> {
  const query = new URLSearchParams(step.params).toString();
  const path = `/${index}/_doc/${encodeURIComponent(step.id)}?${query}`;
  const answer = step.isDelete
    ? await server.call("DELETE", path)
    : await server.call("PUT", path, body);
  const { error, _seq_no, _primary_term, _version, result } = answer.body;
  if (error !== undefined) return { error: error.reason, type: error.type };
  return { seqNo: _seq_no, primaryTerm: _primary_term, version: _version, result };
}

describe.skipIf(skipInterop() !== "").each([...SERVER_VERSIONS])("OpenSearch %s", (version) => {
  test("IndexShard answers writes as the server does when they are random", async () => {
    const server = realServer(version);
    const index = "varve-shard-walk";
    const settings = { number_of_shards: 1, number_of_replicas: 0, refresh_interval: "-1" };
    await server.call("PUT", `/${index}`, { settings });
    const fixture = new ShardFixture();
    await fixture.open("create");
    const random = seededRandom(11);
    for (let n = 0; n < STEPS; n++) {
      const step = nextStep(random, fixture);
      const here = applyHere(fixture, step, { n });
      const there = await applyThere(server, index, step, { n });
      expect(here, `step ${n}: ${JSON.stringify(step)}`).toEqual(there);
      if (random.next() < 0.05) {
        await server.call("POST", `/${index}/_flush?force`);
        await fixture.shard.flush(true);
      }
    }
    await server.call("DELETE", `/${index}`);
    await fixture.shard.close(true);
    rmSync(fixture.folder, { recursive: true });
  });

  test("IndexShard goes on from the server's commit when it is bootstrapped", async () => {
    const server = realServer(version);
    const index = "varve-shard-restored";
    const mapping = {
      properties: { city: { type: "keyword" }, n: { type: "integer" }, t: { type: "text" } },
    };
    await server.call("PUT", `/${index}`, {
      settings: { number_of_shards: 1, number_of_replicas: 0, refresh_interval: "-1" },
      mappings: mapping,
    });
    await server.call("POST", `/${index}/_bulk?refresh`, bulkOf(0, 200));
    await server.call("POST", `/${index}/_bulk?refresh`, `${bulkOf(150, 170)}${deletesOf(20, 40)}`);
    await server.call("POST", `/${index}/_flush?force`);
    const { body: state } = await server.call("GET", `/${index}/_settings`);
    const uuid = state[index].settings.index.uuid as string;

    const fixture = new ShardFixture({ mapping });
    mkdirSync(fixture.indexFolder, { recursive: true });
    const files = join(server.dataFolder, "nodes/0/indices", uuid, "0/index");
    cpSync(files, fixture.indexFolder, { recursive: true });
    await fixture.open("bootstrapRestored");
    expect(fixture.shard.seqNoStats()).toMatchObject({ max_seq_no: 239, local_checkpoint: 239 });
    expect(fixture.visibleDocs).toBe(180);
    expect(fixture.source("d25")).toBeUndefined();
    expect(fixture.shard.get("d155")).toMatchObject({ version: 2, seqNo: 205 });
    expect(fixture.index("d155", { n: -1 })).toMatchObject({ seqNo: 240, version: 3 });
    expect(fixture.delete("d0")).toMatchObject({ seqNo: 241, result: "deleted" });
    await fixture.shard.forceMerge({ maxNumSegments: 1 });
    await fixture.shard.close(true);
    await checkIndex(fixture.indexFolder, version === "2.19.6" ? 9 : 10);
    await fixture.open("open");
    expect(fixture.visibleDocs).toBe(179);
    expect(fixture.source("d155", false)).toEqual({ n: -1 });
    expect(fixture.source("d199", false)).toEqual({ city: "c3", n: 199, t: "hello world 199" });
    await fixture.shard.close(false);
    await server.call("DELETE", `/${index}`);
    rmSync(fixture.folder, { recursive: true });
  });
});

function bulkOf(start: number, end: number): string {
  let body = "";
  for (let n = start; n < end; n++) {
    const document = { city: `c${n % 7}`, n, t: `hello world ${n}` };
    body += `{"index":{"_id":"d${n}"}}\n${JSON.stringify(document)}\n`;
  }
  return body;
}

function deletesOf(start: number, end: number): string {
  let body = "";
  for (let n = start; n < end; n++) body += `{"delete":{"_id":"d${n}"}}\n`;
  return body;
}
