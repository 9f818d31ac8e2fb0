// Repositories in S3 and what speaks its protocol. A blob's name is its key; the repository's
// base_path is put before by its owner. The SDK is loaded at the first call. Upstream: S3BlobStore,
// S3BlobContainer. Settings and IAM actions: docs/providers/s3.md.

import { VarveError } from "../../base/index.ts";
import { checkBlobName, checkFolder, shortBlob } from "../blob-error.ts";
import type {
  BlobContent,
  BlobStore,
  BlobStoreCapabilities,
  DeleteResult,
  PutOptions,
} from "../blob-store.ts";
import type { StoreAddress, StoreContext } from "../store-address.ts";
import { ByteBudget, PartBuffers } from "./byte-budget.ts";
import { ChecksumLadder } from "./s3-checksum.ts";
import { ConditionalPuts } from "./s3-conditional-put.ts";
import { s3Credentials } from "./s3-credentials.ts";
import { deleteKeys } from "./s3-delete.ts";
import { s3Error } from "./s3-error.ts";
import { S3Requests } from "./s3-requests.ts";
import { S3Session } from "./s3-session.ts";
import { type S3Settings, s3Settings } from "./s3-settings.ts";
import { MultipartUpload, partSizeBytes, putSingle, wholeContent } from "./s3-upload.ts";

/** Memory for the buffers of all uploads of a store. */
const UPLOAD_BYTES_MAX = 64 * 1024 * 1024;
const PROVABLE_BYTES_MAX = 1024 * 1024;

/** Opens a store. Nothing is asked of it yet. Error: a setting's, in the real server's words. */
export function openS3BlobStore(address: StoreAddress, context: StoreContext): S3BlobStore {
  const settings = s3Settings(address);
  const credentials = s3Credentials(address, context.clock);
  return new S3BlobStore(settings, new S3Session(settings.client, credentials, context));
}

/** A store in a bucket. */
export class S3BlobStore implements BlobStore {
  readonly description: string;
  private readonly requests: S3Requests;
  private readonly settings: S3Settings;
  private readonly puts: ChecksumLadder;
  private readonly deletions: ChecksumLadder;
  private readonly conditional: ConditionalPuts;
  private emptyFolders: boolean | undefined;
  private readonly memory = {
    budget: new ByteBudget(UPLOAD_BYTES_MAX),
    buffers: new PartBuffers(UPLOAD_BYTES_MAX),
  };

  constructor(settings: S3Settings, session: S3Session) {
    this.settings = settings;
    const { endpoint } = settings.client;
    this.description = `s3 [${endpoint === undefined ? "" : `${endpoint}/`}${settings.bucket}]`;
    this.requests = new S3Requests(settings, session);
    const first = settings.client.legacyMd5 ? "md5" : "crc32";
    this.puts = new ChecksumLadder(first);
    this.deletions = new ChecksumLadder(first);
    this.conditional = new ConditionalPuts(this.requests);
  }

  /** `putIfAbsent` holds until the store has shown otherwise: see s3-conditional-put.ts. */
  get capabilities(): BlobStoreCapabilities {
    return { write: true, putIfAbsent: this.conditional.supported, list: true };
  }

  async get(name: string, signal?: AbortSignal): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this.body(checkBlobName(name), undefined, signal)) parts.push(part);
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  async *read(
    name: string,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    checkBlobName(name);
    if (length === 0) return;
    let left = length;
    for await (const part of this.body(name, { offset, length }, signal)) {
      left -= part.length;
      yield part;
    }
    if (left !== 0) throw shortBlob(name, offset, length);
  }

  /** The bytes of one answer. Error: `unavailable` when it breaks off. */
  private async *body(
    name: string,
    range: { offset: number; length: number } | undefined,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    const call = this.requests.call("GetObject", name);
    const end = range === undefined ? 0 : range.offset + range.length;
    const input = {
      ...this.requests.target(name),
      ...(range === undefined ? {} : { Range: `bytes=${range.offset}-${end - 1}` }),
    };
    try {
      const answer = await this.requests.sendRaw(
        ({ client, sdk }, options) => client.send(new sdk.GetObjectCommand(input), options),
        signal,
      );
      // A store without ranges answers all: then what lies before and behind is dropped.
      const isWhole = range !== undefined && answer.ContentRange === undefined;
      let skip = isWhole ? range.offset : 0;
      let keep = isWhole ? range.length : Number.POSITIVE_INFINITY;
      let received = 0;
      for await (const chunk of (answer.Body ?? []) as AsyncIterable<Uint8Array>) {
        received += chunk.length;
        const part = chunk.subarray(skip, skip + keep);
        skip = Math.max(0, skip - chunk.length);
        keep -= part.length;
        if (part.length > 0) yield part;
        if (keep === 0) return;
      }
      const announced = answer.ContentLength;
      if (announced !== undefined && received !== announced) {
        const message = `S3 GetObject of [${name}] in ${this.requests.where()} broke off after`;
        throw new VarveError("unavailable", `${message} ${received} of ${announced} bytes`, {
          type: "s3_exception",
        });
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (range !== undefined && isBeyondEnd(error)) {
        throw shortBlob(name, range.offset, range.length);
      }
      throw s3Error(call, error);
    }
  }

  async put(name: string, content: BlobContent, options: PutOptions = {}): Promise<void> {
    const { signal } = options;
    signal?.throwIfAborted();
    checkBlobName(name);
    const partSize = partSizeBytes(this.settings, content);
    try {
      if (partSize === undefined) await this.putWhole(name, content, options);
      else await this.putParts(name, content, partSize, options);
    } catch (error) {
      signal?.throwIfAborted();
      const operation = partSize === undefined ? "PutObject" : "UploadPart";
      throw this.requests.told(this.requests.call(operation, name), error);
    }
  }

  private async putWhole(name: string, content: BlobContent, options: PutOptions): Promise<void> {
    const { signal, ifAbsent } = options;
    const inMemory = content instanceof Uint8Array;
    const release = await this.memory.budget.acquire(inMemory ? 0 : content.length, signal);
    try {
      const bytes = await wholeContent(name, content, signal);
      const send = (withHeader: boolean) =>
        putSingle(this.requests, this.puts, name, bytes, withHeader, signal);
      if (ifAbsent !== true) {
        await send(false);
        return;
      }
      const isOurs = async () => Buffer.compare(await this.get(name, signal), bytes) === 0;
      const provable = bytes.length <= PROVABLE_BYTES_MAX;
      await this.conditional.put({ name, signal, provable, send, isOurs });
    } finally {
      release();
    }
  }

  private async putParts(
    name: string,
    content: BlobContent,
    partSize: number,
    options: PutOptions,
  ): Promise<void> {
    const { signal, ifAbsent } = options;
    const send = (withHeader: boolean) =>
      new MultipartUpload(this.requests, this.puts, this.memory, name).run(
        content,
        partSize,
        withHeader,
        signal,
      );
    if (ifAbsent !== true) return send(false);
    const isOurs = async () => false;
    return this.conditional.put({ name, signal, provable: false, send, isOurs });
  }

  async list(folder: string, prefix = "", signal?: AbortSignal): Promise<Map<string, number>> {
    const start = startOf(folder);
    const found = new Map<string, number>();
    for await (const page of this.requests.list(start + prefix, "/", signal)) {
      for (const { Key: key, Size: size } of page.objects) {
        // Consoles make folders by empty objects whose names end in a slash.
        if (key === undefined || key.endsWith("/") || !key.startsWith(start)) continue;
        found.set(key.slice(start.length), size ?? 0);
      }
    }
    return found;
  }

  async listFolders(folder: string, signal?: AbortSignal): Promise<string[]> {
    const start = startOf(folder);
    const found = new Set<string>();
    for await (const page of this.requests.list(start, "/", signal)) {
      for (const { Prefix: path } of page.folders) {
        const name = path?.slice(start.length, -1);
        if (name !== undefined && name !== "") found.add(name);
      }
    }
    return [...found];
  }

  async delete(names: readonly string[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    for (const name of names) checkBlobName(name);
    await deleteKeys(this.requests, this.deletions, names, signal);
  }

  async deleteTree(folder: string, signal?: AbortSignal): Promise<DeleteResult> {
    const result = { blobs: 0, bytes: 0 };
    for await (const page of this.requests.list(startOf(folder), undefined, signal)) {
      const keys: string[] = [];
      for (const { Key: key, Size: size } of page.objects) {
        if (key === undefined) continue;
        keys.push(key);
        if (key.endsWith("/")) continue;
        result.blobs++;
        result.bytes += size ?? 0;
      }
      await deleteKeys(this.requests, this.deletions, keys, signal);
    }
    const leavesFolders = await this.leavesFolders(folder, result.blobs > 0, signal);
    if (leavesFolders) await this.deleteEmptyFolders(folder, signal);
    return result;
  }

  /** Is a folder still listed without blobs? Found out once, and not of Amazon's own. */
  private async leavesFolders(
    folder: string,
    hadBlobs: boolean,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    if (this.settings.client.endpoint === undefined) return false;
    if (this.emptyFolders !== undefined) return this.emptyFolders;
    const parent = folder.slice(0, Math.max(0, folder.lastIndexOf("/")));
    const listed = await this.listFolders(parent, signal);
    const name = folder.slice(folder.lastIndexOf("/") + 1);
    const isLeft = folder === "" ? listed.length > 0 : listed.includes(name);
    // A folder that was not there proves nothing.
    if (hadBlobs || isLeft) this.emptyFolders = isLeft;
    return isLeft;
  }

  /**
   * Stores on top of file systems go on to list folders that have become empty (SeaweedFS). They
   * take a deletion of `folder/` for that, from the deepest one up, and keep one that is not empty.
   */
  private async deleteEmptyFolders(folder: string, signal: AbortSignal | undefined): Promise<void> {
    for (const child of await this.listFolders(folder, signal)) {
      await this.deleteEmptyFolders(startOf(folder) + child, signal);
    }
    if (folder === "") return;
    await deleteKeys(this.requests, this.deletions, [`${folder}/`], signal);
  }

  /** Every put is durable when it has answered. */
  async flush(): Promise<void> {}

  serverTime(signal?: AbortSignal): Promise<number | undefined> {
    return this.requests.serverTime(signal);
  }

  close(): Promise<void> {
    return this.requests.close();
  }
}

function startOf(folder: string): string {
  return checkFolder(folder) === "" ? "" : `${folder}/`;
}

function isBeyondEnd(error: unknown): boolean {
  const thrown = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return thrown.name === "InvalidRange" || thrown.$metadata?.httpStatusCode === 416;
}
