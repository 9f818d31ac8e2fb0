// Turns text into a query by analysis: one term, a boolean of terms, a phrase, a phrase with a
// prefix. Tokens at one position are synonyms; tokens that span positions make a graph.
// Upstream: org.opensearch.index.search.MatchQuery, org.apache.lucene.util.QueryBuilder.

import { VarveError } from "../../base/index.ts";
import type { Analyzer } from "../../lucene/analysis/index.ts";
import {
  type BooleanClause,
  BooleanQuery,
  MatchAllDocsQuery,
  MatchNoDocsQuery,
  type Query,
  SynonymQuery,
} from "../../lucene/search/index.ts";
import { isText } from "./field-kinds.ts";
import { phrasePrefixQuery, phraseQuery } from "./field-phrases.ts";
import type { Fuzziness } from "./fuzziness.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import type { SearchFieldType } from "./search-field-type.ts";
import { type GraphToken, TokenGraph } from "./token-graph.ts";

/** What kind of query the tokens become. */
export type MatchType = "boolean" | "boolean_prefix" | "phrase" | "phrase_prefix";

/** Options of match queries, with upstream's defaults where a member is not given. */
export interface MatchOptions {
  readonly analyzer?: Analyzer | undefined;
  readonly occur?: "should" | "must";
  readonly slop?: number;
  readonly fuzziness?: Fuzziness | undefined;
  readonly prefixLength?: number;
  readonly maxExpansions?: number;
  readonly transpositions?: boolean;
  readonly lenient?: boolean;
  /** What a text without tokens matches; "null" answers undefined. */
  readonly zeroTermsQuery?: "none" | "all" | "null";
  readonly autoGenerateSynonymsPhraseQuery?: boolean;
}

const utf8 = new TextEncoder();

/** Makes queries on one field. */
export class MatchQuery {
  private readonly context: QueryShardContext;
  private readonly options: MatchOptions;

  constructor(context: QueryShardContext, options: MatchOptions) {
    this.context = context;
    this.options = options;
  }

  /** The query for `text` on `field`, or undefined: no terms and zeroTermsQuery is "null". */
  parse(type: MatchType, field: string, text: string): Query | undefined {
    const fieldType = this.context.fieldType(field);
    if (fieldType === undefined) {
      return new MatchNoDocsQuery(`unmapped field [${field}]`);
    }
    const quoted = type === "phrase" || type === "phrase_prefix";
    const analyzer =
      this.options.analyzer ?? (quoted ? fieldType.searchQuoteAnalyzer : fieldType.searchAnalyzer);
    const maker = new FieldMatch(this.context, this.options, fieldType);
    if ((analyzer === undefined || analyzer.name === "keyword") && type !== "phrase_prefix") {
      const prefix = type === "boolean_prefix" && ["text", "keyword"].includes(fieldType.typeName);
      return prefix ? maker.prefix(text) : maker.term(text);
    }
    const tokens =
      analyzer === undefined ? keywordTokens(text) : tokensOf(analyzer, fieldType.name, text);
    const query = maker.create(tokens, type, this.options.occur ?? "should");
    return query ?? this.zeroTerms();
  }

  private zeroTerms(): Query | undefined {
    switch (this.options.zeroTermsQuery) {
      case "all":
        return new MatchAllDocsQuery();
      case "null":
        return undefined;
      default:
        return new MatchNoDocsQuery("Matching no documents because no terms present");
    }
  }
}

/** The tokens of a text and where it ends. */
export interface Tokens {
  readonly list: GraphToken[];
  readonly endOffset: number;
}

/** The whole text as one token. */
export function keywordTokens(text: string): Tokens {
  const token = { term: text, increment: 1, length: 1, endOffset: text.length };
  return { list: text === "" ? [] : [token], endOffset: text.length };
}

/** Runs an analyzer over a text. */
export function tokensOf(analyzer: Analyzer, field: string, text: string): Tokens {
  const stream = analyzer.tokenStream(field, text);
  const list: GraphToken[] = [];
  stream.reset();
  while (stream.incrementToken()) {
    list.push({
      term: stream.term,
      increment: stream.positionIncrement,
      length: stream.positionLength,
      endOffset: stream.endOffset,
    });
  }
  stream.end();
  return { list, endOffset: stream.endOffset };
}

/** Makes queries on one field out of tokens. */
export class FieldMatch {
  protected readonly context: QueryShardContext;
  protected readonly options: MatchOptions;
  protected readonly type: SearchFieldType;

  constructor(context: QueryShardContext, options: MatchOptions, type: SearchFieldType) {
    this.context = context;
    this.options = options;
    this.type = type;
  }

  create(tokens: Tokens, type: MatchType, occur: "should" | "must"): Query | undefined {
    const { list } = tokens;
    if (list.length === 0) return undefined;
    const positions = list.reduce((sum, token) => sum + token.increment, 0);
    const phrase = type === "phrase" || type === "phrase_prefix";
    if (list.length === 1) {
      if (type === "phrase_prefix") return this.phrasePrefix(list);
      const open = type === "boolean_prefix" && list[0]!.endOffset === tokens.endOffset;
      return open ? this.prefix(list[0]!.term) : this.term(list[0]!.term);
    }
    if (list.some((token) => token.length > 1)) {
      return phrase ? this.graphPhrase(list, type) : this.graphBoolean(list, occur);
    }
    if (type === "phrase" && positions > 1) return this.phrase(list, this.options.slop ?? 0);
    if (type === "phrase_prefix") return this.phrasePrefix(list);
    if (positions === 1) return this.synonyms(list.map(({ term }) => term));
    const open = type === "boolean_prefix" && list[list.length - 1]!.endOffset === tokens.endOffset;
    return this.multiBoolean(list, occur, open);
  }

  protected lenient(make: () => Query): Query {
    try {
      return make();
    } catch (error) {
      if (this.options.lenient !== true || !(error instanceof VarveError)) throw error;
      return new MatchNoDocsQuery(`failed [${this.type.name}] query, caused by ${error.message}`);
    }
  }

  term(text: string): Query {
    const { fuzziness } = this.options;
    return this.lenient(() =>
      fuzziness === undefined
        ? this.type.termQuery(text, this.context)
        : this.type.fuzzyQuery(
            text,
            {
              maxEdits: fuzziness.asDistance(text),
              prefixLength: this.options.prefixLength ?? 0,
              maxExpansions: this.options.maxExpansions ?? 50,
              transpositions: this.options.transpositions ?? true,
            },
            this.context,
          ),
    );
  }

  prefix(text: string): Query {
    return this.lenient(() => this.type.prefixQuery(text, false, this.context));
  }

  /** Several terms at one position. */
  protected synonyms(terms: readonly string[]): Query {
    if (terms.length === 1) return this.term(terms[0]!);
    return new SynonymQuery(
      this.type.name,
      terms.map((term) => utf8.encode(term)),
    );
  }

  private multiBoolean(
    list: readonly GraphToken[],
    occur: "should" | "must",
    openEnd: boolean,
  ): Query {
    const groups: string[][] = [];
    for (const token of list) {
      if (token.increment !== 0 || groups.length === 0) groups.push([token.term]);
      else groups[groups.length - 1]!.push(token.term);
    }
    const clauses: BooleanClause[] = groups.map((terms, i) => {
      const prefix = openEnd && i === groups.length - 1 && terms.length === 1;
      return { occur, query: prefix ? this.prefix(terms[0]!) : this.synonyms(terms) };
    });
    return new BooleanQuery(clauses);
  }

  phrase(list: readonly GraphToken[], slop: number): Query {
    return this.lenient(() => {
      this.checkPhrase("phrase");
      return phraseQuery(this.context, this.type, byPosition(list), slop);
    });
  }

  private phrasePrefix(list: readonly GraphToken[]): Query {
    return this.lenient(() => {
      this.checkPhrase("phrase prefix");
      return phrasePrefixQuery(this.context, this.type, byPosition(list), {
        slop: this.options.slop ?? 0,
        maxExpansions: this.options.maxExpansions ?? 50,
      });
    });
  }

  private checkPhrase(kind: string): void {
    const { name, typeName } = this.type;
    if (isText(this.type)) return;
    throw new VarveError(
      "invalid",
      `Can only use ${kind} queries on text fields - not on [${name}]` +
        ` which is of type [${typeName}]`,
      { type: "illegal_argument_exception" },
    );
  }

  private graphBoolean(list: readonly GraphToken[], occur: "should" | "must"): Query {
    const graph = new TokenGraph(list);
    const asPhrase = this.options.autoGenerateSynonymsPhraseQuery ?? true;
    const clauses: BooleanClause[] = [];
    for (const { paths, terms } of graph.segments()) {
      if (paths === undefined) {
        clauses.push({ occur, query: this.synonyms(terms) });
        continue;
      }
      const sides = paths.map((path) => {
        const tokens = { list: path, endOffset: -1 };
        return this.create(tokens, asPhrase ? "phrase" : "boolean", "must")!;
      });
      const query = new BooleanQuery(sides.map((side) => ({ query: side, occur: "should" })));
      clauses.push({ occur, query });
    }
    return new BooleanQuery(clauses);
  }

  private graphPhrase(list: readonly GraphToken[], type: MatchType): Query {
    const paths = new TokenGraph(list).allPaths();
    const clauses = paths.map(
      (path): BooleanClause => ({
        occur: "should",
        query: this.create({ list: path, endOffset: -1 }, type, "must")!,
      }),
    );
    return new BooleanQuery(clauses);
  }
}

function byPosition(list: readonly GraphToken[]): { arrays: Uint8Array[][]; positions: number[] } {
  const arrays: Uint8Array[][] = [];
  const positions: number[] = [];
  let position = -1;
  for (const token of list) {
    if (token.increment > 0 || arrays.length === 0) {
      position += token.increment;
      arrays.push([]);
      positions.push(position);
    }
    arrays[arrays.length - 1]!.push(utf8.encode(token.term));
  }
  return { arrays, positions };
}
