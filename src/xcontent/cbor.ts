// CBOR (RFC 8949), as far as OpenSearch's clients speak it: maps with text keys, arrays, strings,
// byte strings, integers, floats. The bytes are cbor-x's work; this file fixes its options, so that
// maps become plain objects and large integers bigints. Upstream: CborXContent.

import { Decoder, Encoder } from "cbor-x";
import { VarveError } from "../base/index.ts";
import type { XContentValue } from "./tree.ts";

const encoder = new Encoder({ useRecords: false, mapsAsObjects: true, tagUint8Array: false });
const decoder = new Decoder({ useRecords: false, mapsAsObjects: true });

/** Encodes a tree. */
export function encodeCbor(value: XContentValue): Uint8Array {
  return encoder.encode(value);
}

/** Decodes one document; anything wrong with the bytes is `invalid`. */
export function decodeCbor(bytes: Uint8Array): XContentValue {
  let value: unknown;
  try {
    value = decoder.decode(bytes);
  } catch (cause) {
    throw new VarveError("invalid", `Invalid CBOR content: ${(cause as Error).message}`, {
      type: "json_parse_exception",
      cause,
    });
  }
  return normalize(value, 0);
}

function normalize(value: unknown, depth: number): XContentValue {
  if (value === undefined) return null;
  if (typeof value === "bigint") {
    const safe = value >= -9007199254740991n && value <= 9007199254740991n;
    return safe ? Number(value) : value;
  }
  if (typeof value !== "object" || value === null) return value as XContentValue;
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (depth > 1000)
    throw new VarveError("invalid", "CBOR content is nested too deeply", {
      type: "json_parse_exception",
    });
  if (Array.isArray(value)) return value.map((item) => normalize(item, depth + 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    throw new VarveError("invalid", "Invalid CBOR content: a tag that is not supported", {
      type: "json_parse_exception",
    });
  }
  const entries = Object.entries(value).map(([name, item]) => [name, normalize(item, depth + 1)]);
  return Object.fromEntries(entries) as XContentValue;
}
