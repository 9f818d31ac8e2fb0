// Runs a restore: the indices join the cluster at once (red), their shards are filled and checked,
// then opened. A shard that cannot be restored leaves its index red with the reason; the others go
// on. Upstream: RestoreService, StoreRecovery (3.6.0).

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  anySignal,
  illegalArgument,
  randomBase64Uuid,
  sharedAbortController,
  VarveError,
} from "../../base/index.ts";
import type { IndexId, Repository, SnapshotId, SnapshotInfo } from "../../repository/index.ts";
import type { IndexMetadata, JsonObject } from "../cluster/metadata.ts";
import { exception } from "../exceptions.ts";
import type { IndexService } from "../indices/index-service.ts";
import type { IndicesService } from "../indices/indices-service.ts";
import type { ShardRecovery } from "../indices/shard-recovery.ts";
import { indexFromStored, storedDataStreams, withGlobalState } from "./metadata-conversion.ts";
import { chooseIndices, type PlannedIndex, planRestore, type RestorePlan } from "./plan-restore.ts";
import type { RepositoriesService } from "./repositories-service.ts";
import type { RestoreSnapshotRequest } from "./snapshot-request.ts";
import type { SnapshotsService } from "./snapshots-service.ts";
import {
  describeFailure,
  type RestoreTask,
  type ShardRestore,
  type TransferEvent,
} from "./transfer-protocol.ts";

/** Shards that are opened at once while others are still copied. */
const OPENING_SHARDS = 4;

/** What a restore came to. */
export interface RestoreOutcome {
  readonly snapshot: string;
  readonly indices: readonly string[];
  readonly totalShards: number;
  readonly successfulShards: number;
}

interface ShardToFill {
  readonly planned: PlannedIndex;
  readonly shard: number;
  readonly service: IndexService;
}

/** A restore whose shards are on their way. */
class RunningRestore {
  readonly work: readonly ShardToFill[];
  readonly controller = sharedAbortController();
  /** An int32 a shard: 1 = its index was deleted. */
  readonly cancelled: SharedArrayBuffer;

  constructor(work: readonly ShardToFill[]) {
    this.work = work;
    this.cancelled = new SharedArrayBuffer(Math.max(4, work.length * 4));
  }

  /** Stops the shards of deleted indices, and everything when no other is left. */
  forget(uuids: ReadonlySet<string>): void {
    const flags = new Int32Array(this.cancelled);
    let left = 0;
    this.work.forEach(({ planned, service, shard }, at) => {
      if (uuids.has(planned.metadata.uuid)) Atomics.store(flags, at, 1);
      else if (service.restoring.has(shard)) left++;
    });
    const isTouched = this.work.some(({ planned }) => uuids.has(planned.metadata.uuid));
    if (!isTouched || left > 0) return;
    this.controller.abort(new VarveError("aborted", "the index was deleted"));
  }
}

interface Prepared {
  readonly repository: Repository;
  readonly snapshot: SnapshotId;
  readonly plan: RestorePlan;
  readonly indexIds: ReadonlyMap<string, IndexId>;
  /** The repository that holds the data of a shallow snapshot. */
  readonly remoteStore: string | undefined;
}

/** Restores snapshots into the node. */
export class RestoreService {
  private readonly indices: IndicesService;
  private readonly repositories: RepositoriesService;
  private readonly snapshots: SnapshotsService;
  private readonly controller = sharedAbortController();
  private readonly active = new Set<Promise<unknown>>();
  private readonly running = new Set<RunningRestore>();

  constructor(
    indices: IndicesService,
    repositories: RepositoriesService,
    snapshots: SnapshotsService,
  ) {
    this.indices = indices;
    this.repositories = repositories;
    this.snapshots = snapshots;
    indices.guards.push((operation, guarded) => {
      if (operation === "close") this.checkNotRestored(guarded);
      else for (const one of this.running) one.forget(new Set(guarded.map(({ uuid }) => uuid)));
    });
    repositories.usage.push((name) =>
      [...snapshots.restoring.keys()].some((key) => key.startsWith(`${name}:`)),
    );
  }

  private checkNotRestored(guarded: readonly IndexMetadata[]): void {
    const names = guarded
      .filter((index) => (this.indices.service(index.name)?.restoring.size ?? 0) > 0)
      .map((index) => `[${index.name}/${index.uuid}]`);
    if (names.length === 0) return;
    throw illegalArgument(`Cannot close indices that are being restored: [${names.join(", ")}]`);
  }

  /** Plans, puts the metadata in place, and answers; `done` settles when all shards are through. */
  async restore(
    repositoryName: string,
    name: string,
    request: RestoreSnapshotRequest,
  ): Promise<{ done: Promise<RestoreOutcome>; shards: number }> {
    const prepared = await this.prepare(repositoryName, name, request);
    const services = await this.install(prepared.plan);
    const key = `${repositoryName}:${name}`;
    const { restoring } = this.snapshots;
    restoring.set(key, (restoring.get(key) ?? 0) + 1);
    const done = this.fillAll(prepared, services).finally(() => {
      const left = restoring.get(key)! - 1;
      if (left === 0) restoring.delete(key);
      else restoring.set(key, left);
    });
    const settled = done.catch(() => {});
    this.active.add(settled);
    settled.then(() => this.active.delete(settled));
    const shards = [...services.values()].reduce((sum, one) => sum + one.shards.length, 0);
    return { done, shards };
  }

  private async prepare(
    repositoryName: string,
    name: string,
    request: RestoreSnapshotRequest,
  ): Promise<Prepared> {
    const repository = this.repositories.get(repositoryName);
    const data = await repository.getRepositoryData();
    const found = [...data.snapshots.values()].find((snapshot) => snapshot.name === name);
    if (found === undefined) {
      throw exception(
        "internal",
        "snapshot_restore_exception",
        `[${repositoryName}:${name}] snapshot does not exist`,
      );
    }
    const snapshot = { name: found.name, uuid: found.uuid };
    const info = await repository.getSnapshotInfo(snapshot);
    const stored = await repository.getClusterMetadata(snapshot);
    const dataStreams = storedDataStreams(stored);
    const indexIds = new Map(
      (await repository.getSnapshotIndices(snapshot)).map((id) => [id.name, id]),
    );
    const chosen = chooseIndices(info, dataStreams, request).indices;
    const metadata = new Map<string, IndexMetadata>();
    for (const index of chosen) {
      const id = indexIds.get(index);
      if (id !== undefined)
        metadata.set(index, indexFromStored(await repository.getIndexMetadata(snapshot, id)));
    }
    const place = `${repositoryName}:${snapshot.name}/${snapshot.uuid}`;
    const remoteStore = this.remoteStoreOf(place, info, metadata.values(), request);
    const plan = planRestore({
      repository: repositoryName,
      info,
      request,
      dataStreams,
      cluster: this.indices.cluster.metadata,
      indices: metadata,
      newUuid: () => randomBase64Uuid(this.indices.context.random),
    });
    for (const index of plan.indices) this.checkMapping(index);
    if (request.includeGlobalState) {
      this.indices.cluster.update((cluster) => withGlobalState(cluster, stored));
    }
    return { repository, snapshot, plan, indexIds, remoteStore };
  }

  /** The registered repository with the data of a shallow snapshot; undefined for a full one. */
  private remoteStoreOf(
    place: string,
    info: SnapshotInfo,
    indices: Iterable<IndexMetadata>,
    request: RestoreSnapshotRequest,
  ): string | undefined {
    if (info.remoteStoreIndexShallowCopy !== true) return undefined;
    const recorded = [...indices]
      .map(({ settings }) => settings.get("index.remote_store.segment.repository", ""))
      .find((name) => name !== "");
    const name = request.sourceRemoteStoreRepository ?? recorded;
    // A shallow snapshot holds indices without a remote store in full.
    if (name === undefined) return undefined;
    const { repositories } = this.indices.cluster.metadata;
    if (repositories.has(name)) return name;
    throw exception(
      "unsupported",
      "snapshot_restore_exception",
      `[${place}] is a shallow copy whose data is in the remote store [${name}]: register a ` +
        "repository of that name, or name one with [source_remote_store_repository] " +
        "(varve restore: --remote-store)",
    );
  }

  /** A mapping that cannot be read fails the restore before anything changes. */
  private checkMapping(index: PlannedIndex): void {
    this.indices.mapperOf(index.metadata);
  }

  /** Adds the indices to the cluster, without shards yet. */
  private async install(plan: RestorePlan): Promise<Map<string, IndexService>> {
    const services = new Map<string, IndexService>();
    for (const planned of plan.indices) {
      services.set(planned.source, await this.indices.installForRestore(planned.metadata));
    }
    if (plan.dataStreams.size > 0) {
      this.indices.cluster.update((cluster) => ({
        ...cluster,
        dataStreams: new Map<string, JsonObject>([...cluster.dataStreams, ...plan.dataStreams]),
      }));
    }
    return services;
  }

  private async fillAll(
    prepared: Prepared,
    services: ReadonlyMap<string, IndexService>,
  ): Promise<RestoreOutcome> {
    const { plan, snapshot } = prepared;
    const work = plan.indices.flatMap((planned) =>
      Array.from({ length: planned.metadata.numberOfShards }, (_, shard) => ({
        planned,
        shard,
        service: services.get(planned.source)!,
      })),
    );
    const empty = work.filter(({ planned, shard }) => planned.missingShards.has(shard));
    const filled = work.filter(({ planned, shard }) => !planned.missingShards.has(shard));
    for (const item of empty) await this.openFilled(item, "create");
    await this.downloadAll(prepared, filled);
    const started = work.filter(({ service, shard }) => service.shards[shard] !== undefined);
    return {
      snapshot: snapshot.name,
      indices: plan.indices.map((planned) => planned.metadata.name),
      totalShards: work.length,
      successfulShards: started.length,
    };
  }

  /** Fills shards from the repository; each is opened as soon as its files are durable. */
  private async downloadAll(prepared: Prepared, work: readonly ShardToFill[]): Promise<void> {
    if (work.length === 0) return;
    const { indices } = this;
    const running = new RunningRestore(work);
    this.running.add(running);
    const task: RestoreTask = {
      snapshot: prepared.snapshot,
      root: join(indices.context.dataFolder, "indices"),
      shards: work.map((item) => this.emptyFolder(prepared, item)),
      cancelled: running.cancelled,
    };
    const opening: Promise<void>[] = [];
    const lanes = new Lanes(OPENING_SHARDS);
    const onEvent = (event: TransferEvent) => {
      const item = work[event.at]!;
      if (event.kind === "done") opening.push(lanes.run(() => this.openFilled(item, "restored")));
      else if (event.kind === "failed") this.fail(item, event.reason);
      else noteRecovery(item.service.recoveries.get(item.shard)!, event);
    };
    const signal = anySignal([this.controller.signal, running.controller.signal]);
    const { repository, remoteStore } = prepared;
    const source =
      remoteStore === undefined
        ? this.repositories.forTransfer(repository.name)
        : this.repositories.forShallowRestore(repository.name, remoteStore);
    try {
      await this.snapshots.transfers.restore(source, task, { signal, onEvent });
    } catch (error) {
      for (const item of work) {
        if (item.service.restoring.has(item.shard)) this.fail(item, describeFailure(error));
      }
    } finally {
      this.running.delete(running);
    }
    await Promise.all(opening);
  }

  /** The target folder of a shard, emptied, and its recovery begun. */
  private emptyFolder(prepared: Prepared, item: ShardToFill): ShardRestore {
    const { planned, shard, service } = item;
    const { uuid } = planned.metadata;
    const folder = this.indices.shardFolder(uuid, shard);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(`${folder}/index`, { recursive: true });
    service.recoveries.set(shard, {
      type: "SNAPSHOT",
      stage: "INIT",
      startTime: this.indices.context.clock.now(),
      stopTime: 0,
      source: {
        repository: prepared.repository.name,
        snapshot: prepared.snapshot.name,
        snapshotUuid: prepared.snapshot.uuid,
        index: planned.source,
      },
      files: { total: 0, recovered: 0 },
      bytes: { total: 0, recovered: 0 },
    });
    const index = prepared.indexIds.get(planned.source)!;
    return { index, shard, folder: `${uuid}/${shard}/index` };
  }

  /** Opens a shard whose files are in place, unless its index was deleted meanwhile. */
  private async openFilled(item: ShardToFill, how: "create" | "restored"): Promise<void> {
    const { service, shard } = item;
    if (!this.isCurrent(service)) return this.fail(item, "the index was deleted");
    await this.indices.openShard(service, shard, how);
    service.restoring.delete(shard);
    const recovery = service.recoveries.get(shard);
    if (recovery === undefined) return;
    recovery.stopTime = this.indices.context.clock.now();
    if (service.shards[shard] !== undefined) recovery.stage = "DONE";
  }

  private fail(item: ShardToFill, reason: string): void {
    const { service, shard, planned } = item;
    service.restoring.delete(shard);
    const recovery = service.recoveries.get(shard);
    if (recovery !== undefined) recovery.stopTime = this.indices.context.clock.now();
    this.indices.failShard(service, shard, `failed recovery: ${reason}`);
    if (this.isCurrent(service)) return;
    // Its files may have been written after the deletion took the folder away.
    rmSync(join(this.indices.context.dataFolder, "indices", planned.metadata.uuid), {
      recursive: true,
      force: true,
    });
  }

  private isCurrent(service: IndexService): boolean {
    return this.indices.service(service.name) === service;
  }

  /** Stops running restores: the node is stopping. */
  async close(): Promise<void> {
    this.controller.abort(new VarveError("aborted", "The node is stopping"));
    await Promise.all([...this.active]);
  }
}

/** Counts and stages of a shard's recovery as its transfer goes on. */
function noteRecovery(recovery: ShardRecovery, event: TransferEvent): void {
  if (event.kind === "planned") {
    recovery.stage = "INDEX";
    recovery.files.total = event.total.files;
    recovery.bytes.total = event.total.bytes;
    recovery.details = (event.files ?? []).map((file) => ({ ...file, recovered: 0 }));
  } else if (event.kind === "moved") {
    recovery.files.recovered += event.files;
    recovery.bytes.recovered += event.bytes;
    const file = recovery.details?.find((one) => one.name === event.file);
    if (file !== undefined) file.recovered = file.length;
  }
}

/** Runs work, so much at a time. */
class Lanes {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  async run(work: () => Promise<void>): Promise<void> {
    if (this.free === 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.free--;
    try {
      await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free++;
      else next();
    }
  }
}
