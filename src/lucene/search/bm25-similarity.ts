// BM25, equal to Lucene's to the last bit of a float.
//   idf   = (float) ln(1 + (docCount - docFreq + 0.5) / (docFreq + 0.5))       computed in double
//   avgdl = (float) (sumTotalTermFreq / (double) docCount)
//   inv   = 1 / (k1 * ((1 - b) + b * length / avgdl))                           each step in float
//   score = weight - weight / (1 + freq * inv)                 weight = boost * idf, all in float
// The legacy form (OpenSearch 2.x and before) multiplies the boost by k1 + 1 first.
// Upstream: org.apache.lucene.search.similarities.BM25Similarity (9.12.3 and 10.4.0),
// org.apache.lucene.util.SmallFloat, org.opensearch.lucene.similarity.LegacyBM25Similarity.

import { type Bm25Parameters, explainBm25 } from "./bm25-explanation.ts";
import { idfOf } from "./bm25-idf.ts";
import { type ExplainedFrequency, type Explanation, explained } from "./explanation.ts";
import type { CollectionStatistics, Similarity, SimScorer, TermStatistics } from "./query.ts";

export { idfOf } from "./bm25-idf.ts";

const fround = Math.fround;

/** Number of values that SmallFloat keeps exactly: 255 - intToByte4's largest mantissa part. */
const FREE_VALUES = 24;

/** Field length that a norm byte stands for: SmallFloat.byte4ToInt. */
export function byte4ToInt(byte: number): number {
  if (byte < FREE_VALUES) return byte;
  const value = byte - FREE_VALUES;
  const exponent = (value >>> 3) - 1;
  const mantissa = value & 7;
  const decoded = exponent === -1 ? mantissa : (mantissa | 8) * 2 ** exponent;
  return FREE_VALUES + decoded;
}

/** Field lengths by norm byte, in indices that Lucene 7 or later made. */
export const LENGTHS_BYTE4 = Float32Array.from({ length: 256 }, (_, byte) => byte4ToInt(byte));

/**
 * Field lengths by norm byte, in indices made before Lucene 7: 1 / f², f being
 * SmallFloat.byte315ToFloat (3 bits of mantissa, 5 of exponent, zero exponent 15).
 */
export const LENGTHS_BYTE315 = Float32Array.from({ length: 256 }, (_, byte) => {
  const bits = new Int32Array([((byte === 0 ? 255 : byte) << 21) + (48 << 24)]);
  const inverse = new Float32Array(bits.buffer)[0]!;
  const length = fround(1 / fround(inverse * inverse));
  return byte === 0 ? fround(1 / length) : length;
});

/** The idf of a term, or of all terms of a phrase. */
export function idfSum(
  { docCount }: CollectionStatistics,
  terms: readonly TermStatistics[],
): number {
  if (terms.length === 1) return idfOf(terms[0]!.docFreq, docCount);
  let sum = 0;
  for (const term of terms) sum += idfOf(term.docFreq, docCount);
  return fround(sum);
}

class Bm25Scorer implements SimScorer {
  private readonly weight: number;
  private readonly cache: Float32Array;
  private readonly lengths: Float32Array;
  private readonly parameters: Bm25Parameters;

  constructor(
    weight: number,
    cache: Float32Array,
    lengths: Float32Array,
    parameters: Bm25Parameters,
  ) {
    this.weight = weight;
    this.cache = cache;
    this.lengths = lengths;
    this.parameters = parameters;
  }

  explain(about: ExplainedFrequency): Explanation {
    return explainBm25(this.parameters, about, {
      score: this.score(about.freq, about.norm),
      inverse: this.cache[about.norm]!,
      length: this.lengths[about.norm]!,
    });
  }

  score(freq: number, norm: number): number {
    const weight = this.weight;
    const denominator = Math.fround(1 + Math.fround(Math.fround(freq) * this.cache[norm]!));
    return Math.fround(weight - Math.fround(weight / denominator));
  }
}

/** Lucene's BM25. */
export class Bm25Similarity implements Similarity {
  readonly k1: number;
  readonly b: number;
  /** Multiplies scores by k1 + 1, as OpenSearch before 3.0 does. */
  readonly legacy: boolean;
  private readonly lengths: Float32Array;

  constructor(k1 = 1.2, b = 0.75, legacy = false, lengths: Float32Array = LENGTHS_BYTE4) {
    this.k1 = fround(k1);
    this.b = fround(b);
    this.legacy = legacy;
    this.lengths = lengths;
  }

  scorer(
    boost: number,
    collection: CollectionStatistics,
    terms: readonly TermStatistics[],
  ): SimScorer {
    const docCount = collection.docCount;
    const idf = idfSum(collection, terms);
    const factor = this.legacy ? fround(fround(boost) * fround(1 + this.k1)) : fround(boost);
    const averageLength = fround(collection.sumTotalTermFreq / docCount);
    const { k1, b, lengths } = this;
    const cache = new Float32Array(256);
    const oneMinusB = fround(1 - b);
    for (let i = 0; i < 256; i++) {
      const share = fround(fround(b * lengths[i]!) / averageLength);
      cache[i] = fround(1 / fround(k1 * fround(oneMinusB + share)));
    }
    const parameters = { boost: factor, k1, b, averageLength, collection, terms };
    return new Bm25Scorer(fround(factor * idf), cache, lengths, parameters);
  }
}

/** Scores every match with the boost. Upstream: BooleanSimilarity. */
export class BooleanSimilarity implements Similarity {
  scorer(boost: number): SimScorer {
    const score = fround(boost);
    return {
      score: () => score,
      explain: () =>
        explained(score, "score(BooleanWeight), computed from:", [
          explained(score, "boost, query boost"),
        ]),
    };
  }
}
