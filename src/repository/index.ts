// What a bucket must hold so that OpenSearch restores it.
//
//   const repository = openRepository(new FsBlobStore(location), { name, clock, random });
//
// Read:     data = getRepositoryData(); getSnapshotInfos([...data.snapshots.values()]);
//           getSnapshotIndices, getIndexMetadata, getClusterMetadata, getShardSnapshot,
//           getSnapshotStatus.
// Snapshot: 1. started = await startSnapshot("snap-1", ["cities"])    writes nothing
//           2. for each shard, several at a time:
//                commit = describeCommitFiles(directory, files of the commit, "9.1.0")
//                plan = await planShardSnapshot(started, { index: started.indices.get("cities"),
//                       shard, commit, commitGeneration, shardStateId })     plain data
//                result = await runShardSnapshot(plan, directorySource(directory),
//                         { signal, onBytes, onFile })
//              The commit must be held until then. In a worker thread, the free function
//              runShardSnapshot(store, plan, source, options) does the same with its own store;
//              that store's flush() must have answered before step 3.
//           3. await finalizeSnapshot({ info, clusterMetadata, base: started.base,
//              indices: [{ index, metadata, shardGenerations: [result.generation, …] }] })
//              A shard that failed keeps its generation of before, or "_new" where it had none, and
//              stands in info.shardFailures (state PARTIAL).
//           To abort: stop after any step. What was uploaded is unreferenced, and the next
//           cleanup or deletion takes it.
// Restore:  plan = await planShardRestore(snapshotId, index, shard);
//           await runShardRestore(plan, directorySink(directory), { signal, onBytes, onFile })
// Others:   deleteSnapshots, cloneSnapshot, cleanup, verify; planDelete, planCleanup: dry runs.
//
// Throttling is a wrapper of the store (`throttle` with a `ByteRate` a direction). Of one
// repository, snapshots may overlap as long as no two of them have a shard in common; a deletion
// or a cleanup must be alone. The engine sees to that; another process that does not is refused
// by index-N. Errors carry OpenSearch's type and reason. Formats: docs/format.

export {
  concurrentModification,
  RepositoryCatalog,
} from "./catalog/repository-catalog.ts";
export type { CleanupPlan } from "./cleanup/cleanup-repository.ts";
export type { DeletePlan } from "./cleanup/delete-snapshots.ts";
export type { CopyOptions } from "./copy/copy-blobs.ts";
export type { CopyResult } from "./copy/copy-snapshot.ts";
export type { CopyDecision } from "./copy/plan-copy.ts";
export * from "./directory/blob-directory.ts";
export * from "./directory/blob-pages.ts";
export * from "./directory/walk-with-pages.ts";
export * from "./format/checksummed-blob.ts";
export * from "./format/file-info.ts";
export * from "./format/index-metadata.ts";
export * from "./format/metadata.ts";
export * from "./format/repository-data.ts";
export * from "./format/shard-index.ts";
export * from "./format/shard-snapshot.ts";
export * from "./format/snapshot-info.ts";
export * from "./format/version.ts";
export * from "./layout/shard-path.ts";
export * from "./repair/adopt-snapshot.ts";
export * from "./repair/plan-repair.ts";
export * from "./repair/run-repair.ts";
export * from "./repository.ts";
export {
  missingSnapshot,
  type RepositoryContext,
  type RepositoryOptions,
  shardFolder,
} from "./repository-context.ts";
export * from "./restore/directory-sink.ts";
export * from "./restore/restore-shard.ts";
export { runLimited } from "./run-limited.ts";
export type { CloneRequest } from "./snapshot/clone-snapshot.ts";
export * from "./snapshot/commit-files.ts";
export * from "./snapshot/count-documents.ts";
export type { FinalizedIndex, SnapshotToFinalize } from "./snapshot/finalize-snapshot.ts";
export * from "./snapshot/plan-shard-snapshot.ts";
export * from "./snapshot/run-shard-snapshot.ts";
export * from "./snapshot/snapshot-status.ts";
export type { StartedSnapshot } from "./snapshot/start-snapshot.ts";
export * from "./snapshot-name.ts";
export * from "./usage/measure-deletion.ts";
export * from "./usage/measure-usage.ts";
export * from "./verify/finding.ts";
export * from "./verify/verify.ts";
