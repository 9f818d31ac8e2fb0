// One node: everything that src/server calls, in one place, with its life cycle.

import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type Clock,
  makeFolder,
  type Random,
  randomBase64Uuid,
  systemClock,
  systemRandom,
  VarveError,
  WorkerPool,
} from "../base/index.ts";
import { isSecureSetting } from "../blobstore/index.ts";
import { ClusterService } from "./cluster/cluster-service.ts";
import { DocumentService } from "./documents/document-service.ts";
import type { EngineContext } from "./indices/engine-context.ts";
import { IndicesService } from "./indices/indices-service.ts";
import { SecureSettings } from "./keystore/secure-settings.ts";
import { SearchService } from "./search/index.ts";
import type { Settings } from "./settings.ts";
import { RepositoriesService } from "./snapshots/repositories-service.ts";
import { RestoreService } from "./snapshots/restore-service.ts";
import { SnapshotsService } from "./snapshots/snapshots-service.ts";
import { TaskManager } from "./tasks/task-manager.ts";

/** What a node is started with. */
export interface NodeOptions {
  readonly settings: Settings;
  readonly dataFolder: string;
  /** Folders that fs repositories may lie in. */
  readonly repositoryFolders: readonly string[];
  /** The keystore's secrets; none by default. */
  readonly secureSettings?: SecureSettings;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** `search.max_buckets`. */
const MAX_BUCKETS_DEFAULT = 65_535;

/** Another process may not use the data folder meanwhile. */
class FolderLock {
  private readonly path: string;

  constructor(folder: string) {
    this.path = join(folder, "node.lock");
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        const fd = openSync(this.path, "wx");
        writeSync(fd, String(process.pid));
        closeSync(fd);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        const owner = Number(readFileSync(this.path, "utf8"));
        if (owner !== process.pid && isAlive(owner)) throw locked(folder, owner);
        rmSync(this.path, { force: true });
      }
    }
    throw locked(folder, 0);
  }

  release(): void {
    rmSync(this.path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function locked(folder: string, pid: number): VarveError {
  return new VarveError(
    "unavailable",
    `failed to obtain node locks, tried [${folder}]: process ${pid} uses this data folder; stop it, or give another --data`,
    { type: "illegal_state_exception" },
  );
}

/** A running node. */
export class Node {
  /** Without secrets. */
  readonly settings: Settings;
  readonly name: string;
  readonly id: string;
  readonly clusterName: string;
  readonly startedAt: number;
  readonly repositoryFolders: readonly string[];
  readonly context: EngineContext;
  readonly cluster: ClusterService;
  readonly indices: IndicesService;
  readonly documents: DocumentService;
  readonly tasks: TaskManager;
  readonly search: SearchService;
  readonly secureSettings: SecureSettings;
  readonly repositories: RepositoriesService;
  readonly snapshots: SnapshotsService;
  readonly restores: RestoreService;
  /** `host:port` once the HTTP server listens. */
  publishAddress = "127.0.0.1:9200";
  private readonly lock: FolderLock;
  private readonly workers: WorkerPool;

  private constructor(options: NodeOptions, lock: FolderLock) {
    const clock = options.clock ?? systemClock;
    const random = options.random ?? systemRandom;
    this.lock = lock;
    // What calls show: secrets that came with the settings stay inside.
    this.settings = options.settings.filter((key) => !isSecureSetting(key));
    this.repositoryFolders = options.repositoryFolders.map((folder) => resolve(folder));
    this.name = options.settings.get("node.name", "varve");
    this.clusterName = options.settings.get("cluster.name", "varve");
    this.id = randomBase64Uuid(random);
    this.startedAt = clock.now();
    this.workers = new WorkerPool({ clock });
    const dataFolder = resolve(options.dataFolder);
    this.context = {
      clock,
      random,
      workers: this.workers,
      dataFolder,
      nodeSettings: options.settings,
    };
    this.cluster = ClusterService.open(dataFolder, random);
    this.indices = new IndicesService(this.cluster, this.context);
    this.documents = new DocumentService(this.indices);
    this.tasks = new TaskManager(this.id, clock);
    this.search = new SearchService({
      clock,
      random,
      nodeId: this.id,
      maxBuckets: () => this.cluster.settings.getInt("search.max_buckets", MAX_BUCKETS_DEFAULT),
    });
    this.indices.onIndexClosed.push((name) => this.search.readers.closeAll(name));
    this.secureSettings = options.secureSettings ?? SecureSettings.none();
    this.repositories = new RepositoriesService(
      this.cluster,
      this.context,
      this.repositoryFolders,
      this.secureSettings,
    );
    this.snapshots = new SnapshotsService(this.indices, this.repositories, this.id);
    this.restores = new RestoreService(this.indices, this.repositories, this.snapshots);
  }

  /** Locks the data folder, opens the cluster state and every open index. */
  static async start(options: NodeOptions): Promise<Node> {
    makeFolder(options.dataFolder);
    const lock = new FolderLock(options.dataFolder);
    try {
      const node = new Node(options, lock);
      await node.indices.openAll();
      return node;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get clock(): Clock {
    return this.context.clock;
  }

  /** Flushes and closes everything. */
  async close(): Promise<void> {
    await this.restores.close();
    await this.snapshots.close();
    await this.repositories.close();
    await this.indices.closeAll();
    await this.workers.close();
    this.lock.release();
  }
}
