// What OpenSearch 2 and 3 take in a mapping: parameters by field type, new names of old types, and
// what became of the rest. One table a question; translate-mapping.ts reads them.
// Upstream: the mappers of OpenSearch 2.19.6 (server, mapper-extras, parent-join, percolator).

/** Parameters of every field. */
const SHARED = ["type", "fields", "copy_to", "meta"];
const INDEXED = ["index", "doc_values", "store", "null_value"];
const NUMBER = [...INDEXED, "coerce", "ignore_malformed"];
const RANGE = ["index", "doc_values", "store", "coerce", "boost"];

/** Parameters by type, next to the shared ones. A type that is not here is none of OpenSearch. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  text: (
    "analyzer search_analyzer search_quote_analyzer store index similarity index_options norms " +
    "term_vector fielddata fielddata_frequency_filter eager_global_ordinals index_phrases " +
    "index_prefixes position_increment_gap boost"
  ).split(" "),
  keyword: (
    "index doc_values store null_value eager_global_ordinals ignore_above index_options norms " +
    "similarity normalizer split_queries_on_whitespace boost"
  ).split(" "),
  byte: NUMBER,
  short: NUMBER,
  integer: NUMBER,
  long: NUMBER,
  unsigned_long: NUMBER,
  half_float: NUMBER,
  float: NUMBER,
  double: NUMBER,
  scaled_float: [...NUMBER, "scaling_factor"],
  date: [...INDEXED, "format", "locale", "ignore_malformed"],
  date_nanos: [...INDEXED, "format", "locale", "ignore_malformed"],
  boolean: INDEXED,
  ip: [...INDEXED, "ignore_malformed"],
  binary: ["doc_values", "store"],
  geo_point: [...INDEXED, "ignore_malformed", "ignore_z_value"],
  geo_shape: "index doc_values store orientation ignore_malformed ignore_z_value coerce".split(" "),
  integer_range: RANGE,
  long_range: RANGE,
  float_range: RANGE,
  double_range: RANGE,
  date_range: [...RANGE, "format", "locale"],
  ip_range: RANGE,
  completion: (
    "analyzer search_analyzer preserve_separators preserve_position_increments " +
    "max_input_length contexts"
  ).split(" "),
  token_count: [...INDEXED, "analyzer", "enable_position_increments"],
  search_as_you_type: (
    "max_shingle_size analyzer search_analyzer search_quote_analyzer store index similarity " +
    "index_options norms term_vector doc_values"
  ).split(" "),
  rank_feature: ["positive_score_impact"],
  rank_features: [],
  percolator: [],
  join: ["relations", "eager_global_ordinals"],
  alias: ["path"],
  constant_keyword: ["value"],
  flat_object: [],
  match_only_text: (
    "analyzer search_analyzer search_quote_analyzer store index similarity index_options norms " +
    "term_vector position_increment_gap index_prefixes index_phrases fielddata boost"
  ).split(" "),
  wildcard: ["doc_values", "null_value", "ignore_above", "normalizer"],
  // Of the k-NN plugin, which every full distribution has.
  knn_vector:
    "dimension method model_id space_type data_type mode compression_level index doc_values store".split(
      " ",
    ),
};

/** Types under their newer names. */
const RENAMED_TYPES: ReadonlyMap<string, string> = new Map([
  ["flattened", "flat_object"],
  ["feature", "rank_feature"],
  ["feature_vector", "rank_features"],
]);

/** Parameters of fields that never meant anything to a search of today: dropped without a word. */
export const SILENT_PARAMETERS: ReadonlySet<string> = new Set(["omit_norms", "precision_step"]);

/** A type's name in the target. */
export function typeInTarget(type: string): string {
  return RENAMED_TYPES.get(type) ?? type;
}

/** The parameters that a type may have; undefined for a type that OpenSearch does not have. */
export function parametersOf(type: string): ReadonlySet<string> | undefined {
  const own = Object.hasOwn(PARAMETERS, type) ? PARAMETERS[type] : undefined;
  return own && new Set([...SHARED, ...own]);
}

/** Metadata fields that stay; `_source` and `_routing` with these members. */
export const METADATA_FIELDS: ReadonlyMap<string, readonly string[] | undefined> = new Map([
  ["_source", ["enabled", "includes", "excludes"]],
  ["_routing", ["required"]],
  ["_meta", undefined],
  ["_data_stream_timestamp", undefined],
]);

/** Types that a dynamic template may match. Upstream: DynamicTemplate.XContentFieldType. */
export const MATCH_MAPPING_TYPES: ReadonlySet<string> = new Set(
  "* object string long double boolean date binary".split(" "),
);

/** Similarities that need no setting. */
export const BUILT_IN_SIMILARITIES: ReadonlySet<string> = new Set(["BM25", "boolean"]);

/** Analyzers under their newer names; undefined: gone, and what stands for it. */
export const ANALYZER_NAMES: ReadonlyMap<string, string> = new Map([
  ["standard_html_strip", "standard"],
  ["default_index", "default"],
]);
