import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { VarveError } from "../../src/base/index.ts";
import { decodeJson, encodeJson } from "../../src/xcontent/index.ts";

const SOURCE =
  "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: ";

/** Answers of OpenSearch 3.6.0 to bad bodies: body, type, reason; # is the source with its line. */
const GOLDEN: [body: string, type: string, reason: string][] = JSON.parse(
  readFileSync(new URL("json-errors.golden.json", import.meta.url), "utf8"),
);

function errorOf(body: string, options = {}): VarveError {
  try {
    decodeJson(body, options);
  } catch (error) {
    if (error instanceof VarveError) return error;
    throw error;
  }
  throw new Error(`no error for ${body}`);
}

describe("decodeJson", () => {
  test.each(GOLDEN)("rejects %j in the server's words", (body, type, reason) => {
    const error = errorOf(body);
    expect(error.message).toBe(reason.replaceAll("#", SOURCE));
    expect(error.type).toBe(type);
  });

  test("names line and byte column when the error is on a later line", () => {
    expect(errorOf('{"a": 1,\n  "ü": x}').message).toMatch(/line: 2, column: 9\]$/);
  });

  test("keeps integers beyond a double exactly", () => {
    expect(
      decodeJson('{"a":9223372036854775807,"b":-18446744073709551616,"c":9007199254740991}'),
    ).toEqual({ a: 9223372036854775807n, b: -18446744073709551616n, c: 9007199254740991 });
  });

  test("takes comments and ignores what follows the root, as the server does", () => {
    expect(decodeJson('/* a */ {"a": // b\n 1} x')).toEqual({ a: 1 });
    expect(errorOf('{"size":1}}', { strictEnd: true }).message).toContain(
      "no open Object to close",
    );
  });

  test("keeps a member named __proto__", () => {
    const tree = decodeJson('{"__proto__":{"x":12345678901234567890}}') as object;
    expect(Object.keys(tree)).toEqual(["__proto__"]);
  });

  test("rejects content that is nested deeper than the limit", () => {
    expect(errorOf(`${"[".repeat(5000)}${"]".repeat(5000)}`).type).toBe(
      "stream_constraints_exception",
    );
  });

  test("counts no colons and quotes inside of strings", () => {
    const body = '{"a:b":"c\\":\\"d\\\\","e":[":",{"f":"\\\\"}]}';
    expect(decodeJson(body)).toEqual(JSON.parse(body));
  });
});

describe("encodeJson", () => {
  test("writes bigints as numbers and bytes as base64", () => {
    const tree = { a: 2n ** 63n, b: new Uint8Array([1, 2]), c: ["\u0001", null] };
    expect(encodeJson(tree)).toBe('{"a":9223372036854775808,"b":"AQI=","c":["\\u0001",null]}');
  });

  test("writes what Jackson prints when pretty", () => {
    expect(encodeJson({ a: [1n, {}], b: { c: "d" } }, 2)).toBe(
      '{\n  "a" : [\n    1,\n    { }\n  ],\n  "b" : {\n    "c" : "d"\n  }\n}',
    );
  });
});

describe("the fast path", () => {
  test("is not left for long decimals, and is for long integers anywhere", () => {
    const body =
      '{"a":0.1234567890123456,"b":[1.5e300,-9007199254740993],"c":"12345678901234567890"}';
    expect(decodeJson(body)).toEqual({
      a: 0.1234567890123456,
      b: [1.5e300, -9007199254740993n],
      c: "12345678901234567890",
    });
  });
});
