// Calls of one bucket: what every request of it says, who asks, and how a refusal is told.

import type { CommonPrefix, _Object as S3Object } from "@aws-sdk/client-s3";
import { VarveError } from "../../base/index.ts";
import {
  isStaleCredentials,
  type S3Call,
  type S3Operation,
  s3Error,
  s3Failure,
} from "./s3-error.ts";
import type { S3Connection, S3Session } from "./s3-session.ts";
import type { S3Settings } from "./s3-settings.ts";

const PAGES_WITHOUT_PROGRESS_MAX = 3;

/** What a command is sent with. */
export interface SendOptions {
  readonly abortSignal?: AbortSignal;
}

/** Makes and sends a command. */
export type Send<T> = (connection: S3Connection, options: SendOptions) => Promise<T>;

/** One page of a listing. */
export interface S3Page {
  readonly objects: readonly S3Object[];
  readonly folders: readonly CommonPrefix[];
}

/** The requests of one store. */
export class S3Requests {
  readonly settings: S3Settings;
  private readonly session: S3Session;
  /** What sending has thrown, to tell it from what a source of bytes has. */
  private readonly sent = new WeakSet<object>();

  constructor(settings: S3Settings, session: S3Session) {
    this.settings = settings;
    this.session = session;
  }

  call(operation: S3Operation, key?: string): S3Call {
    const { bucket } = this.settings;
    return { operation, bucket, ...(key === undefined ? {} : { key }) };
  }

  /** Sends; answers the error as the SDK has it. The signal's reason goes before. */
  async sendRaw<T>(send: Send<T>, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted();
    const options = signal === undefined ? {} : { abortSignal: signal };
    for (let attempt = 1; ; attempt++) {
      const connection = await this.session.connection();
      try {
        return await send(connection, options);
      } catch (error) {
        signal?.throwIfAborted();
        if (typeof error === "object" && error !== null) this.sent.add(error);
        const isStale = isStaleCredentials(s3Failure(error));
        if (!isStale || attempt > 1 || !(await this.session.renew())) throw error;
      }
    }
  }

  /** The contract's error for what sending threw; any other error as it is. */
  told(call: S3Call, error: unknown): unknown {
    const isSent = typeof error === "object" && error !== null && this.sent.has(error);
    return isSent ? s3Error(call, error) : error;
  }

  /** Sends; answers the contract's error. */
  async send<T>(call: S3Call, send: Send<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await this.sendRaw(send, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw s3Error(call, error);
    }
  }

  /** Bucket, owner and key. */
  target(key: string): { Bucket: string; Key: string; ExpectedBucketOwner?: string } {
    return { ...this.bucket(), Key: key };
  }

  bucket(): { Bucket: string; ExpectedBucketOwner?: string } {
    const { bucket, expectedBucketOwner } = this.settings;
    return {
      Bucket: bucket,
      ...(expectedBucketOwner === undefined ? {} : { ExpectedBucketOwner: expectedBucketOwner }),
    };
  }

  /** How a new object is kept. Defaults are not said: an ACL needs a permission of its own. */
  kept(): {
    StorageClass?: S3Settings["storageClass"];
    ACL?: S3Settings["cannedAcl"];
    ServerSideEncryption?: "AES256" | "aws:kms";
    SSEKMSKeyId?: string;
    BucketKeyEnabled?: boolean;
    SSEKMSEncryptionContext?: string;
  } {
    const { storageClass, cannedAcl, encryption } = this.settings;
    const isKms = encryption?.type === "aws:kms";
    return {
      ...(storageClass === "STANDARD" ? {} : { StorageClass: storageClass }),
      ...(cannedAcl === "private" ? {} : { ACL: cannedAcl }),
      ...(encryption === undefined ? {} : { ServerSideEncryption: encryption.type }),
      ...(isKms ? { BucketKeyEnabled: encryption.bucketKey } : {}),
      ...(isKms && encryption.kmsKeyId !== undefined ? { SSEKMSKeyId: encryption.kmsKeyId } : {}),
      ...(isKms && encryption.context !== undefined
        ? { SSEKMSEncryptionContext: encryption.context }
        : {}),
    };
  }

  /** Length and ETag of an object, or undefined if it is not there. */
  async head(
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<{ length: number; etag: string } | undefined> {
    const call = this.call("HeadObject", key);
    try {
      const answer = await this.send(
        call,
        ({ client, sdk }, options) =>
          client.send(new sdk.HeadObjectCommand(this.target(key)), options),
        signal,
      );
      return { length: answer.ContentLength ?? 0, etag: answer.ETag ?? "" };
    } catch (error) {
      if (error instanceof VarveError && error.kind === "missing") return undefined;
      throw error;
    }
  }

  /** The pages of what begins with `prefix`; with a delimiter only what is right there. */
  async *list(
    prefix: string,
    delimiter: string | undefined,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<S3Page> {
    let token: string | undefined;
    let withoutProgress = 0;
    do {
      const input = {
        ...this.bucket(),
        Prefix: prefix,
        ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
        ...(token === undefined ? {} : { ContinuationToken: token }),
      };
      const page = await this.send(
        this.call("ListObjectsV2"),
        ({ client, sdk }, options) => client.send(new sdk.ListObjectsV2Command(input), options),
        signal,
      );
      const { Contents: objects = [], CommonPrefixes: folders = [] } = page;
      // A page of a console or of a portal is no empty bucket.
      if (page.IsTruncated === undefined && page.Name === undefined) throw this.notS3("a listing");
      yield { objects, folders };
      const next = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      withoutProgress = objects.length + folders.length === 0 ? withoutProgress + 1 : 0;
      if (next !== undefined && (next === token || withoutProgress > PAGES_WITHOUT_PROGRESS_MAX)) {
        throw new VarveError(
          "invalid",
          `The listing of [${prefix}] in ${this.where()} never ends`,
          {
            type: "s3_exception",
          },
        );
      }
      token = next;
    } while (token !== undefined);
  }

  /** An answer of success that no store of S3's protocol gives. */
  notS3(what: string): VarveError {
    const { endpoint } = this.settings.client;
    const where = endpoint === undefined ? "" : ` of [${endpoint}]`;
    const message = `What answers requests${where} is no S3: ${what} is missing in its answer`;
    return new VarveError("invalid", message, { type: "s3_exception" });
  }

  /** The store's clock, which it tells with every answer, a refusal too. */
  async serverTime(signal: AbortSignal | undefined): Promise<number | undefined> {
    let date: string | undefined;
    const note = (response: unknown) => {
      const { headers } = (response ?? {}) as { headers?: Record<string, string> };
      date = headers?.["date"] ?? date;
    };
    try {
      await this.sendRaw(async ({ client, sdk }, options) => {
        const command = new sdk.HeadBucketCommand(this.bucket());
        command.middlewareStack.add(
          (next) => async (args) => {
            const result = await next(args);
            note(result.response);
            return result;
          },
          { step: "deserialize", priority: "low", name: "serverTime" },
        );
        return client.send(command, options);
      }, signal);
    } catch (error) {
      signal?.throwIfAborted();
      note((error as { $response?: unknown }).$response);
      if (date === undefined) throw s3Error(this.call("HeadBucket"), error);
    }
    const time = date === undefined ? Number.NaN : Date.parse(date);
    return Number.isNaN(time) ? undefined : time;
  }

  /** `bucket [b]`, for messages. */
  where(): string {
    return `bucket [${this.settings.bucket}]`;
  }

  close(): Promise<void> {
    return this.session.close();
  }
}
