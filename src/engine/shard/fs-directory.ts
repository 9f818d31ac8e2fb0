// Lucene's Directory over a folder on local disk. Small files are read whole and their descriptor
// is closed at once, so that a node with hundreds of small shards stays within its limit of open
// files; larger ones are read by pages through a shared cache.
// Upstream: org.apache.lucene.store.FSDirectory.

import { join } from "node:path";
import { type FileIo, nodeFileIo, VarveError } from "../../base/index.ts";
import {
  type ByteSink, type Directory, IndexInput, IndexOutput, memorySource, missingFile,
} from "../../lucene/store/index.ts";
import { FilePageSource, PAGE_BYTES, PageCache } from "./page-cache.ts";

/** Files up to this length are read whole. */
const WHOLE_FILE_BYTES_MAX = 2 * PAGE_BYTES;
/** Pages of all shards that were opened without a cache of their own. */
const sharedCache = new PageCache();

/** A folder of write-once files. */
export class FsDirectory implements Directory {
  readonly path: string;
  private readonly io: FileIo;
  private readonly cache: PageCache;
  /** Lengths of the files that are there, so that `listAll` and `fileLength` cost no system call. */
  private readonly lengths = new Map<string, number>();
  /** Created and not yet synced. */
  private readonly unsynced = new Set<string>();
  /** Outputs that are still being written. */
  private readonly open = new Set<string>();

  constructor(path: string, io: FileIo = nodeFileIo, cache: PageCache = sharedCache) {
    this.path = path;
    this.io = io;
    this.cache = cache;
    io.makeDirectory(path);
    this.rescan();
  }

  /** Forgets what it knew of the folder: for files that somebody else put there. */
  rescan(): void {
    this.lengths.clear();
    for (const name of this.io.list(this.path)) {
      const length = this.io.lengthBytes(join(this.path, name));
      if (length !== undefined) this.lengths.set(name, length);
    }
  }

  /** Learns of files that a worker created. They count as not yet synced. */
  adopt(names: Iterable<string>): void {
    for (const name of names) {
      const length = this.io.lengthBytes(join(this.path, name));
      if (length === undefined) throw missingFile(name);
      this.lengths.set(name, length);
      this.unsynced.add(name);
    }
  }

  listAll(): string[] {
    return [...this.lengths.keys()];
  }

  fileLength(name: string): number {
    const length = this.lengths.get(name);
    if (length === undefined) throw missingFile(name);
    return length;
  }

  has(name: string): boolean {
    return this.lengths.has(name);
  }

  /** Bytes of all files. */
  get sizeBytes(): number {
    let total = 0;
    for (const length of this.lengths.values()) total += length;
    return total;
  }

  openInput(name: string): IndexInput {
    if (!this.lengths.has(name)) throw missingFile(name);
    const file = this.io.openRead(join(this.path, name));
    if (file.lengthBytes > WHOLE_FILE_BYTES_MAX) {
      return new IndexInput(new FilePageSource(name, file, this.cache));
    }
    try {
      const bytes = Buffer.allocUnsafeSlow(file.lengthBytes);
      return new IndexInput(memorySource(name, bytes.subarray(0, file.read(bytes, 0))));
    } finally {
      file.close();
    }
  }

  createOutput(name: string): IndexOutput {
    return new IndexOutput(name, this.createSink(name));
  }

  /** A new file that takes bytes in order. */
  protected createSink(name: string): ByteSink {
    if (this.lengths.has(name)) {
      throw new VarveError("conflict", `File [${name}] already exists`, {
        type: "file_already_exists_exception",
      });
    }
    const file = this.io.openWrite(join(this.path, name), "exclusive");
    this.lengths.set(name, 0);
    this.unsynced.add(name);
    this.open.add(name);
    let length = 0;
    return {
      write: (bytes) => {
        file.write(bytes, length);
        length += bytes.length;
        this.lengths.set(name, length);
      },
      close: () => {
        this.open.delete(name);
        file.close();
      },
    };
  }

  deleteFile(name: string): void {
    if (!this.lengths.has(name)) throw missingFile(name);
    this.io.remove(join(this.path, name));
    this.lengths.delete(name);
    this.unsynced.delete(name);
  }

  rename(source: string, target: string): void {
    const length = this.fileLength(source);
    this.io.rename(join(this.path, source), join(this.path, target));
    this.lengths.delete(source);
    this.lengths.set(target, length);
    if (this.unsynced.delete(source)) this.unsynced.add(target);
  }

  sync(names: readonly string[]): void {
    for (const name of names) {
      if (!this.unsynced.has(name)) continue;
      const file = this.io.openWrite(join(this.path, name), "existing");
      try {
        file.sync();
      } finally {
        file.close();
      }
      this.unsynced.delete(name);
    }
  }

  /** Syncs what was written so far off the main thread, so that the next `sync` finds little to do. */
  async syncCreated(): Promise<void> {
    for (const name of [...this.unsynced]) {
      if (!this.unsynced.has(name) || this.open.has(name)) continue;
      const file = this.io.openWrite(join(this.path, name), "existing");
      try {
        await file.syncAsync();
      } finally {
        file.close();
      }
      this.unsynced.delete(name);
    }
  }

  syncMetadata(): void {
    this.io.syncDirectory(this.path);
  }

  close(): void {}
}
