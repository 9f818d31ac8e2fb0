// One open index: its mapper and its shards, and the routing of documents to them.
// Upstream: org.opensearch.index.IndexService, OperationRouting (2.19.6).

import { murmur3Routing } from "../../base/index.ts";
import { buildIndexAnalyzers } from "../analysis/index.ts";
import type { IndexMetadata } from "../cluster/metadata.ts";
import { MapperService, type JsonObject as MappingJson } from "../mapping/index.ts";
import type { IndexShard } from "../shard/index.ts";
import type { EngineContext } from "./engine-context.ts";
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
  private readonly partitionSize: number;
  private readonly routingFactor: number;

  constructor(metadata: IndexMetadata, context: EngineContext, restored: boolean) {
    this.metadata = metadata;
    this.mapper = newMapper(metadata, context, restored);
    this.mapper.merge(metadata.mappings as MappingJson, restored ? { restored: true } : {});
    this.shards = new Array(metadata.numberOfShards).fill(undefined);
    this.partitionSize = metadata.settings.getInt("index.routing_partition_size", 1);
    this.routingFactor = metadata.routingNumShards / metadata.numberOfShards;
  }

  get name(): string {
    return this.metadata.name;
  }

  /** Is `_routing.required` set in the mapping? */
  get routingRequired(): boolean {
    const routing = this.metadata.mappings["_routing"] as { required?: boolean } | undefined;
    return routing?.required === true;
  }

  /** The shard of a document: floorMod(murmur3(routing or id), routingNumShards) / factor. */
  shardNumber(id: string, routing: string | undefined): number {
    const shards = this.metadata.numberOfShards;
    if (shards === 1) return 0;
    const offset = this.partitionSize === 1 ? 0 : floorMod(murmur3Routing(id), this.partitionSize);
    const hash = murmur3Routing(routing ?? id) + offset;
    return Math.floor(floorMod(hash | 0, this.metadata.routingNumShards) / this.routingFactor);
  }

  /** The shards that a search with these routing values must ask; undefined = all. */
  shardsOfRouting(routing: readonly string[]): number[] {
    const numbers = new Set<number>();
    for (const value of routing) {
      if (this.partitionSize === 1) {
        numbers.add(this.shardNumber(value, value));
        continue;
      }
      for (let offset = 0; offset < this.partitionSize; offset++) {
        const hash = (murmur3Routing(value) + offset) | 0;
        numbers.add(
          Math.floor(floorMod(hash, this.metadata.routingNumShards) / this.routingFactor),
        );
      }
    }
    return [...numbers].sort((a, b) => a - b);
  }

  /** Open shards in order. */
  openShards(): IndexShard[] {
    return this.shards.filter((shard) => shard !== undefined);
  }
}

function floorMod(value: number, modulus: number): number {
  return ((value % modulus) + modulus) % modulus;
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
