// Docs that at least some of several scorers match, doc at a time with a heap and in bulk by
// windows.
// Upstream: org.apache.lucene.search.{DisjunctionSumScorer,DisjunctionMaxScorer,WANDScorer,
// BooleanScorer,DisiPriorityQueue}.

import { type Bits, type DocIdSetIterator, NO_MORE_DOCS } from "../index/leaf-reader.ts";
import { type BulkScorer, type LeafCollector, type Scorable, Scorer } from "./query.ts";

/** How the scores of the matching clauses become one. */
export type Combination =
  | { readonly kind: "sum" }
  | { readonly kind: "max"; readonly tieBreaker: number };

/** Docs with at least `minimum` of the scorers, smallest doc first. */
export class DisjunctionScorer extends Scorer implements DocIdSetIterator {
  private readonly scorers: readonly Scorer[];
  private readonly iterators: readonly DocIdSetIterator[];
  /** Indexes into scorers, heap-ordered by docs. */
  private readonly heap: Int32Array;
  private readonly docs: Int32Array;
  private readonly minimum: number;
  private readonly tieBreaker: number;
  private readonly max: boolean;
  private readonly costValue: number;
  private doc = -1;

  constructor(scorers: readonly Scorer[], combination: Combination, minimum = 1) {
    super();
    this.scorers = scorers;
    this.iterators = scorers.map((scorer) => scorer.iterator());
    this.heap = Int32Array.from(scorers, (_, i) => i);
    this.docs = new Int32Array(scorers.length).fill(-1);
    this.minimum = minimum;
    this.max = combination.kind === "max";
    this.tieBreaker = combination.kind === "max" ? combination.tieBreaker : 0;
    this.costValue = this.iterators.reduce((sum, iterator) => sum + iterator.cost(), 0);
  }

  iterator(): DocIdSetIterator {
    return this;
  }

  override docID(): number {
    return this.doc;
  }

  cost(): number {
    return this.costValue;
  }

  nextDoc(): number {
    return this.advance(this.doc + 1);
  }

  advance(target: number): number {
    const { heap, docs, iterators } = this;
    let wanted = target;
    for (;;) {
      let top = heap[0]!;
      while (docs[top]! < wanted) {
        docs[top] = iterators[top]!.advance(wanted);
        this.siftDown(0);
        top = heap[0]!;
      }
      const doc = docs[top]!;
      if (doc === NO_MORE_DOCS || this.minimum <= 1 || this.matchCount(0, doc) >= this.minimum) {
        return (this.doc = doc);
      }
      wanted = doc + 1;
    }
  }

  private siftDown(from: number): void {
    const { heap, docs } = this;
    const size = heap.length;
    const item = heap[from]!;
    const doc = docs[item]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && docs[heap[child + 1]!]! < docs[heap[child]!]!) child++;
      if (docs[heap[child]!]! >= doc) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = item;
  }

  /** Clauses on `doc` in the heap's subtree at `at`. */
  private matchCount(at: number, doc: number): number {
    if (at >= this.heap.length || this.docs[this.heap[at]!]! !== doc) return 0;
    return 1 + this.matchCount(2 * at + 1, doc) + this.matchCount(2 * at + 2, doc);
  }

  score(): number {
    return this.max ? this.scoreMax() : this.scoreSum();
  }

  private scoreSum(): number {
    let sum = 0;
    for (let i = 0; i < this.docs.length; i++) {
      if (this.docs[i] === this.doc) sum += this.scorers[i]!.score();
    }
    return Math.fround(sum);
  }

  private scoreMax(): number {
    let best = 0;
    let others = 0;
    for (let i = 0; i < this.docs.length; i++) {
      if (this.docs[i] !== this.doc) continue;
      const score = this.scorers[i]!.score();
      if (score >= best) {
        others += best;
        best = score;
      } else {
        others += score;
      }
    }
    return Math.fround(best + others * this.tieBreaker);
  }
}

const WINDOW_SHIFT = 12;
const WINDOW_SIZE = 1 << WINDOW_SHIFT;

/** Sums scores of a window of docs clause by clause: much cheaper than a heap for common terms. */
export class DisjunctionBulkScorer implements BulkScorer {
  private readonly scorers: readonly Scorer[];
  private readonly iterators: readonly DocIdSetIterator[];
  private readonly needsScores: boolean;
  private readonly minimum: number;
  private readonly scores = new Float64Array(WINDOW_SIZE);
  private readonly counts: Uint16Array;
  private readonly matching = new Int32Array(WINDOW_SIZE >>> 5);
  private readonly current = { doc: -1, value: 0 };

  constructor(scorers: readonly Scorer[], needsScores: boolean, minimum: number) {
    this.scorers = scorers;
    this.iterators = scorers.map((scorer) => scorer.iterator());
    this.needsScores = needsScores;
    this.minimum = minimum;
    this.counts = new Uint16Array(minimum > 1 ? WINDOW_SIZE : 0);
  }

  cost(): number {
    return this.iterators.reduce((sum, iterator) => sum + iterator.cost(), 0);
  }

  score(collector: LeafCollector, liveDocs: Bits | undefined, min: number, max: number): number {
    const current = this.current;
    const scorable: Scorable = { docID: () => current.doc, score: () => current.value };
    collector.setScorer(scorable);
    let next = this.advanceAll(min);
    while (next < max) {
      const base = next & ~(WINDOW_SIZE - 1);
      const end = Math.min(base + WINDOW_SIZE, max);
      for (let i = 0; i < this.scorers.length; i++) this.fill(i, base, end);
      this.emit(collector, liveDocs, base);
      next = NO_MORE_DOCS;
      for (const iterator of this.iterators) next = Math.min(next, iterator.docID());
    }
    return next;
  }

  private advanceAll(min: number): number {
    let next = NO_MORE_DOCS;
    for (const iterator of this.iterators) {
      const doc = iterator.docID() < min ? iterator.advance(min) : iterator.docID();
      next = Math.min(next, doc);
    }
    return next;
  }

  private fill(index: number, base: number, end: number): void {
    const iterator = this.iterators[index]!;
    const scorer = this.scorers[index]!;
    const { scores, matching, counts, needsScores } = this;
    const counting = this.minimum > 1;
    for (let doc = iterator.docID(); doc < end; doc = iterator.nextDoc()) {
      const slot = doc - base;
      matching[slot >>> 5]! |= 1 << (slot & 31);
      if (needsScores) scores[slot]! += scorer.score();
      if (counting) counts[slot]!++;
    }
  }

  private emit(collector: LeafCollector, liveDocs: Bits | undefined, base: number): void {
    const { scores, matching, counts, current, minimum } = this;
    for (let word = 0; word < matching.length; word++) {
      let bits = matching[word]!;
      if (bits === 0) continue;
      matching[word] = 0;
      while (bits !== 0) {
        const low = bits & -bits;
        bits ^= low;
        const slot = (word << 5) + 31 - Math.clz32(low);
        const doc = base + slot;
        const enough = minimum <= 1 || counts[slot]! >= minimum;
        if (enough && (liveDocs === undefined || liveDocs.get(doc))) {
          current.doc = doc;
          current.value = Math.fround(scores[slot]!);
          collector.collect(doc);
        }
        scores[slot] = 0;
        if (minimum > 1) counts[slot] = 0;
      }
    }
  }
}
