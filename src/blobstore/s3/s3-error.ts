// What a failed call of the store means. Kinds: `missing` for a key, `conflict` for a lost race,
// `unavailable` for what may pass (throttling, 5xx, timeouts, resets, answers that break off), and
// `invalid` for the rest: a wrong bucket, key or permission. Messages name operation, bucket, key,
// status and S3's code, and never a secret: S3 repeats access keys and strings to sign in its own
// texts, so only texts of codes without them are shown.

import { VarveError } from "../../base/index.ts";
import { missingBlob } from "../blob-error.ts";

/** The operation and the IAM action that it needs. */
export const S3_ACTIONS = {
  GetObject: "s3:GetObject",
  HeadObject: "s3:GetObject",
  PutObject: "s3:PutObject",
  CreateMultipartUpload: "s3:PutObject",
  UploadPart: "s3:PutObject",
  CompleteMultipartUpload: "s3:PutObject",
  AbortMultipartUpload: "s3:AbortMultipartUpload",
  HeadBucket: "s3:ListBucket",
  ListObjectsV2: "s3:ListBucket",
  DeleteObject: "s3:DeleteObject",
  DeleteObjects: "s3:DeleteObject",
} as const;

/** An operation of S3. */
export type S3Operation = keyof typeof S3_ACTIONS;

/** What was tried, and where. */
export interface S3Call {
  readonly operation: S3Operation;
  readonly bucket: string;
  readonly key?: string;
}

/** What is read from an error of the SDK. */
export interface S3Failure {
  /** 0 if there was no answer. */
  readonly status: number;
  /** `NoSuchKey`, `SlowDown`, `ECONNRESET`, … */
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
}

const THROTTLING = new Set([
  "SlowDown",
  "ServiceUnavailable",
  "RequestLimitExceeded",
  "Throttling",
  "ThrottlingException",
  "RequestThrottled",
  "TooManyRequests",
  "TooManyRequestsException",
  "BandwidthLimitExceeded",
  "Busy",
]);
const PASSING = new Set([
  ...THROTTLING,
  "InternalError",
  "InternalFailure",
  "RequestTimeout",
  "RequestTimeoutException",
  "TimeoutError",
  "OperationAborted",
  "ConditionalRequestConflict",
  "IncompleteBody",
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
  "ENOTFOUND",
  "ERR_STREAM_PREMATURE_CLOSE",
  "EPROTO",
  "HPE_INVALID_CONSTANT",
]);
// The keys have ended, and others may be there: the same request may pass with them.
const STALE_CREDENTIALS = new Set([
  "ExpiredToken",
  "TokenRefreshRequired",
  "ExpiredTokenException",
]);
// A checksum that the store has taken before does not fit: the bytes changed on their way.
const DAMAGED_ON_THE_WAY = new Set([
  "BadDigest",
  "XAmzContentSHA256Mismatch",
  "XAmzContentChecksumMismatch",
]);
const REPLACED_CREDENTIALS = new Set(["InvalidAccessKeyId", "InvalidToken"]);
const DENIED = new Set(["AccessDenied", "AllAccessDisabled", "AccountProblem", "Forbidden"]);
// Their texts repeat an access key or what was signed.
const SECRETIVE = new Set(["InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken"]);
const HINTS: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: "the store does not know the access key",
  SignatureDoesNotMatch: "the secret key, the region or the endpoint is wrong",
  RequestTimeTooSkewed: "this machine's clock differs from the store's",
  AuthorizationHeaderMalformed: "set the bucket's region",
  PermanentRedirect: "set the bucket's region or endpoint",
  InvalidToken: "the session token is wrong",
  CredentialsProviderError: "no credentials were found",
  EntityTooLarge: "lower buffer_size",
  ENOTFOUND: "the endpoint has no address; S3-likes often need path_style_access",
};

/** Reads what the SDK threw. */
export function s3Failure(error: unknown): S3Failure {
  const thrown = error as {
    name?: string;
    code?: string;
    Code?: string;
    message?: string;
    $metadata?: { httpStatusCode?: number; attempts?: number };
    $response?: { statusCode?: number };
  };
  const status = thrown.$metadata?.httpStatusCode ?? thrown.$response?.statusCode ?? 0;
  const named = thrown.name === "Error" || thrown.name === undefined ? undefined : thrown.name;
  const code = thrown.Code ?? (status === 0 ? (thrown.code ?? named) : named) ?? "UnknownError";
  return {
    status,
    code,
    message: thrown.message ?? "",
    attempts: thrown.$metadata?.attempts ?? 1,
  };
}

/** May the same call succeed later? */
export function isPassing(failure: S3Failure): boolean {
  if (PASSING.has(failure.code) || STALE_CREDENTIALS.has(failure.code)) return true;
  if (failure.status === 429 || failure.status === 408) return true;
  if (failure.status === 501) return false;
  if (failure.status >= 500) return true;
  // The connection broke while an answer came.
  return failure.status < 400 && /aborted|socket hang up|premature/i.test(failure.message);
}

/** Did the store ask for fewer requests? */
export function isThrottling(failure: S3Failure): boolean {
  return THROTTLING.has(failure.code) || failure.status === 429 || failure.status === 503;
}

/** May other credentials help, because these have ended or were replaced? */
export function isStaleCredentials(failure: S3Failure): boolean {
  return STALE_CREDENTIALS.has(failure.code) || REPLACED_CREDENTIALS.has(failure.code);
}

/** The error of the contract for what the SDK threw; `note` is added to its message. */
export function s3Error(call: S3Call, error: unknown, note = ""): VarveError {
  if (error instanceof VarveError) return error;
  const failure = s3Failure(error);
  const isKeyCall = call.key !== undefined && failure.code !== "NoSuchBucket";
  if (isKeyCall && failure.status === 404 && call.operation !== "UploadPart") {
    const gone = failure.code === "NoSuchKey" || failure.code === "NotFound" || isRead(call);
    if (gone) return missingBlob(call.key ?? "", slimCause(error, failure));
  }
  const passes = isPassing(failure) || DAMAGED_ON_THE_WAY.has(failure.code);
  const kind = passes ? "unavailable" : "invalid";
  return new VarveError(kind, messageOf(call, failure) + note, {
    type: typeOf(failure),
    cause: slimCause(error, failure),
  });
}

/**
 * What the SDK threw, without the request and the answer that it carries: they hold the signed
 * headers and the session token, which must reach no log. `s3Failure` reads it as it read the
 * original.
 */
function slimCause(error: unknown, failure: S3Failure): Error {
  const { status, code, attempts } = failure;
  const message = SECRETIVE.has(code) ? code : failure.message;
  const slim = Object.assign(new Error(message), {
    name: code,
    Code: code,
    $metadata: { httpStatusCode: status === 0 ? undefined : status, attempts },
  });
  if (error instanceof Error && error.stack !== undefined) {
    slim.stack = `${code}: ${message}\n${error.stack.split("\n").slice(1).join("\n")}`;
  }
  return slim;
}

function isRead(call: S3Call): boolean {
  return call.operation === "GetObject" || call.operation === "HeadObject";
}

function typeOf(failure: S3Failure): string {
  if (failure.code === "NoSuchBucket") return "no_such_bucket_exception";
  return failure.status === 0 ? "sdk_client_exception" : "s3_exception";
}

/** `S3 PutObject of [key] in bucket [b] failed with status 403 AccessDenied: …`. */
function messageOf(call: S3Call, failure: S3Failure): string {
  const { operation, bucket, key } = call;
  const what = key === undefined ? `of bucket [${bucket}]` : `of [${key}] in bucket [${bucket}]`;
  const status = failure.status === 0 ? "" : ` status ${failure.status}`;
  const head = `S3 ${operation} ${what} failed with${status} ${failure.code}`;
  const isDenied = DENIED.has(failure.code) || (failure.status === 403 && isBare(failure));
  if (isDenied) return `${head}: ${missingAction(operation, failure.message)}`;
  const hint = HINTS[failure.code];
  const said = SECRETIVE.has(failure.code) || isBare(failure) ? "" : failure.message;
  return [head, said, hint].filter((part) => part !== undefined && part !== "").join(": ");
}

/** The action that S3 names, else the operation's own. */
function missingAction(operation: S3Operation, said: string): string {
  const named = /not authorized to perform: ([a-z0-9-]+:\w+)/.exec(said)?.[1];
  const lack = "the credentials lack the IAM action";
  if (named !== undefined) return `${lack} ${named}`;
  const own = `${lack} ${S3_ACTIONS[operation]} on it`;
  const isRead = operation === "GetObject" || operation === "HeadObject";
  return isRead ? `${own}, or s3:ListBucket, without which a missing blob is denied too` : own;
}

/** An answer without a body (HEAD) names nothing. */
function isBare(failure: S3Failure): boolean {
  if (failure.message === "" || failure.message === "UnknownError") return true;
  return failure.code === "UnknownError" && failure.status !== 0;
}
