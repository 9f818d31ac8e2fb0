// Numbers of one leaf, whatever the encoding of the doc values.
// Upstream: org.opensearch.search.aggregations.support.{ValuesSource.Numeric,MissingValues},
// org.opensearch.index.fielddata.SortedNumericIndexFieldData.

import type { SortedNumericDocValues } from "../../../lucene/index/index.ts";
import type { DoubleDecoder } from "../field-values.ts";

/** A long: a number where it is safe, else a bigint; so equal longs are equal map keys. */
export type LongValue = number | bigint;

/** Values of the docs of one leaf. Docs come in ascending order. */
export interface NumericValues {
  /** Moves to a doc; answers how many values it has. */
  advance(doc: number): number;
  /** The doc's next value, ascending. */
  nextDouble(): number;
  /** The same as a long: a double is cut. */
  nextLong(): LongValue;
}

/** No doc has a value. */
export const NO_NUMBERS: NumericValues = {
  advance: () => 0,
  nextDouble: () => NaN,
  nextLong: () => 0,
};

/** A bigint as a number where that is exact. */
export function narrowLong(value: bigint): LongValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The long of a double, as Java casts. */
export function doubleToLong(value: number): LongValue {
  if (Number.isNaN(value)) return 0;
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return whole === 0 ? 0 : whole;
  if (whole >= 2 ** 63) return 0x7fffffffffffffffn;
  return whole < -(2 ** 63) ? -0x8000000000000000n : BigInt(whole);
}

/** Longs, dates in milliseconds, booleans. */
export class LongValues implements NumericValues {
  private readonly values: SortedNumericDocValues;

  constructor(values: SortedNumericDocValues) {
    this.values = values;
  }

  advance(doc: number): number {
    return this.values.advanceExact(doc) ? this.values.docValueCount() : 0;
  }

  nextDouble(): number {
    this.values.nextValue();
    return this.values.longValue();
  }

  nextLong(): LongValue {
    const { values } = this;
    values.nextValue();
    const value = values.longValue();
    return Number.isSafeInteger(value) ? value : values.bigValue();
  }
}

/** Nanoseconds, read as milliseconds. */
export class NanosecondValues implements NumericValues {
  private readonly values: SortedNumericDocValues;

  constructor(values: SortedNumericDocValues) {
    this.values = values;
  }

  advance(doc: number): number {
    return this.values.advanceExact(doc) ? this.values.docValueCount() : 0;
  }

  nextDouble(): number {
    this.values.nextValue();
    return Number(this.values.bigValue() / 1_000_000n);
  }

  nextLong(): LongValue {
    return this.nextDouble();
  }
}

/** Longs without a sign. Their order in doc values is the signed one. */
export class UnsignedLongValues implements NumericValues {
  private readonly values: SortedNumericDocValues;

  constructor(values: SortedNumericDocValues) {
    this.values = values;
  }

  advance(doc: number): number {
    return this.values.advanceExact(doc) ? this.values.docValueCount() : 0;
  }

  nextDouble(): number {
    return Number(this.nextLong());
  }

  nextLong(): LongValue {
    this.values.nextValue();
    return narrowLong(BigInt.asUintN(64, this.values.bigValue()));
  }
}

/** Floats and doubles. */
export class DoubleValues implements NumericValues {
  private readonly values: SortedNumericDocValues;
  private readonly decode: DoubleDecoder;

  constructor(values: SortedNumericDocValues, decode: DoubleDecoder) {
    this.values = values;
    this.decode = decode;
  }

  advance(doc: number): number {
    return this.values.advanceExact(doc) ? this.values.docValueCount() : 0;
  }

  nextDouble(): number {
    this.values.nextValue();
    return this.decode(this.values);
  }

  nextLong(): LongValue {
    return doubleToLong(this.nextDouble());
  }
}

/** Docs without a value have `missing`. */
export class MissingNumericValues implements NumericValues {
  private readonly values: NumericValues;
  private readonly missing: number;
  private readonly missingLong: LongValue;
  private isMissing = false;

  constructor(values: NumericValues, missing: number) {
    this.values = values;
    this.missing = missing;
    this.missingLong = doubleToLong(missing);
  }

  advance(doc: number): number {
    const count = this.values.advance(doc);
    this.isMissing = count === 0;
    return count === 0 ? 1 : count;
  }

  nextDouble(): number {
    return this.isMissing ? this.missing : this.values.nextDouble();
  }

  nextLong(): LongValue {
    return this.isMissing ? this.missingLong : this.values.nextLong();
  }
}
