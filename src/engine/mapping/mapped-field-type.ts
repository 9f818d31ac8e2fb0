// What searches know about a field: how it is indexed, its analyzers, its queries, its doc values.
// Upstream: org.opensearch.index.mapper.MappedFieldType.

import { illegalArgument, VarveError } from "../../base/index.ts";
import type { Analyzer } from "../../lucene/analysis/index.ts";
import type { Query } from "../../lucene/search/index.ts";
import {
  BooleanQuery,
  BoostQuery,
  ConstantScoreQuery,
  FieldExistsQuery,
  TermQuery,
} from "../../lucene/search/index.ts";
import type { DocValueFormat } from "./doc-value-format.ts";
import { RAW_FORMAT } from "./doc-value-format.ts";
import type { FieldValues } from "./parameters.ts";
import type {
  FieldQueryContext,
  FuzzyArguments,
  RangeArguments,
  RegexpArguments,
} from "./query-arguments.ts";

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
  /** Is the field's text analyzed? */
  readonly isText: boolean = false;
  /** Has the inverted index norms? Then they tell which documents have the field. */
  readonly hasNorms: boolean = false;

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

  /** Documents with one value. */
  abstract termQuery(value: unknown, context: FieldQueryContext): Query;

  termQueryCaseInsensitive(_value: unknown, context: FieldQueryContext): Query {
    throw this.shardError(
      context,
      `[${this.name}] field which is of type [${this.typeName}], does not support case ` +
        "insensitive term queries",
    );
  }

  /** Documents with any of the values, with a constant score. */
  termsQuery(values: readonly unknown[], context: FieldQueryContext): Query {
    const clauses = values.map((value) => ({
      query: this.termQuery(value, context),
      occur: "should" as const,
    }));
    return new ConstantScoreQuery(new BooleanQuery(clauses));
  }

  rangeQuery(_range: RangeArguments, _context: FieldQueryContext): Query {
    throw illegalArgument(
      `Field [${this.name}] of type [${this.typeName}] does not support range queries`,
    );
  }

  prefixQuery(_value: string, _caseInsensitive: boolean, context: FieldQueryContext): Query {
    throw this.shardError(context, this.onlyOnStrings("prefix"));
  }

  wildcardQuery(_value: string, _caseInsensitive: boolean, context: FieldQueryContext): Query {
    throw this.shardError(context, this.onlyOnStrings("wildcard"));
  }

  /** A wildcard query whose text is normalized first, as query_string wants it. */
  normalizedWildcardQuery(_value: string, context: FieldQueryContext): Query {
    throw this.shardError(context, this.onlyOnStrings("wildcard"));
  }

  regexpQuery(_value: string, _args: RegexpArguments, context: FieldQueryContext): Query {
    throw this.shardError(context, this.onlyOnStrings("regexp"));
  }

  fuzzyQuery(_value: unknown, _args: FuzzyArguments, _context: FieldQueryContext): Query {
    throw illegalArgument(this.onlyOnStrings("fuzzy"));
  }

  /** Documents that have the field. */
  existsQuery(context: FieldQueryContext): Query {
    const hasSparseNorms = this.hasNorms && context.namesAllFields !== true;
    if (this.hasDocValues || hasSparseNorms) return new FieldExistsQuery(this.name);
    return new TermQuery("_field_names", Buffer.from(this.name));
  }

  /** How doc values become JSON, and texts of requests doc values. */
  docValueFormat(format?: string | null, timeZone?: string | null): DocValueFormat {
    const start = `Field [${this.name}] of type [${this.typeName}] does not support custom `;
    if (typeof format === "string") throw illegalArgument(`${start}formats`);
    if (typeof timeZone === "string") throw illegalArgument(`${start}time zones`);
    return RAW_FORMAT;
  }

  /** A value of `_source` as the `fields` option shows it; undefined leaves it out. */
  fetchValue(value: unknown, format?: string): unknown {
    if (format !== undefined) {
      throw illegalArgument(
        `Field [${this.name}] of type [${this.typeName}] doesn't support formats.`,
      );
    }
    return value;
  }

  /** Refuses sorting and aggregating where there is nothing to read. */
  failIfNoDocValues(): void {
    if (this.hasDocValues) return;
    throw illegalArgument(
      `Can't load fielddata on [${this.name}] because fielddata is unsupported on fields of type ` +
        `[${this.typeName}]. Use doc values instead.`,
    );
  }

  protected failIfNotIndexed(): void {
    if (this.isIndexed) return;
    throw illegalArgument(`Cannot search on field [${this.name}] since it is not indexed.`);
  }

  protected failIfNotIndexedAndNoDocValues(): void {
    if (this.isIndexed || this.hasDocValues) return;
    throw illegalArgument(
      `Cannot search on field [${this.name}] since it is both not indexed, and does not have ` +
        "doc_values enabled.",
    );
  }

  protected failIfDisjoint(range: RangeArguments): void {
    if (range.relation !== "disjoint") return;
    throw illegalArgument(
      `Field [${this.name}] of type [${this.typeName}] does not support DISJOINT ranges`,
    );
  }

  protected boosted(query: Query): Query {
    return this.boost === 1 ? query : new BoostQuery(query, this.boost);
  }

  protected shardError(context: FieldQueryContext, message: string): VarveError {
    return (
      context.exception?.(message) ??
      new VarveError("invalid", message, { type: "query_shard_exception" })
    );
  }

  private onlyOnStrings(query: string): string {
    return (
      `Can only use ${query} queries on keyword and text fields - not on [${this.name}] which is ` +
      `of type [${this.typeName}]`
    );
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
