// Scores documents by a feature: a term whose frequency is the upper 17 bits of a positive float
// (its sign bit, 8 bits of exponent and 8 of mantissa), so that greater values have greater
// frequencies.
// Upstream: org.apache.lucene.document.{FeatureField,FeatureQuery} (10.4.0).

import type { LeafContext, TermsEnum } from "../index/leaf-reader.ts";
import { PostingsFlags } from "../index/leaf-reader.ts";
import {
  Query,
  type ScoreMode,
  type ScorerSupplier,
  type Searcher,
  type SimScorer,
  Weight,
} from "./query.ts";
import { TermQuery, TermScorer, termText } from "./term-query.ts";

const SHIFT = 15;
const FLOAT_MAX = 3.4028234663852886e38;
const bits = new DataView(new ArrayBuffer(4));

/** The frequency that stands for a feature's value, a positive normal float. */
export function encodeFeatureValue(value: number): number {
  bits.setFloat32(0, value);
  return bits.getInt32(0) >>> SHIFT;
}

const FREQUENCY_MAX = encodeFeatureValue(FLOAT_MAX);

/** The value that a frequency stands for. */
export function decodeFeatureValue(frequency: number): number {
  if (frequency > FREQUENCY_MAX) return FLOAT_MAX;
  bits.setInt32(0, Math.trunc(frequency) << SHIFT);
  return bits.getFloat32(0);
}

/** How a feature's value becomes a score. Without a pivot saturation takes the mean value. */
export type FeatureFunction =
  | { readonly kind: "linear" }
  | { readonly kind: "log"; readonly scalingFactor: number }
  | { readonly kind: "saturation"; readonly pivot: number | undefined }
  | { readonly kind: "sigmoid"; readonly pivot: number; readonly exponent: number };

/** Matches documents with the feature `feature` of `field`. */
export class FeatureQuery extends Query {
  readonly field: string;
  readonly feature: Uint8Array;
  readonly scoreFunction: FeatureFunction;

  constructor(field: string, feature: Uint8Array, scoreFunction: FeatureFunction) {
    super();
    this.field = field;
    this.feature = feature;
    this.scoreFunction = scoreFunction;
  }

  override rewrite(searcher: Searcher): Query {
    const { scoreFunction } = this;
    if (scoreFunction.kind !== "saturation" || scoreFunction.pivot !== undefined) return this;
    const pivot = this.meanValue(searcher);
    return new FeatureQuery(this.field, this.feature, { kind: "saturation", pivot });
  }

  private meanValue(searcher: Searcher): number {
    let docFreq = 0;
    let frequency = 0;
    for (const leaf of searcher.leaves) {
      const terms = this.seek(leaf);
      if (terms === undefined) continue;
      docFreq += terms.docFreq();
      frequency += terms.totalTermFreq();
    }
    return docFreq === 0 ? 1 : decodeFeatureValue(Math.fround(frequency / docFreq));
  }

  /** The feature's place in the terms of a leaf. */
  seek({ reader }: LeafContext): TermsEnum | undefined {
    const terms = reader.terms(this.field)?.iterator();
    return terms?.seekExact(this.feature) ? terms : undefined;
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    if (scoreMode === "complete-no-scores") {
      return searcher.createWeight(new TermQuery(this.field, this.feature), scoreMode, boost);
    }
    return new FeatureWeight(this, featureScorer(this.scoreFunction, boost));
  }

  toString(): string {
    const { kind, ...parameters } = this.scoreFunction;
    return (
      `FeatureQuery(field=${this.field}, feature=${termText(this.feature)}, ` +
      `function=${kind}${JSON.stringify(parameters)})`
    );
  }
}

class FeatureWeight extends Weight {
  private readonly simScorer: SimScorer;

  constructor(query: FeatureQuery, simScorer: SimScorer) {
    super(query);
    this.simScorer = simScorer;
  }

  scorerSupplier(context: LeafContext): ScorerSupplier | undefined {
    const terms = (this.query as FeatureQuery).seek(context);
    if (terms === undefined) return undefined;
    const docFreq = terms.docFreq();
    return {
      cost: () => docFreq,
      get: () => {
        const impacts = terms.impacts(PostingsFlags.FREQS);
        const postings = impacts ?? terms.postings(undefined, PostingsFlags.FREQS);
        return new TermScorer(postings, docFreq, this.simScorer, undefined, impacts);
      },
    };
  }
}

/** Floats where Lucene computes in floats, doubles where it does in doubles. */
function featureScorer(scoreFunction: FeatureFunction, boost: number): SimScorer {
  const { fround } = Math;
  const weight = fround(boost);
  switch (scoreFunction.kind) {
    case "linear":
      return { score: (freq) => fround(weight * decodeFeatureValue(freq)) };
    case "log": {
      const { scalingFactor } = scoreFunction;
      return {
        score: (freq) =>
          fround(weight * Math.log(fround(scalingFactor + decodeFeatureValue(freq)))),
      };
    }
    case "saturation": {
      const pivot = scoreFunction.pivot!;
      return {
        score: (freq) => {
          const sum = fround(decodeFeatureValue(freq) + pivot);
          return fround(weight * fround(1 - fround(pivot / sum)));
        },
      };
    }
    case "sigmoid": {
      const { exponent } = scoreFunction;
      const pivot = scoreFunction.pivot ** exponent;
      return {
        score: (freq) =>
          fround(weight * (1 - pivot / (decodeFeatureValue(freq) ** exponent + pivot))),
      };
    }
  }
}
