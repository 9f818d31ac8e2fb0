// Bulk of the cities: documents a second, size after a forced merge, memory.

import { CITY_COUNT, indexCities } from "./cities.ts";
import { type Figure, median } from "./figures.ts";
import { call, type Pair, type Peer, secondsOf } from "./peer.ts";
import { residentMegabytes } from "./varve-process.ts";

const WARM_RUNS = 3;

/** Documents a second of each run, after warming. */
async function ratesOf(peer: Peer, runs: number): Promise<number[]> {
  const rates: number[] = [];
  for (let run = -WARM_RUNS; run < runs; run++) {
    const seconds = await secondsOf(() => indexCities(peer, "cities"));
    if (run >= 0) rates.push(CITY_COUNT / seconds);
  }
  await call(peer, "POST", "/cities/_refresh");
  return rates;
}

async function mergedBytes(peer: Peer): Promise<number> {
  await call(peer, "POST", "/cities/_forcemerge?max_num_segments=1");
  await call(peer, "POST", "/cities/_flush");
  await call(peer, "POST", "/cities/_refresh");
  const stats = await call(peer, "GET", "/cities/_stats/store");
  return stats._all.primaries.store.size_in_bytes / 1e6;
}

/** Indexing, size and memory. Leaves the merged index `cities` on both. */
export async function measureBulk({ varve, real }: Pair, runs: number): Promise<Figure[]> {
  const ours = median(await ratesOf(varve, runs));
  const resident = residentMegabytes(varve.pid);
  const theirs = median(await ratesOf(real, runs));
  return [
    { work: "bulk of the cities", unit: "documents/s", varve: ours, real: theirs, goal: "≥ 1.0 ×" },
    { work: "resident memory after the cities", unit: "MB", varve: resident, goal: "≤ 350 MB" },
    {
      work: "size on disk after force-merge",
      unit: "MB",
      varve: await mergedBytes(varve),
      real: await mergedBytes(real),
      goal: "≤ 1.05 ×",
    },
  ];
}
