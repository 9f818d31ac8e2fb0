// Upstream: LowerCaseFilter, UpperCaseFilter, and the lower-case filters of languages with rules of
// their own: GreekLowerCaseFilter, IrishLowerCaseFilter, TurkishLowerCaseFilter.

import { lowerCase, lowerCaseOf } from "../characters.ts";
import { TokenFilter } from "../token-filter.ts";

/** Per code point, so no final sigma and no growing of İ. */
export class LowerCaseFilter extends TokenFilter {
  override incrementToken(): boolean {
    if (!this.advance()) return false;
    this.term = lowerCase(this.term);
    return true;
  }
}

/** Accents and diaeresis go, final sigma becomes sigma. */
const GREEK: ReadonlyMap<string, string> = new Map(
  [
    "ςσ",
    "Άα",
    "άα",
    "Έε",
    "έε",
    "Ήη",
    "ήη",
    "Ίι",
    "Ϊι",
    "ίι",
    "ϊι",
    "ΐι",
    "Ύυ",
    "Ϋυ",
    "ύυ",
    "ϋυ",
    "ΰυ",
    "Όο",
    "όο",
    "Ώω",
    "ώω",
    "\u03a2ς",
  ].map(([from, to]) => [from!, to!]),
);

/** GreekLowerCaseFilter. */
export function greekLowerCase(term: string): string {
  let out = "";
  for (const char of term) {
    out += GREEK.get(char) ?? String.fromCodePoint(lowerCaseOf(char.codePointAt(0)!));
  }
  return out;
}

/** IrishLowerCaseFilter: a prothetic n or t before a capital vowel gets a hyphen. */
export function irishLowerCase(term: string): string {
  const prothetic = term.length > 1 && (term[0] === "n" || term[0] === "t");
  return prothetic && /[AEIOUÁÉÍÓÚ]/.test(term[1]!)
    ? `${term[0]}-${lowerUnits(term.slice(1))}`
    : lowerUnits(term);
}

/** Lower case by code unit: supplementary letters stay. */
function lowerUnits(text: string): string {
  return text.replace(/[^\ud800-\udfff]+/g, lowerCase);
}

/** TurkishLowerCaseFilter: I is ı, and İ as well as I with a dot above it is i. */
export function turkishLowerCase(term: string): string {
  const marks = /I((?:(?!\u0307)\p{Mn})*)\u0307/gu;
  const dotted = term.replace(marks, "i$1").replaceAll("İ", "i");
  return lowerCase(dotted.replaceAll("I", "ı"));
}
