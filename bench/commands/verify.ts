// `varve verify --data all` beside `restic check --read-data` on the same bytes, twice: many files,
// and one large one. The restic repository holds a backup of the repository, not compressed, which
// is what restic reads fastest. Both are read from the page cache: programs are compared, not disks.

import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Figure, median } from "../figures.ts";
import { runMeasured, runVarve } from "./measured-process.ts";
import { keptFolder, segmentsFolder, wordsFolder } from "./repositories.ts";

const ENV = { RESTIC_PASSWORD: "bench" };

/** Bytes of all files below a folder. */
export function bytesOf(folder: string): number {
  let sum = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) sum += statSync(join(entry.parentPath, entry.name)).size;
  }
  return sum;
}

function backupOf(folder: string): Promise<string> {
  return keptFolder(`restic-${folder.slice(folder.lastIndexOf("/") + 1)}`, async (backup) => {
    const flags = ["-r", backup, "--quiet", "--no-cache"];
    await runMeasured("restic", [...flags, "init"], { env: ENV });
    const source = ["backup", "--compression", "off", folder];
    await runMeasured("restic", [...flags, ...source], { env: ENV });
  });
}

interface Both {
  readonly varve: number;
  readonly varveCpu: number;
  readonly restic: number;
  readonly resticCpu: number;
}

async function measureOnce(folder: string, backup: string | undefined): Promise<Both> {
  const ours = await runVarve(["verify", folder, "--data", "all", "--json"]);
  if (!JSON.parse(ours.stdout).ok) throw new Error("The bench's repository is damaged");
  const check = ["-r", backup ?? "", "--quiet", "--no-cache", "check", "--read-data"];
  const theirs =
    backup === undefined ? undefined : await runMeasured("restic", check, { env: ENV });
  return {
    varve: ours.seconds,
    varveCpu: ours.cpuSeconds,
    restic: theirs?.seconds ?? Number.NaN,
    resticCpu: theirs?.cpuSeconds ?? Number.NaN,
  };
}

/** Megabytes a second of the clock, and of one core's time. */
export async function measureVerify(runs: number, megabytes: number): Promise<Figure[]> {
  const hasRestic = spawnSync("restic", ["version"]).status === 0;
  if (!hasRestic) process.stderr.write("restic is not installed: verify is measured alone\n");
  const kinds = {
    "many files": await segmentsFolder(megabytes),
    "one large file": await wordsFolder(megabytes * 200),
  };
  const figures: Figure[] = [];
  for (const [kind, folder] of Object.entries(kinds)) {
    const size = bytesOf(folder) / 1e6;
    const backup = hasRestic ? await backupOf(folder) : undefined;
    const all: Both[] = [];
    for (let run = 0; run < runs; run++) all.push(await measureOnce(folder, backup));
    const speed = (of: keyof Both) => size / median(all.map((one) => one[of]));
    const work = `verify --data all, ${Math.round(size)} MB, ${kind}`;
    const peer = "restic check --read-data";
    figures.push({ work, unit: "MB/s", varve: speed("varve"), goal: "≥ 1000" });
    if (!hasRestic) continue;
    const cpu = { varve: speed("varveCpu"), real: speed("resticCpu") };
    figures.push(
      { work, unit: "MB/s", varve: speed("varve"), real: speed("restic"), peer, goal: "≥ 1 ×" },
      { work, unit: "MB/s of a core", ...cpu, peer, goal: "≥ 1 ×" },
    );
  }
  return figures;
}
