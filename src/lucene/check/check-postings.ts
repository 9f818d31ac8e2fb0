// Terms and postings of a field, and its norms. Upstream: CheckIndex.checkFields, checkNumericField
// Norms (9.12.3).

import { corrupt } from "../../base/index.ts";
import { type FieldInfo, IndexOptions } from "../index/field-info.ts";
import { FixedBits } from "../index/fixed-bits.ts";
import {
  type Bits,
  type LeafReader,
  NO_MORE_DOCS,
  type PostingsEnum,
  PostingsFlags,
  type Terms,
} from "../index/leaf-reader.ts";

/** Terms of a field that are also looked for by the index over the terms. */
const SOUGHT_TERMS_MAX = 50_000;

/** What the terms of a field add up to. */
interface Sums {
  terms: number;
  docFreq: number;
  totalTermFreq: number;
}

/** Walks all terms and postings; answers the documents that have any. */
export function checkPostings(leaf: LeafReader, field: FieldInfo): Bits | undefined {
  const terms = leaf.terms(field.name);
  // A field may be indexed and have no term left.
  if (terms === undefined) return undefined;
  const { maxDoc } = leaf;
  const docs = new FixedBits(maxDoc);
  const sums: Sums = { terms: 0, docFreq: 0, totalTermFreq: 0 };
  const hasFreqs = field.indexOptions >= IndexOptions.DOCS_AND_FREQS;
  const iterator = terms.iterator();
  // A walk in order does not touch the index over the terms (.tip): a second one seeks.
  const seeker = terms.iterator();
  const every = Math.max(1, Math.ceil(terms.size / SOUGHT_TERMS_MAX));
  let reuse: PostingsEnum | undefined;
  let first: Buffer | undefined;
  let last: Buffer | undefined;
  for (let term = iterator.next(); term !== undefined; term = iterator.next()) {
    if (last !== undefined && Buffer.compare(last, term) >= 0) {
      throw corrupt(`Terms of field [${field.name}] are not in order: ${hex(last)}, ${hex(term)}`);
    }
    last = Buffer.from(term);
    first ??= last;
    reuse = iterator.postings(reuse, flagsOf(field));
    const [count, freqs] = walkPostings(reuse, field, maxDoc, docs);
    const docFreq = iterator.docFreq();
    if (docFreq <= 0 || count !== docFreq) {
      throw corrupt(
        `Term ${hex(last)} of [${field.name}] is in ${count} documents, not ${docFreq}`,
      );
    }
    if (sums.terms % every === 0 && (!seeker.seekExact(last) || seeker.docFreq() !== docFreq)) {
      throw corrupt(
        `Term ${hex(last)} of [${field.name}] is not found by the index over the terms`,
      );
    }
    const total = iterator.totalTermFreq();
    if (hasFreqs && total !== freqs) {
      throw corrupt(`Term ${hex(last)} of [${field.name}] is there ${freqs} times, not ${total}`);
    }
    sums.terms++;
    sums.docFreq += docFreq;
    sums.totalTermFreq += hasFreqs ? total : docFreq;
  }
  checkSums(terms, field, sums, docs.cardinality(), first, last);
  return docs;
}

function flagsOf(field: FieldInfo): number {
  if (field.indexOptions >= IndexOptions.DOCS_AND_FREQS_AND_POSITIONS) return PostingsFlags.ALL;
  return field.indexOptions === IndexOptions.DOCS ? PostingsFlags.NONE : PostingsFlags.FREQS;
}

function hex(bytes: Uint8Array): string {
  return `[${Buffer.from(bytes.subarray(0, 40)).toString("hex")}]`;
}

/** Answers documents and occurrences. */
function walkPostings(
  postings: PostingsEnum,
  field: FieldInfo,
  maxDoc: number,
  docs: FixedBits,
): [number, number] {
  const hasFreqs = field.indexOptions >= IndexOptions.DOCS_AND_FREQS;
  const hasPositions = field.indexOptions >= IndexOptions.DOCS_AND_FREQS_AND_POSITIONS;
  let count = 0;
  let total = 0;
  let last = -1;
  for (let doc = postings.nextDoc(); doc !== NO_MORE_DOCS; doc = postings.nextDoc()) {
    if (doc <= last || doc >= maxDoc) {
      throw corrupt(`Document ${doc} follows ${last} in field [${field.name}] of ${maxDoc}`);
    }
    last = doc;
    count++;
    docs.set(doc);
    if (!hasFreqs) continue;
    const freq = postings.freq();
    if (freq <= 0) throw corrupt(`Document ${doc} has frequency ${freq} in [${field.name}]`);
    total += freq;
    if (hasPositions) checkPositions(postings, field, doc, freq);
  }
  return [count, total];
}

function checkPositions(postings: PostingsEnum, field: FieldInfo, doc: number, freq: number): void {
  const hasOffsets = field.indexOptions >= IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS;
  let last = -1;
  let lastStart = 0;
  for (let i = 0; i < freq; i++) {
    const position = postings.nextPosition();
    // Lucene allows a position to be repeated, as synonyms do.
    if (position < 0 || position < last) {
      throw corrupt(`Position ${position} follows ${last} in document ${doc} of [${field.name}]`);
    }
    last = position;
    if (!hasOffsets) continue;
    const [start, end] = [postings.startOffset(), postings.endOffset()];
    if (start < lastStart || end < start) {
      const found = `offsets ${start} to ${end} after ${lastStart}`;
      throw corrupt(`Document ${doc} of [${field.name}] has ${found}`);
    }
    lastStart = start;
  }
}

function checkSums(
  terms: Terms,
  field: FieldInfo,
  sums: Sums,
  docCount: number,
  first: Uint8Array | undefined,
  last: Uint8Array | undefined,
): void {
  const check = (what: string, said: number, found: number) => {
    if (said === found) return;
    throw corrupt(`Field [${field.name}] has ${found} ${what}, and says ${said}`);
  };
  check("terms", terms.size, sums.terms);
  check("documents", terms.docCount, docCount);
  check("postings", terms.sumDocFreq, sums.docFreq);
  check("occurrences", terms.sumTotalTermFreq, sums.totalTermFreq);
  const { minTerm, maxTerm } = terms;
  if (first !== undefined && minTerm !== undefined && Buffer.compare(first, minTerm) !== 0) {
    throw corrupt(`The first term of [${field.name}] is ${hex(first)}, not ${hex(minTerm)}`);
  }
  if (last !== undefined && maxTerm !== undefined && Buffer.compare(last, maxTerm) !== 0) {
    throw corrupt(`The last term of [${field.name}] is ${hex(last)}, not ${hex(maxTerm)}`);
  }
}

/** Every document with a term has a norm. */
export function checkNorms(leaf: LeafReader, field: FieldInfo, docs: Bits | undefined): void {
  const norms = leaf.normValues(field.name);
  if (norms === undefined) throw corrupt(`Field [${field.name}] has no norms`);
  let last = -1;
  const seen = new FixedBits(leaf.maxDoc);
  for (let doc = norms.nextDoc(); doc !== NO_MORE_DOCS; doc = norms.nextDoc()) {
    if (doc <= last || doc >= leaf.maxDoc) throw corrupt(`Norm of ${doc} follows that of ${last}`);
    last = doc;
    seen.set(doc);
    norms.longValue();
  }
  if (docs === undefined) return;
  for (let doc = 0; doc < leaf.maxDoc; doc++) {
    if (docs.get(doc) && !seen.get(doc)) {
      throw corrupt(`Document ${doc} has terms in [${field.name}] and no norm`);
    }
  }
}
