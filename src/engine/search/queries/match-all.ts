// `match_all` and `match_none`. Upstream: MatchAllQueryBuilder, MatchNoneQueryBuilder.

import { MatchAllDocsQuery, MatchNoDocsQuery } from "../../../lucene/search/index.ts";
import type { ObjectReader } from "../object-reader.ts";
import { buildQuery, type QueryParser } from "../query-builder.ts";
import { parsingException, xContentParseException } from "../source-location.ts";

export const parseMatchAll: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "match_all");
  const builder = buildQuery(reader, () => new MatchAllDocsQuery());
  refuseUnknown(reader);
  return builder;
};

export const parseMatchNone: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "match_none");
  const builder = buildQuery(reader, () => new MatchNoDocsQuery("User requested \"match_none\" query."));
  refuseUnknown(reader);
  return builder;
};

/** Upstream wraps the object parser's exception in one that points at the value. */
function refuseUnknown(reader: ObjectReader): void {
  const unknown = reader.unknown()[0];
  if (unknown === undefined) return;
  const name = reader.source.locate(reader.object, unknown, "name");
  const cause = xContentParseException(`[${reader.name}] unknown field [${unknown}]`, name);
  const place = reader.source.locate(reader.object, unknown, "value");
  throw parsingException(cause.message, place, cause);
}
