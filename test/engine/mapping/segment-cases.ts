// A mapping with every way to index a field, and documents over it. The real server's segment of these
// documents stands in data/segment.json (tools/record-mapping-segment.ts).

const types: Record<string, Record<string, unknown>> = {};

function variants(type: string, options: readonly Record<string, unknown>[], base = {}): void {
  options.forEach((option, i) => {
    types[`${type}_${i}`] = { type, ...base, ...option };
  });
}

const NUMERIC = [
  {},
  { index: false },
  { doc_values: false },
  { store: true },
  { index: false, doc_values: false, store: true },
  { index: false, doc_values: false },
];

for (const type of [
  "byte",
  "short",
  "integer",
  "long",
  "unsigned_long",
  "half_float",
  "float",
  "double",
  "date",
  "date_nanos",
  "ip",
  "boolean",
]) {
  variants(type, NUMERIC);
}
for (const type of [
  "integer_range",
  "long_range",
  "float_range",
  "double_range",
  "date_range",
  "ip_range",
]) {
  variants(type, NUMERIC);
}
variants("keyword", [
  ...NUMERIC,
  { norms: true },
  { index_options: "freqs" },
  { normalizer: "lowercase" },
  { ignore_above: 3 },
  { null_value: "none" },
  { doc_values: false, norms: true },
]);
variants("text", [
  {},
  { norms: false },
  { index_options: "docs" },
  { index_options: "freqs" },
  { index_options: "offsets" },
  { store: true },
  { index: false },
  { index: false, store: true },
  { analyzer: "whitespace", norms: false },
  { position_increment_gap: 3 },
  { index_prefixes: { min_chars: 2, max_chars: 4 } },
  { index_phrases: true, index_prefixes: {}, store: true, index_options: "offsets" },
  { index_prefixes: {}, index_options: "freqs", norms: false },
  { index_phrases: true, analyzer: "stop" },
]);
variants("geo_point", [{}, { doc_values: false }, { store: true }, { index: false }]);
variants("binary", [{}, { store: true }, { doc_values: true }, { doc_values: true, store: true }]);

/** The mapping. */
export const SEGMENT_MAPPING = {
  properties: {
    ...types,
    multi: {
      type: "text",
      fields: { k: { type: "keyword", ignore_above: 4 }, s: { type: "text", analyzer: "simple" } },
    },
    copied: { type: "keyword", copy_to: ["all", "n.c"] },
    all: { type: "text" },
    o: { properties: { x: { type: "long" }, off: { type: "object", enabled: false } } },
    n: { properties: { c: { type: "keyword" } } },
    bad: { type: "long", ignore_malformed: true },
    badDate: { type: "date", ignore_malformed: true },
    nest: {
      type: "nested",
      properties: {
        a: { type: "keyword" },
        b: { type: "long" },
        deep: { type: "nested", include_in_root: true, properties: { z: { type: "integer" } } },
      },
    },
    nestParent: { type: "nested", include_in_parent: true, properties: { q: { type: "keyword" } } },
  },
};

const each = (prefix: string, value: unknown) =>
  Object.fromEntries(
    Object.keys(types)
      .filter((name) => name.replace(/_\d+$/, "") === prefix)
      .map((name) => [name, value]),
  );

/** The documents, in the order of their ids; some with a routing value. */
export const SEGMENT_DOCUMENTS: readonly { id: string; routing?: string; source: object }[] = [
  {
    id: "1",
    source: {
      ...each("byte", 5),
      ...each("short", -300),
      ...each("integer", 70000),
      ...each("long", [5, -7, 9007199254740991]),
      ...each("unsigned_long", 12),
      ...each("half_float", [1.5, -0.33325195, 65504]),
      ...each("float", [3.14159, -1e-7, 0]),
      ...each("double", [2.718281828459045, -1e300, 0.1]),
      ...each("date", ["2020-01-02T03:04:05.678Z", 5]),
      ...each("date_nanos", "2020-01-02T03:04:05.678901234Z"),
      ...each("ip", ["1.2.3.4", "2001:db8::1"]),
      ...each("boolean", [true, false]),
      ...each("keyword", ["Abc", "zz"]),
      ...each("text", ["the quick Brown fox fox", "jumps over"]),
      ...each("geo_point", { lat: 52.52, lon: 13.405 }),
      ...each("binary", ["aGVsbG8=", "AAEC", "aGVsbG8="]),
    },
  },
  {
    id: "abcdEFGH1234",
    routing: "r1",
    source: {
      multi: "Some Words",
      copied: "copy me",
      o: { x: 3, off: { y: 1 } },
      ...each("integer_range", { gte: -5, lt: 100 }),
      ...each("long_range", [{ gt: 1, lte: 5000000000 }, { gte: -3 }]),
      ...each("float_range", { gte: 1.5, lt: 2.5 }),
      ...each("double_range", { gt: -1.25, lte: 1e10 }),
      ...each("date_range", { gte: "2020-01-01", lte: "2020-02-01" }),
      ...each("ip_range", ["10.0.0.0/8", { gte: "1.1.1.1", lt: "1.1.1.9" }]),
    },
  },
  {
    id: "not base64!",
    source: {
      bad: [1, "x"],
      badDate: "never",
      ...each("keyword", [null, "toolong"]),
      ...each("half_float", 0.1),
      ...each("geo_point", [
        [13.1, 52.1],
        [-180, -90],
        [180, 90],
      ]),
    },
  },
  {
    id: "Zm9v",
    source: {
      nest: [{ a: "one", b: 1, deep: [{ z: 1 }, { z: 2 }] }, { a: "two" }],
      nestParent: [{ q: "p1" }, { q: "p2" }],
      o: [{ x: 1 }, { x: 2 }],
    },
  },
  { id: "-_-_", source: {} },
  {
    id: "12345",
    source: {
      dynamic_text: "hello",
      dynamic_long: 7,
      dynamic_float: 1.5,
      dynamic_bool: true,
      dynamic_date: "2021-05-06",
      dynamic_object: { inner: "x" },
    },
  },
];
