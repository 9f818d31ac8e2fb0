// A bound on how long one call may take; of a stream, how long one part may take. A call that is
// too slow is aborted and rejects with `unavailable`, so that a retry outside of this wrapper
// repeats it.

import { type Clock, sharedAbortController, VarveError } from "../../base/index.ts";
import type { BlobContent, BlobStore, DeleteResult, PutOptions } from "../blob-store.ts";
import { ForwardingBlobStore, mapParts } from "./forwarding.ts";

class TimeoutBlobStore extends ForwardingBlobStore {
  private readonly clock: Clock;
  private readonly limitMs: number;

  constructor(inner: BlobStore, clock: Clock, limitMs: number) {
    super(inner);
    this.clock = clock;
    this.limitMs = limitMs;
  }

  /** Runs with a signal that fires when no part came for `limitMs`; `alive` starts it anew. */
  private async bounded<T>(
    what: string,
    outer: AbortSignal | undefined,
    run: (signal: AbortSignal, alive: () => void) => Promise<T>,
  ): Promise<T> {
    const controller = sharedAbortController();
    const onAbort = () => controller.abort(outer?.reason);
    if (outer?.aborted) onAbort();
    outer?.addEventListener("abort", onAbort, { once: true });
    let cancel = () => {};
    const late = new Promise<never>((_, reject) => {
      controller.signal.addEventListener("abort", () => reject(controller.signal.reason));
    });
    late.catch(() => {});
    const alive = () => {
      cancel();
      cancel = this.clock.after(this.limitMs, () => controller.abort(tooSlow(what, this.limitMs)));
    };
    alive();
    try {
      return await Promise.race([run(controller.signal, alive), late]);
    } finally {
      cancel();
      outer?.removeEventListener("abort", onAbort);
    }
  }

  override get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    return this.bounded(`get [${name}]`, signal, (own) => this.inner.get(name, own));
  }

  override async *read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    const controller = sharedAbortController();
    const parts = this.inner.read(name, offset, length, controller.signal)[Symbol.asyncIterator]();
    let over = false;
    try {
      for (;;) {
        const next = await this.bounded(`read [${name}]`, signal, () => parts.next());
        if (next.done) {
          over = true;
          return;
        }
        yield next.value;
      }
    } catch (error) {
      over = true;
      controller.abort(error);
      throw error;
    } finally {
      // Whoever stops in the middle ends the transfer, too.
      if (!over) await parts.return?.();
    }
  }

  override put(name: string, content: BlobContent, options: PutOptions = {}): Promise<void> {
    return this.bounded(`put [${name}]`, options.signal, (signal, alive) => {
      const watched = content instanceof Uint8Array ? content : watch(content, alive);
      return this.inner.put(name, watched, { ...options, signal });
    });
  }

  override list(
    folder: string,
    prefix?: string,
    signal?: AbortSignal,
  ): Promise<Map<string, number>> {
    const what = `list [${folder}]`;
    return this.bounded(what, signal, (own) => this.inner.list(folder, prefix, own));
  }

  override listFolders(folder: string, signal?: AbortSignal): Promise<string[]> {
    const what = `list folders of [${folder}]`;
    return this.bounded(what, signal, (own) => this.inner.listFolders(folder, own));
  }

  override delete(names: readonly string[], signal?: AbortSignal): Promise<void> {
    const what = `delete ${names.length} blobs`;
    return this.bounded(what, signal, (own) => this.inner.delete(names, own));
  }

  override deleteTree(folder: string, signal?: AbortSignal): Promise<DeleteResult> {
    const what = `delete folder [${folder}]`;
    return this.bounded(what, signal, (own) => this.inner.deleteTree(folder, own));
  }
}

function watch(content: BlobContent, alive: () => void): BlobContent {
  return mapParts(content, async function* (parts) {
    for await (const part of parts) {
      alive();
      yield part;
    }
  });
}

function tooSlow(what: string, limitMs: number): VarveError {
  return new VarveError("unavailable", `Blob store did not ${what} within ${limitMs} ms`, {
    type: "i_o_exception",
  });
}

/** The store with a bound of `limitMs` on each call. */
export function timeout(inner: BlobStore, clock: Clock, limitMs: number): BlobStore {
  return new TimeoutBlobStore(inner, clock, limitMs);
}
