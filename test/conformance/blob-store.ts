// The contract of src/blobstore/blob-store.ts as tests. Every provider and every wrapper runs it;
// `open` answers a fresh, empty store.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { VarveError } from "../../src/base/index.ts";
import type { BlobStore } from "../../src/blobstore/index.ts";

/** What is needed to run the suite on a provider. */
export interface BlobStoreFactory {
  open(): Promise<BlobStore>;
  close?(store: BlobStore): Promise<void>;
  /**
   * False where a deletion's answer may be lost: its repetition cannot count what is gone. True by
   * default.
   */
  countsExactly?: boolean;
}

const bytesOf = (text: string) => Buffer.from(text);

async function readAll(store: BlobStore, name: string, offset: number, length: number) {
  const parts: Uint8Array[] = [];
  for await (const part of store.read(name, offset, length)) parts.push(Uint8Array.from(part));
  return Buffer.concat(parts);
}

async function kindOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    return error instanceof VarveError ? error.kind : String(error);
  }
  return "no error";
}

function stream(parts: Uint8Array[], length = parts.reduce((sum, part) => sum + part.length, 0)) {
  return {
    length,
    async *open() {
      for (const part of parts) yield part;
    },
  };
}

/** Runs the suite. */
export function blobStoreConformance(name: string, factory: BlobStoreFactory): void {
  describe(`${name} as a blob store`, () => {
    let store: BlobStore;
    beforeEach(async () => {
      store = await factory.open();
    });
    afterEach(async () => {
      await (factory.close?.(store) ?? store.close());
    });

    test("get answers what put stored, also in new folders", async () => {
      await store.put("a/b/c.dat", bytesOf("hello"));
      expect(Buffer.from(await store.get("a/b/c.dat")).toString()).toBe("hello");
      await store.put("empty", new Uint8Array(0));
      expect((await store.get("empty")).length).toBe(0);
    });

    test("put replaces, and keeps its own copy of the bytes", async () => {
      const bytes = bytesOf("first");
      await store.put("x", bytes);
      bytes.fill(0);
      expect(Buffer.from(await store.get("x")).toString()).toBe("first");
      await store.put("x", bytesOf("second, longer"));
      expect(Buffer.from(await store.get("x")).toString()).toBe("second, longer");
    });

    test("put with ifAbsent rejects with conflict when the blob exists", async () => {
      await store.put("index-1", bytesOf("a"), { ifAbsent: true });
      expect(await kindOf(store.put("index-1", bytesOf("b"), { ifAbsent: true }))).toBe("conflict");
      expect(Buffer.from(await store.get("index-1")).toString()).toBe("a");
      expect([...(await store.list("")).keys()]).toEqual(["index-1"]);
    });

    test("put with ifAbsent has exactly one winner among 16 writers", async () => {
      for (let round = 0; round < 5; round++) {
        const writers = Array.from({ length: 16 }, (_, i) =>
          kindOf(store.put(`race-${round}`, bytesOf(`writer ${i}`), { ifAbsent: true })),
        );
        const results = await Promise.all(writers);
        expect(results.filter((kind) => kind === "no error").length).toBe(1);
        expect(results.filter((kind) => kind === "conflict").length).toBe(15);
      }
    });

    test("put takes a stream, read gives ranges", async () => {
      const whole = Buffer.alloc(3_000_000, "0123456789abcdef");
      const parts = [whole.subarray(0, 7), whole.subarray(7, 2_500_000), whole.subarray(2_500_000)];
      await store.put("big", stream(parts), { draft: true });
      await store.flush();
      expect(Buffer.compare(await store.get("big"), whole)).toBe(0);
      expect(await readAll(store, "big", 5, 10)).toEqual(whole.subarray(5, 15));
      expect(Buffer.compare(await readAll(store, "big", 1, 2_999_998), whole.subarray(1, -1))).toBe(
        0,
      );
      expect((await readAll(store, "big", 3_000_000, 0)).length).toBe(0);
    });

    test("rejects a stream that is shorter than announced, and keeps nothing", async () => {
      expect(await kindOf(store.put("short", stream([bytesOf("abc")], 5)))).not.toBe("no error");
      expect((await store.list("")).size).toBe(0);
    });

    test("rejects a range beyond the end as corrupt", async () => {
      await store.put("x", bytesOf("12345"));
      expect(await kindOf(readAll(store, "x", 3, 3))).toBe("corrupt");
    });

    test("rejects a missing blob as missing", async () => {
      expect(await kindOf(store.get("nowhere/at-all"))).toBe("missing");
      expect(await kindOf(readAll(store, "nowhere", 0, 1))).toBe("missing");
    });

    test("list answers lengths of the blobs right in a folder, by prefix", async () => {
      await store.put("top", bytesOf("1"));
      await store.put("f/a1", bytesOf("22"));
      await store.put("f/a2", bytesOf("333"));
      await store.put("f/b", bytesOf("4444"));
      await store.put("f/sub/deep", bytesOf("5"));
      expect(await store.list("f", "a")).toEqual(
        new Map([
          ["a1", 2],
          ["a2", 3],
        ]),
      );
      expect((await store.list("f")).size).toBe(3);
      expect((await store.list("none")).size).toBe(0);
      expect((await store.listFolders("")).sort()).toEqual(["f"]);
      expect(await store.listFolders("f")).toEqual(["sub"]);
      expect(await store.listFolders("none")).toEqual([]);
    });

    test("delete removes several and minds no missing one; deleteTree counts", async () => {
      for (const blob of ["a", "b", "t/x", "t/u/y", "tt/z"]) await store.put(blob, bytesOf(blob));
      await store.delete(["a", "missing", "t/none", "b"]);
      expect((await store.list("")).size).toBe(0);
      const removed = await store.deleteTree("t");
      if (factory.countsExactly !== false) expect(removed).toEqual({ blobs: 2, bytes: 8 });
      expect(await store.deleteTree("t")).toEqual({ blobs: 0, bytes: 0 });
      expect(await store.listFolders("")).toEqual(["tt"]);
    });

    test("rejects names outside of the contract", async () => {
      for (const bad of ["../up", "a//b", "/root", "a/", "", "a/./b", "a\0b"]) {
        expect(await kindOf(store.put(bad, bytesOf("x")))).toBe("invalid");
        expect(await kindOf(store.get(bad))).toBe("invalid");
      }
    });

    test("keeps odd but legal names apart", async () => {
      const names = ["ü 日本", "a b+c%20", "A", "a", "dots...", "-dash", "#hash?&="];
      for (const odd of names) await store.put(`odd/${odd}`, bytesOf(odd));
      expect([...(await store.list("odd")).keys()].sort()).toEqual([...names].sort());
      for (const odd of names)
        expect(Buffer.from(await store.get(`odd/${odd}`)).toString()).toBe(odd);
    });

    test("rejects with the signal's reason when it is aborted before or during a put", async () => {
      const reason = new Error("stop");
      const early = AbortSignal.abort(reason);
      await expect(store.put("x", bytesOf("x"), { signal: early })).rejects.toBe(reason);
      const controller = new AbortController();
      const parts = {
        length: 3_000_000,
        *open() {
          yield Buffer.alloc(1_000_000);
          controller.abort(reason);
          yield Buffer.alloc(1_000_000);
          yield Buffer.alloc(1_000_000);
        },
      };
      await expect(store.put("y", parts, { signal: controller.signal })).rejects.toBe(reason);
      expect((await store.list("")).size).toBe(0);
    });
  });
}
