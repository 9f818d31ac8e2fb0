// Bad requests are refused with the type, the reason and the place that OpenSearch 3.6.0 gave for the
// same text.

import { describe, expect, test } from "vitest";
import { VarveError } from "../../../src/base/index.ts";
import { calculateMinShouldMatch } from "../../../src/engine/search/minimum-should-match.ts";
import { parseSearchSource } from "../../../src/engine/search/search-source.ts";
import { decodeJson } from "../../../src/xcontent/index.ts";

/** The error of parsing a body: type, reason, line and column where it has them. */
function refusal(text: string): unknown[] {
  try {
    parseSearchSource(decodeJson(text), text);
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    const { line, col } = error.metadata;
    const place = line === undefined ? [] : [line, col];
    return [error.type, error.message, ...place];
  }
  return [];
}

const PARSING = "parsing_exception";
const X_CONTENT = "x_content_parse_exception";
const ARGUMENT = "illegal_argument_exception";

describe("parseSearchSource rejects as the server does", () => {
  test.each([
    ['{"query":{"foo":{}}}', PARSING, "unknown query [foo]", 1, 17],
    ['{"query":{"mach":{"a":1}}}', PARSING, "unknown query [mach] did you mean [match]?", 1, 18],
    ['{"foo":"bar"}', PARSING, "Unknown key for a VALUE_STRING in [foo].", 1, 8],
    ['{"foo":{"a":1}}', PARSING, "Unknown key for a START_OBJECT in [foo].", 1, 8],
    ['{\n  "size": 1,\n  "foo": [1]\n}', PARSING, "Unknown key for a START_ARRAY in [foo].", 3, 10],
    ['{"query":[]}', PARSING, "Unknown key for a START_ARRAY in [query].", 1, 10],
    ['{"query":{}}', ARGUMENT, "query malformed, empty clause found at [1:11]"],
    ['{"query":{"bool":{"foo":[]}}}', X_CONTENT, "[1:19] [bool] unknown field [foo]"],
    [
      '{"query":{"bool":{"must":[{"foo":{}}]}}}',
      X_CONTENT,
      "[1:34] [bool] failed to parse field [must]",
    ],
    [
      '{"query":{"match":{"t":{"query":"a","foo":1}}}}',
      PARSING,
      "[match] query does not support [foo]",
      1,
      43,
    ],
    [
      '{"query":{"term":{"k":"a","n":1}}}',
      PARSING,
      "[term] query doesn't support multiple fields, found [k] and [n]",
      1,
      31,
    ],
    ['{"query":{"terms":{"k":"a"}}}', PARSING, "[terms] query does not support [k]", 1, 24],
    [
      '{"query":{"match":"a"}}',
      PARSING,
      "[match] query malformed, no start_object after query name",
      1,
      19,
    ],
    ['{"query":{"match_all":{"foo":1}}}', PARSING, "[1:24] [match_all] unknown field [foo]", 1, 30],
    ['{"query":{"exists":{}}}', PARSING, "[exists] must be provided with a [field]", 1, 21],
    [
      '{"query":{"dis_max":{}}}',
      PARSING,
      "[dis_max] requires 'queries' field with at least one clause",
      1,
      22,
    ],
    [
      '{"query":{"constant_score":{}}}',
      PARSING,
      "[constant_score] requires a 'filter' element",
      1,
      29,
    ],
    ['{"size":-1}', ARGUMENT, "[size] parameter cannot be negative, found [-1]"],
    ['{"size":"a"}', "number_format_exception", 'For input string: "a"'],
    [
      '{"timeout":"1x"}',
      ARGUMENT,
      "failed to parse setting [timeout] with value [1x] as a time value: unit is missing or " +
        "unrecognized",
    ],
    ['{"aggs":{"a":{"foo":{}}}}', PARSING, "Unknown aggregation type [foo]", 1, 21],
    [
      '{"docvalue_fields":[{"fiel":"n"}]}',
      X_CONTENT,
      "[1:22] [docvalues_field] unknown field [fiel] did you mean [field]?",
    ],
    ['{"stored_fields":["_none_","a"]}', ARGUMENT, "cannot combine _none_ with other fields"],
  ])("%s", (text, ...expected) => {
    expect(refusal(text)).toEqual(expected);
  });

  test.each(["suggest", "rescore", "collapse", "script_fields"])("%s by its name", (name) => {
    expect(refusal(JSON.stringify({ [name]: {} }))).toEqual([
      ARGUMENT,
      `[${name}] is not supported`,
    ]);
  });
});

describe("calculateMinShouldMatch", () => {
  test.each([
    [4, "2", 2],
    [4, "-1", 3],
    [4, "75%", 3],
    [4, "-25%", 3],
    [5, "30%", 1],
    [3, "10", 10],
    [2, "2<75%", 2],
    [4, "2<75%", 3],
    [1, "2<-25% 9<-3", 1],
    [5, "2<-25% 9<-3", 4],
    [10, "2<-25% 9<-3", 7],
    [3, "-5", 0],
  ])("of %i clauses with %s is %i", (optional, spec, expected) => {
    expect(calculateMinShouldMatch(optional, spec)).toBe(expected);
  });

  test("rejects what is not a number", () => {
    expect(() => calculateMinShouldMatch(3, "abc")).toThrow('For input string: "abc"');
  });
});
