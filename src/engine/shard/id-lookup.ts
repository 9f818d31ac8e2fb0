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

/** A filter is built once a segment has missed as many ids as an eighth of its documents. */
const MISSES_SHARE = 8;
/** Bits of a filter for each id; with three probes about one miss in two hundred looks twice. */
const FILTER_BITS_PER_ID = 12;
const FILTER_IDS_MAX = 1 << 24;

/** Answers "surely not here" for most ids that a segment lacks. */
class IdFilter {
  private readonly bits: Int32Array;

  constructor(count: number) {
    this.bits = new Int32Array(((count * FILTER_BITS_PER_ID) >>> 5) + 1);
  }

  add(id: Uint8Array): void {
    const { bits } = this;
    let hash = hashOf(id);
    const step = (hash >>> 17) | (hash << 15) | 1;
    for (let i = 0; i < 3; i++, hash = (hash + step) | 0) {
      const bit = (hash >>> 0) % (bits.length * 32);
      bits[bit >>> 5]! |= 1 << (bit & 31);
    }
  }

  mayHave(id: Uint8Array): boolean {
    const { bits } = this;
    let hash = hashOf(id);
    const step = (hash >>> 17) | (hash << 15) | 1;
    for (let i = 0; i < 3; i++, hash = (hash + step) | 0) {
      const bit = (hash >>> 0) % (bits.length * 32);
      if ((bits[bit >>> 5]! & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }
}

/** FNV-1a with the finish of MurmurHash3, which spreads short ids over all bits. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

class SegmentLookup {
  readonly versions: ValueAt;
  readonly seqNos: ValueAt;
  readonly terms: ValueAt;
  private readonly ids: TermsEnum | undefined;
  private readonly idCount: number;
  private readonly allIds: () => TermsEnum | undefined;
  private postings: PostingsEnum | undefined;
  private filter: IdFilter | undefined;
  private misses = 0;

  constructor(reader: LeafReader) {
    const terms = reader.terms("_id");
    this.ids = terms?.iterator();
    this.idCount = terms?.size ?? -1;
    this.allIds = () => reader.terms("_id")?.iterator();
    this.versions = new ValueAt(reader, "_version");
    this.seqNos = new ValueAt(reader, "_seq_no");
    this.terms = new ValueAt(reader, "_primary_term");
  }

  /** The last live document of the id: of a nested block, that is its root. -1 if there is none. */
  docId(uid: Uint8Array, live: Bits | undefined): number {
    if (this.ids === undefined) return -1;
    if (this.filter !== undefined && !this.filter.mayHave(uid)) return -1;
    if (!this.ids.seekExact(uid)) {
      if (++this.misses * MISSES_SHARE >= this.idCount) this.buildFilter();
      return -1;
    }
    const postings = this.ids.postings(this.postings, PostingsFlags.NONE);
    this.postings = postings;
    let found = -1;
    for (let doc = postings.nextDoc(); doc !== NO_MORE_DOCS; doc = postings.nextDoc()) {
      if (live === undefined || live.get(doc)) found = doc;
    }
    return found;
  }

  private buildFilter(): void {
    if (this.filter !== undefined || this.idCount < 0 || this.idCount > FILTER_IDS_MAX) return;
    const filter = new IdFilter(this.idCount);
    const ids = this.allIds();
    if (ids === undefined) return;
    for (let id = ids.next(); id !== undefined; id = ids.next()) filter.add(id);
    this.filter = filter;
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
