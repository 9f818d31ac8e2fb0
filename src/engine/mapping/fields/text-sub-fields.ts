// The hidden fields of a text field: `<name>._index_prefix` holds the first letters of each word,
// `<name>._index_phrase` each pair of neighbours.
// Upstream: TextFieldMapper.{PrefixFieldMapper,PhraseFieldMapper}, EdgeNGramTokenFilter,
// FixedShingleFilter.

import type { Analyzer } from "../../../lucene/analysis/index.ts";
import { TokenStream } from "../../../lucene/analysis/index.ts";
import { StringFieldType } from "../string-field-type.ts";

/** Lengths of indexed prefixes. */
export interface PrefixLengths {
  readonly minChars: number;
  readonly maxChars: number;
  /** Longer words stay as they are, besides their prefixes. */
  readonly keepsLonger?: boolean;
}

/** The type of a hidden field. */
export class TextSubFieldType extends StringFieldType {
  readonly typeName: "prefix" | "phrase";

  constructor(name: string, typeName: "prefix" | "phrase") {
    super({ name, isIndexed: true, hasDocValues: false, isStored: false });
    this.typeName = typeName;
  }
}

/** An analyzer whose tokens become their prefixes. */
export function prefixAnalyzer(analyzer: Analyzer, lengths: PrefixLengths): Analyzer {
  return wrapped(analyzer, (stream) => new EdgeNGramStream(stream, lengths));
}

/** An analyzer whose tokens become pairs. */
export function phraseAnalyzer(analyzer: Analyzer): Analyzer {
  return wrapped(analyzer, (stream) => new PairStream(stream));
}

function wrapped(analyzer: Analyzer, wrap: (stream: TokenStream) => TokenStream): Analyzer {
  return {
    name: analyzer.name,
    positionIncrementGap: analyzer.positionIncrementGap,
    tokenStream: (field, text) => wrap(analyzer.tokenStream(field, text)),
    normalize: (field, text) => analyzer.normalize(field, text),
  };
}

/** Prefixes of each token; words that are too short only widen the next position. */
class EdgeNGramStream extends TokenStream {
  private readonly input: TokenStream;
  private readonly lengths: PrefixLengths;
  private letters: string[] = [];
  private size = 0;
  private skipped = 0;

  constructor(input: TokenStream, lengths: PrefixLengths) {
    super();
    this.input = input;
    this.lengths = lengths;
  }

  override reset(): void {
    this.input.reset();
    this.letters = [];
    this.size = 1;
    this.skipped = 0;
  }

  override incrementToken(): boolean {
    const { maxChars, keepsLonger } = this.lengths;
    while (this.size > this.letters.length || this.size > maxChars) {
      if (keepsLonger === true && this.size === maxChars + 1 && this.letters.length > maxChars) {
        return this.emit(this.letters.length);
      }
      if (!this.input.incrementToken()) return false;
      this.letters = [...this.input.term];
      this.size = this.lengths.minChars;
      this.skipped += this.input.positionIncrement;
    }
    return this.emit(this.size);
  }

  private emit(length: number): boolean {
    this.term = this.letters.slice(0, length).join("");
    this.size = length + 1;
    this.startOffset = this.input.startOffset;
    this.endOffset = this.input.endOffset;
    this.positionIncrement = this.skipped;
    this.skipped = 0;
    return true;
  }

  override end(): void {
    this.input.end();
    this.startOffset = this.input.startOffset;
    this.endOffset = this.input.endOffset;
    this.positionIncrement = this.skipped;
  }
}

/** A token of the input, kept until its neighbour comes. */
interface Kept {
  readonly term: string;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly positionIncrement: number;
}

/** Pairs of neighbouring tokens; a gap is filled with an underscore. */
class PairStream extends TokenStream {
  private readonly input: TokenStream;
  private previous: Kept | undefined = undefined;
  private current: Kept | undefined = undefined;

  constructor(input: TokenStream) {
    super();
    this.input = input;
    this.type = "shingle";
  }

  override reset(): void {
    this.input.reset();
    this.previous = undefined;
    this.current = undefined;
  }

  override incrementToken(): boolean {
    this.previous = this.current ?? this.next();
    this.current = this.next();
    const { previous, current } = this;
    if (previous === undefined) return false;
    if (current === undefined && this.trailingPositions() === 0) return false;
    const isGap = current === undefined || current.positionIncrement > 1;
    this.term = `${previous.term} ${isGap ? "_" : current.term}`;
    this.startOffset = previous.startOffset;
    this.endOffset = isGap ? previous.endOffset : current.endOffset;
    this.positionIncrement = previous.positionIncrement;
    return true;
  }

  override end(): void {
    this.input.end();
    this.startOffset = this.input.startOffset;
    this.endOffset = this.input.endOffset;
    this.positionIncrement = this.input.positionIncrement;
  }

  private trailingPositions(): number {
    this.input.end();
    return this.input.positionIncrement;
  }

  private next(): Kept | undefined {
    const { input } = this;
    if (!input.incrementToken()) return undefined;
    const { term, startOffset, endOffset, positionIncrement } = input;
    return { term, startOffset, endOffset, positionIncrement };
  }
}
