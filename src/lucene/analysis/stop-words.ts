// The named stop word lists. Upstream: getDefaultStopSet of each language's analyzer.

import { STOP_WORDS_A_TO_H } from "./stop-words-a-to-h.ts";
import { STOP_WORDS_H_TO_T } from "./stop-words-h-to-t.ts";

const parsed = new Map<string, ReadonlySet<string>>();

/** The words behind a name such as `_english_`, undefined for an unknown one. */
export function namedStopWords(name: string): ReadonlySet<string> | undefined {
  let words = parsed.get(name);
  if (words === undefined) {
    const text = STOP_WORDS_A_TO_H[name] ?? STOP_WORDS_H_TO_T[name];
    if (text === undefined) return undefined;
    words = new Set(text.trim().split(/\s+/));
    parsed.set(name, words);
  }
  return words;
}

/** EnglishAnalyzer.ENGLISH_STOP_WORDS_SET. */
export const ENGLISH_STOP_WORDS: ReadonlySet<string> = namedStopWords("_english_")!;
