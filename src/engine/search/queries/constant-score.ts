// `constant_score`. Upstream: org.opensearch.index.query.ConstantScoreQueryBuilder.

import { ConstantScoreQuery } from "../../../lucene/search/index.ts";
import { buildQuery, type QueryParser } from "../query-builder.ts";

/** Parses `constant_score`. */
export const parseConstantScore: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "constant_score");
  if (Array.isArray(reader.take("filter"))) {
    throw reader.error("unexpected token [START_ARRAY]", "filter");
  }
  if (!reader.has("filter")) {
    reader.take("boost");
    reader.take("_name");
    reader.finish();
    throw reader.endError("[constant_score] requires a 'filter' element");
  }
  const filter = parser.parseInner(body, "filter");
  const builder = buildQuery(reader, (context) => new ConstantScoreQuery(filter.toQuery(context)));
  reader.finish();
  return builder;
};
