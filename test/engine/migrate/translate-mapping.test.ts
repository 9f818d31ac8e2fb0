// What becomes of old mappings, a rule a test. The result is what OpenSearch 2 and 3 take.

import { describe, expect, test } from "vitest";
import {
  type MappingTranslation,
  Notes,
  translateField,
  translateMapping,
  translateTypes,
} from "../../../src/engine/migrate/translate-mapping.ts";

function context(over: Partial<MappingTranslation> = {}): MappingTranslation {
  return { similarities: new Set(["mine"]), isJoda: true, notes: new Notes(), ...over };
}

describe("translateField", () => {
  const CASES: [string, Record<string, unknown>, Record<string, unknown>, string[]][] = [
    ["a string", { type: "string" }, { type: "text" }, ["f: type string is text"]],
    [
      "a string that is not analyzed",
      { type: "string", index: "not_analyzed", ignore_above: 10, analyzer: "x" },
      { type: "keyword", ignore_above: 10 },
      ["f: type string is keyword"],
    ],
    [
      "a string that is not indexed",
      { type: "string", index: "no", store: true },
      { type: "keyword", index: false, store: true },
      ["f: type string is keyword"],
    ],
    [
      "index as a word",
      { type: "long", index: "no" },
      { type: "long", index: false },
      ["f: index no is false"],
    ],
    [
      "norms as an object",
      { type: "text", norms: { enabled: false, loading: "eager" } },
      { type: "text", norms: false },
      ["f: norms is false"],
    ],
    [
      "include_in_all",
      { type: "text", include_in_all: false },
      { type: "text" },
      ["f: include_in_all dropped"],
    ],
    [
      "an old similarity",
      { type: "text", similarity: "classic" },
      { type: "text" },
      ["f: similarity classic is BM25"],
    ],
    [
      "a similarity of the index",
      { type: "text", similarity: "mine" },
      {
        type: "text",
        similarity: "mine",
      },
      [],
    ],
    [
      "fielddata as an object",
      { type: "text", fielddata: { format: "disabled" } },
      {
        type: "text",
        fielddata: false,
      },
      ["f: fielddata is false"],
    ],
    [
      "the tree of a shape",
      { type: "geo_shape", tree: "quadtree", precision: "1m", strategy: "recursive" },
      { type: "geo_shape" },
      ["f: tree dropped", "f: precision dropped", "f: strategy dropped"],
    ],
    [
      "an old geo_point",
      { type: "geo_point", lat_lon: true, geohash: true, ignore_malformed: true },
      { type: "geo_point", ignore_malformed: true },
      ["f: lat_lon dropped", "f: geohash dropped"],
    ],
    [
      "flattened",
      { type: "flattened", depth_limit: 3 },
      { type: "flat_object" },
      ["f: type flattened is flat_object", "f: depth_limit dropped"],
    ],
    [
      "an unknown type",
      { type: "dense_vector", dims: 3 },
      { type: "object", enabled: false },
      ["f: type dense_vector is unknown to OpenSearch; kept in _source, not indexed"],
    ],
    [
      "a type named like a member of every object",
      { type: "constructor" },
      {
        type: "object",
        enabled: false,
      },
      ["f: type constructor is unknown to OpenSearch; kept in _source, not indexed"],
    ],
    ["a boost of a number", { type: "long", boost: 2 }, { type: "long" }, ["f: boost dropped"]],
    [
      "term vectors of what is not indexed",
      { type: "text", index: false, term_vector: "yes" },
      {
        type: "text",
        index: false,
      },
      ["f: term_vector dropped, the field is not indexed"],
    ],
    [
      "positions of a keyword",
      { type: "keyword", index_options: "positions" },
      {
        type: "keyword",
        index_options: "freqs",
      },
      ["f: index_options positions is freqs"],
    ],
    [
      "flags as text",
      { type: "text", store: "true", index: "true" },
      {
        type: "text",
        store: true,
        index: true,
      },
      [],
    ],
    [
      "Joda's letters",
      { type: "date", format: "YYYY-MM-dd'T'HH:mm:ssZZ||epoch_millis" },
      {
        type: "date",
        format: "yyyy-MM-dd'T'HH:mm:ssXXX||epoch_millis",
      },
      [
        "f: format [YYYY-MM-dd'T'HH:mm:ssZZ||epoch_millis] is " +
          "[yyyy-MM-dd'T'HH:mm:ssXXX||epoch_millis]",
      ],
    ],
    [
      "java's letters behind an 8",
      { type: "date", format: "8YYYY-ww" },
      {
        type: "date",
        format: "YYYY-ww",
      },
      ["f: format [8YYYY-ww] is [YYYY-ww]"],
    ],
    [
      "a format's old name",
      { type: "date", format: "strictDateOptionalTime" },
      {
        type: "date",
        format: "strict_date_optional_time",
      },
      ["f: format [strictDateOptionalTime] is [strict_date_optional_time]"],
    ],
    [
      "an object",
      { properties: { a: { type: "string" } }, include_in_all: true },
      {
        properties: { a: { type: "text" } },
      },
      ["f.a: type string is text", "f: include_in_all dropped"],
    ],
    [
      "fields of a field",
      { type: "keyword", fields: { raw: { type: "string" } } },
      {
        type: "keyword",
        fields: { raw: { type: "text" } },
      },
      ["f.raw: type string is text"],
    ],
    [
      "a multi_field",
      {
        type: "multi_field",
        fields: { f: { type: "string" }, raw: { type: "string", index: "not_analyzed" } },
      },
      { type: "text", fields: { raw: { type: "keyword" } } },
      [
        "f: multi_field is a field with fields",
        "f: type string is text",
        "f.raw: type string is keyword",
      ],
    ],
  ];

  test.each(CASES)("translates %s", (_name, given, expected, notes) => {
    const told = context();
    expect(translateField(given as never, "f", told)).toEqual(expected);
    expect(told.notes.list()).toEqual(notes);
  });

  test("leaves a field of today alone, and Joda's letters where the index never had them", () => {
    const told = context({ isJoda: false });
    const field = {
      type: "text",
      analyzer: "english",
      fields: { raw: { type: "keyword", ignore_above: 256, normalizer: "low" } },
      copy_to: ["all"],
      meta: { unit: "m" },
    };
    expect(translateField(field, "f", told)).toEqual(field);
    const date = { type: "date", format: "YYYY-ww||x" };
    expect(translateField(date, "d", told)).toEqual(date);
    expect(told.notes.list()).toEqual([]);
  });
});

describe("translateMapping", () => {
  test("keeps the metadata fields of today and drops the others by name", () => {
    const told = context();
    const mapping = {
      _all: { enabled: false },
      _parent: { type: "p" },
      _timestamp: { enabled: true },
      _ttl: { enabled: true },
      _field_names: { enabled: false },
      _source: { excludes: ["a"], compress: true },
      _routing: { required: true, path: "x" },
      _meta: { any: ["thing"] },
      dynamic: "strict",
      properties: {},
    };
    expect(translateMapping(mapping, told)).toEqual({
      _source: { excludes: ["a"] },
      _routing: { required: true },
      _meta: { any: ["thing"] },
      dynamic: "strict",
      properties: {},
    });
    expect(told.notes.list()).toEqual([
      "_all: dropped",
      "_parent: dropped",
      "_timestamp: dropped",
      "_ttl: dropped",
      "_field_names: dropped",
      "_source.compress: dropped",
      "_routing.path: dropped",
    ]);
  });

  test("translates dynamic templates, and drops those that can match nothing", () => {
    const told = context();
    const dynamic_templates = [
      { s: { match_mapping_type: "string", mapping: { type: "string", index: "not_analyzed" } } },
      { n: { match: "*", match_mapping_type: "integer", mapping: { type: "long" } } },
      { any: { match: "*", mapping: { type: "{dynamic_type}", doc_values: true, lat_lon: 1 } } },
      { open: { match_mapping_type: "string", mapping: { norms: { enabled: false } } } },
    ];
    expect(translateMapping({ dynamic_templates }, told)).toEqual({
      dynamic_templates: [
        { s: { match_mapping_type: "string", mapping: { type: "keyword" } } },
        { any: { match: "*", mapping: { type: "{dynamic_type}", doc_values: true } } },
        { open: { match_mapping_type: "string", mapping: { norms: false } } },
      ],
    });
    expect(told.notes.list()).toEqual([
      "dynamic template [s]: type string is keyword",
      "dynamic template [n]: dropped, nothing is of match_mapping_type [integer]",
      "dynamic template [any]: lat_lon dropped",
      "dynamic template [open]: norms is false",
    ]);
  });
});

describe("translateTypes", () => {
  test("puts the fields of several types together and tells what gives way", () => {
    const told = context();
    const types = new Map<string, Record<string, unknown>>([
      [
        "a",
        {
          _routing: { required: true },
          properties: {
            x: { type: "long" },
            o: {
              properties: {
                p: { type: "keyword" },
              },
            },
          },
        },
      ],
      [
        "b",
        {
          properties: {
            x: { type: "long", store: true },
            o: {
              properties: {
                q: { type: "keyword" },
              },
            },
            y: { type: "ip" },
          },
        },
      ],
    ]);
    expect(translateTypes(types as never, told)).toEqual({
      properties: {
        x: { type: "long" },
        o: { properties: { p: { type: "keyword" }, q: { type: "keyword" } } },
        y: { type: "ip" },
      },
    });
    expect(told.notes.list()).toEqual([
      "x: the mapping of type [b] gives way to that of the types before it",
      "types [a, b]: their fields are in one mapping",
      "_routing: no longer required, as not every type required it",
    ]);
  });
});
