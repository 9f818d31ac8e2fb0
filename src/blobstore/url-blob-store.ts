// A repository that is only read, over file: or http(s):. http cannot list, so whoever reads it
// must know the names (a repository finds its generation by `index.latest`). Which URLs are
// allowed at all is the engine's decision (`repositories.url.allowed_urls`). Upstream:
// URLBlobStore.

import { fileURLToPath } from "node:url";
import { illegalArgument, VarveError } from "../base/index.ts";
import { checkBlobName, missingBlob, readOnlyStore, shortBlob } from "./blob-error.ts";
import type { BlobStore, BlobStoreCapabilities, DeleteResult } from "./blob-store.ts";
import { FsBlobStore } from "./fs-blob-store.ts";
import { readOnly } from "./wrap/read-only.ts";

/** A store for a `file:`, `http:` or `https:` URL. */
export function openUrlBlobStore(url: string): BlobStore {
  const parsed = parse(url);
  if (parsed.protocol === "file:") return readOnly(new FsBlobStore(fileURLToPath(parsed)));
  if (parsed.protocol === "http:" || parsed.protocol === "https:") return new HttpBlobStore(parsed);
  const protocol = parsed.protocol.slice(0, -1);
  throw illegalArgument(`unsupported url protocol [${protocol}] from URL [${url}]`);
}

function parse(url: string): URL {
  try {
    return new URL(url.endsWith("/") ? url : `${url}/`);
  } catch (cause) {
    throw illegalArgument(`cannot parse URL [${url}]`, cause);
  }
}

class HttpBlobStore implements BlobStore {
  readonly capabilities: BlobStoreCapabilities = { write: false, putIfAbsent: false, list: false };
  readonly description: string;
  private readonly base: URL;

  constructor(base: URL) {
    this.base = base;
    // Credentials in a URL must not reach a message.
    this.description = `url [${base.origin}${base.pathname}]`;
  }

  private async request(
    name: string,
    range: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const path = checkBlobName(name).split("/").map(encodeURIComponent).join("/");
    const headers: Record<string, string> = range === undefined ? {} : { range };
    let response: Response;
    try {
      response = await fetch(new URL(path, this.base), { headers, signal: signal ?? null });
    } catch (cause) {
      signal?.throwIfAborted();
      const message = `Access to blob [${name}] failed: ${(cause as Error).message}`;
      throw new VarveError("unavailable", message, { type: "i_o_exception", cause });
    }
    if (response.status === 404 || response.status === 410) throw missingBlob(name);
    if (!response.ok) {
      const message = `Access to blob [${name}] failed with status ${response.status}`;
      throw new VarveError("unavailable", message, { type: "i_o_exception" });
    }
    return response;
  }

  async get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    const response = await this.request(name, undefined, signal);
    return new Uint8Array(await response.arrayBuffer());
  }

  async *read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    if (length === 0) return;
    const range = `bytes=${offset}-${offset + length - 1}`;
    const response = await this.request(name, range, signal);
    // A server without ranges answers 200 and the whole blob.
    let skip = response.status === 206 ? 0 : offset;
    let left = length;
    for await (const chunk of response.body ?? []) {
      const part = (chunk as Uint8Array).subarray(skip, skip + left);
      skip = Math.max(0, skip - (chunk as Uint8Array).length);
      if (part.length === 0) continue;
      left -= part.length;
      yield part;
      if (left === 0) return;
    }
    throw shortBlob(name, offset, length);
  }

  async put(): Promise<void> {
    throw readOnlyStore(this.description);
  }

  async list(): Promise<Map<string, number>> {
    throw cannotList(this.description);
  }

  async listFolders(): Promise<string[]> {
    throw cannotList(this.description);
  }

  async delete(): Promise<void> {
    throw readOnlyStore(this.description);
  }

  async deleteTree(): Promise<DeleteResult> {
    throw readOnlyStore(this.description);
  }

  async flush(): Promise<void> {}
  async close(): Promise<void> {}
}

function cannotList(description: string): VarveError {
  return new VarveError("unsupported", `${description} cannot list its blobs`, {
    type: "unsupported_operation_exception",
  });
}
