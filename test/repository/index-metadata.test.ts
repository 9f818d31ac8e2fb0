// Mappings in an index's metadata: under one type, under several, or compressed.

import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { indexMapping, mappingsByType } from "../../src/repository/index.ts";
import type { XContentObject, XContentValue } from "../../src/xcontent/index.ts";

function metadata(mappings: XContentValue): { name: string; tree: XContentObject } {
  return { name: "i", tree: { mappings } };
}

const DOC = { properties: { a: { type: "long" }, o: { properties: { x: { type: "text" } } } } };
const NOTE = { properties: { o: { properties: { y: { type: "date" } } }, t: { type: "text" } } };

test("indexMapping answers the one type's mapping", () => {
  expect(indexMapping(metadata([{ _doc: DOC }]))).toEqual(DOC);
  expect(indexMapping(metadata({ doc: DOC }))).toEqual(DOC);
  expect(indexMapping(metadata([]))).toBeUndefined();
});

test("indexMapping inflates a binary mapping", () => {
  const body = deflateRawSync(Buffer.from(JSON.stringify({ _doc: DOC })));
  expect(indexMapping(metadata([Buffer.concat([Buffer.from("DFL\0"), body])]))).toEqual(DOC);
});

test("indexMapping joins the fields of several types and leaves out _default_", () => {
  const many = metadata([{ _default_: { dynamic: "strict" } }, { doc: DOC }, { note: NOTE }]);
  expect([...mappingsByType(many).keys()]).toEqual(["doc", "note"]);
  expect(indexMapping(many)).toEqual({
    properties: {
      a: { type: "long" },
      o: { properties: { x: { type: "text" }, y: { type: "date" } } },
      t: { type: "text" },
    },
  });
});

test("indexMapping takes a field's name for nothing else", () => {
  const odd = JSON.parse('{"properties": {"__proto__": {"type": "long"}, "constructor": {}}}');
  const joined = indexMapping(metadata([{ a: DOC }, { b: odd }])) as any;
  expect(Object.keys(joined.properties)).toEqual(["a", "o", "__proto__", "constructor"]);
  expect(({} as any).type).toBeUndefined();
});

test("rejects a mapping that is no object", () => {
  expect(() => indexMapping(metadata([7]))).toThrow("bad mapping");
});
