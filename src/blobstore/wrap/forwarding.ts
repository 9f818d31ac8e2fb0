// The base of every wrapper: forwards each call, so that a wrapper names only what it changes.

import type {
  BlobContent,
  BlobStore,
  BlobStoreCapabilities,
  DeleteResult,
  PutOptions,
} from "../blob-store.ts";

/** Forwards every call to `inner`. */
export class ForwardingBlobStore implements BlobStore {
  protected readonly inner: BlobStore;

  constructor(inner: BlobStore) {
    this.inner = inner;
  }

  get capabilities(): BlobStoreCapabilities {
    return this.inner.capabilities;
  }

  get description(): string {
    return this.inner.description;
  }

  get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    return this.inner.get(name, signal);
  }

  read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    return this.inner.read(name, offset, length, signal);
  }

  put(name: string, content: BlobContent, options?: PutOptions): Promise<void> {
    return this.inner.put(name, content, options);
  }

  list(folder: string, prefix?: string, signal?: AbortSignal): Promise<Map<string, number>> {
    return this.inner.list(folder, prefix, signal);
  }

  listFolders(folder: string, signal?: AbortSignal): Promise<string[]> {
    return this.inner.listFolders(folder, signal);
  }

  delete(names: readonly string[], signal?: AbortSignal): Promise<void> {
    return this.inner.delete(names, signal);
  }

  deleteTree(folder: string, signal?: AbortSignal): Promise<DeleteResult> {
    return this.inner.deleteTree(folder, signal);
  }

  flush(signal?: AbortSignal): Promise<void> {
    return this.inner.flush(signal);
  }

  async serverTime(signal?: AbortSignal): Promise<number | undefined> {
    return this.inner.serverTime?.(signal);
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

/** The content with `change` between its parts. */
export function mapParts(
  content: BlobContent,
  change: (parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): BlobContent {
  const open = content instanceof Uint8Array ? () => [content] : () => content.open();
  return { length: content.length, open: () => change(open()) };
}

/** The inner store's reading without waiting: for wrappers that have nothing to add to it. */
export function syncReadOf(inner: BlobStore): BlobStore["readSync"] {
  if (inner.readSync === undefined) return undefined;
  return (name, offset, length) => inner.readSync!(name, offset, length);
}
