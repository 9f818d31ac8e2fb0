// Aggregations that make buckets, but for terms.

import type { AggregationRequest } from "./requests.ts";

const sum = { s: { sum: { field: "d" } } };
const one = (aggs: object): AggregationRequest => ({ aggs });
const three = (aggs: object): AggregationRequest => ({ aggs, index: "aggs-three" });
const h = (body: object, aggs?: object): object => ({
  h: { histogram: body, ...(aggs === undefined ? {} : { aggs }) },
});
const dh = (body: object, aggs?: object): object => ({
  h: { date_histogram: body, ...(aggs === undefined ? {} : { aggs }) },
});
const r = (body: object, aggs?: object): object => ({
  r: { range: body, ...(aggs === undefined ? {} : { aggs }) },
});
const dr = (body: object): object => ({ r: { date_range: body } });
const c = (body: object, aggs?: object): object => ({
  c: { composite: body, ...(aggs === undefined ? {} : { aggs }) },
});

const HISTOGRAMS: Readonly<Record<string, AggregationRequest>> = {
  histogram: one(h({ field: "i", interval: 40 }, sum)),
  "histogram three shards": three(h({ field: "i", interval: 40 }, sum)),
  "histogram offset": one(h({ field: "i", interval: 40, offset: 7 })),
  "histogram fraction": one(h({ field: "hf", interval: 0.7, offset: 0.1 })),
  "histogram gaps": one(h({ field: "off", interval: 0.5 }, sum)),
  "histogram no gaps": one(h({ field: "off", interval: 0.5, min_doc_count: 1 })),
  "histogram min doc count": one(h({ field: "i", interval: 10, min_doc_count: 30 })),
  "histogram extended bounds": one(
    h(
      {
        field: "i",
        interval: 50,
        extended_bounds: { min: -120, max: 260 },
      },
      { t: { terms: { field: "kw", size: 1 } } },
    ),
  ),
  "histogram hard bounds": one(h({ field: "i", interval: 20, hard_bounds: { min: 0, max: 70 } })),
  "histogram bounds both": one(
    h({
      field: "i",
      interval: 20,
      hard_bounds: { min: 0, max: 200 },
      extended_bounds: { min: 10, max: 190 },
    }),
  ),
  "histogram bounds of nothing": {
    aggs: h({ field: "i", interval: 20, extended_bounds: { min: 10, max: 75 } }),
    index: "aggs-empty",
  },
  "histogram missing": one(h({ field: "off", interval: 5, missing: 22 })),
  "histogram keyed": one(h({ field: "i", interval: 75, keyed: true })),
  "histogram keyed format": one(h({ field: "i", interval: 75, keyed: true, format: "000" })),
  "histogram by count": one(h({ field: "i", interval: 25, order: { _count: "desc" } })),
  "histogram by key descending": one(h({ field: "i", interval: 25, order: { _key: "desc" } })),
  "histogram by sum": one(h({ field: "i", interval: 50, order: { s: "asc" } }, sum)),
  "histogram many values": one(h({ field: "many", interval: 4 })),
  "histogram unmapped": one(h({ field: "nowhere", interval: 4 })),
  "histogram of dates": one(h({ field: "ts", interval: 2592000000 })),
  "histogram of booleans": one(h({ field: "b", interval: 1 })),
  "histogram in terms": one({
    t: { terms: { field: "by" }, aggs: h({ field: "i", interval: 90 }) },
  }),
};

const DATE_HISTOGRAMS: Readonly<Record<string, AggregationRequest>> = {
  "date histogram month": one(dh({ field: "ts", calendar_interval: "month" }, sum)),
  "date histogram three shards": three(dh({ field: "ts", calendar_interval: "1M" }, sum)),
  "date histogram year": one(dh({ field: "ts", calendar_interval: "year" })),
  "date histogram quarter": one(dh({ field: "ts", calendar_interval: "1q" })),
  "date histogram week": one(dh({ field: "ts", calendar_interval: "week" })),
  "date histogram day of few": {
    aggs: dh({ field: "ts", calendar_interval: "day" }),
    query: { range: { i: { gte: 140 } } },
  },
  "date histogram legacy": one(dh({ field: "ts", interval: "month" })),
  "date histogram legacy fixed": one(dh({ field: "ts", interval: "30d" })),
  "date histogram legacy number": one(dh({ field: "ts", interval: 2592000000 })),
  "date histogram fixed": one(dh({ field: "ts", fixed_interval: "30d" })),
  "date histogram fixed zone": one(
    dh({
      field: "ts",
      fixed_interval: "240h",
      time_zone: "America/New_York",
    }),
  ),
  "date histogram zone": one(
    dh({ field: "ts", calendar_interval: "month", time_zone: "Europe/Berlin" }),
  ),
  "date histogram zone hours": {
    aggs: dh({
      field: "ts",
      calendar_interval: "hour",
      time_zone: "Europe/Berlin",
      min_doc_count: 1,
    }),
    query: { range: { ts: { gte: "2024-03-30", lt: "2024-04-02" } } },
  },
  "date histogram zone days": {
    aggs: dh({ field: "ts", calendar_interval: "day", time_zone: "America/Sao_Paulo" }),
    query: { range: { ts: { gte: "2024-03-01", lt: "2024-03-12" } } },
  },
  "date histogram zone offset": one(
    dh({
      field: "ts",
      calendar_interval: "month",
      time_zone: "+05:30",
    }),
  ),
  "date histogram offset": one(dh({ field: "ts", calendar_interval: "month", offset: "+6h" })),
  "date histogram offset back": one(dh({ field: "ts", calendar_interval: "month", offset: "-1d" })),
  "date histogram format": one(dh({ field: "ts", calendar_interval: "month", format: "yyyy-MM" })),
  "date histogram keyed": one(
    dh({
      field: "ts",
      calendar_interval: "quarter",
      format: "yyyy-MM-dd",
      keyed: true,
    }),
  ),
  "date histogram own format": one(dh({ field: "day", calendar_interval: "month" })),
  "date histogram extended bounds": one(
    dh(
      {
        field: "day",
        calendar_interval: "month",
        extended_bounds: { min: "2023/11/05", max: "2024/07/20" },
      },
      sum,
    ),
  ),
  "date histogram extended numbers": one(
    dh({
      field: "day",
      calendar_interval: "month",
      extended_bounds: { min: 1698796800000, max: 1719792000000 },
    }),
  ),
  "date histogram hard bounds": one(
    dh({
      field: "ts",
      calendar_interval: "month",
      hard_bounds: { min: "2024-01-10", max: "2024-03-01" },
    }),
  ),
  "date histogram bounds of nothing": {
    aggs: dh({
      field: "ts",
      calendar_interval: "month",
      extended_bounds: { min: "2024-01-10", max: "2024-03-01" },
    }),
    index: "aggs-empty",
  },
  "date histogram missing": one(
    dh({
      field: "ts",
      calendar_interval: "year",
      missing: "2022-05-05",
    }),
  ),
  "date histogram by count": one(
    dh({
      field: "day",
      calendar_interval: "month",
      order: { _count: "asc" },
    }),
  ),
  "date histogram by key descending": one(
    dh({
      field: "day",
      calendar_interval: "month",
      order: { _key: "desc" },
    }),
  ),
  "date histogram by sum": one(
    dh(
      {
        field: "day",
        calendar_interval: "month",
        order: { s: "desc" },
      },
      sum,
    ),
  ),
  "date histogram min doc count": one(
    dh({
      field: "day",
      calendar_interval: "week",
      min_doc_count: 30,
    }),
  ),
  "date histogram nanos": one(dh({ field: "tsn", calendar_interval: "month" })),
  "date histogram of numbers": one(dh({ field: "i", fixed_interval: "100ms" })),
  "date histogram unmapped": one(dh({ field: "nowhere", calendar_interval: "month" })),
  "date histogram in terms": three({
    t: {
      terms: { field: "kw", size: 3 },
      aggs: dh({ field: "ts", calendar_interval: "month" }, sum),
    },
  }),
};

const RANGES: Readonly<Record<string, AggregationRequest>> = {
  range: one(r({ field: "i", ranges: [{ to: 0 }, { from: 0, to: 50 }, { from: 50 }] }, sum)),
  "range three shards": three(r({ field: "i", ranges: [{ to: 0 }, { from: 0, to: 50 }] }, sum)),
  "range keys": one(
    r({
      field: "i",
      ranges: [{ key: "low", to: 0.5 }, { key: "all", from: -100 }, { from: 10 }],
    }),
  ),
  "range keyed": one(r({ field: "i", keyed: true, ranges: [{ to: 0 }, { from: 10, key: "x" }] })),
  "range overlapping": one(
    r({
      field: "d",
      ranges: [
        { from: 0, to: 100 },
        { from: 50, to: 200 },
        { from: 0, to: 1000 },
      ],
    }),
  ),
  "range many values": one(
    r({ field: "many", ranges: [{ to: 10 }, { from: 5, to: 20 }, { from: 29 }] }),
  ),
  "range format": one(r({ field: "i", format: "0.00", ranges: [{ to: 5 }, { from: 5 }] })),
  "range texts": one(r({ field: "i", ranges: [{ to: "5" }, { from: "5", to: "7.5" }] })),
  "range whole": one(r({ field: "i", ranges: [{}] })),
  "range missing": one(r({ field: "off", missing: 5, ranges: [{ to: 5 }, { from: 5 }] })),
  "range unmapped": one(r({ field: "nowhere", ranges: [{ to: 5 }, { from: 5 }] }, sum)),
  "range of nothing": { aggs: r({ field: "i", ranges: [{ to: 5 }] }, sum), index: "aggs-empty" },
  "range in terms": one({
    t: {
      terms: { field: "kw", size: 2 },
      aggs: r({ field: "i", ranges: [{ to: 0 }, { from: 0 }] }),
    },
  }),
  "range floats": one(r({ field: "f", ranges: [{ from: 10.1, to: 20.2 }, { from: 20.2 }] })),
  "date range": one(
    dr({
      field: "ts",
      ranges: [{ to: "2024-01-01" }, { from: "2024-01-01", to: "2024-02-01||+1M/M" }],
    }),
  ),
  "date range format": one(
    dr({
      field: "ts",
      format: "MM-yyyy",
      ranges: [{ from: "12-2023", to: "02-2024", key: "winter" }],
    }),
  ),
  "date range zone": one(
    dr({
      field: "ts",
      time_zone: "Asia/Tokyo",
      ranges: [{ from: "2024-01-01", to: "2024-02-01" }],
    }),
  ),
  "date range numbers": one(
    dr({ field: "ts", ranges: [{ from: 1704067200000 }, { to: 1704067200000 }] }),
  ),
  "date range keyed": one(dr({ field: "day", keyed: true, ranges: [{ to: "2024/03/01" }] })),
  "date range missing": one(
    dr({
      field: "ts",
      missing: "2020-01-01",
      ranges: [{ to: "2021-01-01" }, { from: "2021-01-01" }],
    }),
  ),
  "date range unmapped": one(dr({ field: "nowhere", ranges: [{ to: "2021-01-01" }] })),
  "ip range": one({
    r: {
      ip_range: {
        field: "ip",
        ranges: [{ to: "10.1.0.0" }, { from: "10.1.0.0", to: "10.2.0.0" }, { from: "10.2.0.0" }],
      },
    },
  }),
  "ip range mask": one({
    r: {
      ip_range: {
        field: "ip",
        ranges: [
          { mask: "10.0.0.0/16" },
          { mask: "2001:db8::/32", key: "six" },
          { mask: "10.1.1.0/24" },
        ],
      },
    },
  }),
  "ip range keyed": three({
    r: {
      ip_range: {
        field: "ip",
        keyed: true,
        ranges: [{ to: "10.1.0.0" }, { from: "10.1.0.0", key: "rest" }],
      },
      aggs: sum,
    },
  }),
  "ip range unmapped": one({ r: { ip_range: { field: "nowhere", ranges: [{ to: "10.1.0.0" }] } } }),
};

const FILTERS: Readonly<Record<string, AggregationRequest>> = {
  filter: one({ f: { filter: { term: { kw: "clay" } }, aggs: sum } }),
  "filter bool": three({
    f: {
      filter: {
        bool: {
          must: [{ range: { i: { gte: 0 } } }],
          must_not: [{ term: { b: true } }],
        },
      },
      aggs: sum,
    },
  }),
  "filter none": one({
    f: { filter: { match_none: {} }, aggs: { ...sum, t: { terms: { field: "kw" } } } },
  }),
  "filters keyed": one({
    f: {
      filters: {
        filters: {
          a: { term: { kw: "clay" } },
          b: { term: { b: true } },
        },
      },
      aggs: sum,
    },
  }),
  "filters anonymous": one({
    f: { filters: { filters: [{ term: { kw: "clay" } }, { match_all: {} }] } },
  }),
  "filters other": three({
    f: {
      filters: {
        other_bucket: true,
        filters: {
          a: { term: { kw: "clay" } },
          b: { term: { kw: "amber" } },
        },
      },
      aggs: sum,
    },
  }),
  "filters other key": one({
    f: {
      filters: {
        other_bucket_key: "rest",
        filters: {
          a: { term: { kw: "clay" } },
        },
      },
    },
  }),
  "filters anonymous other": one({
    f: { filters: { other_bucket: true, filters: [{ term: { kw: "clay" } }] } },
  }),
  "filters in terms": one({
    t: {
      terms: { field: "by", size: 2 },
      aggs: {
        f: {
          filters: {
            other_bucket: true,
            filters: { a: { term: { kw: "clay" } }, b: { range: { i: { lt: 0 } } } },
          },
          aggs: sum,
        },
      },
    },
  }),
  missing: one({ m: { missing: { field: "opt" }, aggs: sum } }),
  "missing number": three({ m: { missing: { field: "off" } } }),
  "missing many": one({ m: { missing: { field: "kws" } } }),
  "missing ip": one({ m: { missing: { field: "ip" } } }),
  "missing unmapped": one({ m: { missing: { field: "nowhere" }, aggs: sum } }),
  "missing of missing": one({ m: { missing: { field: "opt", missing: "x" } } }),
  global: {
    aggs: { g: { global: {}, aggs: { ...sum, t: { terms: { field: "kw", size: 2 } } } }, ...sum },
    query: { term: { kw: "clay" } },
  },
  "global three shards": {
    aggs: { g: { global: {}, aggs: sum } },
    query: { term: { i: 5 } },
    index: "aggs-three",
  },
  "global of an alias": {
    aggs: { g: { global: {}, aggs: { t: { terms: { field: "kw" } } } } },
    query: { term: { b: true } },
    index: "aggs-clay",
  },
  nested: one({
    n: {
      nested: { path: "comments" },
      aggs: {
        u: { terms: { field: "comments.user" } },
        s: { avg: { field: "comments.stars" } },
      },
    },
  }),
  "nested three shards": three({
    n: {
      nested: { path: "comments" },
      aggs: {
        u: { terms: { field: "comments.user" }, aggs: { a: { sum: { field: "comments.stars" } } } },
      },
    },
  }),
  "nested in terms": one({
    t: {
      terms: { field: "kw", size: 3, order: { "n>m": "desc" } },
      aggs: {
        n: { nested: { path: "comments" }, aggs: { m: { sum: { field: "comments.stars" } } } },
      },
    },
  }),
  "nested nested": one({
    n: {
      nested: { path: "comments" },
      aggs: {
        l: {
          nested: { path: "comments.likes" },
          aggs: {
            w: { sum: { field: "comments.likes.weight" } },
            b: { terms: { field: "comments.likes.by" } },
          },
        },
      },
    },
  }),
  "nested deep": one({
    l: {
      nested: { path: "comments.likes" },
      aggs: {
        b: { terms: { field: "comments.likes.by" } },
      },
    },
  }),
  "nested unmapped": one({ n: { nested: { path: "nowhere" }, aggs: sum } }),
  "reverse nested": one({
    n: {
      nested: { path: "comments" },
      aggs: {
        u: {
          terms: { field: "comments.user" },
          aggs: {
            back: {
              reverse_nested: {},
              aggs: {
                k: { terms: { field: "kw", size: 2 } },
                ...sum,
              },
            },
          },
        },
      },
    },
  }),
  "reverse nested path": one({
    n: {
      nested: { path: "comments.likes" },
      aggs: {
        b: {
          terms: { field: "comments.likes.by" },
          aggs: {
            back: {
              reverse_nested: { path: "comments" },
              aggs: { s: { avg: { field: "comments.stars" } } },
            },
          },
        },
      },
    },
  }),
  "nested filter": one({
    n: {
      nested: { path: "comments" },
      aggs: {
        f: {
          filter: { term: { "comments.user": "ann" } },
          aggs: { s: { sum: { field: "comments.stars" } } },
        },
      },
    },
  }),
};

const COMPOSITES: Readonly<Record<string, AggregationRequest>> = {
  "composite terms": one(c({ size: 5, sources: [{ k: { terms: { field: "kw" } } }] }, sum)),
  "composite three shards": three(
    c({ size: 5, sources: [{ k: { terms: { field: "kw" } } }] }, sum),
  ),
  "composite descending": one(
    c({ size: 4, sources: [{ k: { terms: { field: "kw", order: "desc" } } }] }),
  ),
  "composite two": one(
    c(
      {
        size: 6,
        sources: [
          { k: { terms: { field: "kw" } } },
          { n: { terms: { field: "by", order: "desc" } } },
        ],
      },
      sum,
    ),
  ),
  "composite after": one(
    c({
      size: 6,
      after: { k: "clay", n: 0 },
      sources: [
        { k: { terms: { field: "kw" } } },
        { n: { terms: { field: "by", order: "desc" } } },
      ],
    }),
  ),
  "composite after absent": one(
    c({ size: 3, after: { k: "cz" }, sources: [{ k: { terms: { field: "kw" } } }] }),
  ),
  "composite the end": one(
    c({ size: 3, after: { k: "zzz" }, sources: [{ k: { terms: { field: "kw" } } }] }),
  ),
  "composite histogram": one(c({ sources: [{ h: { histogram: { field: "i", interval: 50 } } }] })),
  "composite dates": one(
    c({
      sources: [
        {
          d: {
            date_histogram: { field: "ts", calendar_interval: "month", time_zone: "Europe/Berlin" },
          },
        },
        { b: { terms: { field: "b" } } },
      ],
    }),
  ),
  "composite dates format": one(
    c({
      size: 3,
      sources: [
        { d: { date_histogram: { field: "ts", calendar_interval: "month", format: "yyyy-MM" } } },
      ],
      after: { d: "2023-12" },
    }),
  ),
  "composite dates fixed": one(
    c({
      size: 3,
      sources: [{ d: { date_histogram: { field: "ts", fixed_interval: "20d", offset: "6h" } } }],
    }),
  ),
  "composite missing": one(
    c({ sources: [{ o: { terms: { field: "opt", missing_bucket: true } } }] }),
  ),
  "composite missing last": one(
    c({
      sources: [{ o: { terms: { field: "opt", missing_bucket: true, missing_order: "last" } } }],
    }),
  ),
  "composite missing descending": one(
    c({ sources: [{ o: { terms: { field: "opt", missing_bucket: true, order: "desc" } } }] }),
  ),
  "composite missing first descending": one(
    c({
      sources: [
        {
          o: {
            terms: { field: "off", missing_bucket: true, order: "desc", missing_order: "first" },
          },
        },
      ],
    }),
  ),
  "composite after null": one(
    c({
      after: { o: null, n: 1 },
      size: 4,
      sources: [
        { o: { terms: { field: "opt", missing_bucket: true } } },
        { n: { terms: { field: "by" } } },
      ],
    }),
  ),
  "composite many": one(
    c({
      size: 8,
      sources: [{ a: { terms: { field: "kws" } } }, { b: { terms: { field: "many" } } }],
    }),
  ),
  "composite types": one(
    c({
      size: 3,
      sources: [
        { d: { terms: { field: "hf" } } },
        { i: { terms: { field: "ip", missing_bucket: true } } },
        { t: { terms: { field: "day" } } },
      ],
    }),
  ),
  "composite unmapped": one(c({ sources: [{ k: { terms: { field: "nowhere" } } }] })),
  "composite unmapped missing": one(
    c({ sources: [{ k: { terms: { field: "nowhere", missing_bucket: true } } }] }),
  ),
  "composite of nothing": {
    aggs: c({ sources: [{ k: { terms: { field: "kw" } } }] }),
    index: "aggs-empty",
  },
  "composite queried": {
    aggs: c({ size: 3, sources: [{ k: { terms: { field: "kw" } } }] }, sum),
    query: { range: { i: { gte: 100 } } },
    index: "aggs-three",
  },
  "composite in nested": one({
    n: {
      nested: { path: "comments" },
      aggs: c({ sources: [{ u: { terms: { field: "comments.user" } } }] }),
    },
  }),
};

/** Requests. */
export const BUCKET_REQUESTS: Readonly<Record<string, AggregationRequest>> = {
  ...HISTOGRAMS,
  ...DATE_HISTOGRAMS,
  ...RANGES,
  ...FILTERS,
  ...COMPOSITES,
};
