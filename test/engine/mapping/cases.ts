// Mappings, updates and documents whose answers from OpenSearch 2.19.6 stand in data/answers.json.
// Recorded by `npx tsx tools/record-mapping-answers.ts URL`.

/** One index: its mapping, then steps. */
export interface MappingCase {
  readonly name: string;
  readonly settings?: Record<string, unknown>;
  readonly mapping: Record<string, unknown>;
  /** `update`: PUT _mapping; `document`: POST _doc/1 with this text. */
  readonly steps?: readonly ({ readonly update: unknown } | { readonly document: string })[];
}

const text = (...documents: string[]) => documents.map((document) => ({ document }));
const field = (type: string, options: Record<string, unknown> = {}) =>
  ({ properties: { f: { type, ...options } } });

const NUMBERS = ["byte", "short", "integer", "long", "unsigned_long", "half_float", "float", "double"];

const NUMBER_DOCUMENTS = text(
  '{"f":1}', '{"f":"1"}', '{"f":1.5}', '{"f":"1.5"}', '{"f":"abc"}', '{"f":""}', '{"f":null}',
  '{"f":true}', '{"f":{"a":1}}', '{"f":[1,2]}', '{"f":[[1],[2,"x"]]}', '{"f":128}', '{"f":40000}',
  '{"f":3000000000}', '{"f":-3000000000}', '{"f":9223372036854775807}',
  '{"f":9223372036854775808}', '{"f":18446744073709551615}', '{"f":18446744073709551616}',
  '{"f":-1}', '{"f":"9223372036854775808"}', '{"f":1e3}', '{"f":1.0}', '{"f":1e400}',
  '{"f":"1e400"}', '{"f":65520}', '{"f":"NaN"}', '{"f":"99999999999999999999"}',
);

const JSON_ERRORS = text(
  '{"a":1', '{"a":1}}', '{"a":1,}', '{"a" 1}', '{a:1}', '{"a":tru}', '{"a":"x', '{"a":[1,2}',
  '{"a":1,"a":2}', '{"o":{"x":1,"x":2}}', '{"a":01}', '{"a":-}', '{"a":1.}', '{"a":"\\q"}',
  '{"a":"b\nc"}', '"text"', "1", "[1]", "{} {}", '{"a":nul}', '{"a"}', '{,}', '{"a":}',
);

const DATE_FORMATS = [
  "yyyy-MM-dd", "dd/MM/yyyy HH:mm:ss", "epoch_second", "basic_date", "strict_date_time", "year_month",
  "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "EEE, dd MMM yyyy HH:mm:ss Z", "week_date", "hour_minute",
  "yyyy-MM-dd||epoch_millis", "qqqq-XX-nope", "yyyy-MM-dd{", "strict_date_optional_time_nanos",
];

const DATE_DOCUMENTS = text(
  '{"f":"2020-01-01"}', '{"f":"2020-1-1"}', '{"f":"2020-02-30"}', '{"f":"2020-01-01T10:20:30Z"}',
  '{"f":"2020-01-01T10:20:30.123456789+01:00"}', '{"f":1577836800000}', '{"f":"1577836800"}',
  '{"f":1577836800}', '{"f":"03/02/2020 10:11:12"}', '{"f":"20200203"}', '{"f":"2020-02"}',
  '{"f":"Mon, 04 Jan 2021 10:00:00 +0200"}', '{"f":"2020-W05-3"}', '{"f":"10:20"}', '{"f":""}',
  '{"f":null}', '{"f":true}', '{"f":{}}', '{"f":"1960-01-01"}', '{"f":"2300-01-01"}',
  '{"f":1.5}', '{"f":"2020-13-01"}', '{"f":"2020-01-01T25:00:00Z"}', '{"f":"now"}',
);

const GEO_DOCUMENTS = text(
  '{"f":{"lat":1,"lon":2}}', '{"f":{"lat":"1","lon":"2"}}', '{"f":[2,1]}', '{"f":[[2,1],[4,3]]}',
  '{"f":"1,2"}', '{"f":"drm3btev3e86"}', '{"f":"POINT (2 1)"}', '{"f":"POINT (2 1 3)"}',
  '{"f":{"type":"Point","coordinates":[2,1]}}', '{"f":{"geohash":"drm3"}}', '{"f":{"lat":1}}',
  '{"f":{"lon":1}}', '{"f":{"lat":1,"lon":2,"x":3}}', '{"f":{"x":1}}', '{"f":{}}', '{"f":[1]}',
  '{"f":[1,2,3]}', '{"f":[1,2,3,4]}', '{"f":"abc"}', '{"f":"1,x"}', '{"f":"x,1"}', '{"f":[200,100]}',
  '{"f":{"lat":91,"lon":0}}', '{"f":{"lat":0,"lon":181}}', '{"f":null}', '{"f":5}', '{"f":true}',
  '{"f":"LINESTRING (1 2, 3 4)"}', '{"f":"1,2,3"}', '{"f":{"lat":"x","lon":2}}', '{"f":[]}',
  '{"f":{"type":"Line","coordinates":[2,1]}}', '{"f":{"type":"Point"}}', '{"f":"POINT (x)"}',
);

const IP_DOCUMENTS = text(
  '{"f":"1.2.3.4"}', '{"f":"::1"}', '{"f":"2001:db8::ff00:42:8329"}', '{"f":"1.2.3"}',
  '{"f":"1.2.3.256"}', '{"f":"01.2.3.4"}', '{"f":"1::2::3"}', '{"f":""}', '{"f":null}', '{"f":5}',
  '{"f":{"a":1}}', '{"f":"::ffff:1.2.3.4"}', '{"f":"10.0.0.0/8"}',
);

const RANGE_DOCUMENTS = text(
  '{"f":{"gte":1,"lte":5}}', '{"f":{"gt":1,"lt":5}}', '{"f":{"gte":5,"lte":1}}', '{"f":{"gte":1}}',
  '{"f":{}}', '{"f":null}', '{"f":5}', '{"f":"x"}', '{"f":{"x":1}}', '{"f":{"gte":"abc"}}',
  '{"f":[{"gte":1,"lte":2},{"gte":3,"lte":4}]}', '{"f":{"gte":null,"lte":3}}',
  '{"f":{"gte":"2020-01-01","lte":"2020-02-01"}}', '{"f":"10.0.0.0/8"}', '{"f":"10.0.0.0/33"}',
  '{"f":{"gte":"10.0.0.1","lt":"10.0.0.9"}}',
);

const PARAMETERS = [
  ["text", { analyzer: "nope" }], ["text", { index_options: "x" }], ["text", { fielddata: true }],
  ["text", { index: false, fielddata: true }], ["text", { analyzer: "simple", search_analyzer: "standard" }],
  ["text", { analyzer: "standard", search_quote_analyzer: "simple" }], ["text", { norms: false }],
  ["text", { position_increment_gap: 5 }], ["text", { index_options: "docs", position_increment_gap: 5 }],
  ["text", { index_prefixes: {} }], ["text", { index_prefixes: { min_chars: 3, max_chars: 30 } }],
  ["text", { index_phrases: true }], ["text", { similarity: "boolean" }], ["text", { similarity: "x" }],
  ["text", { term_vector: "yes" }], ["text", { boost: 2 }], ["text", { store: "true" }],
  ["text", { store: "yes" }], ["text", { fielddata_frequency_filter: { min: 1 } }],
  ["text", { meta: { b: "1", a: "2" } }], ["text", { eager_global_ordinals: true }],
  ["text", { copy_to: ["a", "b"] }], ["text", { copy_to: "a" }], ["text", { doc_values: true }],
  ["text", { nope: 1 }], ["text", { index: null }], ["text", { search_analyzer: "simple" }],
  ["keyword", { ignore_above: 10, normalizer: "lowercase" }], ["keyword", { normalizer: "x" }],
  ["keyword", { ignore_above: "abc" }], ["keyword", { ignore_above: 1.5 }], ["keyword", { null_value: "N" }],
  ["keyword", { null_value: null }], ["keyword", { index: false, doc_values: false }],
  ["keyword", { norms: true, index_options: "freqs" }], ["keyword", { split_queries_on_whitespace: true }],
  ["keyword", { index_options: "positions" }], ["keyword", { eager_global_ordinals: true, boost: 1.5 }],
  ["long", { coerce: true }], ["long", { coerce: false, ignore_malformed: true, null_value: 3 }],
  ["long", { null_value: "x" }], ["byte", { null_value: 300 }], ["byte", { null_value: 1.5 }],
  ["integer", { boost: 2 }], ["integer", { similarity: "x" }], ["integer", { analyzer: "x" }],
  ["double", { null_value: 1.5 }], ["float", { null_value: 1e300 }], ["unsigned_long", { null_value: -1 }],
  ["half_float", { null_value: 70000 }], ["boolean", { null_value: "true" }], ["boolean", { null_value: "x" }],
  ["boolean", { index: false, store: true }], ["date", { format: "yyyy" }], ["date", { locale: "de" }],
  ["date", { null_value: "2020" }], ["date", { null_value: "xx" }], ["date", { ignore_malformed: true }],
  ["date", { format: "" }], ["ip", { null_value: "1.2.3.4", ignore_malformed: false }],
  ["geo_point", { ignore_malformed: true, ignore_z_value: false, null_value: "1,2" }],
  ["geo_point", { null_value: { lat: 100, lon: 0 } }], ["geo_point", { index: false }],
  ["geo_point", { doc_values: false, store: true }], ["geo_point", { nope: 1 }], ["geo_point", { meta: { a: "b" } }],
  ["binary", { doc_values: true, store: true }], ["binary", { index: true }], ["binary", { nope: 1 }],
  ["integer_range", { coerce: false }], ["date_range", { format: "yyyy", locale: "de" }],
  ["long_range", { format: "yyyy" }], ["ip_range", { index: false, boost: 2 }],
  ["alias", {}], ["alias", { path: "g" }], ["alias", { path: "f" }], ["nope", {}], ["completion2", {}],
  ["object", { nope: 1 }], ["nested", { include_in_parent: true, include_in_root: true }],
  ["nested", { dynamic: "strict", enabled: false }], ["object", { enabled: false }],
  ["object", { dynamic: "strict_allow_templates" }], ["object", { dynamic: "x" }],
  ["text", { fields: { k: { type: "keyword" }, e: { type: "text", analyzer: "simple" } } }],
  ["text", { fields: { "a.b": { type: "keyword" } } }], ["text", { fields: { k: {} } }],
  ["text", { fields: { k: { type: "object" } } }], ["text", { fields: { k: { type: "x" } } }],
  ["text", { fields: [] }], ["text", { fields: 5 }], ["text", { fields: { k: 5 } }],
  ["text", { meta: { a: 1 } }], ["text", { meta: 5 }], ["text", { meta: { a: null } }],
  ["text", { meta: { a: "1", b: "1", c: "1", d: "1", e: "1", f: "1" } }],
  ["constant_keyword", { value: "x" }], ["constant_keyword", {}], ["constant_keyword", { value: 5 }],
] as const;

const TEMPLATES = (templates: unknown) => ({ dynamic_templates: templates });

const ROOTS: readonly (readonly [string, Record<string, unknown>])[] = [
  ["dynamic strict", { dynamic: "strict", properties: { a: { type: "long" } } }],
  ["dynamic false", { dynamic: false }],
  ["dynamic bad", { dynamic: "maybe" }],
  ["root unknown", { nope: 1, other: { a: 2 } }],
  ["date_detection", { date_detection: false, numeric_detection: true }],
  ["date formats", { dynamic_date_formats: ["yyyy", "dd/MM"] }],
  ["date formats none", { dynamic_date_formats: "none" }],
  ["date formats epoch", { dynamic_date_formats: ["epoch_millis"] }],
  ["meta", { _meta: { b: 1, a: { c: [1, 2] } } }],
  ["source off", { _source: { enabled: false } }],
  ["source filter", { _source: { includes: ["a.*"], excludes: ["*.b"] } }],
  ["source unknown", { _source: { nope: 1 } }],
  ["routing", { _routing: { required: true } }],
  ["routing unknown", { _routing: { path: "x" } }],
  ["field names", { _field_names: { enabled: true } }],
  ["fixed", { _id: { store: true } }],
  ["not an object", { _source: "x" }],
  ["properties array", { properties: [] }],
  ["properties text", { properties: "x" }],
  ["field text", { properties: { a: "x" } }],
  ["field no type", { properties: { a: {} } }],
  ["field no type but options", { properties: { a: { index: false } } }],
  ["enabled only", { properties: { a: { enabled: false } } }],
  ["dotted", { properties: { "a.b.c": { type: "long" }, "a.d": { type: "keyword" } } }],
  ["dotted end", { properties: { "a.": { type: "long" } } }],
  ["dotted start", { properties: { ".a": { type: "long" } } }],
  ["dot", { properties: { ".": { type: "long" } } }],
  ["empty name", { properties: { "": { type: "long" } } }],
  ["order", { properties: { z: { type: "long" }, a: { type: "long" }, B: { type: "long" } } }],
  ["object and field", { properties: { "a.b": { type: "long" }, a: { type: "keyword" } } }],
  ["templates", TEMPLATES([
    { s: { match_mapping_type: "string", mapping: { type: "keyword", store: true } } },
    { l: { match: "l_*", unmatch: "*_x", mapping: { type: "{dynamic_type}", index: false } } },
    { p: { path_match: "a.*", path_unmatch: "*.c", mapping: { type: "text" } } },
    { r: { match: "^r\\d+$", match_pattern: "regex", mapping: { type: "integer" } } },
    { all: { match_mapping_type: "*", mapping: { type: "keyword" } } },
  ])],
  ["template no name", TEMPLATES([{ a: { match: "x", mapping: {} }, b: {} }])],
  ["template not array", TEMPLATES({ a: 1 })],
  ["template no match", TEMPLATES([{ a: { mapping: { type: "long" } } }])],
  ["template no mapping", TEMPLATES([{ a: { match: "x" } }])],
  ["template unknown", TEMPLATES([{ a: { match: "x", nope: 1, mapping: {} } }])],
  ["template bad type", TEMPLATES([{ a: { match_mapping_type: "nope", mapping: {} } }])],
  ["template bad pattern", TEMPLATES([{ a: { match: "x", match_pattern: "nope", mapping: {} } }])],
  ["alias to alias", { properties: { f: { type: "long" }, a: { type: "alias", path: "f" },
    b: { type: "alias", path: "a" } } }],
  ["alias to nested", { properties: { n: { type: "nested", properties: { f: { type: "long" } } },
    a: { type: "alias", path: "n.f" } } }],
  ["copy to multi", { properties: { f: { type: "text", fields: { k: { type: "keyword" } } },
    a: { type: "text", copy_to: "f.k" } } }],
  ["copy to object", { properties: { o: { properties: { x: { type: "long" } } },
    a: { type: "text", copy_to: "o" } } }],
  ["copy from root to nested", { properties: { n: { type: "nested",
    properties: { x: { type: "text" } } }, a: { type: "text", copy_to: "n.x" } } }],
  ["doc wrapper", { _doc: { properties: { a: { type: "long" } } } }],
];

const DYNAMIC = text(
  '{"s":"text","l":1,"d":1.5,"b":true,"t":"2020-01-01","t2":"2020/01/02","o":{"x":1,"y":{"z":"w"}}}',
  '{"a.b.c":1,"a.d":"x"}', '{"n":null,"e":[],"en":[null]}', '{"m":[1,2.5]}', '{"m":[1,"x"]}',
  '{"m":["1",{"a":1}]}', '{"big":99999999999999999999}', '{"f1":1.0,"f2":1e5}', '{"arr":[{"q":1},{"w":2}]}',
  '{"x":{"y":1},"x.z":2}', '{"num":"12","fl":"1.5"}', '{"":1}', '{"a..b":1}', '{".a":1}', '{"a.":1}',
  '{" ":1}', '{".":1}', '{"a. .b":1}', '{"_id":"5"}', '{"_source":1}', '{"_x":1}', '{"s":{"x":1}}',
  '{"s.sub":1}', '{"o":5}', '{"o":[5]}', '{"o":null}', '{"arr2":[[1,[2]],3]}', '{"dd":"2020-13-45"}',
  '{"deep":{"a":{"b":{"c":{"d":{"e":{"f":1}}}}}}}', "{}", '{"bo":["true",false]}', '{"mixd":["2020-01-01","x"]}',
);

const UPDATES: readonly (readonly [string, Record<string, unknown>, unknown])[] = [
  ["type change", { f: { type: "long" } }, { f: { type: "text" } }],
  ["store change", { f: { type: "long" } }, { f: { type: "long", store: true } }],
  ["two changes", { f: { type: "long" } }, { f: { type: "long", store: true, index: false } }],
  ["ignore_above", { f: { type: "keyword", ignore_above: 5 } }, { f: { type: "keyword", ignore_above: 9 } }],
  ["ignore_above dropped", { f: { type: "keyword", ignore_above: 5 } }, { f: { type: "keyword" } }],
  ["coerce dropped", { f: { type: "long", coerce: false } }, { f: { type: "long" } }],
  ["norms off", { f: { type: "text" } }, { f: { type: "text", norms: false } }],
  ["norms on", { f: { type: "text", norms: false } }, { f: { type: "text" } }],
  ["analyzer", { f: { type: "text" } }, { f: { type: "text", analyzer: "simple" } }],
  ["search analyzer", { f: { type: "text" } },
    { f: { type: "text", analyzer: "standard", search_analyzer: "simple" } }],
  ["add multi-field", { f: { type: "text" } }, { f: { type: "text", fields: { k: { type: "keyword" } } } }],
  ["keep multi-field", { f: { type: "text", fields: { k: { type: "keyword" } } } }, { f: { type: "text" } }],
  ["change multi-field", { f: { type: "text", fields: { k: { type: "keyword" } } } },
    { f: { type: "text", fields: { k: { type: "long" } } } }],
  ["object to field", { f: { properties: { a: { type: "long" } } } }, { f: { type: "long" } }],
  ["field to object", { f: { type: "long" } }, { f: { properties: { a: { type: "long" } } } }],
  ["nested to object", { f: { type: "nested" } }, { f: { type: "object" } }],
  ["object to nested", { f: { type: "object" } }, { f: { type: "nested" } }],
  ["include in parent", { f: { type: "nested" } }, { f: { type: "nested", include_in_parent: true } }],
  ["enabled", { f: { type: "object" } }, { f: { type: "object", enabled: false } }],
  ["dynamic of object", { f: { type: "object" } }, { f: { type: "object", dynamic: "strict" } }],
  ["copy_to", { f: { type: "text" } }, { f: { type: "text", copy_to: "g" } }],
  ["null_value", { f: { type: "keyword" } }, { f: { type: "keyword", null_value: "x" } }],
  ["format", { f: { type: "date" } }, { f: { type: "date", format: "yyyy" } }],
  ["geo store", { f: { type: "geo_point" } }, { f: { type: "geo_point", store: true } }],
  ["geo malformed", { f: { type: "geo_point" } }, { f: { type: "geo_point", ignore_malformed: true } }],
  ["meta", { f: { type: "long", meta: { a: "1" } } }, { f: { type: "long", meta: { b: "2" } } }],
  ["alias target", { a: { type: "long" }, b: { type: "long" }, f: { type: "alias", path: "a" } },
    { f: { type: "alias", path: "b" } }],
  ["alias to field", { a: { type: "long" }, f: { type: "alias", path: "a" } }, { f: { type: "long" } }],
  ["field to alias", { a: { type: "long" }, f: { type: "long" } }, { f: { type: "alias", path: "a" } }],
];

/** All cases. */
export const CASES: readonly MappingCase[] = [
  ...NUMBERS.map((type) => ({ name: type, mapping: field(type), steps: NUMBER_DOCUMENTS })),
  ...NUMBERS.map((type) => ({
    name: `${type} strict`, mapping: field(type, { coerce: false }), steps: NUMBER_DOCUMENTS,
  })),
  {
    name: "long lenient", mapping: field("long", { ignore_malformed: true }), steps: NUMBER_DOCUMENTS,
  },
  { name: "boolean", mapping: field("boolean"), steps: text('{"f":true}', '{"f":"false"}', '{"f":""}',
    '{"f":"x"}', '{"f":1}', '{"f":1.5}', '{"f":null}', '{"f":{}}', '{"f":[true,"x"]}') },
  { name: "text", mapping: field("text"), steps: text('{"f":1}', '{"f":1.50}', '{"f":{}}', '{"f":[{}]}',
    '{"f":null}', '{"f":[["a"]]}', '{"f":true}') },
  { name: "binary", mapping: field("binary", { doc_values: true }),
    steps: text('{"f":"aGVsbG8="}', '{"f":"aGVsbG8"}', '{"f":null}') },
  { name: "json", mapping: { properties: {} }, steps: JSON_ERRORS },
  ...DATE_FORMATS.map((format) => ({
    name: `date ${format}`, mapping: field("date", { format }), steps: DATE_DOCUMENTS,
  })),
  { name: "date default", mapping: field("date"), steps: DATE_DOCUMENTS },
  { name: "date_nanos", mapping: field("date_nanos"), steps: DATE_DOCUMENTS },
  { name: "geo_point", mapping: field("geo_point"), steps: GEO_DOCUMENTS },
  { name: "geo_point lenient", mapping: field("geo_point", { ignore_malformed: true }),
    steps: GEO_DOCUMENTS },
  { name: "ip", mapping: field("ip"), steps: IP_DOCUMENTS },
  ...["integer_range", "long_range", "float_range", "double_range", "date_range", "ip_range"]
    .map((type) => ({ name: type, mapping: field(type), steps: RANGE_DOCUMENTS })),
  ...PARAMETERS.map(([type, options], i) => ({
    name: `parameter ${i} ${type} ${JSON.stringify(options)}`,
    mapping: { properties: { f: { type, ...options }, g: { type: "long" } } },
  })),
  ...ROOTS.map(([name, mapping]) => ({ name: `root ${name}`, mapping })),
  ...DYNAMIC.map((step) => ({ name: `dynamic ${step.document}`, mapping: {}, steps: [step] })),
  { name: "dynamic in a row", mapping: {}, steps: DYNAMIC },
  { name: "dynamic strict", mapping: { dynamic: "strict", properties: { a: { type: "long" },
    o: { dynamic: true, properties: {} }, p: { type: "object" } } },
    steps: text('{"a":1}', '{"b":1}', '{"b":null}', '{"b":[1]}', '{"b":{"x":1}}', '{"o":{"x":1}}',
      '{"p":{"x":1}}', '{"p.q":1}', '{"b.c":1}') },
  { name: "dynamic false", mapping: { dynamic: "false" }, steps: text('{"b":1,"c":{"d":1},"e":[1]}') },
  { name: "dynamic strict_allow_templates", mapping: { dynamic: "strict_allow_templates",
    dynamic_templates: [{ k: { match: "k_*", mapping: { type: "keyword" } } }] },
    steps: text('{"k_1":"x"}', '{"b":1}', '{"o":{"k_2":1}}') },
  { name: "dynamic numeric detection", mapping: { numeric_detection: true },
    steps: text('{"a":"1","b":"1.5","c":"x"}') },
  { name: "dynamic templates", mapping: ROOTS.find(([name]) => name === "templates")![1],
    steps: text('{"s":"x","l_1":5,"l_2_x":5,"r12":"7","n":1,"a":{"b":"t","c":"u"},"o":{"p":true}}') },
  { name: "dynamic date formats", mapping: { dynamic_date_formats: ["yyyy|MM|dd", "HH:mm"] },
    steps: text('{"a":"2020|01|02","b":"10:20","c":"2020-01-01"}') },
  { name: "metadata", mapping: { properties: { _x: { type: "long" } } },
    steps: text('{"_id":1}', '{"_routing":"x"}', '{"_doc_count":5}', '{"_doc_count":0}',
      '{"_doc_count":"x"}', '{"_index":"a"}', '{"_version":1}') },
  { name: "nested dotted", mapping: { properties: { n: { type: "nested",
    properties: { a: { type: "long" } } }, o: { enabled: false } } },
    steps: text('{"n.a":1}', '{"n":[{"a":1},{"a":2}]}', '{"n":5}', '{"o.x":1}', '{"o":5}', '{"o":[1,{}]}',
      '{"n":[{"b":"x"}]}') },
  { name: "limits", settings: { "index.mapping.total_fields.limit": 4,
    "index.mapping.depth.limit": 3, "index.mapping.nested_objects.limit": 2 },
    mapping: { properties: { a: { type: "long" }, n: { type: "nested" } } },
    steps: text('{"b":1,"c":2,"d":3}', '{"x":{"y":{"z":1}}}', '{"n":[{},{},{}]}', '{"a":[[[[1]]]]}') },
  { name: "alias write", mapping: { properties: { f: { type: "long" },
    a: { type: "alias", path: "f" }, c: { type: "text", copy_to: "a" } } },
    steps: text('{"a":1}', '{"c":"1"}') },
  { name: "copy_to", mapping: { properties: { a: { type: "keyword", copy_to: ["all", "new.x"] },
    all: { type: "long" } } }, steps: text('{"a":"5"}', '{"a":"x"}') },
  ...UPDATES.map(([name, properties, update]) => ({
    name: `update ${name}`, mapping: { properties }, steps: [{ update: { properties: update } }],
  })),
  { name: "update source", mapping: { _source: { enabled: false } },
    steps: [{ update: { _source: { enabled: true } } }, { update: { properties: {} } },
      { update: { _routing: { required: true } } }, { update: { dynamic: "strict" } },
      { update: { _meta: { a: 1 } } }, { update: { _meta: { b: 2 } } },
      { update: { date_detection: false } }] },
];
