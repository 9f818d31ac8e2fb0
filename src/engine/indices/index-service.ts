// One open index: its mapper and its shards, and the routing of documents to them.
// Upstream: org.opensearch.index.IndexService, OperationRouting (2.19.6).

import { buildIndexAnalyzers } from "../analysis/index.ts";
import type { IndexMetadata } from "../cluster/metadata.ts";
import { MapperService, type JsonObject as MappingJson } from "../mapping/index.ts";
import type { IndexShard } from "../shard/index.ts";
import type { EngineContext } from "./engine-context.ts";
import { type ShardLayout, shardOfDocument, shardsOfRouting } from "./routing-shard.ts";
import type { ShardRecovery } from "./shard-recovery.ts";

/** Why a shard is not there. */
export interface ShardFailure {
  readonly shard: number;
  readonly reason: string;
  readonly details: string;
}

/** An open index. Its metadata moves with the cluster state. */
export class IndexService {
  metadata: IndexMetadata;
  readonly mapper: MapperService;
  /** By shard number; undefined where the shard could not be opened. */
  readonly shards: (IndexShard | undefined)[];
  readonly failures: ShardFailure[] = [];
  /** Shards that a restore is filling now. */
  readonly restoring = new Set<number>();
  /** How each shard was filled the last time. */
  readonly recoveries = new Map<number, ShardRecovery>();
  private readonly layout: ShardLayout;

  constructor(metadata: IndexMetadata, context: EngineContext, restored: boolean) {
    this.metadata = metadata;
    this.mapper = newMapper(metadata, context, restored);
    this.mapper.merge(metadata.mappings as MappingJson, restored ? { restored: true } : {});
    this.shards = new Array(metadata.numberOfShards).fill(undefined);
    this.layout = {
      numberOfShards: metadata.numberOfShards,
      routingNumShards: metadata.routingNumShards,
      partitionSize: metadata.settings.getInt("index.routing_partition_size", 1),
    };
  }

  get name(): string {
    return this.metadata.name;
  }

  /** Is `_routing.required` set in the mapping? */
  get routingRequired(): boolean {
    const routing = this.metadata.mappings["_routing"] as { required?: boolean } | undefined;
    return routing?.required === true;
  }

  /** The shard of a document. */
  shardNumber(id: string, routing: string | undefined): number {
    return shardOfDocument(this.layout, id, routing);
  }

  /** The shards that a search with these routing values must ask. */
  shardsOfRouting(routing: readonly string[]): number[] {
    return shardsOfRouting(this.layout, routing);
  }

  /** Open shards in order. */
  openShards(): IndexShard[] {
    return this.shards.filter((shard) => shard !== undefined);
  }
}

/** A mapper over an index's settings, without mappings yet. */
export function newMapper(
  metadata: Pick<IndexMetadata, "name" | "settings">,
  context: EngineContext,
  restored = false,
): MapperService {
  return new MapperService({
    indexName: metadata.name,
    settings: metadata.settings,
    analyzers: buildIndexAnalyzers(metadata.settings, restored),
    clock: context.clock,
  });
}
