// Parameters that text-like fields share. Upstream: org.opensearch.index.mapper.TextParams.

import { mapperParsing } from "../mapper-errors.ts";
import { javaString } from "../node-values.ts";
import type { FieldValues, MappingContext, Parameter } from "../parameters.ts";
import { analyzerParameter, booleanParameter, restrictedStringParameter } from "../parameters.ts";

/** Similarities of a server without plugins; others come from `index.similarity.*`. */
const SIMILARITIES = new Set(["BM25", "boolean"]);

/** `similarity`: null is the index's default. */
export const SIMILARITY: Parameter = {
  name: "similarity",
  updateable: false,
  acceptsNull: true,
  defaultValue: () => null,
  parse: (node, context, fieldName) => {
    if (node === null) return null;
    const name = javaString(node);
    const known =
      SIMILARITIES.has(name) ||
      context.restored ||
      context.settings.has(`index.similarity.${name}.type`);
    if (known) return name;
    throw mapperParsing(`Unknown Similarity type [${name}] for field [${fieldName}]`);
  },
};

/** `norms`, on by default; may be switched off, never on. */
export const NORMS = booleanParameter("norms", true, true, {
  canMerge: (before, after) => before === after || (before === true && after === false),
});

/** `index_options`. */
export const INDEX_OPTIONS = restrictedStringParameter("index_options", false, [
  "positions",
  "docs",
  "freqs",
  "offsets",
]);

/** `term_vector`. */
export const TERM_VECTOR = restrictedStringParameter("term_vector", false, [
  "no",
  "yes",
  "with_positions",
  "with_offsets",
  "with_positions_offsets",
  "with_positions_payloads",
  "with_positions_offsets_payloads",
]);

/** Names of the three analyzers of a field, defaults followed. */
export function analyzerNames(values: FieldValues): {
  index: string;
  search: string;
  searchQuote: string;
} {
  const index = values.optionalString("analyzer") ?? "default";
  const search =
    values.optionalString("search_analyzer") ??
    configured(values.context, "default_search") ??
    index;
  const searchQuote =
    values.optionalString("search_quote_analyzer") ??
    configured(values.context, "default_search_quoted") ??
    search;
  return { index, search, searchQuote };
}

function configured(context: MappingContext, name: string): string | undefined {
  const prefix = `index.analysis.analyzer.${name}.`;
  const isSet = context.settings.has(`${prefix}type`) || context.settings.has(`${prefix}tokenizer`);
  return isSet ? name : undefined;
}

const orDefault = (value: unknown) => (typeof value === "string" ? value : "default");

/** `analyzer`, `search_analyzer`, `search_quote_analyzer`. */
export const ANALYZERS: readonly Parameter[] = [
  {
    ...analyzerParameter(
      "analyzer",
      false,
      () => "default",
      (values) => {
        const names = analyzerNames(values);
        return names.search !== names.index || names.searchQuote !== names.index;
      },
    ),
    conflictText: orDefault,
  },
  {
    ...analyzerParameter(
      "search_analyzer",
      true,
      () => undefined,
      (values) => {
        const names = analyzerNames(values);
        return names.searchQuote !== names.search;
      },
    ),
    show: (_value, values) => analyzerNames(values).search,
    conflictText: orDefault,
  },
  {
    ...analyzerParameter("search_quote_analyzer", true, () => undefined),
    show: (_value, values) => analyzerNames(values).searchQuote,
    conflictText: orDefault,
  },
];
