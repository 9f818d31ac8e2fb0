// Postings that Lucene 6 to 8 wrote, read by us: every term, document, position, offset and payload,
// and thousands of seeks and jumps must hash to what Lucene itself answered.

import { describe, expect, test } from "vitest";
import { compareField, compareSeeks } from "../postings/compare-terms.ts";
import { digestTerms } from "../postings/digest.ts";
import { seeded } from "../postings/random-fields.ts";
import { collectField } from "../postings/real-segments.ts";
import {
  EXPECTED,
  FOLDERS,
  MAX_DOC,
  oldDirectory,
  oldFields,
  openOldPostings,
} from "./old-segments.ts";
import { hashAdvances, hashSeeks } from "./walks.ts";

const NAMES = Object.keys(EXPECTED);

describe.each(FOLDERS)("postings of %s", (folder) => {
  const producer = openOldPostings(oldDirectory(folder));

  test("checkIntegrity passes when the files are whole", () => {
    producer.checkIntegrity();
  });

  test.each(NAMES)("terms of %s equal what Lucene reads", (name) => {
    const terms = producer.terms(name)!;
    const { size, docCount, sumDocFreq, sumTotalTermFreq } = terms;
    const actual = {
      terms: size,
      docCount,
      sumDocFreq,
      sumTotalTermFreq,
      sha1: digestTerms(terms),
      seeks: hashSeeks(terms),
      advances: hashAdvances(terms, MAX_DOC),
    };
    expect(actual).toEqual(EXPECTED[name]);
  });

  test.each(NAMES)("seeks and jumps in %s agree with a walk", (name) => {
    const random = seeded(12);
    const terms = producer.terms(name)!;
    const field = collectField(oldFields().find((info) => info.name === name)!, terms);
    compareField(terms, field, random);
    compareSeeks(terms, field, random, 300);
    expect(Buffer.compare(terms.minTerm!, field.terms[0]!.term)).toBe(0);
    expect(Buffer.compare(terms.maxTerm!, field.terms[field.terms.length - 1]!.term)).toBe(0);
  });
});
