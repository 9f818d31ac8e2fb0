// A text a shard that is equal in two snapshots exactly when the shard's files are.

import { createHash } from "node:crypto";
import { VarveError } from "../base/index.ts";
import {
  type IndexId,
  type IndexMetadata,
  numberOfShards,
  type Repository,
  type SnapshotId,
} from "../repository/index.ts";

/** The type of an error that says that a shard has no blob of the snapshot. */
const MISSING_SNAPSHOT = "snapshot_missing_exception";

/** One a shard; undefined where the snapshot does not hold the shard. */
export async function shardSignatures(
  repository: Repository,
  snapshot: SnapshotId,
  index: IndexId,
  metadata: IndexMetadata,
  signal: AbortSignal,
): Promise<(string | undefined)[]> {
  const shards = Array.from({ length: numberOfShards(metadata) }, (_, shard) => shard);
  return await Promise.all(
    shards.map(async (shard) => {
      try {
        const { files } = await repository.getShardSnapshot(snapshot, index, shard, signal);
        const hash = createHash("sha1");
        for (const { physicalName, length, checksum } of files.toSorted(byName)) {
          hash.update(`${physicalName}/${length}/${checksum}\n`);
        }
        return hash.digest("base64");
      } catch (error) {
        signal.throwIfAborted();
        // A file that is missing in a remote store is another matter.
        const isMissing = error instanceof VarveError && error.type === MISSING_SNAPSHOT;
        if (isMissing) return undefined;
        throw error;
      }
    }),
  );
}

function byName(a: { physicalName: string }, b: { physicalName: string }): number {
  return a.physicalName < b.physicalName ? -1 : 1;
}
