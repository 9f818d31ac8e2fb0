// The words and values with which BM25 explains a score.
// Upstream: org.apache.lucene.search.similarities.BM25Similarity (10.4.0; 7.7.3 for the older
// form).

import { idfOf } from "./bm25-idf.ts";
import { type ExplainedFrequency, type Explanation, explained, floatText } from "./explanation.ts";
import type { CollectionStatistics, TermStatistics } from "./query.ts";

const fround = Math.fround;
/** Norm bytes up to here stand for exact lengths. */
const EXACT_NORM_MAX = 39;

/** What went into a scorer. */
export interface Bm25Parameters {
  /** The query's boost, times k1 + 1 where the similarity has that factor. */
  readonly boost: number;
  readonly k1: number;
  readonly b: number;
  readonly averageLength: number;
  readonly collection: CollectionStatistics;
  readonly terms: readonly TermStatistics[];
}

/** Lucene 8 and later. `inverse` is what the scorer multiplies a frequency by. */
export function explainBm25(
  { boost, k1, b, averageLength, collection, terms }: Bm25Parameters,
  { of, freq, norm }: ExplainedFrequency,
  by: { readonly score: number; readonly inverse: number; readonly length: number },
): Explanation {
  const approximate = norm > EXACT_NORM_MAX ? " (approximate)" : "";
  const tf = explained(
    fround(1 - fround(1 / fround(1 + fround(fround(freq) * by.inverse)))),
    "tf, computed as freq / (freq + k1 * (1 - b + b * dl / avgdl)) from:",
    [
      explained(freq, freqText(of, freq)),
      explained(k1, "k1, term saturation parameter"),
      explained(b, "b, length normalization parameter"),
      explained(by.length, `dl, length of field${approximate}`),
      explained(averageLength, "avgdl, average length of field"),
    ],
  );
  const idf = explainIdf(collection, terms, {
    all: "idf, sum of:",
    one: "idf, computed as log(1 + (N - n + 0.5) / (n + 0.5)) from:",
    docFreq: "n, number of documents containing term",
    docCount: "N, total number of documents with field",
  });
  const factors = boost === 1 ? [idf, tf] : [explained(boost, "boost"), idf, tf];
  const text = `score(freq=${floatText(freq)}), computed as boost * idf * tf from:`;
  return explained(by.score, text, factors);
}

function freqText(of: ExplainedFrequency["of"], freq: number): string {
  if (of === "phrase") return `phraseFreq=${floatText(freq)}`;
  if (of === "synonym") return `termFreq=${floatText(freq)}`;
  return "freq, occurrences of term within document";
}

/** Lucene 6 and 7, which multiply the parts again. */
export function explainBm25Before8(
  { boost, k1, b, averageLength, collection, terms }: Bm25Parameters,
  { of, freq, hasNorms, doc }: ExplainedFrequency,
  length: number,
): Explanation {
  const idf = explainIdf(collection, terms, {
    all: "idf(), sum of:",
    one: "idf, computed as log(1 + (docCount - docFreq + 0.5) / (docFreq + 0.5)) from:",
    docFreq: "docFreq",
    docCount: "docCount",
  });
  const freqName = `${of === "phrase" ? "phraseFreq" : "termFreq"}=${floatText(freq)}`;
  const numerator = fround(fround(freq) * fround(k1 + 1));
  const common = [explained(freq, freqName), explained(k1, "parameter k1")];
  const share = fround(fround(fround(1 - b) + fround(fround(b * length) / averageLength)));
  const tf = hasNorms
    ? explained(
        fround(numerator / fround(fround(freq) + fround(k1 * share))),
        "tfNorm, computed as (freq * (k1 + 1)) / " +
          "(freq + k1 * (1 - b + b * fieldLength / avgFieldLength)) from:",
        [
          ...common,
          explained(b, "parameter b"),
          explained(averageLength, "avgFieldLength"),
          explained(length, "fieldLength"),
        ],
      )
    : explained(
        fround(numerator / fround(fround(freq) + k1)),
        "tfNorm, computed as (freq * (k1 + 1)) / (freq + k1) from:",
        [...common, explained(0, "parameter b (norms omitted for field)")],
      );
  const factors = boost === 1 ? [idf, tf] : [explained(boost, "boost"), idf, tf];
  const value = fround(fround(boost * idf.value) * tf.value);
  const shownFreq = `${floatText(freq)} = ${freqName}\n`;
  const text = `score(doc=${doc},freq=${shownFreq}), product of:`;
  return { ...explained(value, text, factors), recomputed: true };
}

function explainIdf(
  { docCount }: CollectionStatistics,
  terms: readonly TermStatistics[],
  words: Record<"all" | "one" | "docFreq" | "docCount", string>,
): Explanation {
  const each = terms.map(({ docFreq }) =>
    explained(idfOf(docFreq, docCount), words.one, [
      explained(docFreq, words.docFreq),
      explained(docCount, words.docCount),
    ]),
  );
  if (each.length === 1) return each[0]!;
  const sum = fround(each.reduce((total, { value }) => total + value, 0));
  return explained(sum, words.all, each);
}
