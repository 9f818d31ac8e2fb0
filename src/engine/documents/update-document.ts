// What an update does to a document: merge, upsert, no-op. Upstream: UpdateHelper,
// XContentHelper.update (2.19.6).

import { decodeJson, encodeJson, type XContentValue } from "../../xcontent/index.ts";
import type { JsonObject } from "../cluster/metadata.ts";
import { exception, validationFailed } from "../exceptions.ts";

export type UpdatePlan =
  | { readonly action: "index"; readonly source: Uint8Array; readonly created: boolean }
  | { readonly action: "noop" };

const KNOWN_KEYS = new Set([
  "doc",
  "upsert",
  "doc_as_upsert",
  "detect_noop",
  "_source",
  "script",
  "scripted_upsert",
  "if_seq_no",
  "if_primary_term",
]);

/** Refuses scripts, unknown keys and a body with nothing to do. */
export function checkUpdateBody(body: JsonObject): void {
  for (const key of Object.keys(body)) {
    if (!KNOWN_KEYS.has(key)) {
      throw exception(
        "invalid",
        "x_content_parse_exception",
        `[UpdateRequest] unknown field [${key}]`,
      );
    }
  }
  if (body["script"] !== undefined || body["scripted_upsert"] !== undefined) {
    throw exception(
      "unsupported",
      "illegal_argument_exception",
      "scripts are not supported: send a partial [doc] instead of a [script]",
    );
  }
  if (body["doc"] === undefined) {
    if (body["doc_as_upsert"] === true) {
      throw validationFailed(
        "script or doc is missing",
        "doc must be specified if doc_as_upsert is enabled",
      );
    }
    throw validationFailed("script or doc is missing");
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
      body["doc_as_upsert"] === true ? doc : (body["upsert"] as JsonObject | undefined);
    if (upsert === undefined) throw missing();
    return { action: "index", source: encode(upsert), created: true };
  }
  const source = decodeJson(existing) as JsonObject;
  const changed = mergeInto(source, doc, body["detect_noop"] !== false);
  if (!changed) return { action: "noop" };
  return { action: "index", source: encode(source), created: false };
}

function encode(value: JsonObject): Uint8Array {
  return Buffer.from(encodeJson(value as XContentValue));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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
