// Failures of a cloud store, said the same way by every provider: operation, place, blob, status,
// the service's code, and what to do. The causes that are kept are plain: an SDK's error holds its
// request, and with it tokens and signatures.

import { VarveError } from "../base/index.ts";

/** What was tried. */
export interface StoreAction {
  /** The store: `gcs [bucket]`. */
  store: string;
  /** `get`, `put`, `list`, `delete`, … */
  operation: string;
  /** The blob or the folder. */
  name?: string;
}

/** What came of it. */
export interface StoreAnswer {
  status?: number | undefined;
  /** The service's own code: `AuthorizationFailure`, `rateLimitExceeded`. */
  code?: string | undefined;
  message?: string | undefined;
}

/** Answers that a later try may change. */
const RETRYABLE_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);

/** May a later try succeed, by the status alone? */
export function isRetryableStatus(status: number): boolean {
  return RETRYABLE_STATUS.has(status);
}

/** The store cannot be reached, is overloaded, or broke off. */
export function storeUnavailable(
  action: StoreAction,
  answer: StoreAnswer,
  cause?: unknown,
): VarveError {
  return failure("unavailable", action, answer, undefined, cause);
}

/** The store refuses; `advice` says what is missing. */
export function storeRefused(
  action: StoreAction,
  answer: StoreAnswer,
  advice?: string,
  cause?: unknown,
): VarveError {
  return failure("invalid", action, answer, advice, cause);
}

function failure(
  kind: "unavailable" | "invalid",
  action: StoreAction,
  answer: StoreAnswer,
  advice: string | undefined,
  cause: unknown,
): VarveError {
  const blob = action.name === undefined || action.name === "" ? "" : ` of [${action.name}]`;
  const status = answer.status === undefined ? "" : ` with status ${answer.status}`;
  const code = answer.code === undefined ? "" : ` (${answer.code})`;
  const said = answer.message ? `: ${oneLine(withoutSecrets(answer.message))}` : "";
  const then = advice === undefined ? "" : `; ${advice}`;
  const message = `${action.store}: ${action.operation}${blob} failed${status}${code}${said}${then}`;
  return new VarveError(kind, message, {
    type: "i_o_exception",
    ...(cause === undefined ? {} : { cause: plainCause(cause, answer.code) }),
  });
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/** The text without signatures, tokens and user info of URLs. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/([?&;\s](?:sig|se|skoid|upload_id|access_token|key)=)[^&\s"'<>;]+/gi, "$1…")
    .replace(/\b(Bearer|SharedKey|Basic)\s+[^\s"',;]+/gi, "$1 …")
    .replace(/(\/\/)[^/\s@]*:[^/\s@]*@/g, "$1…@");
}

/** An error's name, code and text without its request; `code` is the service's, if it gave one. */
export function plainCause(error: unknown, code?: string): Error {
  const plain = new Error(withoutSecrets(error instanceof Error ? error.message : String(error)));
  if (error instanceof Error) plain.name = error.name;
  plain.stack = `${plain.name}: ${plain.message}`;
  const known = code ?? (error as { code?: unknown } | null)?.code;
  return typeof known === "string" ? Object.assign(plain, { code: known }) : plain;
}

/** TLS failures: no later try helps, the settings must change. */
export function isCertificateFailure(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code ?? "");
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO/.test(code);
}
