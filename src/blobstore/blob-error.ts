// The errors of the contract, made in one place so that every provider says the same.

import { VarveError } from "../base/index.ts";

/** No blob of this name. */
export function missingBlob(name: string, cause?: unknown): VarveError {
  return new VarveError("missing", `Blob [${name}] does not exist`, {
    type: "no_such_file_exception",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A blob of this name is there already. */
export function existingBlob(name: string, cause?: unknown): VarveError {
  return new VarveError("conflict", `blob [${name}] already exists, cannot overwrite`, {
    type: "file_already_exists_exception",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A blob is shorter than the range that was asked for. */
export function shortBlob(name: string, offset: number, length: number): VarveError {
  const range = `${length} bytes at ${offset}`;
  return new VarveError("corrupt", `Blob [${name}] is truncated: it ends before ${range}`, {
    type: "corrupt_index_exception",
  });
}

/** A store that only reads was asked to write. */
export function readOnlyStore(description: string): VarveError {
  return new VarveError("unsupported", `${description} is read-only`, {
    type: "unsupported_operation_exception",
  });
}

/** A stream gave another number of bytes than it promised. */
export function wrongLength(name: string, expected: number, actual: number): VarveError {
  const message = `Content of blob [${name}] has ${actual} bytes where ${expected} were announced`;
  return new VarveError("internal", message);
}

/** Checks a name against the contract; answers it. */
export function checkBlobName(name: string): string {
  const bad =
    name.length === 0 ||
    name.includes("\0") ||
    name.split("/").some((segment) => segment === "" || segment === "." || segment === "..");
  if (bad) {
    throw new VarveError("invalid", `[${name}] is not a blob name`, {
      type: "illegal_argument_exception",
    });
  }
  return name;
}

/** Checks a folder, which may be the root; answers it. */
export function checkFolder(folder: string): string {
  return folder === "" ? folder : checkBlobName(folder);
}
