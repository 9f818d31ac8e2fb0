// Prints every complaint of tools/tidy.ts over src/: `npx tsx tools/tidy-report.ts [folder]`.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  checkBans,
  checkDocs,
  checkFunctions,
  checkLayers,
  checkSize,
  findCycles,
  type Source,
} from "./tidy.ts";

const folder = process.argv[2] ?? "src";
const sources: Source[] = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join("src", name))
  .map((path) => ({ path, text: readFileSync(path, "utf8") }));
const complaints = [checkSize, checkFunctions, checkBans, checkDocs, checkLayers]
  .flatMap((rule) => sources.flatMap(rule))
  .filter((line) => line.startsWith(folder));
process.stdout.write(
  [...complaints, ...findCycles(sources).map((group) => `cycle: ${group.join(" ")}`), ""].join(
    "\n",
  ),
);
