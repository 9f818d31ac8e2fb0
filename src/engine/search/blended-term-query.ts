// One term in several fields, scored as if they were one field: the terms share the largest
// document frequency, rarer ones a little more, so that the popular field wins ties.
// Upstream: org.apache.lucene.queries.BlendedTermQuery (OpenSearch 2.19.6).

import {
  BoostQuery,
  DisjunctionMaxQuery,
  Query,
  type ScoreMode,
  type Searcher,
  TermQuery,
  type Weight,
} from "../../lucene/search/index.ts";

/** A term of a field with its boost. */
export interface BlendedTerm {
  readonly field: string;
  readonly term: Uint8Array;
  readonly boost: number;
}

interface Blended {
  docFreq: number;
  totalTermFreq: number;
  docCount: number;
}

/** The best of the terms, with blended statistics. */
export class BlendedTermQuery extends Query {
  readonly terms: readonly BlendedTerm[];
  readonly tieBreaker: number;

  constructor(terms: readonly BlendedTerm[], tieBreaker: number) {
    super();
    this.terms = terms;
    this.tieBreaker = tieBreaker;
  }

  override rewrite(searcher: Searcher): Query {
    const statistics = this.terms.map((term) => statisticsOf(searcher, term));
    blend(searcher, this.terms, statistics);
    return new DisjunctionMaxQuery(
      this.terms.map(({ field, term, boost }, i) => {
        const { docFreq, totalTermFreq } = statistics[i]!;
        const query = new TermQuery(field, term, { docFreq, totalTermFreq });
        return boost === 1 ? query : new BoostQuery(query, boost);
      }),
      this.tieBreaker,
    );
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    return searcher.createWeight(searcher.rewrite(this), scoreMode, boost);
  }

  toString(): string {
    const parts = this.terms.map(
      ({ field, term, boost }) =>
        `${field}:${new TextDecoder().decode(term)}${boost === 1 ? "" : `^${boost}`}`,
    );
    return `blended(terms:[${parts.join(", ")}])`;
  }
}

function statisticsOf(searcher: Searcher, { field, term }: BlendedTerm): Blended {
  const found: Blended = { docFreq: 0, totalTermFreq: 0, docCount: 0 };
  for (const { reader } of searcher.leaves) {
    const terms = reader.terms(field)?.iterator();
    if (terms === undefined || !terms.seekExact(term)) continue;
    found.docFreq += terms.docFreq();
    found.totalTermFreq += Math.max(terms.docFreq(), terms.totalTermFreq());
  }
  return found;
}

function blend(searcher: Searcher, terms: readonly BlendedTerm[], all: Blended[]): void {
  if (all.length <= 1) return;
  let max = 0;
  let minSum = Number.MAX_SAFE_INTEGER;
  all.forEach((one, i) => {
    max = Math.max(max, one.docFreq);
    if (one.totalTermFreq === 0) return;
    const collection = searcher.collectionStatistics(terms[i]!.field);
    minSum = Math.min(minSum, collection?.sumTotalTermFreq ?? 0);
    one.docCount = collection?.docCount ?? 0;
  });
  const maxDoc = Math.min(searcher.maxDoc, minSum);
  if (max === 0) return;
  const byFrequency = [...all].sort((a, b) => b.docFreq - a.docFreq);
  let previous = byFrequency[0]!.docFreq;
  let actual = Math.min(maxDoc, max);
  let sum = 0;
  for (const one of byFrequency) {
    if (one.docFreq === 0) break;
    const current = one.docFreq;
    if (previous > current) actual++;
    one.docFreq = Math.min(maxDoc, one.docCount, actual);
    one.totalTermFreq = Math.max(one.totalTermFreq, one.docFreq);
    previous = current;
    sum += one.totalTermFreq;
  }
  sum = Math.min(sum, minSum);
  for (const one of all) if (one.docFreq > 0) one.totalTermFreq = Math.max(sum, one.docFreq);
}
