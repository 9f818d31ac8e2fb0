// Fields held in plain arrays: what a writer pulls in tests, and what a reader's answers are
// compared with.

import type { Fields } from "../../../src/lucene/codecs/codec.ts";
import {
  type FieldInfo,
  FieldInfos,
  IndexOptions,
  newFieldInfo,
} from "../../../src/lucene/index/field-info.ts";
import {
  NO_MORE_DOCS,
  type NormsProducer,
  type NumericDocValues,
  type PostingsEnum,
  type Terms,
  type TermsEnum,
} from "../../../src/lucene/index/leaf-reader.ts";
import type { SegmentInfo } from "../../../src/lucene/index/segment-info.ts";

export interface Occurrence {
  readonly position: number;
  readonly start: number;
  readonly end: number;
}

export interface Posting {
  readonly doc: number;
  readonly freq: number;
  /** Empty where the field has no positions. */
  readonly occurrences: readonly Occurrence[];
}

export interface TermPostings {
  readonly term: Uint8Array;
  readonly postings: readonly Posting[];
}

export interface MemoryField {
  readonly info: FieldInfo;
  readonly terms: readonly TermPostings[];
}

export function fieldInfo(
  name: string,
  number: number,
  options: IndexOptions,
  omitNorms = false,
): FieldInfo {
  const info = newFieldInfo(name, number);
  info.indexOptions = options;
  info.omitNorms = omitNorms;
  return info;
}

export function segment(maxDoc: number): SegmentInfo {
  return {
    name: "_0",
    id: Uint8Array.from({ length: 16 }, (_, i) => i * 7),
    maxDoc,
    isCompoundFile: false,
    codec: "Lucene91",
    version: { major: 9, minor: 1, bugfix: 0 },
    minVersion: { major: 9, minor: 1, bugfix: 0 },
    hasBlocks: false,
    diagnostics: new Map(),
    attributes: new Map(),
    indexSort: [],
    files: new Set(),
  };
}

class MemoryPostings implements PostingsEnum {
  private readonly postingsList: readonly Posting[];
  private at = -1;
  private upto = -1;

  constructor(postings: readonly Posting[]) {
    this.postingsList = postings;
  }

  docID(): number {
    return this.at < 0 ? -1 : (this.postingsList[this.at]?.doc ?? NO_MORE_DOCS);
  }

  nextDoc(): number {
    this.at++;
    this.upto = -1;
    return this.docID();
  }

  advance(target: number): number {
    do this.nextDoc();
    while (this.docID() < target);
    return this.docID();
  }

  cost(): number {
    return this.postingsList.length;
  }

  freq(): number {
    return this.postingsList[this.at]!.freq;
  }

  private occurrence(): Occurrence | undefined {
    return this.postingsList[this.at]!.occurrences[this.upto];
  }

  nextPosition(): number {
    this.upto++;
    return this.occurrence()?.position ?? -1;
  }

  startOffset(): number {
    return this.occurrence()?.start ?? -1;
  }

  endOffset(): number {
    return this.occurrence()?.end ?? -1;
  }

  payload(): Uint8Array | undefined {
    return undefined;
  }
}

class MemoryTermsEnum implements TermsEnum {
  private readonly terms: readonly TermPostings[];
  private at = -1;

  constructor(terms: readonly TermPostings[]) {
    this.terms = terms;
  }

  next(): Uint8Array | undefined {
    this.at++;
    return this.terms[this.at]?.term;
  }

  term(): Uint8Array {
    return this.terms[this.at]!.term;
  }

  docFreq(): number {
    return this.terms[this.at]!.postings.length;
  }

  totalTermFreq(): number {
    return this.terms[this.at]!.postings.reduce((sum, posting) => sum + posting.freq, 0);
  }

  postings(): PostingsEnum {
    return new MemoryPostings(this.terms[this.at]!.postings);
  }

  seekExact(): boolean {
    throw new Error("not used");
  }

  seekCeil(): "end" {
    throw new Error("not used");
  }

  impacts(): undefined {
    return undefined;
  }

  termState(): unknown {
    throw new Error("not used");
  }

  seekToState(): void {
    throw new Error("not used");
  }
}

function memoryTerms(field: MemoryField): Terms {
  const { info, terms } = field;
  return {
    size: terms.length,
    sumTotalTermFreq: 0,
    sumDocFreq: 0,
    docCount: 0,
    minTerm: undefined,
    maxTerm: undefined,
    hasFreqs: info.indexOptions >= IndexOptions.DOCS_AND_FREQS,
    hasPositions: info.indexOptions >= IndexOptions.DOCS_AND_FREQS_AND_POSITIONS,
    hasOffsets: info.indexOptions >= IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS,
    hasPayloads: false,
    iterator: () => new MemoryTermsEnum(terms),
  };
}

export function memoryFields(fields: readonly MemoryField[]): Fields {
  const byName = new Map(fields.map((field) => [field.info.name, field]));
  return {
    names: [...byName.keys()].sort(),
    terms: (name) => {
      const field = byName.get(name);
      return field === undefined ? undefined : memoryTerms(field);
    },
  };
}

export function fieldInfos(fields: readonly MemoryField[]): FieldInfos {
  return new FieldInfos(fields.map((field) => field.info));
}

/** Norms by a formula; 0 would be no norm. */
export function formulaNorms(norm: (doc: number) => number): NormsProducer {
  return {
    norms: () => {
      let current = -1;
      const values: Partial<NumericDocValues> = {
        advanceExact: (doc) => {
          current = doc;
          return norm(doc) !== 0;
        },
        longValue: () => norm(current),
      };
      return values as NumericDocValues;
    },
    checkIntegrity: () => {},
    close: () => {},
  };
}
