// The recorded indices of written-by-lucene/: a folder a version of Lucene, an archive an index.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";

const DATA = join(import.meta.dirname, "written-by-lucene");
const BLOCK_BYTES = 512;

export const VERSIONS = readdirSync(DATA).filter((name) => name.startsWith("lucene-"));

/** The archives of a version: indices are sorted since 6.2. */
export function indicesOf(version: string): string[] {
  const names = readdirSync(join(DATA, version)).filter((name) => name.endsWith(".tar.gz"));
  return names.map((name) => name.slice(0, -".tar.gz".length));
}

/** What Lucene answered, by `index/field`. */
export function expectedOf(version: string): Record<string, string> {
  return JSON.parse(readFileSync(join(DATA, version, "expected.json"), "utf8"));
}

/** The files of one archive of a version. */
export function oldIndex(version: string, index: string): MemoryDirectory {
  return unpackIndex(join(DATA, version, `${index}.tar.gz`));
}

/** The files of a compressed tar archive. */
export function unpackIndex(path: string): MemoryDirectory {
  const tar = gunzipSync(readFileSync(path));
  const directory = new MemoryDirectory();
  for (let at = 0; at + BLOCK_BYTES <= tar.length && tar[at] !== 0; ) {
    const name = tar.toString("latin1", at, tar.indexOf(0, at));
    const length = Number.parseInt(tar.toString("latin1", at + 124, at + 135), 8);
    const start = at + BLOCK_BYTES;
    directory.files.set(name, new Uint8Array(tar.subarray(start, start + length)));
    at = start + Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return directory;
}
