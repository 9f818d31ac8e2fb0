// Where a shard's folder is, relative to the repository's base.
//
//   TYPE            PATH
//   0 fixed         indices/<index id>/<shard>/
//   1 hashed prefix <hash>/<base path>/indices/<index id>/<shard>/   hash before the base
//   2 hashed infix  <base path>/<hash>/indices/<index id>/<shard>/
//
//   hash = FNV-1a (64 bits) over "<shard><index id>"; its first 6 bits as one character of URL-safe
//          base64, then its bits 6 … 19 as 14 characters 0 and 1, e.g. g00110100110100
//
// A hashed index has a file
// snapshot_shard_paths/snapshot_path_<id>.<name>.<shards>.<type>.<algorithm> that lists its
// paths, so that its folders can be found once no index-N names it any more.
// Upstream: RemoteStoreEnums.PathType, PathHashAlgorithm.FNV_1A_COMPOSITE_1, SnapshotShardPaths.

import type { IndexId, ShardPathType } from "../format/repository-data.ts";

const FNV_OFFSET_BASIS = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const HASH_BITS = 20n;
/** Code of FNV_1A_COMPOSITE_1. */
const PATH_HASH_ALGORITHM = 1;

/** Folder of the files that list the paths of hashed indices. */
export const SHARD_PATHS_FOLDER = "snapshot_shard_paths";
const SHARD_PATHS_PREFIX = "snapshot_path_";

/** FNV-1a of a text's UTF-8, 64 bits. Upstream: FNV1a. */
export function fnv1a(text: string): bigint {
  let hash = FNV_OFFSET_BASIS;
  for (const byte of Buffer.from(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  }
  return hash;
}

/** The hash as it stands in paths: FNV_1A_COMPOSITE_1. */
export function compositePathHash(text: string): string {
  const bits = (fnv1a(text) >> (64n - HASH_BITS)).toString(2).padStart(Number(HASH_BITS), "0");
  return BASE64[Number.parseInt(bits.slice(0, 6), 2)]! + bits.slice(6);
}

/**
 * A shard's folder. `basePath` is the repository's own within its store, empty or `a/b`; the answer
 * is relative to the store's root.
 */
export function shardPath(basePath: string, index: IndexId, shard: number): string {
  const fixed = `indices/${index.id}/${shard}`;
  const base = basePath === "" ? "" : `${basePath}/`;
  if (index.shardPathType === 0) return base + fixed;
  const hash = compositePathHash(`${shard}${index.id}`);
  return index.shardPathType === 1 ? `${hash}/${base}${fixed}` : `${base}${hash}/${fixed}`;
}

/** The file that lists the paths of a hashed index: its name within the folder, and its content. */
export function shardPathsFile(
  basePath: string,
  index: IndexId,
  shardCount: number,
): { name: string; content: Uint8Array } {
  const paths = Array.from({ length: shardCount }, (_, i) => `${shardPath(basePath, index, i)}/`);
  const parts = [index.id, index.name, shardCount, index.shardPathType, PATH_HASH_ALGORITHM];
  const tree = {
    indexId: index.id,
    indexName: index.name,
    number_of_shards: shardCount,
    shard_path_type: index.shardPathType,
    shard_path_hash_algorithm: PATH_HASH_ALGORITHM,
    paths,
  };
  const name = SHARD_PATHS_PREFIX + parts.join(".");
  return { name, content: Buffer.from(JSON.stringify(tree)) };
}

/** What the name of such a file says; undefined for any other name. */
export function parseShardPathsName(
  name: string,
): { index: IndexId; shardCount: number } | undefined {
  // An index's name may hold dots, so the fields are counted from both ends.
  const match = /^(?:snapshot_path_)?([^.]+)\.(.+)\.(\d{1,6})\.([0-2])\.\d+$/.exec(name);
  if (match === null) return undefined;
  const shardPathType = Number(match[4]) as IndexId["shardPathType"];
  return { index: { name: match[2]!, id: match[1]!, shardPathType }, shardCount: Number(match[3]) };
}

const SHARD_PATH_TYPES: Readonly<Record<string, ShardPathType>> = {
  FIXED: 0,
  HASHED_PREFIX: 1,
  HASHED_INFIX: 2,
};

/** The kind that the setting `shard_path_type` names; fixed for a bad value, as the real server. */
export function shardPathTypeOf(setting: string | undefined): ShardPathType {
  return SHARD_PATH_TYPES[(setting ?? "FIXED").toUpperCase()] ?? 0;
}
