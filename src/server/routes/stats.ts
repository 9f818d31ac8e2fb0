// Statistics and segments. Upstream: RestIndicesStatsAction, RestIndicesSegmentsAction,
// RestClusterStatsAction (3.6.0).

import { illegalArgument } from "../../base/index.ts";
import { API_VERSION, type Node, STRICT_EXPAND_OPEN_FORBID_CLOSED } from "../../engine/index.ts";
import { clusterHealth, replicasOf } from "../health.ts";
import { indicesOf } from "../indices-options.ts";
import { diskOf } from "../node-description.ts";
import type { JsonObject, RestRequest } from "../rest-request.ts";
import { CLUSTER_PARAMS, INDICES_PARAMS, type RestResponse, type Route } from "../route.ts";
import { indicesStats, sumStats } from "../stats.ts";

const METRICS = new Set([
  "_all",
  "docs",
  "store",
  "indexing",
  "search",
  "get",
  "merge",
  "refresh",
  "flush",
  "warmer",
  "query_cache",
  "fielddata",
  "segments",
  "completion",
  "translog",
  "recovery",
  "request_cache",
]);

function stats(request: RestRequest, node: Node): RestResponse {
  const metrics = request.paramList("metric");
  for (const metric of metrics) {
    if (METRICS.has(metric)) continue;
    throw illegalArgument(`request [${request.path}] contains unrecognized metric: [${metric}]`);
  }
  const level = request.param("level", "indices");
  if (!["cluster", "indices", "shards"].includes(level)) {
    throw illegalArgument(
      `level parameter must be one of [cluster] or [indices] or [shards] but was [${level}]`,
    );
  }
  const forbidClosed = request.paramBoolean("forbid_closed_indices", true);
  const options = { ...STRICT_EXPAND_OPEN_FORBID_CLOSED, forbidClosed };
  const indices = indicesOf(request, node, options);
  return { body: indicesStats(node, indices, metrics, level) };
}

function segments(request: RestRequest, node: Node): RestResponse {
  const indices = indicesOf(request, node, STRICT_EXPAND_OPEN_FORBID_CLOSED);
  const body: Record<string, JsonObject> = {};
  let total = 0;
  let successful = 0;
  for (const index of indices) {
    const shards: Record<string, JsonObject[]> = {};
    total += index.numberOfShards * (1 + replicasOf(index));
    node.indices.service(index.name)?.shards.forEach((shard, number) => {
      if (shard === undefined) return;
      successful++;
      const list = shard.segments().map(({ name, ...segment }) => [name, segment]);
      shards[String(number)] = [
        {
          routing: { state: "STARTED", primary: true, node: node.id },
          num_committed_segments: list.filter(
            ([, segment]) => (segment as { committed: boolean }).committed,
          ).length,
          num_search_segments: list.length,
          segments: Object.fromEntries(list),
        },
      ];
    });
    body[index.name] = { shards };
  }
  return { body: { _shards: { total, successful, failed: 0 }, indices: body } };
}

function clusterStats(_request: RestRequest, node: Node): RestResponse {
  const health = clusterHealth(node, [], "cluster", false);
  const disk = diskOf(node.context.dataFolder);
  const services = [...node.indices.all()];
  return {
    body: {
      _nodes: { total: 1, successful: 1, failed: 0 },
      cluster_name: node.clusterName,
      cluster_uuid: node.cluster.metadata.clusterUuid,
      timestamp: node.clock.now(),
      status: health["status"],
      indices: {
        count: node.cluster.metadata.indices.size,
        shards: {
          total: health["active_shards"],
          primaries: health["active_primary_shards"],
          replication: 0,
        },
        ...sumStats(node, services, [
          "docs",
          "store",
          "fielddata",
          "query_cache",
          "completion",
          "segments",
        ]),
      },
      nodes: {
        count: {
          total: 1,
          cluster_manager: 1,
          data: 1,
          ingest: 1,
          master: 1,
          coordinating_only: 0,
          remote_cluster_client: 0,
          search: 0,
          warm: 0,
        },
        versions: [API_VERSION],
        fs: {
          total_in_bytes: disk.total,
          free_in_bytes: disk.free,
          available_in_bytes: disk.available,
        },
        plugins: [],
      },
    },
  };
}

const PARAMS = [
  ...INDICES_PARAMS,
  "level",
  "types",
  "completion_fields",
  "fielddata_fields",
  "fields",
  "groups",
  "include_segment_file_sizes",
  "include_unloaded_segments",
  "forbid_closed_indices",
  "verbose",
] as const;

/** Statistics routes. */
export const statsRoutes: readonly Route[] = [
  ...["/_stats", "/_stats/:metric", "/:index/_stats", "/:index/_stats/:metric"].map(
    (path): Route => ({ methods: ["GET"], path, params: PARAMS, handle: stats }),
  ),
  ...["/_segments", "/:index/_segments"].map(
    (path): Route => ({ methods: ["GET"], path, params: PARAMS, handle: segments }),
  ),
  ...["/_cluster/stats", "/_cluster/stats/nodes/:node_id"].map(
    (path): Route => ({ methods: ["GET"], path, params: CLUSTER_PARAMS, handle: clusterStats }),
  ),
];
