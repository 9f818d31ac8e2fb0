// The walk along an automaton finds exactly the terms that the automaton accepts, whatever it skips.

import { expect, test } from "vitest";
import { seededRandom } from "../../../src/base/index.ts";
import type { TermsEnum } from "../../../src/lucene/index/leaf-reader.ts";
import { Dfa } from "../../../src/lucene/search/automaton.ts";
import { automatonTerms } from "../../../src/lucene/search/automaton-terms.ts";
import { compareBytes } from "../../../src/lucene/search/bytes.ts";
import { levenshteinNfa } from "../../../src/lucene/search/levenshtein.ts";
import { parseRegexp } from "../../../src/lucene/search/regexp.ts";
import { wildcardNfa } from "../../../src/lucene/search/wildcard.ts";

/** Enough of a TermsEnum over a sorted list. */
function termsOf(list: readonly Uint8Array[]): TermsEnum {
  let at = -1;
  return {
    next: () => list[++at],
    term: () => list[at]!,
    seekCeil: (target: Uint8Array) => {
      at = list.findIndex((term) => compareBytes(term, target) >= 0);
      if (at < 0) at = list.length;
      return at === list.length ? "end" : "found";
    },
  } as unknown as TermsEnum;
}

const random = seededRandom(11);
const letters = ["a", "b", "c", "ä", "東", "😀"];
const words = new Set<string>();
for (let i = 0; i < 3000; i++) {
  const length = Math.floor(random.next() * 7);
  let word = "";
  for (let k = 0; k < length; k++) word += letters[Math.floor(random.next() * letters.length)];
  words.add(word);
}
const terms = [...words].map((word) => new TextEncoder().encode(word)).sort(compareBytes);
const points = (text: string) => Array.from(text, (c) => c.codePointAt(0)!);

test.each([
  ["*ä*", wildcardNfa("*ä*", false)],
  ["a?東*", wildcardNfa("a?東*", false)],
  ["ab", wildcardNfa("ab", false)],
  ["[b-ä]+(東|😀)?", parseRegexp("[b-ä]+(東|😀)?", 0xff, false, 10_000)],
  ["abcä~2", levenshteinNfa(points("abcä"), 2, 0, true)],
  ["東東a~1", levenshteinNfa(points("東東a"), 1, 0, true)],
  ["😀b~2 behind 😀", levenshteinNfa(points("😀b"), 2, 1, false)],
] as const)("automatonTerms finds every term of %s", (_name, nfa) => {
  const dfa = new Dfa(nfa, 10_000);
  const expected = terms
    .map((term) => new TextDecoder().decode(term))
    .filter((text) => dfa.matches(text));
  const found: string[] = [];
  const matching = automatonTerms(termsOf(terms), dfa);
  while (matching.next()) found.push(new TextDecoder().decode(matching.terms.term()));
  expect(found).toEqual(expected);
  expect(found.length).toBeGreaterThan(0);
});
