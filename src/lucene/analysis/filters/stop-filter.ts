// Upstream: StopFilter, SuggestStopFilter.

import { lowerCase } from "../characters.ts";
import { FilteringTokenFilter, TokenFilter } from "../token-filter.ts";
import type { TokenStream } from "../token-stream.ts";

/** CharArraySet: words, matched exactly or in lower case. */
export class WordSet {
  private readonly words: ReadonlySet<string>;
  private readonly ignoreCase: boolean;

  constructor(words: Iterable<string>, ignoreCase = false) {
    this.ignoreCase = ignoreCase;
    this.words = ignoreCase ? new Set([...words].map(lowerCase)) : new Set(words);
  }

  get size(): number {
    return this.words.size;
  }

  has(word: string): boolean {
    return this.words.has(this.ignoreCase ? lowerCase(word) : word);
  }

  [Symbol.iterator](): Iterator<string> {
    return this.words[Symbol.iterator]();
  }
}

/** Drops the words of a set. */
export class StopFilter extends FilteringTokenFilter {
  private readonly stopWords: WordSet;

  constructor(input: TokenStream, stopWords: WordSet) {
    super(input);
    this.stopWords = stopWords;
  }

  protected override accept(input: TokenStream): boolean {
    return !this.stopWords.has(input.term);
  }
}

/** Drops the words of a set, but not the last word of the text when nothing follows it. */
export class SuggestStopFilter extends TokenFilter {
  private readonly stopWords: WordSet;
  private atEnd = false;

  constructor(input: TokenStream, stopWords: WordSet) {
    super(input);
    this.stopWords = stopWords;
  }

  override reset(): void {
    super.reset();
    this.atEnd = false;
  }

  override end(): void {
    if (!this.atEnd) super.end();
    else {
      this.input.end();
      this.endOffset = this.input.endOffset;
      this.startOffset = this.endOffset;
      this.positionIncrement = this.input.positionIncrement;
    }
  }

  override incrementToken(): boolean {
    if (this.atEnd || !this.advance()) return false;
    let skipped = 0;
    while (this.stopWords.has(this.term)) {
      const state = this.captureState();
      const { endOffset, positionIncrement } = state;
      const more = this.advance();
      if (more) {
        skipped += positionIncrement;
        continue;
      }
      this.atEnd = true;
      this.input.end();
      // A stop word that ends the text may be the start of a longer word.
      if (this.input.endOffset !== endOffset) return false;
      this.restoreState(state);
      this.keyword = true;
      this.positionIncrement = skipped + positionIncrement;
      return true;
    }
    this.positionIncrement += skipped;
    return true;
  }
}
