// Field data of a text field: the inverted index of a segment turned round, term ordinals by doc.
// Upstream: org.opensearch.index.fielddata.plain.PagedBytesIndexFieldData.

import {
  type LeafReader,
  NO_MORE_DOCS,
  type OrdDictionary,
  OrdTermsEnum,
  type PostingsEnum,
  PostingsFlags,
  type SortedSetDocValues,
  type Terms,
} from "../../../lucene/index/index.ts";

interface Uninverted {
  readonly terms: readonly Uint8Array[];
  /** Ordinals of doc d: ords[starts[d]] to ords[starts[d + 1]]. */
  readonly starts: Int32Array;
  readonly ords: Int32Array;
}

const cache = new WeakMap<LeafReader, Map<string, Uninverted>>();

/** The terms of a text field by doc; undefined where the segment has none. */
export function uninvertedTerms(reader: LeafReader, field: string): SortedSetDocValues | undefined {
  const terms = reader.terms(field);
  if (terms === undefined) return undefined;
  let fields = cache.get(reader);
  if (fields === undefined) cache.set(reader, (fields = new Map()));
  let data = fields.get(field);
  if (data === undefined) fields.set(field, (data = uninvert(terms, reader.maxDoc)));
  return new UninvertedValues(data);
}

function uninvert(terms: Terms, maxDoc: number): Uninverted {
  const list: Uint8Array[] = [];
  const docs: number[] = [];
  const termStarts: number[] = [];
  const starts = new Int32Array(maxDoc + 1);
  const iterator = terms.iterator();
  let postings: PostingsEnum | undefined;
  for (let term = iterator.next(); term !== undefined; term = iterator.next()) {
    list.push(term.slice());
    termStarts.push(docs.length);
    postings = iterator.postings(postings, PostingsFlags.NONE);
    for (let doc = postings.nextDoc(); doc !== NO_MORE_DOCS; doc = postings.nextDoc()) {
      docs.push(doc);
      starts[doc + 1]!++;
    }
  }
  for (let doc = 0; doc < maxDoc; doc++) starts[doc + 1]! += starts[doc]!;
  const ords = new Int32Array(docs.length);
  const next = starts.slice();
  for (let ord = 0; ord < list.length; ord++) {
    const end = termStarts[ord + 1] ?? docs.length;
    for (let i = termStarts[ord]!; i < end; i++) ords[next[docs[i]!]!++] = ord;
  }
  return { terms: list, starts, ords };
}

class UninvertedValues implements SortedSetDocValues {
  private readonly data: Uninverted;
  private doc = -1;
  private at = 0;

  constructor(data: Uninverted) {
    this.data = data;
  }

  get valueCount(): number {
    return this.data.terms.length;
  }

  lookupOrd(ord: number): Uint8Array {
    return this.data.terms[ord]!;
  }

  lookupTerm(term: Uint8Array): number {
    let low = 0;
    let high = this.valueCount - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const order = Buffer.compare(this.lookupOrd(middle), term);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -(low + 1);
  }

  termsEnum(): ReturnType<OrdDictionary["termsEnum"]> {
    return new OrdTermsEnum(this);
  }

  advanceExact(target: number): boolean {
    this.doc = target;
    this.at = this.data.starts[target]!;
    return this.docValueCount() > 0;
  }

  docValueCount(): number {
    return this.data.starts[this.doc + 1]! - this.data.starts[this.doc]!;
  }

  nextOrd(): number {
    return this.data.ords[this.at++]!;
  }

  docID(): number {
    return this.doc;
  }

  nextDoc(): number {
    return this.advance(this.doc + 1);
  }

  advance(target: number): number {
    const docCount = this.data.starts.length - 1;
    for (let doc = target; doc < docCount; doc++) if (this.advanceExact(doc)) return doc;
    return (this.doc = NO_MORE_DOCS);
  }

  cost(): number {
    return this.data.ords.length;
  }
}
