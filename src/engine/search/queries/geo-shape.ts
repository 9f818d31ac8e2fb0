// `geo_shape`. Upstream: org.opensearch.index.query.{GeoShapeQueryBuilder,
// VectorGeoShapeQueryProcessor}.

import { illegalArgument } from "../../../base/index.ts";
import {
  BooleanQuery,
  ConstantScoreQuery,
  LatLonShapeQuery,
  MatchNoDocsQuery,
  type Query,
  type ShapeRelation,
} from "../../../lucene/search/index.ts";
import { isXContentObject } from "../../../xcontent/index.ts";
import { parseGeoShape } from "../geo-shape-parser.ts";
import { buildQuery, type QueryParser, singleField } from "../query-builder.ts";

const RELATIONS: ReadonlySet<string> = new Set(["intersects", "disjoint", "within", "contains"]);

/** Parses `geo_shape`. */
export const parseGeoShapeQuery: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "geo_shape");
  const ignoreUnmapped = reader.takeBoolean("ignore_unmapped") ?? false;
  const field = singleField(reader, ["boost", "_name", "ignore_unmapped"]);
  const given = reader.take(field)!;
  if (!isXContentObject(given)) throw reader.unsupported(field);
  const inner = parser.reader(given, "geo_shape");
  if (inner.take("indexed_shape") !== undefined) {
    throw illegalArgument("[geo_shape] with [indexed_shape] is not supported");
  }
  inner.takeString("strategy");
  const relation = (inner.takeString("relation") ?? "intersects").toLowerCase();
  if (!RELATIONS.has(relation))
    throw inner.error(`Unknown shape operation [${relation} ]`, "relation");
  const shape = inner.take("shape");
  inner.finish();
  if (shape === undefined) throw illegalArgument("No Shape defined");
  const parts = parseGeoShape(shape);
  const builder = buildQuery(reader, (context) => {
    const type = context.fieldType(field);
    if (type === undefined) {
      if (ignoreUnmapped) return new MatchNoDocsQuery("unmapped geo field");
      throw context.exception(`failed to find type for field [${field}]`);
    }
    if (type.typeName !== "geo_shape" && type.typeName !== "geo_point") {
      const text = `Field [${field}] is of unsupported type [${type.typeName}] for [geo_shape] query`;
      throw context.exception(text);
    }
    if (type.typeName === "geo_point" && relation !== "intersects") {
      const text = `${relation.toUpperCase()} query relation not supported for Field [${field}].`;
      throw context.exception(text);
    }
    if (parts.length === 0) return new MatchNoDocsQuery("empty shape");
    const one = (some: typeof parts): Query =>
      new LatLonShapeQuery(type.name, relation as ShapeRelation, some);
    // A shape contains several when it contains each of them.
    if (relation !== "contains" || parts.length === 1) return new ConstantScoreQuery(one(parts));
    const clauses = parts.map((part) => ({ query: one([part]), occur: "must" as const }));
    return new ConstantScoreQuery(new BooleanQuery(clauses));
  });
  reader.finish();
  return builder;
};
