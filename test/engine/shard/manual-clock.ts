// A clock that moves when the test says so.

import type { Clock } from "../../../src/base/index.ts";

/** Timers run inside `advance`, in the order of their time. */
export class ManualClock implements Clock {
  private timeMs = 1_000_000;
  private timers: { atMs: number; task: () => void }[] = [];

  now(): number {
    return this.timeMs;
  }

  monotonic(): number {
    return this.timeMs;
  }

  after(ms: number, task: () => void): () => void {
    const timer = { atMs: this.timeMs + ms, task };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  sleep(): Promise<void> {
    return Promise.resolve();
  }

  get pendingTimers(): number {
    return this.timers.length;
  }

  advance(ms: number): void {
    const endMs = this.timeMs + ms;
    for (;;) {
      this.timers.sort((a, b) => a.atMs - b.atMs);
      const next = this.timers[0];
      if (next === undefined || next.atMs > endMs) break;
      this.timers.shift();
      this.timeMs = next.atMs;
      next.task();
    }
    this.timeMs = endMs;
  }
}
