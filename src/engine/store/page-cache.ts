// Pages of local files in memory, shared by all shards of a node and bounded by bytes. A reader
// asks its file's source for a page; the source keeps the pages it has, and the cache takes the
// least used ones away again (the clock algorithm: a page gets a second chance when it was asked
// for since the hand last passed).

import { corrupt, type ReadableFile } from "../../base/index.ts";
import type { PageSource } from "../../lucene/store/index.ts";

/** Bytes in a page. Bodies of stored-field chunks and postings blocks are well below it. */
export const PAGE_BYTES = 32 * 1024;
const CACHE_BYTES_DEFAULT = 64 * 1024 * 1024;

/** Decides which pages stay. */
export class PageCache {
  private readonly capacityBytes: number;
  private readonly ring: { source: FilePageSource; index: number; bytes: number }[] = [];
  private hand = 0;
  usedBytes = 0;

  constructor(capacityBytes = CACHE_BYTES_DEFAULT) {
    this.capacityBytes = capacityBytes;
  }

  /** Accounts for a page that was just read. */
  added(source: FilePageSource, index: number, bytes: number): void {
    while (this.usedBytes + bytes > this.capacityBytes && this.ring.length > 0) this.evictOne();
    this.ring.push({ source, index, bytes });
    this.usedBytes += bytes;
  }

  private evictOne(): void {
    // Two rounds at most: the first one takes every page's second chance.
    for (;;) {
      if (this.hand >= this.ring.length) this.hand = 0;
      const entry = this.ring[this.hand]!;
      if (entry.source.keepOnce(entry.index)) {
        this.hand++;
        continue;
      }
      entry.source.drop(entry.index);
      this.usedBytes -= entry.bytes;
      const last = this.ring.pop()!;
      if (this.hand < this.ring.length) this.ring[this.hand] = last;
      return;
    }
  }
}

/** The pages of one file. Closed sources lose their pages at the hand's next pass. */
export class FilePageSource implements PageSource {
  readonly name: string;
  readonly length: number;
  readonly pageBytes = PAGE_BYTES;
  private readonly file: ReadableFile;
  private readonly cache: PageCache;
  private readonly pages: (Uint8Array | undefined)[];
  private readonly used: Uint8Array;
  private closed = false;

  constructor(name: string, file: ReadableFile, cache: PageCache) {
    this.name = name;
    this.file = file;
    this.length = file.lengthBytes;
    this.cache = cache;
    const count = Math.ceil(this.length / PAGE_BYTES);
    this.pages = new Array(count).fill(undefined);
    this.used = new Uint8Array(count);
  }

  page(index: number): Uint8Array {
    const cached = this.pages[index];
    if (cached !== undefined) {
      this.used[index] = 1;
      return cached;
    }
    const start = index * PAGE_BYTES;
    const bytes = Buffer.allocUnsafeSlow(Math.min(PAGE_BYTES, this.length - start));
    this.readInto(bytes, 0, start, bytes.length);
    this.pages[index] = bytes;
    this.cache.added(this, index, bytes.length);
    return bytes;
  }

  readInto(target: Uint8Array, targetOffset: number, position: number, length: number): void {
    const part = target.subarray(targetOffset, targetOffset + length);
    if (this.file.read(part, position) < length) {
      throw corrupt("File is shorter than it was when it was opened", {
        file: this.name,
        offset: position,
        length,
      });
    }
  }

  /** Takes the page's second chance; false when it had none left. */
  keepOnce(index: number): boolean {
    if (this.closed || this.used[index] === 0) return false;
    this.used[index] = 0;
    return true;
  }

  drop(index: number): void {
    this.pages[index] = undefined;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.pages.fill(undefined);
    this.file.close();
  }
}
