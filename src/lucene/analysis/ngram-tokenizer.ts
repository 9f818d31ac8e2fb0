// N-grams of a text, over code points. Upstream: org.apache.lucene.analysis.ngram.NGramTokenizer.

import { Tokenizer } from "./tokenizer.ts";

/** Options of NGramTokenizer. */
export interface NGramOptions {
  readonly minGram: number;
  readonly maxGram: number;
  /** Only grams at the start of a run of token characters. */
  readonly edgesOnly: boolean;
  readonly isTokenChar: (code: number) => boolean;
}

/** All grams of `minGram` to `maxGram` code points that hold token characters only. */
export class NGramTokenizer extends Tokenizer {
  private readonly options: NGramOptions;
  /** Where each code point starts, and the end. */
  private starts: number[] = [];
  /** Per code point how many token characters stand in a row from it on. */
  private runs: number[] = [];
  private index = 0;
  private gram = 0;

  constructor(options: NGramOptions) {
    super();
    this.options = options;
  }

  override reset(): void {
    const { text } = this;
    this.starts = [];
    this.runs = [];
    this.index = 0;
    this.gram = this.options.minGram;
    for (let i = 0; i < text.length; i += text.codePointAt(i)! > 0xffff ? 2 : 1) {
      this.starts.push(i);
    }
    const count = this.starts.length;
    this.starts.push(text.length);
    let run = 0;
    for (let i = count - 1; i >= 0; i--) {
      run = this.options.isTokenChar(text.codePointAt(this.starts[i]!)!) ? run + 1 : 0;
      this.runs[i] = run;
    }
  }

  override incrementToken(): boolean {
    const { minGram, maxGram, edgesOnly } = this.options;
    for (; this.index < this.runs.length; this.index++, this.gram = minGram) {
      const inside = edgesOnly && this.index > 0 && this.runs[this.index - 1]! > 0;
      if (inside || this.gram > maxGram || this.gram > this.runs[this.index]!) continue;
      this.emit(this.starts[this.index]!, this.starts[this.index + this.gram]!);
      this.gram++;
      return true;
    }
    return false;
  }
}
