// An analyzer out of parts: char filters, one tokenizer, token filters. One stream is built at the
// first text and reused for all later ones.
// Upstream: org.opensearch.index.analysis.{CustomAnalyzer,NamedAnalyzer}.

import {
  type Analyzer,
  type FilteredText,
  KeywordTokenizer,
  type OffsetCorrection,
  type Tokenizer,
  type TokenStream,
} from "../../lucene/analysis/index.ts";

/** Makes tokenizers. */
export interface TokenizerFactory {
  readonly name: string;
  create(): Tokenizer;
}

/** How a synonym filter later in the chain sees this filter when it analyzes its own rules. */
export type SynonymRole = "used" | "skipped" | "refused";

/** Wraps streams. */
export interface TokenFilterFactory {
  readonly name: string;
  create(input: TokenStream): TokenStream;
  /** Allowed in normalizers, and applied to terms of prefix, wildcard and the like. */
  readonly normalizing: boolean;
  readonly synonymRole: SynonymRole;
  /** Rebuilds a filter that needs the parts before it. */
  withChain?(before: ChainParts): TokenFilterFactory;
}

/** Changes text before it is tokenized. */
export interface CharFilterFactory {
  readonly name: string;
  filter(text: string): FilteredText;
  readonly normalizing: boolean;
}

/** The parts of a chain. */
export interface ChainParts {
  readonly charFilters: readonly CharFilterFactory[];
  readonly tokenizer: TokenizerFactory;
  readonly filters: readonly TokenFilterFactory[];
}

/** Gaps between the values of a field. */
export interface ChainGaps {
  readonly positionIncrementGap: number;
  readonly offsetGap: number;
}

/** TextFieldMapper.Defaults.POSITION_INCREMENT_GAP. */
export const POSITION_INCREMENT_GAP_DEFAULT = 100;
/** Gaps of an analyzer that says nothing about them. */
export const DEFAULT_GAPS: ChainGaps = {
  positionIncrementGap: POSITION_INCREMENT_GAP_DEFAULT,
  offsetGap: 1,
};

/** An analyzer whose parts are known. */
export class AnalysisChain implements Analyzer {
  readonly name: string;
  readonly parts: ChainParts;
  readonly positionIncrementGap: number;
  readonly offsetGap: number;
  /** Put together by the user, so that `_analyze` explains each part. */
  readonly isCustom: boolean;
  private tokenizer: Tokenizer | undefined;
  private stream: TokenStream | undefined;
  private normalizeTokenizer: Tokenizer | undefined;
  private normalizeStream: TokenStream | undefined;

  constructor(name: string, parts: ChainParts, isCustom: boolean, gaps = DEFAULT_GAPS) {
    this.name = name;
    this.parts = parts;
    this.isCustom = isCustom;
    this.positionIncrementGap = gaps.positionIncrementGap;
    this.offsetGap = gaps.offsetGap;
  }

  /** The same parts under another name or with other gaps. */
  renamed(name: string, gaps: ChainGaps = this): AnalysisChain {
    return new AnalysisChain(name, this.parts, this.isCustom, gaps);
  }

  tokenStream(_field: string, text: string): TokenStream {
    if (this.stream === undefined) {
      this.tokenizer = this.parts.tokenizer.create();
      this.stream = wrapStream(this.tokenizer, this.parts.filters);
    }
    openText(this.tokenizer!, text, this.parts.charFilters);
    return this.stream;
  }

  normalize(_field: string, text: string): string {
    const { charFilters, filters } = this.parts;
    if (this.normalizeStream === undefined) {
      this.normalizeTokenizer = new KeywordTokenizer();
      const normalizing = filters.filter((filter) => filter.normalizing);
      this.normalizeStream = wrapStream(this.normalizeTokenizer, normalizing);
    }
    const chars = charFilters.filter((filter) => filter.normalizing);
    openText(this.normalizeTokenizer!, text, chars);
    const stream = this.normalizeStream;
    stream.reset();
    const normalized = stream.incrementToken() ? stream.term : "";
    while (stream.incrementToken());
    stream.end();
    return normalized;
  }
}

/** Puts filters after a tokenizer. */
export function wrapStream(
  tokenizer: Tokenizer,
  filters: readonly TokenFilterFactory[],
): TokenStream {
  let stream: TokenStream = tokenizer;
  for (const filter of filters) stream = filter.create(stream);
  return stream;
}

/** Runs char filters over a text and gives the result to a tokenizer. */
export function openText(
  tokenizer: Tokenizer,
  text: string,
  charFilters: readonly CharFilterFactory[],
): void {
  let filtered = text;
  let correction: OffsetCorrection | undefined;
  for (const charFilter of charFilters) {
    const next = charFilter.filter(filtered);
    filtered = next.text;
    if (next.correction !== undefined) correction = compose(correction, next.correction);
  }
  tokenizer.setText(filtered, correction);
}

function compose(outer: OffsetCorrection | undefined, inner: OffsetCorrection): OffsetCorrection {
  return outer === undefined ? inner : (offset) => outer(inner(offset));
}
