// `terms`. Upstream: org.opensearch.index.query.TermsQueryBuilder.

import { illegalArgument } from "../../../base/index.ts";
import { MatchNoDocsQuery } from "../../../lucene/search/index.ts";
import { buildQuery, type QueryParser } from "../query-builder.ts";
import { parsingException } from "../source-location.ts";

const TERMS_MAX = 65_536;

/** Parses `terms`. */
export const parseTerms: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "terms");
  const known = new Set(["boost", "_name", "value_type"]);
  const fields = Object.keys(body).filter((key) => !known.has(key));
  const [field, second] = fields;
  if (field === undefined) {
    throw reader.endError(
      "[terms] query requires a field name, followed by array of terms or a " +
        "document lookup specification",
    );
  }
  if (second !== undefined) {
    throw reader.error(`[terms] query does not support multiple fields`, second);
  }
  const values = reader.take(field)!;
  if (!Array.isArray(values)) {
    if (typeof values === "object" && values !== null) {
      throw illegalArgument("[terms] lookup is not supported");
    }
    throw reader.unsupported(field);
  }
  const missing = values.indexOf(null);
  if (missing >= 0) {
    const place = reader.source.locate(values, missing, "value");
    throw parsingException("No value specified for terms query", place);
  }
  reader.take("value_type");
  const builder = buildQuery(reader, (context) => {
    const max = context.settings.getInt("index.max_terms_count", TERMS_MAX);
    if (values.length > max) {
      throw illegalArgument(
        `The number of terms [${values.length}] used in the Terms Query request ` +
          `has exceeded the allowed maximum of [${max}]. This maximum can be set by changing the ` +
          "[index.max_terms_count] index level setting.",
      );
    }
    if (values.length === 0) return new MatchNoDocsQuery('No terms supplied for "terms" query.');
    const type = context.fieldType(field);
    if (type === undefined) return new MatchNoDocsQuery(`unmapped field [${field}]`);
    return type.termsQuery(values, context);
  });
  reader.finish();
  return builder;
};
