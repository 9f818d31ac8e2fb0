// snap-<uuid>.dat at the root: what one snapshot is. One object, `snapshot`, around:
//
//   FIELD                            TYPE     MEANING
//   name, uuid                       string
//   version_id                       integer  version that took it (see version.ts)
//   remote_store_index_shallow_copy  boolean  data is in the remote store (2.9 and later)
//   pinned_timestamp                 integer  of a v2 snapshot (2.17 and later)
//   indices, data_streams            array    names
//   state                            string   SUCCESS, PARTIAL, FAILED
//   reason                           string   of a failure
//   include_global_state             boolean
//   metadata                         object   the user's, or null
//   start_time, end_time             integer  milliseconds since the epoch
//   total_shards, successful_shards  integer
//   failures                         array    index, index_uuid, shard_id, reason, node_id, status
// A reader ignores what it does not know. Spec: docs/format/snap.md. Upstream: SnapshotInfo.

import { corrupt } from "../../base/index.ts";
import {
  isXContentObject,
  memberOf,
  readArray,
  readInteger,
  readObject,
  readString,
  readStrings,
  type XContentObject,
  type XContentValue,
} from "../../xcontent/index.ts";

/** States of a snapshot; the number is what index-N holds. */
export const SNAPSHOT_STATES = {
  IN_PROGRESS: 0,
  SUCCESS: 1,
  FAILED: 2,
  PARTIAL: 3,
  INCOMPATIBLE: 4,
} as const;

/** A state's name. */
export type SnapshotState = keyof typeof SNAPSHOT_STATES;

/** A snapshot's name and its unique id. */
export interface SnapshotId {
  name: string;
  uuid: string;
}

/** Why a shard is not in a snapshot. */
export interface SnapshotShardFailure {
  index: string;
  indexUuid?: string;
  shardId: number;
  reason: string;
  nodeId?: string;
  /** Name of an HTTP status, as INTERNAL_SERVER_ERROR. */
  status: string;
}

/** What a snapshot is. */
export interface SnapshotInfo {
  snapshotId: SnapshotId;
  versionId: number;
  indices: string[];
  dataStreams: string[];
  state: SnapshotState;
  reason?: string;
  includeGlobalState?: boolean;
  remoteStoreIndexShallowCopy?: boolean;
  pinnedTimestamp?: number;
  userMetadata?: XContentObject;
  startTimeMillis: number;
  endTimeMillis: number;
  totalShards: number;
  successfulShards: number;
  shardFailures: SnapshotShardFailure[];
}

/** The tree of the blob. */
export function snapshotInfoToTree(info: SnapshotInfo): XContentObject {
  const tree: XContentObject = {
    name: info.snapshotId.name,
    uuid: info.snapshotId.uuid,
    version_id: info.versionId,
  };
  if (info.remoteStoreIndexShallowCopy !== undefined) {
    tree["remote_store_index_shallow_copy"] = info.remoteStoreIndexShallowCopy;
  }
  if (info.pinnedTimestamp) tree["pinned_timestamp"] = info.pinnedTimestamp;
  tree["indices"] = info.indices;
  tree["data_streams"] = info.dataStreams;
  tree["state"] = info.state;
  if (info.reason !== undefined) tree["reason"] = info.reason;
  if (info.includeGlobalState !== undefined) {
    tree["include_global_state"] = info.includeGlobalState;
  }
  tree["metadata"] = info.userMetadata ?? null;
  tree["start_time"] = info.startTimeMillis;
  tree["end_time"] = info.endTimeMillis;
  tree["total_shards"] = info.totalShards;
  tree["successful_shards"] = info.successfulShards;
  tree["failures"] = info.shardFailures.map(failureToTree);
  return { snapshot: tree };
}

function failureToTree(failure: SnapshotShardFailure): XContentObject {
  const tree: XContentObject = {
    index: failure.index,
    index_uuid: failure.indexUuid ?? failure.index,
    shard_id: failure.shardId,
    reason: failure.reason,
  };
  if (failure.nodeId !== undefined) tree["node_id"] = failure.nodeId;
  tree["status"] = failure.status;
  return tree;
}

/** Reads the blob's tree. */
export function snapshotInfoFromTree(root: XContentObject): SnapshotInfo {
  const tree = readObject(memberOf(root, "snapshot"), "snapshot");
  const name = readString(memberOf(tree, "name"), "name");
  const integer = (field: string) => {
    const value = memberOf(tree, field);
    return value === undefined ? 0 : readInteger(value, field);
  };
  const info: SnapshotInfo = {
    // Before uuids there were names only.
    snapshotId: { name, uuid: readString(memberOf(tree, "uuid") ?? name, "uuid") },
    versionId: integer("version_id"),
    indices: readStrings(memberOf(tree, "indices") ?? [], "indices"),
    dataStreams: readStrings(memberOf(tree, "data_streams") ?? [], "data_streams"),
    state: readState(memberOf(tree, "state")),
    startTimeMillis: integer("start_time"),
    endTimeMillis: integer("end_time"),
    totalShards: integer("total_shards"),
    successfulShards: integer("successful_shards"),
    shardFailures: readArray(memberOf(tree, "failures") ?? [], "failures").map(failureFromTree),
  };
  readOptional(tree, info);
  return info;
}

function readOptional(tree: XContentObject, info: SnapshotInfo): void {
  const reason = memberOf(tree, "reason");
  if (typeof reason === "string") info.reason = reason;
  const global = memberOf(tree, "include_global_state");
  if (typeof global === "boolean") info.includeGlobalState = global;
  const shallow = memberOf(tree, "remote_store_index_shallow_copy");
  if (typeof shallow === "boolean") info.remoteStoreIndexShallowCopy = shallow;
  const pinned = memberOf(tree, "pinned_timestamp");
  if (typeof pinned === "number" && pinned !== 0) info.pinnedTimestamp = pinned;
  const metadata = memberOf(tree, "metadata");
  if (isXContentObject(metadata)) info.userMetadata = metadata;
}

function readState(value: XContentValue | undefined): SnapshotState {
  const state = readString(value ?? "IN_PROGRESS", "state");
  if (!Object.hasOwn(SNAPSHOT_STATES, state)) throw corrupt(`Unknown snapshot state [${state}]`);
  return state as SnapshotState;
}

function failureFromTree(value: XContentValue): SnapshotShardFailure {
  const tree = readObject(value, "failures");
  const text = (field: string) => {
    const found = memberOf(tree, field);
    return typeof found === "string" ? found : undefined;
  };
  const failure: SnapshotShardFailure = {
    index: text("index") ?? "",
    shardId: readInteger(memberOf(tree, "shard_id") ?? 0, "shard_id"),
    reason: text("reason") ?? "",
    status: text("status") ?? "INTERNAL_SERVER_ERROR",
  };
  const [indexUuid, nodeId] = [text("index_uuid"), text("node_id")];
  if (indexUuid !== undefined) failure.indexUuid = indexUuid;
  if (nodeId !== undefined) failure.nodeId = nodeId;
  return failure;
}
