// What a failure of Azure Blob Storage means. The SDK throws a RestError with the service's code
// (x-ms-error-code); it holds the request, and with it signatures, so it is never kept as a cause.
//
//   CODE OR STATUS                             MEANING
//   404 ContainerNotFound, ContainerDisabled   the container is missing
//   404 otherwise                              the blob is missing
//   409 BlobAlreadyExists, 412 with ifAbsent   the blob exists
//   416                                        the blob ends before the range
//   409 ContainerBeingDeleted, 408, 429, 5xx   unavailable
//   401, 403                                   a permission or role is missing, named by operation
//
// Spec: https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes

import { VarveError } from "../../base/index.ts";
import { existingBlob, missingBlob, shortBlob } from "../blob-error.ts";
import {
  isCertificateFailure,
  isRetryableStatus,
  type StoreAction,
  storeRefused,
  storeUnavailable,
} from "../store-failure.ts";
import type { AzureAuthorization } from "./azure-settings.ts";

/** Permission letters of a shared access signature, and the action of a role, by operation. */
const PERMISSIONS: Readonly<Record<string, readonly [string, string]>> = {
  get: ["r", "read"],
  read: ["r", "read"],
  put: ["c and w", "write"],
  list: ["l", "read"],
  delete: ["d", "delete"],
};

/** What a failure is about. */
export interface AzureAction extends StoreAction {
  container: string;
  authorization: AzureAuthorization["kind"];
  ifAbsent?: boolean;
  /** What is read of the blob. */
  range?: { offset: number; length: number };
}

/** The service's code, also where the answer had no body. */
export function azureCode(error: unknown): string | undefined {
  const from = (error ?? {}) as { code?: unknown; details?: { errorCode?: unknown } };
  const { code, details } = from;
  for (const value of [details?.errorCode, code]) {
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

/** The HTTP status of a failure, if the service answered. */
function azureStatus(error: unknown): number | undefined {
  const { statusCode } = error as { statusCode?: unknown };
  return typeof statusCode === "number" ? statusCode : undefined;
}

/** The error to throw for what the SDK threw; `signal` is the caller's. */
export function azureFailure(
  action: AzureAction,
  error: unknown,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof VarveError) return error;
  const status = azureStatus(error);
  const code = azureCode(error);
  const answer = { status, code, message: messageOf(error) };
  if (status === undefined) {
    return isCertificateFailure(error)
      ? storeRefused(action, answer, "check the client's endpoint and its certificate", error)
      : storeUnavailable(action, answer, error);
  }
  const name = action.name ?? "";
  if (status === 404 && (code === "ContainerNotFound" || code === "ContainerDisabled")) {
    const advice = "create it, or correct the repository's [container]";
    const message = `container [${action.container}] does not exist`;
    return storeRefused(action, { status, code, message }, advice);
  }
  if (status === 404) return missingBlob(name);
  if (status === 416 && action.range !== undefined) {
    return shortBlob(name, action.range.offset, action.range.length);
  }
  if (action.ifAbsent && (code === "BlobAlreadyExists" || status === 412))
    return existingBlob(name);
  if (isRetryableStatus(status) || code === "ContainerBeingDeleted") {
    return storeUnavailable(action, answer);
  }
  if (status === 401 || status === 403) {
    return storeRefused(action, answer, adviceFor(action, code));
  }
  return storeRefused(action, answer, undefined, error);
}

function adviceFor(action: AzureAction, code: string | undefined): string {
  const [letters, verb] = PERMISSIONS[action.operation] ?? ["r", "read"];
  if (action.authorization === "shared-key") {
    return "check the client's account and key, the account's firewall, and this machine's clock";
  }
  if (action.authorization === "sas") {
    return code === "AuthenticationFailed"
      ? "check that the client's sas_token has not ended, and this machine's clock"
      : `the client's sas_token needs the permission ${letters}`;
  }
  return (
    "the managed identity needs the role Storage Blob Data Contributor (it has " +
    `Microsoft.Storage/storageAccounts/blobServices/containers/blobs/${verb})`
  );
}

/** The first line: the rest are ids of the request. */
function messageOf(error: unknown): string {
  const { message, details } = error as { message?: string; details?: { message?: unknown } };
  const text = typeof details?.message === "string" ? details.message : (message ?? String(error));
  return text.split("\n", 1)[0] ?? "";
}
