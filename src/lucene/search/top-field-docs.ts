// Keeps the best hits by sort keys, ties by doc. Each leaf fills a heap of keys; after the leaf its
// hits are turned into values and merged with those of the leaves before.
// Upstream: TopFieldCollector, FieldValueHitQueue, TopDocs.merge.

import { type LeafContext, NO_MORE_DOCS } from "../index/leaf-reader.ts";
import { competitiveDocs } from "./competitive-docs.ts";
import type { Collector, LeafCollector, Scorable, ScoreMode } from "./query.ts";
import type { LeafSortKeys, SortField, SortValue } from "./sort-field.ts";

/** A hit with its sort values. */
export interface FieldDoc {
  readonly doc: number;
  /** NaN unless scores were asked for. */
  readonly score: number;
  readonly values: readonly SortValue[];
}

/** Compares hits by the sort, then by doc. */
export function compareFieldDocs(sort: readonly SortField[], a: FieldDoc, b: FieldDoc): number {
  return compareValues(sort, a.values, b.values) || a.doc - b.doc;
}

/** Compares lists of sort values. */
export function compareValues(
  sort: readonly SortField[],
  a: readonly SortValue[],
  b: readonly SortValue[],
): number {
  for (let i = 0; i < sort.length; i++) {
    const order = sort[i]!.compare(a[i]!, b[i]!);
    if (order !== 0) return sort[i]!.reverse ? -order : order;
  }
  return 0;
}

/** Options of a TopFieldCollector. */
export interface TopFieldOptions {
  /** Only hits behind these values. */
  readonly after?: readonly SortValue[] | undefined;
  /** Of hits with exactly these values, those behind this doc; none when it is not given. */
  readonly afterDoc?: number | undefined;
  readonly trackScores?: boolean;
}

/** Collects the `size` best hits of a sort; with `after`, those behind those values. */
export class TopFieldCollector implements Collector {
  readonly scoreMode: ScoreMode;
  private readonly sort: readonly SortField[];
  private readonly size: number;
  private readonly after: readonly SortValue[] | undefined;
  private readonly afterDoc: number;
  private readonly trackScores: boolean;
  private hits: FieldDoc[] = [];
  /** The best score of all matches, NaN unless scores are tracked. */
  maxScore = NaN;

  constructor(sort: readonly SortField[], size: number, options: TopFieldOptions = {}) {
    this.sort = sort;
    this.size = size;
    this.after = options.after;
    this.afterDoc = options.afterDoc ?? NO_MORE_DOCS;
    this.trackScores = options.trackScores ?? false;
    const needsScores = this.trackScores || sort.some((field) => field.needsScores);
    this.scoreMode = needsScores ? "complete" : "complete-no-scores";
  }

  getLeafCollector(context: LeafContext): LeafCollector {
    const keys = this.sort.map((field) => field.leafKeys(context));
    const heap = new KeyHeap(keys, this.sort, this.size, {
      after: this.after,
      afterDoc: this.afterDoc - context.docBase,
      trackScores: this.trackScores,
    });
    let scored: Scorable | undefined;
    // With one key a doc that ties with the worst hit comes after it, and is not kept.
    const [first] = this.sort;
    const points =
      this.sort.length === 1 && this.scoreMode !== "complete" && first!.pointsField !== undefined
        ? context.reader.pointValues(first!.pointsField)
        : undefined;
    const competitive = (from: number): Int32Array | undefined => {
      const worst = heap.worstKey();
      if (worst === undefined) return undefined;
      return competitiveDocs(points!, worst.high, worst.low, first!.reverse, from);
    };
    return {
      ...(points === undefined ? {} : { competitiveDocs: competitive }),
      setScorer: (scorer) => {
        scored = scorer;
        heap.setScorer(scorer);
      },
      collect: (doc) => {
        if (this.trackScores) {
          const score = scored!.score();
          if (!(score <= this.maxScore)) this.maxScore = score;
        }
        heap.offer(doc);
      },
      finish: () => this.merge(heap.drain(context.docBase)),
    };
  }

  private merge(hits: FieldDoc[]): void {
    if (hits.length === 0) return;
    const all = this.hits.concat(hits);
    all.sort((a, b) => compareFieldDocs(this.sort, a, b));
    this.hits = all.slice(0, this.size);
  }

  /** The hits in order. */
  topDocs(): FieldDoc[] {
    return this.hits;
  }
}

class KeyHeap {
  private readonly keys: readonly LeafSortKeys[];
  private readonly signs: readonly number[];
  private readonly size: number;
  private readonly fields: number;
  /** Row r holds the keys of one hit; the last row is the candidate's. */
  private readonly highs: Float64Array;
  private readonly lows: Float64Array;
  private readonly docs: Int32Array;
  private readonly scores: Float64Array;
  /** Heap of rows, the worst first. */
  private readonly heap: Int32Array;
  private filled = 0;
  private spare: number;
  private readonly afterRow: number;
  private readonly afterDoc: number;
  private scorer: Scorable | undefined;

  constructor(
    keys: readonly LeafSortKeys[],
    sort: readonly SortField[],
    size: number,
    { after, afterDoc, trackScores }: TopFieldOptions,
  ) {
    this.afterDoc = afterDoc ?? NO_MORE_DOCS;
    this.keys = keys;
    this.signs = sort.map((field) => (field.reverse ? -1 : 1));
    this.size = size;
    this.fields = keys.length;
    const rows = size + 2;
    this.highs = new Float64Array(rows * keys.length);
    this.lows = new Float64Array(rows * keys.length);
    this.docs = new Int32Array(rows);
    this.scores = new Float64Array(trackScores === true ? rows : 0);
    this.heap = new Int32Array(size);
    this.spare = 0;
    this.afterRow = after === undefined ? -1 : size + 1;
    if (after !== undefined) {
      keys.forEach((key, field) => {
        key.seek(after[field]!);
        this.highs[this.afterRow * this.fields + field] = key.high;
        this.lows[this.afterRow * this.fields + field] = key.low;
      });
    }
  }

  setScorer(scorer: Scorable): void {
    this.scorer = scorer;
    for (const key of this.keys) key.setScorer(scorer);
  }

  offer(doc: number): void {
    if (this.size === 0) return;
    const { keys, highs, lows, fields } = this;
    const row = this.spare;
    const base = row * fields;
    const full = this.filled === this.size;
    const first = keys[0]!;
    first.load(doc);
    if (full) {
      // Most docs lose on the first key against the worst one kept.
      const bottom = highs[this.heap[0]! * fields]!;
      const sign = this.signs[0]!;
      if (first.high !== bottom && first.high > bottom === sign > 0) return;
    }
    highs[base] = first.high;
    lows[base] = first.low;
    for (let field = 1; field < fields; field++) {
      const key = keys[field]!;
      key.load(doc);
      highs[base + field] = key.high;
      lows[base + field] = key.low;
    }
    if (this.afterRow >= 0) {
      const order = this.compareKeys(row, this.afterRow);
      if (order < 0 || (order === 0 && doc <= this.afterDoc)) return;
    }
    this.docs[row] = doc;
    if (!full) {
      if (this.scores.length > 0) this.scores[row] = this.scorer!.score();
      this.heap[this.filled] = row;
      this.siftUp(this.filled++);
      this.spare = this.filled;
      return;
    }
    // On a tie the earlier doc stays.
    if (this.compareKeys(row, this.heap[0]!) >= 0) return;
    if (this.scores.length > 0) this.scores[row] = this.scorer!.score();
    this.spare = this.heap[0]!;
    this.heap[0] = row;
    this.siftDown();
  }

  /** The first key of the worst hit kept, once there are as many as are wanted. */
  worstKey(): { readonly high: number; readonly low: number } | undefined {
    if (this.size === 0 || this.filled < this.size) return undefined;
    const at = this.heap[0]! * this.fields;
    return { high: this.highs[at]!, low: this.lows[at]! };
  }

  private compareKeys(a: number, b: number): number {
    const { highs, lows, fields, signs } = this;
    for (let field = 0; field < fields; field++) {
      const aHigh = highs[a * fields + field]!;
      const bHigh = highs[b * fields + field]!;
      if (aHigh !== bHigh) return aHigh < bHigh ? -signs[field]! : signs[field]!;
      const order = lows[a * fields + field]! - lows[b * fields + field]!;
      if (order !== 0) return order < 0 ? -signs[field]! : signs[field]!;
    }
    return 0;
  }

  private worse(a: number, b: number): boolean {
    const order = this.compareKeys(a, b);
    return order !== 0 ? order > 0 : this.docs[a]! > this.docs[b]!;
  }

  private siftUp(from: number): void {
    const { heap } = this;
    const row = heap[from]!;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (!this.worse(row, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = row;
  }

  private siftDown(): void {
    const { heap } = this;
    const row = heap[0]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.filled) break;
      if (child + 1 < this.filled && this.worse(heap[child + 1]!, heap[child]!)) child++;
      if (!this.worse(heap[child]!, row)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = row;
  }

  drain(docBase: number): FieldDoc[] {
    const hits: FieldDoc[] = [];
    for (let i = 0; i < this.filled; i++) {
      const row = this.heap[i]!;
      hits.push({
        doc: docBase + this.docs[row]!,
        score: this.scores.length > 0 ? this.scores[row]! : NaN,
        values: this.keys.map((key, field) =>
          key.value(this.highs[row * this.fields + field]!, this.lows[row * this.fields + field]!),
        ),
      });
    }
    return hits;
  }
}
