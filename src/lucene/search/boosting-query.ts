import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";
export class BoostingQuery extends Query {
  readonly positive: Query;
  readonly negative: Query;
  readonly negativeBoost: number;
  constructor(positive: Query, negative: Query, negativeBoost: number) {
    super();
    this.positive = positive;
    this.negative = negative;
    this.negativeBoost = negativeBoost;
  }
  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, _boost: number): Weight {
    throw new Error("pending");
  }
  toString(): string { return ""; }
}
