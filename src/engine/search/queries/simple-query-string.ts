// `simple_query_string`. Upstream: org.opensearch.index.query.SimpleQueryStringBuilder.

import { illegalArgument } from "../../../base/index.ts";
import { BooleanQuery } from "../../../lucene/search/index.ts";
import { defaultFields, parseFieldWeights, resolveFields } from "../field-names.ts";
import type { ObjectReader } from "../object-reader.ts";
import { buildQuery, type QueryParser } from "../query-builder.ts";
import { SIMPLE_FLAGS, SimpleQueryParser } from "../simple-query-parser.ts";
import { parseOperator, withMinimum } from "./match.ts";

/** Parses `simple_query_string`. */
export const parseSimpleQueryString: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "simple_query_string");
  const text = reader.takeString("query");
  const fields = reader.takeStrings("fields") ?? [];
  const operator = parseOperator(reader.takeString("default_operator") ?? "or");
  const analyzer = reader.takeString("analyzer");
  const lenient = reader.takeBoolean("lenient");
  const minimum = reader.takeString("minimum_should_match");
  const shared = {
    operator,
    flags: parseFlags(reader),
    quoteFieldSuffix: reader.takeString("quote_field_suffix") ?? "",
    fuzzyPrefixLength: reader.takeInteger("fuzzy_prefix_length") ?? 0,
    fuzzyMaxExpansions: reader.takeInteger("fuzzy_max_expansions") ?? 50,
    fuzzyTranspositions: reader.takeBoolean("fuzzy_transpositions") ?? true,
    autoGenerateSynonymsPhraseQuery:
      reader.takeBoolean("auto_generate_synonyms_phrase_query") ?? true,
  };
  reader.take("analyze_wildcard");
  const builder = buildQuery(reader, (context) => {
    const names = fields.length > 0 ? fields : defaultFields(context);
    const query = new SimpleQueryParser(context, {
      ...shared,
      weights: resolveFields(context, parseFieldWeights(names)),
      lenient: lenient ?? names.includes("*"),
      analyzer:
        analyzer === undefined ? undefined : context.analyzer(analyzer, "simple_query_string"),
    }).parse(text!);
    return minimum !== undefined && query instanceof BooleanQuery
      ? withMinimum(query, minimum)
      : query;
  });
  reader.finish();
  if (text === undefined) throw reader.endError("[simple_query_string] query text missing");
  return builder;
};

function parseFlags(reader: ObjectReader): number {
  const given = reader.take("flags");
  if (given === undefined || given === null) return SIMPLE_FLAGS["ALL"]!;
  if (typeof given === "number") return given < 0 ? SIMPLE_FLAGS["ALL"]! : given;
  let flags = 0;
  for (const name of String(given).split("|")) {
    if (name === "") continue;
    const flag = SIMPLE_FLAGS[name.toUpperCase()];
    if (flag === undefined) {
      throw illegalArgument(`Unknown simple_query_string flag [${name}]`);
    }
    flags |= flag;
  }
  return flags;
}
