// `match`, `match_bool_prefix`, `match_phrase`, `match_phrase_prefix`.
// Upstream: org.opensearch.index.query.Match*QueryBuilder.

import { illegalArgument, VarveError } from "../../../base/index.ts";
import { BooleanQuery } from "../../../lucene/search/index.ts";
import { isXContentObject, type XContentValue } from "../../../xcontent/index.ts";
import { Fuzziness } from "../fuzziness.ts";
import { type MatchOptions, MatchQuery, type MatchType } from "../match-query.ts";
import { calculateMinShouldMatch } from "../minimum-should-match.ts";
import { type ObjectReader, textOf, toBoolean, toInteger } from "../object-reader.ts";
import { buildQuery, type QueryParser } from "../query-builder.ts";

interface Kind {
  readonly name: string;
  readonly type: MatchType;
  readonly known: readonly string[];
}

const COMMON = ["query", "analyzer", "boost", "_name"];
const FUZZY = [
  "fuzziness",
  "prefix_length",
  "max_expansions",
  "fuzzy_transpositions",
  "fuzzy_rewrite",
];

const MATCH: Kind = {
  name: "match",
  type: "boolean",
  known: [
    ...COMMON,
    ...FUZZY,
    "operator",
    "minimum_should_match",
    "lenient",
    "zero_terms_query",
    "auto_generate_synonyms_phrase_query",
    "cutoff_frequency",
  ],
};
const BOOL_PREFIX: Kind = {
  name: "match_bool_prefix",
  type: "boolean_prefix",
  known: [...COMMON, ...FUZZY, "operator", "minimum_should_match"],
};
const PHRASE: Kind = {
  name: "match_phrase",
  type: "phrase",
  known: [...COMMON, "slop", "zero_terms_query"],
};
const PHRASE_PREFIX: Kind = {
  name: "match_phrase_prefix",
  type: "phrase_prefix",
  known: [...COMMON, "slop", "max_expansions", "zero_terms_query"],
};

/** Parses `match`. */
export const parseMatch: QueryParser = parserOf(MATCH);
/** Parses `match_bool_prefix`. */
export const parseMatchBoolPrefix: QueryParser = parserOf(BOOL_PREFIX);
/** Parses `match_phrase`. */
export const parseMatchPhrase: QueryParser = parserOf(PHRASE);
/** Parses `match_phrase_prefix`. */
export const parseMatchPhrasePrefix: QueryParser = parserOf(PHRASE_PREFIX);

function parserOf(kind: Kind): QueryParser {
  return (body, parser) => {
    const outer = parser.reader(body, kind.name);
    const [field, second] = Object.keys(body);
    if (field === undefined) throw outer.endError("No text specified for text query");
    if (second !== undefined) {
      throw outer.error(
        `[${kind.name}] query doesn't support multiple fields, found [${field}] ` +
          `and [${second}]`,
        second,
      );
    }
    const given = body[field]!;
    const reader = isXContentObject(given)
      ? parser.reader(given, kind.name)
      : parser.reader({ query: given }, kind.name);
    refuseUnknown(reader, kind.known);
    const text = reader.take("query");
    if (text === undefined || text === null) {
      throw illegalArgument(`[${kind.name}] requires query value`);
    }
    if (typeof text === "object") {
      const token = Array.isArray(text) ? "START_ARRAY" : "START_OBJECT";
      throw reader.error(`[${kind.name}] unknown token [${token}] after [query]`, "query");
    }
    const options = matchOptions(reader);
    const analyzer = reader.takeString("analyzer");
    const minimum = reader.takeString("minimum_should_match");
    const builder = buildQuery(reader, (context) => {
      const named =
        analyzer === undefined
          ? options
          : { ...options, analyzer: context.analyzer(analyzer, kind.name) };
      const query = new MatchQuery(context, named).parse(kind.type, field, textOf(text))!;
      return minimum === undefined || !(query instanceof BooleanQuery)
        ? query
        : withMinimum(query, minimum);
    });
    return builder;
  };
}

function refuseUnknown(reader: ObjectReader, known: readonly string[]): void {
  const unknown = Object.keys(reader.object).find((key) => !known.includes(key));
  if (unknown !== undefined) throw reader.unsupported(unknown);
}

/** Sets the minimum on a boolean of terms. Upstream: Queries.maybeApplyMinimumShouldMatch. */
export function withMinimum(query: BooleanQuery, spec: string): BooleanQuery {
  const optional = query.clauses.filter(({ occur }) => occur === "should").length;
  const minimum = calculateMinShouldMatch(optional, spec);
  return minimum > 0 ? new BooleanQuery(query.clauses, minimum) : query;
}

/** Reads the options that the match queries share. */
export function matchOptions(reader: ObjectReader): MatchOptions {
  const read = <T>(key: string, convert: (value: XContentValue) => T): T | undefined => {
    const value = reader.take(key);
    return value === undefined || value === null ? undefined : convert(value);
  };
  const fuzziness = read("fuzziness", Fuzziness.parse);
  return {
    occur: read("operator", parseOperator) ?? "should",
    slop: nonNegative(reader, "slop") ?? 0,
    fuzziness,
    prefixLength: nonNegative(reader, "prefix_length") ?? 0,
    maxExpansions: read("max_expansions", toInteger) ?? 50,
    transpositions: read("fuzzy_transpositions", toBoolean) ?? true,
    lenient: read("lenient", toBoolean) ?? false,
    zeroTermsQuery: read("zero_terms_query", parseZeroTerms) ?? "none",
    autoGenerateSynonymsPhraseQuery: read("auto_generate_synonyms_phrase_query", toBoolean) ?? true,
  };
}

function nonNegative(reader: ObjectReader, key: string): number | undefined {
  const value = reader.takeInteger(key);
  if (value !== undefined && value < 0) {
    throw illegalArgument(
      key === "slop"
        ? "No negative slop allowed."
        : `[${reader.name}] requires ${key} to be non-negative.`,
    );
  }
  return value;
}

/** `and` or `or` as the kind of clause. */
export function parseOperator(value: XContentValue): "must" | "should" {
  const text = textOf(value).toUpperCase();
  if (text === "AND") return "must";
  if (text === "OR") return "should";
  throw illegalArgument(`No enum constant org.opensearch.index.query.Operator.${text}`);
}

function parseZeroTerms(value: XContentValue): "none" | "all" {
  const text = textOf(value).toLowerCase();
  if (text === "none" || text === "all") return text;
  throw new VarveError("invalid", `Unsupported zero_terms_query value [${textOf(value)}]`, {
    type: "parsing_exception",
  });
}
