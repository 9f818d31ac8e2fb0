// A query over terms that are not indexed: the terms are those of the doc values, and a doc matches
// when one of its ords was accepted. Each match scores the boost.
// Upstream: org.apache.lucene.search.DocValuesRewriteMethod (MultiTermQuery.DOC_VALUES_REWRITE).

import type { LeafContext } from "../index/leaf-reader.ts";
import { Dfa } from "./automaton.ts";
import { automatonTerms } from "./automaton-terms.ts";
import { ConstantScoreWeight, type LeafMatches } from "./constant-score-query.ts";
import { ordValues } from "./doc-values-query.ts";
import type { FuzzyQuery } from "./fuzzy-query.ts";
import { levenshteinNfa } from "./levenshtein.ts";
import type { MatchingTerms, MultiTermQuery, TermSource } from "./multi-term-query.ts";
import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";

const FUZZY_STATES_MAX = 1_000_000;

/** Accepts by doc values what `query` accepts by terms. A fuzzy query takes every term near it. */
export class DocValuesTermsQuery extends Query {
  readonly query: MultiTermQuery | FuzzyQuery;

  constructor(query: MultiTermQuery | FuzzyQuery) {
    super();
    this.query = query;
  }

  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, boost: number): Weight {
    return new ConstantScoreWeight(this, boost, (context) => this.matches(context));
  }

  private matches({ reader }: LeafContext): LeafMatches {
    const values = ordValues(reader, this.query.field);
    if (values === undefined) return undefined;
    const accepted = new Uint8Array(values.valueCount);
    const termsEnum = values.termsEnum();
    const matching = matchingTerms(this.query, { iterator: () => termsEnum });
    let count = 0;
    for (; matching.next(); count++) accepted[termsEnum.ord()] = 1;
    if (count === 0) return undefined;
    const matches = () => {
      for (let left = values.docValueCount(); left > 0; left--) {
        if (accepted[values.nextOrd()] === 1) return true;
      }
      return false;
    };
    return { approximation: values, matchCost: 5, matches };
  }

  toString(): string {
    return this.query.toString();
  }
}

function matchingTerms(query: MultiTermQuery | FuzzyQuery, terms: TermSource): MatchingTerms {
  if ("matchingTerms" in query) return query.matchingTerms(terms);
  const points = Array.from(query.term, (character) => character.codePointAt(0)!);
  const prefix = Math.min(query.prefixLength, points.length);
  const nfa = levenshteinNfa(points, query.maxEdits, prefix, query.transpositions);
  return automatonTerms(terms.iterator(), new Dfa(nfa, FUZZY_STATES_MAX));
}
