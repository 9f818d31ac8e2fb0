// The positions that phrase matching reads: one term's, or those of several terms united.
// Upstream:
// org.apache.lucene.search.{PhraseQuery.PostingsAndFreq,MultiPhraseQuery.UnionPostingsEnum}.

import { type DocIdSetIterator, NO_MORE_DOCS, type PostingsEnum } from "../index/leaf-reader.ts";

/** Docs and, on a doc, its positions in ascending order. */
export interface PositionsEnum extends DocIdSetIterator {
  freq(): number;
  nextPosition(): number;
}

/** One place of a phrase. */
export interface PhrasePlace {
  readonly postings: PositionsEnum;
  readonly position: number;
  /** Keys of the terms that may stand here. */
  readonly terms: readonly string[];
}

/** Several terms at one position. Equal positions of two terms are kept twice, as upstream does. */
export class UnionPostingsEnum implements PositionsEnum {
  private readonly subs: readonly PostingsEnum[];
  private doc = -1;
  private positions: number[] = [];
  private at = 0;
  private loadedDoc = -1;

  constructor(subs: readonly PostingsEnum[]) {
    this.subs = subs;
  }

  docID(): number {
    return this.doc;
  }

  nextDoc(): number {
    return this.advance(this.doc + 1);
  }

  advance(target: number): number {
    let least = NO_MORE_DOCS;
    for (const sub of this.subs) {
      const doc = sub.docID() < target ? sub.advance(target) : sub.docID();
      if (doc < least) least = doc;
    }
    return (this.doc = least);
  }

  cost(): number {
    return this.subs.reduce((sum, sub) => sum + sub.cost(), 0);
  }

  private load(): void {
    if (this.loadedDoc === this.doc) return;
    this.loadedDoc = this.doc;
    this.positions = [];
    this.at = 0;
    for (const sub of this.subs) {
      if (sub.docID() !== this.doc) continue;
      for (let left = sub.freq(); left > 0; left--) this.positions.push(sub.nextPosition());
    }
    this.positions.sort((a, b) => a - b);
  }

  freq(): number {
    this.load();
    return this.positions.length;
  }

  nextPosition(): number {
    this.load();
    return this.positions[this.at++]!;
  }
}
