// What a write does to a document, decided from its newest known version before anything changes.
// Pure: conflicts are thrown, nothing else happens here.
// Upstream: InternalEngine.planIndexingAsPrimary, planDeletionAsPrimary (2.19.6).

import { illegalArgument, type VarveError } from "../../base/index.ts";
import {
  explainConflictForReads,
  explainConflictForWrites,
  isConflictForReads,
  isConflictForWrites,
  MATCH_ANY,
  MATCH_DELETED,
  NOT_FOUND,
  type ShardId,
  seqNoConflict,
  updateVersion,
  type VersionType,
  versionConflict,
} from "./version-type.ts";

/**
 * The newest known state of a document. Undefined where there never was one, or its delete is old.
 */
export interface CurrentVersion {
  readonly version: number;
  readonly seqNo: number;
  readonly term: number;
  readonly isDelete: boolean;
}

/** What a write expects. */
export interface Expectation {
  readonly id: string;
  readonly opType?: "index" | "create";
  readonly version?: number;
  readonly versionType: VersionType;
  readonly ifSeqNo?: number;
  readonly ifPrimaryTerm?: number;
}

/** What is to be done. */
export interface OperationPlan {
  /** The version that the document gets. */
  readonly version: number;
  /** A live document is replaced or deleted. */
  readonly exists: boolean;
}

/** Plans an index or a delete; throws `version_conflict_engine_exception`. */
export function planOperation(
  shardId: ShardId,
  expected: Expectation,
  current: CurrentVersion | undefined,
): OperationPlan {
  const deleted = current === undefined || current.isDelete;
  checkSeqNo(shardId, expected, deleted ? undefined : current);
  const currentVersion = current?.version ?? NOT_FOUND;
  const version = expectedVersion(expected);
  if (isConflictForWrites(expected.versionType, currentVersion, version, deleted)) {
    const why = explainConflictForWrites(expected.versionType, currentVersion, version);
    throw versionConflict(shardId, expected.id, why);
  }
  return {
    version: updateVersion(expected.versionType, currentVersion, version),
    exists: !deleted,
  };
}

/** Checks a get's own expectations against the document that it found. */
export function checkRead(shardId: ShardId, expected: Expectation, found: CurrentVersion): void {
  const version = expected.version ?? MATCH_ANY;
  if (isConflictForReads(expected.versionType, found.version, version)) {
    const why = explainConflictForReads(found.version, version);
    throw versionConflict(shardId, expected.id, why);
  }
  checkSeqNo(shardId, expected, found);
}

function expectedVersion(expected: Expectation): number {
  const version = expected.version;
  if (version === undefined) {
    return expected.opType === "create" && expected.versionType === "internal"
      ? MATCH_DELETED
      : MATCH_ANY;
  }
  const least = expected.versionType === "internal" ? 1 : 0;
  if (version !== MATCH_ANY && version !== MATCH_DELETED && version < least) {
    throw illegalVersion(expected);
  }
  return version;
}

function illegalVersion(expected: Expectation): VarveError {
  const type = expected.versionType.toUpperCase();
  return illegalArgument(`illegal version value [${expected.version}] for version type [${type}]`);
}

function checkSeqNo(
  shardId: ShardId,
  expected: Expectation,
  current: CurrentVersion | undefined,
): void {
  const { ifSeqNo, ifPrimaryTerm } = expected;
  if (ifSeqNo === undefined) return;
  const required = { seqNo: ifSeqNo, term: ifPrimaryTerm ?? 0 };
  if (current?.seqNo === required.seqNo && current.term === required.term) return;
  throw seqNoConflict(shardId, expected.id, required, current);
}
