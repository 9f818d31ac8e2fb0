// Tokenizers that cut at characters outside a set: letter, lowercase, whitespace, char_group.
// Upstream: org.apache.lucene.analysis.util.CharTokenizer and its subclasses.

import { isLetter, isWhitespace, lowerCase } from "./characters.ts";
import { MAX_TOKEN_LENGTH_DEFAULT } from "./standard-tokenizer.ts";
import { Tokenizer } from "./tokenizer.ts";

/** Emits maximal runs of characters that `isTokenChar` accepts, cut at `maxTokenLength` units. */
export class CharTokenizer extends Tokenizer {
  private readonly isTokenChar: (code: number) => boolean;
  private readonly maxTokenLength: number;
  private position = 0;

  constructor(isTokenChar: (code: number) => boolean, maxTokenLength = MAX_TOKEN_LENGTH_DEFAULT) {
    super();
    this.isTokenChar = isTokenChar;
    this.maxTokenLength = maxTokenLength;
  }

  override reset(): void {
    this.position = 0;
  }

  override incrementToken(): boolean {
    const { text, isTokenChar, maxTokenLength } = this;
    const { length } = text;
    let start = -1;
    let position = this.position;
    while (position < length) {
      const code = text.codePointAt(position)!;
      if (isTokenChar(code)) {
        if (start < 0) start = position;
        position += code > 0xffff ? 2 : 1;
        // A pair may go over the limit by one unit, as upstream.
        if (position - start >= maxTokenLength) break;
      } else {
        if (start >= 0) break;
        position += code > 0xffff ? 2 : 1;
      }
    }
    this.position = position;
    if (start < 0) return false;
    this.emit(start, position);
    return true;
  }
}

/** LetterTokenizer followed by LowerCaseFilter in one; XLowerCaseTokenizer. */
export class LowerCaseTokenizer extends CharTokenizer {
  constructor() {
    super(isLetter);
  }

  override incrementToken(): boolean {
    if (!super.incrementToken()) return false;
    this.term = lowerCase(this.term);
    return true;
  }
}

/** LetterTokenizer: maximal runs of letters. */
export function letterTokenizer(): Tokenizer {
  return new CharTokenizer(isLetter);
}

/** WhitespaceTokenizer. */
export function whitespaceTokenizer(maxTokenLength = MAX_TOKEN_LENGTH_DEFAULT): Tokenizer {
  return new CharTokenizer((code) => !isWhitespace(code), maxTokenLength);
}
