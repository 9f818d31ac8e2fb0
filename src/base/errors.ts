// Errors. One class for everything that can go wrong at run time for a reason outside our own code.
//
// `kind` says what the caller should do; `type` is OpenSearch's snake-case exception name where the
// error can reach the wire. Only src/server maps a type to an HTTP status.

/** What the caller should do about an error. */
export type ErrorKind =
  | "invalid" // fix the request
  | "missing" // the thing asked for is not there
  | "conflict" // somebody else changed it; read again, then decide
  | "corrupt" // repair or replace the data
  | "too-old" // written by a version that is no longer read
  | "too-new" // written by a version that is not yet read
  | "unsupported" // refused by name
  | "limit" // a named bound was reached
  | "unavailable" // retry later
  | "aborted" // the caller asked to stop
  | "internal"; // our bug

/** What an error carries besides its message. */
export interface ErrorDetails {
  /** OpenSearch's exception name, e.g. `repository_missing_exception`. */
  type?: string;
  cause?: unknown;
  /** Extra members of the wire error, e.g. `{ index: "a", "resource.id": "a" }`. */
  metadata?: Record<string, unknown>;
  /** Where: any of file, blob, offset, codec, field. They are appended to the message. */
  where?: Record<string, string | number>;
}

/** An error with a kind, an OpenSearch type and a place. */
export class VarveError extends Error {
  readonly kind: ErrorKind;
  readonly type: string | undefined;
  readonly metadata: Record<string, unknown>;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(
      message + placeOf(details.where),
      details.cause === undefined ? {} : { cause: details.cause },
    );
    this.name = "VarveError";
    this.kind = kind;
    this.type = details.type;
    this.metadata = details.metadata ?? {};
  }
}

function placeOf(where: Record<string, string | number> | undefined): string {
  if (where === undefined) return "";
  const parts = Object.entries(where).map(([key, value]) => `${key}=${value}`);
  return ` (${parts.join(", ")})`;
}

/** Damaged bytes: an invariant of a format does not hold. */
export function corrupt(
  message: string,
  where?: Record<string, string | number>,
  cause?: unknown,
): VarveError {
  return new VarveError("corrupt", message, {
    type: "corrupt_index_exception",
    ...(where === undefined ? {} : { where }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The request is wrong: OpenSearch's `illegal_argument_exception`, status 400. */
export function illegalArgument(message: string, cause?: unknown): VarveError {
  return new VarveError("invalid", message, {
    type: "illegal_argument_exception",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A feature that is refused by name. */
export function unsupported(message: string): VarveError {
  return new VarveError("unsupported", message, { type: "illegal_argument_exception" });
}

/** Fails on our own bugs only; never use it for bytes or requests from outside. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new VarveError("internal", `Assertion failed: ${message}`);
}
