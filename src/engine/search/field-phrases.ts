// Phrases as the type of the field has them: words at positions of the field itself, or of a field
// that holds runs of words, or looked up in the sources.
// Upstream: MappedFieldType.{phraseQuery,multiPhraseQuery,phrasePrefixQuery} and their overrides,
// org.opensearch.index.query.SourceFieldMatchQuery.

import {
  BooleanQuery,
  type LeafVerifier,
  MemoryIndex,
  MultiPhraseQuery,
  PhraseQuery,
  PrefixQuery,
  type Query,
  TermQuery,
  VerifiedQuery,
} from "../../lucene/search/index.ts";
import {
  MatchOnlyTextFieldType,
  SearchAsYouTypeFieldType,
  ShingleFieldType,
  TextFieldType,
} from "../mapping/index.ts";
import { MultiPhrasePrefixQuery, type PhrasePrefixOptions } from "./multi-phrase-prefix-query.ts";
import type { QueryShardContext } from "./query-shard-context.ts";
import type { SearchFieldType } from "./search-field-type.ts";
import { runsOf, shinglePrefixQuery, shinglesOf, wordPrefixQuery } from "./shingle-phrase.ts";

/** Words at positions, those at one position being alternatives. */
export interface PhraseWords {
  readonly arrays: readonly (readonly Uint8Array[])[];
  readonly positions: readonly number[];
}

/** The query of a phrase. */
export function phraseQuery(
  context: QueryShardContext,
  type: SearchFieldType,
  words: PhraseWords,
  slop: number,
): Query {
  if (type instanceof SearchAsYouTypeFieldType && slop === 0) {
    const runs = shinglesOf(type, words);
    if (runs !== undefined) return phraseOf(runs.type.name, runs.words, 0);
  }
  if (type instanceof TextFieldType && type.indexPhrases && slop === 0) {
    const pairs = runsOf(words, 2);
    if (pairs !== undefined) return phraseOf(`${type.name}._index_phrase`, pairs, 0);
  }
  const query = phraseOf(type.name, words, slop);
  if (!(type instanceof MatchOnlyTextFieldType)) return query;
  return verified(context, type, requiredTerms(type.name, words.arrays), query);
}

/** The query of a phrase whose last word is a prefix. */
export function phrasePrefixQuery(
  context: QueryShardContext,
  type: SearchFieldType,
  words: PhraseWords,
  options: PhrasePrefixOptions,
): Query {
  if (options.slop === 0) {
    if (type instanceof ShingleFieldType) return shinglePrefixQuery({ type, words }, options);
    const runs = type instanceof SearchAsYouTypeFieldType ? shinglesOf(type, words) : undefined;
    if (runs !== undefined) return shinglePrefixQuery(runs, options);
    if (type instanceof TextFieldType && type.indexPrefixes !== undefined) {
      const { minChars, maxChars } = type.indexPrefixes;
      const name = `${type.name}._index_prefix`;
      const holds = (length: number) => length >= minChars && length <= maxChars;
      return wordPrefixQuery(type.name, words, { name, holds }, options);
    }
  }
  const { arrays, positions } = words;
  const query = new MultiPhrasePrefixQuery(type.name, arrays, positions, options);
  if (!(type instanceof MatchOnlyTextFieldType)) return query;
  const last = arrays.length - 1;
  const prefixes = arrays[last]!.map((prefix) => ({
    query: new PrefixQuery(type.name, prefix),
    occur: "should" as const,
  }));
  const approximation = new BooleanQuery([
    ...requiredTerms(type.name, arrays.slice(0, last)).clauses,
    { query: new BooleanQuery(prefixes), occur: "filter" },
  ]);
  return verified(context, type, approximation, query);
}

function phraseOf(field: string, { arrays, positions }: PhraseWords, slop: number): Query {
  if (!arrays.every((terms) => terms.length === 1)) {
    return new MultiPhraseQuery(field, arrays, positions, slop);
  }
  const terms = arrays.map(([term]) => term!);
  return new PhraseQuery(field, terms, positions, slop);
}

/** Documents with a word for each position. */
function requiredTerms(field: string, arrays: PhraseWords["arrays"]): BooleanQuery {
  return new BooleanQuery(
    arrays.map((terms) => {
      const each = terms.map((term) => new TermQuery(field, term));
      const either = new BooleanQuery(each.map((query) => ({ query, occur: "should" as const })));
      return { query: each.length === 1 ? each[0]! : either, occur: "filter" as const };
    }),
  );
}

function verified(
  context: QueryShardContext,
  type: MatchOnlyTextFieldType,
  approximation: Query,
  query: Query,
): Query {
  const values = context.sourceValues(type.name);
  const verifier: LeafVerifier = (leaf) => {
    const ofDoc = values(leaf);
    return (doc) => {
      const index = new MemoryIndex(type.name);
      for (const value of ofDoc(doc)) index.add(String(value), type.indexAnalyzer);
      return index.matches(query);
    };
  };
  return new VerifiedQuery(approximation, verifier, query.toString());
}
