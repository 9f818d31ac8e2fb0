// One document of one field, inverted in memory, to run a query over it.
// Upstream: org.apache.lucene.index.memory.MemoryIndex.

import type { Analyzer } from "../analysis/index.ts";
import {
  type DirectoryReader,
  type LeafReader,
  NO_MORE_DOCS,
  type PostingsEnum,
  type SeekStatus,
  type Terms,
  type TermsEnum,
} from "../index/leaf-reader.ts";
import { compareBytes } from "./bytes.ts";
import { IndexSearcher } from "./index-searcher.ts";
import type { Query } from "./query.ts";

interface MemoryTerm {
  readonly bytes: Uint8Array;
  readonly positions: number[];
}

/** The inverted values of one document's field. */
export class MemoryIndex {
  private readonly field: string;
  private readonly byText = new Map<string, MemoryTerm>();
  private lastPosition = -1;
  private tokens = 0;

  constructor(field: string) {
    this.field = field;
  }

  /** Adds a value; between values lies the analyzer's gap. */
  add(text: string, analyzer: Analyzer): void {
    const stream = analyzer.tokenStream(this.field, text);
    let position = this.tokens === 0 ? -1 : this.lastPosition + analyzer.positionIncrementGap;
    stream.reset();
    while (stream.incrementToken()) {
      position += stream.positionIncrement;
      let term = this.byText.get(stream.term);
      if (term === undefined) {
        term = { bytes: new TextEncoder().encode(stream.term), positions: [] };
        this.byText.set(stream.term, term);
      }
      term.positions.push(position);
      this.tokens++;
    }
    stream.end();
    this.lastPosition = position;
  }

  /** Does the document match? */
  matches(query: Query): boolean {
    if (this.tokens === 0) return false;
    const terms = [...this.byText.values()].sort((a, b) => compareBytes(a.bytes, b.bytes));
    const reader = leafOf(this.field, new MemoryTerms(terms, this.tokens));
    const whole: DirectoryReader = {
      leaves: [{ reader, ord: 0, docBase: 0 }],
      maxDoc: 1,
      numDocs: 1,
    };
    return new IndexSearcher(whole).count(query) > 0;
  }
}

/** A reader of one live document that has terms and nothing else. */
function leafOf(field: string, terms: Terms): LeafReader {
  const none = () => undefined;
  const parts: Partial<LeafReader> = {
    maxDoc: 1,
    numDocs: 1,
    liveDocs: undefined,
    hardLiveDocs: undefined,
    terms: (name) => (name === field ? terms : undefined),
    normValues: none,
    pointValues: none,
    sortedDocValues: none,
    sortedSetDocValues: none,
    numericDocValues: none,
  };
  return parts as LeafReader;
}

class MemoryTerms implements Terms {
  readonly size: number;
  readonly sumTotalTermFreq: number;
  readonly sumDocFreq: number;
  readonly docCount = 1;
  readonly minTerm: Uint8Array | undefined;
  readonly maxTerm: Uint8Array | undefined;
  readonly hasFreqs = true;
  readonly hasPositions = true;
  readonly hasOffsets = false;
  readonly hasPayloads = false;
  private readonly terms: readonly MemoryTerm[];

  constructor(terms: readonly MemoryTerm[], tokens: number) {
    this.terms = terms;
    this.size = terms.length;
    this.sumTotalTermFreq = tokens;
    this.sumDocFreq = terms.length;
    this.minTerm = terms[0]?.bytes;
    this.maxTerm = terms.at(-1)?.bytes;
  }

  iterator(): TermsEnum {
    return new MemoryTermsEnum(this.terms);
  }
}

class MemoryTermsEnum implements TermsEnum {
  private readonly terms: readonly MemoryTerm[];
  private at = -1;

  constructor(terms: readonly MemoryTerm[]) {
    this.terms = terms;
  }

  next(): Uint8Array | undefined {
    return this.terms[++this.at]?.bytes;
  }

  seekExact(term: Uint8Array): boolean {
    return this.seekCeil(term) === "found";
  }

  seekCeil(term: Uint8Array): SeekStatus {
    this.at = this.terms.findIndex(({ bytes }) => compareBytes(bytes, term) >= 0);
    if (this.at < 0) {
      this.at = this.terms.length;
      return "end";
    }
    return compareBytes(this.term(), term) === 0 ? "found" : "not-found";
  }

  term(): Uint8Array {
    return this.terms[this.at]!.bytes;
  }

  docFreq(): number {
    return 1;
  }

  totalTermFreq(): number {
    return this.terms[this.at]!.positions.length;
  }

  postings(): PostingsEnum {
    return new MemoryPostings(this.terms[this.at]!.positions);
  }

  impacts(): undefined {
    return undefined;
  }

  termState(): unknown {
    return this.at;
  }

  seekToState(_term: Uint8Array, state: unknown): void {
    this.at = state as number;
  }
}

class MemoryPostings implements PostingsEnum {
  private readonly positions: readonly number[];
  private doc = -1;
  private at = 0;

  constructor(positions: readonly number[]) {
    this.positions = positions;
  }

  docID(): number {
    return this.doc;
  }

  nextDoc(): number {
    return this.advance(this.doc + 1);
  }

  advance(target: number): number {
    this.at = 0;
    return (this.doc = target <= 0 ? 0 : NO_MORE_DOCS);
  }

  cost(): number {
    return 1;
  }

  freq(): number {
    return this.positions.length;
  }

  nextPosition(): number {
    return this.positions[this.at++] ?? -1;
  }

  startOffset(): number {
    return -1;
  }

  endOffset(): number {
    return -1;
  }

  payload(): undefined {
    return undefined;
  }
}
