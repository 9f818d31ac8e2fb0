// One file of a shard as the shard's metadata describes it.
//
//   FIELD          TYPE     MEANING
//   name           string   blob: `__<uuid>` (uploaded), `v__<uuid>` (virtual: meta_hash is all);
//                           of several parts: `<name>.part0`, `<name>.part1`, …
//   physical_name  string   name of the Lucene file
//   length         integer  bytes of the file
//   checksum       string   CRC-32 of the file's codec footer, in base 36
//   part_size      integer  bytes of a part; 2^63 - 1 means one part
//   written_by     string   Lucene version
//   meta_hash      binary   the contents, of segments_N and .si files only (at most 1 MiB)
// Invariants: names hold no path; length >= 0; a virtual file's meta_hash has `length` bytes.
// Spec: docs/format/file-info.md. Upstream: BlobStoreIndexShardSnapshot.FileInfo.

import { corrupt, crc32 } from "../../base/index.ts";
import {
  memberOf,
  readInteger,
  readObject,
  readString,
  type XContentObject,
  type XContentValue,
} from "../../xcontent/index.ts";

/** Prefix of blobs with the bytes of a file. */
export const UPLOADED_DATA_BLOB_PREFIX = "__";
/** Prefix of files whose bytes are in the metadata. */
export const VIRTUAL_DATA_BLOB_PREFIX = "v__";
/** What part_size holds when there is no limit: Long.MAX_VALUE. */
const NO_PART_SIZE = 0x7fffffffffffffffn;
/** Longest content that is kept in metadata. */
export const META_HASH_BYTES_MAX = 1024 * 1024;

/** A file of a shard. */
export interface FileInfo {
  name: string;
  physicalName: string;
  length: number;
  /** CRC-32 in base 36. */
  checksum: string;
  /** Bytes of one part; undefined for one part of any size. */
  partSize?: number;
  writtenBy: string;
  metaHash?: Uint8Array;
}

/** True if the file's bytes are in its meta_hash and in no blob. */
export function isVirtual(file: FileInfo): boolean {
  return file.name.startsWith(VIRTUAL_DATA_BLOB_PREFIX);
}

/** Number of blobs the file takes. */
export function partCount(file: FileInfo): number {
  if (file.partSize === undefined || file.length === 0) return 1;
  return Math.ceil(file.length / file.partSize);
}

/** Name of the blob with part `part`. */
export function partName(file: FileInfo, part: number): string {
  return partCount(file) > 1 ? `${file.name}.part${part}` : file.name;
}

/** Bytes of part `part`. */
export function partLength(file: FileInfo, part: number): number {
  if (file.partSize === undefined || partCount(file) === 1) return file.length;
  return Math.min(file.partSize, file.length - part * file.partSize);
}

/** The file's name from the name of one of its parts. */
export function canonicalName(blob: string): string {
  const part = blob.indexOf(".part");
  return part < 0 ? blob : blob.slice(0, part);
}

/** True if both have the same bytes, as far as length, checksum and meta_hash tell. */
export function isSameFile(a: FileInfo, b: FileInfo): boolean {
  const empty = new Uint8Array(0);
  return (
    a.length === b.length &&
    a.checksum === b.checksum &&
    Buffer.compare(a.metaHash ?? empty, b.metaHash ?? empty) === 0
  );
}

/** The tree of a file, its members in upstream's order. */
export function fileInfoToTree(file: FileInfo): XContentObject {
  const tree: XContentObject = {
    name: file.name,
    physical_name: file.physicalName,
    length: file.length,
    checksum: file.checksum,
    part_size: file.partSize ?? NO_PART_SIZE,
    written_by: file.writtenBy,
  };
  if (file.metaHash !== undefined && file.metaHash.length > 0) tree["meta_hash"] = file.metaHash;
  return tree;
}

/** Reads a file's tree. */
export function fileInfoFromTree(value: XContentValue | undefined): FileInfo {
  const tree = readObject(value, "files");
  const file: FileInfo = {
    name: readFileName(tree, "name"),
    physicalName: readFileName(tree, "physical_name"),
    length: readInteger(memberOf(tree, "length"), "length"),
    checksum: readString(memberOf(tree, "checksum"), "checksum"),
    writtenBy: readString(memberOf(tree, "written_by"), "written_by"),
  };
  const partSize = memberOf(tree, "part_size");
  if (typeof partSize === "number") file.partSize = readInteger(partSize, "part_size", 1);
  const metaHash = memberOf(tree, "meta_hash");
  if (typeof metaHash === "string") file.metaHash = Buffer.from(metaHash, "base64");
  else if (metaHash instanceof Uint8Array) file.metaHash = metaHash;
  if (isVirtual(file)) checkVirtual(file);
  return file;
}

function readFileName(tree: XContentObject, field: string): string {
  const name = readString(memberOf(tree, field), field);
  if (name === "" || name === "." || name === ".." || /[\\/*?"<>|\0]/.test(name)) {
    throw corrupt(`missing or invalid file name [${name}]`);
  }
  return name;
}

function checkVirtual(file: FileInfo): void {
  const bytes = file.metaHash;
  if (bytes === undefined || bytes.length !== file.length || bytes.length < 16) {
    throw corrupt(`Virtual file [${file.name}] does not hold its ${file.length} bytes`);
  }
  if (checksumText(crc32(bytes.subarray(0, bytes.length - 8))) !== file.checksum) {
    throw corrupt(`Virtual file [${file.name}] does not have its checksum [${file.checksum}]`);
  }
}

/** A CRC-32 as the formats write it: base 36. Upstream: Store.digestToString. */
export function checksumText(crc: number): string {
  return crc.toString(36);
}
