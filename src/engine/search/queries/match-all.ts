// `match_all` and `match_none`. Upstream: MatchAllQueryBuilder, MatchNoneQueryBuilder.

import { MatchAllDocsQuery, MatchNoDocsQuery } from "../../../lucene/search/index.ts";
import { buildQuery, type QueryParser } from "../query-builder.ts";

/** Parses `match_all`. */
export const parseMatchAll: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "match_all");
  const builder = buildQuery(reader, () => new MatchAllDocsQuery());
  reader.finishWrapped();
  return builder;
};

/** Parses `match_none`. */
export const parseMatchNone: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "match_none");
  const reason = 'User requested "match_none" query.';
  const builder = buildQuery(reader, () => new MatchNoDocsQuery(reason));
  reader.finishWrapped();
  return builder;
};
