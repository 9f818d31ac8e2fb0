// The door to local files. Everything that must survive a crash (segments, translog, cluster state)
// goes through this port, so that a test can stop the process, tear a write or fill the disk at any
// step. Small and blocking where Lucene's Directory is blocking; syncs also come as promises, which
// run on libuv's threads and leave the event loop free.

import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  write as writeAsync,
  writeSync,
} from "node:fs";
import { open as openAsync, rm as removeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { VarveError } from "./errors.ts";

/** A file open for reading at positions. */
export interface ReadableFile {
  readonly path: string;
  readonly lengthBytes: number;
  /** Fills `target` from `position`; answers the bytes read, fewer only at the end of the file. */
  read(target: Uint8Array, position: number): number;
  close(): void;
}

/** A file open for writing. Nothing is durable before a sync. */
export interface WritableFile {
  readonly path: string;
  /** Writes all bytes at `position`. */
  write(bytes: Uint8Array, position: number): void;
  /** The same off the main thread. One call at a time. */
  writeAsync(bytes: Uint8Array, position: number): Promise<void>;
  truncate(lengthBytes: number): void;
  sync(): void;
  syncAsync(): Promise<void>;
  close(): void;
}

/**
 * Local files and folders. Errors are VarveErrors: `missing`, `limit` (disk full), `unavailable`.
 */
export interface FileIo {
  /** Creates the folder and its parents; no error when it exists. */
  makeDirectory(path: string): void;
  /** Names in any order; empty when the folder is missing. */
  list(path: string): string[];
  /** Undefined when there is no such file. */
  lengthBytes(path: string): number | undefined;
  openRead(path: string): ReadableFile;
  /** `exclusive` fails when the file exists; `truncate` empties it; `existing` wants it there. */
  openWrite(path: string, mode: "exclusive" | "truncate" | "existing"): WritableFile;
  /** Atomic; replaces the target. */
  rename(source: string, target: string): void;
  /** No error when it is missing. */
  remove(path: string): void;
  /** The same off the main thread. */
  removeAsync(path: string): Promise<void>;
  /** Makes names in the folder durable. */
  syncDirectory(path: string): void;
  /** The same off the main thread. */
  syncDirectoryAsync(path: string): Promise<void>;
}

/**
 * Creates a folder and its parents; no error when it exists. (Node's own `recursive` never ends
 * where the parent exists and takes no folders, as in /proc.)
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory() === true) return;
    const parent = dirname(path);
    if (code !== "ENOENT" || parent === path) throw error;
    if (statSync(parent, { throwIfNoEntry: false }) !== undefined) throw error;
    makeFolder(parent);
    makeFolder(path);
  }
}

/** Files of the machine that we run on. */
export const nodeFileIo: FileIo = {
  makeDirectory: (path) => guard(path, () => makeFolder(path)),
  list(path) {
    try {
      return readdirSync(path);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return [];
      throw fileError(path, error);
    }
  },
  lengthBytes(path) {
    try {
      return statSync(path).size;
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw fileError(path, error);
    }
  },
  openRead(path) {
    const fd = guard(path, () => openSync(path, "r"));
    return new NodeReadableFile(
      path,
      fd,
      guard(path, () => statSync(path).size),
    );
  },
  openWrite(path, mode) {
    const flags = mode === "exclusive" ? "wx+" : mode === "truncate" ? "w+" : "r+";
    return new NodeWritableFile(
      path,
      guard(path, () => openSync(path, flags)),
    );
  },
  rename: (source, target) => guard(source, () => renameSync(source, target)),
  remove: (path) => guard(path, () => rmSync(path, { force: true })),
  syncDirectory: (path) =>
    guard(path, () => {
      const fd = openSync(path, "r");
      try {
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    }),
  async removeAsync(path) {
    try {
      await removeFile(path, { force: true });
    } catch (error) {
      throw fileError(path, error);
    }
  },
  async syncDirectoryAsync(path) {
    try {
      const folder = await openAsync(path, "r");
      await folder.sync().finally(() => folder.close());
    } catch (error) {
      throw fileError(path, error);
    }
  },
};

class NodeReadableFile implements ReadableFile {
  readonly path: string;
  readonly lengthBytes: number;
  private fd: number;

  constructor(path: string, fd: number, lengthBytes: number) {
    this.path = path;
    this.fd = fd;
    this.lengthBytes = lengthBytes;
  }

  read(target: Uint8Array, position: number): number {
    if (this.fd < 0) throw closedFile(this.path);
    let done = 0;
    while (done < target.length) {
      const count = guard(this.path, () =>
        readSync(this.fd, target, done, target.length - done, position + done),
      );
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  close(): void {
    if (this.fd < 0) return;
    closeSync(this.fd);
    this.fd = -1;
  }
}

class NodeWritableFile implements WritableFile {
  readonly path: string;
  private fd: number;

  constructor(path: string, fd: number) {
    this.path = path;
    this.fd = fd;
  }

  write(bytes: Uint8Array, position: number): void {
    this.checkOpen();
    let done = 0;
    while (done < bytes.length) {
      done += guard(this.path, () =>
        writeSync(this.fd, bytes, done, bytes.length - done, position + done),
      );
    }
  }

  async writeAsync(bytes: Uint8Array, position: number): Promise<void> {
    this.checkOpen();
    let done = 0;
    while (done < bytes.length) done += await this.writePart(bytes, done, position + done);
  }

  private writePart(bytes: Uint8Array, offset: number, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      writeAsync(this.fd, bytes, offset, bytes.length - offset, position, (error, count) => {
        if (error === null) resolve(count);
        else reject(fileError(this.path, error));
      });
    });
  }

  truncate(lengthBytes: number): void {
    this.checkOpen();
    guard(this.path, () => ftruncateSync(this.fd, lengthBytes));
  }

  sync(): void {
    this.checkOpen();
    guard(this.path, () => fdatasyncSync(this.fd));
  }

  syncAsync(): Promise<void> {
    this.checkOpen();
    return new Promise((resolve, reject) => {
      fdatasync(this.fd, (error) => {
        if (error === null) resolve();
        else reject(fileError(this.path, error));
      });
    });
  }

  close(): void {
    if (this.fd < 0) return;
    closeSync(this.fd);
    this.fd = -1;
  }

  private checkOpen(): void {
    if (this.fd < 0) throw closedFile(this.path);
  }
}

function closedFile(path: string): VarveError {
  return new VarveError("internal", "File is closed", { where: { file: path } });
}

function guard<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw fileError(path, error);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** A system error as ours: the kind says what to do, the message keeps the system's words. */
export function fileError(path: string, error: unknown): VarveError {
  if (error instanceof VarveError) return error;
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const details = { cause: error, where: { file: path } };
  if (code === "ENOENT") {
    return new VarveError("missing", text, { ...details, type: "no_such_file_exception" });
  }
  if (code === "EEXIST") {
    return new VarveError("conflict", text, { ...details, type: "file_already_exists_exception" });
  }
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new VarveError("limit", "No space left on device", {
      ...details,
      type: "i_o_exception",
    });
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new VarveError("invalid", text, { ...details, type: "access_denied_exception" });
  }
  return new VarveError("unavailable", text, { ...details, type: "i_o_exception" });
}

/** The whole content of a file. */
export function readWholeFile(io: FileIo, path: string): Uint8Array {
  const file = io.openRead(path);
  try {
    const bytes = Buffer.allocUnsafeSlow(file.lengthBytes);
    return bytes.subarray(0, file.read(bytes, 0));
  } finally {
    file.close();
  }
}
