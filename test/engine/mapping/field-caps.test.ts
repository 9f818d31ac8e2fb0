// Field capabilities as OpenSearch 2.19.6 gives them for the mapping below.

import { expect, test } from "vitest";
import { systemClock } from "../../../src/base/index.ts";
import { buildIndexAnalyzers } from "../../../src/engine/analysis/index.ts";
import type { JsonObject } from "../../../src/engine/mapping/index.ts";
import { fieldCaps, MapperService, mergeFieldCaps } from "../../../src/engine/mapping/index.ts";
import { Settings } from "../../../src/engine/settings.ts";

function service(properties: JsonObject): MapperService {
  const made = new MapperService({
    indexName: "a",
    settings: Settings.EMPTY,
    clock: systemClock,
    analyzers: buildIndexAnalyzers(Settings.EMPTY),
  });
  made.merge({ properties });
  return made;
}

const caps = (type: string, searchable: boolean, aggregatable: boolean, rest = {}) => ({
  [type]: { type, searchable, aggregatable, ...rest },
});

test("fieldCaps lists fields, aliases, metadata and parents as the server does", () => {
  const one = service({
    a: { type: "keyword", meta: { u: "x" } },
    t: { type: "text", fields: { k: { type: "keyword", doc_values: false } } },
    o: { properties: { n: { type: "nested", properties: { x: { type: "long", index: false } } } } },
    al: { type: "alias", path: "a" },
    c: { type: "constant_keyword", value: "v" },
    g: { type: "geo_point" },
    b: { type: "binary" },
    r: { type: "ip_range" },
    e: { type: "object", enabled: false },
    f: { type: "text", fielddata: true },
  });
  const fields = mergeFieldCaps(new Map([["m1-caps", fieldCaps(one, ["*"])]]));
  const meta = { meta: { u: ["x"] } };
  expect(fields).toEqual({
    _routing: caps("_routing", true, false),
    a: caps("keyword", true, true, meta),
    b: caps("binary", false, false),
    _doc_count: caps("long", false, false),
    c: caps("constant_keyword", true, true),
    _index: caps("_index", true, true),
    f: caps("text", true, true),
    g: caps("geo_point", true, true),
    al: caps("keyword", true, true, meta),
    "o.n.x": caps("long", false, true),
    "o.n": caps("nested", false, false),
    o: caps("object", false, false),
    "t.k": caps("keyword", true, false),
    _ignored: caps("_ignored", true, false),
    _seq_no: caps("_seq_no", true, true),
    r: caps("ip_range", true, true),
    t: caps("text", true, false),
    _nested_path: caps("_nested_path", true, false),
    _field_names: caps("_field_names", true, false),
    _data_stream_timestamp: caps("_data_stream_timestamp", false, false),
    _source: caps("_source", false, false),
    _id: caps("_id", true, true),
    _version: caps("_version", false, false),
  });
});

test("mergeFieldCaps names the indices when types or abilities differ", () => {
  const one = service({ f: { type: "long" }, g: { type: "keyword" } });
  const two = service({ f: { type: "keyword" }, g: { type: "keyword", index: false } });
  const three = service({ h: { type: "long" } });
  const all = new Map([
    ["b", fieldCaps(two, ["f", "g"])],
    ["a", fieldCaps(one, ["f", "g"])],
    ["c", fieldCaps(three, ["f", "g"])],
  ]);
  expect(mergeFieldCaps(all, true)).toEqual({
    f: {
      ...caps("long", true, true, { indices: ["a"] }),
      ...caps("keyword", true, true, { indices: ["b"] }),
      ...caps("unmapped", false, false, { indices: ["c"] }),
    },
    g: {
      ...caps("keyword", false, true, { indices: ["a", "b"], non_searchable_indices: ["b"] }),
      ...caps("unmapped", false, false, { indices: ["c"] }),
    },
  });
});
