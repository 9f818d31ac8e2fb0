// `varve search` and `varve get` on repositories that real servers wrote.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runVarve } from "../support/cli.ts";
import {
  applyDamage,
  fixtureExpected,
  type UnpackedFixture,
  unpackFixture,
} from "../support/fixtures.ts";

const NAME = "os2.19.6-types";
const SNAPSHOT = "first";
let fixture: UnpackedFixture;
beforeAll(() => {
  fixture = unpackFixture(NAME);
});
afterAll(() => fixture.remove());

const expected = fixtureExpected(NAME);
const { indices } = expected.snapshots[SNAPSHOT];
const search = (...args: string[]) => runVarve(["search", fixture.repository, SNAPSHOT, ...args]);
const get = (...args: string[]) => runVarve(["get", fixture.repository, SNAPSHOT, ...args]);
/** The index whose documents need a routing value. */
const routed = Object.keys(indices).find((name) => name.endsWith("-routed"))!;
const types = Object.keys(indices).find((name) => name.endsWith("-types"))!;

describe("varve search", () => {
  test("prints the response of a query string", async () => {
    const outcome = await search(types, "-q", "*", "--size", "3", "--sort", "_doc");
    expect(outcome.stderr).toBe("");
    expect(outcome.code).toBe(0);
    const { hits, _shards } = outcome.json();
    expect(hits.total).toEqual({ value: indices[types].docs_count, relation: "eq" });
    expect(hits.hits).toHaveLength(3);
    expect(_shards).toMatchObject({ failed: 0 });
  });

  test("takes a body from the option, from a file and from stdin", async () => {
    const body = JSON.stringify({ query: { match_all: {} }, size: 1, _source: false });
    const file = join(fixture.folder, "body.json");
    writeFileSync(file, body);
    const [direct, fromFile, fromStdin] = [
      await search(types, "-d", body),
      await search(types, "-d", `@${file}`),
      await runVarve(["search", fixture.repository, SNAPSHOT, types, "-d", "-"], { stdin: body }),
    ];
    for (const outcome of [direct, fromFile, fromStdin]) {
      expect(outcome.code).toBe(0);
      expect(outcome.json().hits).toEqual(direct.json().hits);
    }
    expect(direct.json().hits.hits[0]).not.toHaveProperty("_source");
  });

  test("searches several indices and wildcards at once", async () => {
    const names = Object.keys(indices).filter((name) => !indices[name].not_searchable);
    const total = names.reduce((sum, name) => sum + indices[name].docs_count, 0);
    const all = (await search("_all", "--size", "0", "--track-total-hits", "true")).json();
    expect(all.hits.total.value).toBe(total);
    const two = (await search(`${types},${routed}`, "--size", "0")).json();
    expect(two.hits.total.value).toBe(indices[types].docs_count + indices[routed].docs_count);
  });

  test("tells what it cost with --stats", async () => {
    const outcome = await search(types, "--stats");
    expect(outcome.stderr).toMatch(/^\d+ requests, .*\d+ rounds\)\n$/);
  });

  test("shows the hits as a table with --table", async () => {
    const outcome = await search(types, "--table", "--size", "2");
    const [title, ...rows] = outcome.stdout.trimEnd().split("\n");
    expect(title).toMatch(/^INDEX +ID +SCORE +SOURCE/);
    expect(rows).toHaveLength(2);
  });

  test("rejects a wrong query as usage, and names that are not there as unreadable", async () => {
    expect((await search(types, "-d", '{"query":{"nothing":{}}}')).code).toBe(2);
    expect((await search(types, "-d", "{")).code).toBe(2);
    expect((await search(types, "--size", "-1")).code).toBe(2);
    const outcome = await search("no-such-index");
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toContain("no such index [no-such-index]");
    expect((await runVarve(["search", fixture.repository, "none", types])).code).toBe(3);
  });
});

describe("varve get", () => {
  test("gives every document that the server gave", async () => {
    for (const name of [types, routed]) {
      for (const golden of indices[name].documents.slice(0, 25)) {
        const outcome = await get(name, golden._id);
        expect(outcome.code, golden._id).toBe(0);
        const answer = outcome.json();
        expect(answer).toMatchObject({
          _index: name,
          _id: golden._id,
          _version: golden._version,
          _seq_no: golden._seq_no,
          _primary_term: golden._primary_term,
          found: true,
        });
        expect(answer._routing ?? null).toEqual(golden._routing ?? null);
        if (typeof golden._source !== "string") continue;
        expect(answer._source).toEqual(JSON.parse(golden._source));
        const source = await get(name, golden._id, "--source");
        expect(source.stdout).toBe(`${golden._source}\n`);
      }
    }
  });

  test("finds a document by its routing value, and no other shard's", async () => {
    const golden = indices[routed].documents.find((one: any) => one._routing !== undefined);
    const found = await get(routed, golden._id, "--routing", golden._routing);
    expect(found.json()).toMatchObject({ found: true, _routing: golden._routing });
  });

  test("ends with 1 where the document is not there", async () => {
    const outcome = await get(types, "no such document");
    expect(outcome.code).toBe(1);
    expect(outcome.json()).toEqual({ _index: types, _id: "no such document", found: false });
  });
});

describe("varve search on damage", () => {
  test("ends with 1 where a shard cannot be searched, and with 3 where none can", async () => {
    const damaged = unpackFixture("os2.19.6-series");
    try {
      applyDamage("v3-missing", damaged.folder);
      const partial = await runVarve(["search", damaged.repository, "s1", "vi-a"]);
      expect(partial.code).toBe(1);
      const { _shards } = partial.json();
      expect(_shards).toMatchObject({ total: 2, failed: 1 });
      expect(_shards.failures[0].reason.reason).toContain("__IniwrBIEQDKU9TyGQ2C9sw");
      applyDamage("v2-truncated", damaged.folder);
      const none = await runVarve(["search", damaged.repository, "s4", "vi-b"]);
      expect(none.code).toBe(3);
      expect(none.stderr).toMatch(/snapshot \[s4\], shard \[vi-b\]\[0\]/);
    } finally {
      damaged.remove();
    }
  });
});
