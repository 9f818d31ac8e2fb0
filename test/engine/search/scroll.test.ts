// Scrolls, points in time and search_after page through the same hits as one large search does.

import { afterAll, describe, expect, test } from "vitest";
import type { XContentObject } from "../../../src/xcontent/index.ts";
import { FixtureIndices } from "./fixture-indices.ts";

const fixture = new FixtureIndices("os3.6.0-types");
const { service } = fixture;
const shards = await fixture.shards("ve-dyn5");
afterAll(() => {
  service.readers.closeAll();
  fixture.remove();
});

type Json = any;

async function run(body: XContentObject, params: Record<string, string> = {}): Promise<Json> {
  return service.search(shards, { body, params });
}

const ids = (response: Json): string[] => response.hits.hits.map((hit: Json) => hit._id);

describe.each([
  ["by score", { query: { match: { name: "river stone harbor winter" } } }],
  ["by match_all", { query: { match_all: {} } }],
  ["by a field with ties", { query: { match_all: {} }, sort: [{ when: "desc" }] }],
  ["by doc", { query: { match_all: {} }, sort: ["_doc"] }],
] as readonly (readonly [string, XContentObject])[])("scroll %s", (_name, body) => {
  test("gives every hit once and in order when pages are small", async () => {
    const whole = ids(await run({ ...body, size: 1000 }));
    let page = await run({ ...body, size: 7 }, { scroll: "1m" });
    const seen: string[] = [];
    while (page.hits.hits.length > 0) {
      seen.push(...ids(page));
      page = await service.scroll(page._scroll_id, 60_000);
    }
    expect(seen.slice().sort()).toEqual(whole.slice().sort());
    // Ties of different shards come in the order of the shards, page by page.
    if (_name !== "by doc") expect(seen).toEqual(whole);
    expect(service.readers.freeScroll(page._scroll_id)).toBe(true);
    expect(service.readers.freeScroll(page._scroll_id)).toBe(false);
  });
});

describe("a point in time", () => {
  test("pages by search_after like one large search", async () => {
    const sort = [{ seq: "asc" }];
    const whole = ids(await run({ size: 1000, sort }));
    const { pit_id } = service.readers.openPit(shards, 60_000);
    expect(service.readers.listPits().map((pit) => pit.pit_id)).toEqual([pit_id]);
    const seen: string[] = [];
    let after: Json;
    for (;;) {
      const body = { size: 9, sort, pit: { id: pit_id } };
      const request = { body: after === undefined ? body : { ...body, search_after: after } };
      const page: Json = await service.search([], { ...request, params: {} });
      expect(page.pit_id).toBe(pit_id);
      if (page.hits.hits.length === 0) break;
      seen.push(...ids(page));
      after = page.hits.hits.at(-1).sort;
    }
    expect(seen).toEqual(whole);
    expect(service.readers.freePit(pit_id)).toBe(true);
  });

  test("rejects an id that nothing is open under", async () => {
    const body = { pit: { id: "nope" } };
    await expect(service.search([], { body, params: {} })).rejects.toMatchObject({
      type: "search_context_missing_exception",
    });
    await expect(service.scroll("nope", undefined)).rejects.toMatchObject({
      type: "search_context_missing_exception",
    });
  });
});

describe("SearchService.count", () => {
  test("counts what a search finds", async () => {
    const query = { match: { name: "river" } };
    const response: Json = await service.count(shards, { body: { query }, params: {} });
    expect(response.count).toBe((await run({ query, size: 0 })).hits.total.value);
    expect(response._shards).toEqual({ total: 5, successful: 5, skipped: 0, failed: 0 });
  });
});
