// The documents that aggregations are compared over: the same for the real server, whose answers are
// recorded, and for ours. Made from a seed, so that nothing but the answers is stored.

/** An index of the corpus. */
export interface CorpusIndex {
  readonly name: string;
  readonly shards: number;
  readonly mappings: object;
  readonly documents: readonly { readonly id: string; readonly source: object }[];
  /** Documents after which the index is refreshed, so that it has several segments. */
  readonly refreshEvery: number;
}

const kw = { type: "keyword" };

const MAIN_MAPPINGS = {
  properties: {
    kw,
    kws: kw,
    opt: kw,
    uni: kw,
    only: kw,
    i: { type: "integer" },
    l: { type: "long" },
    s: { type: "short" },
    by: { type: "byte" },
    d: { type: "double" },
    f: { type: "float" },
    hf: { type: "half_float" },
    sf: { type: "scaled_float", scaling_factor: 100 },
    ul: { type: "unsigned_long" },
    b: { type: "boolean" },
    ts: { type: "date" },
    tsn: { type: "date_nanos" },
    day: { type: "date", format: "yyyy/MM/dd" },
    ip: { type: "ip" },
    geo: { type: "geo_point" },
    txt: { type: "text", fields: { raw: kw } },
    fd: { type: "text", fielddata: true },
    many: { type: "long" },
    nodv: { type: "keyword", doc_values: false },
    off: { type: "long" },
    comments: {
      type: "nested",
      properties: {
        user: kw,
        stars: { type: "integer" },
        likes: { type: "nested", properties: { by: kw, weight: { type: "double" } } },
      },
    },
    alias: { type: "alias", path: "i" },
  },
};

/** A small generator of numbers (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const WORDS = [
  "amber",
  "basalt",
  "clay",
  "dolomite",
  "esker",
  "flint",
  "gneiss",
  "halite",
  "iolite",
  "jasper",
  "kaolin",
  "loam",
  "marl",
  "nickel",
  "opal",
  "pumice",
  "quartz",
  "rhyolite",
  "silt",
  "tuff",
];
const UNICODE = ["äpfel", "zebra", "😀 smile", "\uffee half", "ß", "日本", "a", "Z"];
const USERS = ["ann", "bob", "cy", "dee"];

type Random = () => number;

function pick<T>(list: readonly T[], next: Random): T {
  return list[Math.floor(next() * list.length)]!;
}

/** Small indices come up more often. */
function skewed<T>(list: readonly T[], next: Random): T {
  return list[Math.floor(next() * next() * list.length)]!;
}

function several<T>(max: number, next: Random, make: () => T): T[] {
  return Array.from({ length: Math.floor(next() * (max + 1)) }, make);
}

function address(next: Random): string {
  const byte = () => Math.floor(next() * 256);
  if (next() < 0.2) return `2001:db8::${byte().toString(16)}:${(byte() + 1).toString(16)}`;
  return `10.${Math.floor(next() * 3)}.${Math.floor(next() * 2)}.${byte()}`;
}

function mainDocument(number: number, next: Random): object {
  // From 2023-11-20 on, about five hours apart, through both changes of clocks.
  const ms = 1700438400000 + Math.floor(number * 17_999_000 * (0.5 + next()));
  const iso = new Date(ms).toISOString();
  return {
    kw: skewed(WORDS, next),
    kws: several(3, next, () => skewed(WORDS, next)),
    ...(next() < 0.3 ? { opt: pick(["x", "y", "z"], next) } : {}),
    uni: pick(UNICODE, next),
    ...(number % 97 === 0 ? { only: `o${number}` } : {}),
    i: Math.floor(next() * 200) - 50,
    l:
      next() < 0.1
        ? `${pick(["9007199254740993", "9223372036854775807", "-9007199254740995"], next)}`
        : Math.floor(next() * 1e12),
    s: Math.floor(next() * 100),
    by: Math.floor(next() * 6) - 3,
    d: next() < 0.2 ? Math.floor(next() * 5) / 4 : (next() - 0.3) * 1000,
    f: Math.floor(next() * 1000) / 10,
    hf: Math.floor(next() * 40) / 4,
    sf: Math.floor(next() * 10000) / 100,
    ul: next() < 0.2 ? "18446744073709551615" : Math.floor(next() * 5),
    ...(next() < 0.9 ? { b: next() < 0.6 } : {}),
    ...(next() < 0.95 ? { ts: iso } : {}),
    tsn: iso.replace("Z", `${String(Math.floor(next() * 1e6)).padStart(6, "0")}Z`),
    day: `2024/0${1 + Math.floor(next() * 4)}/${String(1 + Math.floor(next() * 28)).padStart(2, "0")}`,
    ...(next() < 0.9 ? { ip: address(next) } : {}),
    geo: { lat: Math.floor(next() * 1800) / 10 - 90, lon: Math.floor(next() * 3600) / 10 - 180 },
    txt: `${skewed(WORDS, next)} and ${skewed(WORDS, next)}`,
    fd: several(4, next, () => skewed(WORDS, next)).join(" "),
    many: several(5, next, () => Math.floor(next() * 30)),
    nodv: pick(WORDS, next),
    ...(next() < 0.1 ? { off: Math.floor(next() * 10) } : {}),
    comments: several(3, next, () => ({
      user: pick(USERS, next),
      stars: 1 + Math.floor(next() * 5),
      likes: several(2, next, () => ({ by: pick(USERS, next), weight: next() })),
    })),
  };
}

function mainDocuments(count: number, seed: number): CorpusIndex["documents"] {
  const next = random(seed);
  return Array.from({ length: count }, (_, number) => ({
    id: String(number),
    source: mainDocument(number, next),
  }));
}

/** All indices. */
export function corpusIndices(): CorpusIndex[] {
  return [
    {
      name: "aggs-one",
      shards: 1,
      mappings: MAIN_MAPPINGS,
      documents: mainDocuments(500, 7),
      refreshEvery: 150,
    },
    {
      name: "aggs-three",
      shards: 3,
      mappings: MAIN_MAPPINGS,
      documents: mainDocuments(420, 11),
      refreshEvery: 200,
    },
    {
      name: "aggs-other",
      shards: 1,
      refreshEvery: 100,
      mappings: { properties: { i: { type: "integer" }, other: kw, d: kw } },
      documents: Array.from({ length: 12 }, (_, number) => ({
        id: String(number),
        source: { i: number * 3, other: WORDS[number % 3], d: WORDS[number % 2] },
      })),
    },
    {
      name: "aggs-empty",
      shards: 1,
      mappings: MAIN_MAPPINGS,
      documents: [],
      refreshEvery: 1,
    },
  ];
}

/** Aliases of the indices, with filters. */
export const CORPUS_ALIASES = [
  { add: { index: "aggs-one", alias: "aggs-clay", filter: { terms: { kw: ["clay", "amber"] } } } },
];

/** Ids that are deleted after the last refresh, so that segments have deleted documents. */
export function deletedIds(index: CorpusIndex): string[] {
  if (index.name !== "aggs-one") return [];
  return index.documents.filter((_, number) => number % 41 === 5).map(({ id }) => id);
}

/** The requests of a `_bulk`. */
export function bulkLines(documents: CorpusIndex["documents"]): string {
  return documents
    .map(
      ({ id, source }) => `${JSON.stringify({ index: { _id: id } })}\n${JSON.stringify(source)}\n`,
    )
    .join("");
}
