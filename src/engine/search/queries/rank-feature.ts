// `rank_feature`: scores documents by a feature. Upstream: RankFeatureQueryBuilder (mapper-extras).

import { illegalArgument } from "../../../base/index.ts";
import {
  type FeatureFunction,
  FeatureQuery,
  MatchNoDocsQuery,
} from "../../../lucene/search/index.ts";
import { FEATURE_FIELD, RankFeatureFieldType, RankFeaturesFieldType } from "../../mapping/index.ts";
import type { ObjectReader } from "../object-reader.ts";
import { buildQuery, type QueryParseContext, type QueryParser } from "../query-builder.ts";
import type { QueryShardContext } from "../query-shard-context.ts";

const FUNCTIONS = ["log", "saturation", "sigmoid", "linear"] as const;

/** Parses `rank_feature`. */
export const parseRankFeature: QueryParser = (body, parser) => {
  const reader = parser.reader(body, "feature");
  const field = reader.takeString("field");
  const given = FUNCTIONS.filter((name) => reader.has(name));
  const scoreFunction = readFunction(reader, parser, given[0]);
  const builder = buildQuery(reader, (context) => {
    const place = placeOf(context, field!);
    if (place === undefined) return new MatchNoDocsQuery(`unmapped feature [${field}]`);
    if (scoreFunction.kind === "log" && !place.hasPositiveImpact) {
      throw illegalArgument(
        "Cannot use the [log] function with a field that has a negative score impact as it would " +
          "trigger negative scores",
      );
    }
    checkFunction(scoreFunction);
    return new FeatureQuery(place.field, new TextEncoder().encode(place.feature), scoreFunction);
  });
  reader.finishStrict();
  if (field === undefined) throw illegalArgument("Required [field]");
  if (given.length > 1) {
    throw illegalArgument("Can only specify one of [log], [saturation], [sigmoid] and [linear]");
  }
  return builder;
};

function readFunction(
  outer: ObjectReader,
  parser: QueryParseContext,
  name: (typeof FUNCTIONS)[number] | undefined,
): FeatureFunction {
  if (name === undefined) return { kind: "saturation", pivot: undefined };
  const reader = parser.reader(outer.takeObject(name)!, name);
  const float = (key: string): number | undefined => {
    const value = reader.takeNumber(key);
    return value === undefined ? undefined : Math.fround(value);
  };
  const required = (key: string): number => {
    const value = float(key);
    if (value === undefined) throw illegalArgument(`Required [${key}]`);
    return value;
  };
  const read = (): FeatureFunction => {
    switch (name) {
      case "log":
        return { kind: "log", scalingFactor: required("scaling_factor") };
      case "saturation":
        return { kind: "saturation", pivot: float("pivot") };
      case "sigmoid":
        return { kind: "sigmoid", pivot: required("pivot"), exponent: required("exponent") };
      case "linear":
        return { kind: "linear" };
    }
  };
  return outer.wrap(name, () => {
    const made = read();
    reader.finishStrict();
    return made;
  });
}

function checkFunction(scoreFunction: FeatureFunction): void {
  switch (scoreFunction.kind) {
    case "linear":
      return;
    case "log":
      if (scoreFunction.scalingFactor >= 1) return;
      throw illegalArgument(`scalingFactor must be >= 1, got: ${scoreFunction.scalingFactor}`);
    case "sigmoid":
      if (!(scoreFunction.exponent > 0)) {
        throw illegalArgument(`exp must be > 0, got: ${scoreFunction.exponent}`);
      }
  }
  const { pivot } = scoreFunction;
  if (pivot !== undefined && !(pivot > 0))
    throw illegalArgument(`pivot must be > 0, got: ${pivot}`);
}

/** The term of a feature; undefined where nothing is mapped. */
function placeOf(context: QueryShardContext, name: string) {
  const type = context.fieldType(name);
  if (type instanceof RankFeatureFieldType) {
    const { hasPositiveImpact } = type;
    return { field: FEATURE_FIELD, feature: name, hasPositiveImpact };
  }
  if (type !== undefined) {
    throw illegalArgument(
      "[rank_feature] query only works on [rank_feature] fields and features of [rank_features] " +
        `fields, not [${type.typeName}]`,
    );
  }
  const dot = name.lastIndexOf(".");
  const parent = dot < 0 ? undefined : context.fieldType(name.slice(0, dot));
  if (!(parent instanceof RankFeaturesFieldType)) return undefined;
  return { field: parent.name, feature: name.slice(dot + 1), hasPositiveImpact: true };
}
