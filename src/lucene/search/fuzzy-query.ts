// Terms within an edit distance of one term. The best terms by 1 - edits / length are kept, and all
// of them score with the statistics of the commonest.
// Upstream: org.apache.lucene.search.{FuzzyQuery,FuzzyTermsEnum,TopTermsRewrite,BlendedTermQuery}.

import { Dfa } from "./automaton.ts";
import { automatonTerms } from "./automaton-terms.ts";
import { BooleanQuery } from "./boolean-query.ts";
import { compareBytes, copyBytes } from "./bytes.ts";
import { BoostQuery } from "./constant-score-query.ts";
import { levenshteinNfa } from "./levenshtein.ts";
import type { MatchingTerms, TermSource } from "./multi-term-query.ts";
import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";
import { TermQuery } from "./term-query.ts";

/** States that an automaton of two edits may have; far more than any term needs. */
const STATES_MAX = 1_000_000;

interface ScoreTerm {
  readonly term: Uint8Array;
  readonly boost: number;
  docFreq: number;
  totalTermFreq: number;
}

/** Terms within `maxEdits` (0 to 2) of `term`, the best `maxExpansions` of them. */
export class FuzzyQuery extends Query {
  readonly field: string;
  readonly term: string;
  readonly maxEdits: number;
  readonly prefixLength: number;
  readonly maxExpansions: number;
  readonly transpositions: boolean;

  constructor(
    field: string,
    term: string,
    maxEdits = 2,
    prefixLength = 0,
    maxExpansions = 50,
    transpositions = true,
  ) {
    super();
    this.field = field;
    this.term = term;
    this.maxEdits = maxEdits;
    this.prefixLength = prefixLength;
    this.maxExpansions = maxExpansions;
    this.transpositions = transpositions;
  }

  override rewrite(searcher: Searcher): Query {
    const found = this.bestTerms(searcher);
    const docFreq = found.reduce((max, term) => Math.max(max, term.docFreq), 0);
    const totalTermFreq = found.reduce((sum, term) => sum + term.totalTermFreq, 0);
    const clauses = found.map(({ term, boost }) => {
      const query = new TermQuery(this.field, term, { docFreq, totalTermFreq });
      return {
        query: boost === 1 ? query : new BoostQuery(query, boost),
        occur: "should" as const,
      };
    });
    return new BooleanQuery(clauses);
  }

  /** In the order of their bytes. */
  private bestTerms(searcher: Searcher): ScoreTerm[] {
    const points = Array.from(this.term, (character) => character.codePointAt(0)!);
    const prefix = Math.min(this.prefixLength, points.length);
    const automata = Array.from(
      { length: this.maxEdits + 1 },
      (_, edits) => new Dfa(levenshteinNfa(points, edits, prefix, this.transpositions), STATES_MAX),
    );
    const kept = new Map<string, ScoreTerm>();
    for (const { reader } of searcher.leaves) {
      const terms = reader.terms(this.field);
      if (terms === undefined) continue;
      const matching = automatonTerms(terms.iterator(), automata[this.maxEdits]!);
      while (matching.next()) {
        const termsEnum = matching.terms;
        const bytes = termsEnum.term();
        const key = Buffer.from(bytes).toString("latin1");
        const docFreq = termsEnum.docFreq();
        const totalTermFreq = Math.max(docFreq, termsEnum.totalTermFreq());
        const known = kept.get(key);
        if (known !== undefined) {
          known.docFreq += docFreq;
          known.totalTermFreq += totalTermFreq;
        } else {
          const boost = boostOf(bytes, automata, points.length);
          kept.set(key, { term: copyBytes(bytes), boost, docFreq, totalTermFreq });
        }
      }
    }
    const ranked = [...kept.values()].sort(
      (a, b) => b.boost - a.boost || compareBytes(a.term, b.term),
    );
    return ranked.slice(0, this.maxExpansions).sort((a, b) => compareBytes(a.term, b.term));
  }

  /** The terms within the distance, of those given. */
  termsWithin(terms: TermSource): MatchingTerms {
    const points = Array.from(this.term, (character) => character.codePointAt(0)!);
    const prefix = Math.min(this.prefixLength, points.length);
    const nfa = levenshteinNfa(points, this.maxEdits, prefix, this.transpositions);
    return automatonTerms(terms.iterator(), new Dfa(nfa, STATES_MAX));
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    return searcher.createWeight(searcher.rewrite(this), scoreMode, boost);
  }

  toString(): string {
    return `${this.field}:${this.term}~${this.maxEdits}`;
  }
}

/** 1 - edits / (the shorter length), as a float; `automata[e]` accepts up to e edits. */
function boostOf(term: Uint8Array, automata: readonly Dfa[], termLength: number): number {
  const text = new TextDecoder().decode(term);
  let edits = automata.length - 1;
  while (edits > 0 && automata[edits - 1]!.matches(text)) edits--;
  if (edits === 0) return 1;
  const shorter = Math.min(Array.from(text).length, termLength);
  return Math.max(0, Math.fround(1 - Math.fround(edits / shorter)));
}
