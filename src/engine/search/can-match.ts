// The order of the shards of a sorted search: those whose values come first are asked first, and so
// win ties. Upstream: CanMatchPreFilterSearchPhase.sortShards, FieldSortBuilder.getMinMaxOrNull.

import { compareBytes, type IndexSearcher } from "../../lucene/search/index.ts";
import type { SearchFieldType } from "./search-field-type.ts";

/** What is asked of one shard. */
export interface SortedShard {
  readonly searcher: IndexSearcher;
  readonly type: SearchFieldType | undefined;
}

/** Places of the shards by the smallest (or, descending, the largest) value of the sort's field. */
export function shardOrder(shards: readonly SortedShard[], descending: boolean): number[] {
  const extremes = shards.map((shard) => extreme(shard, descending));
  const places = shards.map((_, index) => index);
  const kinds = new Set(shards.map(({ type }) => type?.typeName));
  if (kinds.size > 1 || extremes.every((value) => value === undefined)) return places;
  return places.sort((a, b) => {
    const [left, right] = [extremes[a], extremes[b]];
    if (left === undefined || right === undefined) {
      return left === right ? a - b : left === undefined ? 1 : -1;
    }
    const order = compareBytes(left, right);
    return (descending ? -order : order) || a - b;
  });
}

/** The extreme as points or terms hold it: both sort by their bytes. */
function extreme({ searcher, type }: SortedShard, largest: boolean): Uint8Array | undefined {
  if (type === undefined || !type.isIndexed) return undefined;
  let best: Uint8Array | undefined;
  for (const { reader } of searcher.leaves) {
    const points = reader.pointValues(type.name);
    const terms = points === undefined ? reader.terms(type.name) : undefined;
    const value = largest
      ? (points?.maxPackedValue ?? terms?.maxTerm)
      : (points?.minPackedValue ?? terms?.minTerm);
    if (value === undefined) continue;
    const order = best === undefined ? 0 : compareBytes(value, best);
    if (best === undefined || (largest ? order > 0 : order < 0)) best = value;
  }
  return best;
}
