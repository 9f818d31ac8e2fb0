// Fields that are searched by terms. Upstream: TermBasedFieldType, StringFieldType.

import type { Analyzer } from "../../lucene/analysis/index.ts";
import type { MultiTermQuery, Query } from "../../lucene/search/index.ts";
import {
  CaseInsensitiveTermQuery,
  FuzzyQuery,
  PrefixQuery,
  RegexpQuery,
  TermInSetQuery,
  TermQuery,
  TermRangeQuery,
  WildcardQuery,
} from "../../lucene/search/index.ts";
import { MappedFieldType } from "./mapped-field-type.ts";
import { javaString } from "./node-values.ts";
import type {
  FieldQueryContext,
  FuzzyArguments,
  RangeArguments,
  RegexpArguments,
} from "./query-arguments.ts";

/** A value of a query as text. */
export function queryText(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : javaString(value);
}

/** A field with terms. */
export abstract class TermFieldType extends MappedFieldType {
  /** The term of a query's value. */
  indexedValueForSearch(value: unknown): Uint8Array {
    return value instanceof Uint8Array ? value : Buffer.from(javaString(value));
  }

  override termQueryCaseInsensitive(value: unknown, _context: FieldQueryContext): Query {
    this.failIfNotIndexed();
    const text = Buffer.from(this.indexedValueForSearch(value)).toString("utf8");
    return this.boosted(new CaseInsensitiveTermQuery(this.name, text));
  }

  override termQuery(value: unknown, _context: FieldQueryContext): Query {
    this.failIfNotIndexed();
    return this.boosted(new TermQuery(this.name, this.indexedValueForSearch(value)));
  }

  override termsQuery(values: readonly unknown[], _context: FieldQueryContext): Query {
    this.failIfNotIndexed();
    return new TermInSetQuery(
      this.name,
      values.map((value) => this.indexedValueForSearch(value)),
    );
  }
}

/** A field with terms that are texts. */
export abstract class StringFieldType extends TermFieldType {
  /** Are wildcards always normalized (keyword), or only where the query asks for it (text)? */
  protected get normalizesWildcards(): boolean {
    return false;
  }

  /** Refuses a field whose terms stand nowhere. */
  protected failIfNotSearchable(): void {
    this.failIfNotIndexed();
  }

  /** A query over the field's terms, wherever they stand. */
  protected overTerms(query: MultiTermQuery | FuzzyQuery): Query {
    return query;
  }

  override rangeQuery(range: RangeArguments, _context: FieldQueryContext): Query {
    this.failIfDisjoint(range);
    this.failIfNotIndexed();
    const bound = (value: unknown) =>
      value === null || value === undefined ? undefined : this.indexedValueForSearch(value);
    return new TermRangeQuery(
      this.name,
      bound(range.from),
      bound(range.to),
      range.includeLower,
      range.includeUpper,
    );
  }

  override prefixQuery(
    value: string,
    caseInsensitive: boolean,
    _context: FieldQueryContext,
  ): Query {
    this.failIfNotSearchable();
    return this.overTerms(
      new PrefixQuery(this.name, this.indexedValueForSearch(value), caseInsensitive),
    );
  }

  override wildcardQuery(
    value: string,
    caseInsensitive: boolean,
    _context: FieldQueryContext,
  ): Query {
    this.failIfNotSearchable();
    const pattern = this.normalizesWildcards
      ? normalizeWildcard(this.name, value, this.searchAnalyzer)
      : Buffer.from(this.indexedValueForSearch(value)).toString("utf8");
    return this.overTerms(new WildcardQuery(this.name, pattern, caseInsensitive));
  }

  override normalizedWildcardQuery(value: string, _context: FieldQueryContext): Query {
    this.failIfNotSearchable();
    return this.overTerms(
      new WildcardQuery(this.name, normalizeWildcard(this.name, value, this.searchAnalyzer)),
    );
  }

  override regexpQuery(value: string, args: RegexpArguments, _context: FieldQueryContext): Query {
    this.failIfNotSearchable();
    const text = Buffer.from(this.indexedValueForSearch(value)).toString("utf8");
    return this.overTerms(
      new RegexpQuery(
        this.name,
        text,
        args.flags,
        args.caseInsensitive,
        args.maxDeterminizedStates,
      ),
    );
  }

  override fuzzyQuery(value: unknown, args: FuzzyArguments, _context: FieldQueryContext): Query {
    this.failIfNotSearchable();
    return this.overTerms(
      new FuzzyQuery(
        this.name,
        Buffer.from(this.indexedValueForSearch(value)).toString("utf8"),
        args.maxEdits,
        args.prefixLength,
        args.maxExpansions,
        args.transpositions,
      ),
    );
  }
}

/** Normalizes what lies between wildcards, and keeps the wildcards and escaped characters. */
export function normalizeWildcard(
  field: string,
  value: string,
  analyzer: Analyzer | undefined,
): string {
  if (analyzer === undefined) return value;
  let out = "";
  let last = 0;
  for (const match of value.matchAll(/(\\.)|([?*]+)/g)) {
    if (match.index > 0) out += analyzer.normalize(field, value.slice(last, match.index));
    out += match[0];
    last = match.index + match[0].length;
  }
  if (last < value.length) out += analyzer.normalize(field, value.slice(last));
  return out;
}
