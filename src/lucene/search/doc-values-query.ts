// Queries that test doc values doc by doc, and the choice between those and an index structure.
// Upstream: org.apache.lucene.search.{FieldExistsQuery,IndexOrDocValuesQuery},
// org.apache.lucene.document.{SortedNumericDocValuesRangeQuery,SortedSetDocValuesRangeQuery,
// SortedNumericDocValuesSetQuery}, org.opensearch.index.query BinaryDocValuesRangeQuery.

import { DocValuesType, hasNorms } from "../index/field-info.ts";
import type {
  DocIdSetIterator,
  LeafContext,
  LeafReader,
  SortedNumericDocValues,
  SortedSetDocValues,
} from "../index/leaf-reader.ts";
import { compareBytes } from "./bytes.ts";
import { ConstantScoreWeight, type LeafMatches } from "./constant-score-query.ts";
import { Query, type ScoreMode, type ScorerSupplier, type Searcher, Weight } from "./query.ts";
import { termText } from "./term-query.ts";

/** The sorted numeric values of a field, also where it is a single numeric. */
export function numericValues(
  reader: LeafReader,
  field: string,
): SortedNumericDocValues | undefined {
  const info = reader.fieldInfos.fieldInfo(field);
  if (info?.docValuesType === DocValuesType.NUMERIC) {
    const single = reader.numericDocValues(field);
    if (single === undefined) return undefined;
    return Object.assign(Object.create(single) as SortedNumericDocValues, {
      docValueCount: () => 1,
      nextValue: () => {},
      docID: () => single.docID(),
      nextDoc: () => single.nextDoc(),
      advance: (target: number) => single.advance(target),
      advanceExact: (target: number) => single.advanceExact(target),
      cost: () => single.cost(),
      longValue: () => single.longValue(),
      longHigh: () => single.longHigh(),
      longLow: () => single.longLow(),
      bigValue: () => single.bigValue(),
    });
  }
  return info?.docValuesType === DocValuesType.SORTED_NUMERIC
    ? reader.sortedNumericDocValues(field)
    : undefined;
}

/** The sorted set of a field, also where it is a single sorted value. */
export function ordValues(reader: LeafReader, field: string): SortedSetDocValues | undefined {
  const info = reader.fieldInfos.fieldInfo(field);
  if (info?.docValuesType === DocValuesType.SORTED) {
    const single = reader.sortedDocValues(field);
    if (single === undefined) return undefined;
    return {
      get valueCount() {
        return single.valueCount;
      },
      docValueCount: () => 1,
      nextOrd: () => single.ordValue(),
      docID: () => single.docID(),
      nextDoc: () => single.nextDoc(),
      advance: (target) => single.advance(target),
      advanceExact: (target) => single.advanceExact(target),
      cost: () => single.cost(),
      lookupOrd: (ord) => single.lookupOrd(ord),
      lookupTerm: (term) => single.lookupTerm(term),
      termsEnum: () => single.termsEnum(),
    };
  }
  return info?.docValuesType === DocValuesType.SORTED_SET
    ? reader.sortedSetDocValues(field)
    : undefined;
}

/** Docs that have a value of the field: doc values, norms or points, whichever there is. */
export class FieldExistsQuery extends Query {
  readonly field: string;

  constructor(field: string) {
    super();
    this.field = field;
  }

  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, boost: number): Weight {
    return new ConstantScoreWeight(
      this,
      boost,
      (context) => existing(context.reader, this.field),
      (context) => this.countAll(context),
    );
  }

  private countAll({ reader }: LeafContext): number {
    if (reader.fieldInfos.fieldInfo(this.field) === undefined) return 0;
    if (reader.liveDocs !== undefined) return -1;
    const points = reader.pointValues(this.field);
    if (points !== undefined) return points.docCount;
    return reader.terms(this.field)?.docCount ?? -1;
  }

  toString(): string {
    return `FieldExistsQuery [field=${this.field}]`;
  }
}

function existing(reader: LeafReader, field: string): DocIdSetIterator | undefined {
  const info = reader.fieldInfos.fieldInfo(field);
  if (info === undefined) return undefined;
  if (hasNorms(info)) return reader.normValues(field);
  switch (info.docValuesType) {
    case DocValuesType.NUMERIC:
      return reader.numericDocValues(field);
    case DocValuesType.BINARY:
      return reader.binaryDocValues(field);
    case DocValuesType.SORTED:
      return reader.sortedDocValues(field);
    case DocValuesType.SORTED_NUMERIC:
      return reader.sortedNumericDocValues(field);
    case DocValuesType.SORTED_SET:
      return reader.sortedSetDocValues(field);
    default:
      return undefined;
  }
}

/** A two-phase over every doc with values, deciding by `test`. */
function testedValues<V extends DocIdSetIterator>(
  values: V | undefined,
  test: (values: V) => boolean,
): LeafMatches {
  if (values === undefined) return undefined;
  return { approximation: values, matchCost: 5, matches: () => test(values) };
}

const LONG_MIN = -(2n ** 63n);

/** Orders signed 64-bit values as numbers: high half, then unsigned low half. */
function compareLong(high: number, low: number, otherHigh: number, otherLow: number): number {
  return high !== otherHigh ? high - otherHigh : (low >>> 0) - (otherLow >>> 0);
}

/** Docs with a value between two longs, both included. */
export class SortedNumericDocValuesRangeQuery extends Query {
  readonly field: string;
  readonly lower: bigint;
  readonly upper: bigint;
  /** Values and bounds are unsigned 64-bit (bounds given as their signed images). */
  readonly unsigned: boolean;

  constructor(field: string, lower: bigint, upper: bigint, unsigned = false) {
    super();
    this.field = field;
    this.lower = lower;
    this.upper = upper;
    this.unsigned = unsigned;
  }

  override rewrite(): Query {
    return this;
  }

  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, boost: number): Weight {
    // Flipping the sign bit makes unsigned order signed.
    const flip = this.unsigned ? 0x80000000 | 0 : 0;
    const lowHigh = Number(BigInt.asIntN(32, this.lower >> 32n)) ^ flip;
    const lowLow = Number(BigInt.asIntN(32, this.lower));
    const highHigh = Number(BigInt.asIntN(32, this.upper >> 32n)) ^ flip;
    const highLow = Number(BigInt.asIntN(32, this.upper));
    const test = (values: SortedNumericDocValues): boolean => {
      for (let i = values.docValueCount(); i > 0; i--) {
        values.nextValue();
        const high = values.longHigh() ^ flip;
        const low = values.longLow();
        if (compareLong(high, low, lowHigh, lowLow) < 0) continue;
        if (compareLong(high, low, highHigh, highLow) <= 0) return true;
        if (!this.unsigned) return false;
      }
      return false;
    };
    return new ConstantScoreWeight(this, boost, (context) =>
      testedValues(numericValues(context.reader, this.field), test),
    );
  }

  toString(): string {
    return `${this.field}:[${this.lower} TO ${this.upper}]`;
  }
}

/** Docs with a value in a list of longs. */
export class SortedNumericDocValuesSetQuery extends Query {
  readonly field: string;
  readonly numbers: readonly bigint[];

  constructor(field: string, numbers: readonly bigint[]) {
    super();
    this.field = field;
    this.numbers = numbers;
  }

  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, boost: number): Weight {
    const wanted = new Set(this.numbers.map((value) => BigInt.asIntN(64, value)));
    const test = (values: SortedNumericDocValues): boolean => {
      for (let i = values.docValueCount(); i > 0; i--) {
        values.nextValue();
        if (wanted.has(values.bigValue())) return true;
      }
      return false;
    };
    return new ConstantScoreWeight(this, boost, (context) =>
      testedValues(numericValues(context.reader, this.field), test),
    );
  }

  toString(): string {
    return `${this.field}:[${this.numbers.join(", ")}]`;
  }
}

/** Docs with a term between two bounds; an undefined bound is open. */
export class SortedSetDocValuesRangeQuery extends Query {
  readonly field: string;
  readonly lower: Uint8Array | undefined;
  readonly upper: Uint8Array | undefined;
  readonly includeLower: boolean;
  readonly includeUpper: boolean;

  constructor(
    field: string,
    lower: Uint8Array | undefined,
    upper: Uint8Array | undefined,
    includeLower: boolean,
    includeUpper: boolean,
  ) {
    super();
    this.field = field;
    this.lower = lower;
    this.upper = upper;
    this.includeLower = includeLower;
    this.includeUpper = includeUpper;
  }

  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, boost: number): Weight {
    return new ConstantScoreWeight(this, boost, ({ reader }) => {
      const values = ordValues(reader, this.field);
      if (values === undefined) return undefined;
      let min = 0;
      let max = values.valueCount - 1;
      if (this.lower !== undefined) {
        const ord = values.lookupTerm(this.lower);
        min = ord < 0 ? -1 - ord : this.includeLower ? ord : ord + 1;
      }
      if (this.upper !== undefined) {
        const ord = values.lookupTerm(this.upper);
        max = ord < 0 ? -2 - ord : this.includeUpper ? ord : ord - 1;
      }
      if (min > max) return undefined;
      return testedValues(values, (current) => {
        for (let i = current.docValueCount(); i > 0; i--) {
          const ord = current.nextOrd();
          if (ord >= min) return ord <= max;
        }
        return false;
      });
    });
  }

  toString(): string {
    const lower = this.lower === undefined ? "*" : termText(this.lower);
    const upper = this.upper === undefined ? "*" : termText(this.upper);
    return (
      `${this.field}:${this.includeLower ? "[" : "{"}${lower} TO ${upper}` +
      (this.includeUpper ? "]" : "}")
    );
  }
}

/** Docs with one of the listed terms, by ordinals. */
export class SortedSetDocValuesSetQuery extends Query {
  readonly field: string;
  readonly terms: readonly Uint8Array[];

  constructor(field: string, terms: readonly Uint8Array[]) {
    super();
    this.field = field;
    this.terms = [...terms].sort(compareBytes);
  }

  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, boost: number): Weight {
    return new ConstantScoreWeight(this, boost, ({ reader }) => {
      const values = ordValues(reader, this.field);
      if (values === undefined) return undefined;
      const ords = new Set<number>();
      for (const term of this.terms) {
        const ord = values.lookupTerm(term);
        if (ord >= 0) ords.add(ord);
      }
      if (ords.size === 0) return undefined;
      return testedValues(values, (current) => {
        for (let i = current.docValueCount(); i > 0; i--)
          if (ords.has(current.nextOrd())) return true;
        return false;
      });
    });
  }

  toString(): string {
    return `${this.field}:(${this.terms.map(termText).join(" ")})`;
  }
}

/** The same set of docs by an index structure or by doc values, whichever is cheaper. */
export class IndexOrDocValuesQuery extends Query {
  readonly indexQuery: Query;
  readonly dvQuery: Query;

  constructor(indexQuery: Query, dvQuery: Query) {
    super();
    this.indexQuery = indexQuery;
    this.dvQuery = dvQuery;
  }

  override rewrite(searcher: Searcher): Query {
    const index = this.indexQuery.rewrite(searcher);
    const values = this.dvQuery.rewrite(searcher);
    if (index === this.indexQuery && values === this.dvQuery) return this;
    return new IndexOrDocValuesQuery(index, values);
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    return new IndexOrDocValuesWeight(
      this,
      this.indexQuery.createWeight(searcher, scoreMode, boost),
      this.dvQuery.createWeight(searcher, scoreMode, boost),
    );
  }

  toString(): string {
    return this.indexQuery.toString();
  }
}

class IndexOrDocValuesWeight extends Weight {
  private readonly index: Weight;
  private readonly values: Weight;

  constructor(query: Query, index: Weight, values: Weight) {
    super(query);
    this.index = index;
    this.values = values;
  }

  scorerSupplier(context: LeafContext): ScorerSupplier | undefined {
    const index = this.index.scorerSupplier(context);
    if (index === undefined) return undefined;
    const values = this.values.scorerSupplier(context);
    if (values === undefined) return index;
    return {
      cost: () => index.cost(),
      // Lucene's threshold: a doc-values check costs about eight times a step of the index.
      get: (leadCost) => (index.cost() / 8 <= leadCost ? index : values).get(leadCost),
    };
  }

  override count(context: LeafContext): number {
    return this.index.count(context);
  }
}

export { LONG_MIN };
