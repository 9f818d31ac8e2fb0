// `npm run bench`: the same work on Varve and on OpenSearch 2.19.6 (1 GB heap, warmed by three runs),
// over HTTP, in one run. Prints a table of medians and ratios, and writes bench/results.json.
// `npm run bench -- --quick` does each thing once; `--only bulk,search` picks parts. `commands` runs
// the commands on a repository beside restic and rclone; it alone needs no OpenSearch.

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { judgeUnavailable, startOpenSearch } from "../test/support/judge.ts";
import { measureBulk } from "./bulk.ts";
import { measureCommands } from "./commands.ts";
import { type Figure, table } from "./figures.ts";
import type { Pair } from "./peer.ts";
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

/** What is measured beside the real server, over HTTP. */
async function measurePair(): Promise<Figure[]> {
  const parts: Record<string, (pair: Pair) => Promise<Figure[]>> = {
    bulk: (pair) => measureBulk(pair, runs),
    search: (pair) => measureSearches(pair, runs),
    snapshot: (pair) => measureSnapshots(pair, runs),
    shards: (pair) => measureSmallShards(pair),
  };
  const chosen = Object.entries(parts).filter(([part]) => wanted(part));
  if (chosen.length === 0) return [];
  const reason = judgeUnavailable();
  if (reason !== undefined) throw new Error(`The bench needs the real server: ${reason}`);
  const real = await startOpenSearch("2.19.6", {
    heap: "1g",
    settings: { "cluster.max_shards_per_node": "5000" },
  });
  const varve = await startProcess(["-E", "cluster.max_shards_per_node=5000"]);
  const figures: Figure[] = [];
  try {
    for (const [part, measure] of chosen) {
      figures.push(...(await measured(part, () => measure({ varve, real }))));
    }
  } finally {
    await varve.stop();
    await real.stop();
  }
  return figures;
}

async function main(): Promise<void> {
  const figures: Figure[] = [];
  let commands: Figure[] = [];
  if (wanted("commands")) {
    const options = { runs: values.quick ? 1 : 3, megabytes: 1000, only: undefined };
    commands = await measureCommands(options);
  }
  if (wanted("remote-search")) {
    figures.push(...(await measured("remote-search", () => measureRemoteSearch(runs))));
  }
  if (wanted("start")) figures.push(...(await measured("start", () => measureStart(runs))));
  figures.push(...(await measurePair()));
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`;
  process.stdout.write(
    `${machine}; OpenSearch 2.19.6, 1 GB heap; medians of ${runs}\n\n${table(figures)}\n`,
  );
  if (commands.length > 0) process.stdout.write(`\n${table(commands, "the other")}\n`);
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(
    "bench/results.json",
    `${JSON.stringify({ machine, date, runs, figures, commands }, null, 2)}\n`,
  );
}

await main();
