import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";
export type BlockJoinScoreMode = "none" | "avg" | "max" | "total" | "min";
export class ToParentBlockJoinQuery extends Query {
  readonly child: Query;
  readonly parentsFilter: Query;
  readonly scoreMode: BlockJoinScoreMode;
  constructor(child: Query, parentsFilter: Query, scoreMode: BlockJoinScoreMode) {
    super();
    this.child = child;
    this.parentsFilter = parentsFilter;
    this.scoreMode = scoreMode;
  }
  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, _boost: number): Weight {
    throw new Error("pending");
  }
  toString(): string { return ""; }
}
