// Segments that Lucene wrote, read by us. What `next` and `nextDoc` answer must hash to what Lucene
// itself reads; seeks, jumps and impacts must then agree with that.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lucene90PostingsFormat } from "../../../src/lucene/codecs/lucene90/postings/lucene90-postings-format.ts";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { checkImpacts, checkShallowJumps } from "./check-impacts.ts";
import { compareField, compareSeeks } from "./compare-terms.ts";
import { digestTerms } from "./digest.ts";
import { seeded } from "./random-fields.ts";
import { collectField, DATA, type Expected, loadDirectory, openSegment } from "./real-segments.ts";

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
    const actual = {
      terms: size,
      docCount,
      sumDocFreq,
      sumTotalTermFreq,
      sha1: digestTerms(terms),
    };
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
    if (name === "f0") expect(bounded).toBeGreaterThan(1000);
    for (let round = 0; round < 5; round++) checkShallowJumps(terms, field, seeded(round));
  });
});

test("lucene90PostingsFormat writes the bytes that Lucene 9.1.0 writes", () => {
  const directory = loadDirectory(join(DATA, "lucene-9.1.0"));
  const { state, producer, norms, fields } = openSegment(directory);
  const written = new MemoryDirectory();
  const consumer = lucene90PostingsFormat.fieldsConsumer!({
    ...state,
    directory: written,
    segmentSuffix: "Lucene90_0",
  });
  const names = fields.map((field) => field.name).sort();
  consumer.write({ names, terms: (name) => producer.terms(name) }, norms);
  consumer.close();
  expect(written.listAll()).toHaveLength(6);
  for (const [name, bytes] of written.files) {
    expect(Buffer.compare(bytes, directory.files.get(name)!), name).toBe(0);
  }
});
