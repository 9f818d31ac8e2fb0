// Metrics.

import type { AggregationRequest } from "./requests.ts";

const one = (aggs: object): AggregationRequest => ({ aggs });
const three = (aggs: object): AggregationRequest => ({ aggs, index: "aggs-three" });
const FIELDS = [
  "i",
  "l",
  "s",
  "by",
  "d",
  "f",
  "hf",
  "sf",
  "ul",
  "b",
  "many",
  "off",
  "nowhere",
  "day",
  "tsn",
];

function ofFields(type: string, more: object = {}): object {
  return Object.fromEntries(FIELDS.map((field) => [field, { [type]: { field, ...more } }]));
}

const SIMPLE = Object.fromEntries(
  [
    "sum",
    "avg",
    "min",
    "max",
    "value_count",
    "stats",
    "extended_stats",
    "cardinality",
    "percentiles",
  ].flatMap((type): [string, AggregationRequest][] => [
    [`${type} of all kinds`, one(ofFields(type))],
    [`${type} of three shards`, three(ofFields(type))],
    [`${type} of nothing`, { aggs: ofFields(type), query: { match_none: {} } }],
    [
      `${type} in terms`,
      three({
        t: { terms: { field: "kw", size: 3 }, aggs: { m: { [type]: { field: "d" } } } },
      }),
    ],
  ]),
);

/** Requests. */
export const METRIC_REQUESTS: Readonly<Record<string, AggregationRequest>> = {
  ...SIMPLE,
  "metrics missing": one({
    a: { avg: { field: "off", missing: 4.5 } },
    s: { stats: { field: "off", missing: 10 } },
    c: { cardinality: { field: "opt", missing: "none" } },
    v: { value_count: { field: "opt", missing: "x" } },
    m: { max: { field: "nowhere", missing: 8 } },
    d: { min: { field: "ts", missing: "2001-01-01" } },
    p: { percentiles: { field: "off", missing: 3 } },
    e: { extended_stats: { field: "off", missing: 3 } },
  }),
  "metrics format": one({
    a: { avg: { field: "i", format: "0.000" } },
    s: { stats: { field: "d", format: "#,##0.0" } },
    d: { max: { field: "ts", format: "yyyy" } },
    e: { extended_stats: { field: "i", format: "0.0" } },
    p: { percentiles: { field: "i", format: "0.0" } },
  }),
  "metrics of strings": one({
    k: { cardinality: { field: "kw" } },
    ks: { cardinality: { field: "kws" } },
    u: { cardinality: { field: "uni" } },
    ip: { cardinality: { field: "ip" } },
    g: { cardinality: { field: "geo" } },
    t: { cardinality: { field: "txt.raw" } },
    vk: { value_count: { field: "kws" } },
    vi: { value_count: { field: "ip" } },
    vg: { value_count: { field: "geo" } },
    fd: { value_count: { field: "fd" } },
  }),
  "cardinality thresholds": one({
    a: { cardinality: { field: "d", precision_threshold: 10 } },
    b: { cardinality: { field: "d", precision_threshold: 100 } },
    c: { cardinality: { field: "txt.raw", precision_threshold: 20 } },
    d: { cardinality: { field: "tsn", precision_threshold: 0 } },
    e: { cardinality: { field: "l", precision_threshold: 40000 } },
  }),
  "cardinality thresholds of shards": {
    index: "aggs-one,aggs-three",
    aggs: {
      a: { cardinality: { field: "d", precision_threshold: 10 } },
      b: { cardinality: { field: "d", precision_threshold: 100 } },
      c: { cardinality: { field: "txt.raw", precision_threshold: 20 } },
      d: { cardinality: { field: "tsn", precision_threshold: 300 } },
    },
  },
  "cardinality in terms of terms": one({
    t: {
      terms: { field: "kw" },
      aggs: {
        c: { cardinality: { field: "d", precision_threshold: 5 } },
        k: { cardinality: { field: "kws" } },
      },
    },
  }),
  "cardinality orders": one({
    t: {
      terms: { field: "kw", order: { c: "desc" } },
      aggs: {
        c: { cardinality: { field: "i" } },
      },
    },
  }),
  "extended stats sigma": one({ e: { extended_stats: { field: "i", sigma: 3 } } }),
  "extended stats orders": one({
    t: {
      terms: { field: "kw", order: { "e.std_deviation": "desc" } },
      aggs: { e: { extended_stats: { field: "i" } } },
    },
  }),
  "percentiles of some": one({
    p: { percentiles: { field: "i", percents: [0, 12.5, 50, 99.9, 100] } },
  }),
  "percentiles listed": one({
    p: { percentiles: { field: "i", percents: [25, 75], keyed: false } },
  }),
  "percentiles compression": one({
    p: { percentiles: { field: "d", tdigest: { compression: 1000 } } },
  }),
  "percentiles small compression": one({
    p: { percentiles: { field: "d", tdigest: { compression: 20 } } },
  }),
  "percentiles of dates": one({ p: { percentiles: { field: "ts", percents: [50] } } }),
  "percentiles orders": one({
    t: {
      terms: { field: "kw", order: { "p.50": "asc" }, size: 3 },
      aggs: {
        p: { percentiles: { field: "i", percents: [50] } },
      },
    },
  }),
  "percentile ranks": one({ p: { percentile_ranks: { field: "i", values: [0, 10, 75.5, 500] } } }),
  "percentile ranks listed": three({
    p: { percentile_ranks: { field: "d", values: [0, 250], keyed: false } },
  }),
  geo: one({
    b: { geo_bounds: { field: "geo" } },
    c: { geo_centroid: { field: "geo" } },
    w: { geo_bounds: { field: "geo", wrap_longitude: false } },
    u: { geo_bounds: { field: "nowhere" } },
    v: { geo_centroid: { field: "nowhere" } },
  }),
  "geo three shards": three({
    t: {
      terms: { field: "kw", size: 3 },
      aggs: {
        b: { geo_bounds: { field: "geo" } },
        c: { geo_centroid: { field: "geo" } },
      },
    },
  }),
  "top hits": one({
    t: {
      terms: { field: "kw", size: 2 },
      aggs: {
        h: {
          top_hits: {
            size: 2,
            sort: [{ i: "desc" }, { s: "asc" }, { d: "asc" }],
            _source: ["i", "kw"],
          },
        },
      },
    },
  }),
  "top hits three shards": three({
    h: {
      top_hits: { size: 3, from: 1, _source: false, sort: [{ d: "desc" }], docvalue_fields: ["i"] },
    },
  }),
  "top hits default": {
    aggs: { h: { top_hits: { _source: { includes: ["kw"] }, version: true } } },
    query: { term: { kw: "clay" } },
  },
  "top hits of nothing": { aggs: { h: { top_hits: {} } }, query: { match_none: {} } },
  "top hits one": one({
    t: {
      terms: { field: "by", order: { m: "desc" } },
      aggs: {
        m: { max: { field: "d" } },
        h: { top_hits: { size: 1, _source: ["d"], sort: { d: "desc" } } },
      },
    },
  }),
};
