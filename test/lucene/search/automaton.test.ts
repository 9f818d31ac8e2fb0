// Automata against brute force: every short string over a small alphabet is asked of the automaton
// and of a plain definition (JavaScript's regular expressions, the edit distance by its recurrence).

import { describe, expect, test } from "vitest";
import { Dfa, type Nfa } from "../../../src/lucene/search/automaton.ts";
import { levenshteinNfa } from "../../../src/lucene/search/levenshtein.ts";
import { parseRegexp } from "../../../src/lucene/search/regexp.ts";
import { wildcardNfa } from "../../../src/lucene/search/wildcard.ts";

const ALL = 0x1_00ff;
const STATES = 10_000;

function* strings(alphabet: string, length: number): Generator<string> {
  yield "";
  if (length === 0) return;
  for (const first of alphabet) {
    for (const rest of strings(alphabet, length - 1)) yield first + rest;
  }
}

function accepts(nfa: Nfa): (text: string) => boolean {
  const dfa = new Dfa(nfa, STATES);
  return (text) => dfa.matches(text);
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
function distance(a: string, b: string, swaps: boolean): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  for (let j = 0; j <= b.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + cost);
      if (swaps && i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      }
      rows[i]![j] = best;
    }
  }
  return rows[a.length]![b.length]!;
}

describe("parseRegexp accepts what the expression says", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["ab|c", /^(ab|c)$/],
    ["a*b+c?", /^a*b+c?$/],
    ["(ab){1,2}", /^(ab){1,2}$/],
    ["a{2,}", /^a{2,}$/],
    ["[ab]c", /^[ab]c$/],
    ["[^ab]+", /^[^ab]+$/],
    [".b.", /^.b.$/],
    ["a@", /^a.*$/],
    ['"a|b"', /^a\|b$/],
    ["(a|b)*c(a|b)", /^(a|b)*c(a|b)$/],
    ["~(ab)", /^(?!ab$).*$/],
    ["[ab]+&.*b.*", /^(?=.*b)[ab]+$/],
    ["()a", /^a$/],
  ];
  test.each(cases)("%s", (pattern, expected) => {
    const matches = accepts(parseRegexp(pattern, ALL, false, STATES));
    for (const text of strings("abc", 4)) {
      expect([text, matches(text)]).toEqual([text, expected.test(text)]);
    }
  });

  test("numbers of an interval when digits may lead with zeros", () => {
    const matches = accepts(parseRegexp("<8-123>", ALL, false, STATES));
    for (let n = 0; n < 200; n++) expect([n, matches(String(n))]).toEqual([n, n >= 8 && n <= 123]);
    expect(matches("0009")).toBe(true);
  });

  test("both cases when case does not matter", () => {
    const matches = accepts(parseRegexp("aB[c-d]", ALL, true, STATES));
    expect(["ABc", "abd"].every(matches)).toBe(true);
  });

  test.each([
    ["(a", "expected ')' at position 2"],
    ["a{2", "expected '}' at position 3"],
    ["[a", "expected ']' at position 2"],
    ["a)", "end-of-string expected at position 1"],
  ])("rejects %s", (pattern, message) => {
    expect(() => parseRegexp(pattern, ALL, false, STATES)).toThrow(message);
  });

  test("rejects an expression that needs too many states", () => {
    const dfa = new Dfa(parseRegexp("(a|b)*a(a|b){12}", ALL, false, STATES), 100);
    expect(() => [...strings("ab", 9)].map((text) => dfa.matches(text))).toThrow("Determinizing");
  });
});

describe("levenshteinNfa accepts what lies within the edits", () => {
  for (const word of ["", "a", "abc", "abca"]) {
    for (const edits of [0, 1, 2]) {
      for (const swaps of [true, false]) {
        test(`of "${word}" with ${edits} edits, ${swaps ? "with" : "without"} swaps`, () => {
          const points = Array.from(word, (c) => c.codePointAt(0)!);
          const matches = accepts(levenshteinNfa(points, edits, 0, swaps));
          for (const text of strings("abcx", 5)) {
            const within = distance(word, text, swaps) <= edits;
            expect([text, matches(text)]).toEqual([text, within]);
          }
        });
      }
    }
  }

  test("only behind the prefix when one is given", () => {
    const points = Array.from("abc", (c) => c.codePointAt(0)!);
    const matches = accepts(levenshteinNfa(points, 1, 1, true));
    expect([matches("xbc"), matches("axc"), matches("ac")]).toEqual([false, true, true]);
  });
});

describe("wildcardNfa accepts what the pattern says", () => {
  test.each([
    ["a*", /^a.*$/s],
    ["*b*", /^.*b.*$/s],
    ["a?c", /^a.c$/s],
    ["a\\*", /^a\*$/],
    ["**a", /^.*a$/s],
  ] as const)("%s", (pattern, expected) => {
    const matches = accepts(wildcardNfa(pattern, false));
    for (const text of strings("abc*", 4)) {
      expect([text, matches(text)]).toEqual([text, expected.test(text)]);
    }
  });
});
