// `dfs_query_then_fetch`: term statistics over all shards, gathered before the query phase.
// Upstream: org.opensearch.search.dfs.DfsPhase, SearchPhaseController.aggregateDfs.

import type {
  CollectionStatistics,
  GlobalStatistics,
  IndexSearcher,
  Query,
  ScoreMode,
  Searcher,
  TermStatistics,
  Weight,
} from "../../lucene/search/index.ts";

/** A shard's searcher with its query. */
export interface DfsShard {
  readonly searcher: IndexSearcher;
  readonly query: Query;
}

/** Sums the statistics of every term that the queries score with. */
export function gatherStatistics(shards: readonly DfsShard[]): GlobalStatistics {
  const collections = new Map<string, CollectionStatistics>();
  const terms = new Map<string, TermStatistics>();
  for (const { searcher, query } of shards) {
    const seen = new Set<string>();
    const recorder = new RecordingSearcher(searcher, (key, statistics) => {
      if (seen.has(key) || statistics.docFreq === 0) return;
      seen.add(key);
      const sum = terms.get(key);
      terms.set(key, {
        docFreq: statistics.docFreq + (sum?.docFreq ?? 0),
        totalTermFreq: statistics.totalTermFreq + (sum?.totalTermFreq ?? 0),
      });
    });
    recorder.createWeight(recorder.rewrite(query), "complete", 1);
    for (const field of recorder.fields) {
      const local = searcher.localCollectionStatistics(field);
      if (local === undefined) continue;
      const sum = collections.get(field);
      collections.set(
        field,
        sum === undefined
          ? local
          : {
              field,
              maxDoc: sum.maxDoc + local.maxDoc,
              docCount: sum.docCount + local.docCount,
              sumTotalTermFreq: sum.sumTotalTermFreq + local.sumTotalTermFreq,
              sumDocFreq: sum.sumDocFreq + local.sumDocFreq,
            },
      );
    }
  }
  return {
    collection: (field) => collections.get(field),
    term: (field, term) => terms.get(keyOf(field, term)),
  };
}

function keyOf(field: string, term: Uint8Array): string {
  return `${field}\0${Buffer.from(term).toString("latin1")}`;
}

class RecordingSearcher implements Searcher {
  readonly fields = new Set<string>();
  private readonly inner: IndexSearcher;
  private readonly record: (key: string, statistics: TermStatistics) => void;

  constructor(inner: IndexSearcher, record: (key: string, statistics: TermStatistics) => void) {
    this.inner = inner;
    this.record = record;
  }

  get leaves() {
    return this.inner.leaves;
  }

  get maxDoc(): number {
    return this.inner.maxDoc;
  }

  checkCancelled(): void {
    this.inner.checkCancelled();
  }

  rewrite(query: Query): Query {
    return this.inner.rewrite(query);
  }

  createWeight(query: Query, scoreMode: ScoreMode, boost: number): Weight {
    return query.createWeight(this, scoreMode, boost);
  }

  similarity(field: string) {
    return this.inner.similarity(field);
  }

  collectionStatistics(field: string): CollectionStatistics | undefined {
    this.fields.add(field);
    return this.inner.collectionStatistics(field);
  }

  termStatistics(field: string, term: Uint8Array, docFreq: number, totalTermFreq: number) {
    this.record(keyOf(field, term), { docFreq, totalTermFreq });
    return { docFreq, totalTermFreq };
  }
}
