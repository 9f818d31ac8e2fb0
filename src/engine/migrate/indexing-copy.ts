// The index as documents are indexed into it: the published one without what would change a
// document (dynamic fields, filters of _source) and without what this engine cannot do (analyzers
// it does not have), which it tells as losses.

import { buildIndexAnalyzers, type IndexAnalyzers } from "../analysis/index.ts";
import type { IndexMetadata } from "../cluster/metadata.ts";
import { isJsonObject, type JsonObject } from "../mapping/index.ts";
import { Settings } from "../settings.ts";

/** Settings that say how documents become segments. */
const INDEXING_SETTINGS: readonly string[] = (
  "number_of_shards number_of_routing_shards routing_partition_size uuid version. provided_name " +
  "creation_date analysis. similarity. sort. mapping. codec max_ngram_diff max_shingle_diff analyze."
)
  .split(" ")
  .map((name) => `index.${name}`);

function isIndexing(key: string): boolean {
  return INDEXING_SETTINGS.some((name) =>
    name.endsWith(".") ? key.startsWith(name) : key === name,
  );
}

/** Nothing is searched and nothing is kept: one sync and one flush, at the end. */
const BULK_SETTINGS = new Settings(
  new Map([
    ["index.refresh_interval", "-1"],
    ["index.translog.durability", "async"],
    ["index.translog.sync_interval", "1h"],
    ["index.number_of_replicas", "0"],
    // Before Elasticsearch 7 there was no limit.
    ["index.mapping.nested_objects.limit", "2147483647"],
  ]),
);

/** The copy, and what of the published index it cannot do. */
export interface IndexingCopy {
  readonly indexing: IndexMetadata;
  readonly losses: readonly string[];
}

/** Makes the copy. */
export function indexingCopy(published: IndexMetadata): IndexingCopy {
  const settings = published.settings.filter(isIndexing);
  const losses: string[] = [];
  const analyzers = buildIndexAnalyzers(settings, true);
  const { _source: _filters, dynamic: _dynamic, ...rest } = published.mappings as JsonObject;
  const kept = withoutUnknownAnalyzers(rest, "", analyzers, losses);
  const mappings: JsonObject = { ...kept, dynamic: false };
  delete mappings["dynamic_templates"];
  const indexing = { ...published, settings: settings.merge(BULK_SETTINGS), mappings };
  return { indexing: { ...indexing, aliases: new Map() }, losses };
}

function withoutUnknownAnalyzers(
  node: JsonObject,
  path: string,
  analyzers: IndexAnalyzers,
  losses: string[],
): JsonObject {
  const out: JsonObject = { ...node };
  for (const key of ["properties", "fields"]) {
    const children = node[key];
    if (!isJsonObject(children)) continue;
    const fields: JsonObject = {};
    for (const [name, field] of Object.entries(children)) {
      const full = path === "" ? name : `${path}.${name}`;
      if (!isJsonObject(field)) continue;
      const child = withoutUnknownAnalyzers(field, full, analyzers, losses);
      delete child["dynamic"];
      fields[name] = usable(child, full, analyzers, losses);
    }
    out[key] = fields;
  }
  return out;
}

/** The field itself, or one of its type that is not indexed. */
function usable(
  field: JsonObject,
  path: string,
  analyzers: IndexAnalyzers,
  losses: string[],
): JsonObject {
  const { type, fields, copy_to } = field;
  const rest = { ...(fields && { fields }), ...(copy_to && { copy_to }) };
  if (type === "text" && field["index"] !== false) {
    const name = typeof field["analyzer"] === "string" ? field["analyzer"] : "default";
    if (worksOn(() => analyzers.get(name)?.tokenStream(path, ""))) return field;
    losses.push(`${path}: analyzer [${name}] is not known here, text is in _source only`);
    return { type, index: false, ...rest };
  }
  if (type === "keyword" && typeof field["normalizer"] === "string") {
    const name = field["normalizer"];
    if (worksOn(() => analyzers.normalizer(name)?.normalize(path, "a"))) return field;
    losses.push(`${path}: normalizer [${name}] is not known here, text is in _source only`);
    return { type, index: false, doc_values: false, ...rest };
  }
  return field;
}

function worksOn(attempt: () => unknown): boolean {
  try {
    return attempt() !== undefined;
  } catch {
    return false;
  }
}
