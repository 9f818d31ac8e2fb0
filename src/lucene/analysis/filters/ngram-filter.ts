// Upstream: org.apache.lucene.analysis.ngram.{NGramTokenFilter,EdgeNGramTokenFilter}.

import { TokenFilter, type TokenState } from "../token-filter.ts";
import type { TokenStream } from "../token-stream.ts";

/** Options of both filters. */
export interface NGramFilterOptions {
  readonly minGram: number;
  readonly maxGram: number;
  /** Emits a term also as a whole when no gram of its length comes. */
  readonly preserveOriginal: boolean;
  readonly edgesOnly: boolean;
}

/** Grams of each term over code points; all of one term stand at its position. */
export class NGramFilter extends TokenFilter {
  private readonly options: NGramFilterOptions;
  private state: TokenState | undefined;
  private points: string[] = [];
  private start = 0;
  private gram = 0;
  private increment = 0;

  constructor(input: TokenStream, options: NGramFilterOptions) {
    super(input);
    this.options = options;
  }

  override reset(): void {
    super.reset();
    this.state = undefined;
    this.increment = 0;
  }

  override incrementToken(): boolean {
    const { minGram, maxGram, preserveOriginal, edgesOnly } = this.options;
    for (;;) {
      if (this.state === undefined) {
        if (!this.advance()) return false;
        this.points = [...this.term];
        this.increment += this.positionIncrement;
        if (preserveOriginal && this.points.length < minGram) return this.take();
        this.state = this.captureState();
        this.start = 0;
        this.gram = minGram;
      }
      const { length } = this.points;
      if (!edgesOnly && (this.gram > maxGram || this.start + this.gram > length)) {
        this.start++;
        this.gram = minGram;
      }
      if (this.start + this.gram <= length && this.gram <= maxGram) {
        this.restoreState(this.state);
        this.term = this.points.slice(this.start, this.start + this.gram).join("");
        this.gram++;
        return this.take();
      }
      const original = this.state;
      this.state = undefined;
      if (preserveOriginal && length > maxGram) {
        this.restoreState(original);
        this.positionIncrement = 0;
        return true;
      }
    }
  }

  override end(): void {
    super.end();
    this.positionIncrement = this.increment;
  }

  /** The first gram of a term takes the increments of the terms that gave none. */
  private take(): true {
    this.positionIncrement = this.increment;
    this.increment = 0;
    return true;
  }
}
