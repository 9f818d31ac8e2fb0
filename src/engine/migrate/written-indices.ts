// Indices that this run has written anew, so that the next snapshot that holds the same files takes
// them again: of a series of snapshots an index is written once for each of its states.

import { createHash } from "node:crypto";
import { VarveError } from "../../base/index.ts";
import type { Repository, SnapshotId, StartedSnapshot } from "../../repository/index.ts";
import type { IndexMetadata } from "../cluster/metadata.ts";
import type { DocumentDigest } from "./document-digest.ts";
import type { PlannedIndex } from "./plan-migration.ts";

/** One that was written. */
export interface WrittenIndex {
  readonly digest: DocumentDigest;
  readonly losses: readonly string[];
  /** Generations of the Lucene commits, by shard. */
  readonly commits: ReadonlyMap<number, number>;
}

/** By `contentKey`. */
export type WrittenIndices = Map<string, WrittenIndex>;

/** Equal keys mean equal files in the source and an equal way of indexing them. */
export async function contentKey(
  source: Repository,
  snapshot: SnapshotId,
  planned: PlannedIndex,
  shards: readonly number[],
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([planned.name, planned.types, withoutIds(planned.indexing!)]));
  for (const shard of shards) {
    const { files } = await source.getShardSnapshot(snapshot, planned.index, shard, signal);
    const lines = files.map((file) => `${file.physicalName} ${file.length} ${file.checksum}`);
    hash.update(`${shard}\n${lines.sort().join("\n")}\n`);
  }
  return `migrated-${hash.digest("hex")}`;
}

function withoutIds({ settings, mappings, numberOfShards, routingNumShards }: IndexMetadata) {
  const ownKeys = (key: string) => key !== "index.uuid";
  return [settings.filter(ownKeys).toFlat(), mappings, numberOfShards, routingNumShards];
}

/** Names the files of before once more; undefined where they are no longer whole. */
export async function takeAgain(
  target: Repository,
  started: StartedSnapshot,
  planned: PlannedIndex,
  key: string,
  written: WrittenIndex,
  signal: AbortSignal,
): Promise<Map<number, string> | undefined> {
  const generations = new Map<number, string>();
  const gone = new VarveError("missing", "the files of before are not whole");
  const refuse = (): never => {
    throw gone;
  };
  try {
    for (const [shard, commitGeneration] of written.commits) {
      const index = started.indices.get(planned.name)!;
      const wanted = { index, shard, commit: refuse, commitGeneration, shardStateId: key };
      const plan = await target.planShardSnapshot(started, wanted, signal);
      const { generation } = await target.runShardSnapshot(plan, { read: refuse }, { signal });
      generations.set(shard, generation);
    }
    return generations;
  } catch (error) {
    if (error === gone || (error as Error).cause === gone) return undefined;
    throw error;
  }
}
