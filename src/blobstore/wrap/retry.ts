// Repeats what failed with `unavailable`, with growing and jittered pauses. A `put` with ifAbsent
// that is repeated may meet its own first try, whose answer was lost: it then compares the
// contents, and equal bytes are a success. A broken read goes on where it broke.

import { type Clock, type Random, VarveError } from "../../base/index.ts";
import type { BlobContent, BlobStore, DeleteResult, PutOptions } from "../blob-store.ts";
import { collect } from "../memory-blob-store.ts";
import { ForwardingBlobStore, syncReadOf } from "./forwarding.ts";

/** How often and how slowly. */
export interface RetryOptions {
  clock: Clock;
  random: Random;
  /** Tries in all. */
  attemptsMax?: number;
  /** First pause; each next one is twice as long, jittered between half and full. */
  pauseMs?: number;
}

class RetryingBlobStore extends ForwardingBlobStore {
  /** What is on this machine is there or not: it is not tried again. */
  readonly readSync: BlobStore["readSync"] = syncReadOf(this.inner);
  private readonly options: Required<RetryOptions>;

  constructor(inner: BlobStore, options: RetryOptions) {
    super(inner);
    this.options = { attemptsMax: 4, pauseMs: 100, ...options };
  }

  private async again<T>(run: (attempt: number) => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await run(attempt);
      } catch (error) {
        await this.pauseOrThrow(error, attempt, signal);
      }
    }
  }

  private async pauseOrThrow(error: unknown, attempt: number, signal?: AbortSignal): Promise<void> {
    if (!isPassing(error) || attempt >= this.options.attemptsMax) throw error;
    const longest = this.options.pauseMs * 2 ** (attempt - 1);
    await this.options.clock.sleep(longest * (0.5 + this.options.random.next() / 2), signal);
  }

  override get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    return this.again(() => this.inner.get(name, signal), signal);
  }

  override async *read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    let done = 0;
    for (let attempt = 1; ; attempt++) {
      try {
        for await (const part of this.inner.read(name, offset + done, length - done, signal)) {
          yield part;
          done += part.length;
        }
        return;
      } catch (error) {
        await this.pauseOrThrow(error, attempt, signal);
      }
    }
  }

  override put(name: string, content: BlobContent, options: PutOptions = {}): Promise<void> {
    return this.again(async (attempt) => {
      try {
        await this.inner.put(name, content, options);
      } catch (error) {
        const conflict = error instanceof VarveError && error.kind === "conflict";
        if (!conflict || attempt === 1) throw error;
        if (!(await this.holds(name, content, options.signal))) throw error;
      }
    }, options.signal);
  }

  private async holds(name: string, content: BlobContent, signal?: AbortSignal): Promise<boolean> {
    try {
      const theirs = await this.get(name, signal);
      return Buffer.compare(await collect(name, content, signal), theirs) === 0;
    } catch (error) {
      // Whoever wrote the blob has removed it since: it was not ours.
      if (error instanceof VarveError && error.kind === "missing") return false;
      throw error;
    }
  }

  override list(
    folder: string,
    prefix?: string,
    signal?: AbortSignal,
  ): Promise<Map<string, number>> {
    return this.again(() => this.inner.list(folder, prefix, signal), signal);
  }

  override listFolders(folder: string, signal?: AbortSignal): Promise<string[]> {
    return this.again(() => this.inner.listFolders(folder, signal), signal);
  }

  override delete(names: readonly string[], signal?: AbortSignal): Promise<void> {
    return this.again(() => this.inner.delete(names, signal), signal);
  }

  override deleteTree(folder: string, signal?: AbortSignal): Promise<DeleteResult> {
    return this.again(() => this.inner.deleteTree(folder, signal), signal);
  }

  override flush(signal?: AbortSignal): Promise<void> {
    return this.again(() => this.inner.flush(signal), signal);
  }
}

/** Denied access has the kind of what passes, but waiting gives no permission. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof VarveError) || error.kind !== "unavailable") return false;
  return error.type !== "access_denied_exception";
}

/** The store with repeated tries. */
export function retry(inner: BlobStore, options: RetryOptions): BlobStore {
  return new RetryingBlobStore(inner, options);
}
