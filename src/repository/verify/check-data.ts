// The bytes of a shard's files against their length, their checksum in the snapshot's metadata and
// their own Lucene footer. Plain functions over a store, so that worker threads run them too.

import { crc32 } from "../../base/index.ts";
import type { BlobStore } from "../../blobstore/index.ts";
import {
  checksumText,
  type FileInfo,
  partCount,
  partLength,
  partName,
} from "../format/file-info.ts";
import { locateDamage } from "./locate-damage.ts";
import { type BlobProblem, problemOf } from "./read-checked-blob.ts";

/** A file whose bytes are checked. Plain data. */
export interface DataFile {
  /** Without meta_hash. */
  readonly file: FileInfo;
  readonly folder: string;
  readonly index: string;
  readonly shard: number;
  /** Names of the snapshots that need it. */
  readonly snapshots: readonly string[];
}

/** What is wrong with a file's bytes. */
export interface DataProblem {
  readonly kind: "missing-blob" | "length-mismatch" | "checksum-mismatch" | "unreadable-blob";
  readonly blob: string;
  readonly message: string;
}

/** How the bytes are read. */
export interface CheckDataOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called now and then between parts; may throw to stop. */
  readonly onBytes?: (bytes: number) => void;
}

/** Reads a file and says what is wrong with it; undefined where nothing is. */
export async function checkDataFile(
  store: BlobStore,
  folder: string,
  file: FileInfo,
  options: CheckDataOptions,
): Promise<DataProblem | undefined> {
  const covered = file.length - 8;
  const footer = Buffer.alloc(8);
  let crc = 0;
  let done = 0;
  for (let part = 0; part < partCount(file); part++) {
    const blob = `${folder}/${partName(file, part)}`;
    try {
      for await (const bytes of store.read(blob, 0, partLength(file, part), options.signal)) {
        const left = covered - done;
        if (left >= bytes.length) crc = crc32(bytes, crc);
        else {
          if (left > 0) crc = crc32(bytes.subarray(0, left), crc);
          const start = Math.max(0, left);
          footer.set(bytes.subarray(start, start + 8), Math.max(0, done + start - covered));
        }
        done += bytes.length;
        options.onBytes?.(bytes.length);
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      return readingProblem(blob, file, problemOf(error));
    }
  }
  return compare(folder, file, crc, footer);
}

function readingProblem(blob: string, file: FileInfo, problem: BlobProblem): DataProblem {
  const what = `A blob of file [${file.physicalName}]`;
  if (problem.state === "missing") {
    return { kind: "missing-blob", blob, message: `${what} is missing` };
  }
  // The store says `corrupt` where a blob ends too early.
  const kind = problem.state === "corrupt" ? "length-mismatch" : "unreadable-blob";
  return { kind, blob, message: `${what} cannot be read: ${problem.message}` };
}

function compare(
  folder: string,
  file: FileInfo,
  crc: number,
  footer: Buffer,
): DataProblem | undefined {
  const actual = checksumText(crc);
  const stored = footer.readBigUInt64BE(0).toString(36);
  if (actual === file.checksum && stored === file.checksum) return undefined;
  const sums = `expected=${file.checksum} actual=${actual} footer=${stored}`;
  const { blob, where } = damagedBlob(folder, file, crc, actual === file.checksum);
  const message = `The bytes of file [${file.physicalName}] are damaged: ${sums}${where}`;
  return { kind: "checksum-mismatch", blob, message };
}

/** The blob in which the damage is, and more where one byte explains it. */
function damagedBlob(
  folder: string,
  file: FileInfo,
  crc: number,
  footerOnly: boolean,
): { blob: string; where: string } {
  const count = partCount(file);
  const blobOf = (part: number) => `${folder}/${partName(file, part)}`;
  if (footerOnly) return { blob: blobOf(count - 1), where: "; the damage is in the footer" };
  const expected = Number.parseInt(file.checksum, 36);
  const places = locateDamage(expected, crc, file.length - 8);
  const partOf = (offset: number) => (count === 1 ? 0 : Math.floor(offset / file.partSize!));
  const parts = new Set(places.map(({ offset }) => partOf(offset)));
  if (places.length === 1) {
    const [{ offset, bits }] = places as [{ offset: number; bits: number }];
    const part = partOf(offset);
    const at = offset - (count === 1 ? 0 : part * file.partSize!);
    const where = `; one byte explains it: offset ${at} of the blob, bits 0x${bits.toString(16)}`;
    return { blob: blobOf(part), where };
  }
  if (count === 1) return { blob: blobOf(0), where: "" };
  if (parts.size === 1) return { blob: blobOf([...parts][0]!), where: "" };
  return { blob: `${folder}/${file.name}`, where: `; in which of its ${count} parts is not known` };
}
