// `has_child`, `has_parent`, `parent_id`: queries over the relations of a join field.
// Upstream: org.opensearch.join.query.{HasChild,HasParent,ParentId}QueryBuilder (parent-join).

import { illegalArgument } from "../../../base/index.ts";
import {
  type BlockJoinScoreMode,
  BooleanQuery,
  JOIN_MAX,
  JoinQuery,
  MatchNoDocsQuery,
  type Query,
} from "../../../lucene/search/index.ts";
import { JoinFieldType, type JoinRelation } from "../../mapping/index.ts";
import type { ObjectReader } from "../object-reader.ts";
import { buildQuery, type QueryBuilder, type QueryParser } from "../query-builder.ts";
import type { QueryShardContext } from "../query-shard-context.ts";

const SCORE_MODES: Readonly<Record<string, BlockJoinScoreMode>> = {
  none: "none",
  min: "min",
  max: "max",
  avg: "avg",
  sum: "total",
};

/** Parses `has_child`: parents by their children. */
export const parseHasChild: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "has_child");
  const type = reader.takeString("type");
  const modeName = reader.takeString("score_mode") ?? "none";
  const min = reader.takeInteger("min_children") ?? 1;
  const max = reader.takeInteger("max_children") ?? JOIN_MAX;
  const ignoreUnmapped = reader.takeBoolean("ignore_unmapped") ?? false;
  refuseInnerHits(reader);
  const inner = reader.take("query") === undefined ? undefined : parser.parseInner(body, "query");
  const scoreMode = SCORE_MODES[modeName];
  if (scoreMode === undefined) {
    throw illegalArgument(`No score mode for child query [${modeName}] found`);
  }
  const builder = buildQuery(reader, (context) => {
    const relation = relationOf(context, reader.name, ignoreUnmapped, (join) => ({
      relation: join.withChild(type!),
      missing: `[has_child] join field [${join.name}] doesn't hold [${type}] as a child`,
    }));
    if (relation === undefined) return new MatchNoDocsQuery(`unmapped child [${type}]`);
    const from = filtered(inner!, context, relation.childFilter(type!));
    // A parent without children is no match, whatever the minimum says.
    const options = { scoreMode, min, max };
    return new JoinQuery(relation.idField.name, from, relation.parentFilter(), options);
  });
  reader.finish();
  requireBoth(reader, "type", type, inner);
  if (min < 0) throw illegalArgument("[has_child] requires non-negative 'min_children' field");
  if (max < 0) throw illegalArgument("[has_child] requires non-negative 'max_children' field");
  if (max < min) throw illegalArgument("[has_child] 'max_children' is less than 'min_children'");
  return builder;
};

/** Parses `has_parent`: children by their parent. */
export const parseHasParent: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "has_parent");
  const type = reader.takeString("parent_type");
  const isScored = reader.takeBoolean("score") ?? false;
  const ignoreUnmapped = reader.takeBoolean("ignore_unmapped") ?? false;
  refuseInnerHits(reader);
  const inner = reader.take("query") === undefined ? undefined : parser.parseInner(body, "query");
  const builder = buildQuery(reader, (context) => {
    const relation = relationOf(context, reader.name, ignoreUnmapped, (join) => ({
      relation: join.withParent(type!),
      missing: `[has_parent] join field [${join.name}] doesn't hold [${type}] as a parent`,
    }));
    if (relation === undefined) return new MatchNoDocsQuery(`unmapped parent [${type}]`);
    const from = filtered(inner!, context, relation.parentFilter());
    const scoreMode = isScored ? "max" : "none";
    const options = { scoreMode, min: 1, max: JOIN_MAX } as const;
    return new JoinQuery(relation.idField.name, from, relation.childrenFilter(), options);
  });
  reader.finish();
  requireBoth(reader, "parent_type", type, inner);
  return builder;
};

/** Parses `parent_id`: the children of one parent. */
export const parseParentId: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "parent_id");
  const type = reader.takeString("type");
  const id = reader.takeString("id");
  const ignoreUnmapped = reader.takeBoolean("ignore_unmapped") ?? false;
  const builder = buildQuery(reader, (context) => {
    const join = joinFieldOf(context);
    if (join === undefined) {
      if (ignoreUnmapped) return new MatchNoDocsQuery("no join field");
      throw context.exception(`[parent_id] no join field found for index [${context.indexName}]`);
    }
    const relation = join.withChild(type!);
    if (relation === undefined) {
      if (ignoreUnmapped) return new MatchNoDocsQuery(`unmapped child [${type}]`);
      throw context.exception(`[parent_id] no relation found for child [${type}]`);
    }
    return new BooleanQuery([
      { query: relation.idField.termQuery(id!, context), occur: "must" },
      { query: relation.childFilter(type!), occur: "filter" },
    ]);
  });
  reader.finish();
  if (type === undefined) throw illegalArgument("[parent_id] requires 'type' field");
  if (id === undefined) throw illegalArgument("[parent_id] requires 'id' field");
  return builder;
};

function refuseInnerHits(reader: ObjectReader): void {
  if (reader.take("inner_hits") === undefined) return;
  throw illegalArgument(`[inner_hits] of [${reader.name}] is not supported`);
}

function requireBoth(
  reader: ObjectReader,
  key: string,
  type: string | undefined,
  inner: QueryBuilder | undefined,
): void {
  const missing = type === undefined ? key : inner === undefined ? "query" : undefined;
  if (missing !== undefined) {
    throw illegalArgument(`[${reader.name}] requires '${missing}' field`);
  }
}

/** The one join field of an index. */
function joinFieldOf(context: QueryShardContext): JoinFieldType | undefined {
  for (const type of context.mapper.fieldTypes()) if (type instanceof JoinFieldType) return type;
  return undefined;
}

function relationOf(
  context: QueryShardContext,
  query: string,
  ignoreUnmapped: boolean,
  find: (join: JoinFieldType) => { relation: JoinRelation | undefined; missing: string },
): JoinRelation | undefined {
  const join = joinFieldOf(context);
  if (join === undefined) {
    if (ignoreUnmapped) return undefined;
    throw context.exception(`[${query}] no join field has been configured`);
  }
  const { relation, missing } = find(join);
  if (relation === undefined && !ignoreUnmapped) throw context.exception(missing);
  return relation;
}

function filtered(inner: QueryBuilder, context: QueryShardContext, filter: Query): Query {
  return new BooleanQuery([
    { query: inner.toQuery(context), occur: "must" },
    { query: filter, occur: "filter" },
  ]);
}
