// When a shard refreshes by itself: `index.refresh_interval` after a write. A shard that nobody has
// searched for `index.search.idle.after` does not refresh unless the interval was set explicitly;
// its next search does it instead. Nothing is scheduled while there is nothing to refresh.
// Upstream: IndexService.AsyncRefreshTask, IndexShard.scheduledRefresh (2.19.6).

import type { Clock } from "../../base/index.ts";
import type { Settings } from "../settings.ts";

/** What the schedule drives. */
export interface RefreshTarget {
  isRefreshNeeded(): boolean;
  refreshNow(source: "schedule" | "search"): void;
}

/** The refresh timer of one shard. */
export class RefreshSchedule {
  private readonly clock: Clock;
  private readonly target: RefreshTarget;
  private intervalMs = 1000;
  private isExplicit = false;
  private idleAfterMs = 30_000;
  private lastSearchMs: number;
  private isPending = false;
  private cancelTimer: (() => void) | undefined;
  private closed = false;

  constructor(clock: Clock, target: RefreshTarget) {
    this.clock = clock;
    this.target = target;
    this.lastSearchMs = clock.monotonic();
  }

  /** Takes the index settings over. */
  update(settings: Settings): void {
    this.intervalMs = settings.getTime("index.refresh_interval", 1000);
    this.isExplicit = settings.has("index.refresh_interval");
    this.idleAfterMs = settings.getTime("index.search.idle.after", 30_000);
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (this.target.isRefreshNeeded()) this.onWrite();
  }

  /** Something was written. */
  onWrite(): void {
    if (this.cancelTimer !== undefined || this.intervalMs <= 0 || this.closed) return;
    this.cancelTimer = this.clock.after(this.intervalMs, () => this.onTimer());
  }

  /** A search is about to take a reader. True when it found the shard idle and refreshed it. */
  onSearch(): boolean {
    this.lastSearchMs = this.clock.monotonic();
    if (!this.isPending) return false;
    this.isPending = false;
    if (!this.target.isRefreshNeeded()) return false;
    this.target.refreshNow("search");
    return true;
  }

  get isSearchIdle(): boolean {
    return this.clock.monotonic() - this.lastSearchMs >= this.idleAfterMs;
  }

  close(): void {
    this.closed = true;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }

  private onTimer(): void {
    this.cancelTimer = undefined;
    if (this.closed || !this.target.isRefreshNeeded()) return;
    if (!this.isExplicit && this.isSearchIdle) this.isPending = true;
    else this.target.refreshNow("schedule");
  }
}
