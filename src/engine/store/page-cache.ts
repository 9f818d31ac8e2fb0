// Pages of local files in memory: one cache for all directories of the process, bounded in bytes,
// least recently used out first. A page is borrowed by readers for as long as they like: eviction
// only forgets it here.

/** Bytes of a page of a large file. */
export const PAGE_BYTES = 32 * 1024;
/** A file below this is one page. */
export const SINGLE_PAGE_FILE_BYTES = 256 * 1024;
/** What the shared cache may hold. */
export const PAGE_CACHE_BYTES_DEFAULT = 48 * 1024 * 1024;

/** Pages by file id and page index. */
export class PageCache {
  private readonly bytesMax: number;
  /** Insertion order is recency: a hit is put back at the end. */
  private readonly pages = new Map<number, Uint8Array>();
  private bytes = 0;
  private nextFileId = 0;

  constructor(bytesMax = PAGE_CACHE_BYTES_DEFAULT) {
    this.bytesMax = bytesMax;
  }

  get usedBytes(): number {
    return this.bytes;
  }

  /** An id for a file; ids are never used again. */
  newFileId(): number {
    return this.nextFileId++;
  }

  get(fileId: number, index: number): Uint8Array | undefined {
    const key = pageKey(fileId, index);
    const page = this.pages.get(key);
    if (page === undefined) return undefined;
    this.pages.delete(key);
    this.pages.set(key, page);
    return page;
  }

  put(fileId: number, index: number, page: Uint8Array): void {
    const key = pageKey(fileId, index);
    if (this.pages.has(key)) return;
    this.pages.set(key, page);
    this.bytes += page.length;
    for (const [oldKey, old] of this.pages) {
      if (this.bytes <= this.bytesMax) break;
      this.pages.delete(oldKey);
      this.bytes -= old.length;
    }
  }

  /** Forgets the pages of a file that is gone. `pageCount` bounds the search. */
  dropFile(fileId: number, pageCount: number): void {
    for (let index = 0; index < pageCount; index++) {
      const key = pageKey(fileId, index);
      const page = this.pages.get(key);
      if (page === undefined) continue;
      this.pages.delete(key);
      this.bytes -= page.length;
    }
  }
}

/**
 * 2^22 pages of 32 KiB are 128 GiB, far above Lucene's 5 GiB segments; 2^31 files fit before it.
 */
const PAGES_PER_FILE_MAX = 4194304;

function pageKey(fileId: number, index: number): number {
  return fileId * PAGES_PER_FILE_MAX + index;
}

/** The cache that directories share unless they are given another. */
export const sharedPageCache = new PageCache();
