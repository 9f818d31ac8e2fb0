// A Lucene Directory over one folder. Upstream: NIOFSDirectory (its contract, not its pages).
//
// Reading: 32 KiB pages through a shared cache; a file below 256 KiB is one page. Descriptors open
// lazily and a bounded number stays open, so thousands of segments cost no descriptors while idle.
// A file that is deleted while readers hold it stays readable, as on POSIX: its descriptor is
// opened before the unlink and closed with the last reader.
// Durability: `sync` is fsync of the files, `syncMetadata` fsync of the folder.

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { corrupt, VarveError } from "../../base/index.ts";
import {
  type ByteSink,
  type Directory,
  IndexInput,
  IndexOutput,
  missingFile,
  type PageSource,
} from "../../lucene/store/index.ts";
import { type OpenFiles, sharedOpenFiles } from "./open-files.ts";
import {
  PAGE_BYTES,
  type PageCache,
  SINGLE_PAGE_FILE_BYTES,
  sharedPageCache,
} from "./page-cache.ts";

/** Where shared resources come from; tests pass small ones. */
export interface FsDirectoryOptions {
  readonly pageCache?: PageCache;
  readonly openFiles?: OpenFiles;
}

/** The folder of one Lucene index. Creates it when it is missing. */
export class FsDirectory implements Directory {
  readonly path: string;
  private readonly cache: PageCache;
  private readonly openFiles: OpenFiles;
  /** Files that were opened: they share pages between inputs. */
  private readonly files = new Map<string, FsFile>();

  constructor(path: string, options: FsDirectoryOptions = {}) {
    this.path = path;
    this.cache = options.pageCache ?? sharedPageCache;
    this.openFiles = options.openFiles ?? sharedOpenFiles;
    mkdirSync(path, { recursive: true });
  }

  private pathOf(name: string): string {
    return join(this.path, name);
  }

  listAll(): string[] {
    return readdirSync(this.path, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);
  }

  fileLength(name: string): number {
    return this.files.get(name)?.length ?? statOf(this.pathOf(name), name);
  }

  openInput(name: string): IndexInput {
    let file = this.files.get(name);
    if (file === undefined) {
      const path = this.pathOf(name);
      const created = new FsFile(name, path, statOf(path, name), this.cache, this.openFiles);
      created.onUnused = () => {
        if (this.files.get(name) === created) this.files.delete(name);
      };
      this.files.set(name, created);
      file = created;
    }
    return new IndexInput(file.open());
  }

  createOutput(name: string): IndexOutput {
    let descriptor: number;
    try {
      descriptor = openSync(this.pathOf(name), "wx");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") {
        throw new VarveError("conflict", `File [${name}] already exists`, {
          type: "file_already_exists_exception",
          cause: error,
        });
      }
      throw error;
    }
    return new IndexOutput(name, fileSink(descriptor));
  }

  deleteFile(name: string): void {
    const path = this.pathOf(name);
    const file = this.files.get(name);
    file?.detach();
    unlinkExisting(path, name);
    this.files.delete(name);
  }

  rename(source: string, target: string): void {
    // rename(2) would silently replace the target; one process owns the folder, so a look is
    // enough.
    if (existsSync(this.pathOf(target))) {
      throw new VarveError("conflict", `File [${target}] already exists`, {
        type: "file_already_exists_exception",
      });
    }
    try {
      renameSync(this.pathOf(source), this.pathOf(target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") throw missingFile(source);
      throw error;
    }
  }

  sync(names: readonly string[]): void {
    for (const name of names) {
      const descriptor = openExisting(this.pathOf(name), name);
      try {
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    }
  }

  syncMetadata(): void {
    const descriptor = openSync(this.path, "r");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  /** Inputs that are still open stay readable until they are closed. */
  close(): void {
    for (const file of this.files.values()) file.releaseDescriptor();
  }
}

function statOf(path: string, name: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw missingFile(name);
    throw error;
  }
}

function openExisting(path: string, name: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw missingFile(name);
    throw error;
  }
}

function unlinkExisting(path: string, name: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw missingFile(name);
    throw error;
  }
}

function fileSink(descriptor: number): ByteSink {
  let closed = false;
  return {
    write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        at += writeSync(descriptor, bytes, at, bytes.length - at);
      }
    },
    close() {
      if (closed) return;
      closed = true;
      closeSync(descriptor);
    },
  };
}

/** One file with its pages; each open input counts as a user. */
class FsFile {
  readonly name: string;
  readonly length: number;
  readonly pageBytes: number;
  onUnused: () => void = () => {};
  private readonly path: string;
  private readonly cache: PageCache;
  private readonly openFiles: OpenFiles;
  private readonly fileId: number;
  /** A descriptor of its own, once the file is unlinked. */
  private detached: number | undefined;
  private users = 0;

  constructor(name: string, path: string, length: number, cache: PageCache, openFiles: OpenFiles) {
    this.name = name;
    this.path = path;
    this.length = length;
    this.pageBytes = length < SINGLE_PAGE_FILE_BYTES ? Math.max(1, length) : PAGE_BYTES;
    this.cache = cache;
    this.openFiles = openFiles;
    this.fileId = cache.newFileId();
  }

  /** A source for one input; closing it twice does nothing. */
  open(): PageSource {
    this.users++;
    let open = true;
    return {
      name: this.name,
      length: this.length,
      pageBytes: this.pageBytes,
      page: (index) => this.page(index),
      readInto: (target, offset, position, length) => {
        this.readInto(target, offset, position, length);
      },
      close: () => {
        if (!open) return;
        open = false;
        this.leave();
      },
    };
  }

  private leave(): void {
    this.users--;
    if (this.users > 0) return;
    this.releaseDescriptor();
    this.cache.dropFile(this.fileId, Math.ceil(this.length / this.pageBytes));
    this.onUnused();
  }

  /** Keeps the bytes reachable after the name is gone. */
  detach(): void {
    this.openFiles.close(this.path);
    if (this.users > 0 && this.detached === undefined) {
      this.detached = openExisting(this.path, this.name);
    }
  }

  releaseDescriptor(): void {
    if (this.detached === undefined) {
      this.openFiles.close(this.path);
    } else if (this.users === 0) {
      closeSync(this.detached);
      this.detached = undefined;
    }
  }

  private page(index: number): Uint8Array {
    const cached = this.cache.get(this.fileId, index);
    if (cached !== undefined) return cached;
    const position = index * this.pageBytes;
    const page = new Uint8Array(Math.min(this.pageBytes, this.length - position));
    this.readInto(page, 0, position, page.length);
    this.cache.put(this.fileId, index, page);
    return page;
  }

  private readInto(target: Uint8Array, offset: number, position: number, length: number): void {
    const descriptor = this.detached ?? this.openFiles.descriptor(this.path);
    for (let done = 0; done < length; ) {
      const count = readSync(descriptor, target, offset + done, length - done, position + done);
      if (count === 0) {
        throw corrupt("File is shorter than when it was opened", {
          file: this.name,
          offset: position + done,
          length: this.length,
        });
      }
      done += count;
    }
  }
}
