// Opens indices of a snapshot where they lie: metadata, mapping, and a reader a shard over the
// repository's blobs. Nothing is restored and nothing is written.
//
//   round 1, 2   the repository's root (which snapshots, which indices, how many shards)
//   round 3      each index's metadata beside the file lists of its shards
//   round 4      what opening the segments is known to need (prefetch-segment.ts)

import { type Clock, type Random, VarveError } from "../../base/index.ts";
import {
  BlobDirectory,
  BlobPages,
  type BlobPagesOptions,
  formatVersion,
  indexMapping,
  indicesOf,
  mappingsByType,
  missingSnapshot,
  type Repository,
  type RepositoryIndex,
  type RepositorySnapshot,
  runLimited,
  type ShardSnapshot,
  type SnapshotId,
  shardFolder,
  snapshotByName,
  versionOfId,
} from "../../repository/index.ts";
import { buildIndexAnalyzers } from "../analysis/index.ts";
import { MapperService, type JsonObject as MappingJson } from "../mapping/index.ts";
import type { ShardFailure } from "../search/search-failures.ts";
import { SearchService } from "../search/search-service.ts";
import { serverScoresKeywords, withSimilarityOf } from "../search/similarity.ts";
import { indexFromStored } from "../snapshots/metadata-conversion.ts";
import { type ChosenIndex, chooseIndices } from "./choose-indices.ts";
import { MOUNTED_NODE_ID, MountedIndex, MountedIndices } from "./mounted-index.ts";
import { MountedShard } from "./mounted-shard.ts";
import { openMountedReader } from "./open-reader.ts";
import { placedDamage } from "./placed-damage.ts";
import type { MountPurpose } from "./prefetch-segment.ts";

/** How indices are mounted. */
export interface MountOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
  /** What the shards are opened for; `search` by default. */
  readonly purpose?: MountPurpose;
  /** Pages to share with other mounts of the same repository, or how to make new ones. */
  readonly pages?: BlobPages | BlobPagesOptions;
}

const INDICES_AT_ONCE = 8;
/** Shards of an index that are read before its metadata: as many as OpenSearch allows. */
const EARLY_SHARDS_MAX = 1024;
const SHARDS_AT_ONCE = 16;

/** Opens one index. Errors: snapshot_missing_exception, index_not_found_exception. */
export async function openSnapshotIndex(
  repository: Repository,
  snapshotName: string,
  indexName: string,
  options: MountOptions,
): Promise<MountedIndices> {
  return openSnapshotIndices(repository, snapshotName, [indexName], options);
}

/** Opens every index that names, wildcards (`-` excludes, `_all`), aliases and streams choose. */
export async function openSnapshotIndices(
  repository: Repository,
  snapshotName: string,
  expressions: readonly string[],
  options: MountOptions,
): Promise<MountedIndices> {
  const data = await repository.openedRepositoryData(options.signal);
  const snapshot = snapshotByName(data, snapshotName);
  if (snapshot === undefined) throw missingSnapshot(repository.context, snapshotName);
  const known = new Map(indicesOf(data, snapshot.uuid).map((index) => [index.name, index]));
  const chosen = await chooseIndices(repository, snapshot, known, expressions, options.signal);
  const pages =
    options.pages instanceof BlobPages
      ? options.pages
      : new BlobPages(repository.context.store, { signal: options.signal, ...options.pages });
  const mount = new Mount(repository, snapshot, pages, options);
  const indices = await runLimited(chosen, INDICES_AT_ONCE, (one) => mount.open(one));
  const { clock, random } = options;
  const service = new SearchService({ clock, random, nodeId: MOUNTED_NODE_ID });
  const isOwner = pages !== options.pages;
  return new MountedIndices(indices, { pages, isOwner }, service, clock);
}

class Mount {
  private readonly repository: Repository;
  private readonly snapshot: RepositorySnapshot;
  private readonly pages: BlobPages;
  private readonly options: MountOptions;
  private version: Promise<string | undefined> | undefined;

  constructor(
    repository: Repository,
    snapshot: RepositorySnapshot,
    pages: BlobPages,
    options: MountOptions,
  ) {
    this.repository = repository;
    this.snapshot = snapshot;
    this.pages = pages;
    this.options = options;
  }

  private get id(): SnapshotId {
    return { name: this.snapshot.name, uuid: this.snapshot.uuid };
  }

  /** The version of the server that took the snapshot; roots name it since Elasticsearch 7.6. */
  private serverVersion(): Promise<string | undefined> {
    this.version ??= this.readServerVersion();
    return this.version;
  }

  private async readServerVersion(): Promise<string | undefined> {
    const { repository, snapshot, options, id } = this;
    if (snapshot.version !== undefined) return snapshot.version;
    try {
      const { versionId } = await repository.getSnapshotInfo(id, options.signal);
      return formatVersion(versionOfId(versionId));
    } catch (error) {
      // Scores alone depend on it.
      options.signal?.throwIfAborted();
      if (error instanceof VarveError) return undefined;
      throw error;
    }
  }

  async open({ index, aliases }: ChosenIndex): Promise<MountedIndex> {
    const { repository, options, id } = this;
    // The root says how many shards there are, as a rule: their lists come beside the metadata.
    const told = index.shardGenerations.slice(0, EARLY_SHARDS_MAX);
    const early = told.map((_, shard) => this.readShard(index, shard));
    const stored = await repository.getIndexMetadata(id, index, options.signal);
    const plain = indexFromStored(stored);
    const serverVersion = await this.serverVersion();
    const settings = withSimilarityOf(plain.settings, serverVersion);
    const metadata = { ...plain, settings };
    const types = [...mappingsByType(stored).keys()];
    const mapper = new MapperService({
      indexName: index.name,
      settings: metadata.settings,
      analyzers: buildIndexAnalyzers(metadata.settings, true),
      clock: options.clock,
      types,
      scoresKeywords: serverScoresKeywords(serverVersion),
    });
    mapper.merge((indexMapping(stored) ?? {}) as MappingJson, { restored: true });
    const failures: ShardFailure[] = [];
    const numbers = Array.from({ length: metadata.numberOfShards }, (_, shard) => shard);
    const shards = await runLimited(numbers, SHARDS_AT_ONCE, async (shard) => {
      try {
        const files = await (early[shard] ?? this.readShard(index, shard));
        return await this.openShard(index, shard, numbers.length, files);
      } catch (error) {
        options.signal?.throwIfAborted();
        if (!(error instanceof VarveError)) throw error;
        failures.push({ index: index.name, shardId: shard, error });
        return undefined;
      }
    });
    return new MountedIndex({ snapshot: id, metadata, mapper, shards, failures, types, aliases });
  }

  /** The promise may be left unattended: an index may have fewer shards than it once had. */
  private readShard(index: RepositoryIndex, shard: number): Promise<ShardSnapshot> {
    const { signal } = this.options;
    const read = this.repository.getShardSnapshot(this.id, index, shard, signal);
    read.catch(() => {});
    return read;
  }

  private async openShard(
    index: RepositoryIndex,
    shard: number,
    shardCount: number,
    files: ShardSnapshot,
  ): Promise<MountedShard> {
    const folder = files.folder ?? shardFolder(this.repository.context, index, shard);
    const place = { snapshot: this.snapshot.name, index: index.name, shard };
    const directory = new BlobDirectory(this.pages, folder, files, place);
    try {
      const reader = await openMountedReader(directory, this.options.purpose, shardCount);
      return new MountedShard(shard, directory, reader);
    } catch (error) {
      throw placedDamage(error, directory);
    }
  }
}
