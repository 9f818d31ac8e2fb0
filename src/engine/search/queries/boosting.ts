// `boosting`. Upstream: org.opensearch.index.query.BoostingQueryBuilder.

import { BoostingQuery } from "../../../lucene/search/index.ts";
import { buildQuery, type QueryParser } from "../query-builder.ts";

/** Parses `boosting`. */
export const parseBoosting: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "boosting");
  const parts = ["positive", "negative"].map((key) =>
    reader.take(key) === undefined ? undefined : parser.parseInner(body, key),
  );
  const [positive, negative] = parts;
  const negativeBoost = reader.takeNumber("negative_boost");
  const builder = buildQuery(
    reader,
    (context) =>
      new BoostingQuery(positive!.toQuery(context), negative!.toQuery(context), negativeBoost!),
  );
  reader.finish();
  if (positive === undefined) {
    throw reader.endError("[boosting] query requires 'positive' query to be set'");
  }
  if (negative === undefined) {
    throw reader.endError("[boosting] query requires 'negative' query to be set'");
  }
  if (negativeBoost === undefined || negativeBoost < 0) {
    throw reader.endError(
      "[boosting] query requires 'negative_boost' to be set to be a positive " + "value'",
    );
  }
  return builder;
};
