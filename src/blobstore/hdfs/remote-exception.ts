// What WebHDFS answers when it refuses:
//   {"RemoteException": {"exception": "FileNotFoundException", "javaClassName": "…", "message": "…"}}
// The class says what a caller can do about it; the status does not (403 is a standby name node,
// safe mode, a full quota, a denied access, and any other I/O error). Upstream: ExceptionHandler.

import { type ErrorKind, VarveError } from "../../base/index.ts";

/** Java's exception, as WebHDFS answers it. */
export interface RemoteException {
  /** The class without its package; empty if the answer was no RemoteException. */
  readonly exception: string;
  readonly message: string;
  readonly status: number;
}

const KINDS: Readonly<Record<string, readonly [ErrorKind, string]>> = {
  FileNotFoundException: ["missing", "no_such_file_exception"],
  ParentNotDirectoryException: ["missing", "no_such_file_exception"],
  FileAlreadyExistsException: ["conflict", "file_already_exists_exception"],
  AlreadyBeingCreatedException: ["conflict", "file_already_exists_exception"],
  AccessControlException: ["unavailable", "access_denied_exception"],
  AuthorizationException: ["unavailable", "access_denied_exception"],
  SecurityException: ["unavailable", "access_denied_exception"],
  AuthenticationException: ["unavailable", "access_denied_exception"],
  InvalidToken: ["unavailable", "access_denied_exception"],
  NSQuotaExceededException: ["limit", "i_o_exception"],
  DSQuotaExceededException: ["limit", "i_o_exception"],
  QuotaByStorageTypeExceededException: ["limit", "i_o_exception"],
  MaxDirectoryItemsExceededException: ["limit", "i_o_exception"],
  PathComponentTooLongException: ["invalid", "illegal_argument_exception"],
  InvalidPathException: ["invalid", "illegal_argument_exception"],
  IllegalArgumentException: ["invalid", "illegal_argument_exception"],
  UnsupportedOperationException: ["unsupported", "unsupported_operation_exception"],
};

/** Reads the body of a refusal; never fails. */
export function parseRemoteException(status: number, body: string): RemoteException {
  try {
    const remote = (JSON.parse(body) as { RemoteException?: Record<string, unknown> })
      .RemoteException;
    if (typeof remote?.["exception"] === "string") {
      const message = typeof remote["message"] === "string" ? remote["message"] : "";
      return { exception: remote["exception"], message: firstLine(message), status };
    }
  } catch {
    // A gateway's page, or an answer that was cut.
  }
  return { exception: "", message: `status ${status}`, status };
}

/** Does another name node have to be asked? */
export function isStandby(remote: RemoteException): boolean {
  return (
    remote.exception === "StandbyException" ||
    remote.exception === "ObserverRetryOnActiveException" ||
    // Thrown on a transition, and by older servers around the standby exception.
    /Operation category \w+ is not supported in state standby/.test(remote.message)
  );
}

/** The error of a refusal. `what` names the blob or folder, e.g. `blob [index-1]`. */
export function remoteError(remote: RemoteException, what: string): VarveError {
  const [kind, type] = kindOf(remote);
  const cause = remote.exception === "" ? "" : `${remote.exception}: `;
  const safe = isSafeMode(remote) ? "HDFS is in safe mode and takes no writes: " : "";
  const message = `Access to ${what} failed: ${safe}${cause}${remote.message}`;
  return new VarveError(kind, message, { type });
}

function isSafeMode(remote: RemoteException): boolean {
  return remote.exception === "SafeModeException" || /is in safe mode/i.test(remote.message);
}

function kindOf(remote: RemoteException): readonly [ErrorKind, string] {
  if (isSafeMode(remote)) return ["unavailable", "i_o_exception"];
  const known = KINDS[remote.exception];
  if (known !== undefined) return known;
  if (remote.exception === "" && (remote.status === 401 || remote.status === 403)) {
    return ["unavailable", "access_denied_exception"];
  }
  // Leases, missing replicas, full data nodes, transitions: they pass.
  return ["unavailable", "i_o_exception"];
}

/** Hadoop appends a Java stack to some messages. */
function firstLine(message: string): string {
  const end = message.indexOf("\n");
  return (end < 0 ? message : message.slice(0, end)).trim();
}
