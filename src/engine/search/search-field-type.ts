// One field as searches see it: the mapper's type, under the name that the search code uses.

import type {
  FuzzyArguments,
  MappedFieldType,
  RangeArguments,
  RegexpArguments,
} from "../mapping/index.ts";

/** The type of a mapped field. */
export type SearchFieldType = MappedFieldType;
export type { FuzzyArguments, RangeArguments, RegexpArguments };
