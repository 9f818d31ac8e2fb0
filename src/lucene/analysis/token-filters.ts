// Token filters of the core analyzers. Upstream: LowerCaseFilter, StopFilter.

import { TokenStream } from "./token-stream.ts";

/** EnglishAnalyzer.ENGLISH_STOP_WORDS_SET. */
export const ENGLISH_STOP_WORDS: ReadonlySet<string> = new Set([
  "a",
  "an",
  "and",
  "are",
  "as",
  "at",
  "be",
  "but",
  "by",
  "for",
  "if",
  "in",
  "into",
  "is",
  "it",
  "no",
  "not",
  "of",
  "on",
  "or",
  "such",
  "that",
  "the",
  "their",
  "then",
  "there",
  "these",
  "they",
  "this",
  "to",
  "was",
  "will",
  "with",
]);

/** Passes every attribute of `input` through. */
export abstract class TokenFilter extends TokenStream {
  protected readonly input: TokenStream;

  constructor(input: TokenStream) {
    super();
    this.input = input;
  }

  override reset(): void {
    this.input.reset();
  }

  override end(): void {
    this.input.end();
    this.copyAttributes();
  }

  protected copyAttributes(): void {
    const input = this.input;
    this.term = input.term;
    this.startOffset = input.startOffset;
    this.endOffset = input.endOffset;
    this.positionIncrement = input.positionIncrement;
    this.positionLength = input.positionLength;
    this.type = input.type;
    this.keyword = input.keyword;
  }
}

/** LowerCaseFilter: per code point, so no final sigma and no growing of İ. */
export class LowerCaseFilter extends TokenFilter {
  override incrementToken(): boolean {
    if (!this.input.incrementToken()) return false;
    this.copyAttributes();
    this.term = lowerCase(this.term);
    return true;
  }
}

/** StopFilter: removed tokens widen the next position increment. */
export class StopFilter extends TokenFilter {
  private readonly stopWords: ReadonlySet<string>;
  private skipped = 0;

  constructor(input: TokenStream, stopWords: ReadonlySet<string>) {
    super(input);
    this.stopWords = stopWords;
  }

  override reset(): void {
    super.reset();
    this.skipped = 0;
  }

  override incrementToken(): boolean {
    this.skipped = 0;
    while (this.input.incrementToken()) {
      if (!this.stopWords.has(this.input.term)) {
        this.copyAttributes();
        this.positionIncrement += this.skipped;
        return true;
      }
      this.skipped += this.input.positionIncrement;
    }
    return false;
  }

  override end(): void {
    super.end();
    this.positionIncrement += this.skipped;
  }
}

/** Java's Character.toLowerCase(int) over a string. */
export function lowerCase(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return lowerCaseSlow(text);
  }
  return text.toLowerCase();
}

function lowerCaseSlow(text: string): string {
  let out = "";
  for (const char of text) {
    // İ (U+0130) has a two-letter full mapping; its simple mapping is i.
    out += char === "İ" ? "i" : char.toLowerCase();
  }
  return out;
}
