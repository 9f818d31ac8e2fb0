// The inverted index of one field of the segment in memory.
//
// While documents arrive, tokens are only logged: (term id, position, offsets) in arrival order,
// and per document where its tokens end. A flush turns the log into postings by one counting sort
// over term ids: the log is walked in (new) document order, so each term's postings come out
// ordered, and an index sort costs nothing extra. With frequencies a term's occurrences in one
// document are neighbours: freq = length of the run. Upstream: FreqProxTermsWriterPerField (9.1.0).

import { type BufferedDictionary, growInt32, type RamCounter } from "./buffered-dictionary.ts";
import { IndexOptions } from "./field-info.ts";

const NO_INTS = new Int32Array(0);

/** Logged tokens of one field. */
export class BufferedPostings {
  readonly dictionary: BufferedDictionary;
  private readonly ram: RamCounter;
  readonly withFreqs: boolean;
  readonly withPositions: boolean;
  readonly withOffsets: boolean;
  tokenCount = 0;
  tokenTerms: Int32Array = NO_INTS;
  tokenPositions: Int32Array = NO_INTS;
  tokenStartOffsets: Int32Array = NO_INTS;
  tokenEndOffsets: Int32Array = NO_INTS;
  /** Frequencies that were given, zero where none was; empty until the first. */
  tokenFrequencies: Int32Array = NO_INTS;
  /** Documents that have the field, ascending, and where their tokens end in the log. */
  docCount = 0;
  docs: Int32Array = NO_INTS;
  docTokenEnds: Int32Array = NO_INTS;
  /** The last document of each term, to log a term once per document and count distinct terms. */
  private termLastDocs: Int32Array = NO_INTS;

  constructor(dictionary: BufferedDictionary, options: IndexOptions, ram: RamCounter) {
    this.dictionary = dictionary;
    this.ram = ram;
    this.withFreqs = options >= IndexOptions.DOCS_AND_FREQS;
    this.withPositions = options >= IndexOptions.DOCS_AND_FREQS_AND_POSITIONS;
    this.withOffsets = options === IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS;
  }

  /** Logs one token of the term `id`; answers whether the term is new in this document. */
  addToken(
    id: number,
    doc: number,
    position: number,
    startOffset: number,
    endOffset: number,
  ): boolean {
    if (id >= this.termLastDocs.length) this.growLastDocs(id);
    // Stored plus one: a fresh array holds zeros.
    const fresh = this.termLastDocs[id] !== doc + 1;
    if (fresh) this.termLastDocs[id] = doc + 1;
    else if (!this.withFreqs) return false;
    const at = this.tokenCount++;
    if (at >= this.tokenTerms.length) this.growTokens(at);
    this.tokenTerms[at] = id;
    if (this.withPositions) this.tokenPositions[at] = position;
    if (this.withOffsets) {
      this.tokenStartOffsets[at] = startOffset;
      this.tokenEndOffsets[at] = endOffset;
    }
    return fresh;
  }

  /** Gives the token that was logged last a frequency of its own. */
  setFrequency(frequency: number): void {
    const at = this.tokenCount - 1;
    if (at >= this.tokenFrequencies.length) {
      this.tokenFrequencies = growInt32(this.tokenFrequencies, at, this.ram);
    }
    this.tokenFrequencies[at] = frequency;
  }

  finishDocument(doc: number): void {
    const at = this.docCount++;
    if (at >= this.docs.length) {
      this.docs = growInt32(this.docs, at, this.ram);
      this.docTokenEnds = growInt32(this.docTokenEnds, at, this.ram);
    }
    this.docs[at] = doc;
    this.docTokenEnds[at] = this.tokenCount;
  }

  private growLastDocs(id: number): void {
    this.termLastDocs = growInt32(this.termLastDocs, id, this.ram);
  }

  private growTokens(at: number): void {
    this.tokenTerms = growInt32(this.tokenTerms, at, this.ram);
    if (this.withPositions) this.tokenPositions = growInt32(this.tokenPositions, at, this.ram);
    if (!this.withOffsets) return;
    this.tokenStartOffsets = growInt32(this.tokenStartOffsets, at, this.ram);
    this.tokenEndOffsets = growInt32(this.tokenEndOffsets, at, this.ram);
  }

  /** Calls `visit` for each document that holds a term of `docUpto` and comes before its limit. */
  forEachDocBefore(docUpto: Int32Array, visit: (doc: number) => void): void {
    let token = 0;
    for (let i = 0; i < this.docCount; i++) {
      const doc = this.docs[i]!;
      const end = this.docTokenEnds[i]!;
      for (; token < end; token++) {
        if (doc < docUpto[this.tokenTerms[token]!]!) visit(doc);
      }
    }
  }

  /** Where each entry of `docs` begins in the log: the end of the one before. */
  private firstToken(entry: number): number {
    return entry === 0 ? 0 : this.docTokenEnds[entry - 1]!;
  }

  /** Sorts the log by term. `oldToNew` renumbers documents (index sort). */
  invert(oldToNew: Int32Array | undefined, maxDoc: number): InvertedField {
    const { starts, cursor } = this.termSlots();
    const docs = new Int32Array(this.tokenCount);
    const positions = this.withPositions ? new Int32Array(this.tokenCount) : NO_INTS;
    const startOffsets = this.withOffsets ? new Int32Array(this.tokenCount) : NO_INTS;
    const endOffsets = this.withOffsets ? new Int32Array(this.tokenCount) : NO_INTS;
    const given = this.tokenFrequencies;
    const frequencies = given.length > 0 ? new Int32Array(this.tokenCount) : NO_INTS;
    const order = oldToNew === undefined ? undefined : entriesInNewOrder(this, oldToNew, maxDoc);
    for (let i = 0; i < this.docCount; i++) {
      const entry = order === undefined ? i : order[i]!;
      const oldDoc = this.docs[entry]!;
      const doc = oldToNew === undefined ? oldDoc : oldToNew[oldDoc]!;
      const end = this.docTokenEnds[entry]!;
      for (let token = this.firstToken(entry); token < end; token++) {
        const slot = cursor[this.tokenTerms[token]!]!++;
        docs[slot] = doc;
        if (given.length > 0) frequencies[slot] = given[token] || 1;
        if (this.withPositions) positions[slot] = this.tokenPositions[token]!;
        if (this.withOffsets) {
          startOffsets[slot] = this.tokenStartOffsets[token]!;
          endOffsets[slot] = this.tokenEndOffsets[token]!;
        }
      }
    }
    return {
      dictionary: this.dictionary,
      sortedIds: this.dictionary.sortedIds((id) => starts[id + 1]! > starts[id]!),
      slotStarts: starts,
      docs,
      positions,
      startOffsets,
      endOffsets,
      frequencies,
      docCount: this.docsWithTerms(),
    };
  }

  private termSlots(): { starts: Int32Array; cursor: Int32Array } {
    const size = this.dictionary.size;
    const starts = new Int32Array(size + 1);
    const terms = this.tokenTerms;
    for (let i = 0; i < this.tokenCount; i++) starts[terms[i]! + 1]!++;
    for (let id = 0; id < size; id++) starts[id + 1]! += starts[id]!;
    return { starts, cursor: starts.slice(0, size) };
  }

  private docsWithTerms(): number {
    let count = 0;
    for (let i = 0; i < this.docCount; i++) if (this.docTokenEnds[i]! > this.firstToken(i)) count++;
    return count;
  }
}

/** Entries of `postings.docs` in the order of their new documents. */
function entriesInNewOrder(
  postings: BufferedPostings,
  oldToNew: Int32Array,
  maxDoc: number,
): Int32Array {
  const entryOfNew = new Int32Array(maxDoc).fill(-1);
  for (let i = 0; i < postings.docCount; i++) entryOfNew[oldToNew[postings.docs[i]!]!] = i;
  return entryOfNew.filter((entry) => entry >= 0);
}

/**
 * Postings of one field sorted by term: term `id` owns slots `[slotStarts[id], slotStarts[id+1])`.
 */
export interface InvertedField {
  readonly dictionary: BufferedDictionary;
  readonly sortedIds: Int32Array;
  readonly slotStarts: Int32Array;
  /** Document of each slot; with frequencies, one slot per occurrence. */
  readonly docs: Int32Array;
  readonly positions: Int32Array;
  readonly startOffsets: Int32Array;
  readonly endOffsets: Int32Array;
  /** Frequency of each slot, empty where each stands for one occurrence. */
  readonly frequencies: Int32Array;
  /** Documents with at least one term. */
  readonly docCount: number;
}
