// What is refused, and how.

import type { AggregationRequest } from "./requests.ts";

const one = (aggs: object): AggregationRequest => ({ aggs });

/** Requests. */
export const REFUSED_REQUESTS: Readonly<Record<string, AggregationRequest>> = {
  "rejects an unknown type": one({ t: { term: { field: "kw" } } }),
  "rejects an unknown type far off": one({ t: { zzz: { field: "kw" } } }),
  "rejects two types": one({ t: { terms: { field: "kw" }, sum: { field: "i" } } }),
  "rejects no type": one({ t: { aggs: { s: { sum: { field: "i" } } } } }),
  "rejects a bad name": one({ "a>b": { terms: { field: "kw" } } }),
  "rejects an unknown member": one({ t: { terms: { field: "kw", sizes: 3 } } }),
  "rejects an unknown member far off": one({ t: { sum: { field: "i", qqqq: 3 } } }),
  "rejects a size of zero": one({ t: { terms: { field: "kw", size: 0 } } }),
  "rejects a size that is no number": one({ t: { terms: { field: "kw", size: "x" } } }),
  "rejects a size that is an object": one({ t: { terms: { field: "kw", size: {} } } }),
  "rejects a field that is a number": one({ t: { terms: { field: 3 } } }),
  "rejects no field": one({ t: { terms: { size: 3 } } }),
  "rejects no field of a sum": one({ t: { sum: {} } }),
  "rejects a sum of strings": one({ t: { sum: { field: "kw" } } }),
  "rejects a histogram of strings": one({ t: { histogram: { field: "kw", interval: 3 } } }),
  "rejects terms of text": one({ t: { terms: { field: "txt" } } }),
  "rejects terms without doc values": one({ t: { terms: { field: "nodv" } } }),
  "rejects terms of points": one({ t: { terms: { field: "geo" } } }),
  "rejects an order of nothing": one({ t: { terms: { field: "kw", order: { x: "asc" } } } }),
  "rejects an order of buckets": one({
    t: { terms: { field: "kw", order: { x: "asc" } }, aggs: { x: { terms: { field: "i" } } } },
  }),
  "rejects an order through buckets": one({
    t: {
      terms: { field: "kw", order: { "x>y": "asc" } },
      aggs: { x: { terms: { field: "i" }, aggs: { y: { sum: { field: "i" } } } } },
    },
  }),
  "rejects an order of stats": one({
    t: { terms: { field: "kw", order: { x: "asc" } }, aggs: { x: { stats: { field: "i" } } } },
  }),
  "rejects an order of an unknown metric": one({
    t: {
      terms: { field: "kw", order: { "x.foo": "asc" } },
      aggs: { x: { stats: { field: "i" } } },
    },
  }),
  "rejects an order of a wrong key": one({
    t: { terms: { field: "kw", order: { "x.foo": "asc" } }, aggs: { x: { sum: { field: "i" } } } },
  }),
  "rejects an order of a filter's key": one({
    t: {
      terms: { field: "kw", order: { "x.foo": "asc" } },
      aggs: { x: { filter: { match_all: {} } } },
    },
  }),
  "rejects an order direction": one({ t: { terms: { field: "kw", order: { _key: "up" } } } }),
  "rejects a regex on numbers": one({ t: { terms: { field: "i", include: "1.*" } } }),
  "rejects a regex on addresses": one({ t: { terms: { field: "ip", include: "1.*" } } }),
  "rejects a mixed include": one({ t: { terms: { field: "kw", include: "1.*", exclude: ["a"] } } }),
  "rejects a partition out of bounds": one({
    t: { terms: { field: "kw", include: { partition: 4, num_partitions: 4 } } },
  }),
  "rejects a histogram without interval": one({ t: { histogram: { field: "i" } } }),
  "rejects a negative interval": one({ t: { histogram: { field: "i", interval: -1 } } }),
  "rejects bounds upside down": one({
    t: { histogram: { field: "i", interval: 1, extended_bounds: { min: 3, max: 2 } } },
  }),
  "rejects bounds outside": one({
    t: {
      histogram: {
        field: "i",
        interval: 1,
        extended_bounds: { min: 3, max: 20 },
        hard_bounds: { min: 5, max: 10 },
      },
    },
  }),
  "rejects date bounds upside down": one({
    t: {
      date_histogram: {
        field: "ts",
        calendar_interval: "1d",
        extended_bounds: { min: "2024-03-01", max: "2024-02-01" },
      },
    },
  }),
  "rejects a date histogram without interval": one({ t: { date_histogram: { field: "ts" } } }),
  "rejects a calendar interval": one({
    t: { date_histogram: { field: "ts", calendar_interval: "2d" } },
  }),
  "rejects a fixed interval": one({ t: { date_histogram: { field: "ts", fixed_interval: "1M" } } }),
  "rejects a legacy interval": one({ t: { date_histogram: { field: "ts", interval: "foo" } } }),
  "rejects two intervals": one({
    t: { date_histogram: { field: "ts", fixed_interval: "1d", calendar_interval: "1d" } },
  }),
  "rejects a time zone": one({
    t: { date_histogram: { field: "ts", fixed_interval: "1d", time_zone: "Nowhere/Land" } },
  }),
  "rejects ranges of none": one({ t: { range: { field: "i" } } }),
  "rejects an unknown query": one({ t: { filter: { termm: { kw: "x" } } } }),
  "rejects an empty filter": one({ t: { filter: {} } }),
  "rejects filters of none": one({ t: { filters: {} } }),
  "rejects global below": one({ t: { terms: { field: "kw" }, aggs: { g: { global: {} } } } }),
  "rejects reverse nested at the top": one({ t: { reverse_nested: {} } }),
  "rejects composite below terms": one({
    t: {
      terms: { field: "kw" },
      aggs: {
        c: { composite: { sources: [{ k: { terms: { field: "kw" } } }] } },
      },
    },
  }),
  "rejects composite without sources": one({ c: { composite: { sources: [] } } }),
  "rejects composite of equal names": one({
    c: {
      composite: {
        sources: [{ k: { terms: { field: "kw" } } }, { k: { terms: { field: "by" } } }],
      },
    },
  }),
  "rejects composite after of others": one({
    c: { composite: { after: { x: 1 }, sources: [{ k: { terms: { field: "kw" } } }] } },
  }),
  "rejects children of metrics": one({
    t: { sum: { field: "i" }, aggs: { x: { sum: { field: "i" } } } },
  }),
  "rejects percents above 100": one({ t: { percentiles: { field: "i", percents: [101] } } }),
  "rejects an empty percents": one({ t: { percentiles: { field: "i", percents: [] } } }),
  "rejects a negative precision": one({
    t: { cardinality: { field: "i", precision_threshold: -1 } },
  }),
  "rejects a negative sigma": one({ t: { extended_stats: { field: "i", sigma: -1 } } }),
  "rejects a missing of the wrong kind": one({ t: { sum: { field: "i", missing: "x" } } }),
  "rejects a value type": one({ t: { terms: { field: "kw", value_type: "nothing" } } }),
  "rejects a format of strings": one({ t: { terms: { field: "kw", format: "000" } } }),
  "rejects too many buckets": one({ t: { histogram: { field: "i", interval: 0.001 } } }),
  "rejects top hits beyond the window": one({ h: { top_hits: { size: 200 } } }),
};
