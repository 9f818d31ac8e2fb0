// A store whose inner store can be replaced while it is used: rotated keys take effect at the next
// call, and the old store is closed when its last call has ended.

import type {
  BlobContent,
  BlobStore,
  BlobStoreCapabilities,
  DeleteResult,
  PutOptions,
} from "../blob-store.ts";

interface Generation {
  readonly store: BlobStore;
  calls: number;
  replaced: boolean;
}

/** Forwards every call to the store that it holds now. */
export class ReplaceableBlobStore implements BlobStore {
  private current: Generation;

  constructor(store: BlobStore) {
    this.current = { store, calls: 0, replaced: false };
  }

  /** Later calls go to `store`; calls that run end where they began. */
  replace(store: BlobStore): void {
    const old = this.current;
    this.current = { store, calls: 0, replaced: false };
    old.replaced = true;
    closeIfIdle(old);
  }

  get capabilities(): BlobStoreCapabilities {
    return this.current.store.capabilities;
  }

  get description(): string {
    return this.current.store.description;
  }

  private async use<T>(call: (store: BlobStore) => Promise<T>): Promise<T> {
    const used = this.current;
    used.calls++;
    try {
      return await call(used.store);
    } finally {
      used.calls--;
      closeIfIdle(used);
    }
  }

  get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    return this.use((store) => store.get(name, signal));
  }

  async *read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    const used = this.current;
    used.calls++;
    try {
      yield* used.store.read(name, offset, length, signal);
    } finally {
      used.calls--;
      closeIfIdle(used);
    }
  }

  put(name: string, content: BlobContent, options?: PutOptions): Promise<void> {
    return this.use((store) => store.put(name, content, options));
  }

  list(folder: string, prefix?: string, signal?: AbortSignal): Promise<Map<string, number>> {
    return this.use((store) => store.list(folder, prefix, signal));
  }

  listFolders(folder: string, signal?: AbortSignal): Promise<string[]> {
    return this.use((store) => store.listFolders(folder, signal));
  }

  delete(names: readonly string[], signal?: AbortSignal): Promise<void> {
    return this.use((store) => store.delete(names, signal));
  }

  deleteTree(folder: string, signal?: AbortSignal): Promise<DeleteResult> {
    return this.use((store) => store.deleteTree(folder, signal));
  }

  flush(signal?: AbortSignal): Promise<void> {
    return this.use((store) => store.flush(signal));
  }

  serverTime(signal?: AbortSignal): Promise<number | undefined> {
    return this.use(async (store) => store.serverTime?.(signal));
  }

  close(): Promise<void> {
    return this.current.store.close();
  }
}

function closeIfIdle(generation: Generation): void {
  if (!generation.replaced || generation.calls > 0) return;
  // Nothing waits for a store that is no longer used, and nothing can be done about its failure.
  generation.store.close().catch(() => {});
}
