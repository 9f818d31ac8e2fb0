// Aliases for the target. One whose filter would not be understood is left out: without its filter
// it would show what it was to hide. Pure.

import type { AliasMetadata } from "../cluster/metadata.ts";
import type { Notes } from "./translate-mapping.ts";

/** Queries that are gone since Elasticsearch 5 to 7, by their names. */
const GONE_QUERIES = new Set(
  (
    "type filtered missing and or not limit indices in fquery fuzzy_like_this template " +
    "geo_bbox geohash_cell mlt has_parent_filter"
  ).split(" "),
);
/** Members of queries whose keys are field names or texts, not queries. */
const FIELDS_WITHIN = new Set(
  (
    "term terms match match_phrase match_phrase_prefix range prefix wildcard regexp fuzzy " +
    "geo_distance geo_bounding_box geo_polygon geo_shape span_term"
  ).split(" "),
);

/** The aliases that stay. */
export function translateAliases(
  aliases: ReadonlyMap<string, AliasMetadata>,
  notes: Notes,
): Map<string, AliasMetadata> {
  const kept = new Map<string, AliasMetadata>();
  for (const [name, alias] of aliases) {
    const gone = alias.filter === undefined ? undefined : goneQuery(alias.filter);
    if (gone === undefined) kept.set(name, alias);
    else notes.lose(`alias [${name}]: left out, its filter uses [${gone}], which is gone`);
  }
  return kept;
}

/** The first query that OpenSearch no longer has. */
export function goneQuery(query: unknown): string | undefined {
  if (Array.isArray(query)) return query.map(goneQuery).find((found) => found !== undefined);
  if (typeof query !== "object" || query === null) return undefined;
  for (const [key, value] of Object.entries(query)) {
    if (GONE_QUERIES.has(key)) return key;
    if (FIELDS_WITHIN.has(key)) {
      const fields = typeof value === "object" && value !== null ? Object.keys(value) : [];
      if (fields.includes("_type")) return "_type";
      continue;
    }
    const found = goneQuery(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
