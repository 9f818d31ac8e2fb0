// A query whose matches are checked one by one against something slower than an index: the stored
// source, or doc values. Each match scores the boost.
// Upstream: org.opensearch.index.query.SourceFieldMatchQuery,
// org.opensearch.index.mapper.WildcardFieldMapper.WildcardMatchingQuery.

import { type DocIdSetIterator, type LeafContext, NO_MORE_DOCS } from "../index/leaf-reader.ts";
import { PageMiss, PageMisses } from "../store/index.ts";
import { ConstantScoreWeight, MatchNoDocsQuery } from "./constant-score-query.ts";
import { Query, type ScoreMode, type Searcher, type Weight } from "./query.ts";

/** Makes the check of one leaf's documents. */
export type LeafVerifier = (context: LeafContext) => (doc: number) => boolean;

/** Documents that are asked for in one round. */
const ASKED_MAX = 128;

/** Lets the documents after `doc` note the pages that they need. */
function askAhead(docs: DocIdSetIterator, doc: number, verify: (doc: number) => boolean): void {
  const misses = new PageMisses();
  let next = docs.advance(doc + 1);
  for (let asked = 1; asked < ASKED_MAX && next !== NO_MORE_DOCS; asked++) {
    const target = next;
    misses.try(() => verify(target));
    next = docs.nextDoc();
  }
}

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
      const matches = () => {
        const doc = approximation.docID();
        try {
          return verify(doc);
        } catch (error) {
          if (!(error instanceof PageMiss)) throw error;
          // What the documents after it need is asked for in the same round.
          const ahead = inner.scorer(context)!.iterator();
          askAhead(ahead, doc, verify);
          throw error;
        }
      };
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
