import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";
export type Occur = "must" | "filter" | "should" | "must_not";
export interface BooleanClause { readonly query: Query; readonly occur: Occur }
export class BooleanQuery extends Query {
  readonly clauses: readonly BooleanClause[];
  readonly minimumShouldMatch: number;
  constructor(clauses: readonly BooleanClause[], minimumShouldMatch = 0) {
    super();
    this.clauses = clauses;
    this.minimumShouldMatch = minimumShouldMatch;
  }
  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, _boost: number): Weight {
    throw new Error("pending");
  }
  toString(): string { return ""; }
}
