// Turns a two-phase iterator into a plain one. Upstream: TwoPhaseIterator.asDocIdSetIterator.

import { type DocIdSetIterator, NO_MORE_DOCS } from "../index/leaf-reader.ts";
import type { TwoPhaseIterator } from "./query.ts";

/** Runs the check on every doc of the approximation. */
export class TwoPhaseAsIterator implements DocIdSetIterator {
  private readonly twoPhase: TwoPhaseIterator;
  private readonly approximation: DocIdSetIterator;

  constructor(twoPhase: TwoPhaseIterator) {
    this.twoPhase = twoPhase;
    this.approximation = twoPhase.approximation;
  }

  docID(): number {
    return this.approximation.docID();
  }

  nextDoc(): number {
    return this.confirm(this.approximation.nextDoc());
  }

  advance(target: number): number {
    return this.confirm(this.approximation.advance(target));
  }

  private confirm(from: number): number {
    let doc = from;
    while (doc !== NO_MORE_DOCS && !this.twoPhase.matches()) doc = this.approximation.nextDoc();
    return doc;
  }

  cost(): number {
    return this.approximation.cost();
  }
}
