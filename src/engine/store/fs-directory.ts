// Lucene's Directory over a folder on local disk. Small files are read whole and their descriptor
// is closed at once, so that a node with hundreds of small shards stays within its limit of open
// files; larger ones are read by pages through a shared cache.
//
// New small files stay in memory until they are synced. Most of them never reach the disk: the
// parts of a segment are packed into a compound file, and small segments are merged before the next
// commit. A crash loses what was not synced in either case. (Upstream: NRTCachingDirectory.)
//
// Durability off the main thread. A Lucene commit is a chain of synchronous calls: sync the
// segments, write and sync pending_segments_N, rename it, sync the folder, delete what the commit
// before needed. Inside `durably` these steps are only noted, and then carried out asynchronously
// in that order. Until they are done the folder pretends: names are as the writer believes, nothing
// is deleted, and a crash finds the commit before.
// Upstream: org.apache.lucene.store.FSDirectory.

import { join } from "node:path";
import { type FileIo, nodeFileIo, VarveError, type WritableFile } from "../../base/index.ts";
import {
  type ByteSink,
  type Directory,
  IndexInput,
  IndexOutput,
  memorySource,
  missingFile,
} from "../../lucene/store/index.ts";
import { FilePageSource, PAGE_BYTES, PageCache } from "./page-cache.ts";

/** Files up to this length are read whole. */
const WHOLE_FILE_BYTES_MAX = 2 * PAGE_BYTES;
/** A new file up to this length stays in memory until it is synced. */
const MEMORY_FILE_BYTES_MAX = 1024 * 1024;
/** Bytes of unsynced files that one folder keeps in memory. */
const MEMORY_BYTES_MAX = 16 * 1024 * 1024;
/** Pages of all shards that were opened without a cache of their own. */
const sharedCache = new PageCache();

/** What a commit asked for; `files` are to be synced. */
type DurabilityStep =
  | { readonly kind: "sync"; readonly files: readonly string[] }
  | { readonly kind: "sync-names" }
  | { readonly kind: "rename"; readonly source: string; readonly target: string };

/** A folder of write-once files. */
export class FsDirectory implements Directory {
  readonly path: string;
  private readonly io: FileIo;
  private readonly cache: PageCache;
  /**
   * Lengths of the files that are there, so that `listAll` and `fileLength` cost no system call.
   */
  private readonly lengths = new Map<string, number>();
  /** Created and not yet synced. */
  private readonly unsynced = new Set<string>();
  /** Contents of new files that are not on disk, by the name that they will have there first. */
  private readonly memory = new Map<string, Uint8Array>();
  private memoryBytes = 0;
  /** Steps that `durably` is noting. */
  private noting: DurabilityStep[] | undefined;
  /** Names to delete once the noted steps are done. */
  private doomed: string[] | undefined;
  /** New name → the name that it still has on disk. */
  private readonly renamed = new Map<string, string>();

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
    const physical = this.renamed.get(name) ?? name;
    const cached = this.memory.get(physical);
    if (cached !== undefined) return new IndexInput(memorySource(name, cached));
    const file = this.io.openRead(join(this.path, physical));
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
    this.lengths.set(name, 0);
    this.unsynced.add(name);
    return new NewFile({
      create: () => this.io.openWrite(join(this.path, name), "exclusive"),
      mayKeep: (bytes) => this.memoryBytes + bytes <= MEMORY_BYTES_MAX,
      onGrowth: (length) => void this.lengths.set(name, length),
      keep: (bytes) => {
        // Deleted while it was written?
        if (this.lengths.has(name)) this.keepInMemory(name, bytes);
      },
    });
  }

  private keepInMemory(name: string, bytes: Uint8Array): void {
    this.memory.set(name, bytes);
    this.memoryBytes += bytes.length;
  }

  /** Takes a file's bytes out of memory; undefined when it is on disk. */
  private takeFromMemory(name: string): Uint8Array | undefined {
    const bytes = this.memory.get(name);
    if (bytes === undefined) return undefined;
    this.memory.delete(name);
    this.memoryBytes -= bytes.length;
    return bytes;
  }

  /** Puts new files on disk (not durably), so that others can read them by their path. */
  materialize(names: Iterable<string>): void {
    for (const name of names) {
      const bytes = this.takeFromMemory(name);
      if (bytes === undefined) continue;
      const file = this.io.openWrite(join(this.path, name), "exclusive");
      try {
        file.write(bytes, 0);
      } finally {
        file.close();
      }
    }
  }

  deleteFile(name: string): void {
    if (!this.lengths.has(name)) throw missingFile(name);
    this.lengths.delete(name);
    this.unsynced.delete(name);
    if (this.doomed === undefined) this.removeNow(name);
    else this.doomed.push(name);
  }

  private removeNow(name: string): void {
    if (this.takeFromMemory(name) === undefined) this.io.remove(join(this.path, name));
  }

  rename(source: string, target: string): void {
    const length = this.fileLength(source);
    if (this.noting === undefined) {
      this.materialize([source]);
      this.io.rename(join(this.path, source), join(this.path, target));
    } else {
      this.noting.push({ kind: "rename", source, target });
      this.renamed.set(target, source);
    }
    this.lengths.delete(source);
    this.lengths.set(target, length);
    if (this.unsynced.delete(source)) this.unsynced.add(target);
  }

  sync(names: readonly string[]): void {
    const files = names.filter((name) => this.unsynced.has(name));
    for (const name of files) this.unsynced.delete(name);
    if (this.noting !== undefined) {
      this.noting.push({ kind: "sync", files });
      return;
    }
    for (const name of files) {
      const bytes = this.takeFromMemory(name);
      const file = this.openToSync(name, bytes);
      try {
        if (bytes !== undefined) file.write(bytes, 0);
        file.sync();
      } finally {
        file.close();
      }
    }
  }

  syncMetadata(): void {
    if (this.noting === undefined) this.io.syncDirectory(this.path);
    else this.noting.push({ kind: "sync-names" });
  }

  /**
   * Runs `commit`, a synchronous chain of writes, syncs, renames and deletes, and resolves when its
   * result is durable. One call at a time; other files may be written and read meanwhile. When it
   * rejects, the folder on disk is as it was before, and this object must not be used any more.
   */
  async durably<T>(commit: () => T): Promise<T> {
    const steps: DurabilityStep[] = [];
    this.noting = steps;
    this.doomed = [];
    let result: T;
    try {
      result = commit();
    } finally {
      this.noting = undefined;
    }
    await this.carryOut(steps);
    await this.removeDoomed(this.doomed);
    return result;
  }

  /** Commits first: one that is found must have its files, those that are deleted now included. */
  private async removeDoomed(doomed: string[]): Promise<void> {
    const remove = (name: string) => this.io.removeAsync(join(this.path, name));
    const isCommit = (name: string) => name.startsWith("segments_");
    await Promise.all(doomed.filter(isCommit).map(remove));
    this.doomed = undefined;
    const files = doomed.filter((name) => !isCommit(name));
    const onDisk = files.filter((name) => this.takeFromMemory(name) === undefined);
    await Promise.all(onDisk.map(remove));
  }

  /** Steps between two renames need no order among themselves. */
  private async carryOut(steps: readonly DurabilityStep[]): Promise<void> {
    let files: string[] = [];
    let names = false;
    const syncAll = async () => {
      const syncs = files.map((name) => this.syncFile(name));
      if (names) syncs.push(this.io.syncDirectoryAsync(this.path));
      files = [];
      names = false;
      // Every sync has ended before an error is told: descriptors are closed.
      const failed = (await Promise.allSettled(syncs)).find(({ status }) => status === "rejected");
      if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
    };
    for (const step of steps) {
      if (step.kind === "sync") files.push(...step.files);
      else if (step.kind === "sync-names") names = true;
      else {
        await syncAll();
        this.io.rename(join(this.path, step.source), join(this.path, step.target));
        this.renamed.delete(step.target);
      }
    }
    await syncAll();
  }

  private async syncFile(name: string): Promise<void> {
    const bytes = this.memory.get(name);
    const file = this.openToSync(name, bytes);
    try {
      if (bytes !== undefined) await file.writeAsync(bytes, 0);
      await file.syncAsync();
    } finally {
      file.close();
    }
    // Until here readers found it in memory.
    this.takeFromMemory(name);
  }

  private openToSync(name: string, bytes: Uint8Array | undefined): WritableFile {
    const mode = bytes === undefined ? "existing" : "exclusive";
    return this.io.openWrite(join(this.path, name), mode);
  }

  close(): void {}
}

/** What a new file asks of its folder. */
interface NewFileOwner {
  create(): WritableFile;
  mayKeep(bytes: number): boolean;
  onGrowth(length: number): void;
  keep(bytes: Uint8Array): void;
}

/** A file that begins in memory and moves to the disk when it grows. */
class NewFile implements ByteSink {
  private readonly owner: NewFileOwner;
  private readonly parts: Uint8Array[] = [];
  private length = 0;
  private file: WritableFile | undefined;

  constructor(owner: NewFileOwner) {
    this.owner = owner;
  }

  write(bytes: Uint8Array): void {
    const length = this.length + bytes.length;
    if (this.file === undefined) {
      if (length <= MEMORY_FILE_BYTES_MAX && this.owner.mayKeep(length)) {
        this.parts.push(bytes.slice());
        this.grow(length);
        return;
      }
      this.file = this.owner.create();
      this.file.write(Buffer.concat(this.parts), 0);
      this.parts.length = 0;
    }
    this.file.write(bytes, this.length);
    this.grow(length);
  }

  private grow(length: number): void {
    this.length = length;
    this.owner.onGrowth(length);
  }

  close(): void {
    if (this.file !== undefined) this.file.close();
    else this.owner.keep(this.parts.length === 1 ? this.parts[0]! : Buffer.concat(this.parts));
  }
}
