// BM25 of Lucene 6 and 7, equal to it to the last bit of a float, for indices whose scores are to
// stay what they were.
//   score = weight * freq / (freq + norm)         weight = boost * idf * (k1 + 1), all in float
//   norm  = k1 * ((1 - b) + b * length / avgdl)   k1 in a field without norms
// Upstream: org.apache.lucene.search.similarities.BM25Similarity (6.6.1, 7.7.3).

import { type Bm25Parameters, explainBm25Before8 } from "./bm25-explanation.ts";
import { idfSum, LENGTHS_BYTE4 } from "./bm25-similarity.ts";
import type { ExplainedFrequency, Explanation } from "./explanation.ts";
import type { CollectionStatistics, Similarity, SimScorer, TermStatistics } from "./query.ts";

const fround = Math.fround;

/** What makes this form of BM25 another one by field and index. */
export interface Bm25Before8Options {
  readonly k1: number;
  readonly b: number;
  /** Without norms every field counts as if b were 0. */
  readonly hasNorms: boolean;
  /** Field lengths by norm byte, LENGTHS_BYTE4 by default. */
  readonly lengths?: Float32Array;
  /** Lucene 6 takes 1 for a field without frequencies; otherwise it is counted. */
  readonly averageLength?: number;
}

/** BM25 as Lucene 6 and 7 computed it. */
export class Bm25Before8Similarity implements Similarity {
  private readonly options: Bm25Before8Options;

  constructor(options: Bm25Before8Options) {
    this.options = options;
  }

  scorer(
    boost: number,
    collection: CollectionStatistics,
    terms: readonly TermStatistics[],
  ): SimScorer {
    const { hasNorms, lengths = LENGTHS_BYTE4, averageLength } = this.options;
    const k1 = fround(this.options.k1);
    const b = hasNorms ? fround(this.options.b) : 0;
    const average = averageLength ?? fround(collection.sumTotalTermFreq / collection.docCount);
    const norms = new Float32Array(256);
    const oneMinusB = fround(1 - b);
    for (let i = 0; i < 256; i++) {
      const share = fround(fround(b * lengths[i]!) / average);
      norms[i] = fround(k1 * fround(oneMinusB + share));
    }
    const idf = idfSum(collection, terms);
    const weight = fround(fround(fround(boost) * idf) * fround(k1 + 1));
    const parameters = { boost: fround(boost), k1, b, averageLength: average, collection, terms };
    return new Bm25Before8Scorer(weight, norms, lengths, parameters);
  }
}

class Bm25Before8Scorer implements SimScorer {
  private readonly weight: number;
  private readonly norms: Float32Array;
  private readonly lengths: Float32Array;
  private readonly parameters: Bm25Parameters;

  constructor(
    weight: number,
    norms: Float32Array,
    lengths: Float32Array,
    parameters: Bm25Parameters,
  ) {
    this.weight = weight;
    this.norms = norms;
    this.lengths = lengths;
    this.parameters = parameters;
  }

  explain(about: ExplainedFrequency): Explanation {
    return explainBm25Before8(this.parameters, about, this.lengths[about.norm]!);
  }

  score(freq: number, norm: number): number {
    const occurrences = fround(freq);
    const numerator = fround(this.weight * occurrences);
    // Asked for a bound: no frequency gives more than the weight.
    if (numerator === Infinity) return this.weight;
    return fround(numerator / fround(occurrences + this.norms[norm]!));
  }
}
