// Statistics of shards, added up by index and over all. Upstream: CommonStats,
// IndicesStatsResponse.

import type { IndexMetadata, IndexService, Node } from "../engine/index.ts";
import { replicasOf } from "./health.ts";
import type { JsonObject } from "./rest-request.ts";

/** Members that are never added: the larger one counts. */
const MAXIMA = new Set([
  "max_unsafe_auto_id_timestamp",
  "earliest_last_modified_age",
  "throttle_time_in_millis_max",
  "max_seq_no",
  "local_checkpoint",
  "global_checkpoint",
]);

function add(target: JsonObject, source: JsonObject): void {
  for (const [key, value] of Object.entries(source)) {
    const old = target[key];
    if (typeof value === "number") {
      target[key] =
        typeof old !== "number" ? value : MAXIMA.has(key) ? Math.max(old, value) : old + value;
    } else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const inner = (typeof old === "object" && old !== null ? old : {}) as JsonObject;
      add(inner, value as JsonObject);
      target[key] = inner;
    } else target[key] = value;
  }
}

/** Sections that are told of one shard and not added up. */
const SHARD_ONLY = new Set(["seq_no", "commit", "retention_leases", "shard_path", "routing"]);

function withoutShardOnly(stats: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(stats).filter(([key]) => !SHARD_ONLY.has(key)));
}

/** One `primaries` section over many indices. */
export function sumStats(
  _node: Node,
  services: readonly IndexService[],
  metrics: readonly string[] = [],
): JsonObject {
  const total: JsonObject = {};
  for (const service of services) {
    for (const shard of service.openShards())
      add(total, withoutShardOnly(shard.stats() as unknown as JsonObject));
  }
  return chosenSections(total, metrics);
}

const METRIC_OF_SECTION: Readonly<Record<string, string>> = { merges: "merge" };

function chosenSections(stats: JsonObject, metrics: readonly string[]): JsonObject {
  if (metrics.length === 0 || metrics.includes("_all")) return stats;
  return Object.fromEntries(
    Object.entries(stats).filter(([section]) =>
      metrics.includes(METRIC_OF_SECTION[section] ?? section),
    ),
  );
}

/** GET /_stats. */
export function indicesStats(
  node: Node,
  indices: readonly IndexMetadata[],
  metrics: readonly string[],
  level: string,
): JsonObject {
  const services = indices.flatMap((index) => node.indices.service(index.name) ?? []);
  let total = 0;
  let successful = 0;
  for (const service of services) {
    total += service.metadata.numberOfShards * (1 + replicasOf(service.metadata));
    successful += service.openShards().length;
  }
  const all = sumStats(node, services, metrics);
  const body: JsonObject = {
    _shards: { total, successful, failed: 0 },
    _all: { primaries: all, total: all },
  };
  if (level === "cluster") return body;
  body["indices"] = Object.fromEntries(
    services.map((service) => [service.name, indexStats(node, service, metrics, level)]),
  );
  return body;
}

function indexStats(
  node: Node,
  service: IndexService,
  metrics: readonly string[],
  level: string,
): JsonObject {
  const sums = sumStats(node, [service], metrics);
  const body: JsonObject = { uuid: service.metadata.uuid, primaries: sums, total: sums };
  if (level === "shards") {
    const shards: Record<string, unknown[]> = {};
    service.shards.forEach((shard, number) => {
      if (shard === undefined) return;
      const routing = { state: "STARTED", primary: true, node: node.id, relocating_node: null };
      shards[String(number)] = [
        { routing, ...chosenSections(shard.stats() as unknown as JsonObject, metrics) },
      ];
    });
    body["shards"] = shards;
  }
  return body;
}
