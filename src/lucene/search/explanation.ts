// Why a document has its score: a tree of values, each with what it was made of.
// Upstream: org.apache.lucene.search.Explanation.

import type { LeafContext } from "../index/leaf-reader.ts";
import type { Scorer, SimScorer, Weight } from "./query.ts";

/** One value of the tree. */
export interface Explanation {
  readonly matches: boolean;
  readonly value: number;
  readonly description: string;
  readonly details: readonly Explanation[];
  /**
   * Computed from the parts, which may differ from the score by a rounding: as Lucene 6 and 7 did,
   * and then every sum above it is one of explanations.
   */
  readonly recomputed?: boolean;
}

/** A match with its score, or any value that a score is made of. */
export function explained(
  value: number,
  description: string,
  details: readonly Explanation[] = [],
): Explanation {
  return { matches: true, value, description, details };
}

/** Not a match. */
export function notMatching(
  description: string,
  details: readonly Explanation[] = [],
): Explanation {
  return { matches: false, value: 0, description, details };
}

/** What a similarity explains: how often a term or phrase stands in a doc of a leaf. */
export interface ExplainedFrequency {
  readonly of: "term" | "synonym" | "phrase";
  readonly freq: number;
  /** The norm byte, 1 where there is none. */
  readonly norm: number;
  readonly hasNorms: boolean;
  readonly doc: number;
}

/** Moves a scorer to a doc of its leaf; false where that is no match. */
export function advanceTo(scorer: Scorer, doc: number): boolean {
  const twoPhase = scorer.twoPhaseIterator();
  if (twoPhase === undefined) {
    const docs = scorer.iterator();
    return (docs.docID() < doc ? docs.advance(doc) : docs.docID()) === doc;
  }
  const { approximation } = twoPhase;
  const at = approximation.docID() < doc ? approximation.advance(doc) : approximation.docID();
  return at === doc && twoPhase.matches();
}

/** The explanation of weights whose matches all have one score. */
export function explainConstant(weight: Weight, context: LeafContext, doc: number): Explanation {
  const text = weight.query.toString();
  const scorer = weight.scorer(context);
  if (scorer === undefined || !advanceTo(scorer, doc)) {
    return notMatching(`${text} doesn't match id ${doc}`);
  }
  const score = scorer.score();
  return explained(score, score === 1 ? text : `${text}^${floatText(score)}`);
}

/** The explanation of weights that score by how often something stands in a field. */
export function explainFrequency(
  weight: Weight,
  context: LeafContext,
  doc: number,
  by: {
    readonly of: ExplainedFrequency["of"];
    readonly field: string;
    readonly simScorer: SimScorer | undefined;
  },
): Explanation {
  const scorer = weight.scorer(context);
  if (scorer === undefined || !advanceTo(scorer, doc)) {
    return notMatching(`no matching ${by.of === "phrase" ? "phrase" : "term"}`);
  }
  const norms = context.reader.normValues(by.field);
  const norm = norms?.advanceExact(doc) ? norms.longValue() & 0xff : 1;
  const freq = scorer.freq?.() ?? 1;
  const about = { of: by.of, freq, norm, hasNorms: norms !== undefined, doc };
  const why = by.simScorer?.explain?.(about) ?? explained(scorer.score(), `score(freq=${freq})`);
  const text = `weight(${weight.query.toString()} in ${doc}) [PerFieldSimilarity], result of:`;
  return { ...explained(why.value, text, [why]), ...(why.recomputed && { recomputed: true }) };
}

/** Java's Float.toString for the values that queries and explanations show. */
export function floatText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return value.toFixed(1);
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === Math.fround(value)) return String(Number(text));
  }
  return String(value);
}
