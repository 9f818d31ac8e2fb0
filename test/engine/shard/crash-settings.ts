// Small thresholds, so that a short workload rolls, flushes and merges often.

export const CRASH_SETTINGS = {
  "index.translog.generation_threshold_size": "4kb",
  "index.translog.flush_threshold_size": "24kb",
  "index.merge.policy.segments_per_tier": "2",
  "index.merge.policy.max_merge_at_once": "3",
  "index.merge.policy.floor_segment": "1kb",
};
