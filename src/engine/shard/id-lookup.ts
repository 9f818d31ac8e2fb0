// Finding the live document of an `_id`, and its version. One terms enum per segment is kept and
// used again for every lookup; segments are asked newest first, because that is where a document
// that is written often lies.
// Upstream: PerThreadIDVersionAndSeqNoLookup, VersionsAndSeqNoResolver (2.19.6).

import {
  type Bits,
  type DirectoryReader,
  type LeafContext,
  type LeafReader,
  NO_MORE_DOCS,
  NrtLeafReader,
  type NumericDocValues,
  type PostingsEnum,
  PostingsFlags,
  type TermsEnum,
} from "../../lucene/index/index.ts";

/** Where a document was found. */
export interface FoundDocument {
  readonly leaf: LeafContext;
  /** Doc id within the leaf. */
  readonly docId: number;
}

/**
 * Reads a numeric doc value at any doc: the iterator only goes forward, so a step back renews it.
 */
class ValueAt {
  private readonly reader: LeafReader;
  private readonly field: string;
  private values: NumericDocValues | undefined;

  constructor(reader: LeafReader, field: string) {
    this.reader = reader;
    this.field = field;
  }

  get(docId: number, fallback: number): number {
    if (this.values === undefined || this.values.docID() > docId) {
      this.values = this.reader.numericDocValues(this.field);
    }
    return this.values?.advanceExact(docId) === true ? this.values.longValue() : fallback;
  }
}

class SegmentLookup {
  readonly versions: ValueAt;
  readonly seqNos: ValueAt;
  readonly terms: ValueAt;
  private readonly ids: TermsEnum | undefined;
  private postings: PostingsEnum | undefined;

  constructor(reader: LeafReader) {
    this.ids = reader.terms("_id")?.iterator();
    this.versions = new ValueAt(reader, "_version");
    this.seqNos = new ValueAt(reader, "_seq_no");
    this.terms = new ValueAt(reader, "_primary_term");
  }

  /** The last live document of the id: of a nested block, that is its root. -1 if there is none. */
  docId(uid: Uint8Array, live: Bits | undefined): number {
    if (this.ids === undefined || !this.ids.seekExact(uid)) return -1;
    const postings = this.ids.postings(this.postings, PostingsFlags.NONE);
    this.postings = postings;
    let found = -1;
    for (let doc = postings.nextDoc(); doc !== NO_MORE_DOCS; doc = postings.nextDoc()) {
      if (live === undefined || live.get(doc)) found = doc;
    }
    return found;
  }
}

/** By what all views of one segment share: deletes make a new view, not new terms. */
const lookups = new WeakMap<object, SegmentLookup>();

function lookupOf(view: LeafReader): SegmentLookup {
  const shared = view instanceof NrtLeafReader ? view.reader : view;
  let lookup = lookups.get(shared);
  if (lookup === undefined) {
    lookup = new SegmentLookup(shared);
    lookups.set(shared, lookup);
  }
  return lookup;
}

/** The live document of `uid` (see mapping/uid.ts), or undefined. */
export function findById(reader: DirectoryReader, uid: Uint8Array): FoundDocument | undefined {
  const { leaves } = reader;
  for (let i = leaves.length - 1; i >= 0; i--) {
    const leaf = leaves[i]!;
    if (leaf.reader.numDocs === 0) continue;
    const docId = lookupOf(leaf.reader).docId(uid, leaf.reader.liveDocs);
    if (docId >= 0) return { leaf, docId };
  }
  return undefined;
}

/** Version, sequence number and primary term of a found document. */
export function versionOf(found: FoundDocument): { version: number; seqNo: number; term: number } {
  const lookup = lookupOf(found.leaf.reader);
  return {
    version: lookup.versions.get(found.docId, 1),
    seqNo: lookup.seqNos.get(found.docId, -2),
    term: lookup.terms.get(found.docId, 0),
  };
}
