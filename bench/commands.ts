// Commands on a repository, beside other programs that do the same work, each in a process of its
// own: `npm run bench -- --only commands`, or alone `npx tsx bench/commands.ts`. Run `npm run build`
// first. `--only verify,export,ls,search,copy,memory` picks parts, `--megabytes 1000` is the size of
// the repositories, `--runs 3` the number of runs of which the median counts.

import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { measureExport } from "./commands/export.ts";
import { measureFar } from "./commands/far.ts";
import { measureMemory } from "./commands/memory.ts";
import { measureVerify } from "./commands/verify.ts";
import { type Figure, table } from "./figures.ts";

/** What is measured. */
export interface CommandsOptions {
  readonly runs: number;
  readonly megabytes: number;
  /** Parts; undefined is all. */
  readonly only: readonly string[] | undefined;
}

/** Figures of all parts; one that fails says so and costs its own rows only. */
export async function measureCommands(options: CommandsOptions): Promise<Figure[]> {
  const { runs, megabytes, only } = options;
  const wanted = (part: string) => only === undefined || only.includes(part);
  const far = { copy: wanted("copy"), search: wanted("search"), ls: wanted("ls") };
  const parts: Record<string, () => Promise<Figure[]>> = {};
  if (wanted("verify")) parts["verify"] = () => measureVerify(runs, megabytes);
  if (wanted("export")) parts["export"] = () => measureExport(runs);
  if (Object.values(far).includes(true)) parts["far"] = () => measureFar(far, runs, megabytes);
  if (wanted("memory")) parts["memory"] = () => measureMemory(megabytes);
  const figures: Figure[] = [];
  for (const [part, measure] of Object.entries(parts)) {
    try {
      const found = await measure();
      process.stderr.write(`${table(found, "the other")}\n`);
      figures.push(...found);
    } catch (error) {
      process.exitCode = 1;
      process.stderr.write(`The part [${part}] failed: ${String(error)}\n`);
    }
  }
  return figures;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      megabytes: { type: "string", default: "1000" },
      runs: { type: "string", default: "3" },
    },
  });
  const [runs, megabytes] = [Number(values.runs), Number(values.megabytes)];
  const load = loadavg()[0]!.toFixed(1);
  const figures = await measureCommands({ runs, megabytes, only: values.only?.split(",") });
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`;
  process.stdout.write(
    `${machine}; medians of ${runs}; load ${load} before, ${loadavg()[0]!.toFixed(1)} after\n\n` +
      `${table(figures, "the other")}\n`,
  );
  const results = { machine, runs, megabytes, load, figures };
  writeFileSync("bench/results-commands.json", `${JSON.stringify(results, null, 2)}\n`);
}

if (process.argv[1]?.endsWith("bench/commands.ts") === true) await main();
