// A store with another one under a folder of its own, which can be read and not changed: the remote
// store of a cluster beside the snapshot repository whose snapshots keep their data there. Listings
// of the store's own folders do not show it.

import { readOnlyStore } from "../blob-error.ts";
import type { BlobContent, BlobStore, DeleteResult, PutOptions } from "../blob-store.ts";
import { ForwardingBlobStore } from "./forwarding.ts";

/** The folder under which the remote store is seen. No repository has a folder of this name. */
export const REMOTE_STORE_FOLDER = "@remote-store";

class JoinedBlobStore extends ForwardingBlobStore {
  private readonly other: BlobStore;
  readonly readSync: BlobStore["readSync"];

  constructor(inner: BlobStore, other: BlobStore) {
    super(inner);
    this.other = other;
    // Callers take a store that reads at once for one that never makes them wait.
    if (inner.readSync !== undefined && other.readSync !== undefined) {
      this.readSync = (name, offset, length) => {
        const [store, own] = this.find(name);
        return store.readSync!(own, offset, length);
      };
    }
  }

  private find(name: string): readonly [BlobStore, string] {
    if (!isRemote(name)) return [this.inner, name];
    return [this.other, name.slice(REMOTE_STORE_FOLDER.length + 1)];
  }

  override get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    const [store, own] = this.find(name);
    return store.get(own, signal);
  }

  override read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    const [store, own] = this.find(name);
    return store.read(own, offset, length, signal);
  }

  override list(
    folder: string,
    prefix?: string,
    signal?: AbortSignal,
  ): Promise<Map<string, number>> {
    const [store, own] = this.find(folder);
    return store.list(own, prefix, signal);
  }

  override listFolders(folder: string, signal?: AbortSignal): Promise<string[]> {
    const [store, own] = this.find(folder);
    return store.listFolders(own, signal);
  }

  override async put(name: string, content: BlobContent, options?: PutOptions): Promise<void> {
    if (isRemote(name)) throw readOnlyStore(this.other.description);
    await this.inner.put(name, content, options);
  }

  override async delete(names: readonly string[], signal?: AbortSignal): Promise<void> {
    if (names.some(isRemote)) throw readOnlyStore(this.other.description);
    await this.inner.delete(names, signal);
  }

  override async deleteTree(folder: string, signal?: AbortSignal): Promise<DeleteResult> {
    if (isRemote(folder)) throw readOnlyStore(this.other.description);
    return this.inner.deleteTree(folder, signal);
  }

  override async close(): Promise<void> {
    await this.inner.close();
    await this.other.close();
  }
}

function isRemote(name: string): boolean {
  return name === REMOTE_STORE_FOLDER || name.startsWith(`${REMOTE_STORE_FOLDER}/`);
}

/** `inner`, with `other` to be read under `REMOTE_STORE_FOLDER`. Closing it closes both. */
export function joinRemoteStore(inner: BlobStore, other: BlobStore): BlobStore {
  return new JoinedBlobStore(inner, other);
}
