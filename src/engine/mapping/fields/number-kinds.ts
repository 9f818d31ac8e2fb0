// How each number type reads, encodes and stores its values, and what its ranges mean.
// Upstream: org.opensearch.index.mapper.NumberFieldMapper.NumberType and ScaledFloatFieldMapper.

import { illegalArgument } from "../../../base/index.ts";
import type { DocumentContext } from "../document-context.ts";
import type { ValuesKind } from "../mapped-field-type.ts";
import type { JsonValue } from "../node-values.ts";
import { javaDouble, javaFloat, javaString, nodeDouble } from "../node-values.ts";
import {
  anyLongPoint,
  doublePoint,
  doubleToSortableLong,
  floatPoint,
  floatToSortableInt,
  halfFloatPoint,
  halfFloatToSortableShort,
  intPoint,
  nextDouble,
  sortableIntToFloat,
  sortableLongToDouble,
  sortableShortToHalfFloat,
} from "../number-encoding.ts";
import type { SourceValue } from "../source-parser.ts";
import {
  integerOf,
  javaDoubleOf,
  longOf,
  parseJavaLong,
  parseUnsignedLong,
  unsignedLongOf,
} from "./number-parsing.ts";

/** The names of the number types. */
export type NumberTypeName =
  | "byte"
  | "short"
  | "integer"
  | "long"
  | "unsigned_long"
  | "half_float"
  | "float"
  | "double"
  | "scaled_float";

/** A value: a number, or a bigint where a long exceeds a safe integer. */
export type NumberValue = number | bigint;

/** One number type. */
export interface NumberKind {
  readonly typeName: NumberTypeName;
  readonly valuesKind: ValuesKind;
  readonly isInteger: boolean;
  readonly pointBytes: number;
  readonly storedType: "int" | "long" | "float" | "double" | undefined;
  readonly min: NumberValue;
  readonly max: NumberValue;
  /** A value of a document. */
  parse(context: DocumentContext, value: SourceValue, coerce: boolean): NumberValue;
  /** A value of a mapping: no fraction is cut off. */
  fromNode(node: JsonValue): NumberValue;
  /** A value of a query; undefined matches nothing. */
  fromQuery(node: JsonValue): NumberValue | undefined;
  /** A value of a stored source. */
  fromSource(node: JsonValue, coerce: boolean): NumberValue;
  /** The smallest value in a range that starts at `node`; undefined: none. */
  lowerBound(node: JsonValue, include: boolean): NumberValue | undefined;
  /** The largest value in a range that ends at `node`. */
  upperBound(node: JsonValue, include: boolean): NumberValue | undefined;
  point(value: NumberValue): Uint8Array;
  docValue(value: NumberValue): NumberValue;
  storedValue(value: NumberValue): NumberValue | string;
  /** A doc value as a double. */
  toDouble(docValue: NumberValue): number;
}

const LONG_MAX = 0x7fffffffffffffffn;
const LONG_MIN = -0x8000000000000000n;
const UNSIGNED_MAX = 0xffffffffffffffffn;

const asIs = (value: NumberValue) => value;
const asDouble = (value: NumberValue) => Number(value);

/** Bounds of the integer types: a fraction moves the bound inwards, an excluded bound by one. */
function integerBounds(read: (node: JsonValue) => NumberValue, min: bigint, max: bigint) {
  const bound = (node: JsonValue, include: boolean, step: 1 | -1): NumberValue | undefined => {
    const whole = BigInt(read(node));
    const double = nodeDouble(node);
    const fractional = double % 1 !== 0;
    const moves = fractional ? Math.sign(double) === step : !include;
    const value = moves ? whole + BigInt(step) : whole;
    return value < min || value > max ? undefined : narrow(value);
  };
  return {
    lowerBound: (node: JsonValue, include: boolean) => bound(node, include, 1),
    upperBound: (node: JsonValue, include: boolean) => bound(node, include, -1),
  };
}

function integerKind(typeName: "byte" | "short" | "integer", min: number, max: number): NumberKind {
  const article = typeName === "integer" ? "an" : "a";
  const read = (node: JsonValue, coerce: boolean) => {
    const value = nodeDouble(node);
    if (value < min || value > max) {
      throw illegalArgument(
        `Value [${javaString(node)}] is out of range for ${article} ${typeName}`,
      );
    }
    if (!coerce && !Number.isInteger(value)) {
      throw illegalArgument(`Value [${javaString(node)}] has a decimal part`);
    }
    return Math.trunc(value);
  };
  const coerced = (node: JsonValue) => read(node, true);
  return {
    typeName,
    valuesKind: "long",
    isInteger: true,
    pointBytes: 4,
    storedType: "int",
    min,
    max,
    parse: (context, value, coerce) => integerOf(context, value, coerce, typeName),
    fromNode: (node) => read(node, false),
    fromQuery: coerced,
    fromSource: read,
    // The points are ints whatever the type, so a bound may leave a byte's or short's range.
    ...integerBounds(coerced, -2147483648n, 2147483647n),
    point: (value) => intPoint(Number(value)),
    docValue: asIs,
    storedValue: asIs,
    toDouble: asDouble,
  };
}

function checkFinite(typeName: string, value: number, finite: boolean, shown: string): number {
  if (finite) return value;
  throw illegalArgument(`[${typeName}] supports only finite values, but got [${shown}]`);
}

const finiteHalf = (value: number) =>
  checkFinite(
    "half_float",
    value,
    Number.isFinite(sortableShortToHalfFloat(halfFloatToSortableShort(value))),
    javaFloat(value),
  );
const finiteFloat = (value: number) =>
  checkFinite("float", value, Number.isFinite(value), javaFloat(value));
const finiteDouble = (value: number) =>
  checkFinite("double", value, Number.isFinite(value), javaDouble(value));

/** Readers of the floating-point types: one conversion for all sources. */
function floatReaders(
  read: (value: number) => number,
  next: (value: number, up: boolean) => number,
) {
  const ofNode = (node: JsonValue) => read(nodeDouble(node));
  return {
    fromNode: ofNode,
    fromQuery: ofNode,
    fromSource: ofNode,
    min: -Infinity,
    max: Infinity,
    lowerBound: (node: JsonValue, include: boolean) =>
      include ? ofNode(node) : next(ofNode(node), true),
    upperBound: (node: JsonValue, include: boolean) =>
      include ? ofNode(node) : next(ofNode(node), false),
  };
}

const nextFloat = (value: number, up: boolean) =>
  sortableIntToFloat(floatToSortableInt(value) + (up ? 1 : -1));

/** Number types without parameters of their own. */
export const NUMBER_KINDS: Readonly<Record<Exclude<NumberTypeName, "scaled_float">, NumberKind>> = {
  byte: integerKind("byte", -128, 127),
  short: integerKind("short", -32768, 32767),
  integer: integerKind("integer", -2147483648, 2147483647),
  long: {
    typeName: "long",
    valuesKind: "long",
    isInteger: true,
    pointBytes: 8,
    storedType: "long",
    min: LONG_MIN,
    max: LONG_MAX,
    parse: longOf,
    fromNode: (node) => objectToLong(node, false),
    fromQuery: (node) => objectToLong(node, true),
    fromSource: objectToLong,
    ...integerBounds((node) => objectToLong(node, true), LONG_MIN, LONG_MAX),
    point: anyLongPoint,
    docValue: asIs,
    storedValue: asIs,
    toDouble: asDouble,
  },
  unsigned_long: {
    typeName: "unsigned_long",
    valuesKind: "unsigned_long",
    isInteger: true,
    pointBytes: 16,
    storedType: undefined,
    min: 0,
    max: UNSIGNED_MAX,
    parse: unsignedLongOf,
    fromNode: (node) => objectToUnsignedLong(node, false),
    fromQuery: (node) => objectToUnsignedLong(node, true),
    fromSource: objectToUnsignedLong,
    ...integerBounds((node) => objectToUnsignedLong(node, true), 0n, UNSIGNED_MAX),
    point: unsignedPoint,
    docValue: (value) => narrow(BigInt.asIntN(64, BigInt(value))),
    storedValue: (value) => String(value),
    toDouble: (value) => Number(BigInt.asUintN(64, BigInt(value))),
  },
  half_float: {
    typeName: "half_float",
    valuesKind: "double",
    isInteger: false,
    pointBytes: 2,
    storedType: "float",
    parse: (context, value, coerce) =>
      finiteHalf(Math.fround(javaDoubleOf(context, value, coerce, "Float"))),
    ...floatReaders(
      (value) => finiteHalf(Math.fround(value)),
      () => 0,
    ),
    lowerBound: (node, include) => halfBound(Math.fround(nodeDouble(node)), include, true),
    upperBound: (node, include) => halfBound(Math.fround(nodeDouble(node)), include, false),
    point: (value) => halfFloatPoint(Number(value)),
    docValue: (value) => halfFloatToSortableShort(Number(value)),
    storedValue: asIs,
    toDouble: (value) => sortableShortToHalfFloat(Number(value)),
  },
  float: {
    typeName: "float",
    valuesKind: "double",
    isInteger: false,
    pointBytes: 4,
    storedType: "float",
    parse: (context, value, coerce) =>
      finiteFloat(Math.fround(javaDoubleOf(context, value, coerce, "Float"))),
    ...floatReaders((value) => finiteFloat(Math.fround(value)), nextFloat),
    point: (value) => floatPoint(Number(value)),
    docValue: (value) => floatToSortableInt(Number(value)),
    storedValue: asIs,
    toDouble: (value) => sortableIntToFloat(Number(value)),
  },
  double: {
    typeName: "double",
    valuesKind: "double",
    isInteger: false,
    pointBytes: 8,
    storedType: "double",
    parse: (context, value, coerce) => finiteDouble(javaDoubleOf(context, value, coerce, "Double")),
    ...floatReaders(finiteDouble, nextDouble),
    point: (value) => doublePoint(Number(value)),
    docValue: (value) => doubleToSortableLong(Number(value)),
    storedValue: asIs,
    toDouble: (value) => sortableLongToDouble(BigInt(value)),
  },
};

/** `scaled_float` with its factor; the values are the unscaled doubles. */
export function scaledKind(factor: number): NumberKind {
  const scale = (value: NumberValue) => roundToLong(Number(value) * factor);
  const check = (value: number) => {
    if (Number.isFinite(value)) return value;
    throw illegalArgument(
      `[scaled_float] only supports finite values, but got [${javaDouble(value)}]`,
    );
  };
  const read = (node: JsonValue) => check(nodeDouble(node));
  // Bounds are scaled first, then rounded inwards; the point of a whole is the whole over the
  // factor.
  const unscale = (scaled: number) => scaled / factor;
  return {
    typeName: "scaled_float",
    valuesKind: "double",
    isInteger: false,
    pointBytes: 8,
    storedType: "long",
    min: -Infinity,
    max: Infinity,
    parse: (context, value, coerce) => check(javaDoubleOf(context, value, coerce, "Double")),
    fromNode: read,
    fromQuery: read,
    fromSource: (node) => unscale(Number(scale(read(node)))),
    lowerBound: (node, include) => {
      const scaled = decimalProduct(read(node), factor);
      return unscale(include || !Number.isInteger(scaled) ? Math.ceil(scaled) : scaled + 1);
    },
    upperBound: (node, include) => {
      const scaled = decimalProduct(read(node), factor);
      return unscale(include || !Number.isInteger(scaled) ? Math.floor(scaled) : scaled - 1);
    },
    point: (value) => anyLongPoint(scale(value)),
    docValue: scale,
    storedValue: scale,
    toDouble: (value) => Number(value) / factor,
  };
}

// The product as decimals are multiplied on paper: 1.1 times 100 is 110, not 110.00000000000001.
function decimalProduct(a: number, b: number): number {
  const [x, xExponent] = decimalParts(a);
  const [y, yExponent] = decimalParts(b);
  return Number(`${x * y}e${xExponent + yExponent}`);
}

function decimalParts(value: number): [bigint, number] {
  const [mantissa, exponent = "0"] = String(value).split("e") as [string, string | undefined];
  const [whole, fraction = ""] = mantissa.split(".") as [string, string | undefined];
  return [BigInt(whole + fraction), Number(exponent) - fraction.length];
}

// A float bound between two half floats: the nearest half float inside.
function halfBound(value: number, include: boolean, isLower: boolean): number {
  const nearest = halfFloatToSortableShort(value);
  const exact = sortableShortToHalfFloat(nearest);
  const step = isLower ? 1 : -1;
  if (exact === value) return sortableShortToHalfFloat(include ? nearest : nearest + step);
  const isInside = isLower ? exact > value : exact < value;
  return isInside ? exact : sortableShortToHalfFloat(nearest + step);
}

// NumberType.objectToLong.
function objectToLong(node: JsonValue, coerce: boolean): NumberValue {
  if (typeof node === "number" && Number.isSafeInteger(node)) return node;
  const double = nodeDouble(node);
  if (double < -(2 ** 63) || double > 2 ** 63) {
    throw illegalArgument(`Value [${javaString(node)}] is out of range for a long`);
  }
  if (!coerce && double % 1 !== 0) {
    throw illegalArgument(`Value [${javaString(node)}] has a decimal part`);
  }
  return parseJavaLong(plainText(node), coerce);
}

function objectToUnsignedLong(node: JsonValue, coerce: boolean): NumberValue {
  if (typeof node === "number" && Number.isSafeInteger(node) && node >= 0) return node;
  const double = nodeDouble(node);
  if (double < 0 || double > 2 ** 64) {
    throw illegalArgument(`Value [${javaString(node)}] is out of range for an unsigned long`);
  }
  if (!coerce && double % 1 !== 0) {
    throw illegalArgument(`Value [${javaString(node)}] has a decimal part`);
  }
  return parseUnsignedLong(plainText(node), coerce);
}

// JavaScript writes exponents as 1e+21.
function plainText(node: JsonValue): string {
  return javaString(node).replace("e+", "e");
}

// Math.round(double) of Java: half up, saturating.
function roundToLong(value: number): NumberValue {
  const rounded = Math.round(value);
  if (Number.isSafeInteger(rounded)) return rounded === 0 ? 0 : rounded;
  if (Number.isNaN(rounded)) return 0;
  if (rounded >= 2 ** 63) return LONG_MAX;
  return rounded < -(2 ** 63) ? LONG_MIN : BigInt(rounded);
}

function narrow(value: bigint): NumberValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

// BigIntegerPoint: 16 bytes, big-endian, sign bit flipped.
function unsignedPoint(value: NumberValue): Uint8Array {
  const out = new Uint8Array(16);
  let rest = BigInt(value);
  for (let i = 15; i >= 8; i--) {
    out[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  out[0] = 0x80;
  return out;
}
