// Deletions: in batches of `bulk_delete_size`, several at once; one by one on stores that take no
// batch. A missing key is no error; every other key that could not be deleted is told by name.

import { anySignal, VarveError } from "../../base/index.ts";
import { type ChecksumLadder, type ChecksumMode, md5Base64 } from "./s3-checksum.ts";
import { isPassing, s3Error } from "./s3-error.ts";
import type { S3Requests } from "./s3-requests.ts";

const BATCHES_AT_ONCE = 4;
const SINGLES_AT_ONCE = 16;
const KEYS_NAMED_MAX = 10;

interface KeyFailure {
  readonly key: string;
  readonly code: string;
  readonly message: string;
}

/** Deletes keys. Error: of the contract. */
export async function deleteKeys(
  requests: S3Requests,
  ladder: ChecksumLadder,
  keys: readonly string[],
  outer: AbortSignal | undefined,
): Promise<void> {
  const signal = outer === undefined ? undefined : anySignal([outer]);
  const size = requests.settings.bulkDeleteSize;
  const batches: (readonly string[])[] = [];
  for (let at = 0; at < keys.length; at += size) batches.push(keys.slice(at, at + size));
  const call = requests.call("DeleteObjects");
  const failures: KeyFailure[] = [];
  try {
    // The first batch finds out what the store takes.
    await inParallel(batches.slice(0, 1), 1, (batch) => run(batch));
    await inParallel(batches.slice(1), BATCHES_AT_ONCE, (batch) => run(batch));
  } catch (error) {
    signal?.throwIfAborted();
    throw s3Error(call, error);
  }
  if (failures.length > 0) throw deletionError(requests, failures);

  async function run(batch: readonly string[]): Promise<void> {
    failures.push(
      ...(await ladder.run(call, (mode) =>
        mode === "none"
          ? deleteSingly(requests, batch, signal)
          : deleteBatch(requests, mode, batch, signal),
      )),
    );
  }
}

async function deleteBatch(
  requests: S3Requests,
  mode: ChecksumMode,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<KeyFailure[]> {
  const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
  const answer = await requests.sendRaw(({ client, sdk }, options) => {
    const command = new sdk.DeleteObjectsCommand({ ...requests.bucket(), Delete });
    if (mode === "md5") {
      // The SDK knows no Content-MD5 here; its own CRC is taken away.
      command.middlewareStack.add(
        (next) => (args) => {
          const request = args.request as { headers: Record<string, string>; body: string };
          for (const name of Object.keys(request.headers)) {
            if (/^x-amz-(sdk-)?checksum-/i.test(name)) delete request.headers[name];
          }
          request.headers["content-md5"] = md5Base64(request.body);
          return next(args);
        },
        { step: "build", priority: "low", name: "contentMd5" },
      );
    }
    return client.send(command, options);
  }, signal);
  const errors = answer.Errors ?? [];
  return errors
    .filter(({ Code }) => Code !== "NoSuchKey")
    .map(({ Key, Code, Message }) => ({
      key: Key ?? "",
      code: Code ?? "UnknownError",
      message: Message ?? "",
    }));
}

async function deleteSingly(
  requests: S3Requests,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<KeyFailure[]> {
  await inParallel(keys, SINGLES_AT_ONCE, async (key) => {
    try {
      await requests.send(
        requests.call("DeleteObject", key),
        ({ client, sdk }, options) =>
          client.send(new sdk.DeleteObjectCommand(requests.target(key)), options),
        signal,
      );
    } catch (error) {
      if (!(error instanceof VarveError) || error.kind !== "missing") throw error;
    }
  });
  return [];
}

async function inParallel<T>(
  items: readonly T[],
  lanes: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async () => {
    while (next < items.length && !failed) {
      try {
        await run(items[next++]!);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(
    Array.from({ length: Math.min(lanes, items.length) }, lane),
  );
  const broken = results.find((result) => result.status === "rejected");
  if (broken !== undefined) throw broken.reason;
}

function deletionError(requests: S3Requests, failures: readonly KeyFailure[]): VarveError {
  const shown = failures
    .slice(0, KEYS_NAMED_MAX)
    .map(({ key, code, message }) => `[${key}] ${code}${message === "" ? "" : `: ${message}`}`);
  const more = failures.length - shown.length;
  const passes = failures.every(({ code, message }) =>
    isPassing({ status: 400, code, message, attempts: 1 }),
  );
  const denied = failures.some(({ code }) => code === "AccessDenied");
  const hint = denied ? "; the credentials lack the IAM action s3:DeleteObject" : "";
  const list = shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
  return new VarveError(
    passes ? "unavailable" : "invalid",
    `S3 DeleteObjects of ${requests.where()} failed for ${list}${hint}`,
    { type: "s3_exception" },
  );
}
