// Long walks over a store that is far away: nothing is lost or repeated where pages were missing, the
// throughput is not bound to the round trip, and memory does not grow with the file.

import { describe, expect, test } from "vitest";
import { crc32, seededRandom } from "../../../src/base/index.ts";
import { MemoryBlobStore } from "../../../src/blobstore/index.ts";
import type { IndexInput } from "../../../src/lucene/store/index.ts";
import {
  BlobDirectory,
  BlobPages,
  type BlobPagesOptions,
  checksumText,
  walkWithPages,
} from "../../../src/repository/index.ts";
import { LatencyStore } from "../../support/latency-store.ts";

const BLOCK = 4000;

function farFile(length: number, latencyMs: number, options: BlobPagesOptions = {}) {
  const inner = new MemoryBlobStore();
  const bytes = seededRandom(3).bytes(length);
  inner.blobs.set("indices/i/0/__a", bytes);
  const store = new LatencyStore(inner, latencyMs);
  const pages = new BlobPages(store, options);
  const file = {
    name: "__a",
    physicalName: "_0.fdt",
    length,
    checksum: checksumText(1),
    writtenBy: "9.12.3",
  };
  const snapshot = {
    snapshot: "s",
    indexVersion: 1,
    startTimeMillis: 0,
    timeMillis: 0,
    incrementalFileCount: 1,
    incrementalBytes: length,
    files: [file],
  };
  const place = { snapshot: "s", index: "i", shard: 0 };
  return { store, bytes, directory: new BlobDirectory(pages, "indices/i/0", snapshot, place) };
}

interface Block {
  readonly at: number;
  readonly crc: number;
}

/** Checksums of the blocks behind `last`. */
function* blocks(open: () => IndexInput, last: Block | undefined): Generator<Block> {
  const input = open();
  const start = last === undefined ? 0 : last.at + 1;
  for (let at = start; at * BLOCK < input.length; at++) {
    input.seek(at * BLOCK);
    const length = Math.min(BLOCK, input.length - at * BLOCK);
    yield { at, crc: crc32(input.bytesBorrow(length)) };
  }
}

async function walk(directory: BlobDirectory): Promise<Block[]> {
  const found: Block[] = [];
  const open = () => directory.openInput("_0.fdt");
  for await (const batch of walkWithPages<Block>((last) => blocks(open, last))) {
    found.push(...batch);
  }
  return found;
}

function expected(bytes: Uint8Array): Block[] {
  return Array.from({ length: Math.ceil(bytes.length / BLOCK) }, (_, at) => ({
    at,
    crc: crc32(bytes.subarray(at * BLOCK, (at + 1) * BLOCK)),
  }));
}

describe("walkWithPages", () => {
  test("gives every item once, in order, with and without reading ahead", async () => {
    for (const ahead of [false, true]) {
      const { directory, bytes } = farFile(300_000, 0, { pageBytes: 1024 });
      if (ahead) directory.readInOrder(undefined, 16 * 1024);
      expect(await walk(directory)).toEqual(expected(bytes));
    }
  });

  test("is not bound to the round trip when files are read in order", async () => {
    const { directory, bytes, store } = farFile(48 * 1024 * 1024, 20);
    directory.readInOrder();
    const started = performance.now();
    expect(await walk(directory)).toEqual(expected(bytes));
    const elapsed = performance.now() - started;
    const { requests, atOnceMax } = store.counts;
    // 48 requests of 1 MB, one after the other, would be 48 × 20 ms in waiting alone.
    expect(requests).toBeLessThanOrEqual(60);
    expect(atOnceMax).toBeGreaterThanOrEqual(4);
    expect(store.counts.bytes).toBe(bytes.length);
    expect(elapsed).toBeLessThan(requests * 20);
  });

  test("throws what a page cannot be had for", async () => {
    const { directory, store } = farFile(300_000, 0, { pageBytes: 1024 });
    directory.readInOrder(undefined, 16 * 1024);
    const read = store.read.bind(store);
    store.read = (name, offset, length) => read(offset < 200_000 ? name : "gone", offset, length);
    await expect(walk(directory)).rejects.toMatchObject({ kind: "corrupt" });
  });
});
