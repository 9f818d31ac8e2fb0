// index-<generation> in a shard's folder: all files of all snapshots of the shard, and which
// snapshot holds which. The next snapshot and each deletion start from it. The generation is a
// random id, or a number in repositories that Elasticsearch before 7.6 has written.
//
//   FIELD                            TYPE    MEANING
//   files                            array   FileInfo, each blob once
//   snapshots.<name>.files           array   blob names
//   snapshots.<name>.shard_state_id  string  equal ids mean equal contents; may be missing
// Invariants: each name in `snapshots` is in `files`. Snapshots are known by name here, not by
// uuid.
// Spec: docs/format/shard-index.md. Upstream: BlobStoreIndexShardSnapshots (codec `snapshots`).

import { corrupt } from "../../base/index.ts";
import {
  memberOf,
  readArray,
  readObject,
  readString,
  readStrings,
  setMember,
  type XContentObject,
} from "../../xcontent/index.ts";
import { type FileInfo, fileInfoFromTree, fileInfoToTree } from "./file-info.ts";

/** The files of one snapshot of a shard. */
export interface SnapshotFiles {
  /** Name of the snapshot. */
  snapshot: string;
  files: FileInfo[];
  shardStateId?: string;
}

/** All snapshots of a shard, the newest first. */
export type ShardIndex = SnapshotFiles[];

/** The tree of the blob. */
export function shardIndexToTree(index: ShardIndex): XContentObject {
  const files = new Map<string, FileInfo>();
  const snapshots: XContentObject = {};
  for (const entry of index) {
    for (const file of entry.files) files.set(file.name, file);
    const item: XContentObject = { files: entry.files.map((file) => file.name) };
    if (entry.shardStateId !== undefined) item["shard_state_id"] = entry.shardStateId;
    setMember(snapshots, entry.snapshot, item);
  }
  return { files: [...files.values()].map(fileInfoToTree), snapshots };
}

/** Reads the blob's tree. */
export function shardIndexFromTree(tree: XContentObject): ShardIndex {
  const files = new Map<string, FileInfo>();
  for (const item of readArray(memberOf(tree, "files") ?? [], "files")) {
    const file = fileInfoFromTree(item);
    files.set(file.name, file);
  }
  const index: ShardIndex = [];
  const snapshots = readObject(memberOf(tree, "snapshots") ?? {}, "snapshots");
  for (const [snapshot, value] of Object.entries(snapshots)) {
    const item = readObject(value, snapshot);
    const names = readStrings(memberOf(item, "files") ?? [], "files");
    const entry: SnapshotFiles = {
      snapshot,
      files: names.map((name) => {
        const file = files.get(name);
        if (file === undefined)
          throw corrupt(`Snapshot [${snapshot}] names unknown file [${name}]`);
        return file;
      }),
    };
    const state = memberOf(item, "shard_state_id");
    if (state !== undefined) entry.shardStateId = readString(state, "shard_state_id");
    index.push(entry);
  }
  return index;
}

/** Every blob that any snapshot of the shard needs, by canonical name. */
export function referencedFiles(index: ShardIndex): Map<string, FileInfo> {
  const files = new Map<string, FileInfo>();
  for (const entry of index) for (const file of entry.files) files.set(file.name, file);
  return files;
}
