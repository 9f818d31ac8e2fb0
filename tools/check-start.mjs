// Checks that `npm start` answers, and that SIGTERM closes it cleanly: node tools/check-start.mjs

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TIMEOUT_MS = 20_000;
const folder = mkdtempSync(join(tmpdir(), "varve-start-"));
const flags = [
  "--port",
  "0",
  "--data",
  join(folder, "data"),
  "--path-repo",
  join(folder, "repositories"),
];
const child = spawn("npm", ["start", "--silent", "--", ...flags], {
  stdio: ["ignore", "pipe", "inherit"],
  detached: true,
});
const timer = setTimeout(() => process.kill(-child.pid, "SIGKILL"), TIMEOUT_MS);
let output = "";
child.stdout.on("data", async (chunk) => {
  const first = !output.includes("\n");
  output += chunk;
  if (!first || !output.includes("\n")) return;
  const url = /http:\/\/[^ ]+/.exec(output)?.[0];
  const answer = url === undefined ? undefined : await (await fetch(url)).json();
  console.log(`npm start: ${output.trim()}; it calls itself ${answer?.version?.number}`);
  process.kill(-child.pid, "SIGTERM");
});
child.on("exit", (code, signal) => {
  clearTimeout(timer);
  rmSync(folder, { recursive: true, force: true });
  const lines = output.trim().split("\n").length;
  const clean =
    (code === 0 || signal === "SIGTERM" || code === 143) &&
    lines === 1 &&
    output.includes("http://");
  console.log(
    clean
      ? "npm start answers and stops cleanly"
      : `npm start failed: code ${code}, signal ${signal}, output ${output}`,
  );
  process.exitCode = clean ? 0 : 1;
});
