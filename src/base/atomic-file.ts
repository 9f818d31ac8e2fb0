// Files that are replaced whole: a reader, and a process after a crash, sees the old content or the
// new one and nothing between. The bytes go to `<name>.tmp`, are synced, renamed over the target,
// and the folder is synced.

import { dirname } from "node:path";
import { type FileIo, nodeFileIo } from "./file-io.ts";

const TEMPORARY_SUFFIX = ".tmp";

/** Replaces `path` with `bytes` and waits until that is durable. */
export function writeAtomicFile(path: string, bytes: Uint8Array, io: FileIo = nodeFileIo): void {
  const temporary = path + TEMPORARY_SUFFIX;
  const file = io.openWrite(temporary, "truncate");
  try {
    file.write(bytes, 0);
    file.sync();
  } finally {
    file.close();
  }
  publish(temporary, path, io);
}

/** The same; the write and its sync run off the main thread. One caller at a time per path. */
export async function writeAtomicFileAsync(
  path: string,
  bytes: Uint8Array,
  io: FileIo = nodeFileIo,
): Promise<void> {
  const temporary = path + TEMPORARY_SUFFIX;
  const file = io.openWrite(temporary, "truncate");
  try {
    await file.writeAsync(bytes, 0);
    await file.syncAsync();
  } finally {
    file.close();
  }
  publish(temporary, path, io);
}

function publish(temporary: string, path: string, io: FileIo): void {
  io.rename(temporary, path);
  io.syncDirectory(dirname(path));
}
