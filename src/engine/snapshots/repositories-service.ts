// Registered repositories: types and settings, opening, verification, and who uses one now.
// Upstream: RepositoriesService, FsRepository, URLRepository (3.6.0).

import { isAbsolute, join, normalize, relative, resolve } from "node:path";
import { illegalArgument, VarveError } from "../../base/index.ts";
import {
  type BlobStore,
  ByteRate,
  FsBlobStore,
  openUrlBlobStore,
  throttle,
} from "../../blobstore/index.ts";
import { openRepository, type Repository } from "../../repository/index.ts";
import type { ClusterService } from "../cluster/cluster-service.ts";
import type { RepositoryMetadata } from "../cluster/metadata.ts";
import { matchesAny } from "../cluster/name-resolver.ts";
import { exception } from "../exceptions.ts";
import type { EngineContext } from "../indices/engine-context.ts";
import { parseByteSize, type Settings } from "../settings.ts";
import type { TransferRepository } from "./shard-transfers.ts";
import type { RepositoryAddress } from "./transfer-protocol.ts";

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
const URL_PROTOCOLS = new Set(["http", "https", "ftp", "file", "jar"]);
const SHARD_PATH_TYPES: Readonly<Record<string, 0 | 1 | 2>> = {
  FIXED: 0,
  HASHED_PREFIX: 1,
  HASHED_INFIX: 2,
};

/** An error of one repository: `[name] reason`, 500. */
export function repositoryException(name: string, reason: string, cause?: unknown): VarveError {
  return exception("internal", "repository_exception", `[${name}] ${reason}`, {}, cause);
}

/** `[name] missing`, 404. */
export function repositoryMissing(name: string): VarveError {
  return exception("missing", "repository_missing_exception", `[${name}] missing`);
}

/** An open repository with the rates that its settings set. */
interface OpenRepository {
  readonly metadata: RepositoryMetadata;
  readonly repository: Repository;
  readonly writeRate: ByteRate;
  readonly readRate: ByteRate;
  /** Why nothing may be done with it: its url is not allowed. */
  readonly refusal: VarveError | undefined;
  /** How worker threads open it for themselves. */
  readonly address: RepositoryAddress;
}

function validateName(name: string): void {
  const fail = (why: string) => repositoryException(name, why);
  if (name === "") throw fail("cannot be empty");
  if (name.includes("#")) throw fail("must not contain '#'");
  if (/[ "*\\<|,>/?]/.test(name)) {
    throw fail('must not contain the following characters [ , ", *, \\, <, |, ,, >, /, ?]');
  }
}

/** A size in bytes, or the error of a setting that cannot be parsed. */
function sizeOf(text: string, key: string): number {
  try {
    return parseByteSize(text, key);
  } catch (error) {
    const { message } = error as Error;
    throw illegalArgument(message, exception("invalid", "parse_exception", message));
  }
}

/** Refuses what java.net.URI refuses. */
function checkUri(url: string): void {
  const at = url.search(/[\s"<>\\^`{|}]/);
  if (at < 0 && URL.canParse(url)) return;
  const reason =
    at < 0 ? `no protocol: ${url}` : `Illegal character in path at index ${at}: ${url}`;
  const type = at < 0 ? "malformed_u_r_l_exception" : "u_r_i_syntax_exception";
  throw illegalArgument(reason, exception("invalid", type, reason));
}

function notAccessible(name: string, cause: VarveError): VarveError {
  const reason = `[${name}] path  is not accessible on cluster-manager node`;
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
  private readonly open = new Map<string, OpenRepository>();
  /** Answers why a repository is in use, or undefined. */
  readonly usage: ((name: string) => boolean)[] = [];

  constructor(cluster: ClusterService, context: EngineContext, folders: readonly string[]) {
    this.cluster = cluster;
    this.context = context;
    this.folders = folders;
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
    const opened = this.openStore(metadata, this.open.get(name));
    this.cluster.update((cluster) => ({
      ...cluster,
      repositories: new Map(cluster.repositories).set(name, metadata),
    }));
    this.open.set(name, opened);
    if (verify && opened.refusal !== undefined) throw notAccessible(name, opened.refusal);
    if (verify && !opened.repository.context.readonly) await opened.repository.verify(nodeId);
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
      await this.open.get(name)?.repository.close();
      this.open.delete(name);
    }
  }

  /** The open repository of a name; 404 where it is not registered. */
  get(name: string): Repository {
    return this.forTransfer(name).repository;
  }

  /** The open repository of a name with what a worker thread needs to open it too. */
  forTransfer(name: string): TransferRepository {
    const opened = this.opened(name);
    if (opened.refusal !== undefined) throw opened.refusal;
    return opened;
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
    const { name, settings } = metadata;
    try {
      const { store, readonly, address, refusal } = this.makeStore(metadata);
      const writeRate = known?.writeRate ?? new ByteRate(this.context.clock, 0);
      const readRate = known?.readRate ?? new ByteRate(this.context.clock, 0);
      writeRate.bytesPerSecond = rateOf(
        settings,
        "max_snapshot_bytes_per_sec",
        SNAPSHOT_RATE_DEFAULT,
      );
      readRate.bytesPerSecond = rateOf(settings, "max_restore_bytes_per_sec", "0");
      const chunk = settings.get("chunk_size");
      const pathType =
        SHARD_PATH_TYPES[settings.get("shard_path_type", "FIXED").toUpperCase()] ?? 0;
      const basePath = settings.get("base_path");
      const options = {
        name,
        readonly,
        compress: settings.getBoolean("compress", false),
        shardPathType: pathType,
        ...(basePath === undefined ? {} : { basePath: basePath.replace(/^\/+|\/+$/g, "") }),
        ...(chunk === undefined ? {} : { chunkSizeBytes: chunkBytes(chunk) }),
      };
      const { clock, random } = this.context;
      const rates = { write: writeRate, read: readRate };
      return {
        metadata,
        repository: openRepository(throttle(store, rates), { ...options, clock, random }),
        writeRate,
        readRate,
        refusal,
        address: {
          store: address,
          options,
          writeRate: writeRate.cell,
          readRate: readRate.cell,
        },
      };
    } catch (error) {
      if (error instanceof VarveError && error.message.includes("does not exist")) throw error;
      throw repositoryException(name, "failed to create repository", error);
    }
  }

  private makeStore(metadata: RepositoryMetadata): {
    store: BlobStore;
    readonly: boolean;
    address: RepositoryAddress["store"];
    refusal?: VarveError | undefined;
  } {
    const { name, type, settings } = metadata;
    const readonly = settings.getBoolean("readonly", false);
    if (type === "fs") {
      const location = this.fsLocation(name, settings.get("location"));
      return { store: new FsBlobStore(location), readonly, address: { type: "fs", location } };
    }
    if (type === "url") {
      const url = settings.get("url");
      if (url === undefined) throw repositoryException(name, "missing url");
      checkUri(url);
      const refusal = this.urlRefusal(name, url);
      const address = { type: "url", location: url } as const;
      return { store: openUrlBlobStore(url), readonly: true, address, refusal };
    }
    throw repositoryException(name, `repository type [${type}] does not exist`);
  }

  /** An absolute folder inside path.repo; a relative one lies under the first. */
  private fsLocation(name: string, location: string | undefined): string {
    if (location === undefined) throw repositoryException(name, "missing location");
    const allowed = this.folders;
    const target = isAbsolute(location)
      ? normalize(location)
      : resolve(join(allowed[0] ?? ".", location));
    if (this.isAllowed(target)) return target;
    const why =
      allowed.length > 0
        ? `location [${location}] doesn't match any of the locations specified by path.repo`
        : `location [${location}] doesn't match any of the locations specified by path.repo because this setting is empty`;
    throw repositoryException(name, why);
  }

  /** A url must be allowed by name, or be a file's in an allowed folder. */
  private urlRefusal(name: string, url: string): VarveError | undefined {
    const parsed = new URL(url);
    const protocol = parsed.protocol.slice(0, -1);
    if (!URL_PROTOCOLS.has(protocol)) {
      return repositoryException(name, `unsupported url protocol [${protocol}] from URL [${url}]`);
    }
    const allowed = this.context.nodeSettings.getList("repositories.url.allowed_urls");
    if (allowed.some((pattern) => matchesAny([pattern], url))) return undefined;
    if (protocol === "file" && this.isAllowed(normalize(decodeURIComponent(parsed.pathname)))) {
      return undefined;
    }
    const shown = url.replace(/^file:\/\/\//, "file:/");
    return repositoryException(
      name,
      `file url [${shown}] doesn't match any of the locations specified by path.repo or repositories.url.allowed_urls`,
    );
  }

  private isAllowed(target: string): boolean {
    return this.folders.some((folder) => {
      const path = relative(folder, target);
      return path === "" || (!path.startsWith("..") && !isAbsolute(path));
    });
  }

  /** Writes, reads back and removes a probe; answers nothing when the store works. */
  async verify(name: string, nodeId: string): Promise<void> {
    const { repository } = this.opened(name);
    if (!repository.context.readonly) await repository.verify(nodeId);
  }

  async close(): Promise<void> {
    for (const { repository } of this.open.values()) await repository.close();
    this.open.clear();
  }
}

function repositoryInUse(): VarveError {
  return exception(
    "internal",
    "illegal_state_exception",
    "trying to modify or unregister repository that is currently used",
  );
}

function chunkBytes(text: string): number {
  const bytes = sizeOf(text, "chunk_size");
  if (bytes >= 5) return bytes;
  throw new VarveError(
    "invalid",
    `failed to parse value [${text}] for setting [chunk_size], must be >= [5b]`,
    { type: "illegal_argument_exception" },
  );
}
