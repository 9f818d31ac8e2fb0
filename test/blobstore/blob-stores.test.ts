import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { seededRandom, systemClock, VarveError } from "../../src/base/index.ts";
import {
  type BlobStore,
  ByteRate,
  FsBlobStore,
  injectFaults,
  MemoryBlobStore,
  meter,
  openUrlBlobStore,
  readOnly,
  retry,
  throttle,
  timeout,
} from "../../src/blobstore/index.ts";
import { blobStoreConformance, blobStoreScale } from "../conformance/blob-store.ts";

async function openFs(): Promise<FsBlobStore> {
  return new FsBlobStore(await mkdtemp(join(tmpdir(), "varve-blobs-")));
}

const closeFs = async (store: BlobStore) => {
  await store.close();
  await rm((store as FsBlobStore).root, { recursive: true, force: true });
};

const unavailable = () => new VarveError("unavailable", "busy");
const quick = { clock: systemClock, random: seededRandom(1), pauseMs: 1, attemptsMax: 15 };

blobStoreConformance("FsBlobStore", { open: openFs, close: closeFs });
blobStoreConformance("MemoryBlobStore", { open: async () => new MemoryBlobStore() });
blobStoreScale("FsBlobStore", { open: openFs, close: closeFs });
blobStoreScale("MemoryBlobStore", { open: async () => new MemoryBlobStore() });
blobStoreConformance("retry over faults", {
  async open() {
    const random = seededRandom(7);
    return retry(
      injectFaults(new MemoryBlobStore(), (call) => {
        // A deletion is repeated as a whole, so it gets fewer faults.
        if (random.next() > (call === "delete" ? 0.1 : 0.3)) return undefined;
        return {
          error: unavailable(),
          when: call !== "deleteTree" && random.next() < 0.5 ? "after" : "before",
        };
      }),
      quick,
    );
  },
});
blobStoreConformance("throttle, timeout and meter", {
  async open() {
    const rate = new ByteRate(systemClock, 500_000_000);
    const slow = throttle(new MemoryBlobStore(), { read: rate, write: rate });
    return meter(timeout(slow, systemClock, 20_000), systemClock).store;
  },
});

describe("FsBlobStore", () => {
  test("flush makes many drafts durable at once", async () => {
    const store = await openFs();
    for (let i = 0; i < 300; i++)
      await store.put(`d${i % 7}/b${i}`, Buffer.from("x"), { draft: true });
    await store.flush();
    expect((await store.listFolders("")).length).toBe(7);
    await closeFs(store);
  });

  test("leaves no pending blob behind when a put fails", async () => {
    const store = await openFs();
    await store.put("a", Buffer.from("x"));
    await expect(store.put("a", Buffer.from("y"), { ifAbsent: true })).rejects.toThrow(
      "blob [a] already exists, cannot overwrite",
    );
    expect([...(await store.list("")).keys()]).toEqual(["a"]);
    await closeFs(store);
  });
});

describe("throttle", () => {
  test("holds the rate, and lets a raised rate take effect during a transfer", async () => {
    const rate = new ByteRate(systemClock, 1_000_000);
    const store = throttle(new MemoryBlobStore(), { write: rate });
    const parts = {
      length: 400_000,
      *open() {
        for (let i = 0; i < 4; i++) yield Buffer.alloc(100_000);
      },
    };
    const start = systemClock.monotonic();
    await store.put("slow", parts);
    const took = systemClock.monotonic() - start;
    expect(took).toBeGreaterThan(250);
    expect(rate.throttledMillis).toBeGreaterThan(200);
    rate.bytesPerSecond = 10;
    const transfer = store.put("raised", parts);
    systemClock.after(50, () => {
      rate.bytesPerSecond = 0;
    });
    await transfer;
    expect(systemClock.monotonic() - start - took).toBeLessThan(3000);
  });
});

describe("retry", () => {
  test("takes its own first try, whose answer was lost, for a success", async () => {
    const inner = new MemoryBlobStore();
    let lost = 0;
    const store = retry(
      injectFaults(inner, (call) =>
        call === "put" && lost++ === 0 ? { error: unavailable(), when: "after" } : undefined,
      ),
      quick,
    );
    await store.put("index-5", Buffer.from("mine"), { ifAbsent: true });
    await expect(store.put("index-5", Buffer.from("yours"), { ifAbsent: true })).rejects.toThrow();
  });
});

describe("retry of what does not pass", () => {
  test("rejects denied access at once", async () => {
    let tries = 0;
    const error = new VarveError("unavailable", "denied", { type: "access_denied_exception" });
    const store = retry(
      injectFaults(new MemoryBlobStore(), () => {
        tries++;
        return { error, when: "before" };
      }),
      quick,
    );
    await expect(store.get("a")).rejects.toBe(error);
    expect(tries).toBe(1);
  });

  test("rejects with the conflict when the blob in the way is gone by then", async () => {
    const conflict = new VarveError("conflict", "it was there");
    const errors = [unavailable(), conflict];
    const store = retry(
      injectFaults(new MemoryBlobStore(), (call) =>
        call === "put" ? { error: errors.shift(), when: "before" } : undefined,
      ),
      quick,
    );
    await expect(store.put("a", Buffer.from("x"), { ifAbsent: true })).rejects.toBe(conflict);
  });
});

describe("timeout", () => {
  test("ends the transfer when its reader stops in the middle", async () => {
    const inner = new MemoryBlobStore();
    await inner.put("a", Buffer.alloc(1_000_000));
    let ended = false;
    const read = inner.read.bind(inner);
    inner.read = async function* (...range) {
      try {
        yield* read(...range);
      } finally {
        ended = true;
      }
    };
    for await (const _ of timeout(inner, systemClock, 1000).read("a", 0, 1_000_000)) break;
    expect(ended).toBe(true);
  });

  test("rejects a call that takes too long as unavailable", async () => {
    const stuck = new MemoryBlobStore();
    stuck.get = () => new Promise(() => {});
    const store = timeout(stuck, systemClock, 20);
    await expect(store.get("a")).rejects.toThrow("Blob store did not get [a] within 20 ms");
  });
});

describe("readOnly", () => {
  test("rejects every change and says so in its capabilities", async () => {
    const store = readOnly(new MemoryBlobStore());
    expect(store.capabilities.write).toBe(false);
    await expect(store.put("a", Buffer.from(""))).rejects.toThrow("memory is read-only");
    await expect(store.delete(["a"])).rejects.toThrow("read-only");
    await expect(store.deleteTree("a")).rejects.toThrow("read-only");
  });
});

describe("openUrlBlobStore", () => {
  test("reads file: URLs", async () => {
    const files = await openFs();
    await files.put("index.latest", Buffer.from("12345678"));
    const store = openUrlBlobStore(pathToFileURL(files.root).href);
    expect((await store.get("index.latest")).length).toBe(8);
    await expect(store.put("x", Buffer.from(""))).rejects.toThrow("read-only");
    await closeFs(files);
  });

  test("reads http: URLs with ranges, or without where the server has none", async () => {
    const body = Buffer.from("0123456789");
    const server = createServer((request, response) => {
      if (request.url === "/r/none") return response.writeHead(404).end();
      const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
      if (range === null || request.url === "/r/whole") return response.end(body);
      response.writeHead(206).end(body.subarray(Number(range[1]), Number(range[2]) + 1));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const store = openUrlBlobStore(`http://127.0.0.1:${(server.address() as AddressInfo).port}/r`);
    expect(Buffer.from(await store.get("a")).toString()).toBe("0123456789");
    for (const name of ["a", "whole"]) {
      const parts: Uint8Array[] = [];
      for await (const part of store.read(name, 3, 4)) parts.push(Uint8Array.from(part));
      expect(Buffer.concat(parts).toString()).toBe("3456");
    }
    await expect(store.get("none")).rejects.toThrow("Blob [none] does not exist");
    await expect(store.list("")).rejects.toThrow("cannot list");
    server.close();
  });

  test("rejects other protocols", () => {
    expect(() => openUrlBlobStore("ftp://x/y")).toThrow("unsupported url protocol [ftp]");
  });
});

describe("FsBlobStore", () => {
  test.skipIf(process.platform === "win32")("FsBlobStore waits for no pipe's writer", async () => {
    const store = await openFs();
    execFileSync("mkfifo", [join(store.root, "pipe")]);
    expect((await store.get("pipe")).length).toBe(0);
    expect(() => store.readSync("pipe", 0, 1)).toThrow("pipe");
    await closeFs(store);
  });

  test("rejects a file as its root", async () => {
    const store = await openFs();
    await store.put("file", new Uint8Array(1));
    const nested = new FsBlobStore(join(store.root, "file"));
    await expect(nested.list("")).rejects.toThrow("is a file, not a folder");
    expect((await store.list("file")).size).toBe(0);
    await closeFs(store);
  });
});
