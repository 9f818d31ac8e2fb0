// Docs that several iterators share: the cheapest leads, the others are asked to follow.
// Upstream: org.apache.lucene.search.{ConjunctionDISI,ConjunctionScorer,ReqExclScorer}.

import { type DocIdSetIterator, NO_MORE_DOCS } from "../index/leaf-reader.ts";
import { Scorer, type TwoPhaseIterator } from "./query.ts";
import { TwoPhaseAsIterator } from "./two-phase.ts";

/** The docs that all iterators have. */
export class ConjunctionIterator implements DocIdSetIterator {
  private readonly lead: DocIdSetIterator;
  private readonly others: readonly DocIdSetIterator[];

  /** At least one iterator, none of them moved. */
  constructor(iterators: readonly DocIdSetIterator[]) {
    const sorted = [...iterators].sort((a, b) => a.cost() - b.cost());
    this.lead = sorted[0]!;
    this.others = sorted.slice(1);
  }

  docID(): number {
    return this.lead.docID();
  }

  nextDoc(): number {
    return this.align(this.lead.nextDoc());
  }

  advance(target: number): number {
    return this.align(this.lead.advance(target));
  }

  private align(from: number): number {
    const { lead, others } = this;
    let doc = from;
    search: for (;;) {
      if (doc === NO_MORE_DOCS) return NO_MORE_DOCS;
      for (let i = 0; i < others.length; i++) {
        const other = others[i]!;
        let otherDoc = other.docID();
        if (otherDoc < doc) otherDoc = other.advance(doc);
        if (otherDoc > doc) {
          doc = lead.advance(otherDoc);
          continue search;
        }
      }
      return doc;
    }
  }

  cost(): number {
    return this.lead.cost();
  }
}

/** All of several two-phase checks, the cheapest first. */
class ConjunctionTwoPhase implements TwoPhaseIterator {
  readonly approximation: DocIdSetIterator;
  readonly matchCost: number;
  private readonly checks: readonly TwoPhaseIterator[];

  constructor(approximation: DocIdSetIterator, checks: readonly TwoPhaseIterator[]) {
    this.approximation = approximation;
    this.checks = [...checks].sort((a, b) => a.matchCost - b.matchCost);
    this.matchCost = checks.reduce((sum, check) => sum + check.matchCost, 0);
  }

  matches(): boolean {
    for (let i = 0; i < this.checks.length; i++) if (!this.checks[i]!.matches()) return false;
    return true;
  }
}

/** Docs that all scorers match; the sum of the scoring ones. */
export class ConjunctionScorer extends Scorer {
  private readonly scoring: readonly Scorer[];
  private readonly approximation: DocIdSetIterator;
  private readonly twoPhase: TwoPhaseIterator | undefined;
  private readonly docs: DocIdSetIterator;

  constructor(required: readonly Scorer[], scoring: readonly Scorer[]) {
    super();
    this.scoring = scoring;
    const approximations: DocIdSetIterator[] = [];
    const checks: TwoPhaseIterator[] = [];
    for (const scorer of required) {
      const check = scorer.twoPhaseIterator();
      if (check !== undefined) checks.push(check);
      approximations.push(check === undefined ? scorer.iterator() : check.approximation);
    }
    this.approximation =
      approximations.length === 1 ? approximations[0]! : new ConjunctionIterator(approximations);
    this.twoPhase =
      checks.length === 0 ? undefined : new ConjunctionTwoPhase(this.approximation, checks);
    this.docs =
      this.twoPhase === undefined ? this.approximation : new TwoPhaseAsIterator(this.twoPhase);
  }

  iterator(): DocIdSetIterator {
    return this.docs;
  }

  override docID(): number {
    return this.approximation.docID();
  }

  override twoPhaseIterator(): TwoPhaseIterator | undefined {
    return this.twoPhase;
  }

  score(): number {
    let sum = 0;
    for (let i = 0; i < this.scoring.length; i++) sum += this.scoring[i]!.score();
    return Math.fround(sum);
  }

  override advanceShallow(target: number): number {
    let upTo = NO_MORE_DOCS;
    for (const scorer of this.scoring) upTo = Math.min(upTo, scorer.advanceShallow(target));
    return upTo;
  }

  override getMaxScore(upTo: number): number {
    let sum = 0;
    for (const scorer of this.scoring) sum += scorer.getMaxScore(upTo);
    return sum;
  }
}

/** Docs of `required` that `excluded` does not have. */
export class ReqExclScorer extends Scorer {
  private readonly required: Scorer;
  private readonly twoPhase: TwoPhaseIterator;
  private readonly docs: DocIdSetIterator;

  constructor(required: Scorer, excluded: Scorer) {
    super();
    this.required = required;
    this.twoPhase = new ExcludingTwoPhase(required, excluded);
    this.docs = new TwoPhaseAsIterator(this.twoPhase);
  }

  iterator(): DocIdSetIterator {
    return this.docs;
  }

  override docID(): number {
    return this.required.docID();
  }

  override twoPhaseIterator(): TwoPhaseIterator {
    return this.twoPhase;
  }

  score(): number {
    return this.required.score();
  }

  override advanceShallow(target: number): number {
    return this.required.advanceShallow(target);
  }

  override getMaxScore(upTo: number): number {
    return this.required.getMaxScore(upTo);
  }
}

class ExcludingTwoPhase implements TwoPhaseIterator {
  readonly approximation: DocIdSetIterator;
  readonly matchCost: number;
  private readonly requiredCheck: TwoPhaseIterator | undefined;
  private readonly excluded: DocIdSetIterator;
  private readonly excludedCheck: TwoPhaseIterator | undefined;

  constructor(required: Scorer, excluded: Scorer) {
    this.requiredCheck = required.twoPhaseIterator();
    this.approximation = this.requiredCheck?.approximation ?? required.iterator();
    this.excludedCheck = excluded.twoPhaseIterator();
    this.excluded = this.excludedCheck?.approximation ?? excluded.iterator();
    this.matchCost =
      10 + (this.requiredCheck?.matchCost ?? 0) + (this.excludedCheck?.matchCost ?? 0);
  }

  matches(): boolean {
    const doc = this.approximation.docID();
    let excludedDoc = this.excluded.docID();
    if (excludedDoc < doc) excludedDoc = this.excluded.advance(doc);
    if (excludedDoc === doc && (this.excludedCheck === undefined || this.excludedCheck.matches())) {
      return false;
    }
    return this.requiredCheck === undefined || this.requiredCheck.matches();
  }
}

/** Docs of `required`; `optional` adds to the score. The sum is in float, as upstream's. */
export class ReqOptSumScorer extends Scorer {
  private readonly required: Scorer;
  private readonly optional: Scorer;
  private readonly optionalDocs: DocIdSetIterator;

  constructor(required: Scorer, optional: Scorer) {
    super();
    this.required = required;
    this.optional = optional;
    this.optionalDocs = optional.iterator();
  }

  iterator(): DocIdSetIterator {
    return this.required.iterator();
  }

  override docID(): number {
    return this.required.docID();
  }

  override twoPhaseIterator(): TwoPhaseIterator | undefined {
    return this.required.twoPhaseIterator();
  }

  score(): number {
    const doc = this.required.docID();
    let optionalDoc = this.optionalDocs.docID();
    if (optionalDoc < doc) optionalDoc = this.optionalDocs.advance(doc);
    const score = this.required.score();
    return optionalDoc === doc ? Math.fround(score + this.optional.score()) : score;
  }
}
