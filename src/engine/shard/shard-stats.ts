// A shard's statistics in the shape of `_stats` (one object per section, OpenSearch's member names)
// and of `_segments`. Sections that Varve has nothing to say about are zeros, as on a server that
// did not use the feature. Upstream: CommonStats, SegmentsStats, Segment (2.19.6).

import type { CommitData } from "./commit-data.ts";
import type { ShardCounters } from "./shard-counters.ts";
import type { TranslogStats } from "./translog/translog.ts";

/** What the counters alone cannot say. */
export interface ShardFacts {
  readonly docCount: number;
  readonly deletedCount: number;
  readonly storeBytes: number;
  readonly segmentCount: number;
  readonly indexWriterBytes: number;
  readonly versionMapBytes: number;
  readonly maxUnsafeAutoIdTimestamp: number;
  readonly translog: TranslogStats;
}

type Section = Record<string, unknown>;

/** One object per section of `_stats`, in the server's order. */
export type ShardStats = Record<string, Section>;

/** All sections of one shard. */
export function shardStats(counters: ShardCounters, facts: ShardFacts): ShardStats {
  return {
    docs: { count: facts.docCount, deleted: facts.deletedCount },
    store: { size_in_bytes: facts.storeBytes, reserved_in_bytes: 0 },
    indexing: indexingSection(counters),
    get: getSection(counters),
    search: searchSection(counters),
    merges: mergesSection(counters),
    refresh: {
      total: counters.refresh.total,
      total_time_in_millis: Math.round(counters.refresh.timeMs),
      external_total: counters.externalRefresh.total,
      external_total_time_in_millis: Math.round(counters.externalRefresh.timeMs),
      listeners: 0,
    },
    flush: {
      total: counters.flush.total,
      periodic: counters.flush.periodic,
      total_time_in_millis: Math.round(counters.flush.timeMs),
    },
    warmer: {
      current: counters.warmer.current,
      total: counters.warmer.total,
      total_time_in_millis: Math.round(counters.warmer.timeMs),
    },
    query_cache: {
      memory_size_in_bytes: 0,
      total_count: 0,
      hit_count: 0,
      miss_count: 0,
      cache_size: 0,
      cache_count: 0,
      evictions: 0,
    },
    fielddata: { memory_size_in_bytes: 0, evictions: 0 },
    completion: { size_in_bytes: 0 },
    segments: segmentsSection(facts),
    translog: { ...facts.translog, remote_store: TRANSLOG_REMOTE_STORE },
    request_cache: { memory_size_in_bytes: 0, evictions: 0, hit_count: 0, miss_count: 0 },
    recovery: { current_as_source: 0, current_as_target: 0, throttle_time_in_millis: 0 },
  };
}

function indexingSection(counters: ShardCounters): Section {
  return {
    index_total: counters.index.total,
    index_time_in_millis: Math.round(counters.index.timeMs),
    index_current: counters.index.current,
    index_failed: counters.index.failed,
    delete_total: counters.delete.total,
    delete_time_in_millis: Math.round(counters.delete.timeMs),
    delete_current: counters.delete.current,
    noop_update_total: counters.noopUpdates,
    is_throttled: false,
    throttle_time_in_millis: 0,
    doc_status: {},
  };
}

function getSection(counters: ShardCounters): Section {
  const { get } = counters;
  const timeMs = Math.round(get.timeMs);
  return {
    total: get.total,
    getTime: timeMs === 0 ? "0s" : timeMs < 1000 ? `${timeMs}ms` : `${timeMs / 1000}s`,
    time_in_millis: timeMs,
    exists_total: get.exists,
    exists_time_in_millis: Math.round(get.existsTimeMs),
    missing_total: get.missing,
    missing_time_in_millis: Math.round(get.missingTimeMs),
    current: get.current,
  };
}

function searchSection(counters: ShardCounters): Section {
  const section: Section = { open_contexts: counters.openContexts };
  const add = (name: string, work: { total: number; timeMs: number; current: number }) => {
    section[`${name}_total`] = work.total;
    section[`${name}_time_in_millis`] = Math.round(work.timeMs);
    section[`${name}_current`] = work.current;
  };
  add("query", counters.query);
  add("concurrent_query", { total: 0, timeMs: 0, current: 0 });
  section["concurrent_avg_slice_count"] = 0;
  add("fetch", counters.fetch);
  add("scroll", counters.scroll);
  add("point_in_time", counters.pointInTime);
  add("suggest", counters.suggest);
  section["search_idle_reactivate_count_total"] = counters.searchIdleReactivations;
  return section;
}

/**
 * 20 MB a second, the server's fixed starting point; Varve's merges yield by running in a thread.
 */
const AUTO_THROTTLE_BYTES = 20_971_520;

function mergesSection(counters: ShardCounters): Section {
  const { merge } = counters;
  return {
    current: merge.current,
    current_docs: merge.currentDocs,
    current_size_in_bytes: merge.currentBytes,
    total: merge.total,
    total_time_in_millis: Math.round(merge.timeMs),
    total_docs: merge.docs,
    total_size_in_bytes: merge.bytes,
    total_stopped_time_in_millis: 0,
    total_throttled_time_in_millis: 0,
    total_auto_throttle_in_bytes: AUTO_THROTTLE_BYTES,
    unreferenced_file_cleanups_performed: 0,
  };
}

function segmentsSection(facts: ShardFacts): Section {
  return {
    count: facts.segmentCount,
    memory_in_bytes: 0,
    terms_memory_in_bytes: 0,
    stored_fields_memory_in_bytes: 0,
    term_vectors_memory_in_bytes: 0,
    norms_memory_in_bytes: 0,
    points_memory_in_bytes: 0,
    doc_values_memory_in_bytes: 0,
    index_writer_memory_in_bytes: facts.indexWriterBytes,
    version_map_memory_in_bytes: facts.versionMapBytes,
    fixed_bit_set_memory_in_bytes: 0,
    max_unsafe_auto_id_timestamp: facts.maxUnsafeAutoIdTimestamp,
    remote_store: SEGMENTS_REMOTE_STORE,
    segment_replication: {
      max_bytes_behind: 0,
      total_bytes_behind: 0,
      max_replication_lag: 0,
    },
    file_sizes: {},
  };
}

const TRANSLOG_REMOTE_STORE: Section = {
  upload: {
    total_uploads: { started: 0, failed: 0, succeeded: 0 },
    total_upload_size: { started_bytes: 0, failed_bytes: 0, succeeded_bytes: 0 },
  },
};

const SEGMENTS_REMOTE_STORE: Section = {
  upload: {
    total_upload_size: { started_bytes: 0, succeeded_bytes: 0, failed_bytes: 0 },
    refresh_size_lag: { total_bytes: 0, max_bytes: 0 },
    max_refresh_time_lag_in_millis: 0,
    total_time_spent_in_millis: 0,
    pressure: { total_rejections: 0 },
  },
  download: {
    total_download_size: { started_bytes: 0, succeeded_bytes: 0, failed_bytes: 0 },
    total_time_spent_in_millis: 0,
  },
};

/** One segment as `_segments` and `_cat/segments` show it. */
export interface SegmentDescription {
  readonly name: string;
  readonly generation: number;
  readonly num_docs: number;
  readonly deleted_docs: number;
  readonly size_in_bytes: number;
  readonly memory_in_bytes: number;
  readonly committed: boolean;
  readonly search: boolean;
  readonly version: string;
  readonly compound: boolean;
  readonly attributes: Record<string, string>;
}

/** The `commit` member of `_stats?level=shards`. */
export interface CommitDescription {
  /** Base64 of the commit's id. */
  readonly id: string;
  readonly generation: number;
  readonly user_data: Record<string, string>;
  readonly num_docs: number;
}

/** The `seq_no` member of `_stats?level=shards`. */
export interface SeqNoDescription {
  readonly max_seq_no: number;
  readonly local_checkpoint: number;
  readonly global_checkpoint: number;
}

/** The shard's sequence numbers and commit facts together. */
export interface ShardLevelStats {
  readonly stats: ShardStats;
  readonly commit: CommitDescription;
  readonly seqNo: SeqNoDescription;
  readonly commitData: CommitData;
}
