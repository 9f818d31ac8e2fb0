// Content types: from a header or a `format` parameter, or from the first bytes of a body.
// Upstream: XContentType, XContentFactory.xContentType.

import { VarveError } from "../base/index.ts";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import { plainTree } from "./exact-json.ts";
import { decodeJson } from "./json-decoder.ts";
import { encodeJson } from "./json-encoder.ts";
import { decodeSmile, isSmile } from "./smile-decoder.ts";
import { encodeSmile } from "./smile-encoder.ts";
import { readObject, type XContentValue } from "./tree.ts";
import { decodeYaml, encodeYaml } from "./yaml.ts";

/** The four content types. */
export type XContentType = "json" | "smile" | "cbor" | "yaml";

/** What goes into a `content-type` answer header. */
export const MEDIA_TYPES: Readonly<Record<XContentType, string>> = {
  json: "application/json; charset=UTF-8",
  smile: "application/smile",
  cbor: "application/cbor",
  yaml: "application/yaml",
};

const BY_NAME: Readonly<Record<string, XContentType>> = {
  json: "json",
  smile: "smile",
  cbor: "cbor",
  yaml: "yaml",
  "application/json": "json",
  "application/x-ndjson": "json",
  "application/*": "json",
  "application/smile": "smile",
  "application/cbor": "cbor",
  "application/yaml": "yaml",
};

/** The type a media type or a `format` name stands for; undefined if none. */
export function xContentTypeOf(name: string): XContentType | undefined {
  const bare = name.split(";", 1)[0]!.trim().toLowerCase();
  return Object.hasOwn(BY_NAME, bare) ? BY_NAME[bare] : undefined;
}

/** The type that the first bytes show; undefined if they show none. */
export function detectXContentType(bytes: Uint8Array): XContentType | undefined {
  if (isSmile(bytes)) return "smile";
  const first = bytes[0];
  if (first === undefined) return undefined;
  // A CBOR map (a0-bf) or the self-described tag d9 d9 f7.
  if (first >= 0xa0 && first <= 0xbf) return "cbor";
  if (first === 0xd9 && bytes[1] === 0xd9 && bytes[2] === 0xf7) return "cbor";
  if (first === 0x2d && bytes[1] === 0x2d && bytes[2] === 0x2d) return "yaml";
  let i = first === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (; i < Math.min(bytes.length, 4096); i++) {
    const byte = bytes[i]!;
    if (byte === 0x7b || byte === 0x5b) return "json";
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return undefined;
  }
  return undefined;
}

/** Decodes a body of a known type; without one, the first bytes decide. */
export function decodeXContent(bytes: Uint8Array, type?: XContentType): XContentValue {
  switch (type ?? detectXContentType(bytes)) {
    case "json":
      return decodeJson(bytes);
    case "smile":
      return decodeSmileBody(bytes);
    case "cbor":
      return decodeCbor(bytes);
    case "yaml":
      return decodeYaml(bytes);
  }
  const reason = "Compressor detection can only be called on some xcontent bytes or compressed ";
  throw new VarveError("invalid", `${reason}xcontent bytes`, { type: "not_x_content_exception" });
}

// Damaged SMILE is `corrupt` in a blob; in a request it is the client's mistake.
function decodeSmileBody(bytes: Uint8Array): XContentValue {
  try {
    return decodeSmile(bytes);
  } catch (cause) {
    if (!(cause instanceof VarveError)) throw cause;
    throw new VarveError("invalid", cause.message, { type: "json_parse_exception", cause });
  }
}

/** Encodes a tree. SMILE takes an object as the root. */
export function encodeXContent(value: XContentValue, type: XContentType, indent = 0): Uint8Array {
  switch (type) {
    case "json":
      return Buffer.from(encodeJson(value, indent));
    case "smile":
      return encodeSmile(readObject(plainTree(value), "the root of SMILE content"));
    case "cbor":
      return encodeCbor(plainTree(value));
    case "yaml":
      return Buffer.from(encodeYaml(plainTree(value)));
  }
}
