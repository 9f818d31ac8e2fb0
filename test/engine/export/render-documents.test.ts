import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rendererOf, TextBuffer } from "../../../src/engine/export/render-documents.ts";

const position = { leaf: 0, doc: 0 };
/** Plain ids, and such as hold quotes, controls, several bytes a character, and much of all that. */
const ids = fc.oneof(
  fc.string({ maxLength: 100 }),
  fc.string({ unit: "binary", maxLength: 100 }),
  fc.constantFrom("", '"', "\\", "\u007f", "\n", "é", "x".repeat(64), "x".repeat(65)),
);

describe("rendererOf", () => {
  test("renders ids and routing values as JSON does", () => {
    const render = rendererOf("ndjson");
    fc.assert(
      fc.property(fc.array(fc.tuple(ids, fc.option(ids)), { minLength: 1 }), (documents) => {
        const out = new TextBuffer();
        for (const [id, routing] of documents) {
          const source = Buffer.from(JSON.stringify({ id }));
          const document = { id, source, position, ...(routing === null ? {} : { routing }) };
          render("index-1", document, out);
        }
        const lines = Buffer.from(out.take()).toString().split("\n");
        expect(lines.pop()).toBe("");
        const expected = documents.map(([id, routing]) =>
          JSON.stringify({
            _index: "index-1",
            _id: id,
            ...(routing === null ? {} : { _routing: routing }),
            _source: { id },
          }),
        );
        expect(lines).toEqual(expected);
      }),
    );
  });

  test("puts a source on one line when it was stored on several", () => {
    const out = new TextBuffer();
    const source = Buffer.from('{\r\n  "a": 1\n}');
    rendererOf("ndjson")("i", { id: "1", source, position }, out);
    rendererOf("bulk")("i", { id: "1", source, position }, out);
    expect(Buffer.from(out.take()).toString()).toBe(
      '{"_index":"i","_id":"1","_source":{    "a": 1 }}\n' +
        '{"index":{"_index":"i","_id":"1"}}\n{    "a": 1 }\n',
    );
  });
});

describe("TextBuffer", () => {
  test("hands its bytes out and begins anew when it has grown", () => {
    const out = new TextBuffer();
    const text = "0123456789".repeat(100_000);
    for (let i = 0; i < 5; i++) out.text(text);
    const first = out.take();
    out.json("again");
    expect(Buffer.from(first).equals(Buffer.from(text.repeat(5)))).toBe(true);
    expect(Buffer.from(out.take()).toString()).toBe('"again"');
    expect(out.length).toBe(0);
  });
});
