// What the range types have in common, as data: their ends, points and doc values.
// Upstream: org.opensearch.index.mapper.RangeType.

import { illegalArgument } from "../../../base/index.ts";
import type { DateFormatter } from "../../time/index.ts";
import { DateMathParser } from "../../time/index.ts";
import type { DocumentContext } from "../document-context.ts";
import { sourceText } from "../field-mapper.ts";
import { formatAddress, nextAddress, parseAddress, previousAddress } from "../ip-address.ts";
import type { JsonValue } from "../node-values.ts";
import { javaDouble, javaFloat } from "../node-values.ts";
import {
  anyLongPoint,
  doublePoint,
  floatPoint,
  floatToSortableInt,
  intPoint,
  nextDouble,
  sortableIntToFloat,
} from "../number-encoding.ts";
import type { SourceValue } from "../source-parser.ts";
import { queryText } from "../string-field-type.ts";
import { NUMBER_KINDS } from "./number-kinds.ts";
import { encodeRangeLong } from "./range-encoding.ts";

/** The names of the range types. */
export type RangeTypeName =
  | "integer_range"
  | "long_range"
  | "float_range"
  | "double_range"
  | "date_range"
  | "ip_range";

/** One end of a range: a number, a bigint or an address. */
export type RangeEnd = number | bigint | Uint8Array;

/** One range type. */
export interface RangeKind {
  readonly typeName: RangeTypeName;
  readonly pointBytes: number;
  readonly lengthType: "fixed4" | "fixed8" | "fixed16" | "variable";
  readonly min: RangeEnd;
  readonly max: RangeEnd;
  parse(context: DocumentContext, value: SourceValue, coerce: boolean): RangeEnd;
  fromQuery(value: unknown, options: RangeQueryOptions, roundUp: boolean): RangeEnd;
  next(end: RangeEnd): RangeEnd;
  previous(end: RangeEnd): RangeEnd;
  point(end: RangeEnd): Uint8Array;
  docValue(end: RangeEnd): Uint8Array;
  show(end: RangeEnd): string;
}

/** What reading a bound of a query needs to know. */
export interface RangeQueryOptions {
  readonly formatter: DateFormatter;
  readonly now: number;
  readonly timeZone: string;
}

const LONG_MAX = 0x7fffffffffffffffn;
const LONG_MIN = -0x8000000000000000n;

function numberKindOf(name: "integer" | "long" | "float" | "double") {
  const kind = NUMBER_KINDS[name];
  return {
    parse: (context: DocumentContext, value: SourceValue, coerce: boolean) =>
      kind.parse(context, value, coerce),
    fromQuery: (value: unknown) =>
      kind.fromNode((typeof value === "bigint" ? String(value) : value) as JsonValue),
  };
}

const big = (end: RangeEnd) => BigInt(end as number | bigint);
const step = (end: RangeEnd, by: bigint) => BigInt.asIntN(64, big(end) + by);

/** `integer_range`. */
export const INTEGER_RANGE: RangeKind = {
  typeName: "integer_range",
  pointBytes: 4,
  lengthType: "variable",
  min: -2147483648,
  max: 2147483647,
  ...numberKindOf("integer"),
  next: (end) => ((end as number) + 1) | 0,
  previous: (end) => ((end as number) - 1) | 0,
  point: (end) => intPoint(end as number),
  docValue: (end) => encodeRangeLong(big(end)),
  show: String,
};

const LONG_ENDS = {
  pointBytes: 8,
  lengthType: "variable" as const,
  min: LONG_MIN,
  max: LONG_MAX,
  next: (end: RangeEnd) => step(end, 1n),
  previous: (end: RangeEnd) => step(end, -1n),
  point: (end: RangeEnd) => anyLongPoint(big(end)),
  docValue: (end: RangeEnd) => encodeRangeLong(big(end)),
  show: String,
};

/** `long_range`. */
export const LONG_RANGE: RangeKind = {
  typeName: "long_range",
  ...LONG_ENDS,
  ...numberKindOf("long"),
};

/** `date_range` with its format. */
export function dateRangeKind(formatter: DateFormatter): RangeKind {
  const parser = new DateMathParser(formatter);
  return {
    typeName: "date_range",
    ...LONG_ENDS,
    parse: (context, value) =>
      parser.parse(sourceText(context, value) ?? "", () => {
        throw illegalArgument("now is not used at indexing time");
      }),
    fromQuery: (value, options, roundUp) =>
      new DateMathParser(options.formatter).parse(
        queryText(value),
        () => options.now,
        roundUp,
        options.timeZone,
      ),
  };
}

/** `float_range`. */
export const FLOAT_RANGE: RangeKind = {
  typeName: "float_range",
  pointBytes: 4,
  lengthType: "fixed4",
  min: -Infinity,
  max: Infinity,
  ...numberKindOf("float"),
  next: (end) => nextFloat(end as number, 1),
  previous: (end) => nextFloat(end as number, -1),
  point: (end) => floatPoint(end as number),
  docValue: (end) => floatPoint(end as number),
  show: (end) => javaFloat(end as number),
};

function nextFloat(value: number, by: 1 | -1): number {
  if (value === by * Infinity) return value;
  return sortableIntToFloat(floatToSortableInt(value) + by);
}

/** `double_range`. */
export const DOUBLE_RANGE: RangeKind = {
  typeName: "double_range",
  pointBytes: 8,
  lengthType: "fixed8",
  min: -Infinity,
  max: Infinity,
  ...numberKindOf("double"),
  next: (end) => nextDouble(end as number, true),
  previous: (end) => nextDouble(end as number, false),
  point: (end) => doublePoint(end as number),
  docValue: (end) => doublePoint(end as number),
  show: (end) => javaDouble(end as number),
};

function addressError(direction: string): never {
  throw illegalArgument(`Overflow: there is no ${direction} address`);
}

/** `ip_range`. */
export const IP_RANGE: RangeKind = {
  typeName: "ip_range",
  pointBytes: 16,
  lengthType: "fixed16",
  min: new Uint8Array(16),
  max: new Uint8Array(16).fill(0xff),
  parse: (context, value) => parseAddress(sourceText(context, value) ?? ""),
  fromQuery: (value) => parseAddress(queryText(value)),
  next: (end) => nextAddress(end as Uint8Array) ?? addressError("next"),
  previous: (end) => previousAddress(end as Uint8Array) ?? addressError("previous"),
  point: (end) => end as Uint8Array,
  docValue: (end) => end as Uint8Array,
  show: (end) => formatAddress(end as Uint8Array),
};

/** Negative, zero or positive, as ends compare. */
export function compareEnds(a: RangeEnd, b: RangeEnd): number {
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array);
  return a < (b as number | bigint) ? -1 : a > (b as number | bigint) ? 1 : 0;
}
