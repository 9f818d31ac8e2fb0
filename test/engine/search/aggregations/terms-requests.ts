// terms in all its forms.

import type { AggregationRequest } from "./requests.ts";

const t = (body: object, aggs?: object): object => ({
  t: { terms: body, ...(aggs === undefined ? {} : { aggs }) },
});
const sum = { s: { sum: { field: "d" } } };

const one = (aggs: object): AggregationRequest => ({ aggs });
const three = (aggs: object): AggregationRequest => ({ aggs, index: "aggs-three" });
const all = (aggs: object): AggregationRequest => ({
  aggs,
  index: "aggs-one,aggs-three,aggs-other,aggs-empty",
});

/** Requests. */
export const TERMS_REQUESTS: Readonly<Record<string, AggregationRequest>> = {
  "terms keyword": one(t({ field: "kw" })),
  "terms keyword three shards": three(t({ field: "kw" })),
  "terms keyword of the shards one each": three(t({ field: "kw", size: 2, shard_size: 2 })),
  "terms keyword errors shown": three(
    t({
      field: "kw",
      size: 3,
      shard_size: 3,
      show_term_doc_count_error: true,
    }),
  ),
  "terms keyword errors of ascending counts": three(
    t({
      field: "kw",
      size: 3,
      shard_size: 3,
      show_term_doc_count_error: true,
      order: { _count: "asc" },
    }),
  ),
  "terms keyword errors by key": three(
    t({
      field: "kw",
      size: 3,
      shard_size: 3,
      show_term_doc_count_error: true,
      order: { _key: "asc" },
    }),
  ),
  "terms keyword errors by metric": three(
    t(
      {
        field: "kw",
        size: 3,
        shard_size: 3,
        show_term_doc_count_error: true,
        order: { s: "asc" },
      },
      sum,
    ),
  ),
  "terms keyword size above all": one(t({ field: "kw", size: 100 })),
  "terms multi-valued": one(t({ field: "kws", size: 100 }, sum)),
  "terms multi-valued three shards": three(t({ field: "kws", size: 100 }, sum)),
  "terms sparse": one(t({ field: "opt" })),
  "terms sparse missing": one(t({ field: "opt", missing: "none" })),
  "terms sparse missing is a term": one(t({ field: "opt", missing: "y" })),
  "terms sparse missing by key": one(t({ field: "opt", missing: "xx", order: { _key: "asc" } })),
  "terms unicode by key": one(t({ field: "uni", order: { _key: "asc" } })),
  "terms unicode by key descending": three(t({ field: "uni", order: { _key: "desc" } })),
  "terms by count ascending": one(t({ field: "kw", order: { _count: "asc" }, size: 5 })),
  "terms by term": one(t({ field: "kw", order: { _term: "desc" }, size: 5 })),
  "terms by sum": one(t({ field: "kw", order: { s: "desc" }, size: 5 }, sum)),
  "terms by sum value": one(t({ field: "kw", order: { "s.value": "asc" }, size: 5 }, sum)),
  "terms by stats": one(
    t(
      { field: "kw", order: { "st.max": "desc" }, size: 5 },
      {
        st: { stats: { field: "i" } },
      },
    ),
  ),
  "terms by stats in brackets": one(
    t(
      { field: "kw", order: { "st[avg]": "desc" }, size: 5 },
      {
        st: { stats: { field: "i" } },
      },
    ),
  ),
  "terms by filter count": one(
    t(
      { field: "kw", order: { f: "desc" } },
      {
        f: { filter: { term: { b: true } } },
      },
    ),
  ),
  "terms by filter doc_count": one(
    t(
      { field: "kw", order: { "f.doc_count": "asc" } },
      {
        f: { filter: { term: { b: true } } },
      },
    ),
  ),
  "terms by path": one(
    t(
      { field: "kw", order: { "f>a": "desc" } },
      {
        f: { filter: { term: { b: true } }, aggs: { a: { avg: { field: "i" } } } },
      },
    ),
  ),
  "terms by path of stats": three(
    t(
      { field: "kw", order: { "f>st.sum": "asc" }, size: 4 },
      {
        f: { filter: { range: { i: { gte: 20 } } }, aggs: { st: { stats: { field: "d" } } } },
      },
    ),
  ),
  "terms by several": one(
    t(
      {
        field: "by",
        order: [{ _count: "asc" }, { s: "desc" }, { _key: "desc" }],
      },
      sum,
    ),
  ),
  "terms by avg with nothing": one(
    t(
      { field: "kw", order: { a: "asc" }, size: 30 },
      {
        a: { avg: { field: "off" } },
      },
    ),
  ),
  "terms by max with nothing": one(
    t(
      { field: "kw", order: { a: "desc" }, size: 30 },
      {
        a: { max: { field: "off" } },
      },
    ),
  ),
  "terms by unmapped sum": one(
    t(
      { field: "kw", order: { a: "desc" }, size: 3 },
      {
        a: { sum: { field: "nowhere" } },
      },
    ),
  ),
  "terms min doc count": one(t({ field: "kw", min_doc_count: 30 })),
  "terms min doc count zero": one({ ...t({ field: "kw", min_doc_count: 0, size: 30 }, sum) }),
  "terms min doc count zero filtered": {
    aggs: t({ field: "kw", min_doc_count: 0, size: 30 }, sum),
    query: { term: { kw: "clay" } },
  },
  "terms min doc count zero number": {
    aggs: t({ field: "by", min_doc_count: 0, size: 30 }),
    query: { term: { by: 2 } },
  },
  "terms min doc count zero shards": {
    aggs: t({ field: "kw", min_doc_count: 0, size: 30 }),
    query: { term: { i: 3 } },
    index: "aggs-three",
  },
  "terms shard min doc count": three(t({ field: "kw", min_doc_count: 12, shard_min_doc_count: 6 })),
  "terms include regex": one(t({ field: "kw", include: "[a-e].*" })),
  "terms exclude regex": one(t({ field: "kw", exclude: ".*a.*" })),
  "terms include exclude regex": one(t({ field: "kw", include: "(a|b|c).*", exclude: "cl.*" })),
  "terms include list": one(t({ field: "kw", include: ["clay", "opal", "nowhere"] })),
  "terms include list zero": one(t({ field: "kw", include: ["clay", "x"], min_doc_count: 0 })),
  "terms exclude list": one(t({ field: "kw", exclude: ["amber", "basalt"], size: 30 })),
  "terms include numbers": one(t({ field: "by", include: [1, 2, 9] })),
  "terms exclude numbers": one(t({ field: "by", exclude: ["1", "-1"] })),
  "terms include doubles": one(t({ field: "hf", include: [1.5, 2.25] })),
  "terms include dates": one(t({ field: "day", include: ["2024/01/05", "2024/02/07"] })),
  "terms include boolean": one(t({ field: "b", include: ["true"] })),
  "terms include addresses": one(t({ field: "ip", include: ["10.0.0.1", "10.1.1.31"], size: 3 })),
  "terms partition": one(
    t({ field: "kw", include: { partition: 1, num_partitions: 4 }, size: 30 }),
  ),
  "terms partition zero": one(
    t({
      field: "kw",
      include: { partition: 0, num_partitions: 3 },
      size: 30,
    }),
  ),
  "terms partition of longs": one(
    t({
      field: "s",
      include: { partition: 2, num_partitions: 10 },
      size: 30,
    }),
  ),
  "terms partition of doubles": one(
    t({
      field: "hf",
      include: { partition: 2, num_partitions: 10 },
      size: 30,
    }),
  ),
  "terms integer": one(t({ field: "i", size: 5 })),
  "terms alias": one(t({ field: "alias", size: 3 })),
  "terms byte by key": three(t({ field: "by", order: { _key: "asc" } })),
  "terms long": one(t({ field: "l", size: 4 })),
  "terms long by key": one(t({ field: "l", size: 3, order: { _key: "desc" } })),
  "terms unsigned": one(t({ field: "ul" })),
  "terms unsigned by key": three(t({ field: "ul", order: { _key: "desc" } })),
  "terms double": one(t({ field: "d", size: 5 })),
  "terms float": one(t({ field: "f", size: 5 })),
  "terms half float": one(t({ field: "hf", size: 5 })),
  "terms scaled float": one(t({ field: "sf", size: 5 })),
  "terms boolean": one(t({ field: "b" })),
  "terms boolean missing": one(t({ field: "b", missing: "false" })),
  "terms date": one(t({ field: "day", size: 4 })),
  "terms date of a format": one(t({ field: "day", size: 4, format: "dd.MM.uuuu" })),
  "terms date nanos": one(t({ field: "tsn", size: 2, order: { _key: "asc" } })),
  "terms number of a format": one(t({ field: "by", format: "000.0" })),
  "terms number missing": one(t({ field: "off", missing: 77 })),
  "terms number missing fraction": one(t({ field: "off", missing: 7.5, size: 3 })),
  "terms ip": one(t({ field: "ip", size: 6, order: { _key: "desc" } })),
  "terms ip missing": one(t({ field: "ip", size: 2, missing: "1.2.3.4" })),
  "terms many": one(t({ field: "many", size: 5 })),
  "terms text fielddata": one(t({ field: "fd", size: 30 })),
  "terms text fielddata three": three(t({ field: "fd", size: 30, order: { _key: "asc" } })),
  "terms subfield": one(t({ field: "txt.raw", size: 3, order: { _key: "asc" } })),
  "terms index": all(t({ field: "_index" }, sum)),
  "terms unmapped": one(t({ field: "nowhere" })),
  "terms unmapped missing": one(t({ field: "nowhere", missing: "gone" })),
  "terms unmapped value type": one(t({ field: "nowhere", missing: 3, value_type: "long" })),
  "terms partly unmapped": all(t({ field: "other" })),
  "terms over indices": all(t({ field: "i", size: 3 })),
  "terms of two kinds": all(t({ field: "d", size: 3 })),
  "terms over nothing": { aggs: t({ field: "kw" }), index: "aggs-empty" },
  "terms numbers over nothing": { aggs: t({ field: "d" }, sum), index: "aggs-empty" },
  "terms of no match": { aggs: t({ field: "kw" }, sum), query: { match_none: {} } },
  "terms hints": one(t({ field: "kw", execution_hint: "map", collect_mode: "breadth_first" })),
  "terms in terms": one(
    t(
      { field: "kw", size: 4 },
      {
        u: {
          terms: { field: "by", size: 2 },
          aggs: { ...sum, v: { terms: { field: "kws", size: 2 } } },
        },
      },
    ),
  ),
  "terms in terms three shards": three(
    t(
      { field: "by" },
      {
        u: { terms: { field: "kw", size: 2, order: { s: "desc" } }, aggs: sum },
      },
    ),
  ),
  "terms typed keys": {
    aggs: {
      ...t({ field: "kw", size: 1 }, sum),
      l: { terms: { field: "i", size: 1 } },
      d: { terms: { field: "d", size: 1 } },
      u: { terms: { field: "ul", size: 1 } },
      n: { terms: { field: "nowhere" } },
      v: { value_count: { field: "kw" } },
      h: { histogram: { field: "i", interval: 100 } },
      st: { stats: { field: "i" } },
      f: { filter: { match_all: {} }, aggs: { a: { avg: { field: "i" } } } },
    },
    params: "typed_keys",
  },
  "terms meta": {
    aggs: {
      t: {
        terms: { field: "kw", size: 1 },
        meta: { a: [1, "x"] },
        aggs: { m: { min: { field: "i" }, meta: { deep: true } } },
      },
    },
  },
};
