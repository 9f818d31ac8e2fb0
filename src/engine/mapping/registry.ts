// The field types. A new one is one file in fields/ and one line here.

import type { FieldTypeSpec } from "./field-mapper.ts";
import { BINARY } from "./fields/binary.ts";
import { BOOLEAN } from "./fields/boolean.ts";
import { CONSTANT_KEYWORD } from "./fields/constant-keyword.ts";
import { DATE, DATE_NANOS } from "./fields/date.ts";
import { FLAT_OBJECT } from "./fields/flat-object.ts";
import { GEO_POINT } from "./fields/geo-point.ts";
import { IP } from "./fields/ip.ts";
import { JOIN } from "./fields/join.ts";
import { KEYWORD } from "./fields/keyword.ts";
import { MATCH_ONLY_TEXT } from "./fields/match-only-text.ts";
import { NUMBERS, SCALED_FLOAT } from "./fields/number.ts";
import { opaqueSpec } from "./fields/opaque.ts";
import { RANGES } from "./fields/range.ts";
import { RANK_FEATURE, RANK_FEATURES } from "./fields/rank-feature.ts";
import { SEARCH_AS_YOU_TYPE } from "./fields/search-as-you-type.ts";
import { TEXT } from "./fields/text.ts";
import { WILDCARD } from "./fields/wildcard.ts";

const SPECS: ReadonlyMap<string, FieldTypeSpec> = new Map(
  [
    TEXT,
    KEYWORD,
    ...NUMBERS,
    SCALED_FLOAT,
    BOOLEAN,
    DATE,
    DATE_NANOS,
    IP,
    GEO_POINT,
    BINARY,
    ...RANGES,
    CONSTANT_KEYWORD,
    FLAT_OBJECT,
    JOIN,
    MATCH_ONLY_TEXT,
    RANK_FEATURE,
    SEARCH_AS_YOU_TYPE,
    RANK_FEATURES,
    WILDCARD,
  ].map((spec) => [spec.typeName, spec]),
);

/** A field type by its name in mappings. */
export function fieldTypeSpec(typeName: string): FieldTypeSpec | undefined {
  return SPECS.get(typeName);
}

export { opaqueSpec };
