// The warm-up of a search over pages that are far away: before the query runs, every term of it is
// looked up in every segment, and what stands behind a term (postings, norms) is asked for, so that
// the misses of all of them are answered in common rounds. What is not foreseen here is fetched
// when the query itself misses it: this is speed, never correctness.

import {
  type LeafContext,
  NO_MORE_DOCS,
  type NumericDocValues,
  PostingsFlags,
  type TermsEnum,
} from "../../lucene/index/index.ts";
import {
  BooleanQuery,
  BoostingQuery,
  BoostQuery,
  ConstantScoreQuery,
  DisjunctionMaxQuery,
  FieldExistsQuery,
  type IndexSearcher,
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

/** Norms of a field up to so many documents are read whole. */
const NORMS_DOCS_MAX = 2 * 1024 * 1024;
/** Between two looks at a norm: a byte each, so that every page is met. */
const NORMS_STEP_DOCS = 4096;

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

/** Asks for what `query` is known to need; throws a PageMiss where something is not there yet. */
export function prefetchQuery(query: Query, searcher: IndexSearcher): void {
  const wanted: Wanted = { terms: [], points: new Set(), exists: new Set() };
  collect(query, true, wanted);
  const misses = new PageMisses();
  for (const leaf of searcher.leaves) {
    for (const term of wanted.terms) touchTerm(leaf, term, misses);
    const scored = new Set(wanted.terms.filter((one) => one.scores).map((one) => one.field));
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
  } else if (query instanceof PointQuery) wanted.points.add(query.field);
  else if (query instanceof FieldExistsQuery) wanted.exists.add(query.field);
}

/** The term's block, then the first block of its postings. */
function touchTerm(leaf: LeafContext, wanted: WantedTerm, misses: PageMisses): void {
  const found = misses.try(() => {
    const terms = leaf.reader.terms(wanted.field)?.iterator();
    return terms?.seekExact(wanted.term) === true ? terms : undefined;
  });
  if (found !== undefined) misses.try(() => touchPostings(found, wanted.flags));
}

function touchPostings(terms: TermsEnum, flags: number): void {
  const postings = terms.postings(undefined, flags);
  if (postings.nextDoc() === NO_MORE_DOCS || flags !== PostingsFlags.POSITIONS) return;
  postings.nextPosition();
}

function touchNorms(leaf: LeafContext, field: string, misses: PageMisses): void {
  const { maxDoc } = leaf.reader;
  if (maxDoc > NORMS_DOCS_MAX) return;
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

function touchExists(leaf: LeafContext, field: string): void {
  const { reader } = leaf;
  reader.numericDocValues(field)?.nextDoc();
  reader.sortedNumericDocValues(field)?.nextDoc();
  reader.sortedSetDocValues(field)?.nextDoc();
}
