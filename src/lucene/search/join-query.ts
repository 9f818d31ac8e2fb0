// Joins documents of one index by a field that both sides have: matches the documents of `to` whose
// value some match of `from` has. The values of the matches are collected first, over the whole
// reader, with how many matches had each and what they scored.
// Upstream: org.apache.lucene.search.join.{JoinUtil,GlobalOrdinalsQuery,
// GlobalOrdinalsWithScoreQuery,GlobalOrdinalsWithScoreCollector}.

import {
  type DocIdSetIterator,
  type LeafContext,
  NO_MORE_DOCS,
  type SortedDocValues,
} from "../index/leaf-reader.ts";
import { PageMisses } from "../store/index.ts";
import type { BlockJoinScoreMode } from "./block-join-query.ts";
import { IndexSearcher } from "./index-searcher.ts";
import {
  Query,
  type ScoreMode,
  Scorer,
  type ScorerSupplier,
  type Searcher,
  type TwoPhaseIterator,
  Weight,
} from "./query.ts";
import { TwoPhaseAsIterator } from "./two-phase.ts";

/** How many matches of `from` a value needs, and may have. */
export interface JoinOptions {
  readonly scoreMode: BlockJoinScoreMode;
  readonly min: number;
  readonly max: number;
}

/** The greatest `max`: no limit. */
export const JOIN_MAX = 2147483647;

/** Matches documents of `to` by the values of `field` that matches of `from` have. */
export class JoinQuery extends Query {
  readonly field: string;
  readonly from: Query;
  readonly to: Query;
  readonly options: JoinOptions;

  constructor(field: string, from: Query, to: Query, options: JoinOptions) {
    super();
    this.field = field;
    this.from = from;
    this.to = to;
    this.options = options;
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    // Statistics of a whole search are not for the inner query: upstream opens a searcher anew.
    const reader = { leaves: searcher.leaves, maxDoc: searcher.maxDoc, numDocs: searcher.maxDoc };
    const inner = new IndexSearcher(reader, {
      similarity: (field) => searcher.similarity(field),
      checkCancelled: () => searcher.checkCancelled(),
    });
    const isScored = scoreMode !== "complete-no-scores" && this.options.scoreMode !== "none";
    const groups = new JoinGroups(this.options);
    const from = inner.weigh(this.from, isScored ? "complete" : "complete-no-scores");
    const misses = new PageMisses();
    for (const leaf of searcher.leaves) {
      misses.try(() => collectLeaf(inner, leaf, from, this.field, groups, isScored));
    }
    misses.throwIfAny();
    const to = inner.weigh(this.to, "complete-no-scores");
    return new JoinWeight(this, to, groups, boost);
  }

  toString(): string {
    const { scoreMode, min, max } = this.options;
    return (
      `JoinQuery(field=${this.field}, from=${this.from.toString()}, to=${this.to.toString()}, ` +
      `scoreMode=${scoreMode}, min=${min}, max=${max})`
    );
  }
}

/** What was collected of each value: its group is its place in the arrays. */
class JoinGroups {
  private readonly options: JoinOptions;
  private readonly byTerm = new Map<string, number>();
  private readonly counts: number[] = [];
  private readonly scores: number[] = [];

  constructor(options: JoinOptions) {
    this.options = options;
  }

  /** The group of a value, or -1. */
  find(term: Uint8Array): number {
    return this.byTerm.get(Buffer.from(term).toString("latin1")) ?? -1;
  }

  findOrAdd(term: Uint8Array): number {
    const key = Buffer.from(term).toString("latin1");
    let group = this.byTerm.get(key);
    if (group === undefined) {
      group = this.counts.length;
      this.byTerm.set(key, group);
      this.counts.push(0);
      this.scores.push(0);
    }
    return group;
  }

  add(group: number, score: number): void {
    const first = this.counts[group]!++ === 0;
    const before = this.scores[group]!;
    const { scoreMode } = this.options;
    if (first) this.scores[group] = score;
    else if (scoreMode === "min") this.scores[group] = Math.min(before, score);
    else if (scoreMode === "max") this.scores[group] = Math.max(before, score);
    else this.scores[group] = Math.fround(before + score);
  }

  matches(group: number): boolean {
    if (group < 0) return false;
    const count = this.counts[group]!;
    return count >= this.options.min && count <= this.options.max;
  }

  score(group: number): number {
    switch (this.options.scoreMode) {
      case "none":
        return 1;
      case "avg":
        return Math.fround(this.scores[group]! / this.counts[group]!);
      default:
        return this.scores[group]!;
    }
  }
}

/** The groups of a leaf's ords, looked up once each. */
class LeafGroups {
  private readonly values: SortedDocValues;
  private readonly lookUp: (term: Uint8Array) => number;
  /** Plus two: a fresh array holds zeros, and -1 is "no group". */
  private readonly known: Int32Array;

  constructor(values: SortedDocValues, lookUp: (term: Uint8Array) => number) {
    this.values = values;
    this.lookUp = lookUp;
    this.known = new Int32Array(values.valueCount);
  }

  /** The group of a document's value, -1 where there is none. */
  of(doc: number): number {
    const { values } = this;
    if (!values.advanceExact(doc)) return -1;
    const ord = values.ordValue();
    if (this.known[ord] === 0) this.known[ord] = this.lookUp(values.lookupOrd(ord)) + 2;
    return this.known[ord]! - 2;
  }
}

function collectLeaf(
  searcher: Searcher,
  leaf: LeafContext,
  from: Weight,
  field: string,
  groups: JoinGroups,
  isScored: boolean,
): void {
  searcher.checkCancelled();
  const scorer = from.scorer(leaf);
  const values = scorer === undefined ? undefined : leaf.reader.sortedDocValues(field);
  if (scorer === undefined || values === undefined) return;
  const leafGroups = new LeafGroups(values, (term) => groups.findOrAdd(term));
  const docs = scorer.iterator();
  const { liveDocs } = leaf.reader;
  for (let doc = docs.nextDoc(); doc !== NO_MORE_DOCS; doc = docs.nextDoc()) {
    if (liveDocs !== undefined && !liveDocs.get(doc)) continue;
    const group = leafGroups.of(doc);
    if (group >= 0) groups.add(group, isScored ? scorer.score() : 1);
  }
}

class JoinWeight extends Weight {
  private readonly to: Weight;
  private readonly groups: JoinGroups;
  private readonly boost: number;

  constructor(query: JoinQuery, to: Weight, groups: JoinGroups, boost: number) {
    super(query);
    this.to = to;
    this.groups = groups;
    this.boost = Math.fround(boost);
  }

  scorerSupplier(context: LeafContext): ScorerSupplier | undefined {
    const { field } = this.query as JoinQuery;
    const to = this.to.scorerSupplier(context);
    const values = to === undefined ? undefined : context.reader.sortedDocValues(field);
    if (to === undefined || values === undefined) return undefined;
    return {
      cost: () => to.cost(),
      get: (leadCost) => {
        const leafGroups = new LeafGroups(values, (term) => this.groups.find(term));
        return new JoinScorer(to.get(leadCost).iterator(), leafGroups, this.groups, this.boost);
      },
    };
  }
}

class JoinScorer extends Scorer {
  private readonly twoPhase: TwoPhaseIterator;
  private readonly docs: DocIdSetIterator;
  private readonly groups: JoinGroups;
  private readonly boost: number;
  private group = -1;

  constructor(
    approximation: DocIdSetIterator,
    leafGroups: LeafGroups,
    groups: JoinGroups,
    boost: number,
  ) {
    super();
    this.groups = groups;
    this.boost = boost;
    this.twoPhase = {
      approximation,
      matchCost: 100,
      matches: () => {
        this.group = leafGroups.of(approximation.docID());
        return groups.matches(this.group);
      },
    };
    this.docs = new TwoPhaseAsIterator(this.twoPhase);
  }

  iterator(): DocIdSetIterator {
    return this.docs;
  }

  override twoPhaseIterator(): TwoPhaseIterator {
    return this.twoPhase;
  }

  score(): number {
    return Math.fround(this.groups.score(this.group) * this.boost);
  }
}
