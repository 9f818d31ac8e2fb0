// Queries of special field types over segments that a real server wrote, against what the sources
// of the documents say.

import { afterAll, describe, expect, test } from "vitest";
import { decodeFeatureValue, encodeFeatureValue } from "../../../src/lucene/search/index.ts";
import { encodeJson } from "../../../src/xcontent/index.ts";
import { FixtureIndices } from "./fixture-indices.ts";

const NAMES: [string, string][] = [
  ["os2.19.6-types", "va"],
  ["os3.6.0-types", "ve"],
];

interface Hit {
  readonly _id: string;
  readonly _score: number;
  readonly _source: any;
}

const opened = new Map<string, FixtureIndices>();
afterAll(() => {
  for (const fixture of opened.values()) fixture.remove();
});

async function search(name: string, index: string, query: object): Promise<Hit[]> {
  let fixture = opened.get(name);
  if (fixture === undefined) opened.set(name, (fixture = new FixtureIndices(name)));
  const body: any = { size: 200, query };
  const response = await fixture.service.search(await fixture.shards(index), { body, params: {} });
  return JSON.parse(encodeJson(response)).hits.hits;
}

const ids = (hits: readonly Hit[]) => hits.map(({ _id }) => _id).sort();
const listOf = (value: any): any[] => (value === undefined || value === null ? [] : [value].flat());

describe.each(NAMES)("in %s", (name, prefix) => {
  const types = `${prefix}-types`;
  const parents = `${prefix}-parent`;

  /** Documents of which a value of `field` passes. */
  async function passing(field: string, test: (value: any) => boolean): Promise<string[]> {
    const all = await search(name, types, { match_all: {} });
    return ids(all.filter(({ _source }) => listOf(_source[field]).some(test)));
  }

  test.each([
    ["*river*.log", /river.*\.log$/],
    ["/var/*-1?.log", /^\/var\/.*-1.\.log$/],
    ["*1*", /1/],
    ["?var*", /^.var/],
    ["*", /./],
    ["nothing*", /^nothing/],
  ])("wildcard finds the values that match %s", async (pattern, expected) => {
    const hits = await search(name, types, { wildcard: { wc: pattern } });
    expect(ids(hits)).toEqual(await passing("wc", (value) => expected.test(value)));
    // All values at once are those of an exists query, with its score.
    if (pattern === "*") return;
    for (const { _score } of hits) expect(_score).toBe(1);
  });

  test.each(["river", "stone river", "river stone"])(
    "match_phrase on match_only_text finds '%s' in the sources",
    async (phrase) => {
      const hits = await search(name, types, { match_phrase: { mot: phrase } });
      const words = new RegExp(`\\b${phrase.replace(" ", "\\W+")}\\b`, "i");
      expect(ids(hits)).toEqual(await passing("mot", (value) => words.test(value)));
      for (const { _score } of hits) expect(_score).toBe(1);
    },
  );

  test.each([
    [{ linear: {} }, (value: number) => value],
    [{ saturation: { pivot: 8 } }, (value: number) => value / (value + 8)],
    [{ log: { scaling_factor: 4 } }, (value: number) => Math.log(4 + value)],
    [
      { sigmoid: { pivot: 7, exponent: 0.6 } },
      (value: number) => value ** 0.6 / (value ** 0.6 + 7 ** 0.6),
    ],
  ])("rank_feature scores by %j", async (parameters, score) => {
    const hits = await search(name, types, { rank_feature: { field: "rf", ...parameters } });
    expect(ids(hits)).toEqual(await passing("rf", (value) => value > 0));
    for (const { _score, _source } of hits) {
      const value = decodeFeatureValue(encodeFeatureValue(_source.rf));
      expect(_score).toBeCloseTo(score(value), 4);
    }
  });

  test("flat_object finds a value by its path, and anywhere", async () => {
    const gold = await passing("flat", (value) => listOf(value.labels?.tier).includes("gold"));
    expect(gold.length).toBeGreaterThan(0);
    for (const field of ["flat.labels.tier", "flat"]) {
      expect(ids(await search(name, types, { term: { [field]: "gold" } }))).toEqual(gold);
    }
    expect(await search(name, types, { term: { "flat.env": "gold" } })).toEqual([]);
  });

  test("joins agree with the sources when children are counted and parents are asked", async () => {
    const all = await search(name, parents, { match_all: {} });
    const children = all.filter(({ _source }) => _source.rel?.name === "a");
    const byParent = new Map<string, number>();
    for (const { _source } of children) {
      byParent.set(_source.rel.parent, (byParent.get(_source.rel.parent) ?? 0) + 1);
    }
    const known = new Set(ids(all));
    const child = { type: "a", query: { match_all: {} } };
    for (const least of [1, 2, 3]) {
      const expected = [...byParent].filter(([id, count]) => known.has(id) && count >= least);
      const query = { has_child: { ...child, min_children: least, score_mode: "sum" } };
      const hits = await search(name, parents, query);
      expect(ids(hits)).toEqual(expected.map(([id]) => id).sort());
      for (const { _id, _score } of hits) expect(_score).toBe(byParent.get(_id));
    }
    const byAny = await search(name, parents, {
      has_parent: { parent_type: "q", query: { match_all: {} } },
    });
    expect(ids(byAny)).toEqual(
      ids(children.filter(({ _source }) => known.has(_source.rel.parent))),
    );
    const [parent] = byParent.keys();
    const of = await search(name, parents, { parent_id: { type: "a", id: parent } });
    expect(of).toHaveLength(byParent.get(parent!)!);
  });
});

test("encodeFeatureValue keeps 8 bits of the fraction", () => {
  for (const value of [1, 97, 1.5, 2 ** -126, 3e38]) {
    const kept = decodeFeatureValue(encodeFeatureValue(value));
    expect(kept).toBeLessThanOrEqual(value);
    expect(kept).toBeGreaterThan(value * (1 - 2 ** -8));
  }
});
