// Inner hits: nested documents shown as the parts of their documents' sources that they are.

import { afterAll, describe, expect, test } from "vitest";
import { encodeJson } from "../../../src/xcontent/index.ts";
import { FixtureIndices } from "./fixture-indices.ts";

describe("inner_hits", () => {
  const fixture = new FixtureIndices("os3.6.0-types");
  afterAll(() => fixture.remove());
  const search = async (query: object): Promise<any[]> => {
    const shards = await fixture.shards("ve-types");
    const request = { body: { size: 100, query } as any, params: {} };
    return JSON.parse(encodeJson(await fixture.service.search(shards, request))).hits.hits;
  };
  const commentsOf = (hit: any): any[] => [hit._source.comments ?? []].flat();
  const range = (field: string, gte: number) => ({ range: { [field]: { gte } } });

  test("shows a page of the matches in the order of a sort", async () => {
    const inner = { name: "best", size: 1, from: 1, sort: [{ "comments.stars": "desc" }] };
    const hits = await search({
      nested: { path: "comments", query: range("comments.stars", 2), inner_hits: inner },
    });
    expect(hits.length).toBeGreaterThan(0);
    for (const hit of hits) {
      const stars = commentsOf(hit).flatMap(({ stars }) => (stars >= 2 ? [stars] : []));
      const { total, max_score, hits: shown } = hit.inner_hits.best.hits;
      expect(total).toEqual({ value: stars.length, relation: "eq" });
      expect(max_score).toBeNull();
      const second = stars.sort((a, b) => b - a).slice(1, 2);
      expect(shown.map(({ _source }: any) => _source.stars)).toEqual(second);
      expect(shown.map(({ sort }: any) => sort[0])).toEqual(second);
      for (const { _nested, _source } of shown) {
        expect(commentsOf(hit)[_nested.offset]).toEqual(_source);
      }
    }
  });

  test("shows the asked parts of a source", async () => {
    const inner = { _source: ["comments.user"], size: 5 };
    const hits = await search({
      nested: { path: "comments", query: range("comments.stars", 1), inner_hits: inner },
    });
    for (const hit of hits) {
      for (const { _nested, _source } of hit.inner_hits.comments.hits.hits) {
        expect(_source).toEqual({ user: commentsOf(hit)[_nested.offset].user });
      }
    }
  });

  test("finds its way to objects inside of nested objects", async () => {
    const hits = await search({
      nested: {
        path: "comments.replies",
        query: range("comments.replies.n", 3),
        inner_hits: { size: 20 },
      },
    });
    expect(hits.length).toBeGreaterThan(0);
    for (const hit of hits) {
      const found = hit.inner_hits["comments.replies"].hits.hits;
      const expected = commentsOf(hit).flatMap(({ replies }) =>
        [replies ?? []].flat().filter(({ n }: any) => n >= 3),
      );
      expect(found).toHaveLength(expected.length);
      for (const { _nested: outer, _source } of found) {
        expect(outer.field).toBe("comments");
        const replies = [commentsOf(hit)[outer.offset].replies].flat();
        expect(outer._nested.field).toBe("replies");
        expect(replies[outer._nested.offset]).toEqual(_source);
      }
    }
  });

  test("rejects two definitions of one name", async () => {
    const one = { nested: { path: "comments", query: { match_all: {} }, inner_hits: {} } };
    await expect(search({ bool: { should: [one, one] } })).rejects.toMatchObject({
      cause: { message: "[inner_hits] already contains an entry for key [comments]" },
    });
  });
});
