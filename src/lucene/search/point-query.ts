// Queries over points (BKD trees): a box, a set of points, and ranges against ranges.
// Packed values are unsigned big-endian and compared byte by byte, dimension by dimension.
// Upstream: org.apache.lucene.search.{PointRangeQuery,PointInSetQuery},
// org.apache.lucene.document.RangeFieldQuery.

import type {
  DocIdSetIterator,
  IntersectVisitor,
  LeafContext,
  PointRelation,
  PointValues,
} from "../index/leaf-reader.ts";
import { AllDocsIterator, BitSetIterator, DocIdSetBuilder, FixedBitSet } from "./bit-set.ts";
import { compareBytes, compareBytesAt } from "./bytes.ts";
import { ConstantScoreScorer } from "./constant-score-query.ts";
import { Query, type ScoreMode, type ScorerSupplier, type Searcher, Weight } from "./query.ts";

/** A query that a relation of cells and a test of values describe. */
export abstract class PointQuery extends Query {
  readonly field: string;

  constructor(field: string) {
    super();
    this.field = field;
  }

  /** How a cell lies to the query. */
  abstract compareCell(min: Uint8Array, max: Uint8Array): PointRelation;
  abstract matchesValue(packed: Uint8Array): boolean;

  createWeight(searcher: Searcher, _scoreMode: ScoreMode, boost: number): Weight {
    return new PointWeight(this, boost, searcher);
  }
}

class PointWeight extends Weight {
  private readonly points: PointQuery;
  private readonly boost: number;
  private readonly searcher: Searcher;

  constructor(query: PointQuery, boost: number, searcher: Searcher) {
    super(query);
    this.points = query;
    this.boost = Math.fround(boost);
    this.searcher = searcher;
  }

  scorerSupplier(context: LeafContext): ScorerSupplier | undefined {
    const values = context.reader.pointValues(this.points.field);
    if (values === undefined || values.size === 0) return undefined;
    const relation = this.points.compareCell(values.minPackedValue, values.maxPackedValue);
    if (relation === "outside") return undefined;
    const maxDoc = context.reader.maxDoc;
    const all = relation === "inside" && values.docCount === maxDoc;
    let cost = all ? maxDoc : -1;
    return {
      cost: () => (cost < 0 ? (cost = this.estimate(values, maxDoc)) : cost),
      get: () =>
        new ConstantScoreScorer(
          this.boost,
          all ? new AllDocsIterator(maxDoc) : this.matches(values, maxDoc),
        ),
    };
  }

  private estimate(values: PointValues, maxDoc: number): number {
    const count = values.estimatePointCount(this.visitor(() => {}));
    if (values.size === values.docCount) return Math.min(count, maxDoc);
    return Math.min(maxDoc, Math.ceil(count * (values.docCount / values.size)));
  }

  private matches(values: PointValues, maxDoc: number): DocIdSetIterator {
    this.searcher.checkCancelled();
    const single = values.docCount === values.size;
    const count =
      single && values.docCount === maxDoc ? values.estimatePointCount(this.visitor(() => {})) : 0;
    if (count > maxDoc >>> 1) return this.complement(values, maxDoc);
    const builder = new DocIdSetBuilder(maxDoc);
    values.intersect(this.visitor((doc) => builder.add(doc)));
    return builder.build();
  }

  /** Most docs match: clears those that do not. Only where each doc has exactly one value. */
  private complement(values: PointValues, maxDoc: number): DocIdSetIterator {
    const bits = new FixedBitSet(maxDoc);
    bits.setAll();
    let cost = maxDoc;
    const points = this.points;
    const drop = (doc: number): void => {
      bits.clear(doc);
      cost--;
    };
    values.intersect({
      compare: (min, max) => {
        const relation = points.compareCell(min, max);
        if (relation === "inside") return "outside";
        return relation === "outside" ? "inside" : relation;
      },
      visit: drop,
      visitValue: (doc, packed) => {
        if (!points.matchesValue(packed)) drop(doc);
      },
    });
    return new BitSetIterator(bits, cost);
  }

  private visitor(accept: (doc: number) => void): IntersectVisitor {
    const points = this.points;
    return {
      compare: (min, max) => points.compareCell(min, max),
      visit: accept,
      visitValue: (doc, packed) => {
        if (points.matchesValue(packed)) accept(doc);
      },
    };
  }

  override count(context: LeafContext): number {
    const values = context.reader.pointValues(this.points.field);
    if (values === undefined) return 0;
    const relation = this.points.compareCell(values.minPackedValue, values.maxPackedValue);
    if (relation === "outside") return 0;
    if (relation === "inside" && context.reader.liveDocs === undefined) return values.docCount;
    return -1;
  }
}

/** Points inside a box, bounds included. `lower` and `upper` hold numDims packed values each. */
export class PointRangeQuery extends PointQuery {
  readonly lower: Uint8Array;
  readonly upper: Uint8Array;
  readonly numDims: number;
  private readonly bytes: number;

  constructor(field: string, lower: Uint8Array, upper: Uint8Array, numDims: number) {
    super(field);
    this.lower = lower;
    this.upper = upper;
    this.numDims = numDims;
    this.bytes = lower.length / numDims;
  }

  compareCell(min: Uint8Array, max: Uint8Array): PointRelation {
    const { lower, upper, bytes } = this;
    let crosses = false;
    for (let dim = 0, at = 0; dim < this.numDims; dim++, at += bytes) {
      if (compareBytesAt(min, at, upper, at, bytes) > 0) return "outside";
      if (compareBytesAt(max, at, lower, at, bytes) < 0) return "outside";
      crosses ||=
        compareBytesAt(min, at, lower, at, bytes) < 0 ||
        compareBytesAt(max, at, upper, at, bytes) > 0;
    }
    return crosses ? "crosses" : "inside";
  }

  matchesValue(packed: Uint8Array): boolean {
    const { lower, upper, bytes } = this;
    for (let dim = 0, at = 0; dim < this.numDims; dim++, at += bytes) {
      if (compareBytesAt(packed, at, lower, at, bytes) < 0) return false;
      if (compareBytesAt(packed, at, upper, at, bytes) > 0) return false;
    }
    return true;
  }

  toString(): string {
    return `${this.field}:[${hex(this.lower)} TO ${hex(this.upper)}]`;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** One-dimensional points that equal one of a list. */
export class PointInSetQuery extends PointQuery {
  /** Sorted. */
  readonly packed: readonly Uint8Array[];
  readonly bytesPerDim: number;

  constructor(field: string, packed: readonly Uint8Array[], bytesPerDim: number) {
    super(field);
    this.packed = [...packed].sort(compareBytes);
    this.bytesPerDim = bytesPerDim;
  }

  /** Index of the first listed point ≥ `value`. */
  private ceiling(value: Uint8Array): number {
    let low = 0;
    let high = this.packed.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareBytes(this.packed[middle]!, value) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  compareCell(min: Uint8Array, max: Uint8Array): PointRelation {
    const first = this.packed[this.ceiling(min)];
    if (first === undefined || compareBytes(first, max) > 0) return "outside";
    return compareBytes(min, max) === 0 ? "inside" : "crosses";
  }

  matchesValue(packed: Uint8Array): boolean {
    const found = this.packed[this.ceiling(packed)];
    return found !== undefined && compareBytes(found, packed) === 0;
  }

  toString(): string {
    return `${this.field}:{${this.packed.map(hex).join(" ")}}`;
  }
}

/** How indexed ranges lie to the queried one. */
export type RangeRelation = "intersects" | "within" | "contains" | "crosses";

/** Indexed ranges (2 × numDims point dimensions: all minima, then all maxima) against a range. */
export class RangeFieldQuery extends PointQuery {
  /** Minima, then maxima, each numDims × bytesPerDim. */
  readonly ranges: Uint8Array;
  readonly numDims: number;
  readonly bytesPerDim: number;
  readonly relation: RangeRelation;

  constructor(
    field: string,
    ranges: Uint8Array,
    numDims: number,
    bytesPerDim: number,
    relation: RangeRelation,
  ) {
    super(field);
    this.ranges = ranges;
    this.numDims = numDims;
    this.bytesPerDim = bytesPerDim;
    this.relation = relation;
  }

  /** A range in the cell has its minimum in [min.lo, max.lo], its maximum in [min.hi, max.hi]. */
  compareCell(min: Uint8Array, max: Uint8Array): PointRelation {
    const certain = this.test(min, max, true);
    if (certain) return "inside";
    return this.test(min, max, false) ? "crosses" : "outside";
  }

  matchesValue(packed: Uint8Array): boolean {
    return this.test(packed, packed, true);
  }

  /** Do all (or can any) of the ranges in a cell match? */
  private test(min: Uint8Array, max: Uint8Array, all: boolean): boolean {
    const { numDims } = this;
    if (this.relation === "crosses") {
      const touches = this.each(min, max, all, "intersects");
      return (
        touches &&
        (all ? !this.each(min, max, false, "within") : !this.each(min, max, true, "within"))
      );
    }
    return numDims > 0 && this.each(min, max, all, this.relation);
  }

  private each(min: Uint8Array, max: Uint8Array, all: boolean, relation: RangeRelation): boolean {
    const { ranges, bytesPerDim: bytes } = this;
    const half = this.numDims * bytes;
    for (let at = 0; at < half; at += bytes) {
      // The indexed minimum that is worst (all) or best (any) for the relation, and the maximum.
      const wantsLowMin = relation !== "within";
      const minSide = wantsLowMin === all ? max : min;
      const maxSide = wantsLowMin === all ? min : max;
      const queryMin = at;
      const queryMax = half + at;
      let ok: boolean;
      if (relation === "within") {
        ok =
          compareBytesAt(minSide, at, ranges, queryMin, bytes) >= 0 &&
          compareBytesAt(maxSide, half + at, ranges, queryMax, bytes) <= 0;
      } else if (relation === "contains") {
        ok =
          compareBytesAt(minSide, at, ranges, queryMin, bytes) <= 0 &&
          compareBytesAt(maxSide, half + at, ranges, queryMax, bytes) >= 0;
      } else {
        ok =
          compareBytesAt(minSide, at, ranges, queryMax, bytes) <= 0 &&
          compareBytesAt(maxSide, half + at, ranges, queryMin, bytes) >= 0;
      }
      if (!ok) return false;
    }
    return true;
  }

  toString(): string {
    return `${this.field}:<${this.relation} ${hex(this.ranges)}>`;
  }
}
