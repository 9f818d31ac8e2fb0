// `fuzzy`. Upstream: org.opensearch.index.query.FuzzyQueryBuilder.

import { illegalArgument } from "../../../base/index.ts";
import { MatchNoDocsQuery } from "../../../lucene/search/index.ts";
import { isXContentObject } from "../../../xcontent/index.ts";
import { Fuzziness } from "../fuzziness.ts";
import { textOf } from "../object-reader.ts";
import { buildQuery, type QueryParser, singleField } from "../query-builder.ts";

/** Parses `fuzzy`. */
export const parseFuzzy: QueryParser = (body, parser) => {
  const outer = parser.reader(body, "fuzzy");
  const field = singleField(outer);
  const given = outer.take(field)!;
  if (Array.isArray(given)) {
    throw outer.error(`[fuzzy] unexpected token [START_ARRAY] after [${field}]`, field);
  }
  const reader = isXContentObject(given)
    ? parser.reader(given, "fuzzy")
    : parser.reader({ value: given }, "fuzzy");
  const value = reader.take("value") ?? reader.take("term");
  const fuzziness = reader.take("fuzziness");
  const prefixLength = reader.takeInteger("prefix_length") ?? 0;
  const maxExpansions = reader.takeInteger("max_expansions") ?? 50;
  const transpositions = reader.takeBoolean("transpositions") ?? true;
  reader.takeString("rewrite");
  if (value === undefined || value === null) throw illegalArgument("query value cannot be null");
  const edits = fuzziness === undefined ? Fuzziness.AUTO : Fuzziness.parse(fuzziness);
  const builder = buildQuery(reader, (context) => {
    const type = context.fieldType(field);
    if (type === undefined) return new MatchNoDocsQuery(`unmapped field [${field}]`);
    return type.fuzzyQuery(
      value,
      {
        maxEdits: edits.asDistance(textOf(value)),
        prefixLength,
        maxExpansions,
        transpositions,
      },
      context,
    );
  });
  reader.finish();
  return builder;
};
