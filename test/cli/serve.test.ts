// `varve serve` as a process: one line when it answers, a clean end on SIGTERM, and its refusals.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");
const LOADER = pathToFileURL(
  join(createRequire(import.meta.url).resolve("tsx/package.json"), "../dist/loader.mjs"),
).href;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "varve-serve-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command; `onLine` gets the first line of its output. */
function varve(
  flags: readonly string[],
  onLine?: (line: string, stop: () => void) => void,
): Promise<Outcome> {
  const child = spawn(process.execPath, ["--import", LOADER, MAIN, ...flags], {
    cwd: folder,
    stdio: "pipe",
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    const isFirst = !stdout.includes("\n");
    stdout += chunk;
    if (isFirst && stdout.includes("\n")) onLine?.(stdout, () => child.kill("SIGTERM"));
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((done) => child.once("exit", (code) => done({ code, stdout, stderr })));
}

const serve = (...flags: string[]) => [
  "serve",
  "--port",
  "0",
  "--data",
  join(folder, "data"),
  ...flags,
];

it("serve prints one line when it answers and ends cleanly on SIGTERM", async () => {
  let answered: unknown;
  const outcome = await varve(serve("-E", "node.name=here"), async (line, stop) => {
    const url = /http:\/\/[^ ]+/.exec(line)![0];
    answered = ((await (await fetch(url)).json()) as { name: string }).name;
    stop();
  });
  expect(answered).toBe("here");
  expect(outcome.code).toBe(0);
  expect(outcome.stdout.trim().split("\n")).toHaveLength(1);
});

it("serve rejects a data folder that another process uses", async () => {
  let second: Outcome | undefined;
  await varve(serve(), async (_line, stop) => {
    second = await varve(serve());
    stop();
  });
  expect(second?.code).toBe(3);
  expect(second?.stderr).toContain("failed to obtain node locks");
});

it("serve rejects another address than loopback and an unknown flag", async () => {
  const open = await varve(serve("--host", "0.0.0.0"));
  expect([open.code, open.stderr]).toEqual([
    2,
    expect.stringContaining("without TLS and authentication"),
  ]);
  const unknown = await varve(["serve", "--prot", "1"]);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("--port")]);
});
