// `npm run bench`: the same work on Varve and on OpenSearch 2.19.6 (1 GB heap, warmed by three runs),
// over HTTP, in one run. Prints a table of medians and ratios, and writes bench/results.json.
// `npm run bench -- --quick` does each thing once; `--only bulk,search` picks parts.

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { judgeUnavailable, startOpenSearch } from "../test/support/judge.ts";
import { measureBulk } from "./bulk.ts";
import { type Figure, table } from "./figures.ts";
import { measureRemoteSearch } from "./remote-search.ts";
import { measureSearches } from "./searches.ts";
import { measureSmallShards, measureSnapshots } from "./snapshots.ts";
import { measureStart, startProcess } from "./varve-process.ts";

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string" } },
});
const runs = values.quick ? 1 : 5;
const wanted = (part: string) => values.only === undefined || values.only.split(",").includes(part);

/** A part that fails says so and costs its own rows only. */
async function measured(part: string, measure: () => Promise<Figure[]>): Promise<Figure[]> {
  try {
    return await measure();
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`The part [${part}] failed: ${String(error)}\n`);
    return [];
  }
}

async function main(): Promise<void> {
  const reason = judgeUnavailable();
  if (reason !== undefined) throw new Error(`The bench needs the real server: ${reason}`);
  const figures: Figure[] = [];
  if (wanted("remote-search")) {
    figures.push(...(await measured("remote-search", () => measureRemoteSearch(runs))));
  }
  if (wanted("start")) figures.push(...(await measureStart(runs)));
  const real = await startOpenSearch("2.19.6", {
    heap: "1g",
    settings: { "cluster.max_shards_per_node": "5000" },
  });
  const varve = await startProcess(["-E", "cluster.max_shards_per_node=5000"]);
  try {
    const pair = { varve, real };
    const parts: Record<string, () => Promise<Figure[]>> = {
      bulk: () => measureBulk(pair, runs),
      search: () => measureSearches(pair, runs),
      snapshot: () => measureSnapshots(pair, runs),
      shards: () => measureSmallShards(pair),
    };
    for (const [part, measure] of Object.entries(parts)) {
      if (wanted(part)) figures.push(...(await measured(part, measure)));
    }
  } finally {
    await varve.stop();
    await real.stop();
  }
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`;
  process.stdout.write(
    `${machine}; OpenSearch 2.19.6, 1 GB heap; medians of ${runs}\n\n${table(figures)}\n`,
  );
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(
    "bench/results.json",
    `${JSON.stringify({ machine, date, runs, figures }, null, 2)}\n`,
  );
}

await main();
