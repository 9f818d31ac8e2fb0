// Reads values out of a mapping's JSON with OpenSearch's conversions and error texts.
// Upstream: org.opensearch.common.xcontent.support.XContentMapValues.

import { illegalArgument, VarveError } from "../../base/index.ts";
import { setMember } from "../../xcontent/index.ts";

/** A parsed JSON value. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
/** A parsed JSON object. */
export interface JsonObject {
  [key: string]: JsonValue;
}

/** Is it an object (and not null, not an array)? */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Java's toString of a parsed value: `{a=1, b=[x, y]}`. */
export function javaString(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return `[${value.map(javaString).join(", ")}]`;
  if (isJsonObject(value)) {
    const entries = javaHashOrder(Object.keys(value)).map((k) => `${k}=${javaString(value[k])}`);
    return `{${entries.join(", ")}}`;
  }
  return String(value);
}

/** Keys in the order a Java HashMap that they were put into gives them back. */
export function javaHashOrder(keys: readonly string[]): string[] {
  let capacity = 16;
  while (keys.length > capacity * 0.75) capacity *= 2;
  const slots = keys.map((key, order) => ({ key, order, slot: spread(key) & (capacity - 1) }));
  slots.sort((a, b) => a.slot - b.slot || a.order - b.order);
  return slots.map((entry) => entry.key);
}

/** An object with all its keys, also those below, in a Java HashMap's order. */
export function inHashOrder(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(inHashOrder);
  if (!isJsonObject(value)) return value;
  const out: JsonObject = {};
  for (const key of javaHashOrder(Object.keys(value))) {
    setMember(out, key, inHashOrder(value[key]!));
  }
  return out;
}

function spread(key: string): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
  return hash ^ (hash >>> 16);
}

/** Strict booleans: true, false and their strings. */
export function nodeBoolean(node: unknown, name?: string): boolean {
  const text = javaString(node);
  if (text === "true") return true;
  if (text === "false") return false;
  const error =
    text === "" || node === null
      ? illegalArgument("cannot parse empty boolean value, expected either [true] or [false]")
      : illegalArgument(`Failed to parse value [${text}] as only [true] or [false] are allowed.`);
  if (name === undefined) throw error;
  throw illegalArgument(`Could not convert [${name}] to boolean`, error);
}

/** A 32-bit integer. */
export function nodeInteger(node: unknown): number {
  if (typeof node === "number") {
    if (!Number.isInteger(node)) throw illegalArgument(`${node} is not an integer value`);
    if (node < -2147483648 || node > 2147483647) {
      throw new VarveError("invalid", "integer overflow", { type: "arithmetic_exception" });
    }
    return node;
  }
  const text = javaString(node);
  if (!/^[+-]?\d{1,10}$/.test(text)) throw numberFormat(`For input string: "${text}"`);
  return Number(text);
}

/** A floating-point number. */
export function nodeDouble(node: unknown): number {
  if (typeof node === "number") return node;
  return parseJavaDouble(javaString(node));
}

/** Any scalar as text; null stays null. */
export function nodeString(node: unknown): string | null {
  return node === null || node === undefined ? null : javaString(node);
}

const DOUBLE = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/;

/** Double.parseDouble, with its NumberFormatException. */
export function parseJavaDouble(text: string): number {
  const trimmed = text.trim();
  if (trimmed === "") throw numberFormat("empty String");
  if (/^[+-]?\d*\.\d*\./.test(trimmed)) throw numberFormat("multiple points");
  if (!DOUBLE.test(trimmed)) throw numberFormat(`For input string: "${text}"`);
  return Number(trimmed.replace(/[fFdD]$/, ""));
}

/** Java's NumberFormatException: an illegal argument to those who catch it. */
export function numberFormat(message: string): VarveError {
  return new VarveError("invalid", message, { type: "number_format_exception" });
}

/** Double.toString. */
export function javaDouble(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}

/** Float.toString: the shortest decimal that reads back as the same float. */
export function javaFloat(value: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return javaDouble(short);
  }
  return javaDouble(value);
}

/** Regex.simpleMatch: `*` stands for any run of characters. */
export function simpleMatch(pattern: string, text: string): boolean {
  if (!pattern.includes("*")) return pattern === text;
  return simplePattern(pattern).test(text);
}

/** The same as a regular expression. */
export function simplePattern(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*");
  return new RegExp(`^${escaped}$`, "s");
}
