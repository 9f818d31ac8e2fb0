// The fields that a query string or a multi_match asks: names with boosts, patterns, the default
// ones.
// Upstream: org.opensearch.index.search.QueryParserHelper.

import { illegalArgument } from "../../base/index.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import type { SearchFieldType } from "./search-field-type.ts";

/** Boosts by field name. */
export type FieldWeights = Map<string, number>;

const FIELDS_MAX = 1024;
/** Types that no text of a query can match. */
const NOT_TEXT = new Set(["geo_point", "geo_shape", "binary", "object", "nested", "flat_object"]);

/** Splits `title^3`. */
export function parseFieldWeights(fields: readonly string[]): FieldWeights {
  const weights: FieldWeights = new Map();
  for (const field of fields) {
    const caret = field.indexOf("^");
    if (caret < 0) weights.set(field, 1);
    else weights.set(field.slice(0, caret), Math.fround(Number(field.slice(caret + 1))));
  }
  return weights;
}

/** `index.query.default_field`; before Elasticsearch 6 an index has `_all` for it. */
export function defaultFields(context: QueryShardContext): readonly string[] {
  const hasAll = context.facts.mapper.documentMapping.metadataTypes.has("_all");
  return context.settings.getList("index.query.default_field", [hasAll ? "_all" : "*"]);
}

/** Can the type be asked with text? */
export function isTextSearchable(type: SearchFieldType): boolean {
  return !NOT_TEXT.has(type.typeName) && (type.isIndexed || type.hasDocValues);
}

/** Expands patterns; plain names stay, mapped or not. */
export function resolveFields(
  context: QueryShardContext,
  weights: FieldWeights,
  suffix = "",
): FieldWeights {
  const resolved: FieldWeights = new Map();
  for (const [pattern, weight] of weights) addFields(context, pattern, weight, suffix, resolved);
  if (resolved.size > FIELDS_MAX) {
    throw illegalArgument(
      `field expansion matches too many fields, limit: ${FIELDS_MAX}, got: ${resolved.size}`,
    );
  }
  return resolved;
}

function addFields(
  context: QueryShardContext,
  pattern: string,
  weight: number,
  suffix: string,
  into: FieldWeights,
): void {
  const isPattern = pattern.includes("*");
  const names = context.fieldNames(pattern);
  for (const given of names) {
    let name = given;
    if (suffix !== "" && context.fieldType(name + suffix) !== undefined) name += suffix;
    const type = context.fieldType(name);
    if (type === undefined) {
      into.set(name, weight);
      continue;
    }
    if (pattern === "*" && type.name.startsWith("_")) continue;
    if (isPattern && (type.name.startsWith("_") || !isTextSearchable(type))) continue;
    if (names.includes(type.name)) name = type.name;
    into.set(name, Math.fround((into.get(name) ?? 1) * weight));
  }
}
