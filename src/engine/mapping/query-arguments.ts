// What queries hand to field types. The search layer's context and options have these shapes.

import type { VarveError } from "../../base/index.ts";
import type { LeafContext } from "../../lucene/index/index.ts";

/** What field types see of a shard's search. */
export interface FieldQueryContext {
  readonly nowMillis: number;
  /** A query_shard_exception of the index, where the context can make one. */
  exception?(message: string): VarveError;
  /**
   * True in indices made before Elasticsearch 6.1: `_field_names` has every field, while norms may
   * be there for documents without the field.
   */
  readonly namesAllFields?: boolean;
  /** A keyword's term scores by its rarity, as it did before OpenSearch 3.1. */
  readonly scoresKeywords?: boolean;
  /** Reads values of `_source`, as the field's type sees them. */
  sourceValues?(field: string): LeafSourceValues;
}

/** The values of a field in the stored sources of a leaf's documents. */
export type LeafSourceValues = (leaf: LeafContext) => (doc: number) => readonly unknown[];

/** A range of values; a null or undefined bound is open. */
export interface RangeArguments {
  readonly from: unknown;
  readonly to: unknown;
  readonly includeLower: boolean;
  readonly includeUpper: boolean;
  readonly relation?: "intersects" | "within" | "contains" | "disjoint" | undefined;
  readonly timeZone?: string | undefined;
  readonly format?: string | undefined;
}

/** Options of a fuzzy query. */
export interface FuzzyArguments {
  readonly maxEdits: number;
  readonly prefixLength: number;
  readonly maxExpansions: number;
  readonly transpositions: boolean;
}

/** Options of a regexp query. */
export interface RegexpArguments {
  readonly flags: number;
  readonly caseInsensitive: boolean;
  readonly maxDeterminizedStates: number;
}
