// Counts what a store did: calls, errors, bytes each way, time. Plain numbers, read at any time.

import type { Clock } from "../../base/index.ts";
import type { BlobContent, BlobStore, DeleteResult, PutOptions } from "../blob-store.ts";
import { ForwardingBlobStore, mapParts, syncReadOf } from "./forwarding.ts";

/** The calls of a store. */
export type BlobStoreCall =
  | "get"
  | "read"
  | "put"
  | "list"
  | "listFolders"
  | "delete"
  | "deleteTree"
  | "flush";

/** What one kind of call has done so far. */
export interface CallMetrics {
  calls: number;
  errors: number;
  bytes: number;
  millis: number;
}

/** Metrics by call. */
export type BlobStoreMetrics = Record<BlobStoreCall, CallMetrics>;

const CALLS: readonly BlobStoreCall[] = [
  "get",
  "read",
  "put",
  "list",
  "listFolders",
  "delete",
  "deleteTree",
  "flush",
];

class MeteredBlobStore extends ForwardingBlobStore {
  private readonly clock: Clock;
  private readonly metrics: BlobStoreMetrics;

  readonly readSync: BlobStore["readSync"];

  constructor(inner: BlobStore, clock: Clock, metrics: BlobStoreMetrics) {
    super(inner);
    this.clock = clock;
    this.metrics = metrics;
    const readSync = syncReadOf(inner);
    this.readSync =
      readSync === undefined
        ? undefined
        : (name, offset, length) => {
            const { read } = metrics;
            read.calls++;
            read.bytes += length;
            return readSync(name, offset, length);
          };
  }

  private async count<T>(
    call: BlobStoreCall,
    run: () => Promise<T>,
    bytesOf: (result: T) => number = () => 0,
  ): Promise<T> {
    const metrics = this.metrics[call];
    const start = this.clock.monotonic();
    metrics.calls++;
    try {
      const result = await run();
      metrics.bytes += bytesOf(result);
      return result;
    } catch (error) {
      metrics.errors++;
      throw error;
    } finally {
      metrics.millis += this.clock.monotonic() - start;
    }
  }

  override get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    return this.count(
      "get",
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
    const metrics = this.metrics.read;
    const start = this.clock.monotonic();
    metrics.calls++;
    try {
      for await (const part of this.inner.read(name, offset, length, signal)) {
        metrics.bytes += part.length;
        yield part;
      }
    } catch (error) {
      metrics.errors++;
      throw error;
    } finally {
      metrics.millis += this.clock.monotonic() - start;
    }
  }

  override put(name: string, content: BlobContent, options?: PutOptions): Promise<void> {
    const metrics = this.metrics.put;
    if (content instanceof Uint8Array) {
      const run = () => this.inner.put(name, content, options);
      return this.count("put", run, () => content.length);
    }
    const counted = mapParts(content, async function* (parts) {
      for await (const part of parts) {
        metrics.bytes += part.length;
        yield part;
      }
    });
    return this.count("put", () => this.inner.put(name, counted, options));
  }

  override list(
    folder: string,
    prefix?: string,
    signal?: AbortSignal,
  ): Promise<Map<string, number>> {
    return this.count("list", () => this.inner.list(folder, prefix, signal));
  }

  override listFolders(folder: string, signal?: AbortSignal): Promise<string[]> {
    return this.count("listFolders", () => this.inner.listFolders(folder, signal));
  }

  override delete(names: readonly string[], signal?: AbortSignal): Promise<void> {
    return this.count("delete", () => this.inner.delete(names, signal));
  }

  override deleteTree(folder: string, signal?: AbortSignal): Promise<DeleteResult> {
    return this.count("deleteTree", () => this.inner.deleteTree(folder, signal));
  }

  override flush(signal?: AbortSignal): Promise<void> {
    return this.count("flush", () => this.inner.flush(signal));
  }
}

/** Bytes of a cell that holds metrics for several threads. */
export const METRICS_CELL_BYTES = CALLS.length * 4 * 8;

/** Metrics in a cell of METRICS_CELL_BYTES: stores of other threads count into the same. */
export function sharedMetrics(cell: SharedArrayBuffer): BlobStoreMetrics {
  const numbers = new Float64Array(cell);
  const entries = CALLS.map((call, index): [BlobStoreCall, CallMetrics] => [
    call,
    callMetricsAt(numbers, index * 4),
  ]);
  return Object.fromEntries(entries) as BlobStoreMetrics;
}

function callMetricsAt(numbers: Float64Array, at: number): CallMetrics {
  const member = (offset: number) => ({
    enumerable: true,
    get: () => numbers[at + offset]!,
    set: (value: number) => {
      numbers[at + offset] = value;
    },
  });
  const members = { calls: member(0), errors: member(1), bytes: member(2), millis: member(3) };
  return Object.defineProperties({}, members) as CallMetrics;
}

/** The store, and the numbers that it keeps up to date. */
export function meter(
  inner: BlobStore,
  clock: Clock,
  metrics: BlobStoreMetrics = newMetrics(),
): { store: BlobStore; metrics: BlobStoreMetrics } {
  return { store: new MeteredBlobStore(inner, clock, metrics), metrics };
}

function newMetrics(): BlobStoreMetrics {
  const zero = (): CallMetrics => ({ calls: 0, errors: 0, bytes: 0, millis: 0 });
  return Object.fromEntries(CALLS.map((call) => [call, zero()])) as BlobStoreMetrics;
}
