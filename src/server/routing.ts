// Where shards are: everything is on this node, replicas are unassigned.
// Upstream: IndexRoutingTable, ShardRouting (3.6.0).

import type { IndexMetadata, Node } from "../engine/index.ts";
import { replicasOf } from "./health.ts";
import type { JsonObject } from "./rest-request.ts";

/** Where a copy of a shard is. */
export interface ShardRouting {
  readonly index: IndexMetadata;
  readonly shard: number;
  readonly primary: boolean;
  readonly state: "STARTED" | "INITIALIZING" | "UNASSIGNED";
  /** Why it is unassigned. */
  readonly unassigned?: { readonly reason: string; readonly details?: string };
}

/**
 * Primaries, then replicas, of one index; a closed index has its shards open only for the metadata.
 */
export function shardRoutings(node: Node, index: IndexMetadata): ShardRouting[] {
  const service = node.indices.service(index.name);
  const routings: ShardRouting[] = [];
  for (let shard = 0; shard < index.numberOfShards; shard++) {
    routings.push(primaryRouting(service, index, shard));
    for (let replica = 0; replica < replicasOf(index); replica++) {
      routings.push({
        index,
        shard,
        primary: false,
        state: "UNASSIGNED",
        unassigned: { reason: "INDEX_CREATED" },
      });
    }
  }
  return routings;
}

function primaryRouting(
  service: ReturnType<Node["indices"]["service"]>,
  index: IndexMetadata,
  shard: number,
): ShardRouting {
  const base = { index, shard, primary: true } as const;
  if (service?.shards[shard] !== undefined || index.state === "close")
    return { ...base, state: "STARTED" };
  if (service?.restoring.has(shard) === true) return { ...base, state: "INITIALIZING" };
  const failure = service?.failures.find((entry) => entry.shard === shard);
  return {
    ...base,
    state: "UNASSIGNED",
    unassigned: {
      reason: "ALLOCATION_FAILED",
      ...(failure === undefined ? {} : { details: failure.reason }),
    },
  };
}

function routingJson(node: Node, routing: ShardRouting): JsonObject {
  return {
    state: routing.state,
    primary: routing.primary,
    node: routing.state === "UNASSIGNED" ? null : node.id,
    relocating_node: null,
    shard: routing.shard,
    index: routing.index.name,
    ...(routing.unassigned === undefined
      ? { allocation_id: { id: `${routing.index.uuid.slice(0, 20)}${routing.shard}` } }
      : {
          recovery_source: { type: routing.primary ? "EXISTING_STORE" : "PEER" },
          unassigned_info: {
            reason: routing.unassigned.reason,
            delayed: false,
            allocation_status: "no_attempt",
          },
        }),
  };
}

/** The routing table of the cluster state. */
export function routingTable(node: Node, indices: readonly IndexMetadata[]): JsonObject {
  const entries = indices.map((index) => {
    const shards: Record<string, JsonObject[]> = {};
    for (const routing of shardRoutings(node, index)) {
      (shards[String(routing.shard)] ??= []).push(routingJson(node, routing));
    }
    return [index.name, { shards }];
  });
  return { indices: Object.fromEntries(entries) };
}
