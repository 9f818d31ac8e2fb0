// `varve export` of the cities as NDJSON to a file: with the start of the process, and by what the
// command says itself, which begins once it is loaded and ends with the file synced.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CITY_COUNT } from "../cities.ts";
import { type Figure, median } from "../figures.ts";
import { runVarve } from "./measured-process.ts";
import { CITIES, citiesFolder } from "./repositories.ts";

interface Rates {
  /** Documents a second, all in. */
  readonly whole: number;
  /** Without starting Node and loading the command. */
  readonly inside: number;
  /** Documents a second of processor time. */
  readonly cpu: number;
}

async function exportOnce(folder: string, index: string, count: number): Promise<Rates> {
  const target = mkdtempSync(join(tmpdir(), "varve-bench-export-"));
  try {
    const file = join(target, "cities.ndjson");
    const run = await runVarve(["export", folder, index, index, "-o", file, "--json", "--quiet"]);
    const { documents, seconds } = JSON.parse(run.stdout);
    if (documents !== count) throw new Error(`The export wrote ${documents} of ${count} cities`);
    return { whole: count / run.seconds, inside: count / seconds, cpu: count / run.cpuSeconds };
  } finally {
    rmSync(target, { recursive: true });
  }
}

/** Documents a second. */
export async function measureExport(runs: number): Promise<Figure[]> {
  const folder = await citiesFolder();
  const figures: Figure[] = [];
  for (const [index, times] of [
    [CITIES.one, 1],
    [CITIES.ten, 10],
  ] as const) {
    const count = CITY_COUNT * times;
    const all: Rates[] = [];
    for (let run = 0; run < runs; run++) all.push(await exportOnce(folder, index, count));
    const rate = (of: keyof Rates) => median(all.map((one) => one[of]));
    const work = `export of ${count.toLocaleString("en")} cities, NDJSON`;
    const unit = "documents/s";
    figures.push(
      { work: `${work}, start included`, unit, varve: rate("whole"), goal: "≥ 300000" },
      { work: `${work}, start left out`, unit, varve: rate("inside"), goal: "≥ 300000" },
      { work: `${work}, for a second of one core`, unit, varve: rate("cpu"), goal: "" },
    );
  }
  return figures;
}
