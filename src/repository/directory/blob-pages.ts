// The pages of files that lie in a repository: one cache and one queue of wanted pages for any
// number of files, shards and snapshots (a blob that two snapshots share is read once).
//
// A reader that asks for a page that is not there makes a PageMiss (lucene/store/page-miss.ts);
// its `load` is one round: everything that was noted so far is planned as runs, merged where it is
// near, and fetched in parallel. Over a store on this machine pages are read at once instead.
// Invariants: a page is fetched once; what memory cannot hold goes to a temporary file; a blob that
// is missing or too short is `corrupt`, with snapshot, index, shard, file and blob; an error is
// told to whoever reads that file.

import { corrupt, type TemporaryBlock, TemporaryFile, VarveError } from "../../base/index.ts";
import type { BlobStore } from "../../blobstore/index.ts";
import { PageMiss } from "../../lucene/store/index.ts";
import type { FileInfo } from "../format/file-info.ts";
import { runLimited } from "../run-limited.ts";
import { BlobFile, type PageOwner } from "./blob-file.ts";
import { PageRing } from "./page-ring.ts";
import { planPageRuns } from "./plan-page-runs.ts";

/** How pages are read and kept. */
export interface BlobPagesOptions {
  /** A power of two. */
  readonly pageBytes?: number;
  /** Bytes of pages in memory. */
  readonly cacheBytes?: number;
  /** Requests at a time. */
  readonly parallelReadsMax?: number;
  /** Bytes of one request. */
  readonly readBytesMax?: number;
  /** Bytes that are rather read along than left out by a second request. */
  readonly gapBytesMax?: number;
  /** False: even a store on this machine is read in rounds, as a remote one is. */
  readonly localReads?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** What was read so far. */
export interface PageStatistics {
  requests: number;
  bytes: number;
  /** Rounds of requests, each begun after the one before it had ended. */
  rounds: number;
}

const REMOTE_PAGE_BYTES = 16 * 1024;
const LOCAL_PAGE_BYTES = 64 * 1024;
const REMOTE_CACHE_BYTES = 48 * 1024 * 1024;
/** The operating system keeps the pages of local files too. */
const LOCAL_CACHE_BYTES = 32 * 1024 * 1024;
const READ_BYTES_MAX = 2 * 1024 * 1024;
const GAP_BYTES_MAX = 64 * 1024;
const PARALLEL_READS_MAX = 16;
const READ_AHEAD_BYTES_MAX = 8 * 1024 * 1024;

interface PageRead {
  readonly file: BlobFile;
  readonly first: number;
  readonly count: number;
}

/** Pages of a store's blobs. */
export class BlobPages implements PageOwner {
  readonly pageBytes: number;
  runPagesMin = 0;
  readonly statistics: PageStatistics = { requests: 0, bytes: 0, rounds: 0 };
  private readonly store: BlobStore;
  private readonly options: BlobPagesOptions;
  private readonly ring: PageRing;
  private readonly files = new Map<string, BlobFile>();
  private readonly wanting = new Set<BlobFile>();
  /** What the next evaluation waits for. */
  private readonly awaited = new Set<Promise<void>>();
  private readonly spillFile = new TemporaryFile();
  /** Pages are read at once, and never missed. */
  readonly isLocal: boolean;
  private readonly pageMiss: PageMiss;
  /** Of files that are read in order. */
  private passingBytes = 0;

  constructor(store: BlobStore, options: BlobPagesOptions = {}) {
    this.store = store;
    this.options = options;
    this.isLocal = store.readSync !== undefined && options.localReads !== false;
    this.pageBytes = options.pageBytes ?? (this.isLocal ? LOCAL_PAGE_BYTES : REMOTE_PAGE_BYTES);
    const cacheBytes = this.isLocal ? LOCAL_CACHE_BYTES : REMOTE_CACHE_BYTES;
    this.ring = new PageRing(options.cacheBytes ?? cacheBytes);
    this.pageMiss = new PageMiss(() => this.load());
  }

  /** The pages of a file of a shard in `folder`; `name` is shown in errors. */
  fileOf(folder: string, info: FileInfo, name: string): BlobFile {
    const key = `${folder}/${info.name}`;
    let file = this.files.get(key);
    if (file === undefined || file.length !== info.length) {
      file = new BlobFile(this, folder, info, name);
      this.files.set(key, file);
    }
    return file;
  }

  absent(file: BlobFile, index: number): Uint8Array {
    const spilled = file.spilledPage(index);
    if (spilled !== undefined) return this.keep(file, index, this.spillFile.read(spilled));
    if (this.isLocal) return this.keep(file, index, this.readNow(file, index));
    const { failure } = file;
    if (failure !== undefined) {
      file.failure = undefined;
      throw failure;
    }
    const underWay = file.fetching.get(index);
    if (underWay === undefined) file.wantMissed(index);
    else this.awaited.add(underWay);
    throw this.pageMiss;
  }

  wants(file: BlobFile): void {
    if (!this.isLocal) this.wanting.add(file);
    else file.wanted.clear();
  }

  spill(bytes: Uint8Array): TemporaryBlock | undefined {
    return this.isLocal ? undefined : this.spillFile.write(bytes);
  }

  private keep(file: BlobFile, index: number, bytes: Uint8Array): Uint8Array {
    if (file.passes(index)) this.passingBytes += bytes.length;
    else this.ring.added(file, index, bytes.length);
    file.put(index, bytes);
    return bytes;
  }

  forgot(bytes: number): void {
    this.passingBytes -= bytes;
  }

  private readNow(file: BlobFile, index: number): Uint8Array {
    const ranges = file.rangesOf(index * file.pageBytes, file.lengthOf(index));
    const parts = ranges.map(({ blob, offset, length }) => {
      try {
        this.statistics.requests++;
        this.statistics.bytes += length;
        return this.store.readSync!(blob, offset, length);
      } catch (error) {
        throw damageOf(error, file, blob);
      }
    });
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** Bytes of pages in memory. */
  get memoryBytes(): number {
    return this.ring.usedBytes + this.passingBytes;
  }

  /** Runs `read`, which is known to read so many bytes of a file in order. */
  readingAhead<T>(bytes: number, read: () => T): T {
    this.runPagesMin = Math.ceil(Math.min(bytes, READ_AHEAD_BYTES_MAX) / this.pageBytes);
    try {
      return read();
    } finally {
      this.runPagesMin = 0;
    }
  }

  /** True if pages are wanted that nobody fetches yet. */
  get isWanting(): boolean {
    return this.wanting.size > 0;
  }

  /** Fetches what is wanted, and waits for it, and for what was missed and is under way. */
  async load(): Promise<void> {
    this.options.signal?.throwIfAborted();
    // Others that evaluate in this turn have said by then what they miss.
    await Promise.resolve();
    if (this.wanting.size > 0) {
      this.statistics.rounds++;
      this.awaited.add(this.begin(this.planReads()));
    }
    await Promise.all(this.awaited);
  }

  /** Begins to fetch; the answer resolves when all is there. */
  private begin(reads: readonly PageRead[]): Promise<void> {
    const fetched = Promise.resolve().then(() => this.fetch(reads));
    for (const { file, first, count } of reads) {
      for (let page = first; page < first + count; page++) file.fetching.set(page, fetched);
    }
    const settled = () => void this.awaited.delete(fetched);
    fetched.then(settled, settled);
    return fetched;
  }

  fetchAhead(file: BlobFile, first: number, count: number): void {
    if (this.isLocal) return;
    const pages = Array.from({ length: count }, (_, at) => first + at);
    const isThere = (page: number) => file.has(page) || file.fetching.has(page);
    const missing = pages.filter((page) => !isThere(page));
    const limits = { gapPagesMax: 0, runPagesMax: count };
    for (const run of planPageRuns(missing, limits)) void this.begin([{ file, ...run }]);
  }

  private planReads(): PageRead[] {
    const { options, pageBytes } = this;
    const pagesOf = (bytes: number) => Math.max(1, Math.floor(bytes / pageBytes));
    const limits = {
      gapPagesMax: Math.floor((options.gapBytesMax ?? GAP_BYTES_MAX) / pageBytes),
      runPagesMax: pagesOf(options.readBytesMax ?? READ_BYTES_MAX),
    };
    const reads: PageRead[] = [];
    for (const file of this.wanting) {
      const isThere = (page: number) => file.has(page) || file.fetching.has(page);
      for (const run of planPageRuns(file.wanted, limits, isThere)) reads.push({ file, ...run });
      file.wanted.clear();
    }
    this.wanting.clear();
    return reads;
  }

  private async fetch(reads: readonly PageRead[]): Promise<void> {
    const limit = this.options.parallelReadsMax ?? PARALLEL_READS_MAX;
    try {
      await runLimited(reads, limit, (read) => this.fetchOrNote(read));
    } finally {
      for (const { file, first, count } of reads) {
        for (let page = first; page < first + count; page++) file.fetching.delete(page);
      }
    }
  }

  /** Each reader meets the failures of its own files, and nobody else's. */
  private async fetchOrNote(read: PageRead): Promise<void> {
    try {
      await this.fetchRun(read);
    } catch (error) {
      this.options.signal?.throwIfAborted();
      read.file.failure ??= error;
    }
  }

  private async fetchRun({ file, first, count }: PageRead): Promise<void> {
    const start = first * file.pageBytes;
    const length = Math.min(count * file.pageBytes, file.length - start);
    let index = first;
    let page = Buffer.allocUnsafeSlow(file.lengthOf(index));
    let filled = 0;
    for await (const part of this.readRanges(file, start, length)) {
      for (let at = 0; at < part.length; ) {
        const taken = Math.min(part.length - at, page.length - filled);
        page.set(part.subarray(at, at + taken), filled);
        at += taken;
        filled += taken;
        if (filled < page.length) continue;
        this.keep(file, index, page);
        file.fetching.delete(index);
        index++;
        filled = 0;
        if (index < first + count) page = Buffer.allocUnsafeSlow(file.lengthOf(index));
      }
    }
  }

  private async *readRanges(
    file: BlobFile,
    start: number,
    bytes: number,
  ): AsyncIterable<Uint8Array> {
    const { signal } = this.options;
    for (const { blob, offset, length } of file.rangesOf(start, bytes)) {
      this.statistics.requests++;
      let left = length;
      try {
        for await (const part of this.store.read(blob, offset, length, signal)) {
          signal?.throwIfAborted();
          left -= part.length;
          this.statistics.bytes += part.length;
          if (left < 0) break;
          yield part;
        }
      } catch (error) {
        throw damageOf(error, file, blob);
      }
      if (left !== 0) throw damageOf(corrupt(`${left} bytes of ${length} are left`), file, blob);
    }
  }

  /** Lets go of everything. */
  close(): void {
    this.files.clear();
    this.wanting.clear();
    this.ring.clear();
    this.spillFile.close();
  }
}

/** A blob that is not there or too short damages the snapshot; other errors stay as they are. */
function damageOf(error: unknown, file: BlobFile, blob: string): unknown {
  if (!(error instanceof VarveError)) return error;
  if (error.kind === "missing") {
    return corrupt(`Blob [${blob}] of a snapshot is missing`, { file: file.name }, error);
  }
  if (error.kind !== "corrupt") return error;
  return corrupt(`Blob [${blob}] is damaged: ${error.message}`, { file: file.name }, error);
}
