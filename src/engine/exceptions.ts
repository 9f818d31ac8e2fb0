// OpenSearch's exceptions that the engine throws in more than one place, with the real reason
// texts.

import { type ErrorKind, VarveError } from "../base/index.ts";

/** An error of OpenSearch's `type` with its reason text. */
export function exception(
  kind: ErrorKind,
  type: string,
  reason: string,
  metadata: Record<string, unknown> = {},
  cause?: unknown,
): VarveError {
  return new VarveError(kind, reason, {
    type,
    metadata,
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * `no such index [name]`, 404; `type` is its `resource.type`: a single name that had to exist is an
 * `index_expression`.
 */
export function indexNotFound(
  name: string,
  type: "index_or_alias" | "index_expression" = "index_or_alias",
): VarveError {
  return exception("missing", "index_not_found_exception", `no such index [${name}]`, {
    index: name,
    index_uuid: "_na_",
    "resource.id": name,
    "resource.type": type,
  });
}

/** `index [name/uuid] already exists`, 400. */
export function resourceAlreadyExists(name: string, uuid: string): VarveError {
  return exception(
    "invalid",
    "resource_already_exists_exception",
    `index [${name}/${uuid}] already exists`,
    { index: name, index_uuid: uuid },
  );
}

/** `Invalid index name [name], why`, 400. */
export function invalidIndexName(name: string, why: string): VarveError {
  const reason = `Invalid index name [${name}], ${why}`;
  return exception("invalid", "invalid_index_name_exception", reason, {
    index: name,
    index_uuid: "_na_",
  });
}

/** `Validation Failed: 1: a;2: b;`, 400. */
export function validationFailed(...problems: string[]): VarveError {
  const type = "action_request_validation_exception";
  return exception("invalid", type, validationText(problems));
}

/** `Validation Failed: 1: a;2: b;`. */
export function validationText(problems: readonly string[]): string {
  const list = problems.map((problem, index) => `${index + 1}: ${problem};`).join("");
  return `Validation Failed: ${list}`;
}

/** `closed`, 400: the index is closed. */
export function indexClosed(name: string, uuid: string): VarveError {
  return exception("invalid", "index_closed_exception", "closed", {
    index: name,
    index_uuid: uuid,
  });
}
