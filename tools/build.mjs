// Bundles Varve into dist/: one file per command and per worker entry, with shared chunks. It runs
// as `prepare` of `npm ci`, so it uses nothing but esbuild, and skips entries that do not exist.
//   src/cli/main.ts        → dist/varve.js
//   demo/main.ts           → dist/demo.js
//   src/index.ts           → dist/index.js
//   src/**/*-worker.ts     → dist/<name>.js, and src/base/worker-thread.ts
// Every output lies directly in dist/: `workerEntryUrl` (src/base/worker-pool.ts) counts on it.

import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Loaded at run time, when first used; they are no part of the bundle. */
const EXTERNALS = ["@aws-sdk/*", "@google-cloud/*", "@azure/*", "google-auth-library"];

function entryPoints() {
  const entries = {
    varve: "src/cli/main.ts",
    demo: "demo/main.ts",
    index: "src/index.ts",
    "worker-thread": "src/base/worker-thread.ts",
  };
  for (const file of readdirSync(join(root, "src"), { recursive: true })) {
    if (file.endsWith("-worker.ts")) entries[basename(file, ".ts")] = join("src", file);
  }
  return Object.fromEntries(
    Object.entries(entries).filter(([, source]) => existsSync(join(root, source))),
  );
}

const entries = entryPoints();
if (Object.keys(entries).length > 0) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: "dist",
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    splitting: true,
    sourcemap: true,
    minifySyntax: true,
    chunkNames: "chunk-[hash]",
    external: EXTERNALS,
    logLevel: "warning",
    metafile: true,
    // CommonJS dependencies (fastify's among them) call `require` for Node's own modules.
    banner: {
      js: [
        'import { createRequire as varveRequire } from "node:module";',
        "const require = varveRequire(import.meta.url);",
      ].join("\n"),
    },
  });
  removeStale(Object.keys(metafile.outputs));
}

/** Only after success: a build that fails leaves the one before in place. */
function removeStale(outputs) {
  const kept = new Set(outputs.map((path) => basename(path)));
  for (const name of readdirSync(join(root, "dist"))) {
    if (!kept.has(name)) rmSync(join(root, "dist", name), { recursive: true });
  }
}
