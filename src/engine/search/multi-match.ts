// One text on several fields. Upstream: org.opensearch.index.search.MultiMatchQuery,
// org.opensearch.index.query.MultiMatchQueryBuilder.Type.

import { VarveError } from "../../base/index.ts";
import type { Analyzer } from "../../lucene/analysis/index.ts";
import {
  BooleanQuery,
  BoostQuery,
  DisjunctionMaxQuery,
  MatchNoDocsQuery,
  type Query,
  TermQuery,
} from "../../lucene/search/index.ts";
import { type BlendedTerm, BlendedTermQuery } from "./blended-term-query.ts";
import type { FieldWeights } from "./field-names.ts";
import {
  FieldMatch,
  keywordTokens,
  type MatchOptions,
  MatchQuery,
  type MatchType,
  tokensOf,
} from "./match-query.ts";
import { calculateMinShouldMatch } from "./minimum-should-match.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import type { SearchFieldType } from "./search-field-type.ts";
import type { GraphToken } from "./token-graph.ts";

/** Kinds of multi_match. */
export type MultiMatchType =
  | "best_fields"
  | "most_fields"
  | "cross_fields"
  | "phrase"
  | "phrase_prefix"
  | "bool_prefix";

const MATCH_TYPES: Readonly<Record<MultiMatchType, MatchType>> = {
  best_fields: "boolean",
  most_fields: "boolean",
  cross_fields: "boolean",
  phrase: "phrase",
  phrase_prefix: "phrase_prefix",
  bool_prefix: "boolean_prefix",
};

/** The tie breaker that a type has of itself. */
export function defaultTieBreaker(type: MultiMatchType): number {
  return type === "most_fields" || type === "bool_prefix" ? 1 : 0;
}

/** The type of that name. */
export function parseMultiMatchType(name: string): MultiMatchType {
  const type = name.toLowerCase();
  if (Object.hasOwn(MATCH_TYPES, type)) return type as MultiMatchType;
  throw new VarveError(
    "invalid",
    `failed to parse [multi_match] query type [${name}]. unknown type.`,
    { type: "parse_exception" },
  );
}

/** Options of a multi_match. */
export interface MultiMatchOptions extends MatchOptions {
  readonly tieBreaker?: number | undefined;
  readonly minimumShouldMatch?: string | undefined;
}

/** The query of a text on fields; undefined: no terms, and zeroTermsQuery is "null". */
export function multiMatchQuery(
  context: QueryShardContext,
  type: MultiMatchType,
  fields: FieldWeights,
  text: string,
  options: MultiMatchOptions,
): Query | undefined {
  const names = [...fields.keys()];
  if (!names.some((name) => context.fieldType(name) !== undefined)) {
    return new MatchNoDocsQuery(`unmapped fields [${names.join(", ")}]`);
  }
  const tieBreaker = options.tieBreaker ?? defaultTieBreaker(type);
  const queries =
    type === "cross_fields"
      ? crossFields(context, fields, text, options, tieBreaker)
      : eachField(context, type, fields, text, options);
  if (queries.length === 0) {
    return options.zeroTermsQuery === "null"
      ? undefined
      : new MatchNoDocsQuery("Matching no documents because no terms present");
  }
  return queries.length === 1 ? queries[0]! : new DisjunctionMaxQuery(queries, tieBreaker);
}

function eachField(
  context: QueryShardContext,
  type: MultiMatchType,
  fields: FieldWeights,
  text: string,
  options: MultiMatchOptions,
): Query[] {
  const queries: Query[] = [];
  const match = new MatchQuery(context, options);
  for (const [field, boost] of fields) {
    if (context.fieldType(field) === undefined) continue;
    const query = withMinimum(match.parse(MATCH_TYPES[type], field, text), options);
    if (query === undefined) continue;
    queries.push(
      boost === 1 || query instanceof MatchNoDocsQuery ? query : new BoostQuery(query, boost),
    );
  }
  return queries;
}

function withMinimum(query: Query | undefined, options: MultiMatchOptions): Query | undefined {
  const { minimumShouldMatch: spec } = options;
  if (spec === undefined || !(query instanceof BooleanQuery)) return query;
  const optional = query.clauses.filter(({ occur }) => occur === "should").length;
  const minimum = calculateMinShouldMatch(optional, spec);
  return minimum > 0 ? new BooleanQuery(query.clauses, minimum) : query;
}

interface FieldAndBoost {
  readonly type: SearchFieldType;
  readonly boost: number;
}

function crossFields(
  context: QueryShardContext,
  fields: FieldWeights,
  text: string,
  options: MultiMatchOptions,
  tieBreaker: number,
): Query[] {
  const groups = new Map<Analyzer | undefined, FieldAndBoost[]>();
  for (const [field, boost] of fields) {
    const type = context.fieldType(field);
    if (type === undefined) continue;
    const analyzer = options.analyzer ?? type.searchAnalyzer;
    const group = groups.get(analyzer);
    if (group === undefined) groups.set(analyzer, [{ type, boost }]);
    else group.push({ type, boost });
  }
  const queries: Query[] = [];
  for (const [analyzer, group] of groups) {
    const first = group[0]!;
    const maker =
      group.length === 1
        ? new FieldMatch(context, options, first.type)
        : new BlendedMatch(context, options, group, tieBreaker);
    const tokens =
      analyzer === undefined || analyzer.name === "keyword"
        ? keywordTokens(text)
        : tokensOf(analyzer, first.type.name, text);
    const query = withMinimum(maker.create(tokens, "boolean", options.occur ?? "should"), options);
    if (query === undefined) continue;
    const boosted = group.length === 1 && first.boost !== 1;
    queries.push(boosted ? new BoostQuery(query, first.boost) : query);
  }
  return queries;
}

/** Makes each term a blend over the fields of a group. */
class BlendedMatch extends FieldMatch {
  private readonly group: readonly FieldAndBoost[];
  private readonly tieBreaker: number;

  constructor(
    context: QueryShardContext,
    options: MatchOptions,
    group: readonly FieldAndBoost[],
    tieBreaker: number,
  ) {
    super(context, options, group[0]!.type);
    this.group = group;
    this.tieBreaker = tieBreaker;
  }

  override term(text: string): Query {
    return this.blend([text]);
  }

  protected override synonyms(terms: readonly string[]): Query {
    return this.blend(terms);
  }

  private blend(texts: readonly string[]): Query {
    const terms: BlendedTerm[] = [];
    const others: Query[] = [];
    for (const { type, boost: fieldBoost } of this.group) {
      for (const text of texts) {
        let query = this.lenient(() => type.termQuery(text, this.context));
        let boost = fieldBoost;
        while (query instanceof BoostQuery) {
          boost = Math.fround(boost * query.boost);
          query = query.query;
        }
        if (query instanceof TermQuery) {
          terms.push({ field: query.field, term: query.term, boost });
        } else {
          others.push(
            boost === 1 || query instanceof MatchNoDocsQuery ? query : new BoostQuery(query, boost),
          );
        }
      }
    }
    const queries =
      terms.length === 0 ? others : [...others, new BlendedTermQuery(terms, this.tieBreaker)];
    return queries.length === 1 ? queries[0]! : new DisjunctionMaxQuery(queries, this.tieBreaker);
  }

  override prefix(text: string): Query {
    return this.each((type) => type.prefixQuery(text, false, this.context));
  }

  override phrase(list: readonly GraphToken[], slop: number): Query {
    return this.each((type) => new FieldMatch(this.context, this.options, type).phrase(list, slop));
  }

  private each(make: (type: SearchFieldType) => Query): Query {
    const queries = this.group.map(({ type, boost }) => {
      const query = make(type);
      return boost === 1 ? query : new BoostQuery(query, boost);
    });
    return new DisjunctionMaxQuery(queries, this.tieBreaker);
  }
}
