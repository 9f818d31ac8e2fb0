// A field's doc values as numbers or terms, whatever their encoding: what sorts and aggregations
// read.
// Upstream: org.opensearch.index.fielddata.{SortedNumericDoubleValues,IndexNumericFieldData}.

import type { LeafContext, SortedNumericDocValues } from "../../lucene/index/index.ts";
import { numericValues } from "../../lucene/search/index.ts";
import { sortableIntToFloat, sortableShortToHalfFloat } from "../mapping/index.ts";
import type { SearchFieldType } from "./search-field-type.ts";

/** How a numeric field's long becomes what a user sees. */
export type NumericKind = "int" | "long" | "unsigned_long" | "float" | "double";

/** The kind of a numeric field, undefined for other fields. */
export function numericKind(type: SearchFieldType): NumericKind | undefined {
  switch (type.typeName) {
    case "byte":
    case "short":
    case "integer":
    case "boolean":
      return "int";
    case "long":
    case "date":
    case "date_nanos":
    case "_seq_no":
      return "long";
    case "unsigned_long":
      return "unsigned_long";
    case "float":
    case "half_float":
      return "float";
    case "double":
    case "scaled_float":
      return "double";
    default:
      return type.valuesKind === "long" ? "long" : undefined;
  }
}

const scratch = new DataView(new ArrayBuffer(8));

/** Lucene's sortable long as a double, from its halves. */
export function sortableLongToDouble(high: number, low: number): number {
  // Negative values have all bits but the sign flipped.
  const flip = high < 0 ? -1 : 0;
  scratch.setInt32(0, high ^ (flip & 0x7fffffff));
  scratch.setInt32(4, low ^ flip);
  return scratch.getFloat64(0);
}

/** Decodes the current value of `values` to a double. */
export type DoubleDecoder = (values: SortedNumericDocValues) => number;

/** The decoder of a numeric field. */
export function doubleDecoder(type: SearchFieldType): DoubleDecoder {
  switch (type.typeName) {
    case "double":
      return (values) => sortableLongToDouble(values.longHigh(), values.longLow());
    case "float":
      return (values) => sortableIntToFloat(values.longLow() | 0);
    case "half_float":
      return (values) => sortableShortToHalfFloat((values.longLow() << 16) >> 16);
    case "scaled_float": {
      const { toDouble } = (type as unknown as { kind: { toDouble(v: number): number } }).kind;
      // Upstream multiplies by the inverse: 3730 of factor 100 is 37.300000000000004.
      const inverse = toDouble(1);
      return (values) => values.longValue() * inverse;
    }
    case "unsigned_long":
      return (values) => (values.longHigh() >>> 0) * 4294967296 + (values.longLow() >>> 0);
    default:
      return (values) => values.longValue();
  }
}

/** The numeric values of a leaf. */
export function leafNumbers(
  { reader }: LeafContext,
  field: string,
): SortedNumericDocValues | undefined {
  return numericValues(reader, field);
}

/** The shortest decimal that gives the float back, as the number that JSON shows. */
export function floatToJson(value: number): number | string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return value;
  const exact = Math.fround(value);
  for (let digits = 6; digits <= 9; digits++) {
    const candidate = Number(exact.toPrecision(digits));
    if (Math.fround(candidate) === exact) return evenOfTie(exact, digits, candidate);
  }
  return exact;
}

/** Of two equally near decimals Java takes the even one, toPrecision the larger. */
function evenOfTie(exact: number, digits: number, candidate: number): number {
  const text = Math.abs(exact).toPrecision(60);
  const exponentAt = text.indexOf("e");
  const figures = exponentAt < 0 ? text : text.slice(0, exponentAt);
  const significant = figures.replace(".", "").replace(/^0+/, "");
  if (!/^50*$/.test(significant.slice(digits))) return candidate;
  if (Number(significant[digits - 1]) % 2 !== 0) return candidate;
  const step = Math.abs(candidate) - Math.abs(exact);
  const lower = Number((Math.abs(exact) - step).toPrecision(digits));
  return Math.sign(exact) * lower;
}

/** A double as JSON shows it: infinities and NaN are strings. */
export function doubleToJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
