// `bool`. Upstream: org.opensearch.index.query.BoolQueryBuilder.

import { VarveError } from "../../../base/index.ts";
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

import { tokenName, type XContentLocation, xContentParseException } from "../source-location.ts";

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
  if (Array.isArray(value))
    return value.map((_, index) => parseClause(reader, parser, key, value, index));
  if (isXContentObject(value)) return [parseClause(reader, parser, key, reader.object, key)];
  const place = reader.source.locate(reader.object, key, "value");
  throw xContentParseException(
    `[bool] ${key} doesn't support values of type: ${tokenName(value)}`,
    place,
  );
}

/** Parses one clause; what fails in it is the cause of a failure to parse the member. */
function parseClause(
  reader: ObjectReader,
  parser: QueryParseContext,
  key: string,
  container: object,
  index: string | number,
): QueryBuilder {
  try {
    return parser.parseInner(container, index);
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    throw failedClause(reader, key, error, placeOf(error) ?? endOfBody(reader, container, index));
  }
}

/** The place that an error names itself. */
function placeOf({ metadata, message }: VarveError): XContentLocation | undefined {
  const { line, col } = metadata;
  if (typeof line === "number" && typeof col === "number") return { line, column: col };
  const shown = /^\[(\d+):(\d+)\] /.exec(message);
  return shown === null ? undefined : { line: Number(shown[1]), column: Number(shown[2]) };
}

function endOfBody(
  reader: ObjectReader,
  container: object,
  index: string | number,
): XContentLocation {
  const clause = (container as Record<string | number, unknown>)[index];
  const body = Object.values((clause ?? {}) as object)[0];
  const owner = typeof body === "object" && body !== null ? body : container;
  return reader.source.locate(owner, "", "end");
}

function failedClause(
  reader: ObjectReader,
  key: string,
  error: VarveError,
  place: XContentLocation,
): VarveError {
  const { root_cause, ...metadata } = error.metadata;
  const cause = new VarveError(error.kind, error.message, {
    ...(error.type === undefined ? {} : { type: error.type }),
    metadata,
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  });
  const own = { type: error.type, reason: error.message, ...metadata };
  const root = root_cause ?? (error.type === "parsing_exception" ? [own] : undefined);
  return new VarveError(
    "invalid",
    `[${place.line}:${place.column}] [${reader.name}] failed to parse field [${key}]`,
    {
      type: "x_content_parse_exception",
      cause,
      ...(root === undefined ? {} : { metadata: { root_cause: root } }),
    },
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
