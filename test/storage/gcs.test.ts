import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom, VarveError } from "../../src/base/index.ts";
import type { BlobStore } from "../../src/blobstore/index.ts";
import { blobStoreConformance } from "../conformance/blob-store.ts";
import {
  type FakeGcs,
  openFakeGcs,
  provideFakeGcs,
  startFakeGcs,
} from "../support/storage/fake-gcs.ts";
import { storageSkip } from "../support/storage/process.ts";

const skip = await storageSkip("fake-gcs-server", provideFakeGcs);

describe.skipIf(skip !== undefined)("the gcs provider", () => {
  let server: FakeGcs;
  beforeAll(async () => {
    server = await startFakeGcs();
  });
  afterAll(async () => {
    await server?.stop();
  });

  blobStoreConformance("gcs", {
    open: async () => openFakeGcs(server.endpoint, await server.newBucket()),
  });

  it("put with ifAbsent has one winner in each of 40 rounds of 32 writers", async () => {
    const bucket = await server.newBucket();
    const stores = Array.from({ length: 4 }, () => openFakeGcs(server.endpoint, bucket));
    for (let round = 0; round < 40; round++) {
      const results = await Promise.all(
        Array.from({ length: 32 }, (_, i) => putKind(stores[i % 4]!, `race-${round}`, `w${i}`)),
      );
      expect(results.filter((kind) => kind === "stored").length).toBe(1);
      expect(results.filter((kind) => kind === "conflict").length).toBe(31);
    }
    for (const store of stores) await store.close();
  });

  it("keeps blobs at and around the sizes where uploads change", async () => {
    const store = openFakeGcs(server.endpoint, await server.newBucket());
    const mib = 1024 * 1024;
    const all = Buffer.from(seededRandom(5).bytes(16 * mib + 1));
    for (const length of [5 * mib, 5 * mib + 1, 8 * mib, 8 * mib + 1, 16 * mib, 16 * mib + 1]) {
      const bytes = all.subarray(0, length);
      await store.put("direct", bytes);
      expect(Buffer.compare(Buffer.from(await store.get("direct")), bytes)).toBe(0);
      const parts = { length, open: () => cut(bytes, 1_000_003) };
      await store.put("streamed", parts);
      expect(Buffer.compare(Buffer.from(await store.get("streamed")), bytes)).toBe(0);
    }
    await store.close();
  });

  it("put with ifAbsent holds for uploads of several parts", async () => {
    const bucket = await server.newBucket();
    const store = openFakeGcs(server.endpoint, bucket);
    const contents = [1, 2, 3, 4].map((fill) => Buffer.alloc(9_000_000, fill));
    const results = await Promise.all(contents.map((bytes) => putKind(store, "large", bytes)));
    expect(results.filter((kind) => kind === "stored").length).toBe(1);
    expect(results.filter((kind) => kind === "conflict").length).toBe(3);
    const winner = contents[results.indexOf("stored")]!;
    expect(Buffer.compare(Buffer.from(await store.get("large")), winner)).toBe(0);
    await store.close();
  });

  it("rejects a stream of another length in several parts, and keeps nothing", async () => {
    const store = openFakeGcs(server.endpoint, await server.newBucket());
    for (const length of [17_999_999, 18_000_001]) {
      const stream = { length, open: () => cut(Buffer.alloc(18_000_000), 6_000_000) };
      await expect(store.put("x", stream)).rejects.toThrow("were announced");
    }
    expect((await store.list("")).size).toBe(0);
    await store.close();
  });

  it("list and deleteTree go over many pages", async () => {
    const store = openFakeGcs(server.endpoint, await server.newBucket());
    const names = Array.from({ length: 2_345 }, (_, i) => `many/b${i}`);
    for (let from = 0; from < names.length; from += 100) {
      const some = names.slice(from, from + 100);
      await Promise.all(some.map((name) => store.put(name, Buffer.from("12"))));
    }
    expect((await store.list("many")).size).toBe(2_345);
    expect((await store.list("many", "b23")).size).toBe(56);
    expect(await store.deleteTree("many")).toEqual({ blobs: 2_345, bytes: 4_690 });
    expect(await store.listFolders("")).toEqual([]);
    await store.close();
  });

  it("rejects an unknown bucket, never as a missing blob", async () => {
    const store = openFakeGcs(server.endpoint, "varve-not-there");
    const actions = [
      () => store.get("x"),
      () => store.put("x", Buffer.from("1")),
      () => store.put("x", Buffer.alloc(6_000_000), { ifAbsent: true }),
      () => store.list("folder"),
      () => store.listFolders(""),
      () => store.delete(["x"]),
      () => store.deleteTree("folder"),
    ];
    for (const action of actions) {
      await expect(action()).rejects.toThrow(/bucket \[varve-not-there\] does not exist/);
      await expect(action()).rejects.toMatchObject({ kind: "invalid" });
    }
    await store.close();
  });
});

function* cut(bytes: Uint8Array, partBytes: number): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += partBytes) {
    yield bytes.subarray(from, from + partBytes);
  }
}

async function putKind(
  store: BlobStore,
  name: string,
  content: string | Uint8Array,
): Promise<string> {
  try {
    await store.put(name, Buffer.from(content), { ifAbsent: true });
    return "stored";
  } catch (error) {
    return error instanceof VarveError ? error.kind : String(error);
  }
}
