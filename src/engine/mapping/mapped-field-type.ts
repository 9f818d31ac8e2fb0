// What searches know about a field: how it is indexed, its analyzers, its queries, its doc values.
// Upstream: org.opensearch.index.mapper.MappedFieldType.

import type { Analyzer } from "../../lucene/analysis/token-stream.ts";
import type { FieldValues } from "./parameters.ts";

/** How doc values of a field are to be understood. */
export type ValuesKind =
  | "long"
  | "double"
  | "bytes"
  | "boolean"
  | "date"
  | "date_nanos"
  | "ip"
  | "geo_point"
  | "range"
  | "unsigned_long"
  | "none";

/** The common facts of a field type. */
export interface FieldFacts {
  readonly name: string;
  readonly isIndexed: boolean;
  readonly hasDocValues: boolean;
  readonly isStored: boolean;
  readonly meta?: Readonly<Record<string, string>>;
  readonly boost?: number;
}

/** The type of one field, as queries, sorts and aggregations see it. */
export abstract class MappedFieldType {
  readonly name: string;
  readonly isIndexed: boolean;
  readonly hasDocValues: boolean;
  readonly isStored: boolean;
  readonly meta: Readonly<Record<string, string>>;
  readonly boost: number;
  abstract readonly typeName: string;
  readonly valuesKind: ValuesKind = "none";

  constructor(facts: FieldFacts) {
    this.name = facts.name;
    this.isIndexed = facts.isIndexed;
    this.hasDocValues = facts.hasDocValues;
    this.isStored = facts.isStored;
    this.meta = facts.meta ?? {};
    this.boost = facts.boost ?? 1;
  }

  /** The type that field_caps and "unmapped_type" group by. */
  get familyTypeName(): string {
    return this.typeName;
  }

  get isSearchable(): boolean {
    return this.isIndexed;
  }

  get isAggregatable(): boolean {
    return this.hasDocValues;
  }

  get searchAnalyzer(): Analyzer | undefined {
    return undefined;
  }

  get searchQuoteAnalyzer(): Analyzer | undefined {
    return this.searchAnalyzer;
  }
}

/** The facts that `index`, `doc_values`, `store`, `meta` and `boost` state. */
export function factsOf(name: string, values: FieldValues): FieldFacts {
  return {
    name,
    isIndexed: values.boolean("index"),
    hasDocValues: values.boolean("doc_values"),
    isStored: values.boolean("store"),
    meta: (values.get("meta") ?? {}) as Record<string, string>,
    boost: (values.get("boost") ?? 1) as number,
  };
}
