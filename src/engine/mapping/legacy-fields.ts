// Fields of indices made before Elasticsearch 6, in a mapping that came from a snapshot.
//   _all, unless it is disabled            text, not shown: the text of all fields of a document
// Before Elasticsearch 5:
//   string, index: analyzed (or nothing)   text
//   string, index: not_analyzed            keyword
//   string, index: no                      keyword that is not indexed
//   numbers, dates and addresses           kept, not searched: they are terms, not points
// Upstream: StringFieldMapper.TypeParser of Elasticsearch 5.6.

import type { Settings } from "../settings.ts";
import type { JsonObject, JsonValue } from "./node-values.ts";
import { isJsonObject } from "./node-values.ts";

/** Internal version id of Elasticsearch 5.0.0-alpha1, the first with points. */
const VERSION_5_0_0 = 5_000_001;

const TERM_NUMBERS = new Set([
  "byte",
  "short",
  "integer",
  "long",
  "float",
  "double",
  "date",
  "ip",
  "token_count",
  "geo_point",
]);

/** How a field of an old index is understood; undefined where it is as ever. */
export function legacyField(
  type: string,
  node: JsonObject,
  settings: Settings,
): { readonly type: string; readonly node: JsonObject } | "kept" | undefined {
  if (type === "string") return stringField(node);
  const created = settings.getInt("index.version.created", VERSION_5_0_0);
  return created < VERSION_5_0_0 && TERM_NUMBERS.has(type) ? "kept" : undefined;
}

/** The mapping of `_all`, which such an index has unless its mapping (`options`) disables it. */
export function allFieldNode(options: JsonValue | undefined): JsonObject | undefined {
  const given = isJsonObject(options) ? options : {};
  if (given["enabled"] === false || given["enabled"] === "false") return undefined;
  const kept = ["analyzer", "search_analyzer", "search_quote_analyzer", "similarity"];
  return Object.fromEntries([
    ["type", "text"],
    ...Object.entries(given).filter(([key]) => kept.includes(key)),
  ]);
}

function stringField(node: JsonObject): { readonly type: string; readonly node: JsonObject } {
  const { index, norms, ...rest } = node;
  const isText = index === undefined || index === "analyzed" || index === true;
  const isIndexed = index !== "no" && index !== false;
  const type = isText ? "text" : "keyword";
  const shown: Record<string, JsonValue> = { ...rest, type };
  if (!isIndexed) shown["index"] = false;
  const enabled = isJsonObject(norms) ? norms["enabled"] : norms;
  if (enabled !== undefined) shown["norms"] = enabled;
  return { type, node: shown };
}
