// Do searches feel a snapshot? The p50 and p99 of searches over 6 × the cities (about 100 MB)
// before, and while snapshots of them run one after the other, at the default rate and at none.
//   npm run build && npx tsx bench/search-during-snapshot.ts

import { join } from "node:path";
import { indexCities } from "./cities.ts";
import { call, type Peer } from "./peer.ts";
import { startProcess } from "./varve-process.ts";

const COPIES = 6;
const WARM_SEARCHES = 200;
const SEARCHES = 600;
const RATIO_GOAL = 1.5;

const QUERIES = [
  { size: 10, query: { match: { name: "san" } } },
  { size: 10, query: { range: { population: { gte: 100_000 } } }, sort: [{ population: "desc" }] },
  { size: 0, aggs: { countries: { terms: { field: "country", size: 20 } } } },
  { size: 10, query: { prefix: { name: "new" } } },
];

async function searchMillis(peer: Peer, number: number): Promise<number> {
  const start = performance.now();
  await call(peer, "POST", "/big-*/_search", QUERIES[number % QUERIES.length]);
  return performance.now() - start;
}

/** Searches one after the other, until there are enough. */
async function latencies(peer: Peer, enough: (count: number) => boolean): Promise<number[]> {
  const millis: number[] = [];
  while (!enough(millis.length)) millis.push(await searchMillis(peer, millis.length));
  return millis.sort((a, b) => a - b);
}

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** Snapshots into one new repository after the other, until told to stop; answers their number. */
async function snapshots(peer: Peer, rate: string, stopped: () => boolean): Promise<number> {
  for (let run = 0; ; run++) {
    if (stopped()) return run;
    const name = `run-${rate}-${run}`;
    const settings = { location: join(peer.repositories, name), max_snapshot_bytes_per_sec: rate };
    await call(peer, "PUT", `/_snapshot/${name}`, { type: "fs", settings });
    await call(peer, "PUT", `/_snapshot/${name}/s?wait_for_completion=true`, {});
  }
}

function report(what: string, sorted: readonly number[]): void {
  const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)];
  process.stdout.write(
    `${what}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (${sorted.length} searches)\n`,
  );
}

const peer = await startProcess();
try {
  for (let copy = 0; copy < COPIES; copy++) await indexCities(peer, `big-${copy}`);
  await call(peer, "POST", "/big-*/_flush");
  const { _all } = await call(peer, "GET", "/big-*/_stats/store");
  process.stdout.write(`${(_all.total.store.size_in_bytes / 1e6).toFixed(0)} MB\n`);
  await latencies(peer, (count) => count >= WARM_SEARCHES);
  const before = await latencies(peer, (count) => count >= SEARCHES);
  report("before", before);
  let worst = 0;
  for (const rate of ["40mb", "0"]) {
    let ended = false;
    const running = snapshots(peer, rate, () => ended);
    const during = await latencies(peer, (count) => count >= SEARCHES);
    ended = true;
    const count = await running;
    report(`during ${count} snapshots at ${rate} a second`, during);
    worst = Math.max(worst, quantile(during, 0.99) / quantile(before, 0.99));
  }
  process.stdout.write(`p99 ratio ${worst.toFixed(2)}, goal ${RATIO_GOAL}\n`);
} finally {
  await peer.stop();
}
