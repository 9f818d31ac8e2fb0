// `query_string`. Upstream: org.opensearch.index.query.QueryStringQueryBuilder.

import { illegalArgument, VarveError } from "../../../base/index.ts";
import {
  BooleanQuery,
  BoostQuery,
  MatchAllDocsQuery,
  type Query,
} from "../../../lucene/search/index.ts";
import { defaultFields, parseFieldWeights, resolveFields } from "../field-names.ts";
import { Fuzziness } from "../fuzziness.ts";
import { defaultTieBreaker, parseMultiMatchType } from "../multi-match.ts";
import type { ObjectReader } from "../object-reader.ts";
import { buildQuery, type QueryParser } from "../query-builder.ts";
import type { QueryShardContext } from "../query-shard-context.ts";
import { type QueryStringOptions, QueryStringParser } from "../query-string-parser.ts";
import { parseOperator, withMinimum } from "./match.ts";

/** Parses `query_string`. */
export const parseQueryString: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "query_string");
  const text = reader.takeString("query");
  const fields = reader.takeStrings("fields") ?? [];
  const minimum = reader.takeString("minimum_should_match");
  const isEscaped = reader.takeBoolean("escape") ?? false;
  const optionsOf = readOptions(reader, fields);
  const builder = buildQuery(reader, (context) => {
    const query = text!;
    const escaped = isEscaped ? query.replace(/[\\+\-!():^[\]"{}~*?|&/]/g, "\\$&") : query;
    const made = parseOn(context, escaped, query, optionsOf(context));
    return fixUp(made, minimum);
  });
  reader.finish();
  if (text === undefined) throw reader.endError("[query_string] must be provided with a [query]");
  return builder;
};

function parseOn(
  context: QueryShardContext,
  text: string,
  shown: string,
  options: QueryStringOptions,
): Query {
  try {
    return new QueryStringParser(context, options).parse(text);
  } catch (error) {
    if (!(error instanceof VarveError) || error.type !== "parse_exception") throw error;
    throw context.exception(`Failed to parse query [${shown}]`, error);
  }
}

/** Prohibitions alone mean everything but; the minimum goes to the boolean inside of boosts. */
function fixUp(query: Query, minimum: string | undefined): Query {
  if (query instanceof BoostQuery) return new BoostQuery(fixUp(query.query, minimum), query.boost);
  if (!(query instanceof BooleanQuery) || query.clauses.length === 0) return query;
  const negative = query.clauses.every(({ occur }) => occur === "must_not");
  const fixed = negative
    ? new BooleanQuery([...query.clauses, { query: new MatchAllDocsQuery(), occur: "filter" }])
    : query;
  return minimum === undefined ? fixed : withMinimum(fixed, minimum);
}

function readOptions(
  reader: ObjectReader,
  fields: readonly string[],
): (context: QueryShardContext) => QueryStringOptions {
  const defaultField = reader.takeString("default_field");
  const lenient = reader.takeBoolean("lenient");
  const type = parseMultiMatchType(reader.takeString("type") ?? "best_fields");
  const analyzer = reader.takeString("analyzer");
  const quoteAnalyzer = reader.takeString("quote_analyzer");
  const fuzziness = reader.take("fuzziness");
  const allowLeading = reader.takeBoolean("allow_leading_wildcard");
  const shared = {
    operator: parseOperator(reader.takeString("default_operator") ?? "or"),
    type,
    tieBreaker: reader.takeNumber("tie_breaker") ?? defaultTieBreaker(type),
    phraseSlop: reader.takeInteger("phrase_slop") ?? 0,
    quoteFieldSuffix: reader.takeString("quote_field_suffix"),
    fuzziness: fuzziness === undefined ? Fuzziness.AUTO : Fuzziness.parse(fuzziness),
    fuzzyPrefixLength: reader.takeInteger("fuzzy_prefix_length") ?? 0,
    fuzzyMaxExpansions: reader.takeInteger("fuzzy_max_expansions") ?? 50,
    fuzzyTranspositions: reader.takeBoolean("fuzzy_transpositions") ?? true,
    timeZone: reader.takeString("time_zone"),
    autoGenerateSynonymsPhraseQuery:
      reader.takeBoolean("auto_generate_synonyms_phrase_query") ?? true,
  };
  for (const ignored of [
    "analyze_wildcard",
    "enable_position_increments",
    "rewrite",
    "fuzzy_rewrite",
    "max_determinized_states",
  ])
    reader.take(ignored);
  if (fields.length > 0 && defaultField !== undefined) {
    throw illegalArgument("cannot use [fields] parameter in conjunction with [default_field]");
  }
  return (context) => {
    const names = fields.length > 0 ? fields : defaultFields(context);
    const single = defaultField ?? (names.length === 1 && names[0] === "*" ? "*" : undefined);
    const isLenient =
      lenient ??
      (single === "*" ||
        (names.includes("*") && defaultField === undefined) ||
        context.settings.getBoolean("index.query_string.lenient", false));
    const named = (name: string | undefined) =>
      name === undefined ? undefined : context.analyzer(name, "query_string");
    return {
      ...shared,
      defaultField: single,
      weights:
        single === undefined
          ? resolveFields(context, parseFieldWeights(names))
          : new Map<string, number>(),
      lenient: isLenient,
      analyzer: named(analyzer),
      quoteAnalyzer: named(quoteAnalyzer),
      allowLeadingWildcard:
        allowLeading ??
        context.settings.getBoolean("indices.query.query_string.allowLeadingWildcard", true),
    };
  };
}
