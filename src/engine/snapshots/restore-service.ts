// Runs a restore: the indices join the cluster at once (red), their shards are filled and checked,
// then opened. A shard that cannot be restored leaves its index red with the reason; the others go
// on. Upstream: RestoreService, StoreRecovery (3.6.0).

import { mkdirSync, rmSync } from "node:fs";
import { randomBase64Uuid, VarveError } from "../../base/index.ts";
import {
  directorySink,
  type IndexId,
  type Repository,
  type SnapshotId,
} from "../../repository/index.ts";
import type { IndexMetadata, JsonObject } from "../cluster/metadata.ts";
import { exception } from "../exceptions.ts";
import type { IndexService } from "../indices/index-service.ts";
import type { IndicesService } from "../indices/indices-service.ts";
import type { ShardRecovery } from "../indices/shard-recovery.ts";
import { FsDirectory } from "../store/fs-directory.ts";
import { indexFromStored, storedDataStreams, withGlobalState } from "./metadata-conversion.ts";
import { chooseIndices, type PlannedIndex, planRestore, type RestorePlan } from "./plan-restore.ts";
import type { RepositoriesService } from "./repositories-service.ts";
import type { RestoreSnapshotRequest } from "./snapshot-request.ts";
import type { SnapshotsService } from "./snapshots-service.ts";

const CONCURRENT_SHARDS = 4;

/** What a restore came to. */
export interface RestoreOutcome {
  readonly snapshot: string;
  readonly indices: readonly string[];
  readonly totalShards: number;
  readonly successfulShards: number;
}

interface Prepared {
  readonly repository: Repository;
  readonly snapshot: SnapshotId;
  readonly plan: RestorePlan;
  readonly indexIds: ReadonlyMap<string, IndexId>;
}

/** Restores snapshots into the node. */
export class RestoreService {
  private readonly indices: IndicesService;
  private readonly repositories: RepositoriesService;
  private readonly snapshots: SnapshotsService;
  private readonly controller = new AbortController();
  private readonly active = new Set<Promise<unknown>>();

  constructor(
    indices: IndicesService,
    repositories: RepositoriesService,
    snapshots: SnapshotsService,
  ) {
    this.indices = indices;
    this.repositories = repositories;
    this.snapshots = snapshots;
  }

  /** Plans, puts the metadata in place, and answers; `done` settles when all shards are through. */
  async restore(
    repositoryName: string,
    name: string,
    request: RestoreSnapshotRequest,
  ): Promise<{ done: Promise<RestoreOutcome> }> {
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
    return { done };
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
    return { repository, snapshot, plan, indexIds };
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
      Array.from({ length: planned.metadata.numberOfShards }, (_, shard) => ({ planned, shard })),
    );
    const total = work.length;
    let successful = 0;
    const lane = async () => {
      for (let next = work.shift(); next !== undefined; next = work.shift()) {
        const service = services.get(next.planned.source)!;
        if (await this.fillShard(prepared, next.planned, service, next.shard)) successful++;
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_SHARDS }, lane));
    return {
      snapshot: snapshot.name,
      indices: plan.indices.map((planned) => planned.metadata.name),
      totalShards: total,
      successfulShards: successful,
    };
  }

  /** Fills and opens one shard; says whether it started. */
  private async fillShard(
    prepared: Prepared,
    planned: PlannedIndex,
    service: IndexService,
    shard: number,
  ): Promise<boolean> {
    const { indices } = this;
    try {
      if (planned.missingShards.has(shard)) {
        await indices.openShard(service, shard, "create");
      } else {
        await this.download(prepared, planned, service, shard);
        await indices.openShard(service, shard, "restored");
      }
      return service.shards[shard] !== undefined;
    } catch (error) {
      indices.failShard(service, shard, `failed recovery: ${describe(error)}`);
      return false;
    } finally {
      service.restoring.delete(shard);
      this.endRecovery(service, shard);
    }
  }

  private endRecovery(service: IndexService, shard: number): void {
    const recovery = service.recoveries.get(shard);
    if (recovery === undefined) return;
    recovery.stopTime = this.indices.context.clock.now();
    if (service.shards[shard] !== undefined) recovery.stage = "DONE";
  }

  /** Copies a shard's files into its emptied folder; every checksum was right when it answers. */
  private async download(
    prepared: Prepared,
    planned: PlannedIndex,
    service: IndexService,
    shard: number,
  ): Promise<void> {
    const { repository, snapshot, indexIds } = prepared;
    const index = indexIds.get(planned.source)!;
    const folder = this.indices.shardFolder(planned.metadata.uuid, shard);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(`${folder}/index`, { recursive: true });
    const plan = await repository.planShardRestore(snapshot, index, shard);
    const recovery: ShardRecovery = {
      type: "SNAPSHOT",
      stage: "INDEX",
      startTime: this.indices.context.clock.now(),
      stopTime: 0,
      source: {
        repository: repository.name,
        snapshot: snapshot.name,
        snapshotUuid: snapshot.uuid,
        index: planned.source,
      },
      files: { total: plan.total.files, recovered: 0 },
      bytes: { total: plan.total.bytes, recovered: 0 },
    };
    service.recoveries.set(shard, recovery);
    const directory = new FsDirectory(`${folder}/index`);
    try {
      await repository.runShardRestore(plan, directorySink(directory), {
        signal: this.controller.signal,
        onBytes: (bytes) => void (recovery.bytes.recovered += bytes),
        onFile: () => void recovery.files.recovered++,
      });
    } finally {
      directory.close();
    }
  }

  /** Stops running restores: the node is stopping. */
  async close(): Promise<void> {
    this.controller.abort(new VarveError("aborted", "The node is stopping"));
    await Promise.all([...this.active]);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `; caused by: ${error.cause.message}` : "";
  return `${error.message}${cause}`;
}
