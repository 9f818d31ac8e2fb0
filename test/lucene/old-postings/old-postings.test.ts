// Postings that Lucene 6 to 8 wrote, read by us: every term, document, position, offset and payload,
// and thousands of seeks and jumps must hash to what Lucene itself answered.

import { describe, expect, test } from "vitest";
import { PostingsFlags } from "../../../src/lucene/index/leaf-reader.ts";
import { checkImpacts, checkShallowJumps } from "../postings/check-impacts.ts";
import { compareField, compareSeeks } from "../postings/compare-terms.ts";
import { digestTerms } from "../postings/digest.ts";
import type { MemoryField } from "../postings/memory-fields.ts";
import { seeded } from "../postings/random-fields.ts";
import { collectField, openSegment } from "../postings/real-segments.ts";
import { EXPECTED, FOLDERS, MAX_DOC, oldDirectory } from "./old-segments.ts";
import { hashAdvances, hashSeeks } from "./walks.ts";

const NAMES = Object.keys(EXPECTED);

describe.each(FOLDERS)("postings of %s", (folder) => {
  const { producer, fields, norms } = openSegment(oldDirectory(folder));
  const field = (name: string): MemoryField => {
    const info = fields.find((one) => one.name === name)!;
    return collectField(info, producer.terms(name)!);
  };

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
    const collected = field(name);
    compareField(terms, collected, random);
    compareSeeks(terms, collected, random, 300);
    expect(Buffer.compare(terms.minTerm!, collected.terms[0]!.term)).toBe(0);
    expect(Buffer.compare(terms.maxTerm!, collected.terms.at(-1)!.term)).toBe(0);
  });

  if (/-[67]/.test(folder)) {
    test("impacts answers nothing before Lucene 8", () => {
      const termsEnum = producer.terms("flags")!.iterator();
      expect(termsEnum.seekExact(Buffer.from("all"))).toBe(true);
      expect(termsEnum.impacts(PostingsFlags.FREQS)).toBeUndefined();
    });
    return;
  }

  test.each(NAMES)("impacts of %s bound every document", (name) => {
    const terms = producer.terms(name)!;
    const collected = field(name);
    const bounded = checkImpacts(terms, collected, norms);
    if (name === "flags") expect(bounded).toBeGreaterThan(1000);
    for (let round = 0; round < 5; round++) checkShallowJumps(terms, collected, seeded(round));
  });
});
