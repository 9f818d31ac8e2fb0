// The highest memory of each command on a repository of a gigabyte. Commands that write do so on a
// copy, whose blobs are hard links: no blob is ever changed in place.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { WORDS } from "../../test/support/word-repository.ts";
import type { Figure } from "../figures.ts";
import { type Run, runVarve } from "./measured-process.ts";
import { CACHE, wordsFolder } from "./repositories.ts";

/** Arguments of each command, in an order in which they can be run. */
function commandsOn(repository: string, scratch: string): string[][] {
  const { snapshot, index } = WORDS;
  const again = `${snapshot}-again`;
  return [
    ["ls", repository],
    ["ls", repository, snapshot, index],
    ["show", repository, snapshot],
    ["verify", repository, "--data", "all"],
    ["verify", repository, "--data", "all", "--structure"],
    ["search", repository, snapshot, index, "-q", "body:w300"],
    ["search", repository, snapshot, index, "-d", '{"size":1000,"sort":[{"count":"asc"}]}'],
    ["get", repository, snapshot, index, "doc-77"],
    ["export", repository, snapshot, index, "-o", join(scratch, "out.ndjson")],
    ["export", repository, snapshot, index, "--threads", "1"],
    ["export", repository, snapshot, index, "--format", "bulk"],
    ["export", repository, snapshot, index, "--format", "csv"],
    [
      "export",
      repository,
      snapshot,
      index,
      "--format",
      "parquet",
      "-o",
      join(scratch, "o.parquet"),
    ],
    ["clone", repository, snapshot, again],
    ["log", repository, index, "doc-77"],
    ["diff", repository, snapshot, again],
    ["diff", repository, snapshot, again, "--docs"],
    ["find", repository, "body:w300"],
    ["du", repository, "--by", "shard"],
    ["repair", repository],
    ["doctor", repository],
    ["copy", repository, join(scratch, "copy")],
    ["restore", repository, snapshot, "--into", join(scratch, "data")],
    ["migrate", repository, join(scratch, "migrated"), "--to", "3"],
    ["forget", repository, "--keep-last", "1"],
    ["cleanup", repository],
    ["delete", repository, again],
  ];
}

/** Megabytes, a row a command. */
export async function measureMemory(megabytes: number): Promise<Figure[]> {
  const folder = await wordsFolder(megabytes * 200);
  const scratch = mkdtempSync(join(CACHE, "memory-"));
  const figures: Figure[] = [];
  try {
    const repository = join(scratch, "repository");
    execFileSync("cp", ["-al", folder, repository]);
    for (const args of commandsOn(repository, scratch)) {
      const run: Run = await runVarve(args, { discard: true, codes: [1] });
      const shown = args.filter((arg) => !arg.includes(scratch) && arg !== "-o").join(" ");
      process.stderr.write(`${shown}: ${run.seconds.toFixed(1)} s\n`);
      const work = `memory of \`${shown}\``;
      figures.push({ work, unit: "MB", varve: run.peakMegabytes, goal: "≤ 300" });
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return figures;
}
