// Fields of completion suggesters keep an FST of their own beside their terms (formats `completion`
// and Completion84 to Completion104). Goal: such a field is named when its terms are asked for,
// and harms nothing else in its segment, in any generation that a fixture has.

import { afterAll, describe, expect, test } from "vitest";
import { openDirectoryReader } from "../../../src/lucene/index/directory-reader.ts";
import { IndexOptions } from "../../../src/lucene/index/field-info.ts";
import type { LeafReader } from "../../../src/lucene/index/leaf-reader.ts";
import { isMergeable } from "../../../src/lucene/index/merge-state.ts";
import { fixtureNames, unpackFixture } from "../../support/fixtures.ts";
import { digestTerms } from "../postings/digest.ts";
import { fixtureIndices, fixtureShards } from "../segment/fixture-shards.ts";

const FORMAT = "PerFieldPostingsFormat.format";
const names = fixtureNames().filter((name) => name.endsWith("-types"));
const cleanups: (() => void)[] = [];
afterAll(() => {
  for (const cleanup of cleanups) cleanup();
});

/** Leaves with a completion field, and the names of that field's format. */
function completionLeaves(name: string): { leaf: LeafReader; field: string; format: string }[] {
  const fixture = unpackFixture(name);
  cleanups.push(() => fixture.remove());
  const index = fixtureIndices(fixture.repository).find((one) => one.name.endsWith("-types"))!;
  return fixtureShards(fixture.repository, index.id).flatMap((directory) =>
    openDirectoryReader(directory, { softDeletesField: "__soft_deletes" }).leaves.flatMap(
      ({ reader }) =>
        [...reader.fieldInfos].flatMap((info) => {
          const format = info.attributes.get(FORMAT);
          return format === undefined || !/completion/i.test(format)
            ? []
            : [{ leaf: reader, field: info.name, format }];
        }),
    ),
  );
}

describe.each(names)("a completion field in %s", (name) => {
  const found = completionLeaves(name);

  test("is there", () => {
    expect(found.length).toBeGreaterThan(0);
  });

  test("terms names the format", () => {
    for (const { leaf, field, format } of found) {
      expect(() => leaf.terms(field)).toThrow(`Postings format [${format}] is not supported`);
    }
  });

  test("terms of every other field are read", () => {
    for (const { leaf, field } of found) {
      for (const info of leaf.fieldInfos) {
        if (info.name === field || info.indexOptions === IndexOptions.NONE) continue;
        const terms = leaf.terms(info.name);
        if (terms !== undefined) expect(digestTerms(terms)).toHaveLength(40);
      }
      leaf.checkIntegrity();
    }
  });

  test("keeps its segment from being merged", () => {
    for (const { leaf } of found) expect(isMergeable(leaf.fieldInfos)).toBe(false);
  });
});

test("fixtures have the formats of several generations", () => {
  const formats = new Set(names.flatMap((name) => completionLeaves(name).map((one) => one.format)));
  const known = ["completion", "Completion84", "Completion912", "Completion101", "Completion104"];
  expect([...formats]).toEqual(expect.arrayContaining(known));
});
