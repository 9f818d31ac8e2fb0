// Token filters of a few lines each. Upstream classes are named at each function.

import { isDigit } from "../characters.ts";
import { FilteringTokenFilter, TokenFilter } from "../token-filter.ts";
import type { TokenStream } from "../token-stream.ts";
import type { WordSet } from "./stop-filter.ts";

/** TrimFilter: Java's String.trim. */
export function trimTerm(term: string): string {
  let start = 0;
  let end = term.length;
  while (start < end && term.charCodeAt(start) <= 32) start++;
  while (end > start && term.charCodeAt(end - 1) <= 32) end--;
  return term.slice(start, end);
}

/** ReverseStringFilter: code points in reverse. */
export function reverseTerm(term: string): string {
  return [...term].reverse().join("");
}

/** ApostropheFilter: cut at the first apostrophe. */
export function cutAtApostrophe(term: string): string {
  const at = term.search(/['’]/);
  return at < 0 ? term : term.slice(0, at);
}

/** EnglishPossessiveFilter. */
export function withoutPossessive(term: string): string {
  const { length } = term;
  if (length < 2) return term;
  const last = term.charCodeAt(length - 1);
  if (last !== 115 && last !== 83) return term;
  const mark = term.charCodeAt(length - 2);
  return mark === 39 || mark === 0x2019 || mark === 0xff07 ? term.slice(0, length - 2) : term;
}

/** ElisionFilter: an article before the first apostrophe goes. */
export function elisionOf(articles: WordSet): (term: string) => string {
  return (term) => {
    const at = term.search(/['’]/);
    return at >= 0 && articles.has(term.slice(0, at)) ? term.slice(at + 1) : term;
  };
}

/** DecimalDigitFilter: any decimal digit becomes an ASCII one. */
export function asciiDigits(term: string): string {
  if (!/[\u0080-\uffff]/.test(term)) return term;
  let out = "";
  for (const char of term) out += isDigit(char.codePointAt(0)!) ? digitValue(char) : char;
  return out;
}

/** Digits of a script stand in a row from its zero on. */
function digitValue(char: string): string {
  const code = char.codePointAt(0)!;
  // The mathematical digits are five rows without a gap from U+1D7CE on.
  if (code >= 0x1d7ce && code <= 0x1d7ff) return String((code - 0x1d7ce) % 10);
  let zero = code;
  while (code - zero < 9 && isDigit(zero - 1)) zero--;
  return String(code - zero);
}

/** ClassicFilter: possessives and the dots of acronyms go, by the classic tokenizer's types. */
export class ClassicFilter extends TokenFilter {
  override incrementToken(): boolean {
    if (!this.advance()) return false;
    if (this.type === "<APOSTROPHE>" && /['][sS]$/.test(this.term)) {
      this.term = this.term.slice(0, -2);
    } else if (this.type === "<ACRONYM>") this.term = this.term.replaceAll(".", "");
    return true;
  }
}

/** SetKeywordMarkerFilter, PatternKeywordMarkerFilter. */
export class KeywordMarkerFilter extends TokenFilter {
  private readonly isKeyword: (term: string) => boolean;

  constructor(input: TokenStream, isKeyword: (term: string) => boolean) {
    super(input);
    this.isKeyword = isKeyword;
  }

  override incrementToken(): boolean {
    if (!this.advance()) return false;
    if (this.isKeyword(this.term)) this.keyword = true;
    return true;
  }
}

/** KeywordRepeatFilter: each token as a keyword first, then again to be stemmed. */
export class KeywordRepeatFilter extends TokenFilter {
  private again = false;

  override reset(): void {
    super.reset();
    this.again = false;
  }

  override incrementToken(): boolean {
    this.again = !this.again;
    if (!this.again) {
      this.keyword = false;
      this.positionIncrement = 0;
      return true;
    }
    if (!this.advance()) return false;
    this.keyword = true;
    return true;
  }
}

/** RemoveDuplicatesTokenFilter: a term once a position. */
export class RemoveDuplicatesFilter extends TokenFilter {
  private readonly seen = new Set<string>();

  override reset(): void {
    super.reset();
    this.seen.clear();
  }

  override incrementToken(): boolean {
    while (this.advance()) {
      if (this.positionIncrement > 0) this.seen.clear();
      if (this.seen.has(this.term)) continue;
      this.seen.add(this.term);
      return true;
    }
    return false;
  }
}

/** UniqueTokenFilter: a term once a text; increments of the dropped ones are lost. */
export class UniqueFilter extends TokenFilter {
  private readonly seen = new Set<string>();

  override reset(): void {
    super.reset();
    this.seen.clear();
  }

  override incrementToken(): boolean {
    while (this.advance()) {
      if (this.seen.has(this.term)) continue;
      this.seen.add(this.term);
      return true;
    }
    return false;
  }
}

/** LimitTokenCountFilter. */
export class LimitTokenCountFilter extends TokenFilter {
  private readonly countMax: number;
  private readonly consumeAll: boolean;
  private count = 0;

  constructor(input: TokenStream, countMax: number, consumeAll: boolean) {
    super(input);
    this.countMax = countMax;
    this.consumeAll = consumeAll;
  }

  override reset(): void {
    super.reset();
    this.count = 0;
  }

  override incrementToken(): boolean {
    if (this.count < this.countMax) {
      this.count++;
      return this.advance();
    }
    while (this.consumeAll && this.input.incrementToken());
    return false;
  }
}

/** LengthFilter over UTF-16 units. */
export class LengthFilter extends FilteringTokenFilter {
  private readonly lengthMin: number;
  private readonly lengthMax: number;

  constructor(input: TokenStream, lengthMin: number, lengthMax: number) {
    super(input);
    this.lengthMin = lengthMin;
    this.lengthMax = lengthMax;
  }

  protected override accept(input: TokenStream): boolean {
    const { length } = input.term;
    return length >= this.lengthMin && length <= this.lengthMax;
  }
}
