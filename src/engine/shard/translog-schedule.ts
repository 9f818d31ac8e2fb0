// What happens to a translog by itself: syncs (`index.translog.durability`, `sync_interval`), new
// generations (`generation_threshold_size`), flushes when it grows (`flush_threshold_size`) or when
// writing has stopped for a while. Upstream: IndexService.AsyncTranslogFSync,
// IndexShard.afterWriteOperation, IndexingMemoryController's flushOnIdle (2.19.6).

import type { Clock } from "../../base/index.ts";
import type { Settings } from "../settings.ts";
import type { Translog } from "./translog/translog.ts";

/** What the schedule drives. */
export interface TranslogTarget {
  translog(): Translog;
  isFlushNeeded(): boolean;
  /** Starts a flush if none runs; never throws. */
  flush(): void;
}

const MEGABYTE = 1024 * 1024;
/** `indices.memory.shard_inactive_time`. */
const INACTIVE_MS = 5 * 60_000;

/** The timers and thresholds of one shard's translog. */
export class TranslogSchedule {
  private readonly clock: Clock;
  private readonly target: TranslogTarget;
  private isAsync = false;
  private syncIntervalMs = 5000;
  private generationBytesMax = 64 * MEGABYTE;
  private flushBytesMax = 512 * MEGABYTE;
  private cancelSync: (() => void) | undefined;
  private cancelIdle: (() => void) | undefined;
  private lastWriteMs = 0;

  constructor(clock: Clock, target: TranslogTarget) {
    this.clock = clock;
    this.target = target;
  }

  /** Takes the index settings over. */
  update(settings: Settings): void {
    const name = (key: string) => `index.translog.${key}`;
    this.isAsync = settings.get(name("durability"), "request").toLowerCase() === "async";
    this.syncIntervalMs = Math.max(100, settings.getTime(name("sync_interval"), 5000));
    this.generationBytesMax = settings.getBytes(name("generation_threshold_size"), 64 * MEGABYTE);
    this.flushBytesMax = settings.getBytes(name("flush_threshold_size"), 512 * MEGABYTE);
  }

  /** Something was written. */
  onWrite(): void {
    const translog = this.target.translog();
    if (translog.currentGenerationBytes > this.generationBytesMax) translog.rollGeneration();
    if (translog.sizeBytes > this.flushBytesMax) this.target.flush();
    this.lastWriteMs = this.clock.monotonic();
    this.cancelIdle ??= this.clock.after(INACTIVE_MS, () => this.onIdleTimer());
  }

  /** Durable now, or within the interval when the index asked for that. */
  ensureSynced(): Promise<void> {
    if (!this.isAsync) return this.target.translog().ensureSynced();
    this.cancelSync ??= this.clock.after(this.syncIntervalMs, () => {
      this.cancelSync = undefined;
      // A sync that fails has failed the shard already.
      this.target
        .translog()
        .ensureSynced()
        .catch(() => {});
    });
    return Promise.resolve();
  }

  close(): void {
    this.cancelSync?.();
    this.cancelIdle?.();
  }

  private onIdleTimer(): void {
    this.cancelIdle = undefined;
    if (!this.target.isFlushNeeded()) return;
    const leftMs = this.lastWriteMs + INACTIVE_MS - this.clock.monotonic();
    if (leftMs <= 0) this.target.flush();
    else this.cancelIdle = this.clock.after(leftMs, () => this.onIdleTimer());
  }
}
