// Parents whose children match. Children stand before their parent; a parent matches when a match
// of the child query lies between the parent before it and itself.
// Upstream: org.apache.lucene.search.join.ToParentBlockJoinQuery (10.4.0).

import { type DocIdSetIterator, type LeafContext, NO_MORE_DOCS } from "../index/leaf-reader.ts";
import { FixedBitSet } from "./bit-set.ts";
import { MatchNoDocsQuery } from "./constant-score-query.ts";
import { advanceTo, type Explanation, explained, notMatching } from "./explanation.ts";
import {
  Query,
  type ScoreMode,
  Scorer,
  type ScorerSupplier,
  type Searcher,
  Weight,
} from "./query.ts";

/** How the children's scores become the parent's. */
export type BlockJoinScoreMode = "none" | "avg" | "max" | "total" | "min";

/** Matches the parents of matches of `child`; `parentsFilter` matches every parent. */
export class ToParentBlockJoinQuery extends Query {
  readonly child: Query;
  readonly parentsFilter: Query;
  readonly scoreMode: BlockJoinScoreMode;

  constructor(child: Query, parentsFilter: Query, scoreMode: BlockJoinScoreMode) {
    super();
    this.child = child;
    this.parentsFilter = parentsFilter;
    this.scoreMode = scoreMode;
  }

  override rewrite(searcher: Searcher): Query {
    const child = this.child.rewrite(searcher);
    if (child instanceof MatchNoDocsQuery) return child;
    return child === this.child
      ? this
      : new ToParentBlockJoinQuery(child, this.parentsFilter, this.scoreMode);
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    const needsScores = scoreMode !== "complete-no-scores" && this.scoreMode !== "none";
    const child = searcher.createWeight(
      this.child,
      needsScores ? "complete" : "complete-no-scores",
      boost,
    );
    const parents = searcher.createWeight(
      searcher.rewrite(this.parentsFilter),
      "complete-no-scores",
      1,
    );
    return new BlockJoinWeight(this, child, parents, needsScores ? this.scoreMode : "none");
  }

  toString(): string {
    return `ToParentBlockJoinQuery (${this.child.toString()})`;
  }

  override visit(visitor: (query: Query) => void): void {
    visitor(this);
    this.child.visit(visitor);
  }
}

class BlockJoinWeight extends Weight {
  private readonly child: Weight;
  private readonly parents: Weight;
  private readonly scoreMode: BlockJoinScoreMode;

  constructor(query: Query, child: Weight, parents: Weight, scoreMode: BlockJoinScoreMode) {
    super(query);
    this.child = child;
    this.parents = parents;
    this.scoreMode = scoreMode;
  }

  scorerSupplier(context: LeafContext): ScorerSupplier | undefined {
    const child = this.child.scorerSupplier(context);
    if (child === undefined) return undefined;
    return {
      cost: () => child.cost(),
      get: (leadCost) => {
        const bits = new FixedBitSet(context.reader.maxDoc);
        const parents = this.parents.scorer(context);
        if (parents !== undefined) bits.or(parents.iterator());
        return new BlockJoinScorer(child.get(leadCost), bits, this.scoreMode);
      },
    };
  }

  override explain(context: LeafContext, doc: number): Explanation {
    const scorer = this.scorer(context);
    if (scorer === undefined || !advanceTo(scorer, doc)) return notMatching("Not a match");
    const bits = new FixedBitSet(context.reader.maxDoc);
    const parents = this.parents.scorer(context);
    if (parents !== undefined) bits.or(parents.iterator());
    const first = doc === 0 ? 0 : bits.prevSetBit(doc - 1) + 1;
    const matching: Explanation[] = [];
    for (let child = first; child < doc; child++) {
      const part = this.child.explain(context, child);
      if (part.matches) matching.push(part);
    }
    const isMin = this.scoreMode === "min";
    const shown = matching.reduce<Explanation | undefined>(
      (best, part) =>
        best === undefined || (isMin ? part.value < best.value : part.value > best.value)
          ? part
          : best,
      undefined,
    );
    const { docBase } = context;
    const mode = `${this.scoreMode[0]!.toUpperCase()}${this.scoreMode.slice(1)}`;
    const text =
      `Score based on ${matching.length} child docs in range from ${docBase + first} to ` +
      `${docBase + doc - 1}, using score mode ${mode}`;
    return explained(scorer.score(), text, shown === undefined ? [] : [shown]);
  }
}

class BlockJoinScorer extends Scorer implements DocIdSetIterator {
  private readonly child: Scorer;
  private readonly children: DocIdSetIterator;
  private readonly parents: FixedBitSet;
  private readonly scoreMode: BlockJoinScoreMode;
  private doc = -1;
  private value = 0;
  private scoredDoc = -1;

  constructor(child: Scorer, parents: FixedBitSet, scoreMode: BlockJoinScoreMode) {
    super();
    this.child = child;
    this.children = child.iterator();
    this.parents = parents;
    this.scoreMode = scoreMode;
  }

  iterator(): DocIdSetIterator {
    return this;
  }

  override docID(): number {
    return this.doc;
  }

  nextDoc(): number {
    return this.advance(this.doc + 1);
  }

  advance(target: number): number {
    if (target >= this.parents.length) return (this.doc = NO_MORE_DOCS);
    // Children of a parent ≥ target start behind the last parent before target.
    const first = target === 0 ? 0 : this.parents.prevSetBit(target - 1) + 1;
    let child = this.children.docID();
    if (child < first) child = this.children.advance(first);
    if (child === NO_MORE_DOCS) return (this.doc = NO_MORE_DOCS);
    return (this.doc = this.parents.nextSetBit(child + 1));
  }

  cost(): number {
    return this.children.cost();
  }

  score(): number {
    if (this.scoredDoc !== this.doc) {
      this.scoredDoc = this.doc;
      this.value = this.scoreMode === "none" ? 0 : this.sumUp();
    }
    return this.value;
  }

  private sumUp(): number {
    let sum: number = this.child.score();
    let count = 1;
    while (this.children.nextDoc() < this.doc) {
      const score = this.child.score();
      count++;
      if (this.scoreMode === "min") sum = Math.min(sum, score);
      else if (this.scoreMode === "max") sum = Math.max(sum, score);
      else sum += score;
    }
    return Math.fround(this.scoreMode === "avg" ? sum / count : sum);
  }
}
