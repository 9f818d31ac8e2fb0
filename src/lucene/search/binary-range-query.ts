import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";
import type { RangeRelation } from "./point-query.ts";

/** How the endpoints of a range are laid out in binary doc values. */
export type RangeLengthType = "fixed4" | "fixed8" | "fixed16" | "variable";

/** Ranges in binary doc values against a range, endpoints encoded as the field type does. */
export class BinaryDocValuesRangeQuery extends Query {
  readonly field: string;
  readonly relation: RangeRelation;
  readonly lengthType: RangeLengthType;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  constructor(
    field: string, relation: RangeRelation, lengthType: RangeLengthType,
    from: Uint8Array, to: Uint8Array,
  ) {
    super();
    this.field = field;
    this.relation = relation;
    this.lengthType = lengthType;
    this.from = from;
    this.to = to;
  }
  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, _boost: number): Weight {
    throw new Error("pending");
  }
  toString(): string { return ""; }
}
