// Documents of every mapped type for the interop matrix, made from a seed.

import { seededRandom } from "../../src/base/index.ts";

const MAPPINGS = {
  properties: {
    title: { type: "text", fields: { raw: { type: "keyword", ignore_above: 64 } } },
    body: { type: "text", index_options: "offsets" },
    tag: { type: "keyword" },
    count: { type: "long" },
    small: { type: "integer" },
    ratio: { type: "double" },
    half: { type: "half_float" },
    scaled: { type: "scaled_float", scaling_factor: 100 },
    flag: { type: "boolean" },
    when: { type: "date" },
    exact: { type: "date_nanos" },
    address: { type: "ip" },
    place: { type: "geo_point" },
    span: { type: "integer_range" },
    blob: { type: "binary" },
    comments: {
      type: "nested",
      properties: {
        author: { type: "keyword" },
        stars: { type: "integer" },
        text: { type: "text" },
      },
    },
  },
};

/** Mappings that the server knows: the 2.19.6 of the tests comes without mapper-extras. */
export function mappingsFor(version: string): unknown {
  if (!version.startsWith("2.")) return MAPPINGS;
  return { properties: { ...MAPPINGS.properties, scaled: { type: "double" } } };
}

const WORDS =
  "alpha beta gamma delta sand silt clay lake river stone layer year light dark winter summer".split(
    " ",
  );

/** `count` documents by id. */
export function corpus(count: number, seed: number): Map<string, Record<string, unknown>> {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random.next() * items.length)]!;
  const sentence = (length: number) => Array.from({ length }, () => pick(WORDS)).join(" ");
  const documents = new Map<string, Record<string, unknown>>();
  for (let i = 0; i < count; i++) {
    const start = Math.floor(random.next() * 1000);
    documents.set(`doc-${i}`, {
      title: sentence(2 + Math.floor(random.next() * 4)),
      body: sentence(10 + Math.floor(random.next() * 60)),
      tag: [pick(WORDS), pick(WORDS)],
      count: Math.floor(random.next() * 2 ** 40),
      small: Math.floor(random.next() * 1000) - 500,
      ratio: random.next() * 1e6,
      half: Math.round(random.next() * 100) / 4,
      scaled: Math.round(random.next() * 10000) / 100,
      flag: random.next() < 0.5,
      when: new Date(1_600_000_000_000 + Math.floor(random.next() * 1e11)).toISOString(),
      exact: `2020-01-01T00:00:00.${String(Math.floor(random.next() * 1e9)).padStart(9, "0")}Z`,
      address: `10.${Math.floor(random.next() * 256)}.${Math.floor(random.next() * 256)}.7`,
      place: {
        lat: Math.round(random.next() * 17000) / 100 - 85,
        lon: Math.round(random.next() * 35000) / 100 - 175,
      },
      span: { gte: start, lte: start + Math.floor(random.next() * 100) },
      blob: Buffer.from(random.bytes(12)).toString("base64"),
      comments: Array.from({ length: Math.floor(random.next() * 3) }, () => ({
        author: pick(WORDS),
        stars: Math.floor(random.next() * 6),
        text: sentence(5),
      })),
      ...(i % 7 === 0 ? { extra: { [`dynamic_${i % 3}`]: i } } : {}),
    });
  }
  return documents;
}

/** The bulk body that indexes these documents. */
export function bulkBody(index: string, documents: ReadonlyMap<string, unknown>): string {
  return [...documents]
    .map(
      ([id, source]) =>
        `{"index":{"_index":"${index}","_id":"${id}"}}\n${JSON.stringify(source)}\n`,
    )
    .join("");
}

/**
 * Searches whose answers must be equal on both sides. Scores are those of text fields: 2.x multiplies
 * them by 2.2, and scores keywords where 3.x gives each match 1.
 */
export const SEARCHES: readonly {
  readonly name: string;
  readonly body: Record<string, unknown>;
}[] = [
  { name: "match", body: { query: { match: { body: "sand winter" } }, size: 25 } },
  {
    name: "phrase",
    body: { query: { match_phrase: { body: { query: "lake river", slop: 2 } } }, size: 25 },
  },
  {
    name: "bool",
    body: {
      query: {
        bool: {
          filter: [{ term: { tag: "silt" } }],
          must: [{ match: { title: "stone sand clay" } }],
          must_not: [{ term: { flag: true } }],
        },
      },
      size: 25,
    },
  },
  {
    name: "range",
    body: {
      query: { range: { when: { gte: "2021-01-01", lt: "2022-01-01" } } },
      sort: [{ when: "asc" }, { small: "desc" }],
      size: 25,
    },
  },
  {
    name: "numbers",
    body: { query: { range: { ratio: { gt: 5e5 } } }, sort: [{ ratio: "desc" }], size: 25 },
  },
  {
    name: "ip",
    body: {
      query: { term: { address: "10.0.0.0/9" } },
      sort: [{ address: "asc" }, { count: "asc" }],
      size: 25,
    },
  },
  {
    name: "geo",
    body: {
      query: { geo_bounding_box: { place: { top_left: "40,-20", bottom_right: "-40,120" } } },
      sort: [{ count: "asc" }],
      size: 25,
    },
  },
  {
    name: "range field",
    body: {
      query: { range: { span: { gte: 100, lte: 150, relation: "intersects" } } },
      sort: [{ count: "asc" }],
      size: 25,
    },
  },
  {
    name: "nested",
    body: {
      query: {
        nested: {
          path: "comments",
          query: {
            bool: {
              filter: [
                { term: { "comments.author": "clay" } },
                { range: { "comments.stars": { gte: 3 } } },
              ],
            },
          },
        },
      },
      sort: [{ count: "asc" }],
      size: 25,
    },
  },
  {
    name: "exists",
    body: { query: { exists: { field: "extra.dynamic_1" } }, sort: [{ count: "asc" }], size: 50 },
  },
  {
    name: "prefix and wildcard",
    body: {
      query: {
        bool: { should: [{ prefix: { "title.raw": "al" } }, { wildcard: { tag: "*er" } }] },
      },
      sort: [{ count: "asc" }],
      size: 30,
    },
  },
  {
    name: "aggregations",
    body: {
      size: 0,
      aggs: {
        tags: {
          terms: { field: "tag", size: 20 },
          aggs: { stars: { avg: { field: "ratio" } }, sums: { sum: { field: "count" } } },
        },
        months: { date_histogram: { field: "when", calendar_interval: "month" } },
        smalls: { histogram: { field: "small", interval: 100 } },
        stats: { extended_stats: { field: "scaled" } },
        flags: { terms: { field: "flag" } },
      },
    },
  },
];
