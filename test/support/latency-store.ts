// A store that is far away: every call waits for a round trip before it answers. It counts calls,
// bytes and waves: calls that are under way together are one wave, so that waves are the round
// trips that stand one behind the other.

import { setTimeout as sleep } from "node:timers/promises";
import { type BlobStore, ForwardingBlobStore } from "../../src/blobstore/index.ts";

export class LatencyStore extends ForwardingBlobStore {
  readonly counts = { requests: 0, bytes: 0, waves: 0, atOnceMax: 0 };
  private readonly latencyMs: number;
  private underWay = 0;

  constructor(inner: BlobStore, latencyMs: number) {
    super(inner);
    this.latencyMs = latencyMs;
  }

  private begin(): void {
    this.counts.requests++;
    if (this.underWay++ === 0) this.counts.waves++;
    this.counts.atOnceMax = Math.max(this.counts.atOnceMax, this.underWay);
  }

  private async far<T>(run: () => Promise<T>, bytesOf: (result: T) => number): Promise<T> {
    this.begin();
    try {
      await sleep(this.latencyMs);
      const result = await run();
      this.counts.bytes += bytesOf(result);
      return result;
    } finally {
      this.underWay--;
    }
  }

  override get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    return this.far(
      () => this.inner.get(name, signal),
      (bytes) => bytes.length,
    );
  }

  override async *read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    this.begin();
    try {
      await sleep(this.latencyMs);
      for await (const part of this.inner.read(name, offset, length, signal)) {
        this.counts.bytes += part.length;
        yield part;
      }
    } finally {
      this.underWay--;
    }
  }

  override list(
    folder: string,
    prefix?: string,
    signal?: AbortSignal,
  ): Promise<Map<string, number>> {
    return this.far(
      () => this.inner.list(folder, prefix, signal),
      () => 0,
    );
  }
}
