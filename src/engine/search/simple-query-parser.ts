// The forgiving query syntax: `+` and, `|` or, `-` not, `"phrase"~slop`, `word*`, `word~edits`,
// parentheses. Nothing is an error; what makes no sense is left out.
// Upstream: org.apache.lucene.queryparser.simple.SimpleQueryParser,
// org.opensearch.index.search.SimpleQueryStringQueryParser (2.19.6).

import { VarveError } from "../../base/index.ts";
import type { Analyzer } from "../../lucene/analysis/index.ts";
import {
  BooleanQuery,
  BoostQuery,
  DisjunctionMaxQuery,
  MatchAllDocsQuery,
  MatchNoDocsQuery,
  type Query,
} from "../../lucene/search/index.ts";
import { type FieldWeights, resolveFields } from "./field-names.ts";
import type { MatchOptions } from "./match-query.ts";
import { multiMatchQuery } from "./multi-match.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import type { SearchFieldType } from "./search-field-type.ts";

/** Operators that may be switched off, as bits. */
export const SIMPLE_FLAGS: Readonly<Record<string, number>> = {
  ALL: -1,
  NONE: 0,
  AND: 1,
  NOT: 2,
  OR: 4,
  PREFIX: 8,
  PHRASE: 16,
  PRECEDENCE: 32,
  ESCAPE: 64,
  WHITESPACE: 128,
  FUZZY: 256,
  NEAR: 512,
  SLOP: 512,
};
const [AND, NOT, OR, PREFIX, PHRASE, PRECEDENCE, ESCAPE, WHITESPACE, FUZZY, NEAR] = [
  1, 2, 4, 8, 16, 32, 64, 128, 256, 512,
] as const;

/** Options of simple_query_string. */
export interface SimpleQueryOptions {
  readonly weights: FieldWeights;
  readonly operator: "should" | "must";
  readonly flags: number;
  readonly lenient: boolean;
  readonly analyzer: Analyzer | undefined;
  readonly quoteFieldSuffix: string;
  readonly fuzzyPrefixLength: number;
  readonly fuzzyMaxExpansions: number;
  readonly fuzzyTranspositions: boolean;
  readonly autoGenerateSynonymsPhraseQuery: boolean;
}

interface State {
  readonly text: string;
  at: number;
  readonly end: number;
  current: "should" | "must" | undefined;
  previous: "should" | "must" | undefined;
  not: number;
  top: Query | undefined;
}

/** Parses texts for one shard. */
export class SimpleQueryParser {
  private readonly context: QueryShardContext;
  private readonly options: SimpleQueryOptions;

  constructor(context: QueryShardContext, options: SimpleQueryOptions) {
    this.context = context;
    this.options = options;
  }

  parse(text: string): Query {
    if (text.trim() === "*") return new MatchAllDocsQuery();
    const state = newState(text, 0, text.length);
    this.parseSubQuery(state);
    return state.top ?? new MatchNoDocsQuery("empty string passed to query parser");
  }

  private has(flag: number): boolean {
    return (this.options.flags & flag) !== 0;
  }

  private parseSubQuery(state: State): void {
    while (state.at < state.end) {
      const character = state.text[state.at]!;
      if (character === "(" && this.has(PRECEDENCE)) {
        this.consumeSubQuery(state);
      } else if (character === ")" && this.has(PRECEDENCE)) {
        state.at++;
      } else if (character === '"' && this.has(PHRASE)) {
        this.consumePhrase(state);
      } else if (character === "+" && this.has(AND)) {
        if (state.top !== undefined) state.current ??= "must";
        state.at++;
      } else if (character === "|" && this.has(OR)) {
        if (state.top !== undefined) state.current ??= "should";
        state.at++;
      } else if (character === "-" && this.has(NOT)) {
        state.not++;
        state.at++;
        continue;
      } else if (isSpace(character) && this.has(WHITESPACE)) {
        state.at++;
      } else {
        this.consumeToken(state);
      }
      state.not = 0;
    }
  }

  private consumeSubQuery(state: State): void {
    const start = ++state.at;
    let depth = 1;
    for (let escaped = false; state.at < state.end; state.at++) {
      const character = state.text[state.at]!;
      if (escaped) {
        escaped = false;
        continue;
      }
      if (character === "\\" && this.has(ESCAPE)) escaped = true;
      else if (character === "(") depth++;
      else if (character === ")" && --depth === 0) break;
    }
    if (state.at >= state.end) {
      state.at = start;
    } else if (state.at === start) {
      state.current = undefined;
      state.at++;
    } else {
      const inner = newState(state.text, start, state.at);
      this.parseSubQuery(inner);
      this.build(state, inner.top);
      state.at++;
    }
  }

  private consumePhrase(state: State): void {
    const start = ++state.at;
    let phrase = "";
    let hasSlop = false;
    for (let escaped = false; state.at < state.end; ) {
      const character = state.text[state.at]!;
      if (!escaped && character === "\\" && this.has(ESCAPE)) {
        escaped = true;
        state.at++;
        continue;
      }
      if (!escaped && character === '"') {
        if (state.end > state.at + 1 && state.text[state.at + 1] === "~" && this.has(NEAR)) {
          state.at++;
          hasSlop = state.end > state.at + 1;
        }
        break;
      }
      escaped = false;
      phrase += character;
      state.at++;
    }
    if (state.at >= state.end) {
      state.at = start;
    } else if (state.at === start) {
      state.current = undefined;
      state.at++;
    } else {
      const slop = hasSlop ? this.parseEdits(state) : 0;
      this.build(state, this.phraseQuery(phrase, slop));
      state.at++;
    }
  }

  private consumeToken(state: State): void {
    let token = "";
    let prefix = false;
    let fuzzy = false;
    for (let escaped = false; state.at < state.end; ) {
      const character = state.text[state.at]!;
      if (!escaped) {
        if (character === "\\" && this.has(ESCAPE)) {
          escaped = true;
          prefix = false;
          state.at++;
          continue;
        }
        if (this.finishesToken(character)) break;
        if (token !== "" && character === "~" && this.has(FUZZY)) {
          fuzzy = true;
          break;
        }
        prefix = token !== "" && character === "*" && this.has(PREFIX);
      }
      escaped = false;
      token += character;
      state.at++;
    }
    if (token === "") return;
    if (fuzzy) {
      const edits = Math.min(this.parseEdits(state), 2);
      this.build(state, edits === 0 ? this.defaultQuery(token) : this.fuzzyQuery(token, edits));
    } else {
      this.build(state, prefix ? this.prefixQuery(token.slice(0, -1)) : this.defaultQuery(token));
    }
  }

  private finishesToken(character: string): boolean {
    switch (character) {
      case '"':
        return this.has(PHRASE);
      case "|":
        return this.has(OR);
      case "+":
        return this.has(AND);
      case "(":
      case ")":
        return this.has(PRECEDENCE);
      default:
        return isSpace(character) && this.has(WHITESPACE);
    }
  }

  private parseEdits(state: State): number {
    let text = "";
    for (
      state.at++;
      state.at < state.end && !this.finishesToken(state.text[state.at]!);
      state.at++
    ) {
      text += state.text[state.at]!;
    }
    if (text === "") return 2;
    return /^\d+$/.test(text) ? Number(text) : 0;
  }

  private build(state: State, given: Query | undefined): void {
    let branch = given;
    if (branch !== undefined) {
      if (state.not % 2 === 1) {
        branch = new BooleanQuery([
          { query: branch, occur: "must_not" },
          { query: new MatchAllDocsQuery(), occur: "should" },
        ]);
      }
      if (state.top === undefined) {
        state.top = branch;
      } else {
        const current = state.current ?? this.options.operator;
        if (state.previous !== current) {
          state.top = new BooleanQuery([{ query: state.top, occur: current }]);
        }
        const { clauses } = state.top as BooleanQuery;
        state.top = new BooleanQuery([...clauses, { query: branch, occur: current }]);
        state.previous = current;
      }
    }
    state.current = undefined;
  }

  private matchOptions(slop: number): MatchOptions {
    const { operator, lenient, analyzer, autoGenerateSynonymsPhraseQuery } = this.options;
    return {
      occur: operator,
      lenient,
      analyzer,
      slop,
      autoGenerateSynonymsPhraseQuery,
      zeroTermsQuery: "null",
    };
  }

  private defaultQuery(text: string): Query | undefined {
    return multiMatchQuery(
      this.context,
      "most_fields",
      this.options.weights,
      text,
      this.matchOptions(0),
    );
  }

  private phraseQuery(text: string, slop: number): Query | undefined {
    const { weights, quoteFieldSuffix } = this.options;
    const fields =
      quoteFieldSuffix === "" ? weights : resolveFields(this.context, weights, quoteFieldSuffix);
    return multiMatchQuery(this.context, "phrase", fields, text, this.matchOptions(slop));
  }

  private fuzzyQuery(text: string, maxEdits: number): Query {
    return this.eachField((type) =>
      type.fuzzyQuery(
        this.normalized(type, text),
        {
          maxEdits,
          prefixLength: this.options.fuzzyPrefixLength,
          maxExpansions: this.options.fuzzyMaxExpansions,
          transpositions: this.options.fuzzyTranspositions,
        },
        this.context,
      ),
    );
  }

  private prefixQuery(text: string): Query {
    return this.eachField((type) =>
      type.prefixQuery(this.normalized(type, text), false, this.context),
    );
  }

  private normalized(type: SearchFieldType, text: string): string {
    const analyzer = this.options.analyzer ?? type.searchAnalyzer;
    return analyzer === undefined ? text : analyzer.normalize(type.name, text);
  }

  private eachField(make: (type: SearchFieldType) => Query): Query {
    const queries: Query[] = [];
    for (const [name, boost] of this.options.weights) {
      const query = this.fieldQuery(name, make);
      const plain = boost === 1 || query instanceof MatchNoDocsQuery;
      queries.push(plain ? query : new BoostQuery(query, boost));
    }
    return queries.length === 1 ? queries[0]! : new DisjunctionMaxQuery(queries, 1);
  }

  private fieldQuery(name: string, make: (type: SearchFieldType) => Query): Query {
    const type = this.context.fieldType(name);
    if (type === undefined) return new MatchNoDocsQuery(`unmapped field [${name}]`);
    try {
      return make(type);
    } catch (error) {
      if (!this.options.lenient || !(error instanceof VarveError)) throw error;
      return new MatchNoDocsQuery(`failed query, caused by ${error.message}`);
    }
  }
}

function newState(text: string, at: number, end: number): State {
  return { text, at, end, current: undefined, previous: undefined, not: 0, top: undefined };
}

function isSpace(character: string): boolean {
  return character === " " || character === "\t" || character === "\n" || character === "\r";
}
