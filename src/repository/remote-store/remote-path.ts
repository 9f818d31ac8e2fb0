// Where a shard lies in a remote store, relative to the store's root. Of each shard there are three
// folders: segments/data, segments/metadata and segments/lock_files.
//
//   TYPE            PATH
//   0 fixed         <base path>/<index uuid>/<shard>/segments/<folder>
//   1 hashed prefix <hash>/<base path>/<index uuid>/<shard>/segments/<folder>
//   2 hashed infix  <base path>/<hash>/<index uuid>/<shard>/segments/<folder>
//
//   hash = FNV-1a (64 bits) over "<index uuid><shard>segments<folder>", so each folder has its own;
//          written as 11 characters of URL-safe base64 (FNV_1A_BASE64), or as its first 6 bits in
//          base64 and 14 more as 0 and 1 (FNV_1A_COMPOSITE_1); cluster.remote_store.segments.
//          path.prefix, where it is set, stands before the hash
// Spec: docs/format/remote-store.md. Upstream: RemoteStoreEnums, RemoteStorePathStrategy.

import { corrupt } from "../../base/index.ts";
import { isXContentObject, memberOf, type XContentObject } from "../../xcontent/index.ts";
import { compositePathHash, fnv1a } from "../layout/shard-path.ts";

/** A kind of path, with its hash where it has one. */
export interface RemotePathType {
  readonly kind: "fixed" | "hashed-prefix" | "hashed-infix";
  readonly hash: "base64" | "composite";
}

/** One of a shard's folders. */
export type RemoteFolder = "data" | "metadata" | "lock_files";

const KINDS = ["fixed", "hashed-prefix", "hashed-infix"] as const;
const KIND_NAMES = ["FIXED", "HASHED_PREFIX", "HASHED_INFIX"];
const HASHES = ["base64", "composite"] as const;
const HASH_NAMES = ["FNV_1A_BASE64", "FNV_1A_COMPOSITE_1"];

/** The path type by upstream's codes, as a shallow snapshot's blob has them. */
export function remotePathTypeOfCodes(kindCode: number, hashCode: number): RemotePathType {
  const [kind, hash] = [KINDS[kindCode], HASHES[hashCode]];
  if (kind === undefined) throw corrupt(`Unknown path_type [${kindCode}] of a remote store`);
  if (hash === undefined) {
    throw corrupt(`Unknown path_hash_algorithm [${hashCode}] of a remote store`);
  }
  return { kind, hash };
}

/** The path type of an index's metadata: its custom member `remote_store`. */
export function remotePathTypeOfIndex(index: XContentObject): RemotePathType {
  const custom = memberOf(index, "remote_store");
  const text = (field: string) => {
    const value = isXContentObject(custom) ? memberOf(custom, field) : undefined;
    return typeof value === "string" ? value.toUpperCase() : undefined;
  };
  const kind = KIND_NAMES.indexOf(text("path_type") ?? "FIXED");
  const hash = HASH_NAMES.indexOf(text("path_hash_algorithm") ?? "FNV_1A_COMPOSITE_1");
  return remotePathTypeOfCodes(kind, hash);
}

/** A folder of a shard. `basePath` is the remote store's own in its store. */
export function remoteShardPath(
  basePath: string,
  place: { readonly indexUuid: string; readonly shard: number; readonly pathType: RemotePathType },
  folder: RemoteFolder,
): string {
  const { indexUuid, shard, pathType } = place;
  const hashed = () => hashText(`${indexUuid}${shard}segments${folder}`, pathType.hash);
  const parts = [basePath, indexUuid, String(shard), "segments", folder];
  if (pathType.kind === "hashed-prefix") parts.unshift(hashed());
  if (pathType.kind === "hashed-infix") parts.splice(1, 0, hashed());
  return parts.filter((part) => part !== "").join("/");
}

function hashText(text: string, hash: RemotePathType["hash"]): string {
  if (hash === "composite") return compositePathHash(text);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(fnv1a(text));
  return bytes.toString("base64url");
}
