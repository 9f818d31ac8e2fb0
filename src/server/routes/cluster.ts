// Cluster: info, health, state, settings, stats, nodes, pending tasks, tasks.
// Upstream: org.opensearch.rest.action.admin.cluster.Rest*Action, RestMainAction (3.6.0).

import { illegalArgument } from "../../base/index.ts";
import {
  API_LUCENE_VERSION,
  API_VERSION,
  clusterSettingsRegistry,
  exception,
  type Node,
  Settings,
  type Task,
} from "../../engine/index.ts";
import { clusterState } from "../cluster-state.ts";
import { errorBody } from "../error-map.ts";
import { clusterHealth, type HealthLevel, waitForHealth } from "../health.ts";
import { nodeInfo, nodeStats } from "../node-description.ts";
import type { JsonObject, RestRequest } from "../rest-request.ts";
import { CLUSTER_PARAMS, INDICES_PARAMS, type RestResponse, type Route } from "../route.ts";
import { settingsToJson } from "../settings-json.ts";

function info(_request: RestRequest, node: Node): RestResponse {
  return {
    body: {
      name: node.name,
      cluster_name: node.clusterName,
      cluster_uuid: node.cluster.metadata.clusterUuid,
      version: {
        distribution: "opensearch",
        number: API_VERSION,
        build_type: "varve",
        build_hash: "unknown",
        build_date: "unknown",
        build_snapshot: false,
        lucene_version: API_LUCENE_VERSION,
        minimum_wire_compatibility_version: "2.19.0",
        minimum_index_compatibility_version: "2.0.0",
      },
      tagline: "The OpenSearch Project: https://opensearch.org/",
    },
  };
}

async function health(request: RestRequest, node: Node): Promise<RestResponse> {
  const outcome = await waitForHealth(node, request);
  const level = request.param("level", "cluster") as HealthLevel;
  return {
    status: outcome.timedOut ? 408 : 200,
    body: clusterHealth(node, request.paramList("index"), level, outcome.timedOut),
  };
}

function getSettings(request: RestRequest, node: Node): RestResponse {
  const flat = request.paramBoolean("flat_settings", false);
  const { persistentSettings, transientSettings } = node.cluster.metadata;
  return {
    body: {
      persistent: settingsToJson(persistentSettings, flat),
      transient: settingsToJson(transientSettings, flat),
      ...(request.paramBoolean("include_defaults", false)
        ? { defaults: settingsToJson(node.settings, flat) }
        : {}),
    },
  };
}

function dynamicSettings(kind: "persistent" | "transient", json: unknown): Settings {
  const settings = Settings.fromNested((json ?? {}) as JsonObject);
  for (const [key, value] of settings.entries()) {
    if (key.endsWith("*") && value === null) continue;
    const definition = clusterSettingsRegistry.definition(key);
    if (definition === undefined) {
      if (value === null) continue;
      throw settingsException(
        STATIC_NAMES.has(key)
          ? `${kind} setting [${key}], not dynamically updateable`
          : `${kind} setting [${key}], not recognized`,
      );
    }
    if (definition.scope !== "dynamic") {
      throw settingsException(`${kind} setting [${key}], not dynamically updateable`);
    }
    clusterSettingsRegistry.validate(key, value);
  }
  return settings;
}

/** Settings of a node that a request may name and not change. */
const STATIC_NAMES = new Set(["cluster.name", "node.name", "path.data", "path.repo", "http.port"]);

function settingsException(reason: string): Error {
  return exception("invalid", "settings_exception", reason);
}

async function putSettings(request: RestRequest, node: Node): Promise<RestResponse> {
  const body = await request.requireBody();
  const persistent = dynamicSettings("persistent", body["persistent"]);
  const transient = dynamicSettings("transient", body["transient"]);
  if (persistent.size === 0 && transient.size === 0) {
    throw exception(
      "invalid",
      "action_request_validation_exception",
      "Validation Failed: 1: no settings to update;",
    );
  }
  node.cluster.update((metadata) => ({
    ...metadata,
    persistentSettings: metadata.persistentSettings.merge(persistent),
    transientSettings: metadata.transientSettings.merge(transient),
  }));
  const flat = request.paramBoolean("flat_settings", false);
  const kept = (settings: Settings) => settings.filter((key) => settings.get(key) !== undefined);
  return {
    body: {
      acknowledged: true,
      persistent: settingsToJson(kept(persistent), flat),
      transient: settingsToJson(kept(transient), flat),
    },
  };
}

function nodes(request: RestRequest, node: Node): RestResponse {
  const asked = request.paramList("metric");
  const metrics = asked.filter(
    (metric) =>
      !metric.includes(":") && metric !== node.id && metric !== "_local" && metric !== "_all",
  );
  return { body: { ...nodesHeader(node), nodes: { [node.id]: nodeInfo(node, metrics) } } };
}

const STATS_METRICS = new Set([
  "_all",
  "adaptive_selection",
  "admission_control",
  "breaker",
  "caches",
  "cluster_manager_throttling",
  "discovery",
  "file_cache",
  "fs",
  "http",
  "indexing_pressure",
  "indices",
  "ingest",
  "jvm",
  "os",
  "process",
  "repositories",
  "resource_usage_stats",
  "script",
  "script_cache",
  "search_backpressure",
  "search_pipeline",
  "segment_replication_backpressure",
  "shard_indexing_pressure",
  "task_cancellation",
  "thread_pool",
  "transport",
  "weighted_routing",
]);

function nodesStats(request: RestRequest, node: Node): RestResponse {
  const unknown = request.paramList("metric").find((metric) => !STATS_METRICS.has(metric));
  if (unknown !== undefined) {
    throw illegalArgument(`request [${request.path}] contains unrecognized metric: [${unknown}]`);
  }
  return {
    body: {
      ...nodesHeader(node),
      nodes: { [node.id]: nodeStats(node, request.paramList("metric")) },
    },
  };
}

function nodesHeader(node: Node): JsonObject {
  return { _nodes: { total: 1, successful: 1, failed: 0 }, cluster_name: node.clusterName };
}

function taskJson(node: Node, task: Task): JsonObject {
  return {
    node: node.id,
    id: task.id,
    type: "transport",
    action: task.action,
    ...(task.status === undefined ? {} : { status: task.status }),
    description: task.description,
    start_time_in_millis: task.startTime,
    running_time_in_nanos: task.runningNanos,
    cancellable: task.cancellable,
    cancelled: task.cancelled,
    headers: task.headers,
  };
}

function matchesAction(pattern: string, action: string): boolean {
  return new RegExp(
    `^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`,
  ).test(action);
}

function chosenTasks(request: RestRequest, node: Node): Task[] {
  const actions = request.paramList("actions");
  return node.tasks
    .list()
    .filter(
      (task) =>
        actions.length === 0 || actions.some((pattern) => matchesAction(pattern, task.action)),
    );
}

function tasksAnswer(request: RestRequest, node: Node, tasks: readonly Task[]): JsonObject {
  const groupBy = request.param("group_by", "nodes");
  if (!["nodes", "parents", "none"].includes(groupBy)) {
    throw illegalArgument(
      `[group_by] must be one of [nodes], [parents] or [none] but was [${groupBy}]`,
    );
  }
  const byId = Object.fromEntries(
    tasks.map((task) => [node.tasks.taskId(task), taskJson(node, task)]),
  );
  if (request.param("group_by") === "none") return { tasks: Object.values(byId) };
  if (request.param("group_by") === "parents") return { tasks: byId };
  if (tasks.length === 0) return { nodes: {} };
  const { name, transport_address, host, ip, roles, attributes } = nodeInfo(node, []) as JsonObject;
  return {
    nodes: { [node.id]: { name, transport_address, host, ip, roles, attributes, tasks: byId } },
  };
}

function listTasks(request: RestRequest, node: Node): RestResponse {
  return { body: tasksAnswer(request, node, chosenTasks(request, node)) };
}

async function getTask(request: RestRequest, node: Node): Promise<RestResponse> {
  const task = node.tasks.get(request.param("task_id", ""));
  if (request.paramBoolean("wait_for_completion", false)) {
    await node.tasks.wait(task, request.paramTime("timeout", 30_000));
  }
  const { result } = task;
  return {
    body: {
      completed: result !== undefined,
      task: taskJson(node, task),
      ...(result?.response === undefined ? {} : { response: result.response }),
      ...(result?.error === undefined ? {} : { error: errorBody(result.error) }),
    },
  };
}

function cancelTasks(request: RestRequest, node: Node): RestResponse {
  const id = request.param("task_id");
  const owner = id?.split(":")[0];
  if (id !== undefined && /^[^:]+:\d+$/.test(id) && owner !== node.id) {
    return { body: { node_failures: [noSuchNode(owner!)], nodes: {} } };
  }
  const tasks =
    id === undefined
      ? chosenTasks(request, node).filter((task) => task.cancellable)
      : [node.tasks.get(id)];
  for (const task of tasks) {
    if (!task.cancellable) throw illegalArgument(`task [${id}] doesn't support cancellation`);
    task.cancel("by user request");
  }
  return { body: tasksAnswer(request, node, tasks) };
}

function noSuchNode(id: string): JsonObject {
  return {
    type: "failed_node_exception",
    reason: `Failed node [${id}]`,
    node_id: id,
    caused_by: { type: "no_such_node_exception", reason: `No such node [${id}]`, node_id: id },
  };
}

function pendingTasks(): RestResponse {
  return { body: { tasks: [] } };
}

function state(request: RestRequest, node: Node): RestResponse {
  const metrics = request.paramList("metric");
  return { body: clusterState(node, metrics, request) };
}

const HEALTH_PARAMS = [
  ...CLUSTER_PARAMS,
  ...INDICES_PARAMS,
  "level",
  "wait_for_status",
  "wait_for_nodes",
  "wait_for_active_shards",
  "wait_for_events",
  "wait_for_no_relocating_shards",
  "wait_for_no_initializing_shards",
  "ensure_node_weighed_in",
  "awareness_attribute",
] as const;
const NODES_PARAMS = [...CLUSTER_PARAMS, "flat_settings"] as const;
const STATS_PARAMS = [
  ...NODES_PARAMS,
  "level",
  "types",
  "completion_fields",
  "fielddata_fields",
  "fields",
  "groups",
  "include_segment_file_sizes",
] as const;
const TASK_PARAMS = [
  ...CLUSTER_PARAMS,
  "actions",
  "nodes",
  "node_id",
  "detailed",
  "parent_task_id",
  "group_by",
  "wait_for_completion",
] as const;
const STATE_PARAMS = [
  ...CLUSTER_PARAMS,
  ...INDICES_PARAMS,
  "flat_settings",
  "wait_for_metadata_version",
  "wait_for_timeout",
] as const;

/** Cluster, node and task routes. */
export const clusterRoutes: readonly Route[] = [
  { methods: ["GET", "HEAD"], path: "/", params: [], handle: info },
  ...["/_cluster/health", "/_cluster/health/:index"].map(
    (path): Route => ({ methods: ["GET"], path, params: HEALTH_PARAMS, handle: health }),
  ),
  {
    methods: ["GET"],
    path: "/_cluster/settings",
    params: [...CLUSTER_PARAMS, "include_defaults", "flat_settings"],
    handle: getSettings,
  },
  {
    methods: ["PUT"],
    path: "/_cluster/settings",
    params: [...CLUSTER_PARAMS, "flat_settings"],
    handle: putSettings,
  },
  {
    methods: ["GET"],
    path: "/_cluster/pending_tasks",
    params: CLUSTER_PARAMS,
    handle: pendingTasks,
  },
  ...["/_cluster/state", "/_cluster/state/:metric", "/_cluster/state/:metric/:index"].map(
    (path): Route => ({ methods: ["GET"], path, params: STATE_PARAMS, handle: state }),
  ),
  ...["/_nodes", "/_nodes/:metric", "/_nodes/:node_id/:metric"].map(
    (path): Route => ({ methods: ["GET"], path, params: NODES_PARAMS, handle: nodes }),
  ),
  ...[
    "/_nodes/stats",
    "/_nodes/stats/:metric",
    "/_nodes/stats/:metric/:index_metric",
    "/_nodes/:node_id/stats",
    "/_nodes/:node_id/stats/:metric",
  ].map((path): Route => ({ methods: ["GET"], path, params: STATS_PARAMS, handle: nodesStats })),
  { methods: ["GET"], path: "/_tasks", params: TASK_PARAMS, handle: listTasks },
  { methods: ["GET"], path: "/_tasks/:task_id", params: TASK_PARAMS, handle: getTask },
  { methods: ["POST"], path: "/_tasks/_cancel", params: TASK_PARAMS, handle: cancelTasks },
  { methods: ["POST"], path: "/_tasks/:task_id/_cancel", params: TASK_PARAMS, handle: cancelTasks },
];
