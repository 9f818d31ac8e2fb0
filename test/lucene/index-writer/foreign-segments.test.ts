// The writer on indices that real servers wrote: their documents are soft-deleted in place (new
// generations in the segment's own codec), then everything is merged into our generation. CheckIndex of
// the server's own line judges both; every stored document must come through unchanged.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { FsDirectory } from "../../../src/engine/store/fs-directory.ts";
import { openDirectoryReader } from "../../../src/lucene/index/directory-reader.ts";
import { FieldInfos, newFieldInfo } from "../../../src/lucene/index/field-info.ts";
import type { IndexWriter } from "../../../src/lucene/index/index-writer.ts";
import type { LeafReader } from "../../../src/lucene/index/leaf-reader.ts";
import { isMergeable } from "../../../src/lucene/index/merge-state.ts";
import { readLatestCommit } from "../../../src/lucene/index/segment-infos.ts";
import { type UnpackedFixture, unpackFixture } from "../../support/fixtures.ts";
import type { LuceneLine } from "../../support/judge.ts";
import { checkIndex, judgeUnavailable } from "../../support/judge.ts";
import { fixtureIndices, fixtureShards } from "../segment/fixture-shards.ts";
import { idTerm, types } from "./documents.ts";
import { openFolderWriter, withFolder } from "./writer-support.ts";

const fixtures: UnpackedFixture[] = [];
afterAll(() => {
  for (const fixture of fixtures) fixture.remove();
});

function bytesOf(leaf: LeafReader, doc: number, name: string): string | undefined {
  let text: string | undefined;
  leaf.storedFields().document(doc, {
    needsField: (info) => (info.name === name ? "yes" : "no"),
    field: (_info, value) => {
      text = Buffer.from(value as Uint8Array).toString("latin1");
    },
  });
  return text;
}

/** `_id` and `_source` of live documents, sorted; children of blocks have neither and count as such. */
function liveContents(writer: IndexWriter): string[] {
  const reader = writer.getReader();
  const contents: string[] = [];
  for (const { reader: leaf } of reader.leaves) {
    for (let doc = 0; doc < leaf.maxDoc; doc++) {
      if (leaf.liveDocs?.get(doc) === false) continue;
      contents.push(`${bytesOf(leaf, doc, "_id")} ${bytesOf(leaf, doc, "_source")}`);
    }
  }
  reader.close();
  return contents.sort();
}

async function changeAndMerge(folder: string, name: string, line: LuceneLine): Promise<void> {
  const { segments } = readLatestCommit(new FsDirectory(folder));
  const writer = openFolderWriter(folder, { indexSort: segments[0]?.info.indexSort ?? [] });
  const before = liveContents(writer);
  // A tombstone of OpenSearch, by a document that is live now.
  const id = before.find((text) => !text.startsWith("undefined"))?.split(" ")[0];
  if (id !== undefined) {
    const bytes = Buffer.from(id, "latin1");
    writer.softUpdateDocuments({ field: "_id", value: bytes }, [
      [
        { name: "_id", type: types.id, term: bytes, storedValue: bytes },
        { name: "__soft_deletes", type: types.softDeletes, numericValue: 1 },
      ],
    ]);
    writer.deleteDocuments({ field: "_id", value: idTerm("not there") });
  }
  writer.commit();
  // Lucene's own writer refuses fields whose vector encoding differs between segments.
  for (const { reader } of openDirectoryReader(new FsDirectory(folder)).leaves) {
    for (const info of reader.fieldInfos) expect(info.vectorEncoding).toBe(1);
  }
  const after = liveContents(writer);
  if (id !== undefined) expect(after.length).toBeLessThan(before.length);
  if (judgeUnavailable() === undefined) await checkIndex(folder, line);
  writer.forceMerge(1);
  writer.commit();
  expect(liveContents(writer)).toEqual(after);
  // Term vectors (-text) and payloads (the completion field of -types) are not written: such segments
  // stay as they are.
  const merged = writer.segments().filter(({ info }) => info.codec === "Lucene91");
  const isWhole = !/^v[abe]-(text|types)$/.test(name);
  if (isWhole) expect(merged).toHaveLength(writer.segments().length);
  for (const segment of merged) expect(segment.deletedDocs).toBe(0);
  writer.close();
  if (judgeUnavailable() === undefined) await checkIndex(folder, line);
}

const CASES: [string, LuceneLine][] = [
  ["os1.3.0-types", 9],
  ["os2.19.6-segments", 9],
  ["os2.19.6-types", 9],
  ["os3.6.0-types", 10],
];

for (const [name, line] of CASES) {
  const fixture = unpackFixture(name);
  fixtures.push(fixture);
  for (const { name: index, id } of fixtureIndices(fixture.repository)) {
    test(`IndexWriter changes and merges [${index}] of ${name}`, async () => {
      // One shard says as much as five of the same mapping.
      for (const shard of fixtureShards(fixture.repository, id).slice(0, 1)) {
        await withFolder(async (folder) => {
          for (const [file, bytes] of shard.files) writeFileSync(join(folder, file), bytes);
          await changeAndMerge(folder, index, line);
        });
      }
    });
  }
}

test("IndexWriter deletes documents of a Lucene 8 segment for good", async () => {
  const fixture = unpackFixture("os1.3.0-types");
  fixtures.push(fixture);
  const { id } = fixtureIndices(fixture.repository).find(({ name }) => name === "vb-nosource")!;
  const [shard] = fixtureShards(fixture.repository, id);
  await withFolder(async (folder) => {
    for (const [file, bytes] of shard!.files) writeFileSync(join(folder, file), bytes);
    const writer = openFolderWriter(folder, {});
    const before = liveContents(writer);
    const bytes = Buffer.from(before[0]!.split(" ")[0]!, "latin1");
    writer.deleteDocuments({ field: "_id", value: bytes });
    writer.commit();
    writer.close();
    const { segments } = readLatestCommit(new FsDirectory(folder));
    expect(segments.map(({ info, delGen }) => [info.codec, delGen])).toContainEqual([
      "Lucene87",
      1,
    ]);
    const again = openFolderWriter(folder, {});
    expect(liveContents(again)).toEqual(before.slice(1));
    again.close();
    if (judgeUnavailable() === undefined) await checkIndex(folder, 9);
  });
});

test("isMergeable rejects what the written generation cannot hold", () => {
  const plain = newFieldInfo("a", 0);
  expect(isMergeable(new FieldInfos([plain]))).toBe(true);
  for (const more of [
    { vectorDimension: 3 },
    { storeTermVectors: true },
    { storePayloads: true },
  ]) {
    expect(isMergeable(new FieldInfos([{ ...plain, ...more }]))).toBe(false);
  }
  const format = (name: string) => new Map([["PerFieldPostingsFormat.format", name]]);
  const of = (name: string) => new FieldInfos([{ ...plain, attributes: format(name) }]);
  expect(isMergeable(of("Lucene912"))).toBe(true);
  expect(isMergeable(of("Completion912"))).toBe(false);
});
