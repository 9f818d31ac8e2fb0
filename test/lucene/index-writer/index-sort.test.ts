// Index sorting at flush and in merges; CheckIndex compares neighbours by the sort in the .si.

import { expect, test } from "vitest";
import type { IndexableDocument } from "../../../src/lucene/index/indexable-field.ts";
import type { SortField } from "../../../src/lucene/index/segment-info.ts";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { documentOf, types } from "./documents.ts";
import { contentsOf, digestOf } from "./reader-contents.ts";
import {
  byId,
  documentsOf,
  judge,
  openFolderWriter,
  openWriter,
  withFolder,
} from "./writer-support.ts";

function sortedDocument(i: number, id = String(i)): IndexableDocument {
  const rank = (i * 7919) % 101;
  const fields = [...documentOf(i, id)];
  if (rank % 10 !== 0) {
    fields.push({ name: "rank", type: types.rank, numericValue: rank });
    fields.push({ name: "rank", type: types.rank, numericValue: rank + 1000 });
  }
  if (rank % 4 !== 0) {
    fields.push({ name: "city", type: types.city, bytesValue: `city ${rank % 13}` });
    fields.push({ name: "city", type: types.city, bytesValue: `z${rank % 5}` });
  }
  if (i % 6 !== 0)
    fields.push({ name: "wide", type: types.wide, numericValue: 2n ** 61n - BigInt(rank) });
  return fields;
}

const byRank: SortField = {
  field: "rank",
  type: "long",
  reverse: false,
  selector: "min",
  missing: 2n ** 63n - 1n,
};

async function roundTrip(indexSort: readonly SortField[]): Promise<string[]> {
  let ids: string[] = [];
  await withFolder(async (folder) => {
    const writer = openFolderWriter(folder, { indexSort });
    for (let i = 0; i < 120; i++) {
      writer.addDocuments([sortedDocument(i)]);
      if (i === 50) writer.flush();
      if (i % 9 === 0)
        writer.softUpdateDocuments(byId(String(i >> 1)), [sortedDocument(i + 500, String(i >> 1))]);
    }
    writer.deleteDocuments(byId("100"));
    writer.commit();
    await judge(folder);
    const before = documentsOf(writer);
    writer.forceMerge(1);
    const after = documentsOf(writer);
    expect(after.sources).toEqual(before.sources);
    ids = after.ids;
    writer.close();
    await judge(folder);
  });
  return ids;
}

test("IndexWriter sorts by a number with missing values last", async () => {
  const ids = await roundTrip([byRank]);
  const ranks = ids.map((id) => (Number(id) * 7919) % 101).filter((rank) => rank % 10 !== 0);
  expect(ids.length).toBeGreaterThan(100);
  expect(ranks.length).toBeLessThan(ids.length);
});

test("IndexWriter sorts by several keys, descending strings and wide numbers among them", async () => {
  await roundTrip([
    { field: "city", type: "string", reverse: true, selector: "max", missing: "last" },
    { field: "wide", type: "long", reverse: false, selector: "min", missing: -(2n ** 63n) },
    { field: "rank", type: "long", reverse: true, selector: "max", missing: 0 },
  ]);
  await roundTrip([
    { field: "city", type: "string", reverse: false, selector: "min", missing: "first" },
    { ...byRank, reverse: true },
  ]);
});

test("IndexWriter gives each document the same contents whether it sorts or not", () => {
  const digests = [[], [byRank], [{ ...byRank, reverse: true }]].map((indexSort) => {
    const writer = openWriter(new MemoryDirectory(), { indexSort });
    for (let i = 0; i < 150; i++) {
      writer.addDocuments([sortedDocument(i)]);
      if (i % 60 === 59) writer.flush();
      if (i % 8 === 0)
        writer.softUpdateDocuments(byId(String(i >> 1)), [sortedDocument(i, `${i >> 1}`)]);
      if (i % 50 === 20) writer.deleteDocuments(byId(String(i - 3)));
    }
    const digest = () => {
      const reader = writer.getReader();
      const lines = contentsOf(reader, "_id");
      reader.close();
      return digestOf(lines);
    };
    const before = digest();
    writer.forceMerge(1);
    expect(digest()).toBe(before);
    writer.close();
    return before;
  });
  expect(new Set(digests).size).toBe(1);
});

test("IndexWriter rejects blocks in a sorted index", () =>
  withFolder((folder) => {
    const writer = openFolderWriter(folder, { indexSort: [byRank] });
    expect(() => writer.addDocuments([sortedDocument(1), sortedDocument(2)])).toThrow(
      "cannot have nested fields when index sort is activated",
    );
    writer.close();
  }));
