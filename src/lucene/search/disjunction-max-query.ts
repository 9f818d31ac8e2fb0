// The best of several queries, with a share of the others.
// Upstream: org.apache.lucene.search.DisjunctionMaxQuery.

import type { LeafContext } from "../index/leaf-reader.ts";
import { BooleanQuery } from "./boolean-query.ts";
import { MatchNoDocsQuery } from "./constant-score-query.ts";
import { DisjunctionScorer } from "./disjunction.ts";
import { type Explanation, explained, floatText, notMatching } from "./explanation.ts";
import { Query, type ScoreMode, type ScorerSupplier, type Searcher, Weight } from "./query.ts";

/** Scores max + tieBreaker × (sum of the others). */
export class DisjunctionMaxQuery extends Query {
  readonly disjuncts: readonly Query[];
  readonly tieBreaker: number;

  constructor(disjuncts: readonly Query[], tieBreaker = 0) {
    super();
    this.disjuncts = disjuncts;
    this.tieBreaker = Math.fround(tieBreaker);
  }

  override rewrite(searcher: Searcher): Query {
    const { disjuncts } = this;
    if (disjuncts.length === 0) return new MatchNoDocsQuery("empty DisjunctionMaxQuery");
    if (disjuncts.length === 1) return disjuncts[0]!;
    if (this.tieBreaker === 1) {
      return new BooleanQuery(disjuncts.map((query) => ({ query, occur: "should" as const })));
    }
    const rewritten = disjuncts.map((query) => query.rewrite(searcher));
    if (rewritten.every((query, i) => query === disjuncts[i])) return this;
    return new DisjunctionMaxQuery(rewritten, this.tieBreaker);
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    const mode = scoreMode === "top-scores" ? "complete" : scoreMode;
    const weights = this.disjuncts.map((query) => searcher.createWeight(query, mode, boost));
    return new DisjunctionMaxWeight(this, weights, this.tieBreaker);
  }

  toString(): string {
    const parts = this.disjuncts.map((query) =>
      query instanceof BooleanQuery ? `(${query.toString()})` : query.toString(),
    );
    return `(${parts.join(" | ")})${this.tieBreaker === 0 ? "" : `~${this.tieBreaker}`}`;
  }

  override visit(visitor: (query: Query) => void): void {
    visitor(this);
    for (const query of this.disjuncts) query.visit(visitor);
  }
}

class DisjunctionMaxWeight extends Weight {
  private readonly weights: readonly Weight[];
  private readonly tieBreaker: number;

  constructor(query: Query, weights: readonly Weight[], tieBreaker: number) {
    super(query);
    this.weights = weights;
    this.tieBreaker = tieBreaker;
  }

  scorerSupplier(context: LeafContext): ScorerSupplier | undefined {
    const suppliers = this.weights
      .map((weight) => weight.scorerSupplier(context))
      .filter((supplier) => supplier !== undefined);
    if (suppliers.length === 0) return undefined;
    if (suppliers.length === 1) return suppliers[0];
    const cost = suppliers.reduce((sum, supplier) => sum + supplier.cost(), 0);
    return {
      cost: () => cost,
      get: (leadCost) =>
        new DisjunctionScorer(
          suppliers.map((supplier) => supplier.get(leadCost)),
          { kind: "max", tieBreaker: this.tieBreaker },
        ),
    };
  }

  override explain(context: LeafContext, doc: number): Explanation {
    const all = this.weights.map((weight) => weight.explain(context, doc));
    const parts = all.filter(({ matches }) => matches);
    if (parts.length === 0) return notMatching("No matching clause", all);
    let best = 0;
    let others = 0;
    for (const { value } of parts) {
      others += Math.min(best, value);
      best = Math.max(best, value);
    }
    const { tieBreaker } = this;
    const text =
      tieBreaker === 0 ? "max of:" : `max plus ${floatText(tieBreaker)} times others of:`;
    return explained(Math.fround(best + others * tieBreaker), text, parts);
  }
}
