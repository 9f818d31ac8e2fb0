// The beginning of a snapshot: names are checked against the catalog and each index gets its
// folder. Nothing is written yet. Upstream: SnapshotsService.createSnapshot,
// RepositoryData.resolveNewIndices.

import { randomBase64Uuid } from "../../base/index.ts";
import {
  checkWritable,
  type IndexId,
  type RepositoryData,
  snapshotByName,
} from "../format/repository-data.ts";
import type { SnapshotId } from "../format/snapshot-info.ts";
import { checkNotReadonly, type RepositoryContext } from "../repository-context.ts";
import { checkSnapshotName, invalidSnapshotName } from "../snapshot-name.ts";

/** A snapshot that has begun. Plain data. */
export interface StartedSnapshot {
  snapshotId: SnapshotId;
  /** The catalog at the beginning. */
  base: RepositoryData;
  /** By name. */
  indices: Map<string, IndexId>;
}

/**
 * Begins a snapshot of `indexNames`. Errors: invalid_snapshot_name_exception, repository_exception
 * for a readonly repository.
 */
export function planSnapshotStart(
  context: RepositoryContext,
  base: RepositoryData,
  name: string,
  indexNames: readonly string[],
): StartedSnapshot {
  checkSnapshotName(context.name, name);
  checkNotReadonly(context, "cannot create snapshot in a readonly repository");
  checkWritable(base);
  if (snapshotByName(base, name) !== undefined) {
    throw invalidSnapshotName(context.name, name, "snapshot with the same name already exists");
  }
  const indices = new Map<string, IndexId>();
  for (const indexName of indexNames) {
    const known = base.indices.get(indexName);
    indices.set(indexName, {
      name: indexName,
      id: known?.id ?? randomBase64Uuid(context.random),
      shardPathType: known?.shardPathType ?? context.shardPathType,
    });
  }
  return { snapshotId: { name, uuid: randomBase64Uuid(context.random) }, base, indices };
}
