// Varve as users run it: the bundle in a process of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Figure, median } from "./figures.ts";
import type { Peer } from "./peer.ts";

const BUNDLE = resolve(import.meta.dirname, "../dist/varve.js");

/** A running Varve. */
export interface VarveProcess extends Peer {
  readonly pid: number;
  /** Seconds from spawn to its line. */
  readonly startSeconds: number;
  stop(): Promise<void>;
}

/** Starts the bundle on a free port in a temporary folder. */
export async function startProcess(flags: readonly string[] = []): Promise<VarveProcess> {
  const folder = mkdtempSync(join(tmpdir(), "varve-bench-"));
  const repositories = join(folder, "repositories");
  const start = performance.now();
  const child = spawn(
    process.execPath,
    [
      BUNDLE,
      "serve",
      "--port",
      "0",
      "--data",
      join(folder, "data"),
      "--path-repo",
      repositories,
      ...flags,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const url = await firstUrl(child);
  await fetch(url).then((response) => response.text());
  const startSeconds = (performance.now() - start) / 1000;
  return {
    url,
    repositories,
    startSeconds,
    pid: child.pid!,
    async stop() {
      const ended = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function firstUrl(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let output = "";
    child.stdout!.on("data", (chunk) => {
      output += chunk;
      const url = /http:\/\/[^\s]+/.exec(output)?.[0];
      if (url !== undefined) done(url);
    });
    child.once("exit", (code) => fail(new Error(`Varve ended with ${code}: ${output}`)));
  });
}

/** Resident megabytes of a process. */
export function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

/** Start-up and idle memory. */
export async function measureStart(runs: number): Promise<Figure[]> {
  const seconds: number[] = [];
  const megabytes: number[] = [];
  for (let run = 0; run < runs; run++) {
    const varve = await startProcess();
    seconds.push(varve.startSeconds);
    await new Promise((done) => setTimeout(done, 1000));
    megabytes.push(residentMegabytes(varve.pid));
    await varve.stop();
  }
  return [
    { work: "start to first answer", unit: "s", varve: median(seconds), goal: "≤ 0.5 s" },
    { work: "resident memory, idle", unit: "MB", varve: median(megabytes), goal: "≤ 110 MB" },
  ];
}
