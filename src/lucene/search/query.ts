// The contract of queries: Query → (rewrite) → Weight → ScorerSupplier → Scorer, with Lucene's
// names. A Query is immutable and knows no index; a Weight belongs to one searcher; a Scorer to one
// leaf. Floats: a score is a float32. Where Lucene computes in float we round with Math.fround at
// the same places, and where it sums in double we round once at the end, so that scores agree to
// the bit.
// Upstream:
// org.apache.lucene.search.{Query,Weight,ScorerSupplier,Scorer,BulkScorer,TwoPhaseIterator}.

import type { Bits, DocIdSetIterator, LeafContext } from "../index/leaf-reader.ts";
import { type ExplainedFrequency, type Explanation, explainConstant } from "./explanation.ts";

/** What the consumer needs of the scores: all, none, or only the best ones. */
export type ScoreMode = "complete" | "complete-no-scores" | "top-scores";

/** Statistics of a field over the whole searcher. */
export interface CollectionStatistics {
  readonly field: string;
  readonly maxDoc: number;
  readonly docCount: number;
  readonly sumTotalTermFreq: number;
  readonly sumDocFreq: number;
}

/** Statistics of a term over the whole searcher. */
export interface TermStatistics {
  readonly docFreq: number;
  readonly totalTermFreq: number;
}

/** Scores (freq, norm) pairs of one term or phrase. */
export interface SimScorer {
  /** `norm` is the unsigned norm byte, 1 where the field has no norms. Answers a float32. */
  score(freq: number, norm: number): number;
  /** How a score comes about. */
  explain?(about: ExplainedFrequency): Explanation;
}

/** Makes scorers from statistics. */
export interface Similarity {
  scorer(
    boost: number,
    collection: CollectionStatistics,
    terms: readonly TermStatistics[],
  ): SimScorer;
}

/** What queries see of the IndexSearcher. */
export interface Searcher {
  readonly leaves: readonly LeafContext[];
  readonly maxDoc: number;
  rewrite(query: Query): Query;
  createWeight(query: Query, scoreMode: ScoreMode, boost: number): Weight;
  similarity(field: string): Similarity;
  /** Undefined where no document has the field. */
  collectionStatistics(field: string): CollectionStatistics | undefined;
  /** The statistics to score with, which may be global ones; the arguments are the local ones. */
  termStatistics(field: string, term: Uint8Array, docFreq: number, ttf: number): TermStatistics;
  /** Throws when the search was cancelled or ran out of time. */
  checkCancelled(): void;
}

/** A query: immutable, independent of an index. */
export abstract class Query {
  /** Simplifies itself against an index; answers itself when nothing changes. */
  rewrite(_searcher: Searcher): Query {
    return this;
  }

  abstract createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight;

  /** A description that is equal exactly for equal queries. */
  abstract toString(): string;

  /** Calls `visitor` with this query and every query inside it. */
  visit(visitor: (query: Query) => void): void {
    visitor(this);
  }
}

/** A slow check behind a fast approximation. */
export interface TwoPhaseIterator {
  readonly approximation: DocIdSetIterator;
  matches(): boolean;
  /** About how many simple operations one `matches` takes. */
  readonly matchCost: number;
}

/** What a collector sees of the current hit. */
export interface Scorable {
  docID(): number;
  score(): number;
}

/** Iterates the matches of one leaf and scores them. */
export abstract class Scorer implements Scorable {
  abstract iterator(): DocIdSetIterator;
  abstract score(): number;
  /** How often what is looked for stands in the current doc, of scorers that count it. */
  freq?(): number;
  docID(): number {
    return this.iterator().docID();
  }
  twoPhaseIterator(): TwoPhaseIterator | undefined {
    return undefined;
  }
  /** Moves the max-score window to `target`; answers its last doc. */
  advanceShallow(_target: number): number {
    return 2147483647;
  }
  /** The best score up to `upTo`, inclusive. */
  getMaxScore(_upTo: number): number {
    return Infinity;
  }
  /** Scores below this need not be produced any more. */
  setMinCompetitiveScore(_minScore: number): void {}
  /** Scorables below this one that matched the current doc are described by Named weights. */
}

/** Knows the cost before it builds the scorer. */
export interface ScorerSupplier {
  cost(): number;
  get(leadCost: number): Scorer;
}

/** Gets the hits of one leaf. */
export interface LeafCollector {
  setScorer(scorer: Scorable): void;
  collect(doc: number): void;
  /** Throwing CollectionTerminatedException ends a leaf early. */
  finish?(): void;
  /**
   * Docs from `from` on that may still be kept, ascending; undefined while they are too many or not
   * known. The scorer may leave the others out. Upstream: LeafCollector.competitiveIterator.
   */
  competitiveDocs?(from: number): Int32Array | undefined;
}

/** Gets the hits of all leaves. */
export interface Collector {
  readonly scoreMode: ScoreMode;
  getLeafCollector(context: LeafContext): LeafCollector;
  /** Told before the first leaf, for counting without collecting. */
  setWeight?(weight: Weight): void;
}

/** Scores a range of docs at once. */
export interface BulkScorer {
  /** Feeds [min, max); answers the next doc to look at, or NO_MORE_DOCS. */
  score(collector: LeafCollector, liveDocs: Bits | undefined, min: number, max: number): number;
  cost(): number;
}

/** A query made ready for one searcher. */
export abstract class Weight {
  readonly query: Query;
  constructor(query: Query) {
    this.query = query;
  }
  abstract scorerSupplier(context: LeafContext): ScorerSupplier | undefined;

  scorer(context: LeafContext): Scorer | undefined {
    return this.scorerSupplier(context)?.get(Number.MAX_SAFE_INTEGER);
  }

  /** A faster way than doc at a time, where there is one. */
  bulkScorer(_context: LeafContext): BulkScorer | undefined {
    return undefined;
  }

  /** Why a doc of the leaf has its score, or why it is no match. */
  explain(context: LeafContext, doc: number): Explanation {
    return explainConstant(this, context, doc);
  }

  /** The number of live matches in constant time, or -1. */
  count(_context: LeafContext): number {
    return -1;
  }
}

/** Thrown by a collector that needs no more docs of the leaf. */
export class CollectionTerminatedException extends Error {}

/** A supplier that has its scorer already. */
export function supplierOf(scorer: Scorer): ScorerSupplier {
  return { cost: () => scorer.iterator().cost(), get: () => scorer };
}
