// Queries on number fields, by points, by doc values, or by whichever is cheaper.
// Upstream: the query methods of NumberFieldMapper.NumberType and ScaledFloatFieldMapper.

import type { Query } from "../../../lucene/search/index.ts";
import {
  IndexOrDocValuesQuery,
  MatchNoDocsQuery,
  PointInSetQuery,
  PointRangeQuery,
  SortedNumericDocValuesRangeQuery,
  SortedNumericDocValuesSetQuery,
} from "../../../lucene/search/index.ts";
import type { JsonValue } from "../node-values.ts";
import { javaDouble, javaString, parseJavaDouble } from "../node-values.ts";
import type { RangeArguments } from "../query-arguments.ts";
import type { NumberKind } from "./number-kinds.ts";

/** What the queries need of a field. */
interface NumberField {
  readonly name: string;
  readonly isIndexed: boolean;
  readonly hasDocValues: boolean;
  readonly kind: NumberKind;
}

/** One exact value. */
export function numberTermQuery(field: NumberField, value: unknown): Query {
  const { kind } = field;
  if (kind.isInteger && hasDecimalPart(value)) {
    return new MatchNoDocsQuery(`Value [${shown(value)}] has a decimal part`);
  }
  const number = kind.fromQuery(toNode(value));
  if (number === undefined) return new MatchNoDocsQuery(`Value [${shown(value)}] cannot match`);
  return exact(field, number, number);
}

/** Any of several values. */
export function numberTermsQuery(field: NumberField, values: readonly unknown[]): Query {
  const { kind } = field;
  const numbers: (number | bigint)[] = [];
  for (const value of values) {
    if (kind.isInteger && hasDecimalPart(value)) continue;
    const number = kind.fromQuery(toNode(value));
    if (number !== undefined) numbers.push(number);
  }
  if (numbers.length === 0) return new MatchNoDocsQuery("All values have a decimal part");
  const longs = numbers.map((number) => BigInt(kind.docValue(number)));
  const points = () => numbers.map((number) => kind.point(number));
  if (!field.isIndexed) return new SortedNumericDocValuesSetQuery(field.name, longs);
  const index = new PointInSetQuery(field.name, points(), kind.pointBytes);
  if (!field.hasDocValues) return index;
  return new IndexOrDocValuesQuery(index, new SortedNumericDocValuesSetQuery(field.name, longs));
}

/** A range. */
export function numberRangeQuery(field: NumberField, range: RangeArguments): Query {
  const { kind } = field;
  const lower = isOpen(range.from)
    ? kind.min
    : kind.lowerBound(toNode(range.from), range.includeLower);
  const upper = isOpen(range.to) ? kind.max : kind.upperBound(toNode(range.to), range.includeUpper);
  if (lower === undefined || upper === undefined) return new MatchNoDocsQuery();
  return exact(field, lower, upper);
}

function exact(field: NumberField, lower: number | bigint, upper: number | bigint): Query {
  const { kind, name } = field;
  const values = field.hasDocValues
    ? new SortedNumericDocValuesRangeQuery(
        name,
        BigInt(kind.docValue(lower)),
        BigInt(kind.docValue(upper)),
        kind.valuesKind === "unsigned_long",
      )
    : undefined;
  if (!field.isIndexed) return values!;
  const index = new PointRangeQuery(name, kind.point(lower), kind.point(upper), 1);
  return values === undefined ? index : new IndexOrDocValuesQuery(index, values);
}

function isOpen(value: unknown): boolean {
  return value === null || value === undefined;
}

// Queries may hold bigints; the kinds read numbers and texts.
function toNode(value: unknown): JsonValue {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  return value as JsonValue;
}

function shown(value: unknown): string {
  return typeof value === "number" && !Number.isInteger(value)
    ? javaDouble(value)
    : javaString(toNode(value));
}

/** Has a number, or a text of one, a fraction? Other texts are refused. */
export function hasDecimalPart(value: unknown): boolean {
  if (typeof value === "bigint") return false;
  const number =
    typeof value === "number" ? value : typeof value === "string" ? parseJavaDouble(value) : 0;
  return number % 1 !== 0;
}
