// What the command line says when something is wrong, and how it ends.

import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeFolder, VarveError } from "../../src/base/index.ts";
import { formatTable } from "../../src/cli/output.ts";
import { describeError } from "../../src/cli/run-cli.ts";
import { runVarve } from "../support/cli.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "varve-cli-"));
  writeFileSync(join(folder, "file"), "");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("runCli", () => {
  test.each([
    [[], 2, "Usage"],
    [["nope"], 2, "unknown command"],
    [["ls"], 2, "missing required argument 'repo'"],
    [["ls", ""], 2, "not an empty text"],
    [["ls", "missing"], 3, "no repository at [missing]"],
    [["ls", "file"], 3, "is a file, not a folder"],
    [["ls", "missing", "--limit", "0"], 2, "a number from 1 on"],
    [["ls", "missing", "--state", "good"], 2, "one of SUCCESS"],
    [["ls", "s3://bucket/100%"], 2, "write a percent sign as %25"],
    [["ls", "file:///100%"], 2, "is not a folder of this machine"],
    [["ls", "https://"], 2, "is not a URL"],
    [["ls", "s3:///prefix"], 2, "names no bucket"],
    [["ls", "azure://container"], 2, "set AZURE_STORAGE_ACCOUNT"],
    [["ls", "ftp://host"], 2, "no kind of repository"],
  ] as const)("rejects %j with code %d", async (args, code, words) => {
    const outcome = await runVarve(args, { folder });
    expect(outcome.stderr).toContain(words);
    expect(outcome.stderr).not.toMatch(/^ +at /m);
    expect(outcome.code).toBe(code);
    expect(outcome.stdout).toBe("");
  });
});

describe("makeFolder", () => {
  test("makeFolder makes parents and takes what is there when it is a folder", () => {
    const path = join(folder, "a", "b", "c");
    makeFolder(path);
    makeFolder(path);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  test("rejects a file on the way, and a place that takes no folders", () => {
    expect(() => makeFolder(join(folder, "file"))).toThrow("EEXIST");
    expect(() => makeFolder(join(folder, "file", "a", "b"))).toThrow("ENOTDIR");
    if (process.platform === "linux") expect(() => makeFolder("/proc/nope/a")).toThrow("ENOENT");
  });
});

describe("formatTable", () => {
  test("formatTable shows names on one line and steers no terminal when they hold controls", () => {
    const rows = [["a\nb\u001b[31m"], ["\u202etxt"]];
    expect(formatTable([{ title: "N" }], rows)).toBe("N\na b\ufffd[31m\n\ufffdtxt\n");
  });
});

describe("describeError", () => {
  test("describeError tells causes that say more when there are some", () => {
    const cause = new RangeError("too far");
    const error = new VarveError("corrupt", "Blob [x] is damaged", { cause });
    expect(describeError(error)).toBe("Blob [x] is damaged\n  because: RangeError: too far");
    expect(describeError(new VarveError("corrupt", "too far: x", { cause }))).toBe("too far: x");
  });

  test("describeError says where in a JSON text on the same line", () => {
    const text = "no content\n at [Source: REDACTED (off); line: 1, column: 0]";
    expect(describeError(new VarveError("corrupt", text))).toBe("no content [line: 1, column: 0]");
  });

  test("describeError tells every failure when an error has several", () => {
    const error = new AggregateError([new Error("one"), new Error("two")]);
    expect(describeError(error)).toBe("one; two");
  });

  test("describeError shows where an error arose when it is asked to", () => {
    const error = new TypeError("odd");
    expect(describeError(error)).toBe("TypeError: odd");
    expect(describeError(error, true)).toMatch(/TypeError: odd\n +at /);
  });
});
