// Ten kinds of query and five aggregations over the merged cities, warm, p50 of each.

import { indexCities } from "./cities.ts";
import { type Figure, median } from "./figures.ts";
import { call, type Pair, type Peer } from "./peer.ts";

const WARM_CALLS = 30;
const CALLS_PER_RUN = 40;

const QUERIES: Readonly<Record<string, unknown>> = {
  match: { query: { match: { name: "san" } } },
  "match, two words": { query: { match: { name: "new york" } } },
  phrase: { query: { match_phrase: { name: "los angeles" } } },
  term: { query: { term: { country: "US" } } },
  bool: {
    query: {
      bool: {
        must: [{ match: { name: "saint" } }],
        filter: [{ term: { country: "FR" } }, { range: { population: { gte: 2000 } } }],
      },
    },
  },
  range: { query: { range: { population: { gte: 10_000, lt: 100_000 } } } },
  prefix: { query: { prefix: { "name.raw": "San" } } },
  fuzzy: { query: { match: { name: { query: "londn", fuzziness: "AUTO" } } } },
  query_string: { query: { query_string: { query: "name:(villa OR san*) AND country:ES" } } },
  "sort by population": { query: { match_all: {} }, sort: [{ population: "desc" }] },
};
const AGGREGATIONS: Readonly<Record<string, unknown>> = {
  "terms with a sum": {
    size: 0,
    aggs: {
      c: { terms: { field: "country", size: 10 }, aggs: { p: { sum: { field: "population" } } } },
    },
  },
  histogram: { size: 0, aggs: { h: { histogram: { field: "population", interval: 100_000 } } } },
  date_histogram: {
    size: 0,
    aggs: { d: { date_histogram: { field: "founded", calendar_interval: "year" } } },
  },
  cardinality: { size: 0, aggs: { n: { cardinality: { field: "name.raw" } } } },
  percentiles: { size: 0, aggs: { p: { percentiles: { field: "population" } } } },
};

async function p50(peer: Peer, body: unknown, runs: number): Promise<number> {
  const path = "/cities/_search?request_cache=false";
  for (let i = 0; i < WARM_CALLS; i++) await call(peer, "POST", path, body);
  const medians: number[] = [];
  for (let run = 0; run < runs; run++) {
    const times: number[] = [];
    for (let i = 0; i < CALLS_PER_RUN; i++) {
      const start = performance.now();
      await call(peer, "POST", path, body);
      times.push(performance.now() - start);
    }
    medians.push(median(times));
  }
  return median(medians);
}

/** Searches the index `cities`, which it makes where it is not there. */
export async function measureSearches({ varve, real }: Pair, runs: number): Promise<Figure[]> {
  for (const peer of [varve, real]) {
    const there = await fetch(`${peer.url}/cities`, { method: "HEAD" });
    if (there.status === 404) await indexCities(peer, "cities");
    await call(peer, "POST", "/cities/_forcemerge?max_num_segments=1");
    await call(peer, "POST", "/cities/_refresh");
  }
  const figures: Figure[] = [];
  for (const [kind, bodies] of [
    ["query", QUERIES],
    ["aggregation", AGGREGATIONS],
  ] as const) {
    for (const [name, body] of Object.entries(bodies)) {
      const [ours, theirs] = [await p50(varve, body, runs), await p50(real, body, runs)];
      figures.push({
        work: `${kind}: ${name}`,
        unit: "ms",
        varve: ours,
        real: theirs,
        goal: "≤ 1.0 ×",
      });
    }
  }
  return figures;
}
