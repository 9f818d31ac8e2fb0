// Which shard a document is in.
// Upstream: OperationRouting.{generateShardId,calculateScaledShardId}.

import { murmur3Routing } from "../../base/index.ts";

/** How documents are spread over an index's shards. */
export interface ShardLayout {
  readonly numberOfShards: number;
  readonly routingNumShards: number;
  /** `index.routing_partition_size`. */
  readonly partitionSize: number;
}

/** The shard of a document: floorMod(murmur3(routing or id), routingNumShards) / factor. */
export function shardOfDocument(
  layout: ShardLayout,
  id: string,
  routing: string | undefined,
): number {
  const { partitionSize } = layout;
  const offset = partitionSize === 1 ? 0 : floorMod(murmur3Routing(id), partitionSize);
  return shardOfHash(layout, (murmur3Routing(routing ?? id) + offset) | 0);
}

/** The shards that hold documents of a routing value, in order. */
export function shardsOfRouting(layout: ShardLayout, routing: readonly string[]): number[] {
  const numbers = new Set<number>();
  for (const value of routing) {
    const hash = murmur3Routing(value);
    for (let offset = 0; offset < layout.partitionSize; offset++) {
      numbers.add(shardOfHash(layout, (hash + offset) | 0));
    }
  }
  return [...numbers].sort((a, b) => a - b);
}

function shardOfHash({ numberOfShards, routingNumShards }: ShardLayout, hash: number): number {
  if (numberOfShards === 1) return 0;
  const factor = routingNumShards / numberOfShards;
  return Math.floor(floorMod(hash, routingNumShards) / factor);
}

function floorMod(value: number, modulus: number): number {
  return ((value % modulus) + modulus) % modulus;
}
