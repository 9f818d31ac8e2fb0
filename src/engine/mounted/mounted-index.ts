// Indices of a snapshot that are open where they lie: searched and read like indices of a cluster.

import { type Clock, VarveError } from "../../base/index.ts";
import type { BlobPages, SnapshotId } from "../../repository/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import type { AliasMetadata, IndexMetadata, JsonObject } from "../cluster/metadata.ts";
import { type SourceFilter, sourceJson } from "../documents/source-filter.ts";
import { exception } from "../exceptions.ts";
import { type ShardLayout, shardOfDocument, shardsOfRouting } from "../indices/routing-shard.ts";
import type { MapperService } from "../mapping/index.ts";
import { failureBodies, type ShardFailure } from "../search/search-failures.ts";
import type { SearchRequest } from "../search/search-request.ts";
import type { SearchService } from "../search/search-service.ts";
import type { SearchTarget } from "../search/search-target.ts";
import type { MountedShard } from "./mounted-shard.ts";

/** Kinds of errors that speak of the data. */
const UNREADABLE: ReadonlySet<string> = new Set([
  "corrupt",
  "missing",
  "too-old",
  "too-new",
  "unavailable",
]);

/** Failures name the node that met them; a mounted index has none. */
export const MOUNTED_NODE_ID = "_mounted";

/** A document to read. */
export interface MountedGet {
  readonly id: string;
  /** Without it every shard is asked, the one that the id leads to first. */
  readonly routing?: string | undefined;
  readonly source?: SourceFilter | undefined;
}

/** What an index is made of. */
export interface MountedIndexParts {
  readonly snapshot: SnapshotId;
  readonly metadata: IndexMetadata;
  readonly mapper: MapperService;
  readonly shards: readonly (MountedShard | undefined)[];
  readonly failures: readonly ShardFailure[];
  readonly types: readonly string[];
  /** The aliases by which alone the index was asked for. */
  readonly aliases?: readonly AliasMetadata[];
}

/** One index. */
export class MountedIndex {
  readonly metadata: IndexMetadata;
  readonly mapper: MapperService;
  readonly snapshot: SnapshotId;
  /** By number; undefined where the shard could not be opened. */
  readonly shards: readonly (MountedShard | undefined)[];
  readonly failures: readonly ShardFailure[];
  /** Names of the mapping's types; documents carry them in indices of Elasticsearch 5. */
  readonly types: readonly string[];
  private readonly aliases: readonly AliasMetadata[];

  constructor(parts: MountedIndexParts) {
    this.snapshot = parts.snapshot;
    this.metadata = parts.metadata;
    this.mapper = parts.mapper;
    this.shards = parts.shards;
    this.failures = parts.failures;
    this.types = parts.types;
    this.aliases = parts.aliases ?? [];
  }

  get name(): string {
    return this.metadata.name;
  }

  /** Shards that are open. */
  openShards(): MountedShard[] {
    return this.shards.filter((shard) => shard !== undefined);
  }

  /** The open shards as a search takes them; with a routing value only those that it leads to. */
  targets(routing?: readonly string[]): SearchTarget[] {
    const { metadata, mapper } = this;
    const aliasFilter = filterOf(this.aliases);
    routing ??= routingOf(this.aliases);
    const wanted = routing && new Set(shardsOfRouting(layoutOf(metadata), routing));
    const open = this.openShards().filter(({ shard }) => wanted?.has(shard) !== false);
    return open.map((shard) => ({
      index: metadata.name,
      indexUuid: metadata.uuid,
      shardId: shard.shard,
      shard,
      mapper,
      settings: metadata.settings,
      aliasFilter,
    }));
  }

  /** The answer of GET: `found: false` where there is no such document. */
  async get(request: MountedGet): Promise<JsonObject> {
    const { id, routing } = request;
    const first = shardOfDocument(layoutOf(this.metadata), id, routing);
    const others = routing === undefined ? this.shards.keys() : [];
    const body: JsonObject = { _index: this.name, _id: id };
    for (const numbers of [[first], [...others].filter((number) => number !== first)]) {
      const shards = numbers.map((number) => this.shardOrThrow(number));
      const answers = await Promise.all(shards.map((shard) => shard.get(id, this.types)));
      const found = answers.find((answer) => answer !== undefined);
      if (found === undefined) continue;
      if (found.type !== undefined) body["_type"] = found.type;
      body["_version"] = found.version;
      if (found.seqNo >= 0) body["_seq_no"] = found.seqNo;
      if (found.primaryTerm > 0) body["_primary_term"] = found.primaryTerm;
      if (found.routing !== undefined) body["_routing"] = found.routing;
      body["found"] = true;
      const wanted = request.source ?? true;
      if (wanted !== false && found.source !== undefined) {
        body["_source"] = sourceJson(found.source, wanted);
      }
      return body;
    }
    return { ...body, found: false };
  }

  private shardOrThrow(number: number): MountedShard {
    const shard = this.shards[number];
    if (shard !== undefined) return shard;
    const failure = this.failures.find(({ shardId }) => shardId === number);
    if (failure !== undefined) throw failure.error;
    throw exception("missing", "shard_not_found_exception", `no such shard [${number}]`);
  }

  close(): void {
    for (const shard of this.shards) shard?.close();
  }
}

/** What the aliases' filters let through: everything, unless each of them has a filter. */
function filterOf(aliases: readonly AliasMetadata[]): XContentObject | undefined {
  const filters = aliases.map(({ filter }) => filter);
  if (filters.length === 0 || filters.includes(undefined)) return undefined;
  const should = filters as XContentObject[];
  return should.length === 1 ? should[0] : { bool: { should, minimum_should_match: 1 } };
}

function routingOf(aliases: readonly AliasMetadata[]): string[] | undefined {
  const values = aliases.map(({ searchRouting }) => searchRouting);
  if (values.length === 0 || values.includes(undefined)) return undefined;
  return values.flatMap((value) => value!.split(","));
}

/** How documents are spread over an index's shards. */
export function layoutOf(metadata: IndexMetadata): ShardLayout {
  const { numberOfShards, routingNumShards, settings } = metadata;
  const partitionSize = settings.getInt("index.routing_partition_size", 1);
  return { numberOfShards, routingNumShards, partitionSize };
}

/** Several indices of one snapshot. */
export class MountedIndices {
  readonly indices: readonly MountedIndex[];
  readonly pages: BlobPages;
  private readonly service: SearchService;
  private readonly clock: Clock;
  private readonly ownsPages: boolean;

  constructor(
    indices: readonly MountedIndex[],
    pages: { readonly pages: BlobPages; readonly isOwner: boolean },
    service: SearchService,
    clock: Clock,
  ) {
    this.indices = indices;
    this.pages = pages.pages;
    this.ownsPages = pages.isOwner;
    this.service = service;
    this.clock = clock;
  }

  /** OpenSearch's response to a search over all of them. */
  async search(request: SearchRequest): Promise<XContentObject> {
    const started = this.clock.monotonic();
    const routing = request.params["routing"]?.split(",");
    const targets = this.indices.flatMap((index) => index.targets(routing));
    const failures = this.indices.flatMap((index) => index.failures);
    if (targets.length === 0 && failures.length > 0) throw failures[0]!.error;
    const response = await this.respond(targets, request);
    const took = Math.floor(this.clock.monotonic() - started);
    return { ...withFailures(response, failures), took };
  }

  /** Where every shard failed for what it is, not for what was asked, that is the error. */
  private async respond(
    targets: readonly SearchTarget[],
    request: SearchRequest,
  ): Promise<XContentObject> {
    try {
      return await this.service.search(targets, request);
    } catch (error) {
      const { cause } = error as Error;
      throw cause instanceof VarveError && UNREADABLE.has(cause.kind) ? cause : error;
    }
  }

  /** Lets go of everything but pages that were given. The repository stays open. */
  close(): void {
    for (const index of this.indices) index.close();
    if (this.ownsPages) this.pages.close();
  }
}

/** Shards that could not be opened count as failed. */
function withFailures(response: XContentObject, failures: readonly ShardFailure[]): XContentObject {
  if (failures.length === 0) return response;
  const shards = response["_shards"] as Record<string, number> & { failures?: XContentObject[] };
  return {
    ...response,
    _shards: {
      ...shards,
      total: shards["total"]! + failures.length,
      failed: shards["failed"]! + failures.length,
      failures: [...(shards.failures ?? []), ...failureBodies(failures, MOUNTED_NODE_ID)],
    },
  };
}
