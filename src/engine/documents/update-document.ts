// What an update does to a document: merge, upsert, no-op. Upstream: UpdateHelper, UpdateRequest,
// XContentHelper.update (3.6.0).

import { illegalArgument } from "../../base/index.ts";
import {
  Decimal,
  decodeExactJson,
  decodeJson,
  encodeJson,
  isXContentObject,
  type XContentObject,
  type XContentValue,
} from "../../xcontent/index.ts";
import type { JsonObject } from "../cluster/metadata.ts";
import { exception } from "../exceptions.ts";
import { didYouMean } from "../search/did-you-mean.ts";
import { RequestSource, tokenName, xContentParseException } from "../search/source-location.ts";

/** What is to be written. */
export type UpdatePlan =
  | { readonly action: "index"; readonly source: Uint8Array; readonly created: boolean }
  | { readonly action: "noop" };

type Kind = "object" | "boolean" | "long" | "any";

const KNOWN_KEYS: ReadonlyMap<string, Kind> = new Map([
  ["doc", "object"],
  ["upsert", "object"],
  ["doc_as_upsert", "boolean"],
  ["detect_noop", "boolean"],
  ["_source", "any"],
  ["script", "any"],
  ["scripted_upsert", "boolean"],
  ["if_seq_no", "long"],
  ["if_primary_term", "long"],
]);

/** Reads an update's body; refuses scripts, unknown keys and wrong types. */
export function parseUpdateBody(bytes: Uint8Array): JsonObject {
  const root = decodeJson(bytes);
  const source = new RequestSource(root, Buffer.from(bytes).toString("utf8"));
  if (!isXContentObject(root)) {
    const found = tokenName(root);
    throw xContentParseException(
      `[UpdateRequest] Expected START_OBJECT but was: ${found}`,
      source.locate({}, 0, "value"),
    );
  }
  for (const [key, value] of Object.entries(root)) checkMember(source, root, key, value);
  if (root["script"] !== undefined || root["scripted_upsert"] !== undefined) {
    throw exception(
      "unsupported",
      "illegal_argument_exception",
      "scripts are not supported: send a partial [doc] instead of a [script]",
    );
  }
  return decodeExactJson(bytes) as JsonObject;
}

function checkMember(
  source: RequestSource,
  root: XContentObject,
  key: string,
  value: XContentValue,
): void {
  const kind = KNOWN_KEYS.get(key);
  if (kind === undefined) {
    throw xContentParseException(
      `[UpdateRequest] unknown field [${key}]${didYouMean(key, KNOWN_KEYS.keys())}`,
      source.locate(root, key, "name"),
    );
  }
  const isTree = typeof value === "object" && value !== null;
  const wrong =
    (kind === "object" && !isXContentObject(value)) ||
    (kind !== "object" && kind !== "any" && isTree);
  if (wrong) {
    throw xContentParseException(
      `[UpdateRequest] ${key} doesn't support values of type: ${tokenName(value)}`,
      source.locate(root, key, "value"),
    );
  }
  if (kind === "boolean" && !["true", "false"].includes(String(value))) {
    throw xContentParseException(
      `[UpdateRequest] failed to parse field [${key}]`,
      source.locate(root, key, "value"),
      illegalArgument(`Failed to parse value [${value}] as only [true] or [false] are allowed.`),
    );
  }
}

/** Plans the write. `existing` is the current source, undefined when there is no document. */
export function planUpdate(
  existing: Uint8Array | undefined,
  body: JsonObject,
  missing: () => Error,
): UpdatePlan {
  const doc = body["doc"] as JsonObject;
  if (existing === undefined) {
    const upsert =
      String(body["doc_as_upsert"]) === "true" ? doc : (body["upsert"] as JsonObject | undefined);
    if (upsert === undefined) throw missing();
    return { action: "index", source: encode(upsert), created: true };
  }
  const source = decodeExactJson(existing) as JsonObject;
  const changed = mergeInto(source, doc, String(body["detect_noop"]) !== "false");
  if (!changed) return { action: "noop" };
  return { action: "index", source: encode(source), created: false };
}

function encode(value: JsonObject): Uint8Array {
  return Buffer.from(encodeJson(value as XContentValue));
}

function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Decimal)
  );
}

/**
 * Merges `changes` into `target`: objects deeply, everything else replaced. Says whether it
 * changed.
 */
export function mergeInto(target: JsonObject, changes: JsonObject, detectNoop: boolean): boolean {
  let modified = !detectNoop;
  for (const [key, value] of Object.entries(changes)) {
    const old = target[key];
    if (isObject(old) && isObject(value)) {
      modified = mergeInto(old, value, detectNoop) || modified;
      continue;
    }
    if (!(key in target)) modified = true;
    else if (!modified) modified = !deepEqual(old, value);
    target[key] = value;
  }
  return modified;
}

function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a instanceof Decimal && b instanceof Decimal) return Object.is(a.value, b.value);
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => deepEqual(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => key in b && deepEqual(a[key], b[key]))
  );
}
