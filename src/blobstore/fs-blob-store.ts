// Blobs as files below one folder, also on a network mount that several nodes share.
//
//   put              pending-<name>-<random>, fsync, link(2) to the name (ifAbsent) or rename(2)
//                    over it, fsync of the folder. link fails when the name exists, so exactly one
//                    of several writers wins, on any machine that mounts the folder.
//   put of a draft   open with O_EXCL, write in place; flush() fsyncs files and folders later, or
//                    syncs the whole file system once where the files are many (12 ms instead of
//                    90 ms for 600 files on the machine where it was measured)
//
// Calls on small files are synchronous: the thread pool of Node costs more than they do. A long
// run of them gives the event loop its turn every 8 MiB; still, a snapshot belongs into a worker
// thread.
// Upstream: FsBlobContainer (the name of temporary blobs is its).

import { execFile } from "node:child_process";
import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import {
  makeFolder,
  type Random,
  randomBase64Uuid,
  systemRandom,
  VarveError,
} from "../base/index.ts";
import {
  checkBlobName,
  checkFolder,
  existingBlob,
  missingBlob,
  shortBlob,
  wrongLength,
} from "./blob-error.ts";
import type {
  BlobContent,
  BlobStore,
  BlobStoreCapabilities,
  DeleteResult,
  PutOptions,
} from "./blob-store.ts";

/** A pipe among the blobs is an empty one rather than a wait for its writer. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
/** Bytes of one read. */
export const IO_BUFFER_BYTES = 256 * 1024;
/**
 * Bytes of one write. On Linux 6.18 (ext4) writes of 64 KiB and less ran at 2.6 GB/s, larger ones
 * at 0.4 GB/s: from there on the page cache is filled with large folios.
 */
const WRITE_BYTES = 64 * 1024;
/** Work, in bytes, after which the event loop gets its turn; a call counts as CALL_BYTES. */
const TURN_BYTES = 8 * 1024 * 1024;
const CALL_BYTES = 32 * 1024;
/** From so many drafts on, one sync of the file system is cheaper than an fsync a file. */
const SYNC_ALL_FILES = 256;
/** From so many bytes on, a draft is synced in the background while the next one is written. */
const SYNC_EARLY_BYTES = 256 * 1024;
/** From so many blobs on, a deletion runs on Node's threads. */
const PARALLEL_DELETES_MIN = 16;
const DELETES_AT_ONCE = 4;
/** Prefix of a blob that is being written: OpenSearch's cleanup knows it and removes it. */
export const PENDING_PREFIX = "pending-";

/** A store on a file system. */
export class FsBlobStore implements BlobStore {
  readonly capabilities: BlobStoreCapabilities = { write: true, putIfAbsent: true, list: true };
  readonly description: string;
  readonly root: string;
  private readonly random: Random;
  private drafts = new Set<string>();
  /** Syncs of large drafts under way; each answers its error. */
  private earlySyncs: Promise<unknown>[] = [];
  private work = 0;

  constructor(root: string, random: Random = systemRandom) {
    this.root = root;
    this.random = random;
    this.description = `fs [${root}]`;
  }

  /** Where a blob lies on disk. */
  pathOf(name: string): string {
    return join(this.root, name);
  }

  private async turn(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    this.work += bytes + CALL_BYTES;
    if (this.work < TURN_BYTES) return;
    this.work = 0;
    await new Promise<void>((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }

  async get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    checkBlobName(name);
    await this.turn(0, signal);
    const file = this.open(name);
    try {
      return readFileSync(file);
    } catch (error) {
      throw translate(error, name);
    } finally {
      closeSync(file);
    }
  }

  async *read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    const file = this.open(checkBlobName(name));
    try {
      if (fstatSync(file).size < offset + length) throw shortBlob(name, offset, length);
      const buffer = Buffer.allocUnsafe(Math.min(length, IO_BUFFER_BYTES));
      for (let done = 0; done < length; ) {
        await this.turn(buffer.length, signal);
        const wanted = Math.min(buffer.length, length - done);
        const count = readAt(file, name, buffer, 0, wanted, offset + done);
        if (count === 0) throw shortBlob(name, offset, length);
        done += count;
        yield buffer.subarray(0, count);
      }
    } finally {
      closeSync(file);
    }
  }

  readSync(name: string, offset: number, length: number): Uint8Array {
    const file = this.open(checkBlobName(name));
    try {
      const bytes = Buffer.allocUnsafeSlow(length);
      for (let done = 0; done < length; ) {
        const count = readAt(file, name, bytes, done, length - done, offset + done);
        if (count === 0) throw shortBlob(name, offset, length);
        done += count;
      }
      return bytes;
    } finally {
      closeSync(file);
    }
  }

  private open(name: string): number {
    try {
      return openSync(this.pathOf(name), READ_FLAGS);
    } catch (error) {
      throw translate(error, name);
    }
  }

  async put(name: string, content: BlobContent, options: PutOptions = {}): Promise<void> {
    const path = this.pathOf(checkBlobName(name));
    await this.turn(0, options.signal);
    try {
      if (options.draft === true) {
        await this.write(path, name, content, options.signal, true);
      } else {
        await this.putAtomically(path, name, content, options);
      }
    } catch (error) {
      throw translate(error, name);
    }
  }

  private async putAtomically(
    path: string,
    name: string,
    content: BlobContent,
    options: PutOptions,
  ): Promise<void> {
    const base = name.slice(name.lastIndexOf("/") + 1);
    const pending = join(
      dirname(path),
      `${PENDING_PREFIX}${base}-${randomBase64Uuid(this.random)}`,
    );
    try {
      await this.write(pending, name, content, options.signal);
      fsyncPath(pending);
      if (options.ifAbsent === true) link(pending, path);
      else renameSync(pending, path);
    } catch (error) {
      removeQuietly(pending);
      throw error;
    }
    if (options.ifAbsent === true) removeQuietly(pending);
    fsyncPath(dirname(path));
  }

  private async write(
    path: string,
    name: string,
    content: BlobContent,
    signal: AbortSignal | undefined,
    draft = false,
  ): Promise<void> {
    const file = create(path);
    let open = true;
    try {
      await this.writeContent(file, name, content, signal);
      if (draft && content.length >= SYNC_EARLY_BYTES) {
        open = false;
        this.earlySyncs.push(syncAndClose(file));
      }
      if (draft) this.drafts.add(path);
    } catch (error) {
      removeQuietly(path);
      throw error;
    } finally {
      if (open) closeSync(file);
    }
  }

  private async writeContent(
    file: number,
    name: string,
    content: BlobContent,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (content instanceof Uint8Array) {
      writeAll(file, content);
      await this.turn(content.length, signal);
      return;
    }
    let total = 0;
    for await (const part of content.open()) {
      await this.turn(part.length, signal);
      writeAll(file, part);
      total += part.length;
    }
    if (total !== content.length) throw wrongLength(name, content.length, total);
  }

  async list(folder: string, prefix = "", signal?: AbortSignal): Promise<Map<string, number>> {
    const path = this.pathOf(checkFolder(folder));
    await this.turn(0, signal);
    const found = new Map<string, number>();
    for (const entry of entriesOf(path, folder)) {
      if (!entry.name.startsWith(prefix) || entry.isDirectory()) continue;
      const stats = statSync(join(path, entry.name), { throwIfNoEntry: false });
      if (stats?.isFile()) found.set(entry.name, stats.size);
    }
    return found;
  }

  async listFolders(folder: string, signal?: AbortSignal): Promise<string[]> {
    const path = this.pathOf(checkFolder(folder));
    await this.turn(0, signal);
    const folders = entriesOf(path, folder).filter((entry) => entry.isDirectory());
    return folders.map((entry) => entry.name);
  }

  async delete(names: readonly string[], signal?: AbortSignal): Promise<void> {
    if (names.length >= PARALLEL_DELETES_MIN) return this.deleteMany(names, signal);
    for (const name of names) {
      const path = this.pathOf(checkBlobName(name));
      await this.turn(0, signal);
      this.drafts.delete(path);
      try {
        unlinkSync(path);
      } catch (error) {
        if (codeOf(error) !== "ENOENT") throw translate(error, name);
      }
    }
  }

  /** Many unlinks, which cost more than their calls: on Node's threads, several at a time. */
  private async deleteMany(names: readonly string[], signal?: AbortSignal): Promise<void> {
    let next = 0;
    const lane = async () => {
      while (next < names.length) {
        signal?.throwIfAborted();
        const name = names[next++]!;
        const path = this.pathOf(checkBlobName(name));
        this.drafts.delete(path);
        try {
          await unlink(path);
        } catch (error) {
          if (codeOf(error) !== "ENOENT") throw translate(error, name);
        }
      }
    };
    await Promise.all(Array.from({ length: DELETES_AT_ONCE }, lane));
  }

  async deleteTree(folder: string, signal?: AbortSignal): Promise<DeleteResult> {
    const result = { blobs: 0, bytes: 0 };
    const path = this.pathOf(checkFolder(folder));
    await this.deleteBelow(path, folder, result, signal);
    return result;
  }

  private async deleteBelow(
    path: string,
    folder: string,
    result: DeleteResult,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (const entry of entriesOf(path, folder)) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) {
        await this.deleteBelow(child, folder, result, signal);
        continue;
      }
      await this.turn(0, signal);
      const size = statSync(child, { throwIfNoEntry: false })?.size;
      if (size === undefined) continue;
      this.drafts.delete(child);
      removeQuietly(child);
      result.blobs++;
      result.bytes += size;
    }
    if (path === this.root) return;
    try {
      rmdirSync(path);
    } catch (error) {
      const code = codeOf(error);
      if (code !== "ENOENT" && code !== "ENOTEMPTY") throw translate(error, folder);
    }
  }

  async flush(signal?: AbortSignal): Promise<void> {
    const drafts = this.drafts;
    if (drafts.size === 0) return;
    const earlySyncs = this.earlySyncs;
    this.drafts = new Set();
    this.earlySyncs = [];
    try {
      for (const error of await Promise.all(earlySyncs)) if (error != null) throw error;
      if (drafts.size >= SYNC_ALL_FILES && (await syncFileSystem(this.root))) return;
      const folders = new Set<string>();
      for (const path of drafts) {
        await this.turn(0, signal);
        fsyncPath(path);
        // Folders on the way may be new too.
        for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder)) {
          folders.add(folder);
          if (folder === this.root || folder === dirname(folder)) break;
        }
      }
      for (const path of folders) fsyncPath(path);
    } catch (error) {
      for (const path of drafts) this.drafts.add(path);
      throw translate(error, this.root);
    }
  }

  async close(): Promise<void> {
    await this.flush();
  }
}

/** read(2), whose errors name the blob. */
function readAt(
  file: number,
  name: string,
  target: Uint8Array,
  start: number,
  length: number,
  position: number,
): number {
  try {
    return readSync(file, target, start, length, position);
  } catch (error) {
    throw translate(error, name);
  }
}

function entriesOf(path: string, folder: string) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    if (codeOf(error) === "ENOTDIR") {
      if (folder !== "") return [];
      throw notFolder(path, error);
    }
    throw translate(error, folder === "" ? path : folder);
  }
}

function notFolder(path: string, cause: unknown): VarveError {
  const type = "i_o_exception";
  return new VarveError("unavailable", `[${path}] is a file, not a folder`, { type, cause });
}

function create(path: string): number {
  try {
    return openSync(path, "wx");
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
  makeFolder(dirname(path));
  return openSync(path, "wx");
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, Math.min(WRITE_BYTES, bytes.length - done));
  }
}

/** link(2), or a copy with O_EXCL on file systems without hard links. */
function link(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch (error) {
    const code = codeOf(error);
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS") throw error;
    const file = openSync(target, "wx");
    try {
      writeAll(file, readFileSync(source));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}

function fsyncPath(path: string): void {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    // A draft that was deleted before the flush needs no durability.
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncAndClose(file: number): Promise<unknown> {
  return new Promise((resolve) => {
    fsync(file, (error) => {
      closeSync(file);
      resolve(error);
    });
  });
}

async function syncFileSystem(root: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  try {
    await promisify(execFile)("sync", ["-f", root]);
    return true;
  } catch {
    return false;
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone, or it stays as an unreferenced blob that cleanup removes.
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function translate(error: unknown, name: string): unknown {
  if (error instanceof VarveError) return error;
  switch (codeOf(error)) {
    case "ENOENT":
    case "ENOTDIR":
    case "EISDIR":
      return missingBlob(name, error);
    case "EEXIST":
      return existingBlob(name, error);
    case "ENOSPC":
    case "EDQUOT":
      return new VarveError("limit", `No space left on device for blob [${name}]`, {
        type: "i_o_exception",
        cause: error,
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new VarveError("unavailable", `Access to blob [${name}] was denied`, {
        type: "access_denied_exception",
        cause: error,
      });
    case undefined:
      return error;
  }
  const message = `Access to blob [${name}] failed: ${(error as Error).message}`;
  return new VarveError("unavailable", message, { type: "i_o_exception", cause: error });
}
