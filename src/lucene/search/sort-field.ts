// Sort keys. Inside a leaf a doc's key is a pair of doubles compared high first: (value, 0) for
// doubles, scores, docs and ordinals; (high 32 bits signed, low 32 bits unsigned) for longs. Across
// leaves and shards the values themselves are compared.
// Upstream: org.apache.lucene.search.{SortField,FieldComparator} and its numeric, doc, relevance
// and term-ordinal forms.

import type { LeafContext, SortedSetDocValues } from "../index/leaf-reader.ts";
import { compareBytes, copyBytes } from "./bytes.ts";
import type { Scorable } from "./query.ts";

/** A sort value: long, double, bytes, or null where a term is missing. */
export type SortValue = number | bigint | Uint8Array | null;

/** Keys of one leaf. */
export abstract class LeafSortKeys {
  high = 0;
  low = 0;
  /** Sets high and low to the doc's key. */
  abstract load(doc: number): void;
  /** The value that a key stands for. */
  abstract value(high: number, low: number): SortValue;
  /** Sets high and low to the key of a value from elsewhere. */
  abstract seek(value: SortValue): void;
  setScorer(_scorer: Scorable): void {}
}

/** One criterion of a sort. */
export interface SortField {
  readonly reverse: boolean;
  readonly needsScores: boolean;
  leafKeys(context: LeafContext): LeafSortKeys;
  /** Points of the same values, where they can say which docs come before a key. */
  readonly pointsField?: string | undefined;
  /** In ascending order, before `reverse`; null handling included. */
  compare(a: SortValue, b: SortValue): number;
}

/** Numbers and bigints by size. */
export function compareNumbers(a: SortValue, b: SortValue): number {
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}

class ScoreKeys extends LeafSortKeys {
  private scorer: Scorable | undefined;

  override setScorer(scorer: Scorable): void {
    this.scorer = scorer;
  }

  load(_doc: number): void {
    this.high = this.scorer!.score();
  }

  value(high: number): SortValue {
    return high;
  }

  seek(value: SortValue): void {
    this.high = Math.fround(Number(value));
  }
}

/** By score; `reverse` means the best first. */
export class ScoreSortField implements SortField {
  readonly needsScores = true;
  readonly reverse: boolean;

  constructor(reverse = true) {
    this.reverse = reverse;
  }

  leafKeys(): LeafSortKeys {
    return new ScoreKeys();
  }

  compare(a: SortValue, b: SortValue): number {
    return compareNumbers(a, b);
  }
}

class DocKeys extends LeafSortKeys {
  private readonly docBase: number;

  constructor(docBase: number) {
    super();
    this.docBase = docBase;
  }

  load(doc: number): void {
    this.high = doc;
  }

  value(high: number): SortValue {
    return high + this.docBase;
  }

  seek(value: SortValue): void {
    this.high = Number(value) - this.docBase;
  }
}

/** By doc id. */
export class DocSortField implements SortField {
  readonly needsScores = false;
  readonly reverse: boolean;

  constructor(reverse = false) {
    this.reverse = reverse;
  }

  leafKeys({ docBase }: LeafContext): LeafSortKeys {
    return new DocKeys(docBase);
  }

  compare(a: SortValue, b: SortValue): number {
    return compareNumbers(a, b);
  }
}

/** Doubles, by whatever answers a doc's value. */
export class DoubleSortField implements SortField {
  readonly needsScores = false;
  readonly reverse: boolean;
  private readonly source: (context: LeafContext) => (doc: number) => number;

  constructor(source: (context: LeafContext) => (doc: number) => number, reverse: boolean) {
    this.source = source;
    this.reverse = reverse;
  }

  leafKeys(context: LeafContext): LeafSortKeys {
    return new DoubleKeys(this.source(context));
  }

  compare(a: SortValue, b: SortValue): number {
    return compareNumbers(a, b);
  }
}

class DoubleKeys extends LeafSortKeys {
  private readonly read: (doc: number) => number;

  constructor(read: (doc: number) => number) {
    super();
    this.read = read;
  }

  load(doc: number): void {
    this.high = this.read(doc);
  }

  value(high: number): SortValue {
    return high;
  }

  seek(value: SortValue): void {
    this.high = Number(value);
  }
}

/** A long as its two halves. */
export interface LongHalves {
  high: number;
  /** Unsigned. */
  low: number;
}

/** Writes a doc's long into `into`. */
export type LongReader = (doc: number, into: LongHalves) => void;

/** 64-bit integers, exactly. Unsigned ones are ordered with their sign bit flipped. */
export class LongSortField implements SortField {
  readonly needsScores = false;
  readonly reverse: boolean;
  /** Set where docs without a value come last, and a doc's key is its best value. */
  readonly pointsField: string | undefined;
  private readonly source: (context: LeafContext) => LongReader;
  private readonly unsigned: boolean;

  constructor(
    source: (context: LeafContext) => LongReader,
    reverse: boolean,
    unsigned = false,
    pointsField?: string,
  ) {
    this.source = source;
    this.reverse = reverse;
    this.unsigned = unsigned;
    this.pointsField = pointsField;
  }

  leafKeys(context: LeafContext): LeafSortKeys {
    return new LongKeys(this.source(context), this.unsigned);
  }

  compare(a: SortValue, b: SortValue): number {
    return compareNumbers(a, b);
  }
}

class LongKeys extends LeafSortKeys implements LongHalves {
  private readonly read: LongReader;
  private readonly unsigned: boolean;

  constructor(read: LongReader, unsigned: boolean) {
    super();
    this.read = read;
    this.unsigned = unsigned;
  }

  load(doc: number): void {
    this.read(doc, this);
    if (this.unsigned) this.high = this.high >>> 0;
  }

  value(high: number, low: number): SortValue {
    const number = high * 4294967296 + low;
    return Number.isSafeInteger(number) ? number : BigInt(high) * 4294967296n + BigInt(low);
  }

  seek(value: SortValue): void {
    const big = BigInt(value as bigint | number);
    this.high = Number(big >> 32n);
    this.low = Number(big & 0xffffffffn);
  }
}

/** Which ord of a doc with several counts. */
export type OrdMode = "min" | "max" | "median";

/** Terms by their bytes. */
export class BytesSortField implements SortField {
  readonly needsScores = false;
  readonly reverse: boolean;
  private readonly source: (context: LeafContext) => SortedSetDocValues | undefined;
  private readonly mode: OrdMode;
  /** A term instead of a missing one, or whether missing ones come first. */
  private readonly missing: "first" | "last" | Uint8Array;

  constructor(
    source: (context: LeafContext) => SortedSetDocValues | undefined,
    reverse: boolean,
    mode: OrdMode,
    missing: "first" | "last" | Uint8Array,
  ) {
    this.source = source;
    this.reverse = reverse;
    this.mode = mode;
    this.missing = missing;
  }

  private get missingKey(): number {
    return (this.missing === "last") !== this.reverse ? Infinity : -Infinity;
  }

  leafKeys(context: LeafContext): LeafSortKeys {
    return new OrdKeys(this.source(context), this.mode, this.missing, this.missingKey);
  }

  compare(a: SortValue, b: SortValue): number {
    if (a === null || b === null) {
      if (a === b) return 0;
      return (a === null ? 1 : -1) * Math.sign(this.missingKey);
    }
    return compareBytes(a as Uint8Array, b as Uint8Array);
  }
}

class OrdKeys extends LeafSortKeys {
  private readonly values: SortedSetDocValues | undefined;
  private readonly mode: OrdMode;
  private readonly missingTerm: Uint8Array | undefined;
  private readonly missingKey: number;

  constructor(
    values: SortedSetDocValues | undefined,
    mode: OrdMode,
    missing: "first" | "last" | Uint8Array,
    missingKey: number,
  ) {
    super();
    this.values = values;
    this.mode = mode;
    this.missingTerm = typeof missing === "string" ? undefined : missing;
    this.missingKey = missingKey;
    if (this.missingTerm !== undefined) {
      this.seek(this.missingTerm);
      this.missingKey = this.high;
    }
  }

  load(doc: number): void {
    const { values } = this;
    if (values === undefined || !values.advanceExact(doc)) {
      this.high = this.missingKey;
      return;
    }
    const count = values.docValueCount();
    const wanted = this.mode === "min" ? 0 : this.mode === "max" ? count - 1 : (count - 1) >>> 1;
    let ord = values.nextOrd();
    for (let i = 0; i < wanted; i++) ord = values.nextOrd();
    this.high = ord;
  }

  value(high: number): SortValue {
    if (high === this.missingKey && this.missingTerm !== undefined) return this.missingTerm;
    return Number.isFinite(high) ? copyBytes(this.values!.lookupOrd(high)) : null;
  }

  seek(value: SortValue): void {
    if (value === null) {
      this.high = this.missingKey;
      return;
    }
    if (this.values === undefined) {
      this.high = -0.5;
      return;
    }
    const ord = this.values.lookupTerm(value as Uint8Array);
    this.high = ord >= 0 ? ord : -1 - ord - 0.5;
  }
}
