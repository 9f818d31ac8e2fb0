// Lucene's TokenStream with its attributes as plain fields. One object per field and document pass:
// the consumer calls reset(), then incrementToken() until false, then end().

/** Tokens one after the other; the fields speak of the current one. */
export abstract class TokenStream {
  /** The current term. */
  term = "";
  startOffset = 0;
  endOffset = 0;
  positionIncrement = 1;
  positionLength = 1;
  /** Lucene's type attribute, e.g. `<ALPHANUM>`, `word`, `SYNONYM`. */
  type = "word";
  /** Set by keyword_marker: stemmers leave the term alone. */
  keyword = false;

  /** Starts over. A filter calls its input's reset first. */
  abstract reset(): void;
  /** Moves to the next token. */
  abstract incrementToken(): boolean;
  /** After the last token: sets the final offsets and the trailing position increment. */
  abstract end(): void;
}

/** Turns text into tokens. Safe to share: each call makes or reuses a private stream. */
export interface Analyzer {
  readonly name: string;
  /** A stream over `text`, valid until the next call on this analyzer. The consumer resets it. */
  tokenStream(field: string, text: string): TokenStream;
  /** Gap between values of one field; OpenSearch's default is 100. */
  readonly positionIncrementGap: number;
  /** For terms of range, prefix, wildcard, fuzzy: char filters and normalizing filters only. */
  normalize(field: string, text: string): string;
}
