// Creates, deletes, clones and lists snapshots. Work on one repository runs one after the other,
// so that each sees the catalog of the one before. Upstream: SnapshotsService (3.6.0).

import type { VarveError } from "../../base/index.ts";
import {
  checkSnapshotName,
  invalidSnapshotName,
  type Repository,
  type RepositoryIndex,
  type SnapshotInfo,
  type StartedSnapshot,
} from "../../repository/index.ts";
import type { IndexMetadata } from "../cluster/metadata.ts";
import { backingIndices, matchesAny, resolveIndices } from "../cluster/name-resolver.ts";
import { exception } from "../exceptions.ts";
import type { IndicesService } from "../indices/indices-service.ts";
import { clusterToStored, indexToStored } from "./metadata-conversion.ts";
import type { RepositoriesService } from "./repositories-service.ts";
import { repositoryException } from "./repository-types.ts";
import { noteEvent, RunningSnapshot, type ShardProgress } from "./running-snapshot.ts";
import { ShardTransfers } from "./shard-transfers.ts";
import { describeUpload, type HeldCommit, holdCommit } from "./shard-upload.ts";
import {
  type CreateSnapshotRequest,
  parseCloneIndices,
  snapshotException,
} from "./snapshot-request.ts";
import { snapshotVersionId } from "./snapshot-version.ts";
import { describeFailure, type ShardUpload } from "./transfer-protocol.ts";

const CONCURRENT_OPERATIONS_DEFAULT = 1000;

/** Owner of snapshots that run, and of the order of work in each repository. */
export class SnapshotsService {
  private readonly indices: IndicesService;
  private readonly repositories: RepositoriesService;
  private readonly nodeId: string;
  /** The threads that move shards; restores use them too. */
  readonly transfers: ShardTransfers;
  private readonly running = new Set<RunningSnapshot>();
  /** The last operation of each repository. */
  private readonly tails = new Map<string, Promise<unknown>>();
  private readonly busy = new Map<string, number>();
  /** Snapshots that a restore is reading, as `repository:snapshot`. */
  readonly restoring = new Map<string, number>();

  constructor(indices: IndicesService, repositories: RepositoriesService, nodeId: string) {
    this.indices = indices;
    this.repositories = repositories;
    this.nodeId = nodeId;
    this.transfers = new ShardTransfers(indices.context.clock);
    repositories.usage.push((name) => (this.busy.get(name) ?? 0) > 0);
    indices.guards.push((operation, guarded) => this.checkNotSnapshotted(operation, guarded));
  }

  private get clock() {
    return this.indices.context.clock;
  }

  /** Runs `work` after everything that was asked of the repository before. */
  private async enqueue<T>(repository: string, work: () => Promise<T>): Promise<T> {
    const before = this.tails.get(repository) ?? Promise.resolve();
    this.busy.set(repository, (this.busy.get(repository) ?? 0) + 1);
    const turn = before.then(work, work);
    this.tails.set(
      repository,
      turn.catch(() => {}),
    );
    try {
      return await turn;
    } finally {
      this.busy.set(repository, this.busy.get(repository)! - 1);
    }
  }

  private checkNotSnapshotted(
    operation: "delete" | "close",
    guarded: readonly IndexMetadata[],
  ): void {
    const uuids = new Set(
      [...this.running].flatMap((entry) => entry.indices.map((index) => index.uuid)),
    );
    const names = guarded
      .filter((index) => uuids.has(index.uuid))
      .map((index) => `[${index.name}/${index.uuid}]`);
    if (names.length === 0) return;
    throw exception(
      "invalid",
      "snapshot_in_progress_exception",
      `Cannot ${operation} indices that are being snapshotted: [${names.join(", ")}]. ` +
        "Try again after snapshot finishes or cancel the currently running snapshot.",
    );
  }

  /** Snapshots of a repository that run now. */
  runningIn(repository: string | undefined): RunningSnapshot[] {
    return [...this.running].filter(
      (entry) => repository === undefined || entry.repository === repository,
    );
  }

  /** Checks and registers a snapshot; `done` of the answer settles with its info. */
  async create(
    repositoryName: string,
    name: string,
    request: CreateSnapshotRequest,
  ): Promise<{ entry: RunningSnapshot; done: Promise<SnapshotInfo> }> {
    const repository = this.repositories.get(repositoryName);
    checkSnapshotName(repositoryName, name);
    if (repository.context.readonly) {
      throw repositoryException(repositoryName, "cannot create snapshot in a readonly repository");
    }
    if (this.runningIn(repositoryName).some((entry) => entry.name === name)) {
      throw invalidSnapshotName(
        repositoryName,
        name,
        "snapshot with the same name is already in-progress",
      );
    }
    this.checkConcurrency(repositoryName, name);
    const { cluster } = this.indices;
    const chosen = resolveIndices(cluster.metadata, request.indices, request.options, this.clock);
    this.checkPrimaries(repositoryName, name, chosen, request.partial);
    const started = await repository.startSnapshot(
      name,
      chosen.map((index) => index.name),
    );
    const streams = [...cluster.metadata.dataStreams]
      .filter(([, stream]) =>
        backingIndices(stream).every((index) => chosen.some((one) => one.name === index)),
      )
      .map(([stream]) => stream);
    const entry = new RunningSnapshot(
      repositoryName,
      started,
      request,
      chosen,
      streams,
      this.clock.now(),
    );
    this.running.add(entry);
    const done = this.enqueue(repositoryName, () => this.run(repository, entry)).finally(() => {
      this.running.delete(entry);
    });
    entry.done = done.catch(() => {});
    return { entry, done };
  }

  private checkConcurrency(repository: string, name: string): void {
    const limit = this.indices.cluster.settings.getInt(
      "snapshot.max_concurrent_operations",
      CONCURRENT_OPERATIONS_DEFAULT,
    );
    const now = [...this.busy.values()].reduce((sum, count) => sum + count, 0);
    if (now < limit) return;
    throw snapshotException(
      "concurrent_snapshot_execution_exception",
      repository,
      name,
      `Cannot start another operation, already running [${now}] operations and the current limit ` +
        `for concurrent snapshot operations is set to [${limit}]`,
    );
  }

  private checkPrimaries(
    repository: string,
    name: string,
    chosen: readonly IndexMetadata[],
    partial: boolean,
  ): void {
    if (partial) return;
    const missing = chosen
      .filter((index) => index.state === "open")
      .filter(
        (index) => this.indices.service(index.name)?.openShards().length !== index.numberOfShards,
      )
      .map((index) => index.name);
    if (missing.length === 0) return;
    throw snapshotException(
      "snapshot_exception",
      repository,
      name,
      `Indices don't have primary shards [${missing.join(", ")}]`,
    );
  }

  /** The whole of one snapshot, when its turn has come. */
  private async run(repository: Repository, entry: RunningSnapshot): Promise<SnapshotInfo> {
    entry.signal.throwIfAborted();
    const planned = await repository.startSnapshot(
      entry.name,
      entry.indices.map((index) => index.name),
    );
    const started: StartedSnapshot = { ...planned, snapshotId: entry.started.snapshotId };
    await this.uploadAll(started, entry);
    entry.signal.throwIfAborted();
    for (const progress of entry.shards) if (progress.stage === "DONE") progress.stage = "FINALIZE";
    const info = this.infoOf(entry);
    const { metadata } = this.indices.cluster;
    await repository.finalizeSnapshot({
      info,
      base: started.base,
      clusterMetadata: clusterToStored(
        metadata,
        entry.request.includeGlobalState,
        entry.dataStreams,
      ),
      indices: entry.indices.map((index) => ({
        index: started.indices.get(index.name)!,
        metadata: indexToStored(index),
        shardGenerations: generationsOf(entry, started, index),
      })),
    });
    return info;
  }

  /** Uploads every shard; what failed stands in the shards' progress. */
  private async uploadAll(started: StartedSnapshot, entry: RunningSnapshot): Promise<void> {
    const held: HeldCommit[] = [];
    const uploads: { upload: ShardUpload; progress: ShardProgress }[] = [];
    try {
      let bytes = 0;
      for (const progress of entry.shards) {
        entry.signal.throwIfAborted();
        const commit = await this.holdShard(entry, progress);
        if (commit === undefined) continue;
        held.push(commit);
        for (const file of commit.files) bytes += file.length;
        const upload = describeUpload(progress.index.name, progress.shard, commit);
        uploads.push({ upload, progress });
      }
      const task = {
        started: withIndices(started, entry),
        shards: uploads.map(({ upload }) => upload),
      };
      await this.transfers.upload(this.repositories.forTransfer(entry.repository), task, bytes, {
        signal: entry.signal,
        onEvent: (event) => noteEvent(uploads[event.at]!.progress, event),
      });
    } finally {
      for (const commit of held) commit.close();
    }
  }

  private async holdShard(
    entry: RunningSnapshot,
    progress: ShardProgress,
  ): Promise<HeldCommit | undefined> {
    const { index, shard } = progress;
    progress.startTime = this.clock.now();
    try {
      const open = this.indices.service(index.name)?.shards[shard];
      if (open === undefined && index.state === "open") {
        throw new Error("primary shard is not allocated");
      }
      return await holdCommit(open, `${this.indices.shardFolder(index.uuid, shard)}/index`);
    } catch (error) {
      entry.signal.throwIfAborted();
      progress.stage = "FAILURE";
      progress.reason = describeFailure(error);
      return undefined;
    }
  }

  private infoOf(entry: RunningSnapshot): SnapshotInfo {
    const failed = entry.shards.filter((progress) => progress.stage === "FAILURE");
    return {
      snapshotId: entry.started.snapshotId,
      versionId: snapshotVersionId(this.indices, entry.indices),
      indices: entry.indices.map((index) => index.name),
      dataStreams: [...entry.dataStreams],
      state: failed.length === 0 ? "SUCCESS" : "PARTIAL",
      includeGlobalState: entry.request.includeGlobalState,
      remoteStoreIndexShallowCopy: false,
      startTimeMillis: entry.startTime,
      endTimeMillis: this.clock.now(),
      totalShards: entry.shards.length,
      successfulShards: entry.shards.length - failed.length,
      shardFailures: failed.map((progress) => ({
        index: progress.index.name,
        indexUuid: progress.index.uuid,
        shardId: progress.shard,
        reason: progress.reason ?? "unknown",
        nodeId: this.nodeId,
        status: "INTERNAL_SERVER_ERROR",
      })),
      ...(entry.request.userMetadata === undefined
        ? {}
        : {
            userMetadata: entry.request.userMetadata as NonNullable<SnapshotInfo["userMetadata"]>,
          }),
    };
  }

  /** Deletes snapshots by names and wildcards. A running one is aborted first. */
  async delete(repositoryName: string, expressions: readonly string[]): Promise<void> {
    const repository = this.repositories.get(repositoryName);
    const aborted = this.runningIn(repositoryName).filter((entry) =>
      matchesAny(expressions, entry.name),
    );
    for (const entry of aborted) entry.abort();
    await Promise.all(aborted.map((entry) => entry.done));
    await this.enqueue(repositoryName, async () => {
      const data = await repository.getRepositoryData();
      const present = [...data.snapshots.values()].map((snapshot) => snapshot.name);
      const goneByAbort = new Set(aborted.map((entry) => entry.name));
      const names = new Set<string>();
      for (const expression of expressions) {
        const matching = present.filter((name) => matchesAny([expression], name));
        for (const name of matching) names.add(name);
        if (matching.length > 0 || expression.includes("*") || goneByAbort.has(expression))
          continue;
        throw snapshotMissing(repositoryName, expression);
      }
      if (names.size === 0) return;
      if (repository.context.readonly) {
        const reason = "cannot delete snapshot from a readonly repository";
        throw repositoryException(repositoryName, reason);
      }
      this.checkNotRestoring(repositoryName, names);
      await repository.deleteSnapshots([...names]);
    });
  }

  private checkNotRestoring(repository: string, names: ReadonlySet<string>): void {
    for (const name of names) {
      if (!this.restoring.has(`${repository}:${name}`)) continue;
      throw snapshotException(
        "concurrent_snapshot_execution_exception",
        repository,
        name,
        `cannot delete snapshot during a restore in progress in [RestoreInProgress[${name}]]`,
      );
    }
  }

  /** Clones indices of a snapshot under another name, in the same repository. */
  async clone(
    repositoryName: string,
    source: string,
    target: string,
    body: Record<string, unknown>,
  ): Promise<void> {
    const repository = this.repositories.get(repositoryName);
    const patterns = parseCloneIndices(body);
    if (repository.context.readonly) {
      throw repositoryException(repositoryName, "cannot create snapshot in a readonly repository");
    }
    await this.enqueue(repositoryName, () =>
      repository.cloneSnapshot({
        source,
        target,
        patterns,
        select: (names) => {
          checkPresent(names, patterns);
          return selectNames(names, patterns);
        },
        versionId: this.indices.versionCreated(),
      }),
    );
  }

  /** Removes what nothing names; refused while a snapshot runs. */
  async cleanup(repositoryName: string): Promise<{ blobs: number; bytes: number }> {
    const repository = this.repositories.get(repositoryName);
    const running = this.runningIn(repositoryName);
    if (running.length > 0) {
      throw exception(
        "internal",
        "illegal_state_exception",
        `Cannot cleanup [${repositoryName}] - a snapshot is currently running in ` +
          `[SnapshotsInProgress[${running.map((entry) => entry.name).join(", ")}]]`,
      );
    }
    return await this.enqueue(repositoryName, () => repository.cleanup());
  }

  /** Aborts what runs and waits for it: the node is stopping. */
  async close(): Promise<void> {
    for (const entry of this.running) entry.abort();
    await Promise.all([...this.tails.values()]);
    await this.transfers.close();
  }
}

/** Names by expressions with wildcards and exclusions, in the order given. */
export function selectNames(names: readonly string[], patterns: readonly string[]): string[] {
  if (patterns.length === 0) return [...names];
  const chosen = new Set<string>();
  for (const pattern of patterns) {
    if (pattern.startsWith("-")) {
      for (const name of names) if (matchesAny([pattern.slice(1)], name)) chosen.delete(name);
    } else {
      const wanted = pattern === "_all" ? "*" : pattern;
      for (const name of names) if (matchesAny([wanted], name)) chosen.add(name);
    }
  }
  return [...chosen];
}

/** A plain name that the snapshot does not hold is an error of its own. */
function checkPresent(names: readonly string[], patterns: readonly string[]): void {
  for (const index of patterns) {
    if (index.includes("*") || index.startsWith("-") || index === "_all") continue;
    if (names.includes(index)) continue;
    throw exception("missing", "index_not_found_exception", `no such index [${index}]`, {
      index,
      index_uuid: "_na_",
    });
  }
}

/** The snapshot with no more of the catalog than its own indices: it goes to a thread. */
function withIndices(started: StartedSnapshot, entry: RunningSnapshot): StartedSnapshot {
  const { base } = started;
  const indices = new Map<string, RepositoryIndex>();
  for (const { name } of entry.indices) {
    const known = base.indices.get(name);
    if (known !== undefined) indices.set(name, known);
  }
  return { ...started, base: { ...base, indices, indexMetadataIdentifiers: new Map() } };
}

function generationsOf(
  entry: RunningSnapshot,
  started: StartedSnapshot,
  index: IndexMetadata,
): (string | null)[] {
  const known = started.base.indices.get(index.name)?.shardGenerations ?? [];
  return entry.shards
    .filter((progress) => progress.index === index)
    .map((progress) => progress.generation ?? known[progress.shard] ?? "_new");
}

/** `[repo:name] is missing`, 404. */
export function snapshotMissing(repository: string, name: string): VarveError {
  return exception("missing", "snapshot_missing_exception", `[${repository}:${name}] is missing`);
}
