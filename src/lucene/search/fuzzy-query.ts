// Terms within an edit distance of one term. Upstream: org.apache.lucene.search.FuzzyQuery.

import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";

/** Terms within `maxEdits` (0 to 2) of `term`, the best `maxExpansions` of them. */
export class FuzzyQuery extends Query {
  readonly field: string;
  readonly term: string;
  readonly maxEdits: number;
  readonly prefixLength: number;
  readonly maxExpansions: number;
  readonly transpositions: boolean;

  constructor(
    field: string, term: string, maxEdits = 2, prefixLength = 0, maxExpansions = 50,
    transpositions = true,
  ) {
    super();
    this.field = field;
    this.term = term;
    this.maxEdits = maxEdits;
    this.prefixLength = prefixLength;
    this.maxExpansions = maxExpansions;
    this.transpositions = transpositions;
  }

  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, _boost: number): Weight {
    throw new Error("FuzzyQuery must be rewritten first");
  }

  toString(): string {
    return `${this.field}:${this.term}~${this.maxEdits}`;
  }
}
