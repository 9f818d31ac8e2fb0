// `ids`. Upstream: org.opensearch.index.query.IdsQueryBuilder.

import { MatchNoDocsQuery, TermInSetQuery } from "../../../lucene/search/index.ts";
import { encodeUid } from "../../mapping/index.ts";
import { buildQuery, type QueryParser } from "../query-builder.ts";

/** Parses `ids`. */
export const parseIds: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "ids");
  const values = reader.takeStrings("values") ?? [];
  const builder = buildQuery(reader, () =>
    values.length === 0
      ? new MatchNoDocsQuery('Missing ids in "ids" query.')
      : new TermInSetQuery("_id", values.map(encodeUid)),
  );
  reader.finishWrapped();
  return builder;
};
