// Registered repositories: opening them through their stores, verification, and who uses one now.
// Upstream: RepositoriesService, BlobStoreRepository (3.6.0).

import { VarveError } from "../../base/index.ts";
import {
  type BlobStore,
  type BlobStoreMetrics,
  ByteRate,
  basePathOf,
  checkClients,
  type FlatSettings,
  joinRemoteStore,
  METRICS_CELL_BYTES,
  openBlobStore,
  openRepositoryStore,
  ReplaceableBlobStore,
  readOnly,
  resolveStoreAddress,
  type StoreAddress,
  sharedMetrics,
  throttle,
} from "../../blobstore/index.ts";
import {
  openRepository,
  type Repository,
  type RepositoryOptions,
  shardPathTypeOf,
} from "../../repository/index.ts";
import type { ClusterService } from "../cluster/cluster-service.ts";
import type { RepositoryMetadata } from "../cluster/metadata.ts";
import { matchesAny } from "../cluster/name-resolver.ts";
import { exception } from "../exceptions.ts";
import type { EngineContext } from "../indices/engine-context.ts";
import type { SecureSettings } from "../keystore/secure-settings.ts";
import type { Settings } from "../settings.ts";
import {
  isRepositoryType,
  ownSettingsOf,
  planRepository,
  type RepositoryPlan,
  repositoryException,
  sizeOf,
} from "./repository-types.ts";
import type { TransferRepository } from "./shard-transfers.ts";

const SNAPSHOT_RATE_DEFAULT = "40mb";
const NEVER_READ_GENERATION = -2;
/** Settings that may change while a repository is in use. */
const RATE_SETTINGS = new Set([
  "max_snapshot_bytes_per_sec",
  "max_restore_bytes_per_sec",
  "max_remote_upload_bytes_per_sec",
  "max_remote_low_priority_upload_bytes_per_sec",
  "max_remote_download_bytes_per_sec",
]);
/** Types whose clients are made when they are first used. */
const CLIENT_TYPES: ReadonlySet<string> = new Set(["s3", "gcs", "azure"]);
/** `[name] missing`, 404. */
export function repositoryMissing(name: string): VarveError {
  return exception("missing", "repository_missing_exception", `[${name}] missing`);
}

/** A repository that can be used. */
interface UsableRepository {
  readonly repository: Repository;
  /** Its store, where rotated keys come in. */
  readonly store: ReplaceableBlobStore;
  readonly options: Omit<RepositoryOptions, "clock" | "random">;
  /** How its store is opened, also by worker threads. */
  address: StoreAddress;
}

/** A registered repository with the rates that its settings set. */
interface OpenRepository {
  readonly metadata: RepositoryMetadata;
  readonly writeRate: ByteRate;
  readonly readRate: ByteRate;
  /** Cell of what its stores have done. */
  readonly metrics: SharedArrayBuffer;
  /** Or why nothing can be done with it: its url is not allowed, its client is not known. */
  readonly usable: UsableRepository | VarveError;
}

/** What the stores of a repository have done. */
export interface RepositoryMetrics {
  readonly repository: RepositoryMetadata;
  readonly calls: BlobStoreMetrics;
}

function validateName(name: string): void {
  const fail = (why: string) => repositoryException(name, why);
  if (name === "") throw fail("cannot be empty");
  if (name.includes("#")) throw fail("must not contain '#'");
  if (/[ "*\\<|,>/?]/.test(name)) {
    throw fail('must not contain the following characters [ , ", *, \\, <, |, ,, >, /, ?]');
  }
}

function notAccessible(
  { name, type, settings }: RepositoryMetadata,
  cause: VarveError,
): VarveError {
  // S3Repository takes its base path as one element; the others cut it.
  const path = settings.get("base_path", "");
  const elements = path === "" ? [] : type === "s3" ? [path] : path.split("/");
  const shown = elements.map((element) => `[${element}]`).join("");
  const reason = `[${name}] path ${shown} is not accessible on cluster-manager node`;
  return exception("internal", "repository_verification_exception", reason, {}, cause);
}

function rateOf(settings: Settings, key: string, fallback: string): number {
  const text = settings.get(key, fallback);
  return Math.max(sizeOf(text, key), 0);
}

/** Owner of the node's repositories. */
export class RepositoriesService {
  private readonly cluster: ClusterService;
  private readonly context: EngineContext;
  private readonly folders: readonly string[];
  private readonly secureSettings: SecureSettings;
  private readonly open = new Map<string, OpenRepository>();
  /** Answers why a repository is in use, or undefined. */
  readonly usage: ((name: string) => boolean)[] = [];

  constructor(
    cluster: ClusterService,
    context: EngineContext,
    folders: readonly string[],
    secureSettings: SecureSettings,
  ) {
    this.cluster = cluster;
    this.context = context;
    this.folders = folders;
    this.secureSettings = secureSettings;
    const check = (secrets: FlatSettings) => checkClients(context.nodeSettings, secrets);
    check(secureSettings);
    secureSettings.checks.push(check);
    secureSettings.onReloaded.push(() => this.reload());
  }

  /** Repositories by expressions; an exact missing name is a 404. */
  resolve(expressions: readonly string[]): RepositoryMetadata[] {
    const all = [...this.cluster.metadata.repositories.values()];
    if (expressions.length === 0 || expressions.includes("_all") || expressions.includes("*"))
      return all;
    for (const name of expressions) {
      if (!name.includes("*") && !this.cluster.metadata.repositories.has(name))
        throw repositoryMissing(name);
    }
    return all.filter((repository) => matchesAny(expressions, repository.name));
  }

  /** Registers or changes a repository; with `verify` it is tried before the answer. */
  async put(
    name: string,
    type: string,
    settings: Settings,
    verify: boolean,
    nodeId: string,
  ): Promise<void> {
    validateName(name);
    if (settings.get("system_repository") !== undefined) {
      throw repositoryException(
        name,
        "setting system_repository cannot provide system repository setting; this setting is managed by OpenSearch",
      );
    }
    const before = this.cluster.metadata.repositories.get(name);
    const metadata: RepositoryMetadata = {
      name,
      type,
      settings,
      generation: NEVER_READ_GENERATION,
    };
    if (before !== undefined) this.checkChange(before, metadata);
    const known = this.open.get(name);
    const opened = this.openStore(metadata, known);
    this.cluster.update((cluster) => ({
      ...cluster,
      repositories: new Map(cluster.repositories).set(name, metadata),
    }));
    this.open.set(name, opened);
    if (known !== undefined) closeLater(known, this.inUse(name));
    if (verify) await verifyOpened(opened, nodeId);
  }

  private checkChange(before: RepositoryMetadata, after: RepositoryMetadata): void {
    if (!this.inUse(before.name)) return;
    const keys = new Set([...before.settings.keys(), ...after.settings.keys()]);
    const changed = [...keys].filter((key) => before.settings.get(key) !== after.settings.get(key));
    if (before.type === after.type && changed.every((key) => RATE_SETTINGS.has(key))) return;
    throw repositoryInUse();
  }

  private inUse(name: string): boolean {
    return this.usage.some((asks) => asks(name));
  }

  /** Unregisters; the bytes stay. One name or a wildcard. */
  async delete(expression: string): Promise<void> {
    const names = [...this.cluster.metadata.repositories.keys()].filter((name) =>
      matchesAny([expression], name),
    );
    if (names.length === 0) {
      if (expression === "*" || expression === "_all") return;
      throw repositoryMissing(expression);
    }
    if (names.some((name) => this.inUse(name))) throw repositoryInUse();
    this.cluster.update((cluster) => {
      const left = new Map(cluster.repositories);
      for (const name of names) left.delete(name);
      return { ...cluster, repositories: left };
    });
    for (const name of names) {
      const opened = this.open.get(name);
      this.open.delete(name);
      if (opened !== undefined) await closeRepository(opened);
    }
  }

  /** The open repository of a name; 404 where it is not registered. */
  get(name: string): Repository {
    return this.forTransfer(name).repository;
  }

  /** The open repository of a name with what a worker thread needs to open it too. */
  forTransfer(name: string): TransferRepository {
    const { usable, writeRate, readRate, metrics } = this.opened(name);
    if (usable instanceof VarveError) throw usable;
    const { repository, address, options } = usable;
    const cells = { writeRate: writeRate.cell, readRate: readRate.cell, metrics };
    return { repository, address: { store: address, options, ...cells } };
  }

  /** The same, with another repository as the remote store of its shallow snapshots. */
  forShallowRestore(name: string, remoteStoreName: string): TransferRepository {
    const { repository, address } = this.forTransfer(name);
    const remote = this.forTransfer(remoteStoreName);
    const remoteStore = { basePath: remote.repository.context.basePath };
    const store = joinRemoteStore(repository.context.store, remote.repository.context.store);
    // It is never closed: the stores are those of the two repositories.
    const { basePath, clock, random } = repository.context;
    const joined = openRepository(store, { name, basePath, clock, random, remoteStore });
    if (address === undefined || remote.address === undefined) {
      return { repository: joined, address: undefined };
    }
    const joinedAddress = { ...address.store, remoteStore: remote.address.store };
    const options = { ...address.options, remoteStore };
    return { repository: joined, address: { ...address, store: joinedAddress, options } };
  }

  private opened(name: string): OpenRepository {
    const metadata = this.cluster.metadata.repositories.get(name);
    if (metadata === undefined) throw repositoryMissing(name);
    const known = this.open.get(name);
    if (known?.metadata === metadata) return known;
    const opened = this.openStore(metadata, known);
    this.open.set(name, opened);
    return opened;
  }

  private openStore(
    metadata: RepositoryMetadata,
    known: OpenRepository | undefined,
  ): OpenRepository {
    const { name, type, settings } = metadata;
    if (!isRepositoryType(type)) {
      throw repositoryException(name, `repository type [${type}] does not exist`);
    }
    try {
      const rules = { folders: this.folders, nodeSettings: this.context.nodeSettings };
      const plan = planRepository(metadata, rules);
      const writeRate = known?.writeRate ?? new ByteRate(this.context.clock, 0);
      const readRate = known?.readRate ?? new ByteRate(this.context.clock, 0);
      const metrics = known?.metrics ?? new SharedArrayBuffer(METRICS_CELL_BYTES);
      const usable = this.openPlan(metadata, plan, metrics, { write: writeRate, read: readRate });
      writeRate.bytesPerSecond = rateOf(
        settings,
        "max_snapshot_bytes_per_sec",
        SNAPSHOT_RATE_DEFAULT,
      );
      readRate.bytesPerSecond = rateOf(settings, "max_restore_bytes_per_sec", "0");
      return { metadata, writeRate, readRate, metrics, usable };
    } catch (error) {
      throw repositoryException(name, "failed to create repository", error);
    }
  }

  private openPlan(
    { name, settings }: RepositoryMetadata,
    plan: RepositoryPlan,
    metrics: SharedArrayBuffer,
    rates: { write: ByteRate; read: ByteRate },
  ): OpenRepository["usable"] {
    const pathType = shardPathTypeOf(settings.get("shard_path_type"));
    const compress = settings.getBoolean("compress", false);
    if (plan.refusal !== undefined) return plan.refusal;
    const own = ownSettingsOf(plan.store);
    if (own !== undefined) checkOpens(name, own, this.context);
    const address = this.addressOf(plan);
    if (address instanceof VarveError) return address;
    const store = this.openProvider(name, plan, address, metrics);
    if (store instanceof VarveError) return store;
    const { clock, random } = this.context;
    const options = {
      name,
      readonly: plan.readonly,
      compress,
      shardPathType: pathType,
      basePath: basePathOf(address),
      ...(plan.chunkSizeBytes === undefined ? {} : { chunkSizeBytes: plan.chunkSizeBytes }),
    };
    const paced = throttle(plan.readonly ? readOnly(store) : store, rates);
    const repository = openRepository(paced, { ...options, clock, random });
    return { repository, store, options, address };
  }

  /** The store with its wrappers, or why its client cannot be made. */
  private openProvider(
    name: string,
    plan: RepositoryPlan,
    address: StoreAddress,
    metrics: SharedArrayBuffer,
  ): ReplaceableBlobStore | VarveError {
    try {
      return new ReplaceableBlobStore(this.openMetered(address, metrics));
    } catch (error) {
      if (CLIENT_TYPES.has(plan.store.type) && error instanceof VarveError) return error;
      throw named(name, error);
    }
  }

  private openMetered(address: StoreAddress, metrics: SharedArrayBuffer): BlobStore {
    const { clock, random } = this.context;
    return openRepositoryStore(address, { clock, random }, {}, sharedMetrics(metrics));
  }

  /** What the stores of open repositories have done so far, worker threads included. */
  metrics(): RepositoryMetrics[] {
    return [...this.open.values()].map(({ metadata, metrics }) => ({
      repository: metadata,
      calls: sharedMetrics(metrics),
    }));
  }

  /** The address with the client's settings and secrets, or why there is none. */
  private addressOf(plan: RepositoryPlan): StoreAddress | VarveError {
    try {
      return resolveStoreAddress(plan.store, this.context.nodeSettings, this.secureSettings);
    } catch (error) {
      if (error instanceof VarveError) return error;
      throw error;
    }
  }

  /** Gives open repositories the secrets that the keystore holds now. */
  private reload(): void {
    for (const [name, { metadata, metrics, usable }] of this.open) {
      if (usable instanceof VarveError) {
        // What it lacked may be there now: the next use tries again.
        this.open.delete(name);
        continue;
      }
      const rules = { folders: this.folders, nodeSettings: this.context.nodeSettings };
      const address = this.addressOf(planRepository(metadata, rules));
      if (address instanceof VarveError) {
        // Its secrets are gone. What runs goes on; the next use is refused.
        this.open.delete(name);
      } else if (!sameSecrets(address, usable.address)) {
        usable.store.replace(this.openMetered(address, metrics));
        usable.address = address;
      }
    }
  }

  /** Writes, reads back and removes a probe; answers nothing when the store works. */
  async verify(name: string, nodeId: string): Promise<void> {
    await verifyOpened(this.opened(name), nodeId);
  }

  async close(): Promise<void> {
    for (const opened of this.open.values()) await closeRepository(opened);
    this.open.clear();
  }
}

async function verifyOpened({ metadata, usable }: OpenRepository, nodeId: string): Promise<void> {
  if (usable instanceof VarveError) throw notAccessible(metadata, usable);
  await usable.repository.verify(nodeId);
}

async function closeRepository({ usable }: OpenRepository): Promise<void> {
  if (!(usable instanceof VarveError)) await usable.repository.close();
}

/** Closes what was registered before; what still runs on it keeps its store. */
function closeLater(opened: OpenRepository, inUse: boolean): void {
  if (!inUse) closeRepository(opened).catch(() => {});
}

function sameSecrets(a: StoreAddress, b: StoreAddress): boolean {
  const sorted = (address: StoreAddress) => JSON.stringify(Object.entries(address.secrets).sort());
  return sorted(a) === sorted(b);
}

/** Opens a store for a try, which asks nothing of it. */
function checkOpens(name: string, address: StoreAddress, { clock, random }: EngineContext): void {
  try {
    openBlobStore(address, { clock, random })
      .close()
      .catch(() => {});
  } catch (error) {
    throw named(name, error);
  }
}

/** A provider does not know the repository's name, which belongs into its refusals. */
function named(name: string, error: unknown): unknown {
  const isNamed = error instanceof VarveError && error.type === "repository_exception";
  return isNamed ? repositoryException(name, error.message) : error;
}

function repositoryInUse(): VarveError {
  return exception(
    "internal",
    "illegal_state_exception",
    "trying to modify or unregister repository that is currently used",
  );
}
