// Lucene's classic query syntax over the fields of a mapping.
//   query   clause ((AND | OR)? clause)*
//   clause  (+ | - | NOT | !)? (field:)? (term | "phrase" | (query) | range) (~slop)? (^boost)?
// Bare terms next to each other are analyzed together.
// Upstream: org.apache.lucene.queryparser.classic.{QueryParser,QueryParserBase},
// org.opensearch.index.search.QueryStringQueryParser (2.19.6).

import { illegalArgument, VarveError } from "../../base/index.ts";
import type { Analyzer } from "../../lucene/analysis/index.ts";
import {
  type BooleanClause,
  BooleanQuery,
  BoostQuery,
  DisjunctionMaxQuery,
  MAX_DETERMINIZED_STATES,
  MatchAllDocsQuery,
  MatchNoDocsQuery,
  type Query,
  TermQuery,
} from "../../lucene/search/index.ts";
import { PrefixedFieldType } from "../mapping/index.ts";
import { type FieldWeights, isTextSearchable, resolveFields } from "./field-names.ts";
import { Fuzziness } from "./fuzziness.ts";
import type { MatchOptions } from "./match-query.ts";
import { type MultiMatchType, multiMatchQuery } from "./multi-match.ts";
import { existsQuery } from "./queries/exists.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import {
  discardEscapes,
  lexQuery,
  type QueryToken,
  queryParseException,
  type TokenKind,
} from "./query-string-lexer.ts";
import type { SearchFieldType } from "./search-field-type.ts";

/** Options of query_string. */
export interface QueryStringOptions {
  /** Asked where the text names no field; undefined: `weights`. */
  readonly defaultField: string | undefined;
  readonly weights: FieldWeights;
  readonly lenient: boolean;
  readonly operator: "should" | "must";
  readonly type: MultiMatchType;
  readonly tieBreaker: number;
  readonly analyzer: Analyzer | undefined;
  readonly quoteAnalyzer: Analyzer | undefined;
  readonly phraseSlop: number;
  readonly quoteFieldSuffix: string | undefined;
  readonly allowLeadingWildcard: boolean;
  readonly fuzziness: Fuzziness;
  readonly fuzzyPrefixLength: number;
  readonly fuzzyMaxExpansions: number;
  readonly fuzzyTranspositions: boolean;
  readonly timeZone: string | undefined;
  readonly autoGenerateSynonymsPhraseQuery: boolean;
}

type Conjunction = "none" | "and" | "or";
type Modifier = "none" | "not" | "required";

const CLAUSE_STARTS: readonly TokenKind[] = [
  "NOT",
  "PLUS",
  "MINUS",
  "BAREOPER",
  "LPAREN",
  "STAR",
  "QUOTED",
  "TERM",
  "PREFIXTERM",
  "WILDTERM",
  "REGEXPTERM",
  "RANGE_START",
  "NUMBER",
];
const AFTER_MULTI_TERM: readonly TokenKind[] = ["COLON", "CARAT", "FUZZY_SLOP", "AND", "OR"];

/** Parses query texts for one shard. */
export class QueryStringParser {
  private readonly context: QueryShardContext;
  private readonly options: QueryStringOptions;
  private tokens: QueryToken[] = [];
  private at = 0;

  constructor(context: QueryShardContext, options: QueryStringOptions) {
    this.context = context;
    this.options = options;
  }

  parse(text: string): Query {
    if (text.trim() === "") {
      return new MatchNoDocsQuery("Matching no documents because no terms present");
    }
    try {
      this.tokens = lexQuery(text);
      this.at = 0;
      const query = this.parseQuery(this.options.defaultField);
      if (this.peek().kind !== "EOF") throw this.unexpected();
      return query ?? new BooleanQuery([]);
    } catch (error) {
      if (!(error instanceof VarveError)) throw error;
      if (error.type !== "parse_exception" && error.type !== "token_mgr_error") throw error;
      throw new VarveError("invalid", `Cannot parse '${text}': ${error.message}`, {
        type: "parse_exception",
        cause: error,
      });
    }
  }

  private peek(ahead = 0): QueryToken {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!;
  }

  private next(): QueryToken {
    const token = this.peek();
    this.at++;
    return token;
  }

  private accept(kind: TokenKind): QueryToken | undefined {
    return this.peek().kind === kind ? this.next() : undefined;
  }

  private unexpected(): VarveError {
    const { kind, image, column } = this.peek();
    return queryParseException(
      `Encountered "${kind === "EOF" ? image : ` <${kind}> "${image} "`}" ` +
        `at line 1, column ${column}.`,
    );
  }

  private parseQuery(field: string | undefined): Query | undefined {
    const clauses: BooleanClause[] = [];
    let first: Query | undefined;
    let isFirst = true;
    do {
      if (this.startsMultiTerm(0) && this.startsMultiTerm(1)) {
        const query = this.parseMultiTerm(field, clauses);
        if (isFirst) first = query;
      } else {
        const conjunction = isFirst ? "none" : this.parseConjunction();
        const modifier = this.parseModifier();
        const query = this.parseClause(field);
        this.addClause(clauses, conjunction, modifier, query);
        if (isFirst && modifier === "none") first = query;
      }
      isFirst = false;
    } while (this.continues());
    if (clauses.length === 1 && first !== undefined) return first;
    return clauses.length === 0 ? undefined : new BooleanQuery(clauses);
  }

  private continues(): boolean {
    const { kind } = this.peek();
    return kind === "AND" || kind === "OR" || CLAUSE_STARTS.includes(kind);
  }

  private startsMultiTerm(ahead: number): boolean {
    return (
      this.peek(ahead).kind === "TERM" && !AFTER_MULTI_TERM.includes(this.peek(ahead + 1).kind)
    );
  }

  private parseMultiTerm(field: string | undefined, clauses: BooleanClause[]): Query | undefined {
    const words: string[] = [];
    while (this.startsMultiTerm(0)) words.push(discardEscapes(this.next().image));
    const query = this.fieldQuery(field, words.join(" "));
    if (query === undefined) return undefined;
    if (!(query instanceof BooleanQuery)) {
      clauses.push({ query, occur: this.options.operator });
    } else if (query.clauses.every((clause) => clause.query instanceof TermQuery)) {
      clauses.push(...query.clauses);
    } else {
      clauses.push(
        ...query.clauses.map((clause) => ({ query: clause.query, occur: this.options.operator })),
      );
    }
    return query;
  }

  private parseConjunction(): Conjunction {
    if (this.accept("AND") !== undefined) return "and";
    return this.accept("OR") === undefined ? "none" : "or";
  }

  private parseModifier(): Modifier {
    if (this.accept("PLUS") !== undefined) return "required";
    if (this.accept("MINUS") !== undefined || this.accept("NOT") !== undefined) return "not";
    return "none";
  }

  private addClause(
    clauses: BooleanClause[],
    conjunction: Conjunction,
    modifier: Modifier,
    query: Query | undefined,
  ): void {
    const isAnd = this.options.operator === "must";
    const last = clauses[clauses.length - 1];
    if (last !== undefined && last.occur !== "must_not") {
      const before =
        conjunction === "and" ? "must" : isAnd && conjunction === "or" ? "should" : last.occur;
      clauses[clauses.length - 1] = { query: last.query, occur: before };
    }
    if (query === undefined) return;
    if (modifier === "not") clauses.push({ query, occur: "must_not" });
    else if (isAnd) clauses.push({ query, occur: conjunction === "or" ? "should" : "must" });
    else {
      const required = modifier === "required" || conjunction === "and";
      clauses.push({ query, occur: required ? "must" : "should" });
    }
  }

  private parseClause(outer: string | undefined): Query | undefined {
    let field = outer;
    const { kind } = this.peek();
    if ((kind === "TERM" || kind === "STAR") && this.peek(1).kind === "COLON") {
      const { image } = this.next();
      this.next();
      field = kind === "STAR" ? "*" : discardEscapes(image);
    }
    if (this.accept("LPAREN") === undefined) return this.parseTerm(field);
    const query = this.parseQuery(field);
    if (this.accept("RPAREN") === undefined) throw this.unexpected();
    return this.boosted(query, this.parseBoost());
  }

  private parseBoost(): number | undefined {
    return this.accept("CARAT") === undefined ? undefined : Number(this.next().image);
  }

  private boosted(query: Query | undefined, boost: number | undefined): Query | undefined {
    return boost === undefined || query === undefined ? query : new BoostQuery(query, boost);
  }

  private parseTerm(field: string | undefined): Query | undefined {
    if (!CLAUSE_STARTS.includes(this.peek().kind)) throw this.unexpected();
    const token = this.next();
    if (token.kind === "RANGE_START") {
      const boost = this.parseBoost();
      const { lower, upper, includeLower, includeUpper } = token.range!;
      const plain = (text: string | undefined): string | undefined =>
        text === undefined ? undefined : discardEscapes(text);
      return this.boosted(
        this.rangeQuery(field, plain(lower), plain(upper), includeLower, includeUpper),
        boost,
      );
    }
    let boost = this.parseBoost();
    const slop = this.accept("FUZZY_SLOP");
    boost ??= this.parseBoost();
    return this.boosted(this.tokenQuery(field, token, slop), boost);
  }

  private tokenQuery(
    field: string | undefined,
    token: QueryToken,
    slop: QueryToken | undefined,
  ): Query | undefined {
    const { image } = token;
    switch (token.kind) {
      case "QUOTED":
        return this.quotedQuery(field, discardEscapes(image.slice(1, -1)), slop);
      case "STAR":
      case "WILDTERM":
        return this.wildcardQuery(field, image);
      case "PREFIXTERM":
        return this.prefixQuery(field, discardEscapes(image.slice(0, -1)));
      case "REGEXPTERM":
        return this.regexpQuery(field, image.slice(1, -1));
      default: {
        const text = discardEscapes(image);
        return slop === undefined
          ? this.fieldQuery(field, text)
          : this.fuzzyQuery(field, text, slop);
      }
    }
  }

  /** The fields that `field` means here. */
  private fieldsOf(field: string | undefined, quoted: boolean): FieldWeights {
    const suffix = quoted ? (this.options.quoteFieldSuffix ?? "") : "";
    if (field !== undefined) return resolveFields(this.context, new Map([[field, 1]]), suffix);
    return suffix === ""
      ? this.options.weights
      : resolveFields(this.context, this.options.weights, suffix);
  }

  private unmapped(field: string | undefined): Query {
    return new MatchNoDocsQuery(`unmapped field [${field ?? ""}]`);
  }

  /** Combines what `make` answers for each field. */
  private eachField(field: string | undefined, make: (type: SearchFieldType) => Query): Query {
    const fields = this.fieldsOf(field, false);
    if (fields.size === 0) return this.unmapped(field);
    const queries: Query[] = [];
    for (const [name, boost] of fields) {
      const type = this.context.fieldType(name);
      const query = type === undefined ? this.unmapped(name) : this.lenient(type, make);
      queries.push(boost === 1 ? query : new BoostQuery(query, boost));
    }
    return queries.length === 1
      ? queries[0]!
      : new DisjunctionMaxQuery(queries, this.options.tieBreaker);
  }

  private lenient(type: SearchFieldType, make: (type: SearchFieldType) => Query): Query {
    try {
      return make(type);
    } catch (error) {
      if (!this.options.lenient || !(error instanceof VarveError)) throw error;
      return new MatchNoDocsQuery(`failed [${type.name}] query, caused by ${error.message}`);
    }
  }

  private normalized(type: SearchFieldType, text: string): string {
    const analyzer = this.options.analyzer ?? type.searchAnalyzer;
    return analyzer === undefined ? text : analyzer.normalize(type.name, text);
  }

  private matchOptions(analyzer: Analyzer | undefined, slop: number): MatchOptions {
    return {
      analyzer,
      slop,
      occur: this.options.operator,
      lenient: this.options.lenient,
      zeroTermsQuery: "null",
      autoGenerateSynonymsPhraseQuery: this.options.autoGenerateSynonymsPhraseQuery,
    };
  }

  private fieldQuery(field: string | undefined, text: string): Query | undefined {
    if (field === "_exists_") return existsQuery(this.context, text);
    if (field !== undefined && text.length > 1) {
      const comparison = /^(>=|<=|>|<)(.+)$/s.exec(text);
      if (comparison !== null) return this.comparisonQuery(field, comparison[1]!, comparison[2]!);
      if (
        this.options.timeZone !== undefined &&
        this.context.fieldType(field)?.typeName === "date"
      ) {
        return this.rangeQuery(field, text, text, true, true);
      }
    }
    const fields = this.fieldsOf(field, false);
    if (fields.size === 0) return this.unmapped(field);
    const { analyzer, type, tieBreaker, phraseSlop } = this.options;
    return multiMatchQuery(this.context, type, fields, text, {
      ...this.matchOptions(analyzer, phraseSlop),
      tieBreaker,
    });
  }

  private comparisonQuery(field: string, operator: string, bound: string): Query {
    return operator.startsWith(">")
      ? this.rangeQuery(field, bound, undefined, operator === ">=", true)
      : this.rangeQuery(field, undefined, bound, true, operator === "<=");
  }

  private quotedQuery(
    field: string | undefined,
    text: string,
    slopToken: QueryToken | undefined,
  ): Query | undefined {
    if (field === "_exists_") return existsQuery(this.context, text);
    const given = Number(slopToken?.image.slice(1));
    const slop =
      slopToken === undefined || Number.isNaN(given) ? this.options.phraseSlop : Math.trunc(given);
    const fields = this.fieldsOf(field, true);
    if (fields.size === 0) return this.unmapped(field);
    const analyzer = this.options.quoteAnalyzer ?? this.options.analyzer;
    return multiMatchQuery(this.context, "phrase", fields, text, {
      ...this.matchOptions(analyzer, slop),
      tieBreaker: this.options.tieBreaker,
    });
  }

  private rangeQuery(
    field: string | undefined,
    from: string | undefined,
    to: string | undefined,
    includeLower: boolean,
    includeUpper: boolean,
  ): Query {
    const bound = (type: SearchFieldType, text: string | undefined): string | undefined =>
      text === undefined || text === "*" ? undefined : this.normalized(type, text);
    return this.eachField(field, (type) =>
      type.rangeQuery(
        {
          from: bound(type, from),
          to: bound(type, to),
          includeLower,
          includeUpper,
          timeZone: this.options.timeZone,
        },
        this.context,
      ),
    );
  }

  private fuzzyQuery(field: string | undefined, text: string, slop: QueryToken): Query {
    const given = slop.image.slice(1);
    const fuzziness =
      given === ""
        ? this.options.fuzziness
        : Fuzziness.parse(/^[\d.]+$/.test(given) ? Math.min(2, Math.trunc(Number(given))) : given);
    return this.eachField(field, (type) =>
      type.fuzzyQuery(
        this.normalized(type, text),
        {
          maxEdits: fuzziness.asDistance(text),
          prefixLength: this.options.fuzzyPrefixLength,
          maxExpansions: this.options.fuzzyMaxExpansions,
          transpositions: this.options.fuzzyTranspositions,
        },
        this.context,
      ),
    );
  }

  private prefixQuery(field: string | undefined, text: string): Query {
    return this.eachField(field, (type) => {
      if (!isTextSearchable(type)) return this.unmapped(type.name);
      const prefix = this.normalized(type, text);
      return type instanceof PrefixedFieldType
        ? type.scoredPrefixQuery(prefix, this.context)
        : type.prefixQuery(prefix, false, this.context);
    });
  }

  private wildcardQuery(field: string | undefined, text: string): Query {
    const actual = field ?? this.options.defaultField;
    if (text === "*" && actual !== undefined) {
      return actual === "*" ? new MatchAllDocsQuery() : existsQuery(this.context, actual);
    }
    return this.eachField(field, (type) => {
      if (text === "*") return existsQuery(this.context, type.name);
      if (!this.options.allowLeadingWildcard && /^[*?]/.test(text)) {
        throw queryParseException("'*' or '?' not allowed as first character in WildcardQuery");
      }
      return type.normalizedWildcardQuery(text, this.context);
    });
  }

  private regexpQuery(field: string | undefined, text: string): Query {
    const max = this.context.settings.getInt("index.max_regex_length", 1000);
    if (text.length > max) {
      throw illegalArgument(
        `The length of regex [${text.length}] used in the [query_string] has ` +
          `exceeded the allowed maximum of [${max}]. This maximum can be set by changing the ` +
          "[index.max_regex_length] index level setting.",
      );
    }
    return this.eachField(field, (type) =>
      type.regexpQuery(
        this.normalized(type, text),
        {
          flags: 0xff,
          caseInsensitive: false,
          maxDeterminizedStates: MAX_DETERMINIZED_STATES,
        },
        this.context,
      ),
    );
  }
}
