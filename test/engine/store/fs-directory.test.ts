// FsDirectory's contract, with a small cache and few descriptors so that both bounds are reached.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { FsDirectory } from "../../../src/engine/store/fs-directory.ts";
import { OpenFiles } from "../../../src/engine/store/open-files.ts";
import { PAGE_BYTES, PageCache } from "../../../src/engine/store/page-cache.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function openDirectory(cacheBytes = 4 * PAGE_BYTES, filesMax = 2) {
  const folder = mkdtempSync(join(tmpdir(), "varve-directory-"));
  folders.push(folder);
  const pageCache = new PageCache(cacheBytes);
  const openFiles = new OpenFiles(filesMax);
  return {
    folder,
    pageCache,
    openFiles,
    directory: new FsDirectory(folder, { pageCache, openFiles }),
  };
}

function write(directory: FsDirectory, name: string, bytes: Uint8Array): void {
  const output = directory.createOutput(name);
  output.writeBytes(bytes);
  output.close();
}

function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) + seed) & 255;
  return bytes;
}

test("FsDirectory reads back small files and files of many pages", () => {
  const { directory, pageCache, openFiles } = openDirectory();
  const lengths = [0, 1, 70_000, 300_000, 20 * PAGE_BYTES + 5];
  lengths.forEach((length, i) => {
    write(directory, `f${i}`, pattern(length, i));
  });
  const inputs = lengths.map((_length, i) => directory.openInput(`f${i}`));
  for (let round = 0; round < 2; round++) {
    inputs.forEach((input, i) => {
      input.seek(0);
      expect(Buffer.from(input.bytesCopy(lengths[i]!))).toEqual(
        Buffer.from(pattern(lengths[i]!, i)),
      );
    });
  }
  const input = inputs[4]!;
  const expected = pattern(lengths[4]!, 4);
  for (let position = 0; position < lengths[4]!; position += 7919) {
    input.seek(position);
    expect(input.readByte()).toBe(expected[position]);
  }
  expect(pageCache.usedBytes).toBeLessThanOrEqual(4 * PAGE_BYTES);
  expect(openFiles.count).toBeLessThanOrEqual(2);
  for (const each of inputs) each.close();
  expect(openFiles.count).toBe(0);
});

test("FsDirectory keeps a deleted file readable while it is open", () => {
  const { directory, folder, openFiles } = openDirectory();
  const bytes = pattern(400_000, 1);
  write(directory, "a", bytes);
  const input = directory.openInput("a");
  input.readByte();
  directory.deleteFile("a");
  expect(readdirSync(folder)).toEqual([]);
  write(directory, "a", pattern(400_000, 9));
  write(directory, "b", bytes);
  for (const name of ["a", "b"]) directory.openInput(name).bytesCopy(400_000);
  input.seek(0);
  expect(Buffer.from(input.bytesCopy(400_000)).equals(bytes)).toBe(true);
  expect(directory.openInput("a").readByte()).toBe(9);
  input.close();
  input.close();
  expect(openFiles.count).toBeLessThanOrEqual(2);
});

test("FsDirectory renames, lists and measures", () => {
  const { directory } = openDirectory();
  write(directory, "pending_segments_1", pattern(10, 0));
  directory.sync(["pending_segments_1"]);
  directory.rename("pending_segments_1", "segments_1");
  directory.syncMetadata();
  expect(directory.listAll()).toEqual(["segments_1"]);
  expect(directory.fileLength("segments_1")).toBe(10);
});

test("FsDirectory rejects missing names and names that are taken", () => {
  const { directory } = openDirectory();
  write(directory, "a", pattern(10, 0));
  write(directory, "b", pattern(10, 0));
  expect(() => directory.createOutput("a")).toThrow("File [a] already exists");
  expect(() => directory.rename("a", "b")).toThrow("File [b] already exists");
  expect(() => directory.openInput("x")).toThrow("No such file [x]");
  expect(() => directory.fileLength("x")).toThrow("No such file [x]");
  expect(() => directory.deleteFile("x")).toThrow("No such file [x]");
  expect(() => directory.rename("x", "y")).toThrow("No such file [x]");
  expect(() => directory.sync(["x"])).toThrow("No such file [x]");
});
