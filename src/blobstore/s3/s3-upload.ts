// Uploads: one PUT for what fits into a buffer, else a multipart upload whose parts go side by
// side. Content is cut into buffers of our own, so that a request can be repeated; the buffers of
// all uploads of a store share one budget of memory. A failed multipart upload is aborted, so that
// nothing is paid for what nobody can see. Upstream: S3BlobContainer.executeMultipartUpload.

import { createHash } from "node:crypto";
import { anySignal, illegalArgument, sharedAbortController, VarveError } from "../../base/index.ts";
import { wrongLength } from "../blob-error.ts";
import type { BlobContent } from "../blob-store.ts";
import type { ByteBudget, PartBuffers } from "./byte-budget.ts";
import { type ChecksumLadder, type ChecksumMode, crc32Base64, md5Base64 } from "./s3-checksum.ts";
import { s3Failure } from "./s3-error.ts";
import type { S3Requests } from "./s3-requests.ts";
import type { S3Settings } from "./s3-settings.ts";

const PARTS_MAX = 10_000;
const OBJECT_BYTES_MAX = 5 * 1024 ** 4;

/** How long the parts of an upload are; undefined if one PUT takes it. */
export function partSizeBytes(settings: S3Settings, content: BlobContent): number | undefined {
  const { bufferSizeBytes, parallelMultipart, partSizeBytesMin } = settings;
  if (content.length > OBJECT_BYTES_MAX) {
    throw illegalArgument(
      `Multipart upload request size [${content.length}] can't be larger than 5tb`,
    );
  }
  const small = parallelMultipart ? Math.min(bufferSizeBytes, partSizeBytesMin) : bufferSizeBytes;
  // Bytes that are in memory already need no other buffer.
  const singleMax = content instanceof Uint8Array ? bufferSizeBytes : small;
  if (content.length <= singleMax) return undefined;
  return Math.max(small, Math.ceil(content.length / PARTS_MAX));
}

/** Buffers of `size` bytes, the last one shorter. Error: a stream of another length. */
async function* cutParts(
  name: string,
  content: BlobContent,
  size: number,
  take: (length: number) => Uint8Array,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) {
    for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
    return;
  }
  let total = 0;
  let filled = 0;
  let buffer = take(Math.min(size, content.length));
  for await (const part of content.open()) {
    signal?.throwIfAborted();
    total += part.length;
    if (total > content.length) throw wrongLength(name, content.length, total);
    for (let from = 0; from < part.length; ) {
      const taken = part.subarray(from, from + buffer.length - filled);
      buffer.set(taken, filled);
      from += taken.length;
      filled += taken.length;
      if (filled < buffer.length) continue;
      yield buffer;
      const left = content.length - total + (part.length - from);
      buffer = left === 0 ? new Uint8Array(0) : take(Math.min(size, left));
      filled = 0;
    }
  }
  if (total !== content.length) throw wrongLength(name, content.length, total);
}

/** The whole content in one buffer. */
export async function wholeContent(
  name: string,
  content: BlobContent,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content;
  let whole: Uint8Array = new Uint8Array(0);
  const take = (length: number) => Buffer.allocUnsafe(length);
  for await (const part of cutParts(name, content, content.length, take, signal)) whole = part;
  return whole;
}

function checksumOf(mode: ChecksumMode, bytes: Uint8Array) {
  if (mode === "crc32") return { ChecksumCRC32: crc32Base64(bytes) };
  return mode === "md5" ? { ContentMD5: md5Base64(bytes) } : {};
}

/** One PUT. The error is the SDK's, or the contract's when no checksum mode is taken. */
export function putSingle(
  requests: S3Requests,
  ladder: ChecksumLadder,
  key: string,
  bytes: Uint8Array,
  ifAbsent: boolean,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  return ladder.run(requests.call("PutObject", key), (mode) => {
    const input = {
      ...requests.target(key),
      ...requests.kept(),
      ...checksumOf(mode, bytes),
      ...(ifAbsent ? { IfNoneMatch: "*" } : {}),
      Body: bytes,
      ContentLength: bytes.length,
    };
    return requests
      .sendRaw(
        ({ client, sdk }, options) => client.send(new sdk.PutObjectCommand(input), options),
        signal,
      )
      .then((answer) => {
        if (answer.ETag === undefined) throw requests.notS3("the ETag of a put");
      });
  });
}

/** What the uploads of a store share. */
export interface UploadMemory {
  readonly budget: ByteBudget;
  readonly buffers: PartBuffers;
}

interface UploadedPart {
  PartNumber: number;
  ETag: string;
  ChecksumCRC32?: string;
}

/** One multipart upload. */
export class MultipartUpload {
  private readonly requests: S3Requests;
  private readonly ladder: ChecksumLadder;
  private readonly memory: UploadMemory;
  private readonly key: string;
  private readonly failed = sharedAbortController();
  private uploadId = "";

  constructor(requests: S3Requests, ladder: ChecksumLadder, memory: UploadMemory, key: string) {
    this.requests = requests;
    this.ladder = ladder;
    this.memory = memory;
    this.key = key;
  }

  /** Uploads all. The error is the SDK's or the contract's; nothing is left behind. */
  async run(
    content: BlobContent,
    partSize: number,
    ifAbsent: boolean,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const isCrc = this.ladder.mode === "crc32";
    const input = {
      ...this.requests.target(this.key),
      ...this.requests.kept(),
      ...(isCrc ? { ChecksumAlgorithm: "CRC32" as const } : {}),
    };
    const created = await this.requests.sendRaw(
      ({ client, sdk }, options) =>
        client.send(new sdk.CreateMultipartUploadCommand(input), options),
      signal,
    );
    if (created.UploadId === undefined || created.UploadId === "") {
      throw new VarveError("invalid", `Failed to initialize multipart upload ${this.key}`);
    }
    this.uploadId = created.UploadId;
    try {
      const parts = await this.uploadParts(content, partSize, signal);
      signal?.throwIfAborted();
      await this.complete(parts, content.length, ifAbsent, signal);
    } catch (error) {
      await this.abort();
      throw error;
    }
  }

  private async uploadParts(
    content: BlobContent,
    partSize: number,
    signal: AbortSignal | undefined,
  ): Promise<UploadedPart[]> {
    const stop = this.failed.signal;
    const both = signal === undefined ? stop : anySignal([signal, stop]);
    const parts: UploadedPart[] = [];
    const running = new Set<Promise<void>>();
    const take = (length: number) => this.memory.buffers.take(length);
    const give = (bytes: Uint8Array) => {
      // Parts of content in memory are the caller's.
      if (!(content instanceof Uint8Array)) this.memory.buffers.give(bytes);
    };
    const source = cutParts(this.key, content, partSize, take, both);
    try {
      for (let number = 1; ; number++) {
        const release = await this.memory.budget.acquire(partSize, both);
        const next = await source.next().catch((error: unknown) => {
          release();
          throw error;
        });
        if (next.done === true) {
          release();
          break;
        }
        const upload: Promise<void> = this.uploadPart(number, next.value, both)
          .then((part) => {
            parts.push(part);
            give(next.value);
          })
          .catch((error: unknown) => this.failed.abort(error))
          .finally(() => {
            release();
            running.delete(upload);
          });
        running.add(upload);
        // The first part finds out which checksum the store takes.
        if (number === 1) await upload;
      }
      await Promise.all(running);
      stop.throwIfAborted();
    } catch (error) {
      if (!stop.aborted) this.failed.abort(error);
      await Promise.all(running);
      signal?.throwIfAborted();
      throw stop.reason;
    } finally {
      await source.return(undefined);
    }
    return parts.sort((a, b) => a.PartNumber - b.PartNumber);
  }

  private async uploadPart(
    number: number,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<UploadedPart> {
    return this.ladder.run(this.requests.call("UploadPart", this.key), async (mode) => {
      const checksum = checksumOf(mode, bytes);
      const input = {
        ...this.requests.target(this.key),
        ...checksum,
        UploadId: this.uploadId,
        PartNumber: number,
        Body: bytes,
        ContentLength: bytes.length,
      };
      const answer = await this.requests.sendRaw(
        ({ client, sdk }, options) => client.send(new sdk.UploadPartCommand(input), options),
        signal,
      );
      if (answer.ETag === undefined) throw this.requests.notS3("the ETag of a part");
      // A store that does not know the checksum does not repeat it, and would refuse it later.
      const crc = answer.ChecksumCRC32;
      return {
        PartNumber: number,
        ETag: answer.ETag,
        ...(crc === undefined ? {} : { ChecksumCRC32: crc }),
      };
    });
  }

  private async complete(
    parts: UploadedPart[],
    length: number,
    ifAbsent: boolean,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const input = {
      ...this.requests.target(this.key),
      UploadId: this.uploadId,
      MultipartUpload: { Parts: parts },
      ...(ifAbsent ? { IfNoneMatch: "*" } : {}),
    };
    try {
      await this.requests.sendRaw(
        ({ client, sdk }, options) =>
          client.send(new sdk.CompleteMultipartUploadCommand(input), options),
        signal,
      );
    } catch (error) {
      if (await this.isThere(error, parts, length)) return;
      throw error;
    }
  }

  /** A repeated completion may meet its own first try, whose answer was lost. */
  private async isThere(error: unknown, parts: UploadedPart[], length: number): Promise<boolean> {
    const failure = s3Failure(error);
    const repeated = failure.attempts > 1 || failure.code === "NoSuchUpload";
    if (!repeated || (failure.code !== "NoSuchUpload" && failure.status !== 412)) return false;
    const expected = multipartEtag(parts);
    if (expected === undefined) return false;
    const head = await this.requests.head(this.key, undefined);
    return head?.length === length && head.etag.replaceAll('"', "") === expected;
  }

  private async abort(): Promise<void> {
    if (this.uploadId === "") return;
    const input = { ...this.requests.target(this.key), UploadId: this.uploadId };
    // What cannot be aborted is the bucket's lifecycle rule to remove; the first error counts.
    await this.requests
      .sendRaw(
        ({ client, sdk }, options) =>
          client.send(new sdk.AbortMultipartUploadCommand(input), options),
        undefined,
      )
      .catch(() => undefined);
  }
}

/** MD5 of the parts' MD5s and their number, where their ETags are MD5s. */
function multipartEtag(parts: readonly UploadedPart[]): string | undefined {
  const hash = createHash("md5");
  for (const { ETag } of parts) {
    const md5 = ETag.replaceAll('"', "");
    if (!/^[0-9a-f]{32}$/i.test(md5)) return undefined;
    hash.update(Buffer.from(md5, "hex"));
  }
  return `${hash.digest("hex")}-${parts.length}`;
}
