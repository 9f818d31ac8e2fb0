// The indices of the node: creates, opens, closes, deletes them, and keeps their mappings and
// settings in step with the cluster metadata. Upstream: IndicesService, Metadata*Service (2.19.6).

import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { VarveError } from "../../base/index.ts";
import type { ClusterService } from "../cluster/cluster-service.ts";
import type { IndexMetadata, JsonObject } from "../cluster/metadata.ts";
import { exception, validationText } from "../exceptions.ts";
import type { JsonObject as MappingJson } from "../mapping/index.ts";
import { Settings } from "../settings.ts";
import { IndexShard } from "../shard/index.ts";
import { FLOOR_VERSION, versionId } from "../version.ts";
import { type CreateIndexRequest, planCreateIndex } from "./create-index.ts";
import type { EngineContext } from "./engine-context.ts";
import { IndexService, newMapper } from "./index-service.ts";
import { composeMappings } from "./templates.ts";
import { planSettingsUpdate } from "./update-settings.ts";

/** Default of `cluster.max_shards_per_node`. */
const SHARDS_PER_NODE = 1000;
/** Shards that are opened at once when the node starts. */
const OPEN_CONCURRENCY = 8;

/** Asked before an index is deleted or closed; throws to refuse. */
export type IndexGuard = (operation: "delete" | "close", indices: readonly IndexMetadata[]) => void;

/** How the shards of a new index come to be. */
export interface InstallOptions {
  /** `create`: fresh shards; `restored`: the shard folders hold a restored commit. */
  readonly shards: "create" | "restored" | "none";
}

/** Owner of every IndexService. */
export class IndicesService {
  readonly cluster: ClusterService;
  readonly context: EngineContext;
  readonly guards: IndexGuard[] = [];
  /** Told when an index is closed or deleted, before its shards close. */
  readonly onIndexClosed: ((name: string) => void)[] = [];
  private readonly services = new Map<string, IndexService>();

  constructor(cluster: ClusterService, context: EngineContext) {
    this.cluster = cluster;
    this.context = context;
  }

  /** Folder of one shard: `index/` and `translog/` lie in it. */
  shardFolder(uuid: string, shard: number): string {
    return join(this.context.dataFolder, "indices", uuid, String(shard));
  }

  /** Opens every open index of the metadata and removes folders that no index owns. */
  async openAll(): Promise<void> {
    this.removeOrphans();
    const open = [...this.cluster.metadata.indices.values()].filter(
      (index) => index.state === "open",
    );
    const queue = [...open];
    const lane = async () => {
      for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
        await this.openService(index, "existing");
      }
    };
    await Promise.all(Array.from({ length: Math.min(OPEN_CONCURRENCY, open.length) }, lane));
  }

  private removeOrphans(): void {
    const root = join(this.context.dataFolder, "indices");
    if (!existsSync(root)) return;
    const known = new Set([...this.cluster.metadata.indices.values()].map((index) => index.uuid));
    for (const uuid of readdirSync(root)) {
      if (!known.has(uuid)) rmSync(join(root, uuid), { recursive: true, force: true });
    }
  }

  /** An open index, or undefined. */
  service(name: string): IndexService | undefined {
    return this.services.get(name);
  }

  all(): IterableIterator<IndexService> {
    return this.services.values();
  }

  /** Plans and installs a new index. */
  async createIndex(request: CreateIndexRequest): Promise<IndexMetadata> {
    const metadata = planCreateIndex(this.cluster.metadata, request, {
      clock: this.context.clock,
      random: this.context.random,
      versionCreated: this.versionCreated(),
      mergeMappings: (name, settings, mappings) => this.mergeMappings(name, settings, mappings),
    });
    this.checkShardLimit([metadata]);
    await this.install(metadata, { shards: "create" });
    return this.cluster.index(metadata.name)!;
  }

  /** `cluster.max_shards_per_node`, over the one node. Upstream: ShardLimitValidator. */
  private checkShardLimit(added: readonly IndexMetadata[]): void {
    const copies = (index: IndexMetadata) =>
      index.numberOfShards * (1 + index.settings.getInt("index.number_of_replicas", 1));
    const sum = (list: readonly IndexMetadata[]) =>
      list.reduce((total, index) => total + copies(index), 0);
    const limit = this.cluster.settings.getInt("cluster.max_shards_per_node", SHARDS_PER_NODE);
    const open = sum(
      [...this.cluster.metadata.indices.values()].filter((index) => index.state === "open"),
    );
    const wanted = sum(added);
    if (open + wanted <= limit) return;
    const reason =
      `this action would add [${wanted}] total shards, but this cluster currently has ` +
      `[${open}]/[${limit}] maximum shards open`;
    throw exception("invalid", "validation_exception", validationText([reason]));
  }

  /** `index.version.created` of new indices: the floor unless `varve.format.version` raises it. */
  versionCreated(): number {
    return versionId(this.context.nodeSettings.get("varve.format.version", FLOOR_VERSION));
  }

  /** Merges mappings that belong to no index yet (templates); answers the result. */
  checkMappingAlone(settings: Settings, mappings: readonly JsonObject[]): JsonObject {
    return this.mergeMappings("validate-template", settings, mappings);
  }

  private mergeMappings(
    name: string,
    settings: Settings,
    mappings: readonly JsonObject[],
  ): JsonObject {
    const mapper = newMapper({ name, settings }, this.context);
    for (const mapping of composeMappings(mappings)) mapper.merge(mapping as MappingJson);
    return mapper.mapping();
  }

  /** Makes an index part of the cluster, durably, and opens its shards. */
  async install(
    metadata: IndexMetadata,
    options: InstallOptions,
  ): Promise<IndexService | undefined> {
    this.cluster.update((cluster) => ({
      ...cluster,
      indices: new Map(cluster.indices).set(metadata.name, metadata),
    }));
    if (options.shards === "none" || metadata.state === "close") return undefined;
    return await this.openService(metadata, options.shards);
  }

  /** Adds an index whose shards a restore will fill; a closed one of that name gives way. */
  async installForRestore(metadata: IndexMetadata): Promise<IndexService> {
    await this.closeService(metadata.name, false);
    this.cluster.update((cluster) => ({
      ...cluster,
      indices: new Map(cluster.indices).set(metadata.name, metadata),
    }));
    const service = new IndexService(metadata, this.context, true);
    for (let shard = 0; shard < metadata.numberOfShards; shard++) service.restoring.add(shard);
    this.services.set(metadata.name, service);
    return service;
  }

  private async openService(
    metadata: IndexMetadata,
    shards: "create" | "restored" | "existing",
  ): Promise<IndexService> {
    const service = new IndexService(metadata, this.context, shards !== "create");
    this.services.set(metadata.name, service);
    for (let shard = 0; shard < metadata.numberOfShards; shard++) {
      await this.openShard(service, shard, shards);
    }
    return service;
  }

  /** Opens one shard; a failure is kept with its reason and leaves the index red. */
  async openShard(
    service: IndexService,
    shard: number,
    how: "create" | "restored" | "existing",
  ): Promise<void> {
    const { metadata } = service;
    const startTime = this.context.clock.now();
    const folder = this.shardFolder(metadata.uuid, shard);
    mkdirSync(folder, { recursive: true });
    try {
      const options = {
        folder,
        shardId: shard,
        index: { name: metadata.name, uuid: metadata.uuid },
        settings: metadata.settings,
        mapper: service.mapper,
        primaryTerm: metadata.primaryTerms[shard] ?? 1,
        clock: this.context.clock,
        random: this.context.random,
        workers: this.context.workers,
        onFailure: (_shard: IndexShard, reason: string, error: VarveError) =>
          this.failShard(service, shard, `shard failure, reason [${reason}]: ${error.message}`),
      };
      service.shards[shard] =
        how === "existing"
          ? await IndexShard.open(options)
          : how === "create"
            ? await IndexShard.create(options)
            : await IndexShard.bootstrapRestored(options);
      if (how !== "restored") this.noteRecovery(service, shard, how, startTime);
    } catch (error) {
      service.failures.push({
        shard,
        reason: error instanceof VarveError ? error.message : String(error),
        details: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  }

  private noteRecovery(
    service: IndexService,
    shard: number,
    how: "create" | "existing",
    startTime: number,
  ): void {
    service.recoveries.set(shard, {
      type: how === "create" ? "EMPTY_STORE" : "EXISTING_STORE",
      stage: "DONE",
      startTime,
      stopTime: this.context.clock.now(),
      source: {},
      files: { total: 0, recovered: 0 },
      bytes: { total: 0, recovered: 0 },
    });
  }

  /** Notes a shard that could not be filled (a failed restore). */
  failShard(service: IndexService, shard: number, reason: string): void {
    service.shards[shard] = undefined;
    service.failures.push({ shard, reason, details: reason });
  }

  /**
   * Deletes indices: metadata first, so that a crash leaves at worst a folder that the next start
   * removes.
   */
  async deleteIndices(indices: readonly IndexMetadata[]): Promise<void> {
    for (const guard of this.guards) guard("delete", indices);
    this.cluster.update((cluster) => {
      const left = new Map(cluster.indices);
      for (const index of indices) left.delete(index.name);
      return { ...cluster, indices: left };
    });
    for (const index of indices) {
      await this.closeService(index.name, false);
      rmSync(join(this.context.dataFolder, "indices", index.uuid), {
        recursive: true,
        force: true,
      });
    }
  }

  private async closeService(name: string, flush: boolean): Promise<void> {
    const service = this.services.get(name);
    if (service === undefined) return;
    this.services.delete(name);
    for (const tell of this.onIndexClosed) tell(name);
    for (const shard of service.openShards()) await shard.close(flush);
  }

  /** Flushes and closes indices; answers those that were open. */
  async closeIndices(indices: readonly IndexMetadata[]): Promise<IndexMetadata[]> {
    for (const guard of this.guards) guard("close", indices);
    const open = indices.filter((index) => index.state === "open");
    for (const index of open) {
      await this.closeService(index.name, true);
      this.cluster.updateIndex(index.name, (before) => ({
        ...before,
        state: "close",
        settings: before.settings.merge(
          Settings.fromNested({ "index.verified_before_close": "true" }),
        ),
        settingsVersion: before.settingsVersion + 1,
      }));
    }
    return open;
  }

  /** Opens closed indices. */
  async openIndices(indices: readonly IndexMetadata[]): Promise<void> {
    this.checkShardLimit(indices.filter((index) => index.state === "close"));
    for (const index of indices) {
      if (index.state === "open") continue;
      const changed = this.cluster.updateIndex(index.name, (before) => ({
        ...before,
        state: "open",
        settings: before.settings.filter((key) => key !== "index.verified_before_close"),
        settingsVersion: before.settingsVersion + 1,
      }));
      await this.openService(changed, "existing");
    }
  }

  /** Merges a mapping into an index and stores the result. */
  putMapping(name: string, mapping: JsonObject): void {
    const index = this.cluster.index(name)!;
    const service = this.services.get(name);
    const mapper = service?.mapper ?? this.mapperOf(index);
    mapper.merge(mapping as MappingJson);
    const mappings = mapper.mapping();
    const changed = this.cluster.updateIndex(name, (before) =>
      JSON.stringify(before.mappings) === JSON.stringify(mappings)
        ? before
        : { ...before, mappings, mappingVersion: before.mappingVersion + 1 },
    );
    if (service !== undefined) service.metadata = changed;
  }

  /** A mapper of a closed index. */
  mapperOf(index: IndexMetadata) {
    const mapper = newMapper(index, this.context, true);
    mapper.merge(index.mappings as MappingJson, { restored: true });
    return mapper;
  }

  /** Checks a mapping against all indices before any takes it. */
  checkMapping(index: IndexMetadata, mapping: JsonObject): void {
    const mapper = this.services.get(index.name)?.mapper ?? this.mapperOf(index);
    mapper.merge(mapping as MappingJson, { validateOnly: true });
  }

  /** Changes settings of indices, all or none. */
  updateSettings(
    indices: readonly IndexMetadata[],
    changes: Settings,
    preserveExisting: boolean,
  ): void {
    const planned = planSettingsUpdate(indices, changes, preserveExisting);
    this.cluster.update((cluster) => {
      const map = new Map(cluster.indices);
      for (const index of planned) map.set(index.name, { ...index, version: index.version + 1 });
      return { ...cluster, indices: map };
    });
    this.refreshMetadata();
  }

  /** Hands every open index its newest metadata after a cluster update. */
  refreshMetadata(): void {
    for (const service of this.services.values()) {
      const metadata = this.cluster.index(service.name);
      if (metadata === undefined || metadata === service.metadata) continue;
      const settingsMoved = metadata.settings !== service.metadata.settings;
      service.metadata = metadata;
      if (!settingsMoved) continue;
      service.mapper.updateSettings(metadata.settings);
      for (const shard of service.openShards()) shard.updateSettings(metadata.settings);
    }
  }

  /** Closes every shard; the node is stopping. */
  async closeAll(): Promise<void> {
    for (const name of [...this.services.keys()]) await this.closeService(name, true);
  }
}
