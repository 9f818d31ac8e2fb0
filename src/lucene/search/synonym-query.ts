// Terms that count as one: frequencies are summed, the commonest term's statistics are used.
// Upstream: org.apache.lucene.search.SynonymQuery.

import {
  type DocIdSetIterator,
  type LeafContext,
  type NumericDocValues,
  type PostingsEnum,
  PostingsFlags,
} from "../index/leaf-reader.ts";
import { BooleanQuery } from "./boolean-query.ts";
import { compareBytes } from "./bytes.ts";
import { ConstantScoreScorer } from "./constant-score-query.ts";
import { DisjunctionScorer } from "./disjunction.ts";
import { type Explanation, explainFrequency } from "./explanation.ts";
import {
  Query,
  type ScoreMode,
  Scorer,
  type ScorerSupplier,
  type Searcher,
  type SimScorer,
  supplierOf,
  Weight,
} from "./query.ts";
import { TermQuery, termText } from "./term-query.ts";

/** Docs with any of the terms, scored as if they were one term. */
export class SynonymQuery extends Query {
  readonly field: string;
  readonly terms: readonly Uint8Array[];

  constructor(field: string, terms: readonly Uint8Array[]) {
    super();
    this.field = field;
    this.terms = [...terms].sort(compareBytes);
  }

  override rewrite(_searcher: Searcher): Query {
    if (this.terms.length === 0) return new BooleanQuery([]);
    return this.terms.length === 1 ? new TermQuery(this.field, this.terms[0]!) : this;
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    if (scoreMode === "complete-no-scores") {
      const clauses = this.terms.map((term) => ({
        query: new TermQuery(this.field, term),
        occur: "should" as const,
      }));
      return new BooleanQuery(clauses).createWeight(searcher, scoreMode, boost);
    }
    return new SynonymWeight(this, searcher, boost);
  }

  toString(): string {
    return `Synonym(${this.terms.map((term) => `${this.field}:${termText(term)}`).join(" ")})`;
  }
}

class SynonymWeight extends Weight {
  private readonly synonyms: SynonymQuery;
  private readonly simScorer: SimScorer | undefined;

  constructor(query: SynonymQuery, searcher: Searcher, boost: number) {
    super(query);
    this.synonyms = query;
    const { field } = query;
    const collection = searcher.collectionStatistics(field);
    let docFreq = 0;
    let totalTermFreq = 0;
    for (const term of query.terms) {
      let df = 0;
      let ttf = 0;
      for (const { reader } of searcher.leaves) {
        const terms = reader.terms(field)?.iterator();
        if (terms === undefined || !terms.seekExact(term)) continue;
        df += terms.docFreq();
        ttf += Math.max(terms.docFreq(), terms.totalTermFreq());
      }
      if (df === 0) continue;
      const statistics = searcher.termStatistics(field, term, df, ttf);
      docFreq = Math.max(docFreq, statistics.docFreq);
      totalTermFreq += statistics.totalTermFreq;
    }
    this.simScorer =
      collection === undefined || docFreq === 0
        ? undefined
        : searcher.similarity(field).scorer(boost, collection, [{ docFreq, totalTermFreq }]);
  }

  scorerSupplier({ reader }: LeafContext): ScorerSupplier | undefined {
    const { field, terms } = this.synonyms;
    const postings: PostingsEnum[] = [];
    for (const term of terms) {
      const termsEnum = reader.terms(field)?.iterator();
      if (termsEnum?.seekExact(term) === true) {
        postings.push(termsEnum.postings(undefined, PostingsFlags.FREQS));
      }
    }
    if (postings.length === 0 || this.simScorer === undefined) return undefined;
    return supplierOf(new SynonymScorer(postings, this.simScorer, reader.normValues(field)));
  }

  override explain(context: LeafContext, doc: number): Explanation {
    const { simScorer, synonyms } = this;
    const { field } = synonyms;
    return explainFrequency(this, context, doc, { of: "synonym", field, simScorer });
  }
}

class SynonymScorer extends Scorer {
  private readonly postings: readonly PostingsEnum[];
  private readonly docs: DocIdSetIterator;
  private readonly simScorer: SimScorer;
  private readonly norms: NumericDocValues | undefined;

  constructor(
    postings: readonly PostingsEnum[],
    simScorer: SimScorer,
    norms: NumericDocValues | undefined,
  ) {
    super();
    this.postings = postings;
    this.simScorer = simScorer;
    this.norms = norms;
    const parts = postings.map((one) => new ConstantScoreScorer(0, one));
    this.docs = parts.length === 1 ? postings[0]! : new DisjunctionScorer(parts, { kind: "sum" });
  }

  iterator(): DocIdSetIterator {
    return this.docs;
  }

  override freq(): number {
    const doc = this.docs.docID();
    let freq = 0;
    for (const one of this.postings) if (one.docID() === doc) freq += one.freq();
    return freq;
  }

  score(): number {
    const doc = this.docs.docID();
    const norm = this.norms?.advanceExact(doc) ? this.norms.longValue() & 0xff : 1;
    return this.simScorer.score(this.freq(), norm);
  }
}
