// A keyword field with `index: false` is searched by its doc values; the expected hits are those of
// OpenSearch 3.6.0.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startVarve, type TestServer } from "../support/varve.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startVarve();
  const properties = {
    k: { type: "keyword", index: false },
    n: { type: "keyword", index: false, doc_values: false },
  };
  await server.ok("PUT", "/fruit", { mappings: { properties } });
  for (const k of ["apple", "apricot", "banana", "Apple", ["cherry", "apex"]]) {
    await server.ok("POST", "/fruit/_doc?refresh=true", { k, n: k });
  }
});
afterAll(() => server.stop());

async function found(query: unknown): Promise<string[]> {
  const { hits } = await server.ok("POST", "/fruit/_search", { query });
  return hits.hits.map((hit: any) => {
    expect(hit._score).toBe(1);
    return String(hit._source.k);
  });
}

describe("KeywordFieldType finds terms by doc values when the field is not indexed", () => {
  const list = "cherry,apex";
  const cases: [string, unknown, string[]][] = [
    ["prefix", { prefix: { k: "ap" } }, ["apple", "apricot", list]],
    [
      "prefix of any case",
      { prefix: { k: { value: "ap", case_insensitive: true } } },
      ["apple", "apricot", "Apple", list],
    ],
    ["wildcard", { wildcard: { k: "a*e" } }, ["apple"]],
    ["regexp", { regexp: { k: "ap[pr].*" } }, ["apple", "apricot"]],
    ["fuzzy", { fuzzy: { k: "aple" } }, ["apple"]],
    [
      "term of any case",
      { term: { k: { value: "APPLE", case_insensitive: true } } },
      ["apple", "Apple"],
    ],
    ["query_string", { query_string: { query: "k:ap*" } }, ["apple", "apricot", list]],
    ["nothing", { prefix: { k: "zz" } }, []],
  ];
  it.each(cases)("%s", async (_name, query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it("rejects the query when there are no doc values either", async () => {
    const query = { prefix: { n: "ap" } };
    const { status, body } = await server.call("POST", "/fruit/_search", { query });
    expect(status).toBe(400);
    expect(body.error.root_cause[0].reason).toMatch(
      "it is both not indexed, and does not have doc_values enabled",
    );
  });
});
