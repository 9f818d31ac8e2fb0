// Compares everything that a reader answers about a field with what was written.

import { expect } from "vitest";
import {
  NO_MORE_DOCS,
  type PostingsEnum,
  PostingsFlags,
  type Terms,
} from "../../../src/lucene/index/leaf-reader.ts";
import type { MemoryField, Posting } from "./memory-fields.ts";

/** Compares without the cost of one matcher per number. */
function same(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) expect({ [what]: actual }).toEqual({ [what]: expected });
}

function comparePosting(postings: PostingsEnum, posting: Posting, terms: Terms): void {
  if (terms.hasFreqs) same(postings.freq(), posting.freq, "freq");
  if (!terms.hasPositions) return;
  for (const occurrence of posting.occurrences) {
    same(postings.nextPosition(), occurrence.position, "position");
    if (!terms.hasOffsets) continue;
    same(postings.startOffset(), occurrence.start, "startOffset");
    same(postings.endOffset(), occurrence.end, "endOffset");
  }
}

/** Walks all documents with `nextDoc`. */
export function comparePostings(
  postings: PostingsEnum,
  expected: readonly Posting[],
  terms: Terms,
): void {
  for (const posting of expected) {
    same(postings.nextDoc(), posting.doc, "doc");
    same(postings.docID(), posting.doc, "docID");
    comparePosting(postings, posting, terms);
  }
  same(postings.nextDoc(), NO_MORE_DOCS, "end");
}

/** Jumps with `advance`, reading positions of some documents only. */
export function compareAdvance(
  postings: PostingsEnum,
  expected: readonly Posting[],
  terms: Terms,
  random: () => number,
): void {
  let target = 0;
  const span = (expected[expected.length - 1]!.doc + 1) / (1 + Math.floor(random() * 60));
  let at = 0;
  while (at < expected.length) {
    target += 1 + Math.floor(random() * span);
    while (at < expected.length && expected[at]!.doc < target) at++;
    const posting = expected[at];
    same(postings.advance(target), posting?.doc ?? NO_MORE_DOCS, `advance to ${target}`);
    if (posting === undefined) return;
    if (random() < 0.6) comparePosting(postings, posting, terms);
    target = posting.doc;
    at++;
    while (random() < 0.5 && at < expected.length) {
      target = expected[at]!.doc;
      same(postings.nextDoc(), target, "nextDoc");
      at++;
    }
  }
}

/** Compares the terms in order, with statistics and postings. */
export function compareField(terms: Terms, field: MemoryField, random: () => number): void {
  same(terms.size, field.terms.length, "size");
  const termsEnum = terms.iterator();
  let reuse: PostingsEnum | undefined;
  for (const { term, postings } of field.terms) {
    const actual = termsEnum.next();
    same(actual === undefined ? undefined : Buffer.compare(actual, term), 0, "term");
    same(termsEnum.docFreq(), postings.length, "docFreq");
    const total = postings.reduce((sum, posting) => sum + posting.freq, 0);
    same(termsEnum.totalTermFreq(), terms.hasFreqs ? total : -1, "totalTermFreq");
    reuse = termsEnum.postings(reuse, PostingsFlags.ALL);
    comparePostings(reuse, postings, terms);
    reuse = termsEnum.postings(reuse, PostingsFlags.ALL);
    compareAdvance(reuse, postings, terms, random);
  }
  same(termsEnum.next(), undefined, "end of terms");
}

/** Seeks terms that exist and ones that do not, in random order. */
export function compareSeeks(
  terms: Terms,
  field: MemoryField,
  random: () => number,
  count: number,
): void {
  const termsEnum = terms.iterator();
  for (let i = 0; i < count; i++) {
    const at = Math.floor(random() * field.terms.length);
    const { term, postings } = field.terms[at]!;
    const target =
      random() < 0.5 ? term : Uint8Array.of(...term.subarray(0, 40), Math.floor(random() * 256));
    const after = field.terms.findIndex((entry) => Buffer.compare(entry.term, target) >= 0);
    const ceiling = field.terms[after];
    const exists = ceiling !== undefined && Buffer.compare(ceiling.term, target) === 0;
    if (random() < 0.5) {
      same(termsEnum.seekExact(target), exists, "seekExact");
    } else {
      same(
        termsEnum.seekCeil(target),
        exists ? "found" : ceiling === undefined ? "end" : "not-found",
        "seekCeil",
      );
      if (ceiling === undefined) continue;
      same(Buffer.compare(termsEnum.term(), ceiling.term), 0, "ceiling");
      same(termsEnum.docFreq(), ceiling.postings.length, "docFreq of the ceiling");
      const state = termsEnum.termState();
      const next = termsEnum.next();
      const expected = field.terms[after + 1]?.term;
      same(
        next === undefined ? next : Buffer.from(next).toString("hex"),
        expected === undefined ? expected : Buffer.from(expected).toString("hex"),
        "next of the ceiling",
      );
      termsEnum.seekToState(ceiling.term, state);
      same(termsEnum.docFreq(), ceiling.postings.length, "docFreq by state");
    }
    same(postings.length > 0, true, "postings");
  }
}
