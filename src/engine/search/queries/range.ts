// `range`. Upstream: org.opensearch.index.query.RangeQueryBuilder.

import { illegalArgument, VarveError } from "../../../base/index.ts";
import { MatchNoDocsQuery } from "../../../lucene/search/index.ts";
import { isXContentObject, type XContentValue } from "../../../xcontent/index.ts";
import { type ObjectReader, textOf, toBoolean } from "../object-reader.ts";
import { buildQuery, type QueryParser, singleField } from "../query-builder.ts";
import type { RangeArguments } from "../search-field-type.ts";

const RELATIONS = ["intersects", "within", "contains", "disjoint"] as const;

/** Parses `range`. */
export const parseRange: QueryParser = (body, parser) => {
  const outer = parser.reader(body, "range");
  const field = singleField(outer);
  const given = outer.take(field)!;
  if (!isXContentObject(given)) throw outer.unsupported(field);
  const reader = parser.reader(given, "range");
  const range = readRange(reader);
  const named = outer.has("_name") ? outer : reader;
  const builder = buildQuery(named, (context) => {
    const type = context.fieldType(field);
    if (type === undefined) return new MatchNoDocsQuery(`unmapped field [${field}]`);
    try {
      return type.rangeQuery(range, context);
    } catch (error) {
      // Upstream reads dates when it rewrites the query, before it can fail to create one.
      if (error instanceof VarveError && error.type === "parse_exception") context.raw.add(error);
      throw error;
    }
  });
  reader.take("boost");
  reader.take("_name");
  reader.finish();
  return builder;
};

function readRange(reader: ObjectReader): RangeArguments {
  let from: XContentValue | undefined = reader.take("from") ?? undefined;
  let to: XContentValue | undefined = reader.take("to") ?? undefined;
  let includeLower = toBoolean(reader.take("include_lower") ?? true);
  let includeUpper = toBoolean(reader.take("include_upper") ?? true);
  for (const [key, include] of [
    ["gt", false],
    ["gte", true],
  ] as const) {
    if (!reader.has(key)) continue;
    from = reader.take(key) ?? undefined;
    includeLower = include;
  }
  for (const [key, include] of [
    ["lt", false],
    ["lte", true],
  ] as const) {
    if (!reader.has(key)) continue;
    to = reader.take(key) ?? undefined;
    includeUpper = include;
  }
  return {
    from,
    to,
    includeLower,
    includeUpper,
    relation: parseRelation(reader.takeString("relation")),
    timeZone: reader.takeString("time_zone"),
    format: reader.takeString("format"),
  };
}

function parseRelation(text: string | undefined): RangeArguments["relation"] {
  if (text === undefined) return undefined;
  const relation = RELATIONS.find((name) => name === textOf(text).toLowerCase());
  if (relation === undefined) throw illegalArgument(`${text} is not a valid relation`);
  if (relation === "disjoint") {
    throw illegalArgument("[range] query does not support relation [disjoint]");
  }
  return relation;
}
