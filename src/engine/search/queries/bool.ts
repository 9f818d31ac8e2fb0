// `bool`. Upstream: org.opensearch.index.query.BoolQueryBuilder.

import {
  type BooleanClause,
  BooleanQuery,
  MatchAllDocsQuery,
  type Occur,
} from "../../../lucene/search/index.ts";
import { isXContentObject } from "../../../xcontent/index.ts";
import { applyMinimumShouldMatch } from "../minimum-should-match.ts";
import type { ObjectReader } from "../object-reader.ts";
import {
  buildQuery,
  type QueryBuilder,
  type QueryParseContext,
  type QueryParser,
} from "../query-builder.ts";

import { tokenName, xContentParseException } from "../source-location.ts";

const OCCURS: readonly [string, Occur][] = [
  ["must", "must"],
  ["filter", "filter"],
  ["should", "should"],
  ["must_not", "must_not"],
  ["mustNot", "must_not"],
];

interface ParsedClause {
  readonly occur: Occur;
  readonly builder: QueryBuilder;
}

/** Parses `bool`. */
export const parseBool: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "bool");
  const clauses: ParsedClause[] = [];
  for (const [key, occur] of OCCURS) {
    for (const builder of parseClauses(reader, parser, key)) clauses.push({ occur, builder });
  }
  const minimum = reader.takeString("minimum_should_match");
  const adjust = reader.takeBoolean("adjust_pure_negative") ?? true;
  const builder = buildQuery(reader, (context) => {
    const made: BooleanClause[] = clauses.map((clause) => ({
      occur: clause.occur,
      query: clause.builder.toQuery(context),
    }));
    if (made.length === 0) return new MatchAllDocsQuery();
    const query = applyMinimumShouldMatch(made, minimum);
    return adjust ? fixNegativeQuery(query) : query;
  });
  reader.finishStrict();
  return builder;
};

function parseClauses(
  reader: ObjectReader,
  parser: QueryParseContext,
  key: string,
): QueryBuilder[] {
  const value = reader.take(key);
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.map((_, index) => parser.parseInner(value, index));
  if (isXContentObject(value)) return [parser.parseInner(reader.object, key)];
  const place = reader.source.locate(reader.object, key, "value");
  throw xContentParseException(
    `[bool] ${key} doesn't support values of type: ${tokenName(value)}`,
    place,
  );
}

/** A query of prohibitions only means: everything but. */
function fixNegativeQuery(query: BooleanQuery): BooleanQuery {
  if (!query.clauses.every(({ occur }) => occur === "must_not")) return query;
  return new BooleanQuery(
    [...query.clauses, { query: new MatchAllDocsQuery(), occur: "filter" }],
    query.minimumShouldMatch,
  );
}
