// What an answer of Google Cloud Storage that is no success means.
//
//   STATUS                     MEANING
//   404 "No such object"       the blob is missing
//   404 otherwise              the bucket is missing; an emulator that does not say which is asked
//   412                        ifGenerationMatch=0 did not hold: the blob exists
//   401, 403                   a permission is missing, named by the operation
//   408, 429, 5xx, no answer   unavailable
//
// JSON API: https://cloud.google.com/storage/docs/json_api/v1/status-codes

import { VarveError } from "../../base/index.ts";
import {
  isCertificateFailure,
  isRetryableStatus,
  type StoreAction,
  storeRefused,
  storeUnavailable,
} from "../store-failure.ts";
import { parseJson, stringOf } from "./gcs-credentials.ts";
import { type HttpAnswer, readText } from "./gcs-transport.ts";

/** What the service said: `{"error": {"message", "errors": [{"reason"}]}}`, or a plain text. */
export interface GcsFailure {
  status: number;
  reason: string | undefined;
  message: string;
}

const PERMISSIONS: Readonly<Record<string, string>> = {
  get: "storage.objects.get",
  read: "storage.objects.get",
  put: "storage.objects.create (and storage.objects.delete to replace a blob)",
  list: "storage.objects.list",
  delete: "storage.objects.delete",
};

/** Reads the answer's body. */
export async function gcsFailure(answer: HttpAnswer): Promise<GcsFailure> {
  const text = await readText(answer);
  const error = parseJson(text)["error"];
  if (typeof error !== "object" || error === null) {
    return { status: answer.status, reason: undefined, message: text };
  }
  const { message, errors } = error as { message?: unknown; errors?: unknown };
  const first = Array.isArray(errors) ? (errors[0] as { reason?: unknown } | undefined) : undefined;
  return {
    status: answer.status,
    reason: stringOf(first?.reason),
    message: stringOf(message) ?? text,
  };
}

/** The error of an answer that is neither a missing blob nor a conflict. */
export function gcsRefusal(action: StoreAction, failure: GcsFailure): VarveError {
  const { status, reason, message } = failure;
  const answer = { status, code: reason, message };
  if (isRetryableStatus(status) || reason === "rateLimitExceeded") {
    return storeUnavailable(action, answer);
  }
  const permission = PERMISSIONS[action.operation];
  if (status === 401 || (status === 403 && permission === undefined)) {
    return storeRefused(action, answer, "check the client's credentials_file");
  }
  if (status === 403) {
    return storeRefused(action, answer, `the credentials need the permission ${permission}`);
  }
  return storeRefused(action, answer);
}

/** The bucket is not there. */
export function missingBucket(action: StoreAction, bucket: string): VarveError {
  return storeRefused(
    action,
    { status: 404, message: `bucket [${bucket}] does not exist` },
    "create it, or correct the repository's [bucket]",
  );
}

/** The error of a request that got no answer, or of a body that broke off. */
export function gcsBroken(
  action: StoreAction,
  error: unknown,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof VarveError && error.kind !== "unavailable") return error;
  const { message, code } = error as { message?: string; code?: string };
  const answer = { code, message };
  if (isCertificateFailure(error)) {
    return storeRefused(action, answer, "check the client's endpoint and its certificate", error);
  }
  return storeUnavailable(action, answer, error);
}
