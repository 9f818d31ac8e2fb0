// How each number type reads, encodes and stores its values.
// Upstream: org.opensearch.index.mapper.NumberFieldMapper.NumberType and ScaledFloatFieldMapper.

import { illegalArgument } from "../../../base/index.ts";
import type { DocumentContext } from "../document-context.ts";
import type { ValuesKind } from "../mapped-field-type.ts";
import { javaDouble, javaFloat, javaString, nodeDouble, parseJavaDouble } from "../node-values.ts";
import type { JsonValue } from "../node-values.ts";
import {
  anyLongPoint,
  doublePoint,
  doubleToSortableLong,
  floatPoint,
  floatToSortableInt,
  halfFloatPoint,
  halfFloatToSortableShort,
  intPoint,
  sortableIntToFloat,
  sortableLongToDouble,
  sortableShortToHalfFloat,
} from "../number-encoding.ts";
import {
  integerOf,
  javaDoubleOf,
  longOf,
  parseJavaLong,
  parseUnsignedLong,
  unsignedLongOf,
} from "./number-parsing.ts";
import type { SourceValue } from "../source-parser.ts";

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

/** One number type. Values are numbers, or bigints where a long exceeds a safe integer. */
export interface NumberKind {
  readonly typeName: NumberTypeName;
  readonly valuesKind: ValuesKind;
  readonly pointBytes: number;
  readonly storedType: "int" | "long" | "float" | "double" | undefined;
  /** A value of a document. */
  parse(context: DocumentContext, value: SourceValue, coerce: boolean): number | bigint;
  /** A value of a mapping or a query. */
  fromNode(node: JsonValue): number | bigint;
  point(value: number | bigint): Uint8Array;
  docValue(value: number | bigint): number | bigint;
  storedValue(value: number | bigint): number | bigint | string;
  /** A doc value as a double. */
  toDouble(docValue: number | bigint): number;
}

const asIs = (value: number | bigint) => value;
const asDouble = (value: number | bigint) => Number(value);

function integerKind(typeName: "byte" | "short" | "integer", min: number, max: number): NumberKind {
  const article = typeName === "integer" ? "an" : "a";
  const check = (value: number) => {
    if (value >= min && value <= max) return value;
    throw illegalArgument(`Value [${value}] is out of range for ${article} ${typeName}`);
  };
  return {
    typeName,
    valuesKind: "long",
    pointBytes: 4,
    storedType: "int",
    parse: (context, value, coerce) => integerOf(context, value, coerce, typeName),
    fromNode: (node) => {
      const value = nodeDouble(node);
      if (value < min || value > max) {
        const shown = javaString(node);
        throw illegalArgument(`Value [${shown}] is out of range for ${article} ${typeName}`);
      }
      if (!Number.isInteger(value)) {
        throw illegalArgument(`Value [${javaString(node)}] has a decimal part`);
      }
      return check(value);
    },
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

/** Number types without parameters of their own. */
export const NUMBER_KINDS: Readonly<Record<Exclude<NumberTypeName, "scaled_float">, NumberKind>> = {
  byte: integerKind("byte", -128, 127),
  short: integerKind("short", -32768, 32767),
  integer: integerKind("integer", -2147483648, 2147483647),
  long: {
    typeName: "long",
    valuesKind: "long",
    pointBytes: 8,
    storedType: "long",
    parse: longOf,
    fromNode: (node) =>
      typeof node === "number" && Number.isSafeInteger(node)
        ? node
        : parseJavaLong(javaString(node), false),
    point: anyLongPoint,
    docValue: asIs,
    storedValue: asIs,
    toDouble: asDouble,
  },
  unsigned_long: {
    typeName: "unsigned_long",
    valuesKind: "unsigned_long",
    pointBytes: 16,
    storedType: undefined,
    parse: unsignedLongOf,
    fromNode: (node) => parseUnsignedLong(javaString(node), false),
    point: unsignedPoint,
    docValue: (value) => narrow(BigInt.asIntN(64, BigInt(value))),
    storedValue: (value) => String(value),
    toDouble: (value) => Number(BigInt.asUintN(64, BigInt(value))),
  },
  half_float: {
    typeName: "half_float",
    valuesKind: "double",
    pointBytes: 2,
    storedType: "float",
    parse: (context, value, coerce) =>
      finiteHalf(Math.fround(javaDoubleOf(context, value, coerce, "Float"))),
    fromNode: (node) => finiteHalf(Math.fround(nodeDouble(node))),
    point: (value) => halfFloatPoint(Number(value)),
    docValue: (value) => halfFloatToSortableShort(Number(value)),
    storedValue: asIs,
    toDouble: (value) => sortableShortToHalfFloat(Number(value)),
  },
  float: {
    typeName: "float",
    valuesKind: "double",
    pointBytes: 4,
    storedType: "float",
    parse: (context, value, coerce) =>
      finiteFloat(Math.fround(javaDoubleOf(context, value, coerce, "Float"))),
    fromNode: (node) => finiteFloat(Math.fround(nodeDouble(node))),
    point: (value) => floatPoint(Number(value)),
    docValue: (value) => floatToSortableInt(Number(value)),
    storedValue: asIs,
    toDouble: (value) => sortableIntToFloat(Number(value)),
  },
  double: {
    typeName: "double",
    valuesKind: "double",
    pointBytes: 8,
    storedType: "double",
    parse: (context, value, coerce) => finiteDouble(javaDoubleOf(context, value, coerce, "Double")),
    fromNode: (node) => finiteDouble(nodeDouble(node)),
    point: (value) => doublePoint(Number(value)),
    docValue: (value) => doubleToSortableLong(Number(value)),
    storedValue: asIs,
    toDouble: (value) => sortableLongToDouble(BigInt(value)),
  },
};

/** `scaled_float` with its factor; the values are the unscaled doubles. */
export function scaledKind(factor: number): NumberKind {
  const scale = (value: number | bigint) => roundToLong(Number(value) * factor);
  const check = (value: number) => {
    if (Number.isFinite(value)) return value;
    throw illegalArgument(
      `[scaled_float] only supports finite values, but got [${javaDouble(value)}]`,
    );
  };
  return {
    typeName: "scaled_float",
    valuesKind: "double",
    pointBytes: 8,
    storedType: "long",
    parse: (context, value, coerce) => check(javaDoubleOf(context, value, coerce, "Double")),
    fromNode: (node) => check(typeof node === "number" ? node : parseJavaDouble(javaString(node))),
    point: (value) => anyLongPoint(scale(value)),
    docValue: scale,
    storedValue: scale,
    toDouble: (value) => Number(value) / factor,
  };
}

const LONG_MAX = 0x7fffffffffffffffn;
const LONG_MIN = -0x8000000000000000n;

// Math.round(double) of Java: half up, saturating.
function roundToLong(value: number): number | bigint {
  const rounded = Math.round(value);
  if (Number.isSafeInteger(rounded)) return rounded === 0 ? 0 : rounded;
  if (Number.isNaN(rounded)) return 0;
  if (rounded >= 2 ** 63) return LONG_MAX;
  return rounded < -(2 ** 63) ? LONG_MIN : BigInt(rounded);
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

// BigIntegerPoint: 16 bytes, big-endian, sign bit flipped.
function unsignedPoint(value: number | bigint): Uint8Array {
  const out = new Uint8Array(16);
  let rest = BigInt(value);
  for (let i = 15; i >= 8; i--) {
    out[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  out[0] = 0x80;
  return out;
}
