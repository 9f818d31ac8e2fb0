// Runs of neighbouring words, as search_as_you_type indexes them.
// Upstream: org.apache.lucene.analysis.shingle.FixedShingleFilter,
// SearchAsYouTypeFieldMapper.SearchAsYouTypeAnalyzer.

import type { Analyzer } from "../../../lucene/analysis/index.ts";
import { TokenStream } from "../../../lucene/analysis/index.ts";

interface Word {
  readonly term: string;
  readonly position: number;
  readonly length: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

interface Shingle extends Word {
  readonly increment: number;
}

/** Ways through alternatives that start at one word. */
const SHINGLES_MAX = 1000;

/** How words become runs. */
export interface ShingleOptions {
  /** Words in a run. */
  readonly size: number;
  /** Empty places after the last word that runs may reach into. */
  readonly trailing: number;
}

/** An analyzer whose tokens become runs of `size`, joined by spaces; gaps are empty words. */
export function shingleAnalyzer(analyzer: Analyzer, options: ShingleOptions): Analyzer {
  return {
    name: analyzer.name,
    positionIncrementGap: analyzer.positionIncrementGap,
    tokenStream: (field, text) => new ShingleStream(analyzer.tokenStream(field, text), options),
    normalize: (field, text) => analyzer.normalize(field, text),
  };
}

class ShingleStream extends TokenStream {
  private readonly input: TokenStream;
  private readonly options: ShingleOptions;
  private shingles: Shingle[] = [];
  private at = 0;

  constructor(input: TokenStream, options: ShingleOptions) {
    super();
    this.input = input;
    this.options = options;
    this.type = "shingle";
  }

  override reset(): void {
    const { input } = this;
    input.reset();
    const words: Word[] = [];
    let position = -1;
    while (input.incrementToken()) {
      const { term, startOffset, endOffset, positionLength: length } = input;
      position += input.positionIncrement;
      words.push({ term, position, length, startOffset, endOffset });
    }
    input.end();
    const trailing = this.options.trailing + input.positionIncrement;
    this.shingles = shinglesOf(words, this.options.size, trailing);
    this.at = 0;
  }

  override incrementToken(): boolean {
    const shingle = this.shingles[this.at++];
    if (shingle === undefined) return false;
    this.term = shingle.term;
    this.startOffset = shingle.startOffset;
    this.endOffset = shingle.endOffset;
    this.positionIncrement = shingle.increment;
    return true;
  }

  override end(): void {
    this.startOffset = this.input.startOffset;
    this.endOffset = this.input.endOffset;
    this.positionIncrement = this.input.positionIncrement;
  }
}

function shinglesOf(words: readonly Word[], size: number, trailing: number): Shingle[] {
  const found: Shingle[] = [];
  const last = words.length === 0 ? -1 : words[words.length - 1]!.position;
  let previous = -1;
  for (const base of words) {
    const paths: { term: string; endOffset: number }[] = [];
    walk(words, base, size, last + trailing, base.term, 1, paths);
    for (const { term, endOffset } of paths) {
      found.push({ ...base, term, endOffset, increment: base.position - previous });
      previous = base.position;
    }
  }
  return found;
}

/** Goes on from `word`, of which the run has `count` places so far. */
function walk(
  words: readonly Word[],
  word: Word,
  size: number,
  end: number,
  term: string,
  count: number,
  paths: { term: string; endOffset: number }[],
): void {
  if (paths.length >= SHINGLES_MAX) return;
  if (count === size) {
    paths.push({ term, endOffset: word.endOffset });
    return;
  }
  const from = word.position + word.length;
  const next = words.find(({ position }) => position >= from)?.position;
  const left = size - count;
  if (next === undefined || next - from >= left) {
    // Only empty places are left: they must lie within the text, or its trailing places.
    const isInside = next !== undefined || from + left - 1 <= end;
    if (isInside) paths.push({ term: term + " ".repeat(left), endOffset: word.endOffset });
    return;
  }
  const gap = next - from;
  for (const other of words) {
    if (other.position !== next) continue;
    const longer = `${term}${" ".repeat(gap + 1)}${other.term}`;
    walk(words, other, size, end, longer, count + gap + 1, paths);
  }
}
