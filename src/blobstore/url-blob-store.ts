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
    signal?.throwIfAborted();
    const path = checkBlobName(name).split("/").map(encodeURIComponent).join("/");
    // A server that compresses on the way would answer ranges of other bytes.
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (range !== undefined) headers["range"] = range;
    try {
      return await fetch(new URL(path, this.base), { headers, signal: signal ?? null });
    } catch (cause) {
      throw brokenOff(name, cause, signal);
    }
  }

  async get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    const response = await this.request(name, undefined, signal);
    if (response.status !== 200) throw await refused(response, name);
    try {
      return new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw brokenOff(name, cause, signal);
    }
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
    if (response.status === 416) {
      await response.body?.cancel();
      throw shortBlob(name, offset, length);
    }
    if (response.status !== 200 && response.status !== 206) throw await refused(response, name);
    let total: number | undefined;
    // A server without ranges answers 200 and the whole blob.
    let skip = offset;
    try {
      if (response.status === 206) {
        total = checkContentRange(response, name, offset, length);
        skip = 0;
      } else if (response.headers.get("content-encoding") === null) {
        total = numberOf(response.headers.get("content-length"));
      }
      if (total !== undefined && total < offset + length) throw shortBlob(name, offset, length);
    } catch (error) {
      await response.body?.cancel();
      throw error;
    }
    yield* this.partsOf(response, name, { offset, length, skip, total }, signal);
  }

  private async *partsOf(
    response: Response,
    name: string,
    range: { offset: number; length: number; skip: number; total: number | undefined },
    signal: AbortSignal | undefined,
  ): AsyncIterable<Uint8Array> {
    let { skip, length: left } = range;
    try {
      for await (const chunk of response.body ?? []) {
        const part = (chunk as Uint8Array).subarray(skip, skip + left);
        skip = Math.max(0, skip - (chunk as Uint8Array).length);
        if (part.length === 0) continue;
        left -= part.length;
        yield part;
        if (left === 0) return;
      }
    } catch (cause) {
      throw brokenOff(name, cause, signal);
    }
    if (range.total === undefined) throw shortBlob(name, range.offset, range.length);
    throw brokenOff(name, new Error(`${left} of ${range.length} bytes are missing`), signal);
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

  async serverTime(signal?: AbortSignal): Promise<number | undefined> {
    const response = await this.request("index.latest", undefined, signal);
    await response.body?.cancel();
    const date = Date.parse(response.headers.get("date") ?? "");
    return Number.isNaN(date) ? undefined : date;
  }

  async flush(): Promise<void> {}
  async close(): Promise<void> {}
}

/**
 * Checks that a 206 begins where it was asked to; answers the blob's length where the server knows
 * it. What is refused here is no damage of the blob: the way to it answers something else.
 */
function checkContentRange(
  response: Response,
  name: string,
  offset: number,
  length: number,
): number | undefined {
  const text = response.headers.get("content-range");
  // Not allowed by RFC 9110, yet small servers forget it; there is nothing to check then.
  if (text === null) return undefined;
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(text.trim());
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || first !== offset || last < first || last >= offset + length) {
    const asked = `${offset}-${offset + length - 1}`;
    const message = `Access to blob [${name}] failed: asked for bytes ${asked}, answered [${text}]`;
    throw new VarveError("unavailable", message, { type: "i_o_exception" });
  }
  return match[3] === "*" ? undefined : Number(match[3]);
}

function numberOf(text: string | null): number | undefined {
  return text === null || !/^\d+$/.test(text) ? undefined : Number(text);
}

/** The error of a status. */
async function refused(response: Response, name: string): Promise<VarveError> {
  await response.body?.cancel();
  const { status } = response;
  if (status === 404 || status === 410) return missingBlob(name);
  const denied = status === 401 || status === 403;
  const hint = denied ? "; some servers answer so for what is not there" : "";
  const message = `Access to blob [${name}] failed with status ${status}${hint}`;
  const type = denied ? "access_denied_exception" : "i_o_exception";
  return new VarveError("unavailable", message, { type });
}

/** The error of a connection that was not made, or that ended before the answer did. */
function brokenOff(name: string, cause: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (cause instanceof VarveError) return cause;
  const reasons = [cause, (cause as Error).cause].filter((error) => error instanceof Error);
  const message = `Access to blob [${name}] failed: ${reasons.map((e) => e.message).join(": ")}`;
  return new VarveError("unavailable", message, { type: "i_o_exception", cause });
}

function cannotList(description: string): VarveError {
  return new VarveError("unsupported", `${description} cannot list its blobs`, {
    type: "unsupported_operation_exception",
  });
}
