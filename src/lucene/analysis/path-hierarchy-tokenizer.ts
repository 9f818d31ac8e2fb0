// `/a/b/c` into `/a`, `/a/b`, `/a/b/c`, or from the right into `a/b/c`, `b/c`, `c`.
// Upstream: org.apache.lucene.analysis.path.{PathHierarchyTokenizer,ReversePathHierarchyTokenizer}.

import { Tokenizer } from "./tokenizer.ts";

/** Options of both directions. */
export interface PathHierarchyOptions {
  readonly delimiter: string;
  readonly replacement: string;
  /** Leading parts that are left out. */
  readonly skip: number;
  readonly reverse: boolean;
}

/** Each token stands at a position of its own, as from Lucene 10 on. */
export class PathHierarchyTokenizer extends Tokenizer {
  private readonly options: PathHierarchyOptions;
  private tokens: (readonly [start: number, end: number])[] = [];
  private index = 0;

  constructor(options: PathHierarchyOptions) {
    super();
    this.options = options;
  }

  override reset(): void {
    this.index = 0;
    this.tokens = this.options.reverse ? this.fromRight() : this.fromLeft();
  }

  override incrementToken(): boolean {
    const token = this.tokens[this.index];
    if (token === undefined) return false;
    this.emit(token[0], token[1]);
    const { delimiter, replacement } = this.options;
    if (delimiter !== replacement) this.term = this.term.replaceAll(delimiter, replacement);
    this.index++;
    return true;
  }

  private fromLeft(): (readonly [number, number])[] {
    const { text } = this;
    const { delimiter, skip } = this.options;
    // A part is its text with the delimiter before it; the first may lack that.
    const ends: number[] = [];
    for (let i = 1; i < text.length; i++) if (text[i] === delimiter) ends.push(i);
    if (text.length > 0) ends.push(text.length);
    const start = skip === 0 ? 0 : ends[skip - 1];
    if (start === undefined) return [];
    return ends.slice(skip).map((end) => [start, end]);
  }

  private fromRight(): (readonly [number, number])[] {
    const { text } = this;
    const { delimiter, skip } = this.options;
    const starts = [0];
    for (let i = 0; i < text.length; i++) if (text[i] === delimiter) starts.push(i + 1);
    if (starts[starts.length - 1]! < text.length) starts.push(text.length);
    const last = starts.length - 1 - skip;
    if (last < 0) return [];
    return starts.slice(0, last).map((start) => [start, starts[last]!]);
  }
}
