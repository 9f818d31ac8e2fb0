// `ids`. Upstream: org.opensearch.index.query.IdsQueryBuilder.

import { MatchNoDocsQuery } from "../../../lucene/search/index.ts";
import { buildQuery, type QueryParser } from "../query-builder.ts";

/** Parses `ids`. */
export const parseIds: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "ids");
  const values = reader.takeStrings("values") ?? [];
  const builder = buildQuery(reader, (context) =>
    values.length === 0
      ? new MatchNoDocsQuery('Missing ids in "ids" query.')
      : context.fieldType("_id")!.termsQuery(values, context),
  );
  reader.finishWrapped();
  return builder;
};
