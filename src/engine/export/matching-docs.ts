// The documents of a mounted shard that a query finds: ascending numbers a segment.

import type { Clock } from "../../base/index.ts";
import { NO_MORE_DOCS } from "../../lucene/index/index.ts";
import { IndexSearcher } from "../../lucene/search/index.ts";
import { withPages } from "../../lucene/store/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import type { MountedIndex } from "../mounted/mounted-index.ts";
import type { MountedShard } from "../mounted/mounted-shard.ts";
import { QueryShardContext } from "../search/query-shard-context.ts";
import { parseQuery } from "../search/search-source.ts";
import { buildQuery } from "../search/shard-query.ts";

/** Root documents that match `query` (of the DSL), a list a segment. */
export async function matchingDocs(
  index: MountedIndex,
  shard: MountedShard,
  query: XContentObject,
  clock: Clock,
): Promise<Int32Array[]> {
  const target = index.targets().find((item) => item.shard === shard)!;
  const nowMillis = clock.now();
  return await withPages(() => {
    const searcher = new IndexSearcher(shard.reader);
    const context = new QueryShardContext(
      {
        indexName: target.index,
        indexUuid: target.indexUuid,
        settings: target.settings,
        mapper: target.mapper,
        clock,
        nowMillis,
      },
      searcher,
    );
    const built = buildQuery(context, { query: parseQuery(query) }, target);
    const weight = searcher.createWeight(searcher.rewrite(built), "complete-no-scores", 1);
    return searcher.leaves.map((leaf) => {
      const docs: number[] = [];
      const iterator = weight.scorer(leaf)?.iterator();
      if (iterator === undefined) return new Int32Array(0);
      const { liveDocs } = leaf.reader;
      for (let doc = iterator.nextDoc(); doc !== NO_MORE_DOCS; doc = iterator.nextDoc()) {
        if (liveDocs === undefined || liveDocs.get(doc)) docs.push(doc);
      }
      return Int32Array.from(docs);
    });
  });
}
