// Every query of the DSL: one line each.

import type { QueryParser } from "../query-builder.ts";
import { parseBool } from "./bool.ts";
import { parseBoosting } from "./boosting.ts";
import { parseConstantScore } from "./constant-score.ts";
import { parseDisMax } from "./dis-max.ts";
import { parseExists } from "./exists.ts";
import { parseFuzzy } from "./fuzzy.ts";
import { parseGeoBoundingBox, parseGeoDistance } from "./geo.ts";
import { parseGeoShapeQuery } from "./geo-shape.ts";
import { parseIds } from "./ids.ts";
import { parseHasChild, parseHasParent, parseParentId } from "./join.ts";
import {
  parseMatch,
  parseMatchBoolPrefix,
  parseMatchPhrase,
  parseMatchPhrasePrefix,
} from "./match.ts";
import { parseMatchAll, parseMatchNone } from "./match-all.ts";
import { parseMultiMatch } from "./multi-match.ts";
import { parseNested } from "./nested.ts";
import { parsePrefix, parseRegexp, parseWildcard } from "./prefix.ts";
import { parseQueryString } from "./query-string.ts";
import { parseRange } from "./range.ts";
import { parseRankFeature } from "./rank-feature.ts";
import { parseSimpleQueryString } from "./simple-query-string.ts";
import { parseTerm } from "./term.ts";
import { parseTerms } from "./terms.ts";

/** Parsers by the query's name. */
export const QUERY_PARSERS: ReadonlyMap<string, QueryParser> = new Map<string, QueryParser>([
  ["bool", parseBool],
  ["boosting", parseBoosting],
  ["constant_score", parseConstantScore],
  ["dis_max", parseDisMax],
  ["exists", parseExists],
  ["fuzzy", parseFuzzy],
  ["geo_bounding_box", parseGeoBoundingBox],
  ["geo_distance", parseGeoDistance],
  ["has_child", parseHasChild],
  ["has_parent", parseHasParent],
  ["geo_shape", parseGeoShapeQuery],
  ["ids", parseIds],
  ["match", parseMatch],
  ["match_all", parseMatchAll],
  ["match_bool_prefix", parseMatchBoolPrefix],
  ["match_none", parseMatchNone],
  ["match_phrase", parseMatchPhrase],
  ["match_phrase_prefix", parseMatchPhrasePrefix],
  ["multi_match", parseMultiMatch],
  ["nested", parseNested],
  ["parent_id", parseParentId],
  ["prefix", parsePrefix],
  ["query_string", parseQueryString],
  ["range", parseRange],
  ["rank_feature", parseRankFeature],
  ["regexp", parseRegexp],
  ["simple_query_string", parseSimpleQueryString],
  ["term", parseTerm],
  ["terms", parseTerms],
  ["wildcard", parseWildcard],
]);
