import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";
/** Terms at given positions relative to each other, moved at most `slop` places in sum. */
export class PhraseQuery extends Query {
  readonly field: string;
  readonly terms: readonly Uint8Array[];
  readonly positions: readonly number[];
  readonly slop: number;

  constructor(
    field: string, terms: readonly Uint8Array[], positions: readonly number[], slop = 0,
  ) {
    super();
    this.field = field;
    this.terms = terms;
    this.positions = positions;
    this.slop = slop;
  }
  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, _boost: number): Weight {
    throw new Error("pending");
  }
  toString(): string { return ""; }
}

/** As PhraseQuery, with several terms that may stand at each position. */
export class MultiPhraseQuery extends Query {
  readonly field: string;
  readonly termArrays: readonly (readonly Uint8Array[])[];
  readonly positions: readonly number[];
  readonly slop: number;

  constructor(
    field: string, termArrays: readonly (readonly Uint8Array[])[],
    positions: readonly number[], slop = 0,
  ) {
    super();
    this.field = field;
    this.termArrays = termArrays;
    this.positions = positions;
    this.slop = slop;
  }
  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, _boost: number): Weight {
    throw new Error("pending");
  }
  toString(): string { return ""; }
}
