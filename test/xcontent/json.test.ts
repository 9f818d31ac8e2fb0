import { describe, expect, test } from "vitest";
import { VarveError } from "../../src/base/index.ts";
import { decodeJson, encodeJson } from "../../src/xcontent/index.ts";

const SOURCE =
  "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: ";
const EOF = "json_e_o_f_exception";
const BAD = "json_parse_exception";
const EXPECTED = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const hexDigit = "expected a hex-digit for character escape sequence";
const control = "has to be escaped using backslash to be included in string value";

// Answers of OpenSearch 3.6.0 to these bodies; # stands for the source with its line.
const GOLDEN: [body: string, type: string, reason: string][] = [
  ['{"query"', EOF, "Unexpected end-of-input within/between Object entries\n at #1, column: 9]"],
  [
    "{abc}",
    BAD,
    "Unexpected character ('a' (code 97)): was expecting double-quote to start field name\n at #1, column: 2]",
  ],
  [
    '{"query": }',
    BAD,
    "Unexpected character ('}' (code 125)): expected a value\n at #1, column: 11]",
  ],
  [
    '{"query":{"match_all":{}}',
    EOF,
    "Unexpected end-of-input: expected close marker for Object (start marker at #1, column: 1])\n at #1, column: 26]",
  ],
  ['{"size": 01}', BAD, "Invalid numeric value: Leading zeroes not allowed\n at #1, column: 11]"],
  [
    '{"size": tru}',
    BAD,
    `Unrecognized token 'tru': was expecting ${EXPECTED}\n at #1, column: 10]`,
  ],
  [
    '{"query" 1}',
    BAD,
    "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value\n at #1, column: 10]",
  ],
  ["abc", BAD, `Unrecognized token 'abc': was expecting ${EXPECTED}\n at #1, column: 1]`],
  [
    '{"a":1.}',
    BAD,
    "Unexpected character ('}' (code 125)) in numeric value: Decimal point not followed by a digit\n at #1, column: 8]",
  ],
  [
    '{"a":-}',
    BAD,
    "Unexpected character ('}' (code 125)) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value\n at #1, column: 7]",
  ],
  [
    '{"size":1e}',
    BAD,
    "Unexpected character ('}' (code 125)) in numeric value: Exponent indicator not followed by a digit\n at #1, column: 11]",
  ],
  [
    '{"a":NaN}',
    BAD,
    "Non-standard token 'NaN': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow\n at #1, column: 9]",
  ],
  [
    '{"a":+1}',
    BAD,
    "Unexpected character ('+' (code 43)) in numeric value: JSON spec does not allow numbers to have plus signs: enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow\n at #1, column: 7]",
  ],
  [
    "{'a':1}",
    BAD,
    "Unexpected character (''' (code 39)): was expecting double-quote to start field name\n at #1, column: 2]",
  ],
  [
    '{"query":{"match_all":{}},"a":1,"query":{}}',
    BAD,
    "Duplicate field 'query'\n at #1, column: 40]",
  ],
  ['{"index.x":1,"settings":{"a":1,"a":2}}', BAD, "Duplicate field 'a'\n at #1, column: 35]"],
  [
    '{"settings":{"a":"x\ny"}}',
    BAD,
    `Illegal unquoted character ((CTRL-CHAR, code 10)): ${control}\n at #1, column: 20]`,
  ],
  [
    '{"settings":{"a":"a\\qb"}}',
    BAD,
    "Unrecognized character escape 'q' (code 113)\n at #1, column: 21]",
  ],
  [
    '{"settings":{"a":"\\u12g4"}}',
    BAD,
    `Unexpected character ('g' (code 103)): ${hexDigit}\n at #1, column: 23]`,
  ],
  [
    '{"settings":{"a":[1 2]}}',
    BAD,
    "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries\n at #1, column: 21]",
  ],
  [
    '{"settings":{"a":1 "b":2}}',
    BAD,
    "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries\n at #1, column: 20]",
  ],
  [
    '{"settings":{"a":1,}}',
    BAD,
    "Unexpected character ('}' (code 125)): was expecting double-quote to start field name\n at #1, column: 20]",
  ],
  [
    '{"settings":{"a":[1,]}}',
    BAD,
    "Unexpected character (']' (code 93)): expected a value\n at #1, column: 21]",
  ],
  ['{"settings":{"a":"abc', EOF, "Unexpected end-of-input in VALUE_STRING\n at #1, column: 22]"],
  [
    '{"settings":{"a":[1,2',
    EOF,
    "Unexpected end-of-input: expected close marker for Array (start marker at #1, column: 18])\n at #1, column: 22]",
  ],
  [
    '{"settings":{"a":"abc\\',
    EOF,
    "Unexpected end-of-input in character escape sequence\n at #1, column: 23]",
  ],
  [
    '{"settings":',
    EOF,
    "Unexpected end-of-input within/between Object entries\n at #1, column: 13]",
  ],
  ['{"settings":/*', EOF, "Unexpected end-of-input in a comment\n at #1, column: 15]"],
  [
    '{"settings":nul}',
    BAD,
    `Unrecognized token 'nul': was expecting ${EXPECTED}\n at #1, column: 13]`,
  ],
  [
    '{"settings":@}',
    BAD,
    `Unexpected character ('@' (code 64)): expected a valid value ${EXPECTED}\n at #1, column: 13]`,
  ],
  [
    "{,}",
    BAD,
    "Unexpected character (',' (code 44)): was expecting double-quote to start field name\n at #1, column: 2]",
  ],
  ['{"a', EOF, "Unexpected end-of-input in field name\n at #1, column: 4]"],
  ['{"set\\q":1}', BAD, "Unrecognized character escape 'q' (code 113)\n at #1, column: 7]"],
  [
    '{"settings":1]',
    BAD,
    "Unexpected close marker ']': expected '}' (for Object starting at #1, column: 1])\n at #1, column: 14]",
  ],
  [
    '{"settings":{"a":"é", "é" 1}}',
    BAD,
    "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value\n at #1, column: 29]",
  ],
  [
    '{"settings":.5}',
    BAD,
    `Unexpected character ('.' (code 46)): expected a valid value ${EXPECTED}\n at #1, column: 13]`,
  ],
  [
    '{"settings":--1}',
    BAD,
    "Unexpected character ('-' (code 45)) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value\n at #1, column: 14]",
  ],
  [
    '{"settings":tRue}',
    BAD,
    `Unrecognized token 'tRue': was expecting ${EXPECTED}\n at #1, column: 13]`,
  ],
  [
    '{"settings":1a}',
    BAD,
    "Unexpected character ('a' (code 97)): was expecting comma to separate Object entries\n at #1, column: 14]",
  ],
];

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

  test("writes the same shape as JSON.stringify when pretty", () => {
    expect(encodeJson({ a: [1n, {}], b: { c: "d" } }, 2)).toBe(
      JSON.stringify({ a: [1, {}], b: { c: "d" } }, undefined, 2),
    );
  });
});
