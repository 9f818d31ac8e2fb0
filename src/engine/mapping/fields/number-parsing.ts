// Reads numbers of documents as OpenSearch's parsers do, with their error texts.
// Upstream: AbstractXContentParser, Jackson's ParserBase, org.opensearch.common.Numbers.

import { illegalArgument } from "../../../base/index.ts";
import type { DocumentContext } from "../document-context.ts";
import { NEEDS_EXACT_SOURCE } from "../document-context.ts";
import { jsonError } from "../mapper-errors.ts";
import { javaDouble, numberFormat, parseJavaDouble } from "../node-values.ts";
import type { SourceValue } from "../source-parser.ts";
import { JsonNumber } from "../source-parser.ts";

const LONG_MAX = 0x7fffffffffffffffn;
const LONG_MIN = -0x8000000000000000n;
const UNSIGNED_MAX = 0xffffffffffffffffn;

const RANGES = {
  byte: { min: -2147483648, max: 2147483647, javaClass: "Integer" },
  short: { min: -32768, max: 32767, javaClass: "Short" },
  integer: { min: -2147483648, max: 2147483647, javaClass: "Integer" },
} as const;

/** A byte, short or int. */
export function integerOf(
  context: DocumentContext,
  value: SourceValue,
  coerce: boolean,
  typeName: "byte" | "short" | "integer",
): number {
  const range = RANGES[typeName];
  let result: number;
  if (typeof value === "string") {
    if (!coerce) throw illegalArgument(`${range.javaClass} value passed as String`);
    const double = parseJavaDouble(value);
    const word = range.javaClass === "Short" ? "a short" : "an integer";
    if (double < range.min || double > range.max) {
      throw illegalArgument(`Value [${value}] is out of range for ${word}`);
    }
    result = Math.trunc(double);
  } else {
    const double = numberOf(context, value);
    result = Math.trunc(double);
    if (!(result >= range.min && result <= range.max)) {
      const java =
        typeName === "short" && result >= -2147483648 && result <= 2147483647
          ? `Numeric value (${numberText(context, value)}) out of range of Java short`
          : `Numeric value (${numberText(context, value)}) out of range of int ` +
            "(-2147483648 - 2147483647)";
      throw coercionError(context, java);
    }
    if (!coerce && result !== double) {
      throw illegalArgument(
        `${javaDouble(double)} cannot be converted to ${range.javaClass} without data loss`,
      );
    }
  }
  if (typeName === "byte" && (result < -128 || result > 127)) {
    throw illegalArgument(`Value [${result}] is out of range for a byte`);
  }
  return result === 0 ? 0 : result;
}

/** A long. */
export function longOf(
  context: DocumentContext,
  value: SourceValue,
  coerce: boolean,
): number | bigint {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  if (typeof value === "string") {
    if (!coerce) throw illegalArgument("Long value passed as String");
    return parseJavaLong(value, coerce);
  }
  const double = numberOf(context, value);
  if (context.locations === undefined && Math.abs(double) > Number.MAX_SAFE_INTEGER) {
    throw NEEDS_EXACT_SOURCE;
  }
  const text = numberText(context, value);
  const big = decimalToBigInt(text).whole;
  if (big < LONG_MIN || big > LONG_MAX) {
    throw coercionError(
      context,
      `Numeric value (${text}) out of range of long ` +
        "(-9223372036854775808 - 9223372036854775807)",
    );
  }
  if (!coerce && Number(big) !== double) {
    throw illegalArgument(`${javaDouble(double)} cannot be converted to Long without data loss`);
  }
  return narrow(big);
}

/** An unsigned long. */
export function unsignedLongOf(
  context: DocumentContext,
  value: SourceValue,
  coerce: boolean,
): number | bigint {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  if (typeof value === "string") {
    if (!coerce) throw illegalArgument("BigInteger value passed as String");
    return parseUnsignedLong(value, coerce);
  }
  const double = numberOf(context, value);
  if (context.locations === undefined) throw NEEDS_EXACT_SOURCE;
  const text = numberText(context, value);
  const { whole } = decimalToBigInt(text);
  if (!coerce && Number(whole) !== double) {
    throw illegalArgument(
      `${javaDouble(double)} cannot be converted to BigInteger without data loss`,
    );
  }
  if (whole < 0n || whole > UNSIGNED_MAX) {
    throw illegalArgument(`Value [${whole}] is out of range for an unsigned long`);
  }
  return narrow(whole);
}

/** A float or a double, before rounding. */
export function javaDoubleOf(
  context: DocumentContext,
  value: SourceValue,
  coerce: boolean,
  javaClass: "Float" | "Double",
): number {
  if (typeof value === "number") return value;
  if (typeof value === "string") {
    if (!coerce) throw illegalArgument(`${javaClass} value passed as String`);
    return parseJavaDouble(value);
  }
  return numberOf(context, value);
}

/** Numbers.toLong: a long, also when written with a fraction or an exponent. */
export function parseJavaLong(text: string, coerce: boolean): number | bigint {
  const big = parseBig(text, coerce);
  if (big < LONG_MIN || big > LONG_MAX) {
    throw illegalArgument(`Value [${text}] is out of range for a long`);
  }
  return narrow(big);
}

/** Numbers.toUnsignedLong. */
export function parseUnsignedLong(text: string, coerce: boolean): number | bigint {
  const big = parseBig(text, coerce);
  if (big < 0n || big > UNSIGNED_MAX) {
    throw illegalArgument(`Value [${text}] is out of range for an unsigned long`);
  }
  return narrow(big);
}

function parseBig(text: string, coerce: boolean): bigint {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    throw illegalArgument(`For input string: "${text}"`);
  }
  const { whole, exact } = decimalToBigInt(text);
  if (!exact && !coerce) throw illegalArgument(`Value [${text}] has a decimal part`);
  return whole;
}

/** The whole part of a decimal text, towards zero. Exponents are bounded, as is the result. */
function decimalToBigInt(text: string): { whole: bigint; exact: boolean } {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) throw numberFormat(`For input string: "${text}"`);
  const digits = match[2]! + match[3]!;
  const exponent = Math.max(-5000, Math.min(5000, Number(match[4] ?? 0)));
  const point = match[2]!.length + exponent;
  const whole = point <= 0 ? "0" : digits.slice(0, point).padEnd(point, "0");
  const fraction = point <= 0 ? digits : digits.slice(point);
  const value = BigInt(whole === "" ? "0" : whole);
  return { whole: match[1] === "-" ? -value : value, exact: /^0*$/.test(fraction) };
}

function numberOf(context: DocumentContext, value: SourceValue): number {
  if (typeof value === "number") return value;
  if (value instanceof JsonNumber) return value.value;
  const { endLine, endColumn } = context.tokenLocation();
  const token =
    value === true
      ? "VALUE_TRUE"
      : value === false
        ? "VALUE_FALSE"
        : Array.isArray(value)
          ? "START_ARRAY"
          : "START_OBJECT";
  throw jsonError(
    "json_parse_exception",
    `Current token (${token}) not numeric, can not use numeric value accessors`,
    endLine,
    endColumn,
  );
}

function numberText(context: DocumentContext, value: SourceValue): string {
  if (value instanceof JsonNumber) return value.text;
  if (context.locations === undefined && !Number.isSafeInteger(Math.trunc(value as number))) {
    throw NEEDS_EXACT_SOURCE;
  }
  return String(value);
}

function coercionError(context: DocumentContext, message: string) {
  const { endLine, endColumn } = context.tokenLocation();
  return jsonError("input_coercion_exception", message, endLine, endColumn);
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
