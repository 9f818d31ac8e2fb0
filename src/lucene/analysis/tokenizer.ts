// Tokenizers: the head of an analysis chain. One object is reused for many texts.
// Upstream: org.apache.lucene.analysis.Tokenizer, .core.KeywordTokenizer.

import { TokenStream } from "./token-stream.ts";

/** Maps an offset in a char-filtered text back to the original. CharFilter.correctOffset. */
export type OffsetCorrection = (offset: number) => number;

/** A stream that reads text itself. `setText` comes before each `reset`. */
export abstract class Tokenizer extends TokenStream {
  protected text = "";
  /** Undefined where no char filter moved anything. */
  protected correction: OffsetCorrection | undefined = undefined;

  /** Takes the next text. */
  setText(text: string, correction?: OffsetCorrection): void {
    this.text = text;
    this.correction = correction;
  }

  override end(): void {
    const end = this.correctOffset(this.text.length);
    this.startOffset = end;
    this.endOffset = end;
    this.positionIncrement = 0;
  }

  protected correctOffset(offset: number): number {
    return this.correction === undefined ? offset : this.correction(offset);
  }

  /** Sets term and offsets to a stretch of the text; one position on. */
  protected emit(start: number, end: number): void {
    this.term = this.text.slice(start, end);
    this.startOffset = this.correctOffset(start);
    this.endOffset = this.correctOffset(end);
    this.positionIncrement = 1;
    this.positionLength = 1;
  }
}

/** The whole text as one token, also when it is empty. */
export class KeywordTokenizer extends Tokenizer {
  private done = false;

  override reset(): void {
    this.done = false;
  }

  override incrementToken(): boolean {
    if (this.done) return false;
    this.done = true;
    this.emit(0, this.text.length);
    return true;
  }
}
