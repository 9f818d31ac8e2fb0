// Bytes a second, as `max_snapshot_bytes_per_sec` and `max_restore_bytes_per_sec` say. A rate is an
// object of its own: it may be changed while transfers run, and several stores may share one.

import type { Clock } from "../../base/index.ts";
import type { BlobContent, BlobStore, PutOptions } from "../blob-store.ts";
import { ForwardingBlobStore, mapParts, syncReadOf } from "./forwarding.ts";

/** Longest single wait, so that a raised rate takes effect soon. */
const WAIT_MS_MAX = 250;
/** A transfer may run ahead of its rate by so much time. */
const BURST_MS = 50;

/**
 * A limit in bytes a second; 0 or less is none. May be changed at any time, also for rates that
 * other threads made over the same `cell`.
 */
export class ByteRate {
  /** Holds the limit, a float64, where threads share it. */
  readonly cell: SharedArrayBuffer;
  private readonly limit: Float64Array;
  /** Milliseconds that transfers waited. */
  throttledMillis = 0;
  private readonly clock: Clock;
  /** Bytes that were taken but not yet paid for by time. */
  private debt = 0;
  private paidAt: number;

  constructor(clock: Clock, limit: number | SharedArrayBuffer) {
    this.clock = clock;
    this.cell = typeof limit === "number" ? new SharedArrayBuffer(8) : limit;
    this.limit = new Float64Array(this.cell);
    if (typeof limit === "number") this.bytesPerSecond = limit;
    this.paidAt = clock.monotonic();
  }

  get bytesPerSecond(): number {
    return this.limit[0]!;
  }

  set bytesPerSecond(value: number) {
    this.limit[0] = value;
  }

  /** Waits until `bytes` may pass. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    this.pay();
    if (this.bytesPerSecond <= 0) return;
    this.debt += bytes;
    for (;;) {
      const rate = this.bytesPerSecond;
      if (rate <= 0) return;
      const waitMs = (this.debt * 1000) / rate - BURST_MS;
      if (waitMs <= 0) return;
      const before = this.clock.monotonic();
      await this.clock.sleep(Math.min(waitMs, WAIT_MS_MAX), signal);
      this.throttledMillis += this.clock.monotonic() - before;
      this.pay();
    }
  }

  private pay(): void {
    const now = this.clock.monotonic();
    this.debt = Math.max(0, this.debt - ((now - this.paidAt) * this.bytesPerSecond) / 1000);
    if (this.bytesPerSecond <= 0) this.debt = 0;
    this.paidAt = now;
  }
}

/** Which direction has which rate. */
export interface ThrottleRates {
  read?: ByteRate | undefined;
  write?: ByteRate | undefined;
}

class ThrottledBlobStore extends ForwardingBlobStore {
  /** What must not be fast cannot be read at once. */
  readonly readSync: BlobStore["readSync"];
  private readonly rates: ThrottleRates;

  constructor(inner: BlobStore, rates: ThrottleRates) {
    super(inner);
    this.rates = rates;
    this.readSync = rates.read === undefined ? syncReadOf(inner) : undefined;
  }

  override read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    const parts = this.inner.read(name, offset, length, signal);
    return this.rates.read === undefined ? parts : paced(parts, this.rates.read, signal);
  }

  override put(name: string, content: BlobContent, options?: PutOptions): Promise<void> {
    const rate = this.rates.write;
    // Metadata, which comes in one piece, is not throttled; upstream neither.
    if (rate === undefined || content instanceof Uint8Array) {
      return this.inner.put(name, content, options);
    }
    const slow = mapParts(content, (parts) => paced(parts, rate, options?.signal));
    return this.inner.put(name, slow, options);
  }
}

async function* paced(
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  rate: ByteRate,
  signal?: AbortSignal,
): AsyncIterable<Uint8Array> {
  for await (const part of parts) {
    await rate.take(part.length, signal);
    yield part;
  }
}

/** The store with its streams held to the rates. */
export function throttle(inner: BlobStore, rates: ThrottleRates): BlobStore {
  return new ThrottledBlobStore(inner, rates);
}
