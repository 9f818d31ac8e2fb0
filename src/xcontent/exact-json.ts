// JSON that keeps what a double cannot say: a number with a fraction stays one (5.0 is not 5), and
// a document that is only passed on stays as it was sent, byte for byte.
// Upstream: XContentBuilder.rawField, XContentParser.NumberType, Double.toString.

import { decodeJson } from "./json-decoder.ts";
import { isXContentObject, type XContentObject, type XContentValue } from "./tree.ts";

/** A number that is a float or a double on the wire; written as Java writes it. */
export class Decimal {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  /** `5.0`, `1.0E10`: Double.toString. */
  toString(): string {
    const { value } = this;
    if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
    const size = Math.abs(value);
    if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
    const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
    return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
  }

  /** For JSON.stringify, which knows no decimals. */
  toJSON(): number {
    return this.value;
  }
}

/** A valid JSON document that is passed on; compact JSON takes its bytes as they are. */
export class RawJson {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The text as it was sent. */
  toString(): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length).toString();
  }

  /** The tree, for any other way to write it. */
  tree(): XContentValue {
    return decodeExactJson(this.bytes);
  }

  toJSON(): unknown {
    return this.tree();
  }
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const MARK = "\u0000#";
const SAFE_DIGITS = 15;

/**
 * Decodes with `Decimal` for numbers with a fraction or an exponent and bigints for long integers.
 * Errors are those of `decodeJson`.
 */
export function decodeExactJson(source: Uint8Array): XContentValue {
  const tree = decodeJson(source);
  const text = Buffer.from(source.buffer, source.byteOffset, source.length).toString("utf8");
  if (!/\d[.eE]|\d{16}/.test(text)) return tree;
  const marked = text.replace(TOKEN, (token) =>
    token.startsWith('"') || (/^-?\d+$/.test(token) && token.length <= SAFE_DIGITS)
      ? token
      : `"\\u0000#${token}"`,
  );
  try {
    return unmark(JSON.parse(marked) as XContentValue);
  } catch {
    // Comments and the like: what the reader above accepts and JSON.parse does not.
    return tree;
  }
}

function unmark(value: XContentValue): XContentValue {
  if (typeof value === "string") {
    if (!/^\0#-?\d/.test(value)) return value;
    const number = value.slice(MARK.length);
    if (/^-?\d+$/.test(number)) return BigInt(number);
    return new Decimal(Number(number)) as unknown as XContentValue;
  }
  if (Array.isArray(value)) return value.map(unmark);
  if (!isXContentObject(value)) return value;
  for (const name of Object.keys(value)) value[name] = unmark(value[name]!);
  return value;
}

/** The tree with decimals as plain numbers and raw documents decoded, for CBOR, SMILE and YAML. */
export function plainTree(value: unknown): XContentValue {
  if (value instanceof Decimal) return value.value;
  if (value instanceof RawJson) return plainTree(decodeJson(value.bytes));
  if (Array.isArray(value)) return value.map(plainTree);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) {
    return value as XContentValue;
  }
  const plain: XContentObject = {};
  for (const [name, item] of Object.entries(value)) {
    if (item !== undefined) plain[name] = plainTree(item);
  }
  return plain;
}
