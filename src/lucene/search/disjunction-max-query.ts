import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";
export class DisjunctionMaxQuery extends Query {
  readonly disjuncts: readonly Query[];
  readonly tieBreaker: number;
  constructor(disjuncts: readonly Query[], tieBreaker = 0) {
    super();
    this.disjuncts = disjuncts;
    this.tieBreaker = tieBreaker;
  }
  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, _boost: number): Weight {
    throw new Error("pending");
  }
  toString(): string { return ""; }
}
