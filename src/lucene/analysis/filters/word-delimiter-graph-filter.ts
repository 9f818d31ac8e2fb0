// Subwords of a term, their concatenations and the term itself, as a graph.
// Upstream: org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.

import { TokenFilter, type TokenState } from "../token-filter.ts";
import type { TokenStream } from "../token-stream.ts";
import type { WordSet } from "./stop-filter.ts";
import {
  ALPHA,
  DIGIT,
  type Subword,
  subwordsOf,
  type WordDelimiterRules,
} from "./word-delimiter-iterator.ts";

/** What is emitted. */
export interface WordDelimiterOptions extends WordDelimiterRules {
  readonly generateWordParts: boolean;
  readonly generateNumberParts: boolean;
  readonly catenateWords: boolean;
  readonly catenateNumbers: boolean;
  readonly catenateAll: boolean;
  readonly preserveOriginal: boolean;
  readonly ignoreKeywords: boolean;
  readonly adjustOffsets: boolean;
  readonly protectedWords: WordSet;
}

/** A token to come: its text, its nodes in the graph, its stretch of the term. */
interface Part {
  readonly term: string;
  readonly startNode: number;
  endNode: number;
  readonly start: number;
  readonly end: number;
}

/** A run of subwords of one kind that will be one token. */
class Concatenation {
  term = "";
  start = 0;
  end = 0;
  startNode = 0;
  type = 0;
  count = 0;

  append(term: string, part: Subword, node: number): void {
    if (this.count === 0) {
      this.type = part.type;
      this.start = part.start;
      this.startNode = node;
    }
    this.term += term.slice(part.start, part.end);
    this.end = part.end;
    this.count++;
  }

  partTo(endNode: number): Part {
    const { term, startNode, start, end } = this;
    return { term, startNode, endNode, start, end };
  }
}

/** WordDelimiterGraphFilter. */
export class WordDelimiterGraphFilter extends TokenFilter {
  private readonly options: WordDelimiterOptions;
  private parts: Part[] = [];
  private saved: TokenState | undefined;
  private gap = 0;
  private node = 0;
  private lastStartOffset = 0;

  constructor(input: TokenStream, options: WordDelimiterOptions) {
    super(input);
    this.options = options;
  }

  override reset(): void {
    super.reset();
    this.parts = [];
    this.saved = undefined;
    this.gap = 0;
    this.lastStartOffset = 0;
  }

  override incrementToken(): boolean {
    const { options } = this;
    for (;;) {
      const part = this.parts.shift();
      if (part !== undefined) return this.emit(part);
      if (!this.advance()) return false;
      if (options.ignoreKeywords && this.keyword) return true;
      const { term } = this;
      this.gap += this.positionIncrement;
      const { parts, isSingleWord } = subwordsOf(term, options);
      const whole = parts[0]?.start === 0 && parts[0].end === term.length;
      if (whole || options.protectedWords.has(term)) {
        this.positionIncrement = this.gap;
        this.gap = 0;
        return true;
      }
      if (parts.length === 0) {
        if (!options.preserveOriginal) continue;
        this.gap = 0;
        return true;
      }
      this.saved = this.captureState();
      this.parts = this.partsOf(term, isSingleWord ? parts.slice(0, 1) : parts, isSingleWord);
      this.node = 0;
    }
  }

  private emit(part: Part): true {
    const saved = this.saved!;
    this.restoreState(saved);
    const odd = saved.endOffset - saved.startOffset !== saved.term.length;
    const whole = odd || !this.options.adjustOffsets;
    const start = whole ? saved.startOffset : saved.startOffset + part.start;
    const end = whole ? saved.endOffset : saved.startOffset + part.end;
    // Offsets never go backwards.
    this.startOffset = Math.max(start, this.lastStartOffset);
    this.endOffset = Math.max(end, this.lastStartOffset);
    this.lastStartOffset = this.startOffset;
    this.term = part.term;
    this.positionIncrement = this.gap + part.startNode - this.node;
    this.gap = 0;
    this.positionLength = part.endNode - part.startNode;
    this.node = part.startNode;
    return true;
  }

  private generates(type: number): boolean {
    const { generateWordParts, generateNumberParts } = this.options;
    return (
      (generateWordParts && (type & ALPHA) !== 0) || (generateNumberParts && (type & DIGIT) !== 0)
    );
  }

  private catenates(type: number): boolean {
    const { catenateWords, catenateNumbers } = this.options;
    return (catenateWords && (type & ALPHA) !== 0) || (catenateNumbers && (type & DIGIT) !== 0);
  }

  private partsOf(term: string, subwords: readonly Subword[], isSingleWord: boolean): Part[] {
    const { preserveOriginal, catenateAll } = this.options;
    const out: Part[] = [];
    let node = 0;
    let run = new Concatenation();
    let lastCount = 0;
    const all = new Concatenation();
    const flush = () => {
      if (run.count === 0) return;
      if (node === run.startNode) node++;
      lastCount = run.count;
      if (run.count !== 1 || !this.generates(run.type)) out.push(run.partTo(node));
      run = new Concatenation();
    };
    for (const part of subwords) {
      if (!isSingleWord) {
        if (run.count > 0 && (run.type & part.type) === 0) flush();
        if (this.catenates(part.type)) run.append(term, part, node);
        if (catenateAll) all.append(term, part, node);
        if (!this.generates(part.type)) continue;
      }
      const { start, end } = part;
      out.push({ term: term.slice(start, end), startNode: node, endNode: node + 1, start, end });
      node++;
    }
    flush();
    if (all.count > lastCount) {
      if (node === all.startNode) node++;
      out.push(all.partTo(node));
    }
    // Smaller start first, then the longer; the sort is stable.
    out.sort((a, b) => a.start - b.start || b.end - a.end);
    if (preserveOriginal) {
      const endNode = Math.max(1, node);
      out.unshift({ term, startNode: 0, endNode, start: 0, end: term.length });
    }
    return out;
  }
}
