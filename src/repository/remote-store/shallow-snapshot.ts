// shallow-snap-<uuid>.dat in a shard's folder: what a shallow snapshot (v1, 2.9 and later) keeps of
// a shard. Its files lie in the remote store; a lock file there keeps them from being deleted.
//
//   FIELD                              TYPE     MEANING
//   version                            string   1, or 2 with the path's type (2.14 and later)
//   name                               string   of the snapshot
//   index_version                      integer  generation of the Lucene commit
//   start_time, time                   integer  milliseconds
//   number_of_files, total_size        integer  of the whole commit
//   index_uuid                         string   of the index: its folder in the remote store
//   remote_store_repository            string   name of the repository that is the remote store
//   commit_generation, primary_term    integer  the commit; they begin its metadata file's name
//   remote_store_repository_base_path  string   its base_path when the snapshot was taken
//   file_names                         array    Lucene files of the commit
//   path_type, path_hash_algorithm     integer  see remote-path.ts; fixed without them
// Spec: docs/format/remote-store.md. Upstream: RemoteStoreShardShallowCopySnapshot (codec
// `snapshot`, as of a full snapshot's blob).

import {
  memberOf,
  readArray,
  readInteger,
  readString,
  type XContentObject,
} from "../../xcontent/index.ts";
import { type RemotePathType, remotePathTypeOfCodes } from "./remote-path.ts";

/** One shard in one shallow snapshot. */
export interface ShallowShardSnapshot {
  readonly snapshot: string;
  readonly indexVersion: number;
  readonly startTimeMillis: number;
  readonly timeMillis: number;
  readonly total: { readonly files: number; readonly bytes: number };
  readonly indexUuid: string;
  readonly remoteStoreRepository: string;
  readonly basePath: string;
  readonly primaryTerm: number;
  readonly commitGeneration: number;
  readonly fileNames: readonly string[];
  readonly pathType: RemotePathType;
}

/** Reads the blob's tree. */
export function shallowShardSnapshotFromTree(tree: XContentObject): ShallowShardSnapshot {
  const text = (field: string) => readString(memberOf(tree, field), field);
  const integer = (field: string) => readInteger(memberOf(tree, field) ?? 0, field, 0);
  return {
    snapshot: text("name"),
    indexVersion: integer("index_version"),
    startTimeMillis: integer("start_time"),
    timeMillis: integer("time"),
    total: { files: integer("number_of_files"), bytes: integer("total_size") },
    indexUuid: text("index_uuid"),
    remoteStoreRepository: text("remote_store_repository"),
    basePath: text("remote_store_repository_base_path"),
    primaryTerm: integer("primary_term"),
    commitGeneration: integer("commit_generation"),
    fileNames: readArray(memberOf(tree, "file_names") ?? [], "file_names").map((name) =>
      readString(name, "file_names"),
    ),
    pathType: remotePathTypeOfCodes(
      readInteger(memberOf(tree, "path_type") ?? 0, "path_type"),
      readInteger(memberOf(tree, "path_hash_algorithm") ?? 1, "path_hash_algorithm"),
    ),
  };
}
