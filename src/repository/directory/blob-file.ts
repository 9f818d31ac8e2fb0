// One Lucene file of a snapshot as pages over its blobs. It knows which pages it has, which are
// wanted, and how far to read ahead: reads that go on where an earlier one ended grow, so
// that a file that is read in order costs a number of rounds that grows with the logarithm of its
// length, and one that is read here and there costs little more than what is read.

import type { TemporaryBlock } from "../../base/index.ts";
import type { PageSource } from "../../lucene/store/index.ts";
import { type FileInfo, partCount, partLength, partName } from "../format/file-info.ts";
import type { PageHolder } from "./page-ring.ts";

/**
 * Bytes that a miss brings at least, by the kind of file: columns and lists are read on as a rule,
 * of the terms one block, which often ends on the page after the one it began on.
 */
const FIRST_RUN_BYTES: Readonly<Record<string, number>> = {
  doc: 64 * 1024,
  pos: 64 * 1024,
  dvd: 128 * 1024,
  kdd: 64 * 1024,
};
const FIRST_RUN_PAGES_MIN = 2;
/** How much longer the run after a run is. */
const RUN_GROWTH = 2;
const COLUMN_RUN_GROWTH = 4;
/** Reading ahead stops to double here. */
const RUN_BYTES_MAX = 32 * 1024 * 1024;
/** Runs that are remembered: as many readers may go through one file in order. */
const RUNS_MAX = 8;
/**
 * A terms index is walked from its end to its start in small steps; so much of it comes at once.
 */
const INDEX_BLOCK_BYTES = 512 * 1024;
const INDEX_FILE = /\.tip$/;

/** Who fetches the pages of a file. */
export interface PageOwner {
  readonly pageBytes: number;
  /** Pages are read at once, and never missed. */
  readonly isLocal: boolean;
  /** Pages that a new run has at least, whatever the file. */
  readonly runPagesMin: number;
  /** The page's bytes, or a PageMiss. */
  absent(file: BlobFile, index: number): Uint8Array;
  /** The file has pages to fetch. */
  wants(file: BlobFile): void;
  /** Begins to fetch these pages without waiting for them. */
  fetchAhead(file: BlobFile, first: number, count: number): void;
  /** So many bytes of pages that the ring does not know have left memory. */
  forgot(bytes: number): void;
  /** Keeps a page that leaves memory. */
  spill(bytes: Uint8Array): TemporaryBlock | undefined;
}

/** A range of one blob. */
export interface BlobRange {
  readonly blob: string;
  readonly offset: number;
  readonly length: number;
}

interface Run {
  next: number;
  pages: number;
}

/** A file that is read once from its start to its end. */
interface InOrder {
  readonly windowPages: number;
  readonly runPages: number;
  /** The first page that was not asked for yet. */
  next: number;
  /** Pages before this are forgotten. */
  kept: number;
}

/** Pages behind the reader that stay: what it reads now may have begun there. */
const KEPT_BYTES = 512 * 1024;
/** Marks of a page: asked for since the hand last passed; or kept by the reader in order alone. */
const USED = 1;
const PASSING = 2;

/** The pages of one file of a shard. */
export class BlobFile implements PageSource, PageHolder {
  readonly name: string;
  readonly length: number;
  readonly pageBytes: number;
  readonly footer: Uint8Array;
  /** Pages to fetch next. */
  readonly wanted = new Set<number>();
  /** Pages that are on their way, and when they are there. */
  readonly fetching = new Map<number, Promise<void>>();
  /** Why pages could not be fetched; told to who asks for one, once. */
  failure: unknown;
  private readonly owner: PageOwner;
  private readonly folder: string;
  private readonly info: FileInfo;
  private readonly pages: (Uint8Array | undefined)[] = [];
  private readonly used: Uint8Array;
  private readonly spilled = new Map<number, TemporaryBlock>();
  private readonly runs: Run[] = [];
  private readonly pageCount: number;
  private readonly firstRunPages: number;
  private inOrder: InOrder | undefined;

  constructor(owner: PageOwner, folder: string, info: FileInfo, name: string) {
    this.owner = owner;
    this.folder = folder;
    this.info = info;
    this.name = name;
    this.length = info.length;
    this.pageBytes = owner.pageBytes;
    this.pageCount = Math.ceil(info.length / owner.pageBytes);
    this.used = new Uint8Array(this.pageCount);
    const extension = info.physicalName.slice(info.physicalName.lastIndexOf(".") + 1);
    const firstRun = Math.floor((FIRST_RUN_BYTES[extension] ?? 0) / owner.pageBytes);
    this.firstRunPages = Math.max(FIRST_RUN_PAGES_MIN, firstRun);
    this.footer = footerOf(info);
  }

  page(index: number): Uint8Array {
    if (this.inOrder !== undefined) this.readOn(this.inOrder, index);
    const bytes = this.pages[index];
    if (bytes === undefined) return this.owner.absent(this, index);
    if (this.inOrder === undefined) this.used[index] = USED;
    return bytes;
  }

  /**
   * The file will be read from its start to its end, once: `windowBytes` are kept under way before
   * the reader, and what lies behind it is let go.
   */
  readInOrder(windowBytes: number, runBytes: number): void {
    const runPages = Math.max(1, Math.floor(runBytes / this.pageBytes));
    const windowPages = Math.max(runPages, Math.floor(windowBytes / this.pageBytes));
    this.inOrder ??= { windowPages, runPages, next: 0, kept: 0 };
  }

  private readOn(order: InOrder, index: number): void {
    const end = Math.min(this.pageCount, index + order.windowPages);
    order.next = Math.max(order.next, index);
    while (order.next < end && (end - order.next >= order.runPages || end === this.pageCount)) {
      const count = Math.min(order.runPages, this.pageCount - order.next);
      this.owner.fetchAhead(this, order.next, count);
      order.next += count;
    }
    const keep = index - Math.ceil(KEPT_BYTES / this.pageBytes);
    for (; order.kept < keep; order.kept++) this.forget(order.kept);
  }

  private forget(index: number): void {
    const bytes = this.pages[index];
    if (bytes === undefined || this.used[index] !== PASSING) return;
    this.pages[index] = undefined;
    this.owner.forgot(bytes.length);
  }

  /** Whoever read the file in order is done. */
  endInOrder(): void {
    if (this.inOrder === undefined) return;
    this.inOrder = undefined;
    for (let index = 0; index < this.pageCount; index++) this.forget(index);
  }

  /** True if the page will be read once, as the reader in order comes by. */
  passes(index: number): boolean {
    return this.inOrder !== undefined && index >= this.inOrder.kept;
  }

  readInto(target: Uint8Array, targetOffset: number, position: number, length: number): void {
    const { pageBytes } = this;
    const first = Math.floor(position / pageBytes);
    const last = Math.floor((position + length - 1) / pageBytes);
    // Every page of the range is noted before the first of them is asked for.
    for (let index = first; index <= last && !this.owner.isLocal; index++) {
      if (!this.has(index)) this.wantMissed(index);
    }
    for (let index = first; index <= last; index++) {
      const page = this.page(index);
      const from = Math.max(0, position - index * pageBytes);
      const to = Math.min(page.length, position + length - index * pageBytes);
      target.set(page.subarray(from, to), targetOffset);
      targetOffset += to - from;
    }
  }

  private wantAll(first: number, last: number): void {
    for (let index = first; index <= last; index++) this.want(index);
  }

  /** In memory or spilled. */
  has(index: number): boolean {
    return this.pages[index] !== undefined || this.spilled.has(index);
  }

  prefetch(position: number, length: number): void {
    const { pageBytes } = this;
    const last = Math.floor((Math.min(position + length, this.length) - 1) / pageBytes);
    for (let index = Math.floor(position / pageBytes); index <= last; index++) this.want(index);
  }

  private want(index: number): void {
    if (index >= this.pageCount || this.has(index) || this.fetching.has(index)) return;
    this.wanted.add(index);
    this.owner.wants(this);
  }

  /** Notes a page that a reader has to have, and what is read along with it. */
  wantMissed(index: number): void {
    if (this.wanted.has(index) || this.fetching.has(index)) return;
    if (INDEX_FILE.test(this.info.physicalName)) {
      const block = Math.max(1, Math.floor(INDEX_BLOCK_BYTES / this.pageBytes));
      const first = index - (index % block);
      this.wantAll(first, first + block - 1);
      return;
    }
    this.wantAll(index, index + this.runFrom(index) - 1);
  }

  /** Pages to read from `index` on; twice as many as the run had that ends there or just before. */
  private runFrom(index: number): number {
    const { runs } = this;
    const run = runs.find(({ next, pages }) => index >= next && index - next <= pages);
    const first = Math.max(this.firstRunPages, this.owner.runPagesMin);
    if (run === undefined) {
      runs.push({ next: index + first, pages: first });
      if (runs.length > RUNS_MAX) runs.shift();
      return first;
    }
    const most = Math.max(1, Math.floor(RUN_BYTES_MAX / this.pageBytes));
    const growth = first > FIRST_RUN_PAGES_MIN ? COLUMN_RUN_GROWTH : RUN_GROWTH;
    run.pages = Math.min(Math.max(run.pages * growth, first), most);
    run.next = index + run.pages;
    return run.pages;
  }

  /** The spilled page, if there is one. */
  spilledPage(index: number): TemporaryBlock | undefined {
    return this.spilled.get(index);
  }

  /** Takes a page that was fetched. */
  put(index: number, bytes: Uint8Array): void {
    this.pages[index] = bytes;
    this.used[index] = this.passes(index) ? PASSING : USED;
  }

  keepOnce(index: number): boolean {
    if (this.pages[index] === undefined || this.used[index] !== USED) return false;
    this.used[index] = 0;
    return true;
  }

  evict(index: number): void {
    const bytes = this.pages[index];
    if (bytes === undefined) return;
    this.pages[index] = undefined;
    if (this.spilled.has(index)) return;
    const spilled = this.owner.spill(bytes);
    if (spilled !== undefined) this.spilled.set(index, spilled);
  }

  /** Bytes of a page. */
  lengthOf(index: number): number {
    return Math.min(this.pageBytes, this.length - index * this.pageBytes);
  }

  /** The blobs' ranges that hold `[position, position + length)`. */
  rangesOf(position: number, length: number): BlobRange[] {
    const { info, folder } = this;
    const partBytes = partCount(info) === 1 ? info.length : info.partSize!;
    const ranges: BlobRange[] = [];
    for (let at = position; at < position + length; ) {
      const part = Math.floor(at / partBytes);
      const offset = at - part * partBytes;
      const count = Math.min(partLength(info, part) - offset, position + length - at);
      ranges.push({ blob: `${folder}/${partName(info, part)}`, offset, length: count });
      at += count;
    }
    return ranges;
  }

  close(): void {}
}

/** Magic, algorithm 0, checksum: what the file's last bytes are if it is not damaged. */
function footerOf(info: FileInfo): Uint8Array {
  const footer = Buffer.alloc(16);
  footer.writeUInt32BE(0xc02893e8, 0);
  const checksum = Number.parseInt(info.checksum, 36);
  footer.writeUInt32BE(Number.isSafeInteger(checksum) ? checksum >>> 0 : 0, 12);
  return footer;
}
