import { deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startVarve, type TestServer } from "../support/varve.ts";

let varve: TestServer;
beforeAll(async () => {
  varve = await startVarve();
});
afterAll(async () => varve.stop());

async function send(path: string, encoding: string, body: Uint8Array): Promise<[number, any]> {
  const response = await fetch(varve.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", "content-encoding": encoding },
    body: body as Uint8Array<ArrayBuffer>,
  });
  return [response.status, await response.json()];
}

it("a gzip or deflate body is read as what it holds", async () => {
  const bulk = Buffer.from('{"index":{"_id":"1"}}\n{"a":1}\n{"index":{"_id":"2"}}\n{"a":2}\n');
  const [status, answer] = await send("/zipped/_bulk?refresh", "gzip", gzipSync(bulk));
  expect([status, answer.errors, answer.items.length]).toEqual([200, false, 2]);
  const query = Buffer.from('{"query":{"term":{"a":2}}}');
  const [, found] = await send("/zipped/_search", "deflate", deflateSync(query));
  expect(found.hits.hits.map((hit: any) => hit._id)).toEqual(["2"]);
});

it("rejects a damaged encoding, and one that is not known", async () => {
  const [damaged] = await send("/zipped/_search", "gzip", Buffer.from("no gzip"));
  expect(damaged).toBe(400);
  const [unknown, answer] = await send("/zipped/_search", "br", Buffer.from("{}"));
  expect([unknown, answer.error.reason]).toEqual([400, "Content-Encoding [br] is not supported"]);
});
