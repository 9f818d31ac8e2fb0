// A merge changes nothing that a live document holds: terms with positions and offsets, doc values,
// norms, points and stored fields are the same before and after, for our segments and for those of
// real servers. (CheckIndex sees whether a segment agrees with itself, not with its parts.)

import { describe, expect, test } from "vitest";
import type { IndexWriter } from "../../../src/lucene/index/index-writer.ts";
import { readLatestCommit } from "../../../src/lucene/index/segment-infos.ts";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { unpackFixture } from "../../support/fixtures.ts";
import { fixtureIndices, fixtureShards } from "../segment/fixture-shards.ts";
import { documentOf, tombstoneOf } from "./documents.ts";
import { contentsOf, digestOf } from "./reader-contents.ts";
import { byId, openWriter } from "./writer-support.ts";

function digest(writer: IndexWriter, nameBy: "order" | "_id" = "order"): string {
  const reader = writer.getReader();
  const result = digestOf(contentsOf(reader, nameBy));
  reader.close();
  return result;
}

test("IndexWriter counts positions and offsets over several values as Lucene does", () => {
  const writer = openWriter(new MemoryDirectory());
  writer.addDocuments([documentOf(0)]);
  const reader = writer.getReader();
  // "one two one", then a gap of 100 positions and one character, then "two three".
  const terms = contentsOf(reader).filter((line) => line.startsWith("term body"));
  const hex = (text: string) => Buffer.from(text).toString("hex");
  expect(terms).toEqual([
    `term body ${hex("one")} 0 2 0@0-3,2@8-11`,
    `term body ${hex("three")} 0 1 104@16-21`,
    `term body ${hex("two")} 0 2 1@4-7,103@12-15`,
  ]);
  expect(contentsOf(reader)).toContain("norm body 0 5");
  reader.close();
  writer.close();
});

describe("merging", () => {
  test("keeps everything that live documents hold", () => {
    const writer = openWriter(new MemoryDirectory());
    for (let i = 0; i < 600; i++) {
      writer.addDocuments([documentOf(i)]);
      if (i % 130 === 129) writer.flush();
      if (i % 7 === 6)
        writer.softUpdateDocuments(byId(String(i >> 1)), [documentOf(i + 999, `${i >> 1}`)]);
      if (i % 31 === 30) writer.softUpdateDocuments(byId(String(i - 9)), [tombstoneOf(`${i - 9}`)]);
      if (i % 41 === 40) writer.deleteDocuments(byId(String(i - 20)));
    }
    writer.flush();
    expect(writer.segments().length).toBeGreaterThan(4);
    expect(writer.deletedDocs).toBeGreaterThan(50);
    const before = digest(writer);
    writer.forceMerge(1);
    expect(writer.segments()).toHaveLength(1);
    expect(writer.deletedDocs).toBe(0);
    expect(digest(writer)).toBe(before);
    writer.close();
  });

  for (const name of ["os2.19.6-segments", "os2.19.6-types", "os3.6.0-types"]) {
    test(`keeps everything in the indices of ${name}`, () => {
      const fixture = unpackFixture(name);
      let merged = 0;
      for (const { name: index, id } of fixtureIndices(fixture.repository)) {
        // A completion field and term vectors: never merged.
        if (/^v[ae]-(types|text)$/.test(index)) continue;
        for (const directory of fixtureShards(fixture.repository, id)) {
          const { segments } = readLatestCommit(directory);
          if (segments.length === 0) continue;
          const { indexSort } = segments[0]!.info;
          const writer = openWriter(directory, { indexSort });
          const nameBy = indexSort.length > 0 ? "_id" : "order";
          // One document less, so that there is something to rewrite.
          writer.trySoftDelete(segments[0]!.info.name, [0]);
          const before = digest(writer, nameBy);
          merged += writer.forceMerge(1);
          expect(digest(writer, nameBy), index).toBe(before);
          writer.close();
        }
      }
      fixture.remove();
      expect(merged).toBeGreaterThan(5);
    });
  }
});
