// Queries over many terms of one field, each match scoring the boost: the constant-score rewrite.
// A leaf gathers its matching terms; the docs of all of them make one set.
// Upstream: org.apache.lucene.search.{MultiTermQuery,TermInSetQuery,TermRangeQuery}.

import {
  type LeafContext,
  type PostingsEnum,
  PostingsFlags,
  type Terms,
  type TermsEnum,
} from "../index/leaf-reader.ts";
import { DocIdSetBuilder } from "./bit-set.ts";
import { compareBytes, copyBytes, startsWithBytes } from "./bytes.ts";
import { ConstantScoreWeight, type LeafMatches } from "./constant-score-query.ts";
import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";
import { termText } from "./term-query.ts";

/** Walks the terms of a field that a query accepts. After `next`, `terms` stands on the term. */
export interface MatchingTerms {
  readonly terms: TermsEnum;
  /** Moves to the next accepted term; false at the end. */
  next(): boolean;
}

/** Where terms come from: postings, or the dictionary of doc values. */
export type TermSource = Pick<Terms, "iterator">;

/** A query that accepts some of the terms of a field. */
export abstract class MultiTermQuery extends Query {
  readonly field: string;

  constructor(field: string) {
    super();
    this.field = field;
  }

  abstract matchingTerms(terms: TermSource): MatchingTerms;

  createWeight(_searcher: Searcher, _scoreMode: ScoreMode, boost: number): Weight {
    return new ConstantScoreWeight(this, boost, (context) => this.matches(context));
  }

  private matches(context: LeafContext): LeafMatches {
    const terms = context.reader.terms(this.field);
    if (terms === undefined) return undefined;
    const matching = this.matchingTerms(terms);
    if (!matching.next()) return undefined;
    const first = copyBytes(matching.terms.term());
    const firstState = matching.terms.termState();
    if (!matching.next()) {
      matching.terms.seekToState(first, firstState);
      return matching.terms.postings(undefined, PostingsFlags.NONE);
    }
    const builder = new DocIdSetBuilder(context.reader.maxDoc);
    let postings: PostingsEnum | undefined;
    do {
      postings = matching.terms.postings(postings, PostingsFlags.NONE);
      builder.addAll(postings);
    } while (matching.next());
    const again = terms.iterator();
    again.seekToState(first, firstState);
    builder.addAll(again.postings(undefined, PostingsFlags.NONE));
    return builder.build();
  }
}

/** Accepts listed terms. */
export class TermInSetQuery extends MultiTermQuery {
  /** Sorted and distinct. */
  readonly terms: readonly Uint8Array[];

  constructor(field: string, terms: readonly Uint8Array[]) {
    super(field);
    const sorted = [...terms].sort(compareBytes);
    this.terms = sorted.filter((term, i) => i === 0 || compareBytes(term, sorted[i - 1]!) !== 0);
  }

  matchingTerms(terms: TermSource): MatchingTerms {
    const list = this.terms;
    const termsEnum = terms.iterator();
    let at = 0;
    return {
      terms: termsEnum,
      next() {
        while (at < list.length) if (termsEnum.seekExact(list[at++]!)) return true;
        return false;
      },
    };
  }

  toString(): string {
    return `${this.field}:(${this.terms.map(termText).join(" ")})`;
  }
}

/** Accepts the terms between two bounds; an undefined bound is open. */
export class TermRangeQuery extends MultiTermQuery {
  readonly lower: Uint8Array | undefined;
  readonly upper: Uint8Array | undefined;
  readonly includeLower: boolean;
  readonly includeUpper: boolean;

  constructor(
    field: string,
    lower: Uint8Array | undefined,
    upper: Uint8Array | undefined,
    includeLower: boolean,
    includeUpper: boolean,
  ) {
    super(field);
    this.lower = lower;
    this.upper = upper;
    this.includeLower = includeLower;
    this.includeUpper = includeUpper;
  }

  matchingTerms(terms: TermSource): MatchingTerms {
    const { lower, upper, includeLower, includeUpper } = this;
    const termsEnum = terms.iterator();
    let started = false;
    const start = (): boolean => {
      started = true;
      if (lower === undefined) return termsEnum.next() !== undefined;
      const status = termsEnum.seekCeil(lower);
      if (status === "found" && !includeLower) return termsEnum.next() !== undefined;
      return status !== "end";
    };
    const below = (): boolean => {
      if (upper === undefined) return true;
      const order = compareBytes(termsEnum.term(), upper);
      return includeUpper ? order <= 0 : order < 0;
    };
    return {
      terms: termsEnum,
      next: () => (started ? termsEnum.next() !== undefined : start()) && below(),
    };
  }

  toString(): string {
    const lower = this.lower === undefined ? "*" : termText(this.lower);
    const upper = this.upper === undefined ? "*" : termText(this.upper);
    return (
      `${this.field}:${this.includeLower ? "[" : "{"}${lower} TO ${upper}` +
      (this.includeUpper ? "]" : "}")
    );
  }
}

/** The terms that start with `prefix`. */
export function prefixTerms(termsEnum: TermsEnum, prefix: Uint8Array): MatchingTerms {
  let started = false;
  return {
    terms: termsEnum,
    next() {
      if (started) {
        const term = termsEnum.next();
        return term !== undefined && startsWithBytes(term, prefix);
      }
      started = true;
      if (prefix.length === 0) return termsEnum.next() !== undefined;
      return termsEnum.seekCeil(prefix) !== "end" && startsWithBytes(termsEnum.term(), prefix);
    },
  };
}
