// The judge of what this folder writes: Lucene's own CheckIndex, 9.12.3 and 10.4.0.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lucene91Codec } from "../../../src/lucene/codecs/registry.ts";
import { FixedBits } from "../../../src/lucene/index/fixed-bits.ts";
import type { SortField } from "../../../src/lucene/index/segment-info.ts";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { checkIndex, judgeUnavailable } from "../../support/judge.ts";
import {
  commit,
  fieldInfosOf,
  newCommitInfo,
  newSegmentInfo,
  newSegmentInfos,
  type StoredDocument,
  saveDirectory,
  storedIndex,
  writeStoredSegment,
} from "./stored-segment.ts";

const root = mkdtempSync(join(tmpdir(), "varve-segment-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function judge(name: string, directory: MemoryDirectory): Promise<string> {
  const folder = join(root, name);
  saveDirectory(directory, folder);
  const report = await checkIndex(folder, 9);
  await checkIndex(folder, 10);
  return report;
}

const utf8 = new TextEncoder();

function document(id: string, source: string): StoredDocument {
  return [
    { field: "_id", type: "binary", value: utf8.encode(id) },
    { field: "_source", type: "binary", value: utf8.encode(source) },
    { field: "day", type: "long", value: 86_400_000 * id.length },
    { field: "ratio", type: "double", value: id.length / 7 },
  ];
}

function documents(count: number): StoredDocument[] {
  return Array.from({ length: count }, (_, i) =>
    i % 10 === 9 ? [] : document(String(i), `{"text":"${`word${i % 17} `.repeat(i % 300)}"}`),
  );
}

describe.skipIf(judgeUnavailable() !== undefined)("CheckIndex", () => {
  it("passes a segment when it holds one stored document", async () => {
    const { directory } = storedIndex([document("1", '{"a":1}')]);
    expect(await judge("one", directory)).toContain("test: stored fields.......OK [4 total field");
  }, 120_000);

  it.each([
    ["speed", "BEST_SPEED", false],
    ["compression", "BEST_COMPRESSION", true],
  ] as const)(
    "passes thousands of documents in mode %s",
    async (name, mode, compound) => {
      const { directory } = storedIndex(documents(5000), { mode, compound });
      const report = await judge(name, directory);
      expect(report).toContain("test: stored fields.......OK [18000 total field");
      expect(report).toContain(`compound=${compound}`);
    },
    120_000,
  );

  it("understands every kind of index sort", async () => {
    const indexSort: SortField[] = [
      { field: "t", type: "long", reverse: true, selector: "max", missing: -(2n ** 63n) },
      { field: "k", type: "string", reverse: false, selector: "min", missing: "first" },
      { field: "d", type: "double", reverse: false, selector: "min", missing: -1.5 },
      { field: "f", type: "float", reverse: false, missing: -2.25 },
      { field: "i", type: "int", reverse: true, missing: 7 },
      { field: "s", type: "string", reverse: true, missing: "last" },
    ];
    const { directory } = storedIndex([document("1", "{}")], { indexSort });
    const report = await judge("sort", directory);
    expect(report).toContain(
      'sort=<sortednumeric: "t">! missingValue=-9223372036854775808 selector=MAX type=LONG',
    );
    for (const missing of ["missingValue=-1.5", "missingValue=-2.25", "SortField.STRING_FIRST"]) {
      expect(report).toContain(missing);
    }
  }, 120_000);

  it("passes deletes when two generations of live docs were written", async () => {
    const { directory, infos } = storedIndex(documents(1000));
    const segment = infos.segments[0]!;
    const bits = FixedBits.ones(1000);
    for (const generation of [1, 2]) {
      for (let i = generation; i < 1000; i += 7) bits.clear(i);
      const deleted = 1000 - bits.cardinality() - segment.delCount;
      lucene91Codec.liveDocsFormat.writeLiveDocs!(directory, segment, bits, deleted);
      segment.delCount += deleted;
      segment.delGen = generation;
      commit(directory, infos);
    }
    expect(await judge("deletes", directory)).toContain("has deletions [delGen=2]");
  }, 120_000);

  it("passes a merge when it copied chunks of clean and dirty segments", async () => {
    const directory = new MemoryDirectory();
    const parts = [900, 3000, 20].map((count, i) =>
      writeStoredSegment(directory, `_${i}`, documents(count)),
    );
    const total = parts.reduce((sum, { maxDoc }) => sum + maxDoc, 0);
    const info = newSegmentInfo("_3", total);
    const fieldInfos = fieldInfosOf(documents(20));
    const writer = lucene91Codec.storedFieldsFormat.fieldsWriter!(directory, info, "BEST_SPEED");
    for (const part of parts) {
      const reader = lucene91Codec.storedFieldsFormat.fieldsReader(directory, part, fieldInfos);
      writer.copyDocuments!(
        reader,
        Array.from({ length: part.maxDoc }, (_, i) => i),
      );
    }
    writer.finish(total);
    writer.close();
    lucene91Codec.fieldInfosFormat.write!(directory, info, "", fieldInfos);
    info.files = new Set(directory.listAll().filter((name) => name.startsWith("_3.")));
    lucene91Codec.segmentInfoFormat.write!(directory, info);
    commit(directory, newSegmentInfos([...parts, info].map(newCommitInfo)));
    const report = await judge("merge", directory);
    expect(report).toContain(`maxDoc=${total}`);
  }, 120_000);
});
