// Bodies that nobody means well: each is refused as 3.6.0 refuses it, and the server goes on.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startVarve, type TestServer } from "../support/varve.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startVarve();
});
afterAll(() => server.stop());

async function send(path: string, body: string | Uint8Array, contentType = "application/json") {
  const headers = { "content-type": contentType, accept: "application/json" };
  const answer = await fetch(server.url + path, { method: "PUT", headers, body });
  return { status: answer.status, body: (await answer.json()) as any };
}

const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

describe("a hostile document", () => {
  it("rejects objects nested 10,000 levels deep", async () => {
    const { status, body } = await send("/deep/_doc/1", nested(10_000));
    expect(status).toBe(400);
    expect(body.error.type).toBe("mapper_parsing_exception");
    expect(body.error.caused_by.reason).toMatch("depth of the field has exceeded");
  });

  it("rejects arrays nested 10,000 levels deep", async () => {
    const source = `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
    const { status, body } = await send("/deep/_doc/1", source);
    expect(status).toBe(400);
    expect(body.error.caused_by.reason).toMatch("depth of the nested array field has exceeded");
  });

  it("rejects deep nesting in an object that is not parsed", async () => {
    await server.ok("PUT", "/off", { mappings: { enabled: false } });
    const { status, body } = await send("/off/_doc/1", nested(10_000));
    expect(status).toBe(400);
    expect(body.error.caused_by.type).toBe("stream_constraints_exception");
  });

  it("rejects bytes that are not UTF-8", async () => {
    for (const bytes of [[0xff], [0xe6, 0x97], [0xed, 0xa0, 0x80]]) {
      const source = Buffer.concat([Buffer.from('{"k":"a'), Buffer.from(bytes), Buffer.from('"}')]);
      const { status, body } = await send("/utf8/_doc/1", source);
      expect(status).toBe(400);
      expect(body.error.caused_by.reason).toMatch("Invalid UTF-8");
    }
  });

  it("keeps a replacement character that the client sent", async () => {
    expect((await send("/utf8/_doc/2", '{"k":"\ufffd"}')).status).toBe(201);
  });

  it("takes a byte order mark", async () => {
    expect((await send("/utf8/_doc/3", '\ufeff{"k":"a"}')).status).toBe(201);
    // The source is given back byte for byte, as the real server does.
    const answer = Buffer.from(await (await fetch(`${server.url}/utf8/_doc/3`)).arrayBuffer());
    expect(answer.includes('"_source":\ufeff{"k":"a"}')).toBe(true);
  });

  it("keeps fields with the names of JavaScript's own members", async () => {
    const source = '{"__proto__":{"x":1},"constructor":"a","toString":1,"valueOf":{"a":1}}';
    expect((await send("/members/_doc/1?refresh=true", source)).status).toBe(201);
    const { hits } = await server.ok("POST", "/members/_search", {
      query: JSON.parse('{"term":{"__proto__.x":1}}'),
    });
    expect(hits.total.value).toBe(1);
    const answer = await fetch(`${server.url}/members/_mapping`);
    expect(await answer.text()).toContain('"__proto__":{"properties":{"x":{"type":"long"}}}');
  });

  it("rejects damaged SMILE, CBOR and YAML as the client's mistake", async () => {
    const bodies: [string, Uint8Array][] = [
      ["cbor", Uint8Array.of(0xbf, 0x61)],
      ["smile", Uint8Array.of(0x3a, 0x29, 0x0a, 0x00, 0xfa)],
      ["smile", Buffer.from("abc")],
      ["yaml", Buffer.from("{a: [")],
    ];
    for (const [type, bytes] of bodies) {
      expect([type, (await send("/damaged/_doc/1", bytes, `application/${type}`)).status]).toEqual([
        type,
        400,
      ]);
    }
  });
});

describe("mappings", () => {
  const mappings = { _doc: { properties: { a: { type: "keyword" } } } };

  it("rejects a type level in create index, put mapping and templates", async () => {
    const nestedUnderType = "The mapping definition cannot be nested under a type";
    const created = await server.call("PUT", "/typed", { mappings });
    expect([created.status, created.body.error.reason]).toEqual([400, nestedUnderType]);
    const template = { index_patterns: ["t*"], mappings };
    const put = await server.call("PUT", "/_template/typed", template);
    expect([put.status, put.body.error.reason]).toEqual([400, nestedUnderType]);
    await server.ok("PUT", "/untyped");
    const changed = await server.call("PUT", "/untyped/_mapping", mappings);
    expect([changed.status, changed.body.error.reason]).toEqual([
      400,
      "Types cannot be provided in put mapping requests",
    ]);
  });

  it("follow a changed limit at once", async () => {
    const settings = { "index.mapping.total_fields.limit": 1 };
    await server.ok("PUT", "/limited", { settings });
    expect((await send("/limited/_doc/1", '{"a":1,"b":2}')).status).toBe(400);
    await server.ok("PUT", "/limited/_settings", { "index.mapping.total_fields.limit": 5 });
    expect((await send("/limited/_doc/1", '{"a":1,"b":2}')).status).toBe(201);
  });
});
