// Queries whose matches all score the same, and the weight and scorer they share.
// Upstream: org.apache.lucene.search.{ConstantScoreQuery,ConstantScoreWeight,ConstantScoreScorer,
// MatchAllDocsQuery,MatchNoDocsQuery,BoostQuery}.

import type { Bits, DocIdSetIterator, LeafContext } from "../index/leaf-reader.ts";
import { AllDocsIterator } from "./bit-set.ts";
import { floatText } from "./explanation.ts";
import {
  type BulkScorer,
  Query,
  type ScoreMode,
  Scorer,
  type ScorerSupplier,
  type Searcher,
  type TwoPhaseIterator,
  Weight,
} from "./query.ts";
import { TwoPhaseAsIterator } from "./two-phase.ts";

/** Scores every doc of an iterator with one float. */
export class ConstantScoreScorer extends Scorer {
  private readonly constant: number;
  private readonly docs: DocIdSetIterator;
  private readonly twoPhase: TwoPhaseIterator | undefined;

  constructor(constant: number, docs: DocIdSetIterator | TwoPhaseIterator) {
    super();
    this.constant = constant;
    if ("approximation" in docs) {
      this.twoPhase = docs;
      this.docs = new TwoPhaseAsIterator(docs);
    } else {
      this.twoPhase = undefined;
      this.docs = docs;
    }
  }

  iterator(): DocIdSetIterator {
    return this.docs;
  }

  override twoPhaseIterator(): TwoPhaseIterator | undefined {
    return this.twoPhase;
  }

  score(): number {
    return this.constant;
  }

  override getMaxScore(): number {
    return this.constant;
  }
}

/** What a leaf's matches are: an iterator, a two-phase iterator, or none. */
export type LeafMatches = DocIdSetIterator | TwoPhaseIterator | undefined;

/** A weight that is wholly described by the matching docs of a leaf. */
export class ConstantScoreWeight extends Weight {
  readonly boost: number;
  private readonly matches: (context: LeafContext) => LeafMatches;
  private readonly counter: ((context: LeafContext) => number) | undefined;

  constructor(
    query: Query,
    boost: number,
    matches: (context: LeafContext) => LeafMatches,
    counter?: (context: LeafContext) => number,
  ) {
    super(query);
    this.boost = Math.fround(boost);
    this.matches = matches;
    this.counter = counter;
  }

  scorerSupplier(context: LeafContext): ScorerSupplier | undefined {
    const matches = this.matches(context);
    if (matches === undefined) return undefined;
    const cost = "approximation" in matches ? matches.approximation.cost() : matches.cost();
    return { cost: () => cost, get: () => new ConstantScoreScorer(this.boost, matches) };
  }

  override count(context: LeafContext): number {
    return this.counter === undefined ? -1 : this.counter(context);
  }
}

/** Matches every document with score 1. */
export class MatchAllDocsQuery extends Query {
  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, boost: number): Weight {
    return new ConstantScoreWeight(
      this,
      boost,
      (context) => new AllDocsIterator(context.reader.maxDoc),
      (context) => context.reader.numDocs,
    );
  }

  toString(): string {
    return "*:*";
  }
}

/** Matches nothing; `reason` is shown by validate and explain. */
export class MatchNoDocsQuery extends Query {
  readonly reason: string;

  constructor(reason = "") {
    super();
    this.reason = reason;
  }

  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, boost: number): Weight {
    return new ConstantScoreWeight(
      this,
      boost,
      () => undefined,
      () => 0,
    );
  }

  toString(): string {
    return `MatchNoDocsQuery("${this.reason}")`;
  }
}

/** Multiplies the scores of a query. */
export class BoostQuery extends Query {
  readonly query: Query;
  readonly boost: number;

  constructor(query: Query, boost: number) {
    super();
    this.query = query;
    this.boost = Math.fround(boost);
  }

  override rewrite(searcher: Searcher): Query {
    if (this.boost === 1) return this.query;
    if (this.query instanceof BoostQuery) {
      return new BoostQuery(this.query.query, Math.fround(this.boost * this.query.boost));
    }
    if (this.boost === 0 && !(this.query instanceof ConstantScoreQuery)) {
      return new BoostQuery(new ConstantScoreQuery(this.query), 0);
    }
    const rewritten = this.query.rewrite(searcher);
    if (rewritten instanceof MatchNoDocsQuery) return rewritten;
    return rewritten === this.query ? this : new BoostQuery(rewritten, this.boost);
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    return searcher.createWeight(this.query, scoreMode, Math.fround(this.boost * boost));
  }

  toString(): string {
    return `(${this.query.toString()})^${floatText(this.boost)}`;
  }

  override visit(visitor: (query: Query) => void): void {
    visitor(this);
    this.query.visit(visitor);
  }
}

/** Gives every match of a query the boost as its score. */
export class ConstantScoreQuery extends Query {
  readonly query: Query;

  constructor(query: Query) {
    super();
    this.query = query;
  }

  override rewrite(searcher: Searcher): Query {
    let rewritten = this.query.rewrite(searcher);
    if (rewritten instanceof MatchNoDocsQuery) return rewritten;
    if (rewritten instanceof BoostQuery) rewritten = rewritten.query;
    if (rewritten instanceof ConstantScoreQuery) return rewritten;
    return rewritten === this.query ? this : new ConstantScoreQuery(rewritten);
  }

  createWeight(searcher: Searcher, _scoreMode: ScoreMode, boost: number): Weight {
    const inner = searcher.createWeight(this.query, "complete-no-scores", 1);
    return new WrappedConstantWeight(this, inner, boost);
  }

  toString(): string {
    return `ConstantScore(${this.query.toString()})`;
  }

  override visit(visitor: (query: Query) => void): void {
    visitor(this);
    this.query.visit(visitor);
  }
}

class WrappedConstantWeight extends Weight {
  private readonly inner: Weight;
  private readonly boost: number;

  constructor(query: Query, inner: Weight, boost: number) {
    super(query);
    this.inner = inner;
    this.boost = Math.fround(boost);
  }

  scorerSupplier(context: LeafContext): ScorerSupplier | undefined {
    const supplier = this.inner.scorerSupplier(context);
    if (supplier === undefined) return undefined;
    return {
      cost: () => supplier.cost(),
      get: (leadCost) => {
        const scorer = supplier.get(leadCost);
        const twoPhase = scorer.twoPhaseIterator();
        return new ConstantScoreScorer(this.boost, twoPhase ?? scorer.iterator());
      },
    };
  }

  override bulkScorer(context: LeafContext): BulkScorer | undefined {
    const inner = this.inner.bulkScorer(context);
    if (inner === undefined) return undefined;
    const boost = this.boost;
    return {
      cost: () => inner.cost(),
      score: (collector, liveDocs: Bits | undefined, min, max) =>
        inner.score(
          {
            setScorer: (scorer) =>
              collector.setScorer({
                docID: () => scorer.docID(),
                score: () => boost,
              }),
            collect: (doc) => collector.collect(doc),
          },
          liveDocs,
          min,
          max,
        ),
    };
  }

  override count(context: LeafContext): number {
    return this.inner.count(context);
  }
}
