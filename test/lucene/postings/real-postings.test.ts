// Segments that Lucene wrote, read by us. What `next` and `nextDoc` answer must hash to what Lucene
// itself reads; seeks, jumps and impacts must then agree with that.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkImpacts, checkShallowJumps } from "./check-impacts.ts";
import { compareField, compareSeeks } from "./compare-terms.ts";
import { digestTerms } from "./digest.ts";
import { collectField, DATA, type Expected, loadDirectory, openSegment } from "./real-segments.ts";
import { seeded } from "./random-fields.ts";

const FOLDERS = readdirSync(DATA).filter((name) => name.startsWith("lucene-"));

describe.each(FOLDERS)("postings of %s", (folder) => {
  const segment = openSegment(loadDirectory(join(DATA, folder)));
  const expected: Record<string, Expected> = JSON.parse(
    readFileSync(join(DATA, folder, "expected.json"), "utf8"),
  );

  test("checkIntegrity passes when the files are whole", () => {
    segment.producer.checkIntegrity();
    expect(segment.fields.map((field) => field.name).sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(Object.keys(expected))("terms of %s equal what Lucene reads", (name) => {
    const terms = segment.producer.terms(name)!;
    const { size, docCount, sumDocFreq, sumTotalTermFreq } = terms;
    const actual = { terms: size, docCount, sumDocFreq, sumTotalTermFreq, sha1: digestTerms(terms) };
    expect(actual).toEqual(expected[name]);
  });

  test.each(Object.keys(expected))("seeks and jumps in %s agree with a walk", (name) => {
    const random = seeded(12);
    const terms = segment.producer.terms(name)!;
    const field = collectField(segment.fields.find((info) => info.name === name)!, terms);
    for (let round = 0; round < 5; round++) compareField(terms, field, random);
    compareSeeks(terms, field, random, 1000);
    expect(Buffer.compare(terms.minTerm!, field.terms[0]!.term)).toBe(0);
    expect(Buffer.compare(terms.maxTerm!, field.terms[field.terms.length - 1]!.term)).toBe(0);
  });

  test.each(Object.keys(expected))("impacts of %s bound every document", (name) => {
    const terms = segment.producer.terms(name)!;
    const field = collectField(segment.fields.find((info) => info.name === name)!, terms);
    const bounded = checkImpacts(terms, field, segment.norms);
    if (name !== "id") expect(bounded).toBeGreaterThan(500);
    for (let round = 0; round < 5; round++) checkShallowJumps(terms, field, seeded(round));
  });
});
