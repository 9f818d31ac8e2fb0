// A repository as the engine and the command line use it. Every method is a few lines over the
// operation's own file; see index.ts for the order of calls.

import type { BlobStore, DeleteResult } from "../blobstore/index.ts";
import {
  readClusterMetadata,
  readIndexMetadata,
  readOrRebuildShardIndex,
  readSnapshotInfo,
} from "./catalog/read-blobs.ts";
import { RepositoryCatalog } from "./catalog/repository-catalog.ts";
import { type CleanupPlan, planCleanup, runCleanup } from "./cleanup/cleanup-repository.ts";
import {
  type DeletePlan,
  deleteSnapshots,
  planDeleteSnapshots,
} from "./cleanup/delete-snapshots.ts";
import { type FreeingPlan, measurePlan } from "./cleanup/measure-plan.ts";
import type { CopyOptions } from "./copy/copy-blobs.ts";
import { type CopyResult, copySnapshot } from "./copy/copy-snapshot.ts";
import { mirrorRepository } from "./copy/mirror-repository.ts";
import { type CopyDecision, planCopy } from "./copy/plan-copy.ts";
import type { IndexMetadata } from "./format/index-metadata.ts";
import type { ClusterMetadata } from "./format/metadata.ts";
import type { RepositorySnapshot } from "./format/repository-data.ts";
import {
  type IndexId,
  indicesOf,
  type RepositoryData,
  snapshotByName,
} from "./format/repository-data.ts";
import type { ShardSnapshot } from "./format/shard-snapshot.ts";
import type { SnapshotId, SnapshotInfo } from "./format/snapshot-info.ts";
import { indexBlobName } from "./layout/blob-names.ts";
import { readAnyShardSnapshot } from "./remote-store/read-shallow-shard.ts";
import {
  checkNotReadonly,
  missingSnapshot,
  type RepositoryContext,
  type RepositoryOptions,
  repositoryContext,
  shardFolder,
} from "./repository-context.ts";
import {
  type ExistingFile,
  planShardRestore,
  type RestoreSink,
  type RunShardRestoreOptions,
  runShardRestore,
  type ShardRestorePlan,
} from "./restore/restore-shard.ts";
import { runLimited } from "./run-limited.ts";
import {
  type CloneRequest,
  planCloneSnapshot,
  runCloneSnapshot,
} from "./snapshot/clone-snapshot.ts";
import type { CommitFile } from "./snapshot/commit-files.ts";
import { runFinalizeSnapshot, type SnapshotToFinalize } from "./snapshot/finalize-snapshot.ts";
import { planShardSnapshot, type ShardSnapshotPlan } from "./snapshot/plan-shard-snapshot.ts";
import {
  type CommitSource,
  type RunShardSnapshotOptions,
  runShardSnapshot,
  type ShardSnapshotResult,
} from "./snapshot/run-shard-snapshot.ts";
import { readSnapshotStatus, type SnapshotStatus } from "./snapshot/snapshot-status.ts";
import { planSnapshotStart, type StartedSnapshot } from "./snapshot/start-snapshot.ts";
import { endVerification, startVerification, verifyNode } from "./verify/verify-repository.ts";

/** A shard of an index in a snapshot, whose commit is to be snapshotted. */
export interface ShardToSnapshot {
  index: IndexId;
  shard: number;
  /** A function is asked only where no earlier snapshot has the same state id. */
  commit: readonly CommitFile[] | (() => readonly CommitFile[]);
  /** Generation of the Lucene commit. */
  commitGeneration: number;
  /** Equal ids mean equal contents: `<history uuid>-<force merge uuid or na>-<max seq no>`. */
  shardStateId?: string | undefined;
}

/** One repository over one store. */
export class Repository {
  readonly context: RepositoryContext;
  private readonly catalog: RepositoryCatalog;

  constructor(store: BlobStore, options: RepositoryOptions) {
    this.context = repositoryContext(store, options);
    this.catalog = new RepositoryCatalog(this.context);
  }

  get name(): string {
    return this.context.name;
  }

  /** The newest catalog; cached until another generation appears. */
  getRepositoryData(signal?: AbortSignal): Promise<RepositoryData> {
    return this.catalog.read(signal);
  }

  /** The catalog as it was when it was first asked for: no listing for each of several steps. */
  openedRepositoryData(signal?: AbortSignal): Promise<RepositoryData> {
    return this.catalog.readOnce(signal);
  }

  /** The snapshot of a name. Error: snapshot_missing_exception. */
  async findSnapshot(name: string, signal?: AbortSignal): Promise<RepositorySnapshot> {
    const found = snapshotByName(await this.catalog.read(signal), name);
    if (found === undefined) throw missingSnapshot(this.context, name);
    return found;
  }

  /** What a snapshot is. Errors: missing or corrupt, each for this one snapshot. */
  getSnapshotInfo(snapshot: SnapshotId, signal?: AbortSignal): Promise<SnapshotInfo> {
    return readSnapshotInfo(this.context, snapshot, signal);
  }

  /** Several at a time; a snapshot that cannot be read is answered as its error. */
  getSnapshotInfos(
    snapshots: readonly SnapshotId[],
    signal?: AbortSignal,
  ): Promise<(SnapshotInfo | Error)[]> {
    return runLimited(snapshots, this.context.parallelCallsMax, async (snapshot) => {
      try {
        return await readSnapshotInfo(this.context, snapshot, signal);
      } catch (error) {
        signal?.throwIfAborted();
        return error as Error;
      }
    });
  }

  /** The cluster's state in a snapshot. */
  getClusterMetadata(snapshot: SnapshotId, signal?: AbortSignal): Promise<ClusterMetadata> {
    return readClusterMetadata(this.context, snapshot, signal);
  }

  /** An index's metadata in a snapshot. */
  async getIndexMetadata(
    snapshot: SnapshotId,
    index: IndexId,
    signal?: AbortSignal,
  ): Promise<IndexMetadata> {
    const data = await this.catalog.readFor(snapshot.uuid, signal);
    return readIndexMetadata(this.context, data, snapshot, index, signal);
  }

  /** The indices of a snapshot, with their folders. */
  async getSnapshotIndices(snapshot: SnapshotId, signal?: AbortSignal): Promise<IndexId[]> {
    return indicesOf(await this.catalog.readFor(snapshot.uuid, signal), snapshot.uuid);
  }

  /** The files of a shard in a snapshot; those of a shallow one lie in its `folder`. */
  async getShardSnapshot(
    snapshot: SnapshotId,
    index: IndexId,
    shard: number,
    signal?: AbortSignal,
  ): Promise<ShardSnapshot> {
    const data = await this.catalog.readFor(snapshot.uuid, signal);
    return readAnyShardSnapshot(this.context, data, snapshot, index, shard, signal);
  }

  /** Files and bytes of every shard of a finished snapshot. */
  async getSnapshotStatus(snapshot: SnapshotId, signal?: AbortSignal): Promise<SnapshotStatus> {
    const data = await this.catalog.readFor(snapshot.uuid, signal);
    return readSnapshotStatus(this.context, data, snapshot, signal);
  }

  /** Begins a snapshot. Writes nothing. */
  async startSnapshot(name: string, indexNames: readonly string[]): Promise<StartedSnapshot> {
    return planSnapshotStart(this.context, await this.catalog.read(), name, indexNames);
  }

  /** Reads what earlier snapshots hold of a shard and plans this one. The plan is plain data. */
  async planShardSnapshot(
    started: StartedSnapshot,
    shard: ShardToSnapshot,
    signal?: AbortSignal,
  ): Promise<ShardSnapshotPlan> {
    const { index } = shard;
    const folder = shardFolder(this.context, index, shard.shard);
    const known = started.base.indices.get(index.name);
    const previousGeneration = known?.shardGenerations[shard.shard] ?? null;
    const { store } = this.context;
    // A new index has no folder, and the listing of one costs a call.
    const listing =
      known === undefined ? new Map<string, number>() : await store.list(folder, "", signal);
    const found =
      known === undefined
        ? { shardIndex: [], rebuilt: false }
        : await readOrRebuildShardIndex(
            this.context,
            started.base,
            known,
            shard.shard,
            listing,
            signal,
          );
    const plan = planShardSnapshot({
      snapshotId: started.snapshotId,
      indexName: index.name,
      shard: shard.shard,
      folder,
      commit: shard.commit,
      commitGeneration: shard.commitGeneration,
      shardStateId: shard.shardStateId,
      previous: found.shardIndex,
      previousGeneration,
      listing,
      chunkSizeBytes: this.context.chunkSizeBytes,
      random: this.context.random,
    });
    if (found.rebuilt) plan.damaged.push(indexBlobName(previousGeneration ?? ""));
    return plan;
  }

  /** Uploads a shard. May run in a worker thread by the free function of the same name. */
  runShardSnapshot(
    plan: ShardSnapshotPlan,
    source: CommitSource,
    options: Omit<RunShardSnapshotOptions, "clock" | "compress"> = {},
  ): Promise<ShardSnapshotResult> {
    const { store, clock, compress } = this.context;
    return runShardSnapshot(store, plan, source, { clock, compress, ...options });
  }

  /** Makes the snapshot exist. Errors: snapshot_exception over a concurrent modification. */
  finalizeSnapshot(snapshot: SnapshotToFinalize): Promise<RepositoryData> {
    return runFinalizeSnapshot(this.context, this.catalog, snapshot);
  }

  /** Clones a snapshot within the repository. */
  async cloneSnapshot(request: CloneRequest): Promise<SnapshotInfo> {
    const plan = await planCloneSnapshot(this.context, await this.catalog.read(), request);
    await runCloneSnapshot(this.context, this.catalog, plan);
    return readSnapshotInfo(this.context, plan.target);
  }

  /** What a deletion would do and free. */
  async planDelete(names: readonly string[], signal?: AbortSignal): Promise<DeletePlan> {
    const data = await this.catalog.read(signal);
    return planDeleteSnapshots(this.context, data, this.select(data, names), signal);
  }

  /** Deletes snapshots by name. Errors: snapshot_missing_exception, then nothing is deleted. */
  async deleteSnapshots(names: readonly string[], signal?: AbortSignal): Promise<DeleteResult> {
    checkNotReadonly(this.context, "cannot delete snapshot from a readonly repository");
    const select = (data: RepositoryData) => this.select(data, names);
    return (await deleteSnapshots(this.context, this.catalog, select, signal)).deleted;
  }

  private select(data: RepositoryData, names: readonly string[]): SnapshotId[] {
    return [...new Set(names)].map((name) => {
      const found = snapshotByName(data, name);
      if (found === undefined) throw missingSnapshot(this.context, name);
      return { name: found.name, uuid: found.uuid };
    });
  }

  /** What a cleanup would remove. */
  async planCleanup(signal?: AbortSignal): Promise<CleanupPlan> {
    return planCleanup(this.context, await this.catalog.read(signal), signal);
  }

  /** Blobs and bytes that a plan frees, index folders that go as a whole included. */
  measurePlan(plan: FreeingPlan, signal?: AbortSignal): Promise<DeleteResult> {
    return measurePlan(this.context, plan, signal);
  }

  /** Removes what nothing names. */
  async cleanup(signal?: AbortSignal): Promise<DeleteResult> {
    checkNotReadonly(this.context, "cannot run cleanup on readonly repository");
    return runCleanup(this.context, this.catalog, await this.planCleanup(signal));
  }

  /** Plans the restore of a shard; `existing` are the target's files with verified checksums. */
  async planShardRestore(
    snapshot: SnapshotId,
    index: IndexId,
    shard: number,
    existing?: ReadonlyMap<string, ExistingFile>,
    signal?: AbortSignal,
  ): Promise<ShardRestorePlan> {
    const found = await this.getShardSnapshot(snapshot, index, shard, signal);
    const folder = found.folder ?? shardFolder(this.context, index, shard);
    const shown = `${snapshot.name}/${snapshot.uuid}`;
    const target = { indexName: index.name, shard, folder, snapshot: shown };
    return planShardRestore(target, found, existing);
  }

  /** Restores a shard; every length and checksum was right when it answers. */
  runShardRestore(
    plan: ShardRestorePlan,
    sink: RestoreSink,
    options?: RunShardRestoreOptions,
  ): Promise<void> {
    return runShardRestore(this.context.store, plan, sink, options);
  }

  /** What a copy of snapshots (all by default) of `source` into this repository would do. */
  async planCopyFrom(
    source: Repository,
    names?: readonly string[],
    signal?: AbortSignal,
  ): Promise<CopyDecision[]> {
    const data = await source.getRepositoryData(signal);
    const wanted = names === undefined ? [...data.snapshots.values()] : source.select(data, names);
    const infos = await source.getSnapshotInfos(wanted, signal);
    const read = infos.map((info, at) =>
      info instanceof Error ? { ...wanted[at]!, error: info } : info,
    );
    return planCopy(read, await this.catalog.read(signal));
  }

  /**
   * Makes this repository a copy of `source` as it is: for repositories of Elasticsearch before
   * 7.6, to which no snapshot can be added. Errors: `conflict` where this one holds others.
   */
  async mirrorFrom(source: Repository, options?: CopyOptions): Promise<CopyResult> {
    checkNotReadonly(this.context, "cannot create snapshot in a readonly repository");
    const sourceData = await source.getRepositoryData(options?.signal);
    const { context: target, catalog } = this;
    return mirrorRepository({ source: source.context, sourceData, target, catalog }, options);
  }

  /** Copies a snapshot of `source` with its name and ids. Errors: `corrupt` names the blob. */
  async copyFrom(
    source: Repository,
    snapshot: SnapshotId,
    options?: CopyOptions,
  ): Promise<CopyResult> {
    checkNotReadonly(this.context, "cannot create snapshot in a readonly repository");
    const sourceData = await source.getRepositoryData(options?.signal);
    const info = await source.getSnapshotInfo(snapshot, options?.signal);
    const { context: target, catalog } = this;
    return copySnapshot({ source: source.context, sourceData, target, catalog }, info, options);
  }

  /** Writes, reads and removes a probe. Error: repository_verification_exception. */
  async verify(nodeId: string): Promise<void> {
    const seed = await startVerification(this.context, this.catalog);
    await verifyNode(this.context, seed, nodeId);
    await endVerification(this.context, seed);
  }

  close(): Promise<void> {
    return this.context.store.close();
  }
}

/** Opens a repository; nothing is read yet. */
export function openRepository(store: BlobStore, options: RepositoryOptions): Repository {
  return new Repository(store, options);
}
