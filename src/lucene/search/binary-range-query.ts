// Ranges in binary doc values, for range fields without points (and as the cheap check beside
// them).
//   count    vint
//   from     the endpoint's bytes     once per range, in order
//   to       the endpoint's bytes
// Fixed lengths hold the bytes as they are. A variable one starts with a byte: in a positive number
// the count of bytes behind it stands in bits 3 to 6; in a negative one inverted.
// Upstream: org.opensearch.index.query BinaryDocValuesRangeQuery, BinaryRangeUtil,
// org.opensearch.index.mapper.RangeType.LengthType.

import { compareBytes } from "./bytes.ts";
import { ConstantScoreWeight } from "./constant-score-query.ts";
import type { RangeRelation } from "./point-query.ts";
import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";

/** How the endpoints of a range are laid out in binary doc values. */
export type RangeLengthType = "fixed4" | "fixed8" | "fixed16" | "variable";

const FIXED: Readonly<Record<RangeLengthType, number>> = {
  fixed4: 4,
  fixed8: 8,
  fixed16: 16,
  variable: 0,
};

/** Docs with a range that lies to [from, to] as asked; endpoints encoded as the field type does. */
export class BinaryDocValuesRangeQuery extends Query {
  readonly field: string;
  readonly relation: RangeRelation;
  readonly lengthType: RangeLengthType;
  readonly from: Uint8Array;
  readonly to: Uint8Array;

  constructor(
    field: string,
    relation: RangeRelation,
    lengthType: RangeLengthType,
    from: Uint8Array,
    to: Uint8Array,
  ) {
    super();
    this.field = field;
    this.relation = relation;
    this.lengthType = lengthType;
    this.from = from;
    this.to = to;
  }

  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, boost: number): Weight {
    return new ConstantScoreWeight(this, boost, ({ reader }) => {
      const values = reader.binaryDocValues(this.field);
      if (values === undefined) return undefined;
      return {
        approximation: values,
        matchCost: 4,
        matches: () => this.matches(values.binaryValue()),
      };
    });
  }

  private matches(bytes: Uint8Array): boolean {
    let at = 0;
    let count = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      count |= (byte & 0x7f) << shift;
      if (byte < 0x80 || shift > 28) break;
    }
    for (; count > 0 && at < bytes.length; count--) {
      const fromEnd = at + this.lengthAt(bytes, at);
      const toEnd = fromEnd + this.lengthAt(bytes, fromEnd);
      if (this.test(bytes.subarray(at, fromEnd), bytes.subarray(fromEnd, toEnd))) return true;
      at = toEnd;
    }
    return false;
  }

  private lengthAt(bytes: Uint8Array, at: number): number {
    const fixed = FIXED[this.lengthType];
    if (fixed > 0) return fixed;
    const first = bytes[at] ?? 0;
    const isPositive = (first & 0x80) !== 0;
    const length = isPositive ? (first >>> 3) & 0x0f : 15 - ((first >>> 3) & 0x0f);
    return 1 + length;
  }

  private test(otherFrom: Uint8Array, otherTo: Uint8Array): boolean {
    const { from, to } = this;
    switch (this.relation) {
      case "within":
        return compareBytes(otherFrom, from) >= 0 && compareBytes(otherTo, to) <= 0;
      case "contains":
        return compareBytes(otherFrom, from) <= 0 && compareBytes(otherTo, to) >= 0;
      case "crosses":
        return (
          this.overlaps(otherFrom, otherTo) &&
          !(compareBytes(otherFrom, from) >= 0 && compareBytes(otherTo, to) <= 0)
        );
      default:
        return this.overlaps(otherFrom, otherTo);
    }
  }

  private overlaps(otherFrom: Uint8Array, otherTo: Uint8Array): boolean {
    return compareBytes(this.from, otherTo) <= 0 && compareBytes(this.to, otherFrom) >= 0;
  }

  toString(): string {
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
    return (
      `BinaryDocValuesRangeQuery(${this.field}:${this.relation} ` +
      `${hex(this.from)} ${hex(this.to)})`
    );
  }
}
