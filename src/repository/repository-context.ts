// What every operation on a repository knows: its store, its place in it and its settings.

import { type Clock, type Random, VarveError } from "../base/index.ts";
import type { BlobStore } from "../blobstore/index.ts";
import type { IndexId, ShardPathType } from "./format/repository-data.ts";
import type { SnapshotId } from "./format/snapshot-info.ts";
import { shardPath } from "./layout/shard-path.ts";

/** How a repository is opened. */
export interface RepositoryOptions {
  name: string;
  clock: Clock;
  random: Random;
  /** The repository's folder within its store: empty, or segments joined by `/`. */
  basePath?: string;
  readonly?: boolean;
  /** Compresses metadata (DEFLATE). */
  compress?: boolean;
  /** Largest blob of a file's bytes; none by default. */
  chunkSizeBytes?: number;
  /** Kind of path of indices that the repository does not know yet. */
  shardPathType?: ShardPathType;
  /** Concurrent calls on the store. */
  parallelCallsMax?: number;
  /**
   * The remote store that the data of shallow snapshots lies in: its folder within its own store,
   * which is joined to the repository's (`joinRemoteStore`). Without it they are not read.
   */
  remoteStore?: { readonly basePath: string };
}

/** Options with their defaults, and the store. */
export interface RepositoryContext
  extends Required<Omit<RepositoryOptions, "chunkSizeBytes" | "remoteStore">> {
  store: BlobStore;
  chunkSizeBytes: number | undefined;
  remoteStore: { readonly basePath: string } | undefined;
}

/** Fills in the defaults. */
export function repositoryContext(store: BlobStore, options: RepositoryOptions): RepositoryContext {
  return {
    basePath: "",
    readonly: false,
    compress: false,
    shardPathType: 0,
    parallelCallsMax: 8,
    ...options,
    chunkSizeBytes: options.chunkSizeBytes,
    remoteStore: options.remoteStore,
    store,
  };
}

/** A name at the repository's root, as the store knows it. */
export function rootName(context: RepositoryContext, name: string): string {
  return context.basePath === "" ? name : `${context.basePath}/${name}`;
}

/** The folder of an index's metadata. */
export function indexFolder(context: RepositoryContext, index: IndexId): string {
  return rootName(context, `indices/${index.id}`);
}

/** The folder of a shard. */
export function shardFolder(context: RepositoryContext, index: IndexId, shard: number): string {
  return shardPath(context.basePath, index, shard);
}

/** An error of the repository: `[R] message`. */
export function repositoryError(
  context: { name: string },
  message: string,
  cause?: unknown,
  kind: VarveError["kind"] = "invalid",
): VarveError {
  return new VarveError(kind, `[${context.name}] ${message}`, {
    type: "repository_exception",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** An error of a snapshot: `[R:S] message`, or `[R:S/uuid] message` where the uuid is known. */
export function snapshotError(
  context: { name: string },
  snapshot: SnapshotId | string,
  message: string,
  details: { kind?: VarveError["kind"]; type?: string; cause?: unknown } = {},
): VarveError {
  const shown = typeof snapshot === "string" ? snapshot : `${snapshot.name}/${snapshot.uuid}`;
  return new VarveError(details.kind ?? "invalid", `[${context.name}:${shown}] ${message}`, {
    type: details.type ?? "snapshot_exception",
    ...(details.cause === undefined ? {} : { cause: details.cause }),
  });
}

/** No such snapshot. */
export function missingSnapshot(
  context: { name: string },
  snapshot: SnapshotId | string,
  cause?: unknown,
): VarveError {
  return snapshotError(context, snapshot, "is missing", {
    kind: "missing",
    type: "snapshot_missing_exception",
    cause,
  });
}

/** Refuses a change of a readonly repository in the server's words. */
export function checkNotReadonly(context: RepositoryContext, what: string): void {
  if (context.readonly || !context.store.capabilities.write) throw repositoryError(context, what);
}
