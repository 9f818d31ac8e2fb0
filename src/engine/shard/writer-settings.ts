// An index's settings as the settings of its IndexWriter.
// Upstream: InternalEngine.getIndexWriterConfig, TieredMergePolicyProvider (2.19.6).

import type { Clock, Random } from "../../base/index.ts";
import {
  type IndexWriterSettings,
  MERGE_POLICY_DEFAULTS,
  type MergePolicySettings,
} from "../../lucene/index/index.ts";
import type { MapperService } from "../mapping/index.ts";
import type { Settings } from "../settings.ts";
import { indexSortOf } from "./index-sort-config.ts";

/** The writer settings of a shard. */
export function writerSettings(options: {
  readonly settings: Settings;
  readonly mapper: MapperService;
  readonly clock: Clock;
  readonly random: Random;
}): IndexWriterSettings {
  const { settings, mapper, clock, random } = options;
  const codec = settings.get("index.codec", "default");
  return {
    clock,
    random,
    storedFieldsMode: codec === "best_compression" ? "BEST_COMPRESSION" : "BEST_SPEED",
    indexSort: indexSortOf(settings, (field) => mapper.fieldType(field)),
    mergePolicy: mergePolicyOf(settings),
  };
}

/** `index.merge.policy.*`, changeable while the shard is open. */
export function mergePolicyOf(settings: Settings): MergePolicySettings {
  const defaults = MERGE_POLICY_DEFAULTS;
  const name = (key: string) => `index.merge.policy.${key}`;
  return {
    ...defaults,
    enabled: settings.getBoolean("index.merge.enabled", true),
    segmentsPerTier: settings.getFloat(name("segments_per_tier"), defaults.segmentsPerTier),
    mergeAtOnceMax: settings.getInt(name("max_merge_at_once"), defaults.mergeAtOnceMax),
    floorSegmentBytes: settings.getBytes(name("floor_segment"), defaults.floorSegmentBytes),
    mergedSegmentBytesMax: settings.getBytes(
      name("max_merged_segment"),
      defaults.mergedSegmentBytesMax,
    ),
    deletesPercentAllowed: settings.getFloat(
      name("deletes_pct_allowed"),
      defaults.deletesPercentAllowed,
    ),
    expungeDeletesPercentAllowed: settings.getFloat(
      name("expunge_deletes_allowed"),
      defaults.expungeDeletesPercentAllowed,
    ),
  };
}
