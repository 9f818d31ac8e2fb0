// Indices made before Elasticsearch 6: ids are terms of `_uid`, all text stands in `_all` too, and
// documents of several types lie in one index. The judge is what the server told of its documents.

import { afterAll, expect, test } from "vitest";
import { fixtureExpected } from "../../support/fixtures.ts";
import { FixtureIndices } from "./fixture-indices.ts";

const NAME = "es5.6.16-types";
const fixture = new FixtureIndices(NAME);
const expected: any = fixtureExpected(NAME);
afterAll(() => fixture.remove());

function documentsOf(index: string): any[] {
  const snapshot: any = Object.values(expected.snapshots)[0];
  return snapshot.indices[index].documents;
}

async function hitsOf(index: string, query: object): Promise<any[]> {
  const targets = await fixture.shards(index);
  const response: any = await fixture.service.search(targets, {
    body: { size: 1000, query } as any,
    params: {},
  });
  expect(response._shards.failed).toBe(0);
  return response.hits.hits;
}

const idsOf = (hits: any[]): string[] => hits.map(({ _id }) => _id).sort();

/** Ids of documents that have a word in any value. */
function idsWith(index: string, word: string): string[] {
  const texts = (value: unknown): string[] =>
    typeof value === "object" && value !== null
      ? Object.values(value).flatMap(texts)
      : [String(value)];
  return idsOf(
    documentsOf(index).filter(({ _source }) =>
      texts(JSON.parse(_source)).some((text) => text.toLowerCase().split(/\W+/).includes(word)),
    ),
  );
}

test("match on _all finds the words of all fields", async () => {
  const ids = idsWith("vo-dyn5", "river");
  expect(ids.length).toBeGreaterThan(10);
  expect(idsOf(await hitsOf("vo-dyn5", { match: { _all: "river" } }))).toEqual(ids);
});

test("query_string without a field asks _all", async () => {
  const hits = await hitsOf("vo-dyn5", { query_string: { query: "river" } });
  expect(idsOf(hits)).toEqual(idsWith("vo-dyn5", "river"));
});

test("match_all finds the documents of all types", async () => {
  const ids = idsOf(documentsOf("vo-twotypes"));
  expect(ids.length).toBeGreaterThan(2);
  expect(idsOf(await hitsOf("vo-twotypes", { match_all: {} }))).toEqual(ids);
});

test("ids and terms of _id find documents of any type", async () => {
  const ids = [...new Set(idsOf(documentsOf("vo-twotypes")))].slice(0, 3);
  const found = documentsOf("vo-twotypes").filter(({ _id }) => ids.includes(_id));
  const query = { ids: { values: ids } };
  expect(idsOf(await hitsOf("vo-twotypes", query))).toEqual(idsOf(found));
  expect(idsOf(await hitsOf("vo-twotypes", { terms: { _id: ids } }))).toEqual(idsOf(found));
});
