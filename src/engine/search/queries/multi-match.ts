// `multi_match`. Upstream: org.opensearch.index.query.MultiMatchQueryBuilder.

import { MatchNoDocsQuery } from "../../../lucene/search/index.ts";
import { defaultFields, parseFieldWeights, resolveFields } from "../field-names.ts";
import { multiMatchQuery, parseMultiMatchType } from "../multi-match.ts";
import { textOf } from "../object-reader.ts";
import { buildQuery, type QueryParser } from "../query-builder.ts";
import { matchOptions } from "./match.ts";

/** Parses `multi_match`. */
export const parseMultiMatch: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "multi_match");
  const fields = reader.takeStrings("fields") ?? [];
  const text = reader.take("query");
  const type = parseMultiMatchType(reader.takeString("type") ?? "best_fields");
  const analyzer = reader.takeString("analyzer");
  const lenient = reader.takeBoolean("lenient");
  const tieBreaker = reader.takeNumber("tie_breaker");
  const minimumShouldMatch = reader.takeString("minimum_should_match");
  reader.takeString("fuzzy_rewrite");
  const options = matchOptions(reader);
  if (text === undefined || text === null) {
    throw reader.endError("No text specified for multi_match query");
  }
  const exact = ["cross_fields", "phrase", "phrase_prefix"].includes(type);
  if (options.fuzziness !== undefined && exact) {
    throw reader.endError(`Fuzziness not allowed for type [${type}]`);
  }
  if ((options.slop ?? 0) !== 0 && type === "bool_prefix") {
    throw reader.endError("[slop] not allowed for type [bool_prefix]");
  }
  const builder = buildQuery(reader, (context) => {
    const names = fields.length > 0 ? fields : defaultFields(context);
    const weights = resolveFields(context, parseFieldWeights(names));
    const everyField = names.length === 1 && names[0] === "*";
    const named =
      analyzer === undefined ? {} : { analyzer: context.analyzer(analyzer, "multi_match") };
    return (
      multiMatchQuery(context, type, weights, textOf(text), {
        ...options,
        ...named,
        tieBreaker,
        minimumShouldMatch,
        lenient: lenient ?? everyField,
      }) ?? new MatchNoDocsQuery("no terms")
    );
  });
  reader.finish();
  return builder;
};
