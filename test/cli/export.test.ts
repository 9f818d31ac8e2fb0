// `varve export` of repositories that real servers wrote: the lines hold the golden documents.

import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runVarve } from "../support/cli.ts";
import {
  applyDamage,
  fixtureExpected,
  fixtureNames,
  type UnpackedFixture,
  unpackFixture,
} from "../support/fixtures.ts";

let fixture: UnpackedFixture | undefined;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "varve-export-"));
});
afterEach(() => {
  fixture?.remove();
  fixture = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function unpack(name: string): string {
  fixture = unpackFixture(name);
  return fixture.repository;
}

/** The source's text inside of a line, as it stands there. */
function sourceText(line: string): string | null {
  const text = line.slice(line.indexOf(',"_source":') + ',"_source":'.length, -1);
  return text === "null" ? null : text;
}

/** documents_sha256 as the golden answers compute it. */
function hashOf(lines: readonly string[]): string {
  const rows = lines.map((line) => {
    const { _id, _routing } = JSON.parse(line);
    return { id: Buffer.from(_id), text: `${_id}\t${_routing ?? ""}\t${sourceText(line) ?? ""}\n` };
  });
  rows.sort((a, b) => Buffer.compare(a.id, b.id));
  const hash = createHash("sha256");
  for (const { text } of rows) hash.update(text);
  return hash.digest("hex");
}

/** Where sources hold line breaks, the lines cannot: they are compared as JSON. */
function goldenSources(documents: any[]): Map<string, unknown> {
  return new Map(documents.map((item) => [item._id, item._source === null ? null : item._source]));
}

const ALL = fixtureNames().filter((name) => !/remote|cities/.test(name));

describe("varve export", () => {
  test.each(ALL)("%s holds every document of every snapshot", async (name) => {
    const repository = unpack(name);
    const expected = fixtureExpected(name);
    let compared = 0;
    for (const [snapshot, value] of Object.entries<any>(expected.snapshots)) {
      if (value.deleted === true || value.indices === undefined) continue;
      for (const [index, golden] of Object.entries<any>(value.indices)) {
        if (golden.documents === undefined || snapshot.includes("partial")) continue;
        const outcome = await runVarve(["export", repository, snapshot, index]);
        expect([name, snapshot, index, outcome.code]).toEqual([name, snapshot, index, 0]);
        const lines = outcome.stdout.split("\n").slice(0, -1);
        expect(lines.length).toBe(golden.docs_count ?? lines.length);
        for (const line of lines) expect(JSON.parse(line)._index).toBe(index);
        const breaks = golden.documents.some(
          (item: any) => typeof item._source === "string" && /[\r\n]/.test(item._source),
        );
        if (!breaks) {
          expect([index, hashOf(lines)]).toEqual([index, golden.documents_sha256]);
        } else {
          const sources = goldenSources(golden.documents);
          for (const line of lines) {
            const row = JSON.parse(line);
            const text = sources.get(row._id);
            if (typeof text !== "string") continue;
            expect(sourceText(line)).toBe(text.replaceAll(/[\r\n]/g, " "));
          }
        }
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(0);
  });

  test("bulk lines can be sent as they are", async () => {
    const repository = unpack("os2.19.6-types");
    const plain = await runVarve(["export", repository, "first", "vm-routed"]);
    const bulk = await runVarve(["export", repository, "first", "vm-routed", "--format", "bulk"]);
    const lines = bulk.stdout.split("\n").slice(0, -1);
    const rows = plain.stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    expect(lines.length).toBe(rows.length * 2);
    rows.forEach((row, at) => {
      const routing = row._routing === undefined ? {} : { routing: row._routing };
      expect(JSON.parse(lines[at * 2]!)).toEqual({
        index: { _index: "vm-routed", _id: row._id, ...routing },
      });
      expect(JSON.parse(lines[at * 2 + 1]!)).toEqual(row._source);
    });
  });

  test("a query exports what it finds, and no nested or deleted document", async () => {
    const repository = unpack("os2.19.6-series");
    const all = await runVarve(["export", repository, "s6", "vi-a"]);
    const rows = all.stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    const wanted = rows.filter((row) => /\briver\b/.test(row._source.txt ?? ""));
    const flags = ["-q", "txt:river"];
    const found = await runVarve(["export", repository, "s6", "vi-a", ...flags]);
    const ids = found.stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line)._id);
    expect(wanted.length).toBeGreaterThan(0);
    expect(ids.sort()).toEqual(wanted.map((row) => row._id).sort());
  });

  test("CSV has the mapping's fields as columns, quoted by RFC 4180", async () => {
    const repository = unpack("os2.19.6-series");
    const flags = ["--format", "csv", "--fields", "seq,txt"];
    const { stdout } = await runVarve(["export", repository, "s6", "vi-a", ...flags]);
    const [header, ...lines] = stdout.split("\r\n").slice(0, -1);
    expect(header).toBe("_index,_id,_routing,seq,txt");
    const plain = await runVarve(["export", repository, "s6", "vi-a"]);
    const rows = plain.stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    expect(lines.length).toBe(rows.length);
    lines.forEach((line, at) => {
      const row = rows[at];
      expect(line).toBe(`vi-a,${row._id},,${row._source.seq ?? ""},${row._source.txt ?? ""}`);
    });
  });

  test("Parquet holds typed columns and the whole source", async () => {
    const repository = unpack("os2.19.6-series");
    const file = join(folder, "out.parquet");
    const flags = ["--format", "parquet", "-o", file];
    const outcome = await runVarve(["export", repository, "s6", "vi-a", ...flags]);
    expect(outcome.code).toBe(0);
    const bytes = readFileSync(file);
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const found = await parquetReadObjects({ file: buffer as ArrayBuffer });
    const plain = await runVarve(["export", repository, "s6", "vi-a"]);
    const rows = plain.stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    expect(found.length).toBe(rows.length);
    found.forEach((item: any, at) => {
      const { _id, _source } = rows[at];
      expect([item._id, Number(item.seq), item.txt ?? undefined]).toEqual([
        _id,
        _source.seq,
        _source.txt,
      ]);
      expect(JSON.parse(item._source)).toEqual(_source);
    });
  });

  test("goes on where it was stopped, and ends with the same bytes", async () => {
    const repository = unpack("os2.19.6-cities");
    const whole = join(folder, "whole.ndjson");
    const file = join(folder, "cities.ndjson");
    const call = ["export", repository, "cities", "*", "--quiet", "--threads", "2", "-o"];
    expect((await runVarve([...call, whole])).code).toBe(0);
    const interrupt = new AbortController();
    const watch = setInterval(() => {
      if (existsSync(file) && statSync(file).size > 3_000_000) interrupt.abort();
    }, 2);
    const stopped = await runVarve([...call, file], { interrupt: interrupt.signal });
    clearInterval(watch);
    expect(stopped.code).toBe(130);
    const size = statSync(file).size;
    expect(size).toBeLessThan(statSync(whole).size);
    const again = await runVarve([...call.filter((flag) => flag !== "--quiet"), file]);
    expect(again.stderr).toContain("Going on where it was stopped");
    expect(readFileSync(file).equals(readFileSync(whole))).toBe(true);
    expect(existsSync(`${file}.progress`)).toBe(false);
    const lines = readFileSync(whole, "utf8").split("\n").slice(0, -1);
    const [golden] = Object.values<any>(
      Object.values<any>(fixtureExpected("os2.19.6-cities").snapshots)[0].indices,
    );
    expect(hashOf(lines)).toBe(golden.documents_sha256);
  });

  test("goes on safely when the file is shorter than its progress says", async () => {
    const repository = unpack("os2.19.6-cities");
    const file = join(folder, "cities.ndjson");
    const call = ["export", repository, "cities", "*", "--quiet", "-o", file];
    const interrupt = new AbortController();
    const watch = setInterval(() => {
      if (existsSync(file) && statSync(file).size > 3_000_000) interrupt.abort();
    }, 2);
    await runVarve(call, { interrupt: interrupt.signal });
    clearInterval(watch);
    truncateSync(file, 1000);
    expect((await runVarve(call)).code).toBe(0);
    const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
    expect(lines.length).toBe(135_233);
  });

  test("writes parts to a store", async () => {
    const repository = unpack("os2.19.6-series");
    const target = `file://${folder}/deep/out.ndjson`;
    expect((await runVarve(["export", repository, "s6", "vi-a", "-o", target])).code).toBe(0);
    const plain = await runVarve(["export", repository, "s6", "vi-a"]);
    expect(readFileSync(join(folder, "deep/out.ndjson-00001"), "utf8")).toBe(plain.stdout);
    expect(existsSync(join(folder, "deep/out.ndjson.progress"))).toBe(false);
  });

  test("rejects a damaged shard, a file that is there, and a missing index", async () => {
    const repository = unpack("os2.19.6-series");
    const file = join(folder, "out");
    expect((await runVarve(["export", repository, "s6", "vi-a", "-o", file])).code).toBe(0);
    const exists = await runVarve(["export", repository, "s6", "vi-a", "-o", file]);
    expect([exists.code, exists.stderr]).toEqual([2, expect.stringContaining("--overwrite")]);
    const missing = await runVarve(["export", repository, "s6", "nope"]);
    expect([missing.code, missing.stderr]).toEqual([3, expect.stringContaining("no such index")]);
    applyDamage("v3-missing", fixture!.folder);
    const outcomes = [];
    for (const snapshot of ["s1", "s2", "s4", "s5", "s6", "s9"]) {
      outcomes.push(await runVarve(["export", repository, snapshot, "*"]));
    }
    expect(outcomes.some((outcome) => outcome.code === 3)).toBe(true);
  });
});
