// The warm-up of a search over pages that are far away: before the query runs, every term of it is
// looked up in every segment, and what stands behind a term (postings, norms) is asked for, so that
// the misses of all of them are answered in common rounds. What is not foreseen here is fetched
// when the query itself misses it: this is speed, never correctness.

import {
  type LeafContext,
  NO_MORE_DOCS,
  type NumericDocValues,
  PostingsFlags,
  type StandardDirectoryReader,
  type TermsEnum,
} from "../../lucene/index/index.ts";
import {
  BooleanQuery,
  BoostingQuery,
  BoostQuery,
  ConstantScoreQuery,
  DisjunctionMaxQuery,
  FieldExistsQuery,
  IndexOrDocValuesQuery,
  MultiPhraseQuery,
  PhraseQuery,
  PointQuery,
  type Query,
  SynonymQuery,
  TermInSetQuery,
  TermQuery,
  ToParentBlockJoinQuery,
} from "../../lucene/search/index.ts";
import { PageMisses } from "../../lucene/store/index.ts";
import type { BlobDirectory, BlobPages } from "../../repository/index.ts";
import { DOC_VALUES, POINTS, prefetchKinds } from "./prefetch-segment.ts";

/** Norms of a field up to so many documents are read whole. */
const NORMS_DOCS_MAX = 2 * 1024 * 1024;
/** Between two looks at a norm: a byte each, so that every page is met. */
const NORMS_STEP_DOCS = 4096;
/** Of one document in a posting list: its distance and its frequency. */
const POSTING_BYTES = 2;

interface WantedTerm {
  readonly field: string;
  readonly term: Uint8Array;
  readonly scores: boolean;
  readonly flags: number;
}

interface Wanted {
  readonly terms: WantedTerm[];
  readonly points: Set<string>;
  readonly exists: Set<string>;
}

/** What a search reads besides its query. */
export interface PrefetchNeeds {
  /** It sorts or aggregates: columns are read, and points to leave out what cannot compete. */
  readonly docValues: boolean;
}

/** Asks for what `query` is known to need; throws a PageMiss where something is not there yet. */
export function prefetchQuery(
  directory: BlobDirectory,
  reader: StandardDirectoryReader,
  query: Query,
  needs: PrefetchNeeds,
): void {
  const wanted: Wanted = { terms: [], points: new Set(), exists: new Set() };
  collect(query, true, wanted);
  const misses = new PageMisses();
  const docValues = needs.docValues || wanted.exists.size > 0;
  for (const leaf of reader.leaves) {
    const { commitInfo } = leaf.reader;
    if (docValues) misses.try(() => prefetchKinds(directory, commitInfo, DOC_VALUES));
    if (wanted.points.size > 0 || needs.docValues)
      misses.try(() => prefetchKinds(directory, commitInfo, POINTS));
    const scored = new Set<string>();
    for (const term of wanted.terms) {
      const found = touchTerm(directory.pages, leaf, term, misses);
      if (found === undefined || !term.scores) continue;
      if (leaf.reader.maxDoc <= NORMS_DOCS_MAX) scored.add(term.field);
      else misses.try(() => touchNormsOf(leaf, term.field, found, misses));
    }
    for (const field of scored) touchNorms(leaf, field, misses);
    for (const field of wanted.points) misses.try(() => leaf.reader.pointValues(field));
    for (const field of wanted.exists) misses.try(() => touchExists(leaf, field));
  }
  misses.throwIfAny();
}

function collect(query: Query, scores: boolean, wanted: Wanted): void {
  const inner = (one: Query, scored = scores) => collect(one, scored, wanted);
  const add = (field: string, terms: readonly Uint8Array[], flags: number) => {
    for (const term of terms) wanted.terms.push({ field, term, scores, flags });
  };
  if (query instanceof TermQuery) {
    add(query.field, [query.term], scores ? PostingsFlags.FREQS : PostingsFlags.NONE);
  } else if (query instanceof BooleanQuery) {
    for (const { query: clause, occur } of query.clauses) {
      inner(clause, scores && (occur === "must" || occur === "should"));
    }
  } else if (query instanceof BoostQuery) inner(query.query);
  else if (query instanceof ConstantScoreQuery) inner(query.query, false);
  else if (query instanceof DisjunctionMaxQuery) query.disjuncts.forEach((one) => void inner(one));
  else if (query instanceof BoostingQuery) {
    inner(query.positive);
    inner(query.negative);
  } else if (query instanceof PhraseQuery) add(query.field, query.terms, PostingsFlags.POSITIONS);
  else if (query instanceof MultiPhraseQuery) {
    for (const terms of query.termArrays) add(query.field, terms, PostingsFlags.POSITIONS);
  } else if (query instanceof SynonymQuery) add(query.field, query.terms, PostingsFlags.FREQS);
  else if (query instanceof TermInSetQuery) {
    for (const term of query.terms) {
      wanted.terms.push({ field: query.field, term, scores: false, flags: PostingsFlags.NONE });
    }
  } else if (query instanceof ToParentBlockJoinQuery) {
    inner(query.child);
    inner(query.parentsFilter, false);
  } else if (query instanceof IndexOrDocValuesQuery) inner(query.indexQuery);
  else if (query instanceof PointQuery) wanted.points.add(query.field);
  else if (query instanceof FieldExistsQuery) wanted.exists.add(query.field);
}

/** The term's block, then its postings; answers the term where the segment has it. */
function touchTerm(
  pages: BlobPages,
  leaf: LeafContext,
  wanted: WantedTerm,
  misses: PageMisses,
): TermsEnum | undefined {
  const found = misses.try(() => {
    const terms = leaf.reader.terms(wanted.field)?.iterator();
    return terms?.seekExact(wanted.term) === true ? terms : undefined;
  });
  if (found === undefined) return undefined;
  const bytes = found.docFreq() * POSTING_BYTES;
  misses.try(() => pages.readingAhead(bytes, () => touchPostings(found, wanted.flags)));
  return found;
}

function touchPostings(terms: TermsEnum, flags: number): void {
  const postings = terms.postings(undefined, flags);
  if (postings.nextDoc() === NO_MORE_DOCS || flags !== PostingsFlags.POSITIONS) return;
  postings.nextPosition();
}

function touchNorms(leaf: LeafContext, field: string, misses: PageMisses): void {
  const { maxDoc } = leaf.reader;
  let norms: NumericDocValues | undefined;
  for (let doc = 0; doc < maxDoc; doc += NORMS_STEP_DOCS) {
    const isThere = misses.try(() => {
      norms ??= leaf.reader.normValues(field);
      if (norms?.advanceExact(doc) === true) norms.longValue();
      return norms !== undefined;
    });
    if (isThere === false) return;
    // An iterator that missed a page is not gone on with.
    if (isThere === undefined) {
      if (norms === undefined) return;
      norms = undefined;
    }
  }
}

/** In a large segment: the norms of the term's documents, once its postings are there. */
function touchNormsOf(leaf: LeafContext, field: string, terms: TermsEnum, misses: PageMisses) {
  const postings = terms.postings(undefined, PostingsFlags.NONE);
  let norms: NumericDocValues | undefined;
  for (let doc = postings.nextDoc(); doc !== NO_MORE_DOCS; ) {
    const isThere = misses.try(() => {
      norms ??= leaf.reader.normValues(field);
      if (norms?.advanceExact(doc) === true) norms.longValue();
      return norms !== undefined;
    });
    if (isThere !== true && norms === undefined) return;
    if (isThere === undefined) norms = undefined;
    doc = postings.advance(doc - (doc % NORMS_STEP_DOCS) + NORMS_STEP_DOCS);
  }
}

function touchExists(leaf: LeafContext, field: string): void {
  const { reader } = leaf;
  reader.numericDocValues(field)?.nextDoc();
  reader.sortedNumericDocValues(field)?.nextDoc();
  reader.sortedSetDocValues(field)?.nextDoc();
}
