// Versions of documents that changed since the last refresh, so that a write or a realtime get
// finds the newest state before a reader can. Entries are dropped when a refresh has made them
// visible; deletes stay for `index.gc_deletes`, so that a late external version still meets them.
//
// Unsafe mode. While only documents with generated ids arrive, nobody will look them up: they are
// not recorded, and the map is marked unsafe. The first operation that must look up an id asks for
// a refresh first (`ensureSafe`) and makes the map record everything until the refresh after next
// finds that no lookup happened in between.
// Upstream: org.opensearch.index.engine.LiveVersionMap.

import type { TranslogLocation } from "./translog/translog.ts";
import { VersionTable } from "./version-table.ts";

/** What is known of a document's newest state. */
export interface VersionValue {
  readonly version: number;
  readonly seqNo: number;
  readonly term: number;
  readonly isDelete: boolean;
  /** Where a realtime get finds the source; undefined for deletes. */
  readonly location: TranslogLocation | undefined;
  /** Milliseconds (monotonic) of a delete. */
  readonly timeMs: number;
}

/** Rough cost of a delete that is remembered. */
const TOMBSTONE_BYTES = 160;

/** The live versions of one shard. */
export class LiveVersionMap {
  private current = new VersionTable();
  /** Entries that the running refresh is about to make visible. */
  private old = new VersionTable();
  private readonly tombstones = new Map<string, VersionValue>();
  private currentUnsafe = false;
  private oldUnsafe = false;
  private safeAccess = false;
  private lookedUp = false;

  get ramBytes(): number {
    return this.current.ramBytes + this.tombstones.size * TOMBSTONE_BYTES;
  }

  get isUnsafe(): boolean {
    return this.currentUnsafe || this.oldUnsafe;
  }

  /** From now on every write is recorded. Call after the refresh that `isUnsafe` asked for. */
  enforceSafeAccess(): void {
    this.safeAccess = true;
    this.lookedUp = true;
  }

  get(id: string): VersionValue | undefined {
    return this.current.get(id) ?? this.old.get(id) ?? this.tombstones.get(id);
  }

  /** Records an indexed document; one with a generated id only when lookups are expected. */
  putIndexed(id: string, value: VersionValue, generatedId: boolean): void {
    if (generatedId && !this.safeAccess) {
      this.currentUnsafe = true;
      return;
    }
    if (this.tombstones.size > 0) this.tombstones.delete(id);
    this.current.set(id, value);
  }

  putDeleted(id: string, value: VersionValue): void {
    this.current.set(id, value);
    // Deleted first, so that the map stays in the order of time.
    this.tombstones.delete(id);
    this.tombstones.set(id, value);
  }

  beforeRefresh(): void {
    this.old = this.current;
    this.oldUnsafe = this.currentUnsafe;
    this.current = new VersionTable();
    this.currentUnsafe = false;
    this.safeAccess = this.lookedUp;
    this.lookedUp = false;
  }

  afterRefresh(): void {
    this.old = new VersionTable();
    this.oldUnsafe = false;
  }

  /** A refresh that failed makes nothing visible: what it took stays. */
  refreshFailed(): void {
    for (const [id, value] of this.old.entries()) {
      if (this.current.get(id) === undefined) this.current.set(id, value);
    }
    this.currentUnsafe ||= this.oldUnsafe;
    this.afterRefresh();
  }

  /** Forgets deletes before `timeMs` whose sequence number every reader has passed. */
  pruneTombstones(timeMs: number, maxSeqNo: number): void {
    for (const [id, value] of this.tombstones) {
      if (value.timeMs >= timeMs) return;
      if (value.seqNo <= maxSeqNo) this.tombstones.delete(id);
    }
  }
}
