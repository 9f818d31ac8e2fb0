// Runs queries over the leaves of a reader. Upstream: org.apache.lucene.search.IndexSearcher.

import {
  type Bits,
  type DirectoryReader,
  type DocIdSetIterator,
  type LeafContext,
  NO_MORE_DOCS,
} from "../index/leaf-reader.ts";
import { Bm25Similarity } from "./bm25-similarity.ts";
import { ConstantScoreQuery } from "./constant-score-query.ts";
import {
  type CollectionStatistics,
  CollectionTerminatedException,
  type Collector,
  type LeafCollector,
  type Query,
  type ScoreMode,
  type Scorer,
  type Searcher,
  type Similarity,
  type TermStatistics,
  type Weight,
} from "./query.ts";

/** Replaces what the searcher would find in its own index: dfs statistics. */
export interface GlobalStatistics {
  collection(field: string): CollectionStatistics | undefined;
  term(field: string, term: Uint8Array): TermStatistics | undefined;
}

/** How a searcher scores and when it stops. */
export interface IndexSearcherOptions {
  readonly similarity?: (field: string) => Similarity;
  readonly statistics?: GlobalStatistics;
  /** Throws to stop the search; called between leaves and windows of docs. */
  readonly checkCancelled?: () => void;
}

const DEFAULT_SIMILARITY = new Bm25Similarity();
/** Docs between two looks at the clock. */
const WINDOW_DOCS = 1 << 17;

/** Searches one point in time of an index. */
export class IndexSearcher implements Searcher {
  readonly reader: DirectoryReader;
  readonly leaves: readonly LeafContext[];
  readonly maxDoc: number;
  private readonly options: IndexSearcherOptions;
  private readonly collections = new Map<string, CollectionStatistics | undefined>();

  constructor(reader: DirectoryReader, options: IndexSearcherOptions = {}) {
    this.reader = reader;
    this.leaves = reader.leaves;
    this.maxDoc = reader.maxDoc;
    this.options = options;
  }

  checkCancelled(): void {
    this.options.checkCancelled?.();
  }

  similarity(field: string): Similarity {
    return this.options.similarity?.(field) ?? DEFAULT_SIMILARITY;
  }

  /** Rewrites until nothing changes. */
  rewrite(query: Query): Query {
    let current = query;
    for (;;) {
      const next = current.rewrite(this);
      if (next === current) return current;
      current = next;
    }
  }

  createWeight(query: Query, scoreMode: ScoreMode, boost: number): Weight {
    return query.createWeight(this, scoreMode, boost);
  }

  /** The weight of a query that was not rewritten yet. */
  weigh(query: Query, scoreMode: ScoreMode): Weight {
    const needsScores = scoreMode !== "complete-no-scores";
    const rewritten = this.rewrite(needsScores ? query : new ConstantScoreQuery(query));
    return this.createWeight(rewritten, scoreMode, 1);
  }

  collectionStatistics(field: string): CollectionStatistics | undefined {
    const global = this.options.statistics?.collection(field);
    return global ?? this.localCollectionStatistics(field);
  }

  /** The statistics of this reader's own leaves. */
  localCollectionStatistics(field: string): CollectionStatistics | undefined {
    if (this.collections.has(field)) return this.collections.get(field);
    let docCount = 0;
    let sumTotalTermFreq = 0;
    let sumDocFreq = 0;
    for (const { reader } of this.leaves) {
      const terms = reader.terms(field);
      if (terms === undefined) continue;
      docCount += terms.docCount;
      sumTotalTermFreq += terms.sumTotalTermFreq < 0 ? terms.sumDocFreq : terms.sumTotalTermFreq;
      sumDocFreq += terms.sumDocFreq;
    }
    const statistics =
      docCount === 0
        ? undefined
        : { field, maxDoc: this.maxDoc, docCount, sumTotalTermFreq, sumDocFreq };
    this.collections.set(field, statistics);
    return statistics;
  }

  termStatistics(
    field: string,
    term: Uint8Array,
    docFreq: number,
    totalTermFreq: number,
  ): TermStatistics {
    return this.options.statistics?.term(field, term) ?? { docFreq, totalTermFreq };
  }

  /** Collects every hit of a query. */
  search(query: Query, collector: Collector): void {
    const weight = this.weigh(query, collector.scoreMode);
    collector.setWeight?.(weight);
    for (const leaf of this.leaves) this.searchLeaf(leaf, weight, collector);
  }

  /** Collects the hits of one leaf. */
  searchLeaf(leaf: LeafContext, weight: Weight, collector: Collector): void {
    this.checkCancelled();
    let leafCollector: LeafCollector | undefined;
    try {
      leafCollector = collector.getLeafCollector(leaf);
      this.scoreLeaf(leaf, weight, leafCollector);
    } catch (error) {
      if (!(error instanceof CollectionTerminatedException)) throw error;
    }
    leafCollector?.finish?.();
  }

  private scoreLeaf(leaf: LeafContext, weight: Weight, collector: LeafCollector): void {
    const liveDocs = leaf.reader.liveDocs;
    const bulk = weight.bulkScorer(leaf);
    if (bulk !== undefined) {
      for (let from = 0; from < leaf.reader.maxDoc; from += WINDOW_DOCS) {
        if (from > 0) this.checkCancelled();
        const to = Math.min(from + WINDOW_DOCS, leaf.reader.maxDoc);
        if (bulk.score(collector, liveDocs, from, to) === NO_MORE_DOCS) return;
      }
      return;
    }
    const scorer = weight.scorer(leaf);
    if (scorer !== undefined) scoreAll(scorer, collector, liveDocs);
  }

  /** Number of live matches. */
  count(query: Query): number {
    const weight = this.weigh(query, "complete-no-scores");
    let count = 0;
    for (const leaf of this.leaves) {
      const known = weight.count(leaf);
      if (known >= 0) {
        count += known;
        continue;
      }
      const counter: Collector = {
        scoreMode: "complete-no-scores",
        getLeafCollector: () => ({
          setScorer: () => {},
          collect: () => {
            count++;
          },
        }),
      };
      this.searchLeaf(leaf, weight, counter);
    }
    return count;
  }
}

/** Feeds every live match to the collector. */
function scoreAll(scorer: Scorer, collector: LeafCollector, liveDocs: Bits | undefined): void {
  collector.setScorer(scorer);
  const twoPhase = scorer.twoPhaseIterator();
  if (twoPhase === undefined) {
    if (collector.competitiveDocs === undefined) {
      scorePlain(scorer.iterator(), collector, liveDocs);
    } else scoreCompetitive(scorer.iterator(), collector, liveDocs);
    return;
  }
  const docs = twoPhase.approximation;
  for (let doc = docs.nextDoc(); doc !== NO_MORE_DOCS; doc = docs.nextDoc()) {
    if ((liveDocs === undefined || liveDocs.get(doc)) && twoPhase.matches()) {
      collector.collect(doc);
    }
  }
}

function scorePlain(
  docs: DocIdSetIterator,
  collector: LeafCollector,
  liveDocs: Bits | undefined,
): void {
  if (liveDocs === undefined) {
    for (let doc = docs.nextDoc(); doc !== NO_MORE_DOCS; doc = docs.nextDoc()) {
      collector.collect(doc);
    }
    return;
  }
  for (let doc = docs.nextDoc(); doc !== NO_MORE_DOCS; doc = docs.nextDoc()) {
    if (liveDocs.get(doc)) collector.collect(doc);
  }
}

/** Docs after which a collector is first asked what it may still keep. */
const COMPETITIVE_AFTER_DOCS = 1024;

/** Feeds every live match until few docs are left that the collector may keep, then those. */
function scoreCompetitive(
  docs: DocIdSetIterator,
  collector: LeafCollector,
  liveDocs: Bits | undefined,
): void {
  let seen = 0;
  let askAt = COMPETITIVE_AFTER_DOCS;
  for (let doc = docs.nextDoc(); doc !== NO_MORE_DOCS; doc = docs.nextDoc()) {
    if (liveDocs === undefined || liveDocs.get(doc)) collector.collect(doc);
    if (++seen < askAt) continue;
    const left = collector.competitiveDocs!(doc + 1);
    if (left !== undefined) {
      scoreThese(left, docs, collector, liveDocs);
      return;
    }
    askAt *= 4;
  }
}

function scoreThese(
  targets: Int32Array,
  docs: DocIdSetIterator,
  collector: LeafCollector,
  liveDocs: Bits | undefined,
): void {
  for (let i = 0; i < targets.length; i++) {
    const target = targets[i]!;
    if (docs.docID() < target) docs.advance(target);
    if (docs.docID() !== target) continue;
    if (liveDocs === undefined || liveDocs.get(target)) collector.collect(target);
  }
}
