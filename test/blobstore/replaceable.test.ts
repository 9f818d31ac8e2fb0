import { describe, expect, it } from "vitest";
import { MemoryBlobStore, ReplaceableBlobStore } from "../../src/blobstore/index.ts";
import { blobStoreConformance } from "../conformance/blob-store.ts";

class Watched extends MemoryBlobStore {
  closed = false;

  override async close(): Promise<void> {
    this.closed = true;
  }
}

blobStoreConformance("replaceable", {
  open: async () => {
    const store = new ReplaceableBlobStore(new MemoryBlobStore());
    store.replace(new MemoryBlobStore());
    return store;
  },
});

describe("ReplaceableBlobStore", () => {
  it("lets a read end where it began, asks the new store next, and closes the old one then", async () => {
    const [old, fresh] = [new Watched(), new Watched()];
    await old.put("a", Uint8Array.of(1, 2));
    await fresh.put("a", Uint8Array.of(3));
    const store = new ReplaceableBlobStore(old);
    const read = store.read("a", 0, 2)[Symbol.asyncIterator]();
    const first = await read.next();
    store.replace(fresh);
    expect(old.closed).toBe(false);
    expect([...(await store.get("a"))]).toEqual([3]);
    expect([...first.value!]).toEqual([1, 2]);
    while ((await read.next()).done !== true);
    expect([old.closed, fresh.closed]).toEqual([true, false]);
  });

  it("closes a store that nobody uses at once", () => {
    const old = new Watched();
    new ReplaceableBlobStore(old).replace(new Watched());
    expect(old.closed).toBe(true);
  });
});
