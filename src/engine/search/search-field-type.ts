// What searches ask of a mapped field: the part of MappedFieldType that queries, sorts and the fetch
// phase call. Upstream: org.opensearch.index.mapper.MappedFieldType.

import type { Analyzer } from "../../lucene/analysis/token-stream.ts";
import type { Query } from "../../lucene/search/index.ts";

/** What field types see of the shard's context. */
export interface FieldQueryContext {
  readonly nowMillis: number;
}

/** A range of values; an undefined bound is open. */
export interface RangeArguments {
  readonly from: unknown;
  readonly to: unknown;
  readonly includeLower: boolean;
  readonly includeUpper: boolean;
  readonly relation?: "intersects" | "within" | "contains" | undefined;
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

/** How doc values become JSON. */
export interface DocValueFormat {
  formatLong(value: bigint): unknown;
  formatDouble(value: number): unknown;
  formatBytes(value: Uint8Array): unknown;
  /** Text of a request (search_after, missing, range bounds) to a value's image. */
  parseLong?(text: string): bigint;
  parseDouble?(text: string): number;
  parseBytes?(text: string): Uint8Array;
}

/** One field as searches see it. */
export interface SearchFieldType {
  readonly name: string;
  readonly typeName: string;
  readonly isIndexed: boolean;
  readonly hasDocValues: boolean;
  readonly isStored: boolean;
  readonly valuesKind: string;
  readonly searchAnalyzer: Analyzer | undefined;
  readonly searchQuoteAnalyzer: Analyzer | undefined;
  termQuery(value: unknown, context: FieldQueryContext): Query;
  termQueryCaseInsensitive(value: unknown, context: FieldQueryContext): Query;
  termsQuery(values: readonly unknown[], context: FieldQueryContext): Query;
  rangeQuery(range: RangeArguments, context: FieldQueryContext): Query;
  prefixQuery(value: string, caseInsensitive: boolean, context: FieldQueryContext): Query;
  wildcardQuery(value: string, caseInsensitive: boolean, context: FieldQueryContext): Query;
  normalizedWildcardQuery(value: string, context: FieldQueryContext): Query;
  regexpQuery(value: string, args: RegexpArguments, context: FieldQueryContext): Query;
  fuzzyQuery(value: unknown, args: FuzzyArguments, context: FieldQueryContext): Query;
  existsQuery(context: FieldQueryContext): Query;
}
