// Cuts a term into subwords at delimiters, changes of case, and between letters and digits.
// Upstream: org.apache.lucene.analysis.miscellaneous.WordDelimiterIterator.

import { wordDelimiterCategory } from "../characters.ts";

/** A small letter. */
export const LOWER = 1;
/** A capital letter. */
export const UPPER = 2;
/** A digit or number. */
export const DIGIT = 4;
/** Parts words. */
export const SUBWORD_DELIMITER = 8;
/** Any letter. */
export const ALPHA = LOWER | UPPER;

/** Where terms are cut. */
export interface WordDelimiterRules {
  readonly splitOnCaseChange: boolean;
  readonly splitOnNumerics: boolean;
  readonly stemEnglishPossessive: boolean;
  /** Types of single characters that replace the usual ones. */
  readonly charTypes: ReadonlyMap<number, number>;
}

/** One subword. */
export interface Subword {
  readonly start: number;
  readonly end: number;
  /** ALPHA, DIGIT or both. */
  readonly type: number;
}

function typeOf(unit: number, rules: WordDelimiterRules): number {
  return rules.charTypes.get(unit) ?? wordDelimiterCategory(unit);
}

function isBreak(last: number, type: number, rules: WordDelimiterRules): boolean {
  if ((type & last) !== 0) return false;
  const alphas = (last & ALPHA) !== 0 && (type & ALPHA) !== 0;
  if (!rules.splitOnCaseChange && alphas) return false;
  if ((last & UPPER) !== 0 && (type & ALPHA) !== 0) return false;
  const mixed =
    ((last & ALPHA) !== 0 && (type & DIGIT) !== 0) ||
    ((last & DIGIT) !== 0 && (type & ALPHA) !== 0);
  return rules.splitOnNumerics || !mixed;
}

/** The subwords of a term, and whether they are the whole of it but for delimiters around. */
export function subwordsOf(
  term: string,
  rules: WordDelimiterRules,
): { readonly parts: Subword[]; readonly isSingleWord: boolean } {
  const type = (at: number) => typeOf(term.charCodeAt(at), rules);
  const isDelimiter = (at: number) => (type(at) & SUBWORD_DELIMITER) !== 0;
  let first = 0;
  let limit = term.length;
  while (first < limit && isDelimiter(first)) first++;
  while (limit > first && isDelimiter(limit - 1)) limit--;
  const possessiveAt = (end: number) =>
    rules.stemEnglishPossessive &&
    end > 2 &&
    term[end - 2] === "'" &&
    /[sS]/.test(term[end - 1]!) &&
    (type(end - 3) & ALPHA) !== 0 &&
    (end === limit || isDelimiter(end));
  const finalPossessive = possessiveAt(limit);
  const parts: Subword[] = [];
  for (let at = first; ; ) {
    while (at < limit && isDelimiter(at)) at++;
    if (at >= limit) break;
    let end = at + 1;
    for (let last = type(at); end < limit; end++) {
      const next = type(end);
      if (isBreak(last, next, rules)) break;
      last = next;
    }
    const own = type(at);
    parts.push({ start: at, end, type: own === LOWER || own === UPPER ? ALPHA : own });
    at = end < limit - 1 && possessiveAt(end + 2) ? end + 2 : end;
  }
  const wordEnd = finalPossessive ? limit - 2 : limit;
  const isSingleWord = parts[0]?.start === first && parts[0]?.end === wordEnd;
  return { parts, isSingleWord };
}
