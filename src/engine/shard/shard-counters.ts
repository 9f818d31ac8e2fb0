// What a shard has done since it was opened. The search, get and document layers add to the parts
// that are theirs; `_stats` reads all of it. Times are in milliseconds.
// Upstream: ShardIndexingStats, ShardGetService, ShardSearchStats, MergeTracker (2.19.6).

/** Counters of one kind of work. */
export interface WorkCounter {
  total: number;
  timeMs: number;
  current: number;
}

function workCounter(): WorkCounter {
  return { total: 0, timeMs: 0, current: 0 };
}

/** Counters of a shard; plain fields, to be added to. */
export class ShardCounters {
  readonly index = { ...workCounter(), failed: 0 };
  readonly delete = workCounter();
  noopUpdates = 0;
  readonly get = { ...workCounter(), exists: 0, existsTimeMs: 0, missing: 0, missingTimeMs: 0 };
  readonly query = workCounter();
  readonly fetch = workCounter();
  readonly scroll = workCounter();
  readonly pointInTime = workCounter();
  readonly suggest = workCounter();
  openContexts = 0;
  searchIdleReactivations = 0;
  readonly merge = { ...workCounter(), docs: 0, bytes: 0, currentDocs: 0, currentBytes: 0 };
  readonly refresh = workCounter();
  readonly externalRefresh = workCounter();
  readonly flush = { ...workCounter(), periodic: 0 };
  readonly warmer = workCounter();
}
