// Impacts are upper bounds: no document of their range may have a higher frequency at a lower norm
// than one of the pairs. CheckIndex asks the same.

import { expect } from "vitest";
import { hasNorms } from "../../../src/lucene/index/field-info.ts";
import {
  type ImpactsEnum,
  NO_MORE_DOCS,
  type NormsProducer,
  PostingsFlags,
  type Terms,
} from "../../../src/lucene/index/leaf-reader.ts";
import type { MemoryField, Posting } from "./memory-fields.ts";

function isCovered(impacts: ImpactsEnum, posting: Posting, norm: number): boolean {
  return impacts.impacts().some((impact) => impact.freq >= posting.freq && impact.norm <= norm);
}

/**
 * Checks every posting against the impacts of its block; answers how many bounds were not trivial.
 */
export function checkImpacts(terms: Terms, field: MemoryField, norms: NormsProducer): number {
  let bounded = 0;
  const termsEnum = terms.iterator();
  for (const { term, postings } of field.terms) {
    expect(termsEnum.next()).toEqual(term);
    const impacts = termsEnum.impacts(PostingsFlags.FREQS)!;
    const values = hasNorms(field.info) ? norms.norms(field.info) : undefined;
    for (const posting of postings) {
      impacts.advanceShallow(posting.doc);
      const norm = values?.advanceExact(posting.doc) === true ? values.longValue() & 0xff : 1;
      const upTo = impacts.impactsUpTo();
      if (upTo < posting.doc || !isCovered(impacts, posting, norm)) {
        expect({ term, posting, norm, upTo, impacts: impacts.impacts() }).toBe("covered");
      }
      if (upTo !== NO_MORE_DOCS) bounded++;
    }
  }
  return bounded;
}

/** Jumps from block to block as a block-max search does. */
export function checkShallowJumps(terms: Terms, field: MemoryField, random: () => number): void {
  const termsEnum = terms.iterator();
  for (const { term, postings } of field.terms) {
    if (postings.length < 300) continue;
    expect(termsEnum.seekExact(term)).toBe(true);
    const impacts = termsEnum.impacts(PostingsFlags.FREQS)!;
    let target = 0;
    for (;;) {
      impacts.advanceShallow(target);
      if (random() < 0.5 && impacts.impactsUpTo() !== NO_MORE_DOCS) {
        target = impacts.impactsUpTo() + 1;
        continue;
      }
      const expected = postings.find((posting) => posting.doc >= target);
      expect(impacts.advance(target)).toBe(expected?.doc ?? NO_MORE_DOCS);
      if (expected === undefined) break;
      if (terms.hasFreqs) expect(impacts.freq()).toBe(expected.freq);
      target = expected.doc + 1 + Math.floor(random() * 700);
    }
  }
}
