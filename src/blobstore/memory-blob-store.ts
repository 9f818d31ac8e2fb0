// Blobs in memory: for tests and for repositories of type `memory`. Fulfils the whole contract.

import {
  checkBlobName,
  checkFolder,
  existingBlob,
  missingBlob,
  shortBlob,
  wrongLength,
} from "./blob-error.ts";
import type {
  BlobContent,
  BlobStore,
  BlobStoreCapabilities,
  DeleteResult,
  PutOptions,
} from "./blob-store.ts";

const PART_BYTES = 128 * 1024;

/** A store in memory. */
export class MemoryBlobStore implements BlobStore {
  readonly capabilities: BlobStoreCapabilities = { write: true, putIfAbsent: true, list: true };
  readonly description = "memory";
  /** The blobs by name; tests damage them here. */
  readonly blobs = new Map<string, Uint8Array>();

  async get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted();
    const bytes = this.blobs.get(checkBlobName(name));
    if (bytes === undefined) throw missingBlob(name);
    return bytes;
  }

  async *read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    const bytes = await this.get(name, signal);
    const end = offset + length;
    for (let from = offset; from < end; from += PART_BYTES) {
      signal?.throwIfAborted();
      const part = bytes.subarray(from, Math.min(from + PART_BYTES, end));
      if (part.length === 0 || bytes.length < end) throw shortBlob(name, offset, length);
      yield part;
    }
  }

  async put(name: string, content: BlobContent, options: PutOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    checkBlobName(name);
    const bytes = await collect(name, content, options.signal);
    if (options.ifAbsent === true && this.blobs.has(name)) throw existingBlob(name);
    this.blobs.set(name, bytes);
  }

  async list(folder: string, prefix = "", signal?: AbortSignal): Promise<Map<string, number>> {
    signal?.throwIfAborted();
    const start = startOf(folder);
    const found = new Map<string, number>();
    for (const [name, bytes] of this.blobs) {
      if (!name.startsWith(start + prefix)) continue;
      const rest = name.slice(start.length);
      if (!rest.includes("/")) found.set(rest, bytes.length);
    }
    return found;
  }

  async listFolders(folder: string, signal?: AbortSignal): Promise<string[]> {
    signal?.throwIfAborted();
    const start = startOf(folder);
    const found = new Set<string>();
    for (const name of this.blobs.keys()) {
      if (!name.startsWith(start)) continue;
      const slash = name.indexOf("/", start.length);
      if (slash >= 0) found.add(name.slice(start.length, slash));
    }
    return [...found];
  }

  async delete(names: readonly string[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    for (const name of names) this.blobs.delete(checkBlobName(name));
  }

  async deleteTree(folder: string, signal?: AbortSignal): Promise<DeleteResult> {
    signal?.throwIfAborted();
    const start = startOf(folder);
    const result = { blobs: 0, bytes: 0 };
    for (const [name, bytes] of this.blobs) {
      if (!name.startsWith(start)) continue;
      this.blobs.delete(name);
      result.blobs++;
      result.bytes += bytes.length;
    }
    return result;
  }

  async flush(): Promise<void> {}
  async close(): Promise<void> {}
}

function startOf(folder: string): string {
  return checkFolder(folder) === "" ? "" : `${folder}/`;
}

/** The content in one piece, its length checked. */
export async function collect(
  name: string,
  content: BlobContent,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return Uint8Array.from(content);
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of content.open()) {
    signal?.throwIfAborted();
    parts.push(Uint8Array.from(part));
    total += part.length;
  }
  if (total !== content.length) throw wrongLength(name, content.length, total);
  return Buffer.concat(parts);
}
