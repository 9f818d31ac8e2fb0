// Shards of the repositories that real servers wrote, as directories in memory. This reads just
// enough of a repository to find a shard's files; the product's own reader is tested elsewhere.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { MemoryDirectory } from "../../../src/lucene/store/index.ts";
import { decodeSmile } from "../../../src/xcontent/index.ts";

interface FileEntry {
  readonly name: string;
  readonly physical_name: string;
  readonly length: number;
  readonly part_size?: number;
  readonly meta_hash?: Uint8Array;
}

/** The content of a checksummed blob: SMILE, deflated or not, between a header and a footer. */
function readBlob(path: string): any {
  const bytes = readFileSync(path);
  const header = 4 + 1 + bytes[4]! + 4;
  const body = bytes.subarray(header, bytes.length - 16);
  const deflated = body.subarray(0, 4).toString("latin1") === "DFL\0";
  return decodeSmile(deflated ? inflateRawSync(body.subarray(4)) : body);
}

/** Names and ids of the indices of a repository with one snapshot. */
export function fixtureIndices(repository: string): { name: string; id: string }[] {
  const root = JSON.parse(readFileSync(join(repository, "index-0"), "utf8"));
  return Object.entries<{ id: string }>(root.indices).map(([name, { id }]) => ({ name, id }));
}

/** Every shard of an index, as its only snapshot holds it; shards may lie under hashed prefixes. */
export function fixtureShards(repository: string, indexId: string): MemoryDirectory[] {
  const root = JSON.parse(readFileSync(join(repository, "index-0"), "utf8"));
  const snapshot = root.snapshots[0].uuid;
  const inner = `/indices/${indexId}/`;
  const paths = readdirSync(repository, { recursive: true, encoding: "utf8" })
    .filter((path) => `/${path}`.includes(inner) && path.endsWith(`/snap-${snapshot}.dat`))
    .sort();
  return paths.map((path) => {
    const folder = join(repository, path, "..");
    const directory = new MemoryDirectory();
    for (const file of readBlob(join(repository, path)).files as FileEntry[]) {
      directory.files.set(file.physical_name, fileBytes(folder, file));
    }
    return directory;
  });
}

function fileBytes(folder: string, file: FileEntry): Uint8Array {
  if (file.name.startsWith("v__")) return file.meta_hash!;
  if (existsSync(join(folder, file.name))) return readFileSync(join(folder, file.name));
  const parts: Uint8Array[] = [];
  for (let part = 0; existsSync(join(folder, `${file.name}.part${part}`)); part++) {
    parts.push(readFileSync(join(folder, `${file.name}.part${part}`)));
  }
  return Buffer.concat(parts);
}
