// Matches of one query, those of another demoted.
// Upstream: org.apache.lucene.queries.function.FunctionScoreQuery.boostByQuery.

import type { DocIdSetIterator, LeafContext } from "../index/leaf-reader.ts";
import { advanceTo, type Explanation, explained } from "./explanation.ts";
import {
  Query,
  type ScoreMode,
  Scorer,
  type ScorerSupplier,
  type Searcher,
  type TwoPhaseIterator,
  Weight,
} from "./query.ts";

/** Scores as `positive`; what `negative` matches as well is multiplied by `negativeBoost`. */
export class BoostingQuery extends Query {
  readonly positive: Query;
  readonly negative: Query;
  readonly negativeBoost: number;

  constructor(positive: Query, negative: Query, negativeBoost: number) {
    super();
    this.positive = positive;
    this.negative = negative;
    this.negativeBoost = Math.fround(negativeBoost);
  }

  override rewrite(searcher: Searcher): Query {
    const positive = this.positive.rewrite(searcher);
    const negative = this.negative.rewrite(searcher);
    if (positive === this.positive && negative === this.negative) return this;
    return new BoostingQuery(positive, negative, this.negativeBoost);
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    if (scoreMode === "complete-no-scores") {
      return searcher.createWeight(this.positive, scoreMode, boost);
    }
    return new BoostingWeight(
      this,
      searcher.createWeight(this.positive, "complete", 1),
      searcher.createWeight(this.negative, "complete-no-scores", 1),
      boost,
    );
  }

  toString(): string {
    return (
      `boosting(${this.positive.toString()} / ${this.negative.toString()}` +
      ` ^${this.negativeBoost})`
    );
  }

  override visit(visitor: (query: Query) => void): void {
    visitor(this);
    this.positive.visit(visitor);
  }
}

class BoostingWeight extends Weight {
  private readonly positive: Weight;
  private readonly negative: Weight;
  private readonly boost: number;

  constructor(query: BoostingQuery, positive: Weight, negative: Weight, boost: number) {
    super(query);
    this.positive = positive;
    this.negative = negative;
    this.boost = Math.fround(boost);
  }

  scorerSupplier(context: LeafContext): ScorerSupplier | undefined {
    const positive = this.positive.scorerSupplier(context);
    if (positive === undefined) return undefined;
    const { negativeBoost } = this.query as BoostingQuery;
    return {
      cost: () => positive.cost(),
      get: (leadCost) =>
        new BoostingScorer(
          positive.get(leadCost),
          this.negative.scorer(context),
          negativeBoost,
          this.boost,
        ),
    };
  }

  override explain(context: LeafContext, doc: number): Explanation {
    const positive = this.positive.explain(context, doc);
    const scorer = this.scorer(context);
    if (!positive.matches || scorer === undefined || !advanceTo(scorer, doc)) return positive;
    const { negativeBoost } = this.query as BoostingQuery;
    const negative = this.negative.explain(context, doc);
    const demoted = negative.matches ? [explained(negativeBoost, "boost", [negative])] : [];
    const own = this.boost === 1 ? [] : [explained(this.boost, "boost")];
    const text = `weight(${this.query.toString()}), product of:`;
    return explained(scorer.score(), text, [...own, positive, ...demoted]);
  }
}

class BoostingScorer extends Scorer {
  private readonly positive: Scorer;
  private readonly negative: DocIdSetIterator | undefined;
  private readonly negativeBoost: number;
  private readonly boost: number;

  constructor(
    positive: Scorer,
    negative: Scorer | undefined,
    negativeBoost: number,
    boost: number,
  ) {
    super();
    this.positive = positive;
    this.negative = negative?.iterator();
    this.negativeBoost = negativeBoost;
    this.boost = boost;
  }

  iterator(): DocIdSetIterator {
    return this.positive.iterator();
  }

  override docID(): number {
    return this.positive.docID();
  }

  override twoPhaseIterator(): TwoPhaseIterator | undefined {
    return this.positive.twoPhaseIterator();
  }

  score(): number {
    const doc = this.positive.docID();
    const { negative } = this;
    if (negative !== undefined && negative.docID() < doc) negative.advance(doc);
    const demoted = negative?.docID() === doc;
    const score = this.positive.score() * (demoted ? this.negativeBoost : 1);
    return Math.fround(this.boost * Math.fround(score));
  }
}
