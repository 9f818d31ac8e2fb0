// A shard's files read where they lie: the same bytes, whatever the pages, the parts and the memory;
// every byte fetched once; damage named with snapshot, index, shard, file and blob.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32, seededRandom, systemClock } from "../../../src/base/index.ts";
import {
  ForwardingBlobStore,
  FsBlobStore,
  MemoryBlobStore,
  meter,
  readOnly,
  retry,
} from "../../../src/blobstore/index.ts";
import { PageMiss, withPages } from "../../../src/lucene/store/index.ts";
import {
  BlobDirectory,
  BlobPages,
  type BlobPagesOptions,
  checksumText,
  type FileInfo,
  partCount,
  partLength,
  partName,
} from "../../../src/repository/index.ts";

const FOLDER = "indices/abc/0";
const PLACE = { snapshot: "snap-1", index: "logs", shard: 0 };

/** Notes every range that is read. */
class RecordingStore extends ForwardingBlobStore {
  readonly blobs: Map<string, Uint8Array>;
  readonly ranges: { blob: string; offset: number; length: number }[] = [];

  constructor() {
    const inner = new MemoryBlobStore();
    super(inner);
    this.blobs = inner.blobs;
  }

  override read(blob: string, offset: number, length: number, signal?: AbortSignal) {
    this.ranges.push({ blob, offset, length });
    return super.read(blob, offset, length, signal);
  }

  /** True if no byte was read twice. */
  get isOnce(): boolean {
    const ends = new Map<string, number>();
    const sorted = [...this.ranges].sort((a, b) => a.offset - b.offset);
    return sorted.every(({ blob, offset, length }) => {
      const isBehind = offset >= (ends.get(blob) ?? 0);
      ends.set(blob, offset + length);
      return isBehind;
    });
  }
}

function fileOf(store: RecordingStore, name: string, bytes: Uint8Array, partSize?: number) {
  const info: FileInfo = {
    name: `__${name.replace(/\W/g, "")}`,
    physicalName: name,
    length: bytes.length,
    checksum: checksumText(crc32(bytes.subarray(0, Math.max(0, bytes.length - 8)))),
    writtenBy: "9.12.3",
    ...(partSize === undefined ? {} : { partSize }),
  };
  for (let part = 0; part < partCount(info); part++) {
    const start = part * (partSize ?? 0);
    const blob = `${FOLDER}/${partName(info, part)}`;
    store.blobs.set(blob, bytes.slice(start, start + partLength(info, part)));
  }
  return info;
}

function directoryOf(store: RecordingStore, files: FileInfo[], options?: BlobPagesOptions) {
  const pages = new BlobPages(store, options);
  const snapshot = {
    snapshot: "snap-1",
    indexVersion: 1,
    startTimeMillis: 0,
    timeMillis: 0,
    incrementalFileCount: 0,
    incrementalBytes: 0,
    files,
  };
  return new BlobDirectory(pages, FOLDER, snapshot, PLACE);
}

describe("BlobDirectory", () => {
  test("gives the file's bytes, each fetched once, whatever pages, parts and memory", async () => {
    const read = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.integer({ min: 1, max: 700 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5000 }),
        fc.option(fc.integer({ min: 16, max: 900 }), { nil: undefined }),
        fc.constantFrom(16, 64, 256),
        fc.constantFrom(16, 512, 100_000),
        fc.array(read, { minLength: 1, maxLength: 20 }),
        async (length, partSize, pageBytes, cacheBytes, reads) => {
          const store = new RecordingStore();
          const bytes = seededRandom(length).bytes(length);
          const file = fileOf(store, "_0.doc", bytes, partSize);
          const options = { pageBytes, cacheBytes, gapBytesMax: 64, readBytesMax: 512 };
          const directory = directoryOf(store, [file], options);
          for (const { at, length: wanted } of reads) {
            const start = Math.floor(at * (length - 1));
            const count = Math.min(wanted, length - start);
            const found = await withPages(() => {
              const input = directory.openInput("_0.doc");
              input.seek(start);
              return input.bytesCopy(count);
            });
            expect(Buffer.from(found).equals(bytes.subarray(start, start + count))).toBe(true);
          }
          expect(store.isOnce).toBe(true);
          directory.pages.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  test("makes no request for a file that the metadata holds", () => {
    const store = new RecordingStore();
    const bytes = seededRandom(1).bytes(100);
    const file = { ...fileOf(store, "segments_3", bytes), metaHash: bytes };
    const input = directoryOf(store, [file]).openInput("segments_3");
    expect(Buffer.from(input.bytesCopy(100))).toEqual(Buffer.from(bytes));
    expect(store.ranges).toEqual([]);
  });

  test("asks for all misses of a round at once, near ones in one request", async () => {
    const store = new RecordingStore();
    const bytes = seededRandom(1).bytes(64 * 1024);
    const files = [fileOf(store, "_0.doc", bytes), fileOf(store, "_0.nvd", bytes)];
    const options = { pageBytes: 256, gapBytesMax: 1024 };
    const directory = directoryOf(store, files, options);
    directory.openInput("_0.doc").prefetch(0, 100);
    directory.openInput("_0.doc").prefetch(1000, 100);
    directory.openInput("_0.doc").prefetch(60_000, 10);
    directory.openInput("_0.nvd").prefetch(0, 10);
    await directory.pages.load();
    expect(directory.pages.statistics).toMatchObject({ rounds: 1, requests: 3 });
    expect(store.ranges.map(({ offset, length }) => [offset, length])).toEqual([
      [0, 1280],
      [59_904, 256],
      [0, 256],
    ]);
  });

  test("reads a file in order in few rounds", async () => {
    const store = new RecordingStore();
    const bytes = seededRandom(1).bytes(1 << 20);
    const directory = directoryOf(store, [fileOf(store, "_0.dvd", bytes)], { pageBytes: 1024 });
    const sum = await withPages(() => {
      const input = directory.openInput("_0.dvd");
      let total = 0;
      for (let i = 0; i < bytes.length; i++) total += input.readByte();
      return total;
    });
    expect(sum).toBe(bytes.reduce((total, byte) => total + byte, 0));
    expect(directory.pages.statistics.rounds).toBeLessThanOrEqual(5);
    expect(store.isOnce).toBe(true);
  });

  test("knows a file's footer without reading it", () => {
    const store = new RecordingStore();
    const bytes = seededRandom(1).bytes(1000);
    const file = fileOf(store, "_0.tim", bytes);
    const source = directoryOf(store, [file]).openInput("_0.tim").source;
    const footer = Buffer.from(source.footer!);
    expect(footer.readUInt32BE(0)).toBe(0xc02893e8);
    expect(footer.readBigUInt64BE(8).toString(36)).toBe(file.checksum);
  });

  test("rejects a blob that is gone, with snapshot, shard, file and blob", async () => {
    const store = new RecordingStore();
    const file = fileOf(store, "_0.doc", seededRandom(1).bytes(5000));
    store.blobs.clear();
    const directory = directoryOf(store, [file]);
    const reading = withPages(() => directory.openInput("_0.doc").readByte());
    await expect(reading).rejects.toMatchObject({ kind: "corrupt" });
    const blob = `${FOLDER}/${file.name}`;
    for (const part of [blob, "_0.doc", "snapshot [snap-1]", "shard [logs][0]"]) {
      await expect(reading).rejects.toThrow(part);
    }
  });

  test("rejects a blob that is too short", async () => {
    const store = new RecordingStore();
    const file = fileOf(store, "_0.doc", seededRandom(1).bytes(5000));
    const blob = `${FOLDER}/${file.name}`;
    store.blobs.set(blob, store.blobs.get(blob)!.subarray(0, 4000));
    const directory = directoryOf(store, [file], { pageBytes: 1024 });
    const reading = withPages(() => {
      const input = directory.openInput("_0.doc");
      input.seek(4500);
      return input.readByte();
    });
    await expect(reading).rejects.toThrow(`Blob [${blob}]`);
    await expect(reading).rejects.toMatchObject({ kind: "corrupt" });
  });

  test("rejects with the signal's reason once it is aborted", async () => {
    const store = new RecordingStore();
    const file = fileOf(store, "_0.doc", seededRandom(1).bytes(5000));
    const controller = new AbortController();
    const directory = directoryOf(store, [file], { signal: controller.signal });
    controller.abort(new Error("enough"));
    const reading = withPages(() => directory.openInput("_0.doc").readByte());
    await expect(reading).rejects.toThrow("enough");
  });

  test("rejects changes", () => {
    const directory = directoryOf(new RecordingStore(), []);
    expect(() => directory.createOutput("a")).toThrow("read-only");
    expect(() => directory.deleteFile("a")).toThrow("read-only");
    expect(() => directory.openInput("a")).toThrow("No such file");
  });

  test("reads at once from a store on this machine, behind its wrappers too", () => {
    const folder = mkdtempSync(join(tmpdir(), "varve-local-"));
    try {
      const memory = new RecordingStore();
      const bytes = seededRandom(1).bytes(5000);
      const file = fileOf(memory, "_0.doc", bytes, 1300);
      for (const [name, content] of memory.blobs) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), content);
      }
      const { store, metrics } = meter(new FsBlobStore(folder), systemClock);
      const random = seededRandom(2);
      const wrapped = readOnly(retry(store, { clock: systemClock, random }));
      const pages = new BlobPages(wrapped, { pageBytes: 1024 });
      const snapshot = { ...EMPTY_SHARD, snapshot: "snap-1", files: [file] };
      const directory = new BlobDirectory(pages, FOLDER, snapshot, PLACE);
      const found = directory.openInput("_0.doc").bytesCopy(5000);
      expect(Buffer.from(found).equals(bytes)).toBe(true);
      expect(pages.isLocal).toBe(true);
      expect(pages.statistics).toMatchObject({ rounds: 0, bytes: 5000 });
      expect(metrics.read.bytes).toBe(5000);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("shares the pages of a blob that two snapshots name", async () => {
    const store = new RecordingStore();
    const file = fileOf(store, "_0.doc", seededRandom(1).bytes(5000));
    const first = directoryOf(store, [file]);
    const snapshot = { ...EMPTY_SHARD, snapshot: "snap-2", files: [file] };
    const place = { ...PLACE, snapshot: "snap-2" };
    const second = new BlobDirectory(first.pages, FOLDER, snapshot, place);
    await withPages(() => first.openInput("_0.doc").readByte());
    expect(() => second.openInput("_0.doc").readByte()).not.toThrow(PageMiss);
    expect(store.ranges).toHaveLength(1);
  });
});

const EMPTY_SHARD = {
  indexVersion: 1,
  startTimeMillis: 0,
  timeMillis: 0,
  incrementalFileCount: 0,
  incrementalBytes: 0,
};
