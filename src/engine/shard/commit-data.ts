// The user data of a commit, as OpenSearch keeps it: which translog and history it belongs to, and
// which operations it holds. Upstream: InternalEngine.commitIndexWriter, Store.bootstrapNewHistory.

import { corrupt } from "../../base/index.ts";
import { NO_OPS_PERFORMED } from "./local-checkpoint-tracker.ts";

/** The parsed user data. */
export interface CommitData {
  readonly translogUuid: string;
  readonly historyUuid: string;
  /** Every operation up to it is in the commit. */
  readonly localCheckpoint: number;
  /** No operation above it is in the commit. */
  readonly maxSeqNo: number;
  readonly maxUnsafeAutoIdTimestamp: number;
  /** Soft-deleted operations below it may be missing. Undefined in a fresh commit. */
  readonly minRetainedSeqNo: number | undefined;
  /** Set by the last force-merge that ran to its end. */
  readonly forceMergeUuid: string | undefined;
}

/** The data of an index without operations. */
export function emptyCommitData(translogUuid: string, historyUuid: string): CommitData {
  return {
    translogUuid,
    historyUuid,
    localCheckpoint: NO_OPS_PERFORMED,
    maxSeqNo: NO_OPS_PERFORMED,
    maxUnsafeAutoIdTimestamp: -1,
    minRetainedSeqNo: undefined,
    forceMergeUuid: undefined,
  };
}

/** As it stands in segments_N. */
export function encodeCommitData(data: CommitData): Map<string, string> {
  const map = new Map([
    ["translog_uuid", data.translogUuid],
    ["local_checkpoint", String(data.localCheckpoint)],
    ["max_seq_no", String(data.maxSeqNo)],
    ["max_unsafe_auto_id_timestamp", String(data.maxUnsafeAutoIdTimestamp)],
    ["history_uuid", data.historyUuid],
  ]);
  if (data.minRetainedSeqNo !== undefined) {
    map.set("min_retained_seq_no", String(data.minRetainedSeqNo));
  }
  if (data.forceMergeUuid !== undefined) map.set("force_merge_uuid", data.forceMergeUuid);
  return map;
}

/** Throws `corrupt` when a member is missing or no number. */
export function decodeCommitData(userData: ReadonlyMap<string, string>): CommitData {
  const minRetained = userData.get("min_retained_seq_no");
  return {
    translogUuid: text(userData, "translog_uuid"),
    historyUuid: text(userData, "history_uuid"),
    localCheckpoint: integer(userData, "local_checkpoint"),
    maxSeqNo: integer(userData, "max_seq_no"),
    maxUnsafeAutoIdTimestamp: userData.has("max_unsafe_auto_id_timestamp")
      ? integer(userData, "max_unsafe_auto_id_timestamp")
      : -1,
    minRetainedSeqNo:
      minRetained === undefined ? undefined : integer(userData, "min_retained_seq_no"),
    forceMergeUuid: userData.get("force_merge_uuid"),
  };
}

function text(userData: ReadonlyMap<string, string>, key: string): string {
  const value = userData.get(key);
  if (value === undefined) throw corrupt(`Commit has no user data [${key}]`);
  return value;
}

function integer(userData: ReadonlyMap<string, string>, key: string): number {
  const value = text(userData, key);
  if (!/^-?\d{1,15}$/.test(value)) throw corrupt(`Commit's [${key}] is no number: [${value}]`);
  return Number(value);
}
