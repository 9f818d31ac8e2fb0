// Tokenizers that are one regular expression over the text: letter, whitespace, and the keyword tokenizer, which gives the whole text.
// Upstream: StandardTokenizer, LetterTokenizer, WhitespaceTokenizer, KeywordTokenizer.

import { MAX_TOKEN_LENGTH_DEFAULT, StandardTokenizer } from "./standard-tokenizer.ts";
import { TokenStream } from "./token-stream.ts";

const LETTER = /\p{L}+/gu;
const WHITESPACE = /[^\s]+/gu;

/** Emits each match of a regular expression; longer matches are cut at `maxTokenLength`. */
export class PatternTokenStream extends TokenStream {
  private readonly pattern: RegExp;
  private readonly text: string;
  private readonly maxTokenLength: number;
  private rest = "";
  private restStart = 0;

  constructor(pattern: RegExp, text: string, maxTokenLength: number, type: string) {
    super();
    this.pattern = new RegExp(pattern.source, pattern.flags);
    this.text = text;
    this.maxTokenLength = maxTokenLength;
    this.type = type;
  }

  override reset(): void {
    this.pattern.lastIndex = 0;
    this.rest = "";
  }

  override incrementToken(): boolean {
    if (this.rest === "") {
      const match = this.pattern.exec(this.text);
      if (match === null) return false;
      this.rest = match[0];
      this.restStart = match.index;
    }
    const length = Math.min(this.rest.length, this.maxTokenLength);
    this.term = this.rest.slice(0, length);
    this.startOffset = this.restStart;
    this.endOffset = this.restStart + length;
    this.positionIncrement = 1;
    this.positionLength = 1;
    this.rest = this.rest.slice(length);
    this.restStart += length;
    return true;
  }

  override end(): void {
    this.startOffset = this.text.length;
    this.endOffset = this.text.length;
    this.positionIncrement = 0;
  }
}

/** The whole text as one token, also when it is empty. */
export class KeywordTokenStream extends TokenStream {
  private readonly text: string;
  private done = false;

  constructor(text: string) {
    super();
    this.text = text;
  }

  override reset(): void {
    this.done = false;
  }

  override incrementToken(): boolean {
    if (this.done) return false;
    this.done = true;
    this.term = this.text;
    this.startOffset = 0;
    this.endOffset = this.text.length;
    this.positionIncrement = 1;
    return true;
  }

  override end(): void {
    this.startOffset = this.text.length;
    this.endOffset = this.text.length;
    this.positionIncrement = 0;
  }
}

/** StandardTokenizer. */
export function standardTokenizer(
  text: string,
  maxTokenLength = MAX_TOKEN_LENGTH_DEFAULT,
): TokenStream {
  const tokenizer = new StandardTokenizer(maxTokenLength);
  tokenizer.setText(text);
  return tokenizer;
}

/** LetterTokenizer: maximal runs of letters. */
export function letterTokenizer(text: string): TokenStream {
  return new PatternTokenStream(LETTER, text, 255, "word");
}

/** WhitespaceTokenizer. */
export function whitespaceTokenizer(
  text: string,
  maxTokenLength = MAX_TOKEN_LENGTH_DEFAULT,
): TokenStream {
  return new PatternTokenStream(WHITESPACE, text, maxTokenLength, "word");
}

/** KeywordTokenizer. */
export function keywordTokenizer(text: string): TokenStream {
  return new KeywordTokenStream(text);
}
