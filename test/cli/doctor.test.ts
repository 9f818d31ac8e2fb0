// `varve doctor` on folders and web servers: what it prints, answers and leaves.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runVarve } from "../support/cli.ts";
import { fixtureNames, unpackFixture } from "../support/fixtures.ts";
import { startStaticServer } from "../support/storage/static-server.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "varve-doctor-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("varve doctor", () => {
  test("prints a table, and leaves the folder as it was", async () => {
    writeFileSync(join(folder, "index-0"), "{}");
    const outcome = await runVarve(["doctor", folder]);
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toMatch(/^PROBE +RESULT +TOOK +REMARKS\nlist +ok /);
    expect(outcome.stdout).toMatch(/\nput-if-absent-race +ok .* one winner in each of 3 rounds\n/);
    expect(outcome.stderr).toBe(`fs [${folder}] gives what a repository needs\n`);
    expect(readdirSync(folder)).toEqual(["index-0"]);
  });

  test("answers every probe with --json", async () => {
    const outcome = await runVarve(["doctor", folder, "--json"]);
    const { ok, reached, type, probes } = outcome.json();
    expect([ok, reached, type]).toEqual([true, true, "fs"]);
    for (const probe of probes) {
      expect(probe).toMatchObject({
        name: expect.any(String),
        title: expect.any(String),
        ok: true,
        skipped: expect.any(Boolean),
        millis: expect.any(Number),
        message: expect.any(String),
      });
    }
    expect(probes.map((probe: any) => probe.name)).toContain("clean-up");
  });

  test("reads a repository of a web server, and tells one that is not there", async () => {
    const fixture = unpackFixture(fixtureNames()[0]!);
    const server = await startStaticServer(fixture.repository);
    try {
      const outcome = await runVarve(["doctor", `${server.origin}/`, "--json"]);
      expect(outcome.code).toBe(0);
      const tried = outcome.json().probes.filter((probe: any) => !probe.skipped);
      expect(tried.map((probe: any) => probe.name)).toEqual(["read-repository", "clock"]);
      const nowhere = await runVarve(["doctor", `${server.origin}/nowhere/`]);
      expect(nowhere.code).toBe(3);
      expect(nowhere.stdout).toContain("check the address: there is no readable repository");
    } finally {
      await server.stop();
      fixture.remove();
    }
  });

  test("removes its folder when it is interrupted", async () => {
    const controller = new AbortController();
    const watcher = setInterval(() => {
      if (readdirSync(folder).length > 0) controller.abort();
    }, 1);
    const outcome = await runVarve(["doctor", folder], { interrupt: controller.signal });
    clearInterval(watcher);
    expect(outcome.code).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("rejects a text that names no repository with code 2", async () => {
    expect((await runVarve(["doctor"])).code).toBe(2);
    expect((await runVarve(["doctor", "ftp://host/x"])).code).toBe(2);
  });
});
