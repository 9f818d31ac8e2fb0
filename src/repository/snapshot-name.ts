// The rules for a snapshot's name, in the order and the words of the server.
// Upstream: SnapshotsService.validate, Strings.INVALID_FILENAME_CHARS.

import { VarveError } from "../base/index.ts";

const INVALID_CHARACTERS = '[ , ", *, \\, <, |, ,, >, /, ?]';

/** Refuses a bad name: invalid_snapshot_name_exception. */
export function checkSnapshotName(repository: string, name: string): void {
  const reason = reasonAgainst(name);
  if (reason !== undefined) throw invalidSnapshotName(repository, name, reason);
}

function reasonAgainst(name: string): string | undefined {
  if (name === "") return "cannot be empty";
  if (name.includes(" ")) return "must not contain whitespace";
  if (name.includes(",")) return "must not contain ','";
  if (name.includes("#")) return "must not contain '#'";
  if (name.startsWith("_")) return "must not start with '_'";
  if (name !== name.toLowerCase()) return "must be lowercase";
  if (/[ "*\\<|,>/?]/.test(name))
    return `must not contain the following characters ${INVALID_CHARACTERS}`;
  return undefined;
}

/** The error of a name that cannot be used. */
export function invalidSnapshotName(repository: string, name: string, reason: string): VarveError {
  const message = `[${repository}:${name}] Invalid snapshot name [${name}], ${reason}`;
  return new VarveError("invalid", message, { type: "invalid_snapshot_name_exception" });
}
