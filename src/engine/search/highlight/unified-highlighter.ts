// Cuts a text into passages around its matches, scores them, and marks the matches of the best.
//   weight(term) = (k1 + 1) * ln(1 + (docs + 0.5) / (freq + 0.5))      docs = 1 + length / pivot
//   tf           = n / (n + k1 * ((1 - b) + b * passage / pivot))      n = matches in the passage
//   score        = sum of weight * tf, * (1 + 1 / ln(pivot + start))   k1 1.2, b 0.75, pivot 87
// Upstream: org.opensearch.lucene.search.uhighlight.{CustomFieldHighlighter,
// CustomPassageFormatter}, org.apache.lucene.search.uhighlight.PassageScorer.

import type { BreakIterator } from "./break-iterator.ts";
import { wordBreaks } from "./break-iterator.ts";
import type { TermMatch } from "./highlight-terms.ts";

const fround = Math.fround;
const K1 = fround(1.2);
const B = fround(0.75);
const PIVOT = 87;

/** Stands between the values of a field. */
export const VALUE_SEPARATOR = "\0";

/** How passages are shown. */
export interface PassageOptions {
  readonly preTag: string;
  readonly postTag: string;
  readonly passagesMax: number;
  readonly scoreOrdered: boolean;
  readonly noMatchSize: number;
  /** Makes text harmless inside of a page. */
  readonly encode: (text: string) => string;
}

interface Passage {
  readonly start: number;
  readonly end: number;
  readonly matches: TermMatch[];
  score: number;
}

/** The passages of a text, marked; empty where there is nothing to show. */
export function highlightText(
  text: string,
  matches: readonly TermMatch[],
  breaks: BreakIterator,
  options: PassageOptions,
): string[] {
  let passages = bestPassages(text, matches, breaks, options.passagesMax);
  if (passages.length === 0) passages = noMatchPassage(text, options.noMatchSize);
  const shown = passages
    .map((passage) => ({ text: markedText(text, passage, options), score: passage.score }))
    .filter((snippet) => snippet.text !== "");
  if (options.scoreOrdered) shown.sort((a, b) => b.score - a.score);
  return shown.map((snippet) => snippet.text);
}

function bestPassages(
  text: string,
  matches: readonly TermMatch[],
  breaks: BreakIterator,
  passagesMax: number,
): Passage[] {
  const passages: Passage[] = [];
  let passage: Passage | undefined;
  for (const match of matches) {
    if (match.start < text.length && match.end > text.length) continue;
    if (passage === undefined || match.start >= passage.end) {
      if (match.start >= text.length) break;
      const start = Math.max(breaks.preceding(match.start + 1), 0);
      const end = breaks.following(match.start);
      passage = {
        start,
        end: Math.min(end < 0 ? text.length : end, text.length),
        matches: [],
        score: 0,
      };
      passages.push(passage);
    }
    passage.matches.push(match);
  }
  for (const one of passages) one.score = scoreOf(one, text.length);
  if (passages.length <= passagesMax) return passages;
  // Of equal passages the first leaves when there are too many.
  const ranked = passages.toSorted((a, b) => b.score - a.score || b.start - a.start);
  return ranked.slice(0, passagesMax).sort((a, b) => a.start - b.start);
}

function scoreOf(passage: Passage, length: number): number {
  const counts = new Map<string, { count: number; readonly freq: number }>();
  for (const { label, freq } of passage.matches) {
    const known = counts.get(label);
    if (known === undefined) counts.set(label, { count: 1, freq });
    else known.count++;
  }
  const docs = fround(1 + fround(length / PIVOT));
  const share = fround(fround(B * fround((passage.end - passage.start) / PIVOT)));
  const norm = fround(K1 * fround(fround(1 - B) + share));
  let score = 0;
  for (const { count, freq } of counts.values()) {
    const weight = fround(fround(K1 + 1) * fround(Math.log(1 + (docs + 0.5) / (freq + 0.5))));
    score += fround(fround(count / fround(count + norm)) * weight);
  }
  return fround(score * fround(1 + fround(1 / fround(Math.log(PIVOT + passage.start)))));
}

/** The text's first value, as far as asked for, to a word's end. */
function noMatchPassage(text: string, size: number): Passage[] {
  if (size <= 0) return [];
  let start = 0;
  while (start < text.length && text[start] === VALUE_SEPARATOR) start++;
  if (start >= text.length) return [];
  let end = text.indexOf(VALUE_SEPARATOR, start);
  if (end < 0) end = text.length;
  if (size + start < end) {
    end = wordBreaks(text).following(size + start);
    if (end < 0) end = text.length;
  }
  return [{ start, end, matches: [], score: 0 }];
}

function markedText(text: string, passage: Passage, options: PassageOptions): string {
  const { matches } = passage;
  let marked = "";
  let at = passage.start;
  for (let i = 0; i < matches.length; i++) {
    const { start } = matches[i]!;
    let { end } = matches[i]!;
    if (start > at) marked += options.encode(text.slice(at, start));
    while (i + 1 < matches.length && matches[i + 1]!.start < end) end = matches[++i]!.end;
    end = Math.min(end, passage.end);
    marked += options.preTag + options.encode(text.slice(start, end)) + options.postTag;
    at = end;
  }
  marked += options.encode(text.slice(at, Math.max(at, passage.end)));
  if (marked.endsWith(VALUE_SEPARATOR) || marked.endsWith("\u2029")) marked = marked.slice(0, -1);
  return javaTrim(marked);
}

/** Cuts off characters up to the space, as Java's String.trim does. */
export function javaTrim(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text.charCodeAt(from) <= 0x20) from++;
  while (to > from && text.charCodeAt(to - 1) <= 0x20) to--;
  return text.slice(from, to);
}
