// A store that refuses to be changed: repositories with `readonly: true`, and `file:` URLs.

import { readOnlyStore } from "../blob-error.ts";
import type { BlobStore, BlobStoreCapabilities, DeleteResult } from "../blob-store.ts";
import { ForwardingBlobStore, syncReadOf } from "./forwarding.ts";

class ReadOnlyBlobStore extends ForwardingBlobStore {
  readonly readSync: BlobStore["readSync"] = syncReadOf(this.inner);

  override get capabilities(): BlobStoreCapabilities {
    return { ...this.inner.capabilities, write: false, putIfAbsent: false };
  }

  override async put(): Promise<void> {
    throw readOnlyStore(this.description);
  }

  override async delete(): Promise<void> {
    throw readOnlyStore(this.description);
  }

  override async deleteTree(): Promise<DeleteResult> {
    throw readOnlyStore(this.description);
  }
}

/** The store without its writing half. */
export function readOnly(inner: BlobStore): BlobStore {
  return new ReadOnlyBlobStore(inner);
}
