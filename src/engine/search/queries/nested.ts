// `nested`. Upstream: org.opensearch.index.query.NestedQueryBuilder.

import { illegalArgument, VarveError } from "../../../base/index.ts";
import {
  type BlockJoinScoreMode,
  BooleanQuery,
  MatchNoDocsQuery,
  ToParentBlockJoinQuery,
} from "../../../lucene/search/index.ts";
import { parseInnerHits } from "../inner-hits-builder.ts";
import { buildQuery, type QueryParser } from "../query-builder.ts";

const SCORE_MODES: Readonly<Record<string, BlockJoinScoreMode>> = {
  none: "none",
  min: "min",
  max: "max",
  avg: "avg",
  sum: "total",
};

/** Parses `nested`. */
export const parseNested: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "nested");
  const path = reader.takeString("path");
  const scoreModeName = reader.takeString("score_mode") ?? "avg";
  const ignoreUnmapped = reader.takeBoolean("ignore_unmapped") ?? false;
  const innerHits = reader.takeObject("inner_hits");
  const outer = parser.innerHits;
  parser.innerHits = [];
  const inner = reader.take("query") === undefined ? undefined : parser.parseInner(body, "query");
  const children = parser.innerHits;
  parser.innerHits = outer;
  const scoreMode = SCORE_MODES[scoreModeName];
  if (scoreMode === undefined) {
    throw illegalArgument(`No score mode for child query [${scoreModeName}] found`);
  }
  const builder = buildQuery(reader, (context) => {
    const children = context.nestedFilter(path!);
    if (children === undefined) {
      if (ignoreUnmapped) return new MatchNoDocsQuery(`unmapped path [${path}]`);
      throw new VarveError(
        "invalid",
        context.mapper.documentMapping.objects.has(path!)
          ? `[nested] nested object under path [${path}] is not of nested type`
          : `[nested] failed to find nested object under path [${path}]`,
        { type: "illegal_state_exception" },
      );
    }
    const parents = context.scopeFilter();
    context.nestedPaths.push(path!);
    try {
      const query = inner!.toQuery(context);
      const filtered = new BooleanQuery([
        { query, occur: "must" },
        { query: children, occur: "filter" },
      ]);
      return new ToParentBlockJoinQuery(filtered, parents, scoreMode);
    } finally {
      context.nestedPaths.pop();
    }
  });
  reader.finish();
  if (path === undefined) throw illegalArgument("[nested] requires 'path' field");
  if (inner === undefined) throw illegalArgument("[nested] requires 'query' field");
  if (innerHits !== undefined) {
    outer.push(parseInnerHits(innerHits, parser, { path, query: inner, ignoreUnmapped, children }));
  }
  return builder;
};
