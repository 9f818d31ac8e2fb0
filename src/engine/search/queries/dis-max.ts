// `dis_max`. Upstream: org.opensearch.index.query.DisMaxQueryBuilder.

import { DisjunctionMaxQuery } from "../../../lucene/search/index.ts";
import { buildQuery, type QueryParser } from "../query-builder.ts";

/** Parses `dis_max`. */
export const parseDisMax: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "dis_max");
  const list = reader.take("queries");
  const tieBreaker = reader.takeNumber("tie_breaker") ?? 0;
  const queries = Array.isArray(list)
    ? list.map((_, index) => parser.parseInner(list, index))
    : list === undefined
      ? []
      : [parser.parseInner(body, "queries")];
  const builder = buildQuery(
    reader,
    (context) =>
      new DisjunctionMaxQuery(
        queries.map((query) => query.toQuery(context)),
        tieBreaker,
      ),
  );
  reader.finish();
  if (queries.length === 0) {
    throw reader.endError("[dis_max] requires 'queries' field with at least one clause");
  }
  return builder;
};
