// Optimistic concurrency: which version a write expects, and how a conflict is worded. The texts
// are the server's own; clients match on them.
// Upstream: org.opensearch.index.VersionType, index.engine.VersionConflictEngineException.

import { VarveError } from "../../base/index.ts";

/** Who gives a document its version: the shard, or the caller. */
export type VersionType = "internal" | "external" | "external_gte";

/** No version was asked for. */
export const MATCH_ANY = -3;
/** The document must not exist: `op_type=create`. */
export const MATCH_DELETED = -4;
/** The current version of a document that is not there. */
export const NOT_FOUND = -1;

/** The index and the shard's number, for errors. */
export interface ShardId {
  readonly index: string;
  readonly indexUuid: string;
  readonly shard: number;
}

/** Must a write that expects `expected` be refused? `deleted`: there is no live document. */
export function isConflictForWrites(
  type: VersionType,
  current: number,
  expected: number,
  deleted: boolean,
): boolean {
  if (type === "internal") {
    if (expected === MATCH_ANY) return false;
    if (expected === MATCH_DELETED) return !deleted;
    return current !== expected;
  }
  if (current === NOT_FOUND) return false;
  if (expected === MATCH_ANY) return true;
  return type === "external" ? current >= expected : current > expected;
}

/** The words after `version conflict, ` for a refused write. */
export function explainConflictForWrites(
  type: VersionType,
  current: number,
  expected: number,
): string {
  if (type === "external") {
    return `current version [${current}] is higher or equal to the one provided [${expected}]`;
  }
  if (type === "external_gte") {
    return `current version [${current}] is higher than the one provided [${expected}]`;
  }
  if (expected === MATCH_DELETED) return `document already exists (current version [${current}])`;
  return explainConflictForReads(current, expected);
}

/** Must a get that asks for `expected` be refused? The current version is known to exist or not. */
export function isConflictForReads(type: VersionType, current: number, expected: number): boolean {
  if (expected === MATCH_ANY) return false;
  if (type !== "internal" && current === NOT_FOUND) return true;
  return current !== expected;
}

/** The words after `version conflict, ` for a refused get. */
export function explainConflictForReads(current: number, expected: number): string {
  if (current === NOT_FOUND) return `document does not exist (expected version [${expected}])`;
  return `current version [${current}] is different than the one provided [${expected}]`;
}

/** The version that a write gives the document. */
export function updateVersion(type: VersionType, current: number, expected: number): number {
  if (type !== "internal") return expected;
  return current === NOT_FOUND ? 1 : current + 1;
}

/** `[id]: version conflict, …`, status 409. */
export function versionConflict(shardId: ShardId, id: string, explanation: string): VarveError {
  return new VarveError("conflict", `[${id}]: version conflict, ${explanation}`, {
    type: "version_conflict_engine_exception",
    metadata: {
      index: shardId.index,
      shard: String(shardId.shard),
      index_uuid: shardId.indexUuid,
    },
  });
}

/**
 * The same for `if_seq_no` and `if_primary_term`; `current` is undefined when there is no document.
 */
export function seqNoConflict(
  shardId: ShardId,
  id: string,
  required: { seqNo: number; term: number },
  current: { seqNo: number; term: number } | undefined,
): VarveError {
  const found =
    current === undefined
      ? " but no document was found"
      : ` current document has seqNo [${current.seqNo}] and primary term [${current.term}]`;
  const asked = `required seqNo [${required.seqNo}], primary term [${required.term}].`;
  return versionConflict(shardId, id, asked + found);
}
