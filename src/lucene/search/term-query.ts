// Matches documents that contain one term. Upstream:
// org.apache.lucene.search.{TermQuery,TermScorer}.

import {
  type Bits,
  type ImpactsEnum,
  type LeafContext,
  NO_MORE_DOCS,
  type NumericDocValues,
  type PostingsEnum,
  PostingsFlags,
  type TermsEnum,
} from "../index/leaf-reader.ts";
import { type Explanation, explainFrequency } from "./explanation.ts";
import {
  type BulkScorer,
  type LeafCollector,
  Query,
  type ScoreMode,
  Scorer,
  type ScorerSupplier,
  type Searcher,
  type SimScorer,
  type TermStatistics,
  Weight,
} from "./query.ts";

/** UTF-8 when it is that, else hex as Lucene's BytesRef prints. */
export function termText(term: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(term);
  } catch {
    return `[${[...term].map((byte) => byte.toString(16)).join(" ")}]`;
  }
}

/** Matches documents that contain `term` in `field`. */
export class TermQuery extends Query {
  readonly field: string;
  readonly term: Uint8Array;
  /** Statistics to score with instead of the term's own (blended and fuzzy queries). */
  readonly statistics: TermStatistics | undefined;

  constructor(field: string, term: Uint8Array, statistics?: TermStatistics) {
    super();
    this.field = field;
    this.term = term;
    this.statistics = statistics;
  }

  createWeight(searcher: Searcher, scoreMode: ScoreMode, boost: number): Weight {
    return new TermWeight(this, searcher, scoreMode, boost);
  }

  toString(): string {
    const { statistics } = this;
    const suffix =
      statistics === undefined
        ? ""
        : ` (df=${statistics.docFreq}, ttf=${statistics.totalTermFreq})`;
    return `${this.field}:${termText(this.term)}${suffix}`;
  }
}

interface LeafTerm {
  readonly termsEnum: TermsEnum;
  readonly docFreq: number;
  readonly totalTermFreq: number;
}

/** The weight of a term: statistics over all leaves, one scorer per leaf. */
export class TermWeight extends Weight {
  private readonly field: string;
  private readonly term: Uint8Array;
  private readonly scoreMode: ScoreMode;
  private readonly states: (LeafTerm | null | undefined)[];
  private readonly simScorer: SimScorer | undefined;

  constructor(query: TermQuery, searcher: Searcher, scoreMode: ScoreMode, boost: number) {
    super(query);
    this.field = query.field;
    this.term = query.term;
    this.scoreMode = scoreMode;
    this.states = new Array(searcher.leaves.length).fill(undefined);
    this.simScorer =
      scoreMode === "complete-no-scores" ? undefined : this.makeSimScorer(query, searcher, boost);
  }

  private makeSimScorer(query: TermQuery, searcher: Searcher, boost: number) {
    const collection = searcher.collectionStatistics(this.field);
    if (collection === undefined) return undefined;
    let docFreq = 0;
    let totalTermFreq = 0;
    for (const leaf of searcher.leaves) {
      const state = this.state(leaf);
      if (state === undefined) continue;
      docFreq += state.docFreq;
      totalTermFreq += state.totalTermFreq;
    }
    const statistics =
      query.statistics ?? searcher.termStatistics(this.field, this.term, docFreq, totalTermFreq);
    if (statistics.docFreq === 0) return undefined;
    return searcher.similarity(this.field).scorer(boost, collection, [statistics]);
  }

  private state(leaf: LeafContext): LeafTerm | undefined {
    let state = this.states[leaf.ord];
    if (state !== undefined) return state ?? undefined;
    state = null;
    const terms = leaf.reader.terms(this.field);
    if (terms !== undefined) {
      const termsEnum = terms.iterator();
      if (termsEnum.seekExact(this.term)) {
        const docFreq = termsEnum.docFreq();
        const ttf = termsEnum.totalTermFreq();
        state = { termsEnum, docFreq, totalTermFreq: ttf < 0 ? docFreq : ttf };
      }
    }
    this.states[leaf.ord] = state;
    return state ?? undefined;
  }

  scorerSupplier(context: LeafContext): ScorerSupplier | undefined {
    const state = this.state(context);
    if (state === undefined) return undefined;
    return {
      cost: () => state.docFreq,
      get: () => this.makeScorer(context, state),
    };
  }

  private makeScorer(context: LeafContext, state: LeafTerm): TermScorer {
    if (this.simScorer === undefined) {
      const postings = state.termsEnum.postings(undefined, PostingsFlags.NONE);
      return new TermScorer(postings, state.docFreq, undefined, undefined);
    }
    const impacts =
      this.scoreMode === "top-scores" ? state.termsEnum.impacts(PostingsFlags.FREQS) : undefined;
    const postings = impacts ?? state.termsEnum.postings(undefined, PostingsFlags.FREQS);
    const norms = context.reader.normValues(this.field);
    return new TermScorer(postings, state.docFreq, this.simScorer, norms, impacts);
  }

  override bulkScorer(context: LeafContext): BulkScorer | undefined {
    const state = this.state(context);
    if (state === undefined || this.scoreMode === "top-scores") return undefined;
    return new TermBulkScorer(this.makeScorer(context, state));
  }

  override explain(context: LeafContext, doc: number): Explanation {
    const { field, simScorer } = this;
    return explainFrequency(this, context, doc, { of: "term", field, simScorer });
  }

  override count(context: LeafContext): number {
    if (context.reader.liveDocs !== undefined) return -1;
    return this.state(context)?.docFreq ?? 0;
  }
}

/** Iterates and scores the postings of one term in one leaf. */
export class TermScorer extends Scorer {
  readonly postings: PostingsEnum;
  private readonly docFreq: number;
  private readonly simScorer: SimScorer | undefined;
  private readonly norms: NumericDocValues | undefined;
  /** The postings, where their generation bounds scores. */
  private readonly impacts: ImpactsEnum | undefined;

  constructor(
    postings: PostingsEnum,
    docFreq: number,
    simScorer: SimScorer | undefined,
    norms: NumericDocValues | undefined,
    impacts?: ImpactsEnum,
  ) {
    super();
    this.postings = postings;
    this.docFreq = docFreq;
    this.simScorer = simScorer;
    this.norms = norms;
    this.impacts = impacts;
  }

  iterator(): PostingsEnum {
    return this.postings;
  }

  override docID(): number {
    return this.postings.docID();
  }

  override freq(): number {
    return this.postings.freq();
  }

  get cost(): number {
    return this.docFreq;
  }

  score(): number {
    if (this.simScorer === undefined) return 0;
    const norms = this.norms;
    const norm = norms?.advanceExact(this.postings.docID()) ? norms.longValue() & 0xff : 1;
    return this.simScorer.score(this.postings.freq(), norm);
  }

  override advanceShallow(target: number): number {
    const impacts = this.impacts;
    if (impacts === undefined) return NO_MORE_DOCS;
    impacts.advanceShallow(target);
    return impacts.impactsUpTo();
  }

  override getMaxScore(_upTo: number): number {
    if (this.simScorer === undefined) return 0;
    const postings = this.impacts;
    if (postings === undefined || postings.impactsUpTo() < _upTo) {
      return this.simScorer.score(3e38, 1);
    }
    let best = 0;
    for (const impact of postings.impacts()) {
      best = Math.max(best, this.simScorer.score(impact.freq, impact.norm));
    }
    return best;
  }
}

class TermBulkScorer implements BulkScorer {
  private readonly scorer: TermScorer;

  constructor(scorer: TermScorer) {
    this.scorer = scorer;
  }

  cost(): number {
    return this.scorer.cost;
  }

  score(collector: LeafCollector, liveDocs: Bits | undefined, min: number, max: number): number {
    const postings = this.scorer.postings;
    collector.setScorer(this.scorer);
    let doc = postings.docID();
    if (doc < min) doc = postings.advance(min);
    if (liveDocs === undefined) {
      for (; doc < max; doc = postings.nextDoc()) collector.collect(doc);
    } else {
      for (; doc < max; doc = postings.nextDoc()) {
        if (liveDocs.get(doc)) collector.collect(doc);
      }
    }
    return doc;
  }
}
