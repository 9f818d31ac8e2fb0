// `varve serve` in a process of its own, bundled for the test, so that it can be killed.

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { build } from "esbuild";

const ROOT = resolve(import.meta.dirname, "../..");
const WORKERS = "src/engine/workers";
const REQUIRE =
  'import { createRequire as varveRequire } from "node:module"; ' +
  "const require = varveRequire(import.meta.url);";

/** Bundles the command and its workers as tools/build.mjs does; answers the new folder. */
export async function bundleVarve(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "varve-bundle-"));
  const entryPoints: Record<string, string> = {
    varve: "src/cli/main.ts",
    "worker-thread": "src/base/worker-thread.ts",
  };
  for (const file of readdirSync(join(ROOT, WORKERS))) {
    if (file.endsWith("-worker.ts")) entryPoints[basename(file, ".ts")] = `${WORKERS}/${file}`;
  }
  await build({
    absWorkingDir: ROOT,
    entryPoints,
    outdir: folder,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    splitting: true,
    external: ["@aws-sdk/*", "@google-cloud/*", "@azure/*", "google-auth-library"],
    logLevel: "error",
    banner: { js: REQUIRE },
  });
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  return folder;
}

/** A running Varve. */
export interface VarveProcess {
  readonly url: string;
  /** SIGKILL, and wait until it is gone. */
  kill(): Promise<void>;
}

/** Starts the bundle over a data folder; rejects when it ends before it answers. */
export function startProcess(bundle: string, folder: string): Promise<VarveProcess> {
  const data = ["--data", join(folder, "data"), "--path-repo", join(folder, "repositories")];
  const child = spawn(
    process.execPath,
    [join(bundle, "varve.js"), "serve", "--port", "0", ...data],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  return new Promise((done, fail) => {
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const url = /answers on (\S+)/.exec(output)?.[1];
      if (url === undefined) return;
      done({
        url,
        async kill() {
          child.kill("SIGKILL");
          await ended;
        },
      });
    });
    void ended.then(() => fail(new Error(`varve ended early: ${output}`)));
  });
}
