// snap-<snapshot uuid>.dat in a shard's folder: the files of one shard in one snapshot. A restore
// reads this blob, not the shard's index.
//
//   FIELD            TYPE     MEANING
//   name             string   snapshot's name
//   index_version    integer  generation of the Lucene commit
//   start_time       integer  milliseconds since the epoch
//   time             integer  milliseconds it took
//   number_of_files  integer  files this snapshot added (the old name of a newer meaning)
//   total_size       integer  bytes this snapshot added
//   files            array    FileInfo
// Spec: docs/format/snap.md. Upstream: BlobStoreIndexShardSnapshot (codec `snapshot`).

import { corrupt } from "../../base/index.ts";
import {
  memberOf,
  readArray,
  readInteger,
  readString,
  type XContentObject,
} from "../../xcontent/index.ts";
import { type FileInfo, fileInfoFromTree, fileInfoToTree } from "./file-info.ts";

/** One shard in one snapshot. */
export interface ShardSnapshot {
  /** Name of the snapshot. */
  snapshot: string;
  /** Generation of the Lucene commit. */
  indexVersion: number;
  startTimeMillis: number;
  timeMillis: number;
  incrementalFileCount: number;
  incrementalBytes: number;
  files: FileInfo[];
  /** Not in the blob: where the files of a shallow snapshot lie instead of the shard's folder. */
  folder?: string;
}

/** The tree of the blob. */
export function shardSnapshotToTree(snapshot: ShardSnapshot): XContentObject {
  return {
    name: snapshot.snapshot,
    index_version: snapshot.indexVersion,
    start_time: snapshot.startTimeMillis,
    time: snapshot.timeMillis,
    number_of_files: snapshot.incrementalFileCount,
    total_size: snapshot.incrementalBytes,
    files: snapshot.files.map(fileInfoToTree),
  };
}

/** Reads the blob's tree. */
export function shardSnapshotFromTree(tree: XContentObject): ShardSnapshot {
  const integer = (field: string) => {
    const value = memberOf(tree, field);
    return value === undefined ? 0 : readInteger(value, field, -1);
  };
  const files = readArray(memberOf(tree, "files") ?? [], "files").map(fileInfoFromTree);
  const names = new Set(files.map((file) => file.physicalName));
  if (names.size !== files.length) throw corrupt("A file is listed twice in a shard snapshot");
  return {
    snapshot: readString(memberOf(tree, "name"), "name"),
    indexVersion: integer("index_version"),
    startTimeMillis: integer("start_time"),
    timeMillis: integer("time"),
    incrementalFileCount: integer("number_of_files"),
    incrementalBytes: integer("total_size"),
    files,
  };
}
