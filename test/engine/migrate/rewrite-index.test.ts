// Documents that are out of the ordinary stay, whatever it takes; what they lose is told.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemRandom } from "../../../src/base/index.ts";
import { planIndex } from "../../../src/engine/migrate/plan-migration.ts";
import { rewriteIndex } from "../../../src/engine/migrate/rewrite-index.ts";
import type { MountedIndex } from "../../../src/engine/mounted/mounted-index.ts";
import { Node } from "../../../src/engine/node.ts";
import { Settings } from "../../../src/engine/settings.ts";
import { encodeCbor, encodeSmile } from "../../../src/xcontent/index.ts";

let folder: string;
let node: Node;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "varve-rewrite-"));
  node = await Node.start({ settings: Settings.EMPTY, dataFolder: folder, repositoryFolders: [] });
});
afterEach(async () => {
  await node.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The plan of an index of Elasticsearch 5 with such mappings and settings. */
function planned(mappings: Record<string, unknown>, settings: Record<string, string> = {}) {
  const tree = {
    routing_num_shards: 2,
    state: "open",
    settings: {
      "index.number_of_shards": "2",
      "index.uuid": "u",
      "index.version.created": "5061699",
      ...settings,
    },
    mappings: [mappings],
    aliases: {},
  };
  const info = { versionId: 5061699, shardFailures: [] };
  return planIndex({
    index: { name: "i", id: "x", shardPathType: 0 },
    stored: { name: "i", tree: tree as never },
    info: info as never,
    to: 2,
    random: systemRandom,
  });
}

interface Given {
  readonly id: string;
  readonly type?: string;
  readonly routing?: string;
  readonly version?: number;
  readonly source?: Uint8Array;
}

async function rewrite(plan: ReturnType<typeof planned>, documents: readonly Given[]) {
  const shard = {
    forEachDocument: async (visit: (document: unknown) => void) => {
      for (const document of documents) visit({ ...document, position: { leaf: 0, doc: 0 } });
    },
  };
  const mounted = { openShards: () => [shard] } as unknown as MountedIndex;
  return await rewriteIndex(node, plan, mounted);
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

test("a document that the mapping refuses is kept, and told", async () => {
  const plan = planned({ doc: { properties: { n: { type: "integer" } } } });
  const text = '{"n": "seven",   "x":1}';
  const { service, losses, digest } = await rewrite(plan, [
    { id: "good", source: json({ n: 1 }) },
    { id: "bad", source: Buffer.from(text), routing: "r", version: 7 },
  ]);
  expect(digest.documents).toBe(2);
  expect(losses).toHaveLength(1);
  expect(losses[0]).toMatch(/^1 documents are kept but not indexed, the first \[bad\]: .*\[n\]/);
  const found = service.shards[service.shardNumber("bad", "r")]!.get("bad")!;
  expect(Buffer.from(found.source!).toString()).toBe(text);
  expect([found.routing, found.version]).toEqual(["r", 7]);
});

test("a term that is too long for Lucene costs the document its fields, not its being", async () => {
  const plan = planned({ doc: { properties: { k: { type: "keyword" } } } });
  const source = json({ k: "x".repeat(40_000) });
  const { service, losses } = await rewrite(plan, [{ id: "a", source }]);
  expect(losses[0]).toContain("1 documents are kept but not indexed");
  const found = service.shards[service.shardNumber("a", undefined)]!.get("a")!;
  expect(Buffer.from(found.source!)).toEqual(source);
});

test("fields that the mapping does not have are left out, also where it is strict", async () => {
  const plan = planned({ doc: { dynamic: "strict", properties: { n: { type: "long" } } } });
  const { losses } = await rewrite(plan, [{ id: "a", source: json({ n: 1, other: { x: 1 } }) }]);
  expect(losses).toEqual([]);
  expect(plan.published!.mappings["dynamic"]).toBe("strict");
});

test("sources in SMILE and CBOR become JSON", async () => {
  const plan = planned({ doc: { properties: { n: { type: "long" } } } });
  const { service, losses } = await rewrite(plan, [
    { id: "s", source: encodeSmile({ n: 1 }) },
    { id: "c", source: encodeCbor({ n: 2 }) },
  ]);
  expect(losses).toEqual(["2 sources are JSON now, the first was smile"]);
  const found = service.shards[service.shardNumber("c", undefined)]!.get("c")!;
  expect(Buffer.from(found.source!).toString()).toBe('{"n":2}');
});

test("ids of several types: the later type's documents give way", async () => {
  const plan = planned({ a: { properties: {} } });
  const both = { ...plan, types: ["a", "b"] };
  const { losses, digest } = await rewrite(both, [
    { id: "1", type: "b", source: json({ of: "b" }) },
    { id: "1", type: "a", source: json({ of: "a" }) },
    { id: "2", type: "b", source: json({ of: "b" }) },
  ]);
  expect(digest.documents).toBe(3);
  expect(losses).toEqual(["1 ids were those of another type's documents: [1] is [b#1]"]);
});

test("planIndex tells what an analyzer that is not known costs, and keeps its mapping", async () => {
  const plan = planned(
    {
      doc: {
        properties: {
          t: {
            type: "text",
            analyzer: "mine",
            fields: {
              raw: { type: "keyword" },
            },
          },
        },
      },
    },
    { "index.analysis.analyzer.mine.type": "smartcn" },
  );
  expect(plan.reasons).toContain("t: analyzer [mine] is not known here, text is in _source only");
  expect(plan.published!.mappings).toMatchObject({ properties: { t: { analyzer: "mine" } } });
  const { losses } = await rewrite(plan, [{ id: "a", source: json({ t: "text" }) }]);
  expect(losses).toEqual([]);
});

test("planIndex counts a type that OpenSearch does not have as a loss", () => {
  const plan = planned({ doc: { properties: { v: { type: "dense_vector" } } } });
  expect(plan.isLossy).toBe(true);
  const line = "v: type dense_vector is unknown to OpenSearch; kept in _source, not indexed";
  expect(plan.reasons).toContain(line);
  expect(plan.translations).toEqual([]);
  expect(planned({ doc: { properties: { v: { type: "long" } } } }).isLossy).toBe(false);
});
