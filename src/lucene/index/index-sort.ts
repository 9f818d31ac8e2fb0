// Sorting documents by the index sort, at flush and in a merge: key columns per sort field over all
// documents (a merge lays its segments one after another), then a stable merge sort over runs.
// A flush has runs of one document; a merge of sorted segments has one run per segment, so its cost
// is a k-way merge. Upstream: IndexSorter, Sorter, SortedNumericSelector, SortedSetSelector
// (9.1.0).

import { illegalArgument } from "../../base/index.ts";
import {
  NO_MORE_DOCS,
  type NumericDocValues,
  type SortedDocValues,
  type SortedNumericDocValues,
  type SortedSetDocValues,
} from "./leaf-reader.ts";
import type { SortField } from "./segment-info.ts";

/** The keys of one sort field, one entry a document. */
export class SortColumn {
  /** Ords, or numbers as the nearest doubles. */
  readonly doubles: Float64Array;
  /** Exact halves, present once a number is beyond 2^53. */
  private highs: Int32Array | undefined;
  private lows: Int32Array | undefined;
  private readonly sign: number;

  constructor(count: number, reverse: boolean) {
    this.doubles = new Float64Array(count);
    this.sign = reverse ? -1 : 1;
  }

  fill(value: number): void {
    this.doubles.fill(value);
  }

  fillBig(value: bigint): void {
    const double = Number(value);
    this.doubles.fill(double);
    if (Number.isSafeInteger(double)) return;
    this.makeExact();
    this.highs!.fill(Number(value >> 32n));
    this.lows!.fill(Number(BigInt.asIntN(32, value)));
  }

  private makeExact(): void {
    this.highs = new Int32Array(this.doubles.length);
    this.lows = new Int32Array(this.doubles.length);
    for (let i = 0; i < this.doubles.length; i++) {
      this.highs[i] = Math.floor(this.doubles[i]! / 4294967296);
      this.lows[i] = this.doubles[i]! | 0;
    }
  }

  setLong(index: number, values: NumericDocValues | SortedNumericDocValues): void {
    const double = values.longValue();
    if (this.highs === undefined) {
      if (Number.isSafeInteger(double)) {
        this.doubles[index] = double;
        return;
      }
      this.makeExact();
    }
    this.doubles[index] = double;
    this.highs![index] = values.longHigh();
    this.lows![index] = values.longLow();
  }

  compare(a: number, b: number): number {
    const x = this.doubles[a]!;
    const y = this.doubles[b]!;
    if (x !== y) return x < y ? -this.sign : this.sign;
    if (this.highs === undefined) return 0;
    const high = this.highs[a]! - this.highs[b]!;
    if (high !== 0) return high * this.sign;
    return ((this.lows![a]! >>> 0) - (this.lows![b]! >>> 0)) * this.sign;
  }
}

/** A column of `field` with every document missing. */
export function sortColumn(field: SortField, count: number): SortColumn {
  const column = new SortColumn(count, field.reverse);
  if (field.type === "string") {
    column.fill(field.missing === "last" ? Infinity : -Infinity);
    return column;
  }
  const missing = field.missing ?? 0;
  if (typeof missing === "string") {
    throw illegalArgument(`Missing value of sort field [${field.field}] is not a number`);
  }
  column.fillBig(sortableLong(field.type, missing));
  return column;
}

/** A missing value as it would stand in doc values: doubles and floats by their sortable bits. */
function sortableLong(type: SortField["type"], value: number | bigint): bigint {
  if (type === "long" || type === "int") return BigInt(value);
  const view = new DataView(new ArrayBuffer(8));
  if (type === "double") {
    view.setFloat64(0, Number(value));
    const bits = view.getBigInt64(0);
    return bits < 0n ? bits ^ 0x7fffffffffffffffn : bits;
  }
  view.setFloat32(0, Number(value));
  const bits = view.getInt32(0);
  return BigInt(bits < 0 ? bits ^ 0x7fffffff : bits);
}

/** Single-valued numbers of documents `base…`. */
export function fillNumeric(column: SortColumn, base: number, values: NumericDocValues): void {
  for (let doc = values.nextDoc(); doc !== NO_MORE_DOCS; doc = values.nextDoc()) {
    column.setLong(base + doc, values);
  }
}

/** The least or greatest of several numbers. */
export function fillSortedNumeric(
  column: SortColumn,
  base: number,
  values: SortedNumericDocValues,
  selector: SortField["selector"],
): void {
  for (let doc = values.nextDoc(); doc !== NO_MORE_DOCS; doc = values.nextDoc()) {
    const count = selector === "max" ? values.docValueCount() : 1;
    for (let i = 0; i < count; i++) values.nextValue();
    column.setLong(base + doc, values);
  }
}

/** Ords; `ordMap` makes them comparable between segments. */
export function fillSorted(
  column: SortColumn,
  base: number,
  values: SortedDocValues,
  ordMap: Int32Array | undefined,
): void {
  for (let doc = values.nextDoc(); doc !== NO_MORE_DOCS; doc = values.nextDoc()) {
    const ord = values.ordValue();
    column.doubles[base + doc] = ordMap === undefined ? ord : ordMap[ord]!;
  }
}

/** The ord of a set that `selector` names. */
export function fillSortedSet(
  column: SortColumn,
  base: number,
  values: SortedSetDocValues,
  selector: SortField["selector"],
  ordMap: Int32Array | undefined,
): void {
  for (let doc = values.nextDoc(); doc !== NO_MORE_DOCS; doc = values.nextDoc()) {
    const steps = selectedIndex(values.docValueCount(), selector);
    let ord = values.nextOrd();
    for (let i = 0; i < steps; i++) ord = values.nextOrd();
    column.doubles[base + doc] = ordMap === undefined ? ord : ordMap[ord]!;
  }
}

function selectedIndex(count: number, selector: SortField["selector"]): number {
  if (selector === "max") return count - 1;
  if (selector === "middle_min") return (count - 1) >>> 1;
  return selector === "middle_max" ? count >>> 1 : 0;
}

/**
 * Documents in sorted order, stable. `order` holds documents in runs that are sorted already; run
 * `i` is `[runStarts[i], runStarts[i + 1])`, the last one ends with `order`.
 */
export function sortDocuments(
  columns: readonly SortColumn[],
  order: Int32Array,
  runStarts: Int32Array,
): Int32Array {
  let source: Int32Array = order;
  let target: Int32Array = new Int32Array(order.length);
  let starts = runStarts;
  while (starts.length > 1) {
    const next = new Int32Array((starts.length + 1) >>> 1);
    for (let i = 0; i < starts.length; i += 2) {
      next[i >>> 1] = starts[i]!;
      const middle = starts[i + 1] ?? source.length;
      const end = starts[i + 2] ?? source.length;
      mergeRuns(columns, source, target, starts[i]!, middle, end);
    }
    const swap = source;
    source = target;
    target = swap;
    starts = next;
  }
  return source;
}

function mergeRuns(
  columns: readonly SortColumn[],
  source: Int32Array,
  target: Int32Array,
  start: number,
  middle: number,
  end: number,
): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    if (
      left < middle &&
      (right >= end || compareKeys(columns, source[left]!, source[right]!) <= 0)
    ) {
      target[at] = source[left++]!;
    } else {
      target[at] = source[right++]!;
    }
  }
}

function compareKeys(columns: readonly SortColumn[], a: number, b: number): number {
  for (let i = 0; i < columns.length; i++) {
    const order = columns[i]!.compare(a, b);
    if (order !== 0) return order;
  }
  return 0;
}

/** Do both lists of keys order documents alike? */
export function sameSort(a: readonly SortField[], b: readonly SortField[]): boolean {
  return (
    a.length === b.length &&
    a.every((field, i) => {
      const other = b[i]!;
      return (
        field.field === other.field &&
        field.type === other.type &&
        field.reverse === other.reverse &&
        field.selector === other.selector &&
        field.missing === other.missing
      );
    })
  );
}
