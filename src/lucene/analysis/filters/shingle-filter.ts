// Word n-grams. Upstream: org.apache.lucene.analysis.shingle.ShingleFilter.

import { TokenFilter, type TokenState } from "../token-filter.ts";
import type { TokenStream } from "../token-stream.ts";

/** Options of ShingleFilter. */
export interface ShingleOptions {
  readonly sizeMin: number;
  readonly sizeMax: number;
  readonly outputUnigrams: boolean;
  readonly outputUnigramsIfNoShingles: boolean;
  readonly separator: string;
  /** Stands for a position without a token. */
  readonly filler: string;
}

interface WindowToken extends TokenState {
  readonly isFiller: boolean;
}

/** Emits, at each token, the shingles that start there, by growing size. */
export class ShingleFilter extends TokenFilter {
  private readonly options: ShingleOptions;
  private readonly window: WindowToken[] = [];
  /** Fillers and the token after them that were read and not yet put into the window. */
  private readonly queue: WindowToken[] = [];
  private exhausted = false;
  private endState: TokenState | undefined;
  /** Sizes still to come at the first token of the window. */
  private sizes: number[] = [];
  private outputHere = false;
  private anyShingle = false;

  constructor(input: TokenStream, options: ShingleOptions) {
    super(input);
    this.options = options;
  }

  override reset(): void {
    super.reset();
    this.window.length = 0;
    this.queue.length = 0;
    this.exhausted = false;
    this.endState = undefined;
    this.sizes = [];
    this.outputHere = false;
    this.anyShingle = false;
  }

  override end(): void {
    if (this.endState === undefined) super.end();
    else this.restoreState(this.endState);
  }

  override incrementToken(): boolean {
    for (;;) {
      const size = this.sizes[0];
      if (size === undefined || this.window.length < size) {
        if (!this.shift()) return false;
        continue;
      }
      this.sizes.shift();
      const tokens = this.window.slice(0, size);
      // A shingle of fillers alone is none.
      if (tokens.every((token) => token.isFiller)) continue;
      return this.emit(tokens, size);
    }
  }

  private emit(tokens: readonly WindowToken[], size: number): true {
    const { separator, outputUnigrams, sizeMin } = this.options;
    this.restoreState(tokens[0]!);
    this.positionIncrement = this.outputHere ? 0 : 1;
    this.term = tokens.map((token) => token.term).join(separator);
    if (size > 1) {
      this.type = "shingle";
      this.anyShingle = true;
    }
    this.endOffset = tokens[size - 1]!.endOffset;
    this.positionLength = outputUnigrams ? size : Math.max(1, size - sizeMin + 1);
    this.outputHere = true;
    return true;
  }

  /** Moves the window by one token and lists the sizes to emit there; false at the end. */
  private shift(): boolean {
    const { sizeMin, sizeMax, outputUnigrams, outputUnigramsIfNoShingles } = this.options;
    this.window.shift();
    while (this.window.length < sizeMax) {
      const token = this.read();
      if (token === undefined) break;
      this.window.push(token);
    }
    if (this.window.length === 0) return false;
    this.outputHere = false;
    const alone = outputUnigramsIfNoShingles && !this.anyShingle && this.window.length < sizeMin;
    this.sizes = outputUnigrams || alone ? [1] : [];
    for (let size = sizeMin; size <= sizeMax; size++) this.sizes.push(size);
    return this.window.length >= this.sizes[0]!;
  }

  private read(): WindowToken | undefined {
    const queued = this.queue.shift();
    if (queued !== undefined || this.exhausted) return queued;
    const fillersMax = this.options.sizeMax - 1;
    if (this.advance()) {
      const fillers = Math.min(this.positionIncrement - 1, fillersMax);
      for (let i = 0; i < fillers; i++) this.queue.push(this.fillerAt(this.startOffset));
      this.queue.push({ ...this.captureState(), isFiller: false });
      return this.queue.shift();
    }
    this.exhausted = true;
    this.input.end();
    this.copyAttributes();
    this.endState = this.captureState();
    const fillers = Math.min(this.positionIncrement, fillersMax);
    for (let i = 0; i < fillers; i++) this.queue.push(this.fillerAt(this.endOffset));
    return this.queue.shift();
  }

  private fillerAt(offset: number): WindowToken {
    const state = this.captureState();
    const { filler } = this.options;
    return { ...state, term: filler, startOffset: offset, endOffset: offset, isFiller: true };
  }
}
