// The judge of what this folder writes: Lucene's own CheckIndex, 9.12.3 and 10.4.0.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { checkIndex, judgeUnavailable } from "../../support/judge.ts";
import { saveDirectory, type StoredDocument, storedIndex } from "./stored-segment.ts";

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
  ];
}

describe.skipIf(judgeUnavailable() !== undefined)("CheckIndex", () => {
  it("passes a segment when it holds one stored document", async () => {
    const { directory } = storedIndex([document("1", '{"a":1}')]);
    expect(await judge("one", directory)).toContain("test: stored fields.......OK [2 total field");
  }, 120_000);
});
