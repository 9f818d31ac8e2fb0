// What the terms of a flushing segment look like to a FieldsConsumer: Terms over inverted buffers.
// Only what a consumer pulls is answered: next(), docFreq(), totalTermFreq(), postings().
// Upstream: FreqProxFields (9.1.0).

import { assert } from "../../base/index.ts";
import type { Fields } from "../codecs/codec.ts";
import type { BufferedPostings, InvertedField } from "./buffered-postings.ts";
import {
  NO_MORE_DOCS,
  type PostingsEnum,
  type SeekStatus,
  type Terms,
  type TermsEnum,
} from "./leaf-reader.ts";

/** One inverted field with what is indexed in it. */
export interface FlushField {
  readonly name: string;
  readonly postings: BufferedPostings;
  readonly inverted: InvertedField;
}

/** Fields of a flush, in name order. */
export function flushFields(fields: readonly FlushField[]): Fields {
  const withTerms = fields.filter((field) => field.inverted.sortedIds.length > 0);
  const byName = new Map(withTerms.map((field) => [field.name, new FlushTerms(field)]));
  return {
    names: [...byName.keys()].sort(),
    terms: (field) => byName.get(field),
  };
}

class FlushTerms implements Terms {
  readonly size: number;
  readonly sumTotalTermFreq: number;
  readonly sumDocFreq: number;
  readonly docCount: number;
  readonly minTerm: Uint8Array | undefined;
  readonly maxTerm: Uint8Array | undefined;
  readonly hasFreqs: boolean;
  readonly hasPositions: boolean;
  readonly hasOffsets: boolean;
  readonly hasPayloads = false;
  private readonly field: FlushField;

  constructor(field: FlushField) {
    const { inverted, postings } = field;
    const ids = inverted.sortedIds;
    this.field = field;
    this.size = ids.length;
    this.sumTotalTermFreq = occurrences(inverted, 0, inverted.docs.length);
    this.sumDocFreq = postings.withFreqs ? -1 : inverted.docs.length;
    this.docCount = inverted.docCount;
    this.minTerm = ids.length === 0 ? undefined : inverted.dictionary.bytesOf(ids[0]!);
    this.maxTerm = ids.length === 0 ? undefined : inverted.dictionary.bytesOf(ids.at(-1)!);
    this.hasFreqs = postings.withFreqs;
    this.hasPositions = postings.withPositions;
    this.hasOffsets = postings.withOffsets;
  }

  iterator(): TermsEnum {
    return new FlushTermsEnum(this.field);
  }
}

class FlushTermsEnum implements TermsEnum {
  private readonly inverted: InvertedField;
  private readonly postingsOf: BufferedPostings;
  private at = -1;
  private id = -1;
  private current: Uint8Array | undefined;

  constructor(field: FlushField) {
    this.inverted = field.inverted;
    this.postingsOf = field.postings;
  }

  next(): Uint8Array | undefined {
    this.at++;
    if (this.at >= this.inverted.sortedIds.length) return undefined;
    this.id = this.inverted.sortedIds[this.at]!;
    this.current = this.inverted.dictionary.bytesOf(this.id);
    return this.current;
  }

  term(): Uint8Array {
    assert(this.current !== undefined, "term() before next()");
    return this.current;
  }

  docFreq(): number {
    const { slotStarts, docs } = this.inverted;
    const start = slotStarts[this.id]!;
    const end = slotStarts[this.id + 1]!;
    if (!this.postingsOf.withFreqs) return end - start;
    let count = 0;
    for (let slot = start, last = -1; slot < end; slot++) {
      if (docs[slot] !== last) count++;
      last = docs[slot]!;
    }
    return count;
  }

  totalTermFreq(): number {
    if (!this.postingsOf.withFreqs) return -1;
    const { slotStarts } = this.inverted;
    return occurrences(this.inverted, slotStarts[this.id]!, slotStarts[this.id + 1]!);
  }

  postings(reuse: PostingsEnum | undefined, _flags: number): PostingsEnum {
    const result =
      reuse instanceof FlushPostingsEnum && reuse.belongsTo(this.inverted)
        ? reuse
        : new FlushPostingsEnum(this.inverted, this.postingsOf);
    result.start(this.inverted.slotStarts[this.id]!, this.inverted.slotStarts[this.id + 1]!);
    return result;
  }

  impacts(): undefined {
    return undefined;
  }

  seekExact(): boolean {
    throw notPulled("seekExact");
  }

  seekCeil(): SeekStatus {
    throw notPulled("seekCeil");
  }

  termState(): unknown {
    throw notPulled("termState");
  }

  seekToState(): void {
    throw notPulled("seekToState");
  }
}

/** The frequencies of slots in sum: one each, unless they have their own. */
function occurrences({ frequencies }: InvertedField, start: number, end: number): number {
  if (frequencies.length === 0) return end - start;
  let sum = 0;
  for (let slot = start; slot < end; slot++) sum += frequencies[slot]!;
  return sum;
}

/** A consumer asked for something that only readers offer. */
function notPulled(method: string): Error {
  return new Error(`A flush or merge pulls terms in order only, not by ${method}`);
}

class FlushPostingsEnum implements PostingsEnum {
  private readonly inverted: InvertedField;
  private readonly docs: Int32Array;
  private readonly positions: Int32Array;
  private readonly withFreqs: boolean;
  private readonly withPositions: boolean;
  private readonly withOffsets: boolean;
  private slot = 0;
  /** First slot after the current document. */
  private next = 0;
  private end = 0;
  private doc = -1;
  /** Slot of the current position. */
  private positionSlot = 0;

  constructor(inverted: InvertedField, postings: BufferedPostings) {
    this.inverted = inverted;
    this.docs = inverted.docs;
    this.positions = inverted.positions;
    this.withFreqs = postings.withFreqs;
    this.withPositions = postings.withPositions;
    this.withOffsets = postings.withOffsets;
  }

  belongsTo(inverted: InvertedField): boolean {
    return this.inverted === inverted;
  }

  start(slot: number, end: number): void {
    this.next = slot;
    this.end = end;
    this.doc = -1;
  }

  docID(): number {
    return this.doc;
  }

  nextDoc(): number {
    const slot = this.next;
    if (slot >= this.end) {
      this.doc = NO_MORE_DOCS;
      return NO_MORE_DOCS;
    }
    const doc = this.docs[slot]!;
    let next = slot + 1;
    if (this.withFreqs) while (next < this.end && this.docs[next] === doc) next++;
    this.slot = slot;
    this.positionSlot = slot - 1;
    this.next = next;
    this.doc = doc;
    return doc;
  }

  advance(target: number): number {
    let doc = this.nextDoc();
    while (doc < target) doc = this.nextDoc();
    return doc;
  }

  cost(): number {
    return this.end - this.next;
  }

  freq(): number {
    return occurrences(this.inverted, this.slot, this.next);
  }

  nextPosition(): number {
    this.positionSlot++;
    return this.withPositions ? this.positions[this.positionSlot]! : -1;
  }

  startOffset(): number {
    return this.withOffsets ? this.inverted.startOffsets[this.positionSlot]! : -1;
  }

  endOffset(): number {
    return this.withOffsets ? this.inverted.endOffsets[this.positionSlot]! : -1;
  }

  payload(): undefined {
    return undefined;
  }
}
