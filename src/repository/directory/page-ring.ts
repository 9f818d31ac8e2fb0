// Which pages stay in memory: the clock algorithm over the pages of all open files, bounded by
// bytes. A page that was asked for since the hand last passed gets a second chance.

/** What holds pages and gives them up. */
export interface PageHolder {
  /** Takes the page's second chance; false when it had none left. */
  keepOnce(index: number): boolean;
  /** Gives the page up. */
  evict(index: number): void;
}

interface Entry {
  readonly holder: PageHolder;
  readonly index: number;
  readonly bytes: number;
}

/** Bounds the bytes of all pages. */
export class PageRing {
  private readonly capacityBytes: number;
  private readonly entries: Entry[] = [];
  private hand = 0;
  private bytesUsed = 0;

  constructor(capacityBytes: number) {
    this.capacityBytes = capacityBytes;
  }

  get usedBytes(): number {
    return this.bytesUsed;
  }

  /** Accounts for a page that is new in memory. */
  added(holder: PageHolder, index: number, bytes: number): void {
    while (this.bytesUsed + bytes > this.capacityBytes && this.entries.length > 0) this.evictOne();
    this.entries.push({ holder, index, bytes });
    this.bytesUsed += bytes;
  }

  private evictOne(): void {
    // Two rounds at most: the first one takes every page's second chance.
    for (;;) {
      if (this.hand >= this.entries.length) this.hand = 0;
      const entry = this.entries[this.hand]!;
      if (entry.holder.keepOnce(entry.index)) {
        this.hand++;
        continue;
      }
      const last = this.entries.pop()!;
      if (this.hand < this.entries.length) this.entries[this.hand] = last;
      this.bytesUsed -= entry.bytes;
      entry.holder.evict(entry.index);
      return;
    }
  }

  clear(): void {
    this.entries.length = 0;
    this.bytesUsed = 0;
    this.hand = 0;
  }
}
