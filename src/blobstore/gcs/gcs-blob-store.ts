// A bucket of Google Cloud Storage as a blob store, over the JSON API.
//
//   get, read    GET    /storage/v1/b/BUCKET/o/NAME?alt=media         with a Range
//   put          POST   /upload/storage/v1/b/BUCKET/o?uploadType=…    see gcs-upload.ts
//   list         GET    /storage/v1/b/BUCKET/o?prefix=&delimiter=/    pages of 1000
//   delete       DELETE /storage/v1/b/BUCKET/o/NAME                   16 at once
//
// The store is strongly consistent, and `ifAbsent` is ifGenerationMatch=0: the bucket decides.
// Upstream: GoogleCloudStorageBlobStore.

import type { VarveError } from "../../base/index.ts";
import { checkBlobName, checkFolder, existingBlob, missingBlob, shortBlob } from "../blob-error.ts";
import type {
  BlobContent,
  BlobStore,
  BlobStoreCapabilities,
  DeleteResult,
  PutOptions,
} from "../blob-store.ts";
import { inParallel } from "../content-parts.ts";
import type { StoreAddress, StoreContext } from "../store-address.ts";
import type { StoreAction } from "../store-failure.ts";
import { type GcsCredentials, gcsCredentials, parseJson, stringOf } from "./gcs-credentials.ts";
import { type GcsFailure, gcsBroken, gcsFailure, gcsRefusal, missingBucket } from "./gcs-error.ts";
import { type GcsSettings, readGcsSettings } from "./gcs-settings.ts";
import { type HttpAnswer, type HttpRequest, HttpTransport, readText } from "./gcs-transport.ts";
import { uploadToGcs } from "./gcs-upload.ts";

const DELETES_AT_ONCE = 16;
/** 1000 names of at most 1024 bytes, escaped, with their lengths. */
const PAGE_BYTES_MAX = 16 * 1024 * 1024;

/** Opens a bucket. Errors: illegal_argument_exception, settings_exception of a setting. */
export function openGcsBlobStore(address: StoreAddress, context: StoreContext): BlobStore {
  return new GcsBlobStore(readGcsSettings(address, process.env), context);
}

/** A page of a listing. */
interface Page {
  items: Map<string, number>;
  prefixes: string[];
  next: string | undefined;
}

class GcsBlobStore implements BlobStore {
  readonly capabilities: BlobStoreCapabilities = { write: true, putIfAbsent: true, list: true };
  readonly description: string;
  private readonly settings: GcsSettings;
  private readonly transport: HttpTransport;
  private readonly credentials: GcsCredentials;

  constructor(settings: GcsSettings, context: StoreContext) {
    this.settings = settings;
    this.description = `gcs [${settings.bucket}]`;
    this.transport = new HttpTransport({ ...settings, clock: context.clock });
    this.credentials = gcsCredentials(settings, this.transport, context.clock);
  }

  private action(operation: string, name: string): StoreAction {
    return { store: this.description, operation, name };
  }

  private url(path: string, query: Record<string, string> = {}): string {
    const text = new URLSearchParams(query).toString();
    const bucket = encodeURIComponent(this.settings.bucket);
    return `${this.settings.endpoint}${path.replace("BUCKET", bucket)}${text === "" ? "" : `?${text}`}`;
  }

  private blobUrl(name: string, query?: Record<string, string>): string {
    return this.url(`/storage/v1/b/BUCKET/o/${encodeURIComponent(name)}`, query);
  }

  /** Sends with a token; once more with a new one where the first was not taken. */
  private async send(action: StoreAction, request: HttpRequest): Promise<HttpAnswer> {
    const { signal } = request;
    for (let attempt = 1; ; attempt++) {
      let answer: HttpAnswer;
      try {
        const authorization = await this.credentials.headers(signal);
        answer = await this.transport.send({
          ...request,
          headers: {
            "user-agent": this.settings.applicationName,
            ...request.headers,
            ...authorization,
          },
        });
      } catch (error) {
        throw gcsBroken(action, error, signal);
      }
      if (answer.status !== 401 || attempt > 1) return answer;
      await readText(answer).catch(() => {});
      this.credentials.forget();
    }
  }

  private async failureOf(action: StoreAction, answer: HttpAnswer, signal?: AbortSignal) {
    try {
      return await gcsFailure(answer);
    } catch (error) {
      throw gcsBroken(action, error, signal);
    }
  }

  /** The error of a 404: of the blob where the bucket is there, else of the bucket. */
  private async missing(
    action: StoreAction,
    name: string,
    failure: GcsFailure,
    signal?: AbortSignal,
  ): Promise<VarveError> {
    if (/no such object/i.test(failure.message)) return missingBlob(name);
    if (/bucket does not exist/i.test(failure.message)) {
      return missingBucket(action, this.settings.bucket);
    }
    const url = this.url("/storage/v1/b/BUCKET/o", { maxResults: "1", fields: "kind" });
    const answer = await this.send(action, { method: "GET", url, signal });
    await readText(answer).catch(() => {});
    return answer.status === 404 ? missingBucket(action, this.settings.bucket) : missingBlob(name);
  }

  private async media(
    action: StoreAction,
    name: string,
    range: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<HttpAnswer> {
    const answer = await this.send(action, {
      method: "GET",
      url: this.blobUrl(name, { alt: "media" }),
      headers: {
        // Bytes come as they are stored, also those of a blob that says it is compressed.
        "accept-encoding": "gzip",
        ...(range === undefined ? {} : { range }),
      },
      signal,
    });
    if (answer.status === 200 || answer.status === 206 || answer.status === 416) return answer;
    const failure = await this.failureOf(action, answer, signal);
    if (failure.status === 404) throw await this.missing(action, name, failure, signal);
    throw gcsRefusal(action, failure);
  }

  async get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    const action = this.action("get", checkBlobName(name));
    const answer = await this.media(action, name, undefined, signal);
    const parts: Uint8Array[] = [];
    try {
      for await (const part of answer.body) parts.push(part);
    } catch (error) {
      throw gcsBroken(action, error, signal);
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  async *read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    const action = this.action("read", checkBlobName(name));
    signal?.throwIfAborted();
    if (length === 0) return;
    const range = `bytes=${offset}-${offset + length - 1}`;
    const answer = await this.media(action, name, range, signal);
    if (answer.status === 416) {
      answer.discard();
      throw shortBlob(name, offset, length);
    }
    // A server without ranges answers 200 and the whole blob.
    let skip = answer.status === 206 ? 0 : offset;
    let left = length;
    const parts = answer.body[Symbol.asyncIterator]();
    try {
      while (left > 0) {
        const next = await parts.next().catch((error: unknown) => {
          throw gcsBroken(action, error, signal);
        });
        if (next.done) throw shortBlob(name, offset, length);
        const part = next.value.subarray(skip, skip + left);
        skip = Math.max(0, skip - next.value.length);
        left -= part.length;
        if (part.length > 0) yield part;
      }
      // The last bytes are read too, so that the connection can be used again.
      if (answer.status === 206) await parts.next().catch(() => {});
    } finally {
      await parts.return?.();
    }
  }

  async put(name: string, content: BlobContent, options: PutOptions = {}): Promise<void> {
    const { signal } = options;
    signal?.throwIfAborted();
    const action = this.action("put", checkBlobName(name));
    const ifAbsent = options.ifAbsent === true;
    const failed = await uploadToGcs(
      (request) => this.send(action, request),
      this.url("/upload/storage/v1/b/BUCKET/o"),
      { action, name, content, ifAbsent, signal },
    );
    if (failed === undefined) return;
    if (failed.status === 412) throw existingBlob(name);
    if (failed.status === 404) throw missingBucket(action, this.settings.bucket);
    throw gcsRefusal(action, failed);
  }

  private async page(
    action: StoreAction,
    query: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<Page> {
    const answer = await this.send(action, {
      method: "GET",
      url: this.url("/storage/v1/b/BUCKET/o", query),
      signal,
    });
    if (answer.status !== 200) {
      const failure = await this.failureOf(action, answer, signal);
      if (failure.status === 404) throw missingBucket(action, this.settings.bucket);
      throw gcsRefusal(action, failure);
    }
    try {
      return pageOf(parseJson(await readText(answer, PAGE_BYTES_MAX)));
    } catch (error) {
      throw gcsBroken(action, error, signal);
    }
  }

  private async *pages(
    folder: string,
    prefix: string,
    delimiter: string,
    fields: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Page> {
    const action = this.action("list", folder);
    const query: Record<string, string> = {
      prefix: (folder === "" ? "" : `${folder}/`) + prefix,
      maxResults: "1000",
      fields: `${fields},nextPageToken`,
    };
    if (delimiter !== "") query["delimiter"] = delimiter;
    for (let next: string | undefined = ""; next !== undefined; ) {
      const page = await this.page(
        action,
        next === "" ? query : { ...query, pageToken: next },
        signal,
      );
      yield page;
      next = page.next;
    }
  }

  async list(folder: string, prefix = "", signal?: AbortSignal): Promise<Map<string, number>> {
    signal?.throwIfAborted();
    const start = checkFolder(folder) === "" ? 0 : folder.length + 1;
    const found = new Map<string, number>();
    for await (const page of this.pages(folder, prefix, "/", "items(name,size)", signal)) {
      for (const [name, length] of page.items) {
        if (name.length > start) found.set(name.slice(start), length);
      }
    }
    return found;
  }

  async listFolders(folder: string, signal?: AbortSignal): Promise<string[]> {
    signal?.throwIfAborted();
    const start = checkFolder(folder) === "" ? 0 : folder.length + 1;
    const found = new Set<string>();
    for await (const page of this.pages(folder, "", "/", "prefixes", signal)) {
      for (const prefix of page.prefixes) found.add(prefix.slice(start, -1));
    }
    return [...found];
  }

  private async deleteOne(name: string, signal: AbortSignal | undefined): Promise<void> {
    const action = this.action("delete", name);
    const request: HttpRequest = { method: "DELETE", url: this.blobUrl(name), signal };
    const answer = await this.send(action, request);
    if (answer.status === 204 || answer.status === 200) {
      await readText(answer).catch(() => {});
      return;
    }
    const failure = await this.failureOf(action, answer, signal);
    if (failure.status !== 404) throw gcsRefusal(action, failure);
    const error = await this.missing(action, name, failure, signal);
    if (error.kind !== "missing") throw error;
  }

  async delete(names: readonly string[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    for (const name of names) checkBlobName(name);
    await inParallel(names, DELETES_AT_ONCE, (name) => this.deleteOne(name, signal));
  }

  async deleteTree(folder: string, signal?: AbortSignal): Promise<DeleteResult> {
    signal?.throwIfAborted();
    checkFolder(folder);
    const result = { blobs: 0, bytes: 0 };
    for await (const page of this.pages(folder, "", "", "items(name,size)", signal)) {
      await inParallel(page.items, DELETES_AT_ONCE, async ([name, length]) => {
        await this.deleteOne(name, signal);
        result.blobs++;
        result.bytes += length;
      });
    }
    return result;
  }

  async serverTime(signal?: AbortSignal): Promise<number | undefined> {
    const url = this.url("/storage/v1/b/BUCKET/o", { maxResults: "1", fields: "kind" });
    const answer = await this.send(this.action("list", ""), { method: "GET", url, signal });
    answer.discard();
    const date = Date.parse(answer.headers.date ?? "");
    return Number.isNaN(date) ? undefined : date;
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {
    this.transport.close();
  }
}

function pageOf(json: Record<string, unknown>): Page {
  const items = new Map<string, number>();
  for (const item of arrayOf(json["items"])) {
    const { name, size } = item as { name?: unknown; size?: unknown };
    if (typeof name === "string") items.set(name, Number(size));
  }
  const prefixes = arrayOf(json["prefixes"]).filter((text) => typeof text === "string");
  return { items, prefixes, next: stringOf(json["nextPageToken"]) || undefined };
}

function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
