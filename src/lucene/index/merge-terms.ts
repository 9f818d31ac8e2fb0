// Terms of several segments as one: a k-way merge of terms, and postings whose documents are
// renumbered on the fly. Terms whose documents are all gone come out with no postings; the terms
// writer leaves them out. Upstream: MappedMultiFields, MappingMultiPostingsEnum (9.1.0).

import { assert } from "../../base/index.ts";
import type { Fields } from "../codecs/codec.ts";
import { type FieldInfo, IndexOptions } from "./field-info.ts";
import {
  NO_MORE_DOCS,
  type PostingsEnum,
  type SeekStatus,
  type Terms,
  type TermsEnum,
} from "./leaf-reader.ts";
import { MergeQueue } from "./merge-queue.ts";
import type { MergeState } from "./merge-state.ts";

/** Terms of the merged segment. */
export function mergedFields(state: MergeState): Fields {
  const names: string[] = [];
  for (const info of state.fieldInfos) {
    if (info.indexOptions === IndexOptions.NONE) continue;
    const { name } = info;
    const present = state.inputs.some(({ reader }) => {
      const own = reader.fieldInfos.fieldInfo(name);
      return (
        own !== undefined &&
        own.indexOptions !== IndexOptions.NONE &&
        reader.terms(name) !== undefined
      );
    });
    if (present) names.push(name);
  }
  names.sort();
  return {
    names,
    terms: (field) =>
      names.includes(field)
        ? new MergedTerms(state, state.fieldInfos.fieldInfo(field)!)
        : undefined,
  };
}

class MergedTerms implements Terms {
  readonly size = -1;
  readonly sumTotalTermFreq = -1;
  readonly sumDocFreq = -1;
  readonly docCount = -1;
  readonly minTerm = undefined;
  readonly maxTerm = undefined;
  readonly hasFreqs: boolean;
  readonly hasPositions: boolean;
  readonly hasOffsets: boolean;
  readonly hasPayloads = false;
  private readonly state: MergeState;
  private readonly field: string;

  constructor(state: MergeState, info: FieldInfo) {
    this.state = state;
    this.field = info.name;
    this.hasFreqs = info.indexOptions >= IndexOptions.DOCS_AND_FREQS;
    this.hasPositions = info.indexOptions >= IndexOptions.DOCS_AND_FREQS_AND_POSITIONS;
    this.hasOffsets = info.indexOptions === IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS;
  }

  iterator(): TermsEnum {
    const enums = this.state.inputs.map(({ reader }) => {
      const own = reader.fieldInfos.fieldInfo(this.field);
      if (own === undefined || own.indexOptions === IndexOptions.NONE) return undefined;
      return reader.terms(this.field)?.iterator();
    });
    return new MergedTermsEnum(this.state, enums);
  }
}

class MergedTermsEnum implements TermsEnum {
  private readonly enums: readonly (TermsEnum | undefined)[];
  private readonly queue: MergeQueue;
  private readonly merged: MergedPostingsEnum;
  private current: Uint8Array | undefined;

  constructor(state: MergeState, enums: readonly (TermsEnum | undefined)[]) {
    this.enums = enums;
    const sources = enums.flatMap((one, i) => (one === undefined ? [] : [i]));
    this.queue = new MergeQueue(sources, (source) => enums[source]!.next());
    this.merged =
      state.sorted === undefined ? new MergedPostingsEnum(state) : new SortedPostingsEnum(state);
  }

  next(): Uint8Array | undefined {
    this.current = this.queue.nextTerm();
    return this.current;
  }

  term(): Uint8Array {
    assert(this.current !== undefined, "term() before next()");
    return this.current;
  }

  /** Documents that a merge drops count here: an upper bound. */
  docFreq(): number {
    let count = 0;
    for (let i = 0; i < this.queue.topCount; i++)
      count += this.enums[this.queue.top[i]!]!.docFreq();
    return count;
  }

  totalTermFreq(): number {
    let count = 0;
    for (let i = 0; i < this.queue.topCount; i++) {
      const freq = this.enums[this.queue.top[i]!]!.totalTermFreq();
      if (freq < 0) return -1;
      count += freq;
    }
    return count;
  }

  postings(_reuse: PostingsEnum | undefined, flags: number): PostingsEnum {
    this.merged.start();
    for (let i = 0; i < this.queue.topCount; i++) {
      const source = this.queue.top[i]!;
      this.merged.addPart(source, this.enums[source]!, flags);
    }
    return this.merged;
  }

  impacts(): undefined {
    return undefined;
  }

  seekExact(): boolean {
    assert(false, "a merge pulls terms in order");
  }

  seekCeil(): SeekStatus {
    assert(false, "a merge pulls terms in order");
  }

  termState(): unknown {
    assert(false, "a merge pulls terms in order");
  }

  seekToState(): void {
    assert(false, "a merge pulls terms in order");
  }
}

/** Parts one after another: readers follow each other in the merged segment. */
class MergedPostingsEnum implements PostingsEnum {
  protected readonly docMaps: readonly Int32Array[];
  protected readonly reused: (PostingsEnum | undefined)[] = [];
  /** Readers that have the term, in order of reader. */
  protected readonly parts: number[] = [];
  protected doc = -1;
  protected part: PostingsEnum | undefined;
  private map: Int32Array | undefined;
  private nextPart = 0;

  constructor(state: MergeState) {
    this.docMaps = state.docMaps;
  }

  start(): void {
    this.parts.length = 0;
    this.nextPart = 0;
    this.doc = -1;
    this.part = undefined;
  }

  addPart(source: number, terms: TermsEnum, flags: number): void {
    this.reused[source] = terms.postings(this.reused[source], flags);
    this.parts.push(source);
  }

  docID(): number {
    return this.doc;
  }

  nextDoc(): number {
    for (;;) {
      if (this.part === undefined) {
        if (this.nextPart >= this.parts.length) {
          this.doc = NO_MORE_DOCS;
          return NO_MORE_DOCS;
        }
        const source = this.parts[this.nextPart++]!;
        this.part = this.reused[source]!;
        this.map = this.docMaps[source]!;
      }
      const doc = this.part.nextDoc();
      if (doc === NO_MORE_DOCS) {
        this.part = undefined;
        continue;
      }
      const mapped = this.map![doc]!;
      if (mapped >= 0) {
        this.doc = mapped;
        return mapped;
      }
    }
  }

  advance(target: number): number {
    let doc = this.nextDoc();
    while (doc < target) doc = this.nextDoc();
    return doc;
  }

  cost(): number {
    return this.parts.reduce((sum, source) => sum + this.reused[source]!.cost(), 0);
  }

  freq(): number {
    return this.part!.freq();
  }

  nextPosition(): number {
    return this.part!.nextPosition();
  }

  startOffset(): number {
    return this.part!.startOffset();
  }

  endOffset(): number {
    return this.part!.endOffset();
  }

  payload(): undefined {
    return undefined;
  }
}

/** Parts interleaved: the part with the smallest new document is next. */
class SortedPostingsEnum extends MergedPostingsEnum {
  /** New document of each part's current posting, or NO_MORE_DOCS. */
  private readonly heads: number[] = [];
  private started = false;
  private at = -1;

  override start(): void {
    super.start();
    this.started = false;
    this.at = -1;
  }

  private step(index: number): void {
    const source = this.parts[index]!;
    const map = this.docMaps[source]!;
    const postings = this.reused[source]!;
    let doc = postings.nextDoc();
    while (doc !== NO_MORE_DOCS && map[doc]! < 0) doc = postings.nextDoc();
    this.heads[index] = doc === NO_MORE_DOCS ? NO_MORE_DOCS : map[doc]!;
  }

  override nextDoc(): number {
    if (!this.started) {
      this.started = true;
      for (let i = 0; i < this.parts.length; i++) this.step(i);
    } else {
      this.step(this.at);
    }
    let best = 0;
    for (let i = 1; i < this.parts.length; i++) if (this.heads[i]! < this.heads[best]!) best = i;
    this.at = best;
    this.part = this.reused[this.parts[best]!];
    this.doc = this.heads[best]!;
    return this.doc;
  }
}
