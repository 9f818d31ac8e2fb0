// A program that runs to its end, and what that took: by the clock, on the processor (all threads,
// so that what else the machine does is left out), and in memory at its highest (VmHWM).

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Varve as users run it. */
const BUNDLE = resolve(import.meta.dirname, "../../dist/varve.js");

/** What a run took. */
export interface Run {
  readonly seconds: number;
  /** Of all threads. */
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Its output is thrown away and not kept. */
  readonly discard?: boolean;
  /** Exit codes that are not errors, beside 0. */
  readonly codes?: readonly number[];
}

/** Runs a program under `time`. Errors: it ends with another code. */
export async function runMeasured(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), "varve-bench-time-"));
  const report = join(folder, "time");
  const started = performance.now();
  const child = spawn("/usr/bin/time", ["-q", "-f", "%U %S %M", "-o", report, command, ...args], {
    env: { ...process.env, ...options.env },
    stdio: ["ignore", options.discard === true ? "ignore" : "pipe", "pipe"],
  });
  const [out, err]: Buffer[][] = [[], []];
  child.stdout?.on("data", (bytes: Buffer) => out!.push(bytes));
  child.stderr!.on("data", (bytes: Buffer) => err!.push(bytes));
  const code = await new Promise<number | null>((done, fail) => {
    child.once("error", fail);
    child.once("close", done);
  });
  const seconds = (performance.now() - started) / 1000;
  const stderr = Buffer.concat(err!).toString();
  if (code !== 0 && !options.codes?.includes(code ?? -1)) {
    throw new Error(`${[command, ...args].join(" ")} ended with ${code}: ${stderr}`);
  }
  const [user, system, kilobytes] = readFileSync(report, "utf8").trim().split(" ").map(Number);
  rmSync(folder, { recursive: true });
  return {
    seconds,
    cpuSeconds: user! + system!,
    peakMegabytes: (kilobytes! * 1024) / 1e6,
    stdout: Buffer.concat(out!).toString(),
    stderr,
  };
}

/** Runs a command of Varve. */
export function runVarve(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return runMeasured(process.execPath, [BUNDLE, ...args], options);
}
