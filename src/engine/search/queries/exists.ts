// `exists`. Upstream: org.opensearch.index.query.ExistsQueryBuilder.

import { illegalArgument } from "../../../base/index.ts";
import {
  BooleanQuery,
  ConstantScoreQuery,
  MatchNoDocsQuery,
  type Query,
} from "../../../lucene/search/index.ts";
import { buildQuery, type QueryParser } from "../query-builder.ts";
import type { QueryShardContext } from "../query-shard-context.ts";

/** Parses `exists`. */
export const parseExists: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "exists");
  const field = reader.takeString("field");
  const builder = buildQuery(reader, (context) => existsQuery(context, field!));
  reader.finish();
  if (field === undefined) throw reader.endError("[exists] must be provided with a [field]");
  if (field === "") throw illegalArgument("field name is null or empty");
  return builder;
};

/** Docs that have the field, or any field below it where it is an object, or match its pattern. */
export function existsQuery(context: QueryShardContext, pattern: string): Query {
  const names = context.mapper.documentMapping.objects.has(pattern)
    ? context.fieldNames(`${pattern}.*`)
    : context.fieldNames(pattern);
  const queries = names
    .map((name) => context.fieldType(name))
    .filter((type) => type !== undefined)
    .filter((type) => !type.name.startsWith("_") || type.name === pattern)
    .map((type) => type.existsQuery(context));
  if (queries.length === 0)
    return new MatchNoDocsQuery(`No field "${pattern}" exists in mappings.`);
  if (queries.length === 1) return new ConstantScoreQuery(queries[0]!);
  return new ConstantScoreQuery(
    new BooleanQuery(queries.map((query) => ({ query, occur: "should" as const }))),
  );
}
