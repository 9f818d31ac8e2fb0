// Cluster health. One node: a primary is green-able, its replicas have nowhere to go (yellow), a
// failed primary is red. Upstream: ClusterHealthResponse, TransportClusterHealthAction (3.6.0).

import { illegalArgument, VarveError } from "../base/index.ts";
import {
  type IndexMetadata,
  LENIENT_EXPAND_ALL,
  type Node,
  resolveIndices,
} from "../engine/index.ts";
import { Decimal } from "../xcontent/index.ts";
import type { JsonObject, RestRequest } from "./rest-request.ts";

/** How deep a health answer goes. */
export type HealthLevel = "cluster" | "indices" | "shards" | "awareness_attributes";
/** The three colours. */
export type HealthStatus = "green" | "yellow" | "red";

const ORDER: Readonly<Record<HealthStatus, number>> = { green: 0, yellow: 1, red: 2 };
const POLL_MS = 20;

interface Counts {
  status: HealthStatus;
  primaries: number;
  active: number;
  initializing: number;
  unassigned: number;
}

/** Replicas that an index asks for; auto-expansion over one node gives none. */
export function replicasOf(index: IndexMetadata): number {
  const expand = index.settings.get("index.auto_expand_replicas");
  if (expand !== undefined && expand !== "false") return Number(expand.split("-")[0]);
  return index.settings.getInt("index.number_of_replicas", 1);
}

function countsOf(node: Node, index: IndexMetadata): Counts {
  const replicas = replicasOf(index);
  const service = node.indices.service(index.name);
  const shards = index.numberOfShards;
  // A closed index keeps its copies allocated; here they are files that are not open.
  const active = index.state === "close" ? shards : (service?.openShards().length ?? 0);
  const restoring = service?.restoring.size ?? 0;
  const missing = shards - active;
  const status: HealthStatus = missing > 0 ? "red" : replicas > 0 ? "yellow" : "green";
  return {
    status,
    primaries: active,
    active,
    initializing: restoring,
    unassigned: missing - restoring + shards * replicas,
  };
}

function worst(a: HealthStatus, b: HealthStatus): HealthStatus {
  return ORDER[a] >= ORDER[b] ? a : b;
}

/** The health of one open index. */
export function indexHealth(node: Node, index: IndexMetadata): HealthStatus {
  return countsOf(node, index).status;
}

function chosen(node: Node, names: readonly string[]): IndexMetadata[] {
  const found = resolveIndices(
    node.cluster.metadata,
    names,
    { ...LENIENT_EXPAND_ALL, expandClosed: true },
    node.clock,
  );
  return found;
}

function shardsJson(node: Node, index: IndexMetadata): JsonObject {
  const service = node.indices.service(index.name);
  const replicas = replicasOf(index);
  const entries = Array.from({ length: index.numberOfShards }, (_, shard) => {
    const up = index.state === "close" || service?.shards[shard] !== undefined;
    const restoring = service?.restoring.has(shard) === true;
    return [
      String(shard),
      {
        status: up ? (replicas > 0 ? "yellow" : "green") : "red",
        primary_active: up,
        active_shards: up ? 1 : 0,
        relocating_shards: 0,
        initializing_shards: restoring ? 1 : 0,
        unassigned_shards: (up || restoring ? 0 : 1) + replicas,
      },
    ];
  });
  return Object.fromEntries(entries);
}

function indexJson(node: Node, index: IndexMetadata, level: HealthLevel): JsonObject {
  const counts = countsOf(node, index);
  return {
    status: counts.status,
    number_of_shards: index.numberOfShards,
    number_of_replicas: replicasOf(index),
    active_primary_shards: counts.primaries,
    active_shards: counts.active,
    relocating_shards: 0,
    initializing_shards: counts.initializing,
    unassigned_shards: counts.unassigned,
    ...(level === "shards" ? { shards: shardsJson(node, index) } : {}),
  };
}

/** `wait_for_active_shards`: a number. */
export function activeShardCount(text: string): number {
  if (/^-?\d+$/.test(text)) {
    if (Number(text) >= 0) return Number(text);
    throw illegalArgument("shard count cannot be a negative value");
  }
  throw illegalArgument(
    `cannot parse ActiveShardCount[${text}]`,
    new VarveError("invalid", `For input string: "${text}"`, { type: "number_format_exception" }),
  );
}

/** The health answer. */
export function clusterHealth(
  node: Node,
  names: readonly string[],
  level: HealthLevel,
  timedOut: boolean,
): JsonObject {
  const indices = chosen(node, names);
  const isMissing = names.length > 0 && !allKnown(node, names);
  const total: Counts = {
    status: isMissing ? "red" : "green",
    primaries: 0,
    active: 0,
    initializing: 0,
    unassigned: 0,
  };
  for (const index of indices) {
    const counts = countsOf(node, index);
    total.status = worst(total.status, counts.status);
    total.primaries += counts.primaries;
    total.active += counts.active;
    total.initializing += counts.initializing;
    total.unassigned += counts.unassigned;
  }
  const all = total.active + total.initializing + total.unassigned;
  return {
    cluster_name: node.clusterName,
    status: total.status,
    timed_out: timedOut,
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    discovered_master: true,
    discovered_cluster_manager: true,
    active_primary_shards: total.primaries,
    active_shards: total.active,
    relocating_shards: 0,
    initializing_shards: total.initializing,
    unassigned_shards: total.unassigned,
    delayed_unassigned_shards: 0,
    number_of_pending_tasks: 0,
    number_of_in_flight_fetch: 0,
    task_max_waiting_in_queue_millis: 0,
    active_shards_percent_as_number: new Decimal(all === 0 ? 100 : (total.active * 100) / all),
    ...(level === "indices" || level === "shards"
      ? {
          indices: Object.fromEntries(
            indices.map((index) => [index.name, indexJson(node, index, level)]),
          ),
        }
      : {}),
  };
}

/** Compares as `wait_for_nodes` does: `1`, `>=1`, `<2`, `ge(1)`. */
function nodesMatch(expression: string): boolean {
  const match = /^(>=|<=|>|<|ge\(|le\(|gt\(|lt\()?(\d+)\)?$/.exec(expression);
  if (match === null)
    throw illegalArgument(`Failed to parse [wait_for_nodes] with value [${expression}]`);
  const wanted = Number(match[2]);
  switch (match[1]) {
    case ">=":
    case "ge(":
      return 1 >= wanted;
    case "<=":
    case "le(":
      return 1 <= wanted;
    case ">":
    case "gt(":
      return 1 > wanted;
    case "<":
    case "lt(":
      return 1 < wanted;
    default:
      return wanted === 1;
  }
}

/** Is there something of every name? */
function allKnown(node: Node, names: readonly string[]): boolean {
  const { metadata } = node.cluster;
  return names.every(
    (name) =>
      name.includes("*") ||
      name === "_all" ||
      resolveIndices(metadata, [name], LENIENT_EXPAND_ALL, node.clock).length > 0,
  );
}

function satisfied(node: Node, request: RestRequest): boolean {
  const names = request.paramList("index");
  const wantedStatus = request.param("wait_for_status")?.toLowerCase() as HealthStatus | undefined;
  const body = clusterHealth(node, names, "cluster", false);
  if (wantedStatus !== undefined) {
    if (!(wantedStatus in ORDER))
      throw illegalArgument(
        "No enum constant org.opensearch.cluster.health.ClusterHealthStatus." +
          wantedStatus.toUpperCase(),
      );
    if (ORDER[body["status"] as HealthStatus] > ORDER[wantedStatus]) return false;
  }
  if (!allKnown(node, names)) return false;
  const shards = request.param("wait_for_active_shards");
  if (shards === "all")
    return Number(body["unassigned_shards"]) + Number(body["initializing_shards"]) === 0;
  if (shards !== undefined && Number(body["active_shards"]) < activeShardCount(shards))
    return false;
  if (
    request.paramBoolean("wait_for_no_initializing_shards", false) &&
    Number(body["initializing_shards"]) > 0
  )
    return false;
  const nodes = request.param("wait_for_nodes");
  return nodes === undefined || nodesMatch(nodes);
}

/** Waits until what the request waits for holds, or its timeout. */
export async function waitForHealth(
  node: Node,
  request: RestRequest,
): Promise<{ timedOut: boolean }> {
  const deadline = node.clock.monotonic() + request.paramTime("timeout", 30_000);
  while (!satisfied(node, request)) {
    if (node.clock.monotonic() >= deadline) return { timedOut: true };
    await node.clock.sleep(POLL_MS);
  }
  return { timedOut: false };
}
