// The base of token filters.
// Upstream: org.apache.lucene.analysis.{TokenFilter,FilteringTokenFilter}.

import { TokenStream } from "./token-stream.ts";

/** A token with its attributes, kept while its stream moves on. AttributeSource.State. */
export interface TokenState {
  term: string;
  startOffset: number;
  endOffset: number;
  positionIncrement: number;
  positionLength: number;
  type: string;
  keyword: boolean;
}

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
    const { input } = this;
    this.term = input.term;
    this.startOffset = input.startOffset;
    this.endOffset = input.endOffset;
    this.positionIncrement = input.positionIncrement;
    this.positionLength = input.positionLength;
    this.type = input.type;
    this.keyword = input.keyword;
  }

  /** Moves the input on and takes its token over. */
  protected advance(): boolean {
    if (!this.input.incrementToken()) return false;
    this.copyAttributes();
    return true;
  }

  protected captureState(): TokenState {
    return {
      term: this.term,
      startOffset: this.startOffset,
      endOffset: this.endOffset,
      positionIncrement: this.positionIncrement,
      positionLength: this.positionLength,
      type: this.type,
      keyword: this.keyword,
    };
  }

  protected restoreState(state: TokenState): void {
    this.term = state.term;
    this.startOffset = state.startOffset;
    this.endOffset = state.endOffset;
    this.positionIncrement = state.positionIncrement;
    this.positionLength = state.positionLength;
    this.type = state.type;
    this.keyword = state.keyword;
  }
}

/** Replaces each term by a function of it. */
export class MappedTermFilter extends TokenFilter {
  private readonly map: (term: string) => string;

  constructor(input: TokenStream, map: (term: string) => string) {
    super(input);
    this.map = map;
  }

  override incrementToken(): boolean {
    if (!this.advance()) return false;
    this.term = this.map(this.term);
    return true;
  }
}

/** Words that a stemmer remembers. */
const STEMS_MAX = 8192;

/** A stemmer: a mapped term unless the token is marked as a keyword. */
export class StemFilter extends TokenFilter {
  private readonly stem: (term: string) => string;
  /** Text repeats its words; most are stemmed once. */
  private readonly stems = new Map<string, string>();

  constructor(input: TokenStream, stem: (term: string) => string) {
    super(input);
    this.stem = stem;
  }

  override incrementToken(): boolean {
    if (!this.advance()) return false;
    if (!this.keyword) this.term = this.stemOf(this.term);
    return true;
  }

  private stemOf(term: string): string {
    let stem = this.stems.get(term);
    if (stem === undefined) {
      stem = this.stem(term);
      if (this.stems.size >= STEMS_MAX) this.stems.clear();
      this.stems.set(term, stem);
    }
    return stem;
  }
}

/** Drops tokens; the next one's position increment grows by theirs. */
export abstract class FilteringTokenFilter extends TokenFilter {
  private skipped = 0;

  /** Whether the token in `input` stays. */
  protected abstract accept(input: TokenStream): boolean;

  override reset(): void {
    super.reset();
    this.skipped = 0;
  }

  override incrementToken(): boolean {
    const { input } = this;
    this.skipped = 0;
    while (input.incrementToken()) {
      if (this.accept(input)) {
        this.copyAttributes();
        this.positionIncrement += this.skipped;
        return true;
      }
      this.skipped += input.positionIncrement;
    }
    return false;
  }

  override end(): void {
    super.end();
    this.positionIncrement += this.skipped;
  }
}

/** Keeps the tokens that a predicate accepts. */
export class PredicateTokenFilter extends FilteringTokenFilter {
  private readonly test: (input: TokenStream) => boolean;

  constructor(input: TokenStream, test: (input: TokenStream) => boolean) {
    super(input);
    this.test = test;
  }

  protected override accept(input: TokenStream): boolean {
    return this.test(input);
  }
}
