// The contract of src/blobstore/blob-store.ts as tests. Every provider and every wrapper runs it;
// `open` answers a fresh, empty store.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { VarveError } from "../../src/base/index.ts";
import {
  type BlobStore,
  checkAbortedPut,
  checkBatchDelete,
  checkDelete,
  checkDeleteTree,
  checkLargePut,
  checkListAfterWrite,
  checkMissing,
  checkOddNames,
  checkOverwrite,
  checkPutIfAbsent,
  checkPutIfAbsentRace,
  checkRanges,
  checkReadAfterWrite,
} from "../../src/blobstore/index.ts";

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
      await checkPutIfAbsentRace({ store, folder: "" }, { writers: 16, rounds: 5 });
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
      await checkMissing({ store, folder: "" });
    });

    // What `varve doctor` tries on a live store.
    test.each([
      ["checkReadAfterWrite", checkReadAfterWrite],
      ["checkOverwrite", checkOverwrite],
      ["checkListAfterWrite", checkListAfterWrite],
      ["checkRanges", checkRanges],
      ["checkPutIfAbsent", checkPutIfAbsent],
      ["checkLargePut", (place: { store: BlobStore; folder: string }) => checkLargePut(place, 6e6)],
      [
        "checkAbortedPut",
        (place: { store: BlobStore; folder: string }) => checkAbortedPut(place, 6e6),
      ],
      ["checkOddNames", checkOddNames],
      ["checkDelete", checkDelete],
      ["checkBatchDelete", checkBatchDelete],
    ])("%s of the doctor finds nothing in a folder of its own", async (_, check) => {
      await check({ store, folder: "tests-1/base" });
    });

    test("checkDeleteTree of the doctor finds nothing", async () => {
      await checkDeleteTree({ store, folder: "tests-1" }, factory.countsExactly !== false);
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

    test("keeps long names, and names that begin like others", async () => {
      const names = [
        "x".repeat(200),
        "x",
        "x.y",
        "x-",
        "x y ",
        "0",
        "index-10",
        "index-1",
        "~",
        "$",
      ];
      for (const odd of names) await store.put(`deep/er/${odd}`, bytesOf(odd));
      expect([...(await store.list("deep/er")).keys()].sort()).toEqual([...names].sort());
      expect([...(await store.list("deep/er", "index-1")).keys()].sort()).toEqual([
        "index-1",
        "index-10",
      ]);
      expect(await store.listFolders("deep")).toEqual(["er"]);
      await store.delete(names.map((odd) => `deep/er/${odd}`));
      expect((await store.list("deep/er")).size).toBe(0);
    });

    test("read gives ranges at both ends, and several at once", async () => {
      const whole = Buffer.alloc(1_000_003);
      for (let i = 0; i + 4 <= whole.length; i += 4) whole.writeUInt32LE(i, i);
      await store.put("ranges", whole);
      const ranges = [
        [0, 1],
        [whole.length - 1, 1],
        [0, whole.length],
        [whole.length - 65_537, 65_537],
        [65_535, 2],
        ...Array.from({ length: 16 }, (_, i) => [i * 60_000 + 1, 60_001] as const),
      ] as const;
      const read = ([offset, length]: readonly [number, number]) =>
        readAll(store, "ranges", offset, length);
      const results = await Promise.all(ranges.map(read));
      ranges.forEach(([offset, length], i) => {
        const wanted = whole.subarray(offset, offset + length);
        expect(Buffer.compare(results[i]!, wanted)).toBe(0);
      });
      for (const [offset, length] of [[whole.length, 1] as const, [whole.length - 1, 2] as const]) {
        expect(await kindOf(read([offset, length]))).toBe("corrupt");
      }
    });

    test("read minds no reader that stops early", async () => {
      await store.put("x", Buffer.alloc(2_000_000, 7));
      for (let round = 0; round < 20; round++) {
        for await (const part of store.read("x", 0, 2_000_000)) {
          expect(part[0]).toBe(7);
          break;
        }
      }
      expect((await store.get("x")).length).toBe(2_000_000);
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

/** What takes a server seconds: large blobs and many. */
export function blobStoreScale(name: string, factory: BlobStoreFactory): void {
  describe(`${name} with large blobs and many`, () => {
    let store: BlobStore;
    beforeEach(async () => {
      store = await factory.open();
    });
    afterEach(async () => {
      await (factory.close?.(store) ?? store.close());
    });

    test("put takes a stream of 40 MB, replaces it, and refuses it with ifAbsent", async () => {
      const part = Buffer.alloc(1_000_000);
      for (let i = 0; i < part.length; i += 4) part.writeUInt32LE(i, i);
      const parts = Array.from({ length: 40 }, (_, i) => {
        const own = Buffer.from(part);
        own.writeUInt32LE(i, 0);
        return own;
      });
      const whole = Buffer.concat(parts);
      await store.put("large", stream(parts), { ifAbsent: true });
      expect(Buffer.compare(await store.get("large"), whole)).toBe(0);
      expect(await kindOf(store.put("large", stream(parts), { ifAbsent: true }))).toBe("conflict");
      await store.put("large", stream(parts.reverse()));
      expect(Buffer.compare(await store.get("large"), Buffer.concat(parts))).toBe(0);
      expect(await store.list("")).toEqual(new Map([["large", 40_000_000]]));
      const range = await readAll(store, "large", 15_999_999, 8_000_002);
      const wanted = Buffer.concat(parts).subarray(15_999_999, 24_000_001);
      expect(Buffer.compare(range, wanted)).toBe(0);
    });

    test("rejects a stream of 40 MB that ends early, is too long, or breaks", async () => {
      const part = Buffer.alloc(1_000_000);
      const short = stream(Array<Buffer>(39).fill(part), 40_000_000);
      const long = stream(Array<Buffer>(41).fill(part), 40_000_000);
      const failure = new Error("the disk is gone");
      const broken = {
        length: 40_000_000,
        async *open() {
          for (let i = 0; i < 39; i++) yield part;
          throw failure;
        },
      };
      expect(await kindOf(store.put("s", short))).not.toBe("no error");
      expect(await kindOf(store.put("l", long))).not.toBe("no error");
      expect(await kindOf(store.put("b", broken))).toContain("the disk is gone");
      expect((await store.list("")).size).toBe(0);
    });

    test("list and delete take 2,500 blobs", async () => {
      const names = Array.from({ length: 2_500 }, (_, i) => `many/__${i}`);
      let next = 0;
      const lane = async () => {
        while (next < names.length) await store.put(names[next++]!, bytesOf("."), { draft: true });
      };
      await Promise.all(Array.from({ length: 16 }, lane));
      await store.flush();
      await store.put("many-others", bytesOf("."));
      expect((await store.list("many")).size).toBe(2_500);
      expect((await store.list("many", "__1")).size).toBe(1_111);
      await store.delete(names.slice(0, 1_200));
      expect((await store.list("many")).size).toBe(1_300);
      expect(await store.deleteTree("many")).toEqual({ blobs: 1_300, bytes: 1_300 });
      expect((await store.list("many")).size).toBe(0);
      expect((await store.list("")).size).toBe(1);
    });
  });
}
