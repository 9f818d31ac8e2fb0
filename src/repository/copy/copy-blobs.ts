// The bytes of a copy: files of shards, each checked against its checksum while it passes, and
// metadata blobs, decoded before they are stored.

import { VarveError } from "../../base/index.ts";
import type { BlobStore } from "../../blobstore/index.ts";
import { type BlobCodec, decodeChecksummedBlob } from "../format/checksummed-blob.ts";
import { type FileInfo, partCount, partLength, partName } from "../format/file-info.ts";
import { FileChecksum, readFileInfo } from "../restore/restore-shard.ts";
import type { FileCopy } from "./plan-shard-copy.ts";

/** How a copy is run. */
export interface CopyOptions {
  signal?: AbortSignal | undefined;
  /** Bytes that will have to be moved were found. */
  onPlanned?(bytes: number): void;
  /** Bytes were moved or checked. */
  onBytes?(bytes: number): void;
}

/** Moves one file, or checks that the target's blobs of it are right and moves it if not. */
export async function copyFile(
  from: BlobStore,
  to: BlobStore,
  folders: { sourceFolder: string; targetFolder: string },
  file: FileCopy,
  options: CopyOptions,
): Promise<void> {
  if (file.check && (await isIntact(to, folders.targetFolder, file.to, options))) return;
  let checksum = new FileChecksum(file.from);
  for (let part = 0; part < partCount(file.from); part++) {
    const length = partLength(file.from, part);
    const last = part === partCount(file.from) - 1;
    const atStart = checksum;
    const name = `${folders.sourceFolder}/${partName(file.from, part)}`;
    const open = async function* () {
      // A retry reads the part again from its start.
      checksum = atStart.clone();
      for await (const bytes of from.read(name, 0, length, options.signal)) {
        checksum.update(bytes);
        options.onBytes?.(bytes.length);
        yield bytes;
      }
      if (last) checksum.finish();
    };
    const target = `${folders.targetFolder}/${partName(file.to, part)}`;
    const draft = { draft: true, signal: options.signal };
    await to.put(target, { length, open }, draft);
  }
}

async function isIntact(
  store: BlobStore,
  folder: string,
  file: FileInfo,
  options: CopyOptions,
): Promise<boolean> {
  const checksum = new FileChecksum(file);
  try {
    for await (const bytes of readFileInfo(store, folder, file, options.signal)) {
      checksum.update(bytes);
    }
    checksum.finish();
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof VarveError && ["corrupt", "missing"].includes(error.kind)) return false;
    throw error;
  }
  options.onBytes?.(file.length);
  return true;
}

/** A metadata blob as it is, once it was decoded: no damage is carried on. */
export async function copyBlob(
  source: BlobStore,
  target: BlobStore,
  codec: BlobCodec,
  from: string,
  to: string,
  signal?: AbortSignal,
): Promise<void> {
  const bytes = await source.get(from, signal);
  decodeChecksummedBlob(codec, from.slice(from.lastIndexOf("/") + 1), bytes);
  await target.put(to, bytes, { draft: true, signal });
}
