// Style is a test: tools/tidy.ts holds the rules, this file runs them over src/ and shows on small
// samples that each of them can fail.

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import {
  checkBans,
  checkDocs,
  checkFunctions,
  checkLayers,
  checkSize,
  findCycles,
  findDeadFiles,
  type Source,
} from "../tools/tidy.ts";

const ROOT = resolve(import.meta.dirname, "..");

function sourcesIn(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

const sources = sourcesIn("src");
const entries = sources
  .map((source) => source.path)
  .filter(
    (path) =>
      /^src\/(cli\/main|index)\.ts$/.test(path) ||
      /\/workers\/[^/]+\.ts$|worker-thread\.ts$/.test(path),
  );

describe("the house rules", () => {
  const rules = { checkSize, checkFunctions, checkBans, checkDocs, checkLayers };
  for (const [name, rule] of Object.entries(rules)) {
    it(`${name} finds nothing in src/`, () => {
      expect(sources.flatMap(rule)).toEqual([]);
    });
  }

  it("findCycles finds nothing in src/", () => {
    expect(findCycles(sources)).toEqual([]);
  });

  it("findDeadFiles finds nothing in src/", () => {
    expect(findDeadFiles(sources, entries)).toEqual([]);
  });
});

describe("each rule can fail", () => {
  const source = (text: string, path = "src/lucene/x.ts"): Source => ({ path, text });

  it("checkSize rejects a line of 101 columns and a file of 602 lines", () => {
    expect(checkSize(source("x".repeat(101)))).toHaveLength(1);
    expect(checkSize(source("\n".repeat(602)))).toHaveLength(1);
    expect(checkSize(source("x".repeat(100)))).toEqual([]);
  });

  it("checkFunctions rejects a function of 71 lines and takes one of 70", () => {
    const body = (lines: number) => `function f(): void {\n${"  g();\n".repeat(lines - 2)}}\n`;
    expect(checkFunctions(source(body(71)))).toHaveLength(1);
    expect(checkFunctions(source(body(70)))).toEqual([]);
    const method = `class A {\n  m(): void {\n${"    g();\n".repeat(70)}  }\n}\n`;
    expect(checkFunctions(source(method))).toHaveLength(1);
  });

  it("checkBans rejects the clock outside of base", () => {
    expect(checkBans(source("const t = Date.now();"))).toHaveLength(1);
    expect(checkBans(source("const t = Date.now();", "src/base/clock.ts"))).toEqual([]);
  });

  it("checkDocs rejects an export without a comment", () => {
    expect(checkDocs(source("export const a = 1;"))).toHaveLength(1);
    expect(checkDocs(source("/** A. */\nexport const a = 1;"))).toEqual([]);
  });

  it("checkLayers rejects upward imports, back doors and I/O", () => {
    expect(checkLayers(source('import { a } from "../engine/index.ts";'))).toHaveLength(1);
    expect(checkLayers(source('import { a } from "../base/lz4.ts";'))).toHaveLength(1);
    expect(checkLayers(source('import { a } from "node:fs";'))).toHaveLength(1);
    expect(checkLayers(source('import { a } from "../base/index.ts";'))).toEqual([]);
  });

  it("findCycles rejects two files that import each other", () => {
    const a = source('import { b } from "./b.ts";', "src/base/a.ts");
    const b = source('import { a } from "./a.ts";', "src/base/b.ts");
    expect(findCycles([a, b])).toHaveLength(1);
    expect(findCycles([a, source("", "src/base/b.ts")])).toEqual([]);
  });

  it("findDeadFiles rejects a file that nothing imports", () => {
    expect(findDeadFiles([source("", "src/base/a.ts")], [])).toEqual(["src/base/a.ts"]);
  });
});
