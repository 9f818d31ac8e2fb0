// A query whose matches are checked one by one against something slower than an index: the stored
// source, or doc values. Each match scores the boost.
// Upstream: org.opensearch.index.query.SourceFieldMatchQuery,
// org.opensearch.index.mapper.WildcardFieldMapper.WildcardMatchingQuery.

import type { LeafContext } from "../index/leaf-reader.ts";
import { ConstantScoreWeight, MatchNoDocsQuery } from "./constant-score-query.ts";
import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";

/** Makes the check of one leaf's documents. */
export type LeafVerifier = (context: LeafContext) => (doc: number) => boolean;

/** The matches of `approximation` that pass `verifier`; `text` is what is looked for. */
export class VerifiedQuery extends Query {
  readonly approximation: Query;
  readonly verifier: LeafVerifier;
  readonly text: string;

  constructor(approximation: Query, verifier: LeafVerifier, text: string) {
    super();
    this.approximation = approximation;
    this.verifier = verifier;
    this.text = text;
  }

  override rewrite(searcher: Searcher): Query {
    const rewritten = this.approximation.rewrite(searcher);
    if (rewritten instanceof MatchNoDocsQuery) return rewritten;
    return rewritten === this.approximation
      ? this
      : new VerifiedQuery(rewritten, this.verifier, this.text);
  }

  createWeight(searcher: Searcher, _scoreMode: ScoreMode, boost: number): Weight {
    const inner = searcher.createWeight(this.approximation, "complete-no-scores", 1);
    return new ConstantScoreWeight(this, boost, (context) => {
      const approximation = inner.scorer(context)?.iterator();
      if (approximation === undefined) return undefined;
      const verify = this.verifier(context);
      const matches = () => verify(approximation.docID());
      return { approximation, matchCost: 1000, matches };
    });
  }

  toString(): string {
    return `VerifiedQuery(${this.approximation.toString()}, ${this.text})`;
  }

  override visit(visitor: (query: Query) => void): void {
    visitor(this);
    this.approximation.visit(visitor);
  }
}
