// `term`. Upstream: org.opensearch.index.query.{TermQueryBuilder,BaseTermQueryBuilder}.

import { illegalArgument } from "../../../base/index.ts";
import { MatchNoDocsQuery } from "../../../lucene/search/index.ts";
import { isXContentObject, type XContentValue } from "../../../xcontent/index.ts";
import { type ObjectReader, toBoolean } from "../object-reader.ts";
import { buildQuery, type QueryBuilder, type QueryParser, singleField } from "../query-builder.ts";

/** Parses `term`. */
export const parseTerm: QueryParser = (body, parser) => {
  const outer = parser.reader(body, "term");
  const field = singleField(outer);
  const given = outer.take(field)!;
  if (given === null) throw illegalArgument("field name is null or empty");
  if (Array.isArray(given)) {
    throw outer.error("[term] query does not support array of values", field);
  }
  if (!isXContentObject(given)) return termQuery(outer, outer, field, given, false);
  const reader = parser.reader(given, "term");
  const value = reader.take("value") ?? reader.take("term");
  const caseInsensitive = toBoolean(reader.take("case_insensitive") ?? false);
  const builder = termQuery(outer, reader, field, value ?? null, caseInsensitive);
  reader.finish();
  return builder;
};

function termQuery(
  outer: ObjectReader,
  reader: ObjectReader,
  field: string,
  value: XContentValue,
  caseInsensitive: boolean,
): QueryBuilder {
  if (value === null) throw illegalArgument("value cannot be null");
  const builder = buildQuery(
    outer.has("boost") || outer.has("_name") ? outer : reader,
    (context) => {
      const type = context.fieldType(field);
      if (type === undefined) {
        return new MatchNoDocsQuery(`unmapped field [${field}]`);
      }
      return caseInsensitive
        ? type.termQueryCaseInsensitive(value, context)
        : type.termQuery(value, context);
    },
  );
  return builder;
}
