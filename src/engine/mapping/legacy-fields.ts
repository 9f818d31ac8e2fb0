// Fields of indices made before Elasticsearch 5, in a mapping that came from a snapshot.
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
