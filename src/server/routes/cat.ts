// The cat API. Upstream: org.opensearch.rest.action.cat.Rest*Action (3.6.0).

import { freemem, loadavg, totalmem } from "node:os";
import { illegalArgument } from "../../base/index.ts";
import {
  aliasesToJson,
  type IndexMetadata,
  LENIENT_EXPAND_ALL,
  matchesAny,
  type Node,
  STRICT_EXPAND_OPEN_CLOSED,
  STRICT_EXPAND_OPEN_FORBID_CLOSED,
} from "../../engine/index.ts";
import {
  CAT_PARAMS,
  type CatColumn,
  type CatTable,
  type CatValue,
  catResponse,
} from "../cat-table.ts";
import { clusterHealth, indexHealth, replicasOf } from "../health.ts";
import { indicesOf } from "../indices-options.ts";
import { diskOf, nodeAttributes } from "../node-description.ts";
import type { JsonObject, RestRequest } from "../rest-request.ts";
import { INDICES_PARAMS, type RestResponse, type Route } from "../route.ts";
import { shardRoutings } from "../routing.ts";

type TableMaker = (request: RestRequest, node: Node) => CatTable | Promise<CatTable>;

/** `name|aliases|description`, then flags: `r` right-aligned, `-` hidden without `h`. */
export function catColumns(...lines: string[]): CatColumn[] {
  return lines.map((line) => {
    const [name, alias, description, flags = ""] = line.split("|") as [
      string,
      string,
      string,
      string?,
    ];
    return {
      name,
      description,
      ...(alias === "" ? {} : { alias }),
      ...(flags.includes("r") ? { right: true } : {}),
      ...(flags.includes("-") ? { shown: false } : {}),
    };
  });
}

/** A cat route over a table. */
export function catRoute(path: string, make: TableMaker, params: readonly string[] = []): Route {
  return {
    methods: ["GET"],
    path,
    params: [...CAT_PARAMS, ...params],
    handle: async (request, node): Promise<RestResponse> =>
      catResponse(await make(request, node), request),
  };
}

function docsOf(
  node: Node,
  index: IndexMetadata,
): { count: number; deleted: number; bytes: number } {
  const sums = { count: 0, deleted: 0, bytes: 0 };
  for (const shard of node.indices.service(index.name)?.openShards() ?? []) {
    const { docs, store } = shard.stats();
    sums.count += Number(docs?.["count"]);
    sums.deleted += Number(docs?.["deleted"]);
    sums.bytes += Number(store?.["size_in_bytes"]);
  }
  return sums;
}

const INDICES = catColumns(
  "health|h|current health status",
  "status|s|open/close status",
  "index|i,idx|index name",
  "uuid|id,uuid|index uuid",
  "pri|p,shards.primary,shardsPrimary|number of primary shards|r",
  "rep|r,shards.replica,shardsReplica|number of replica shards|r",
  "docs.count|dc,docsCount|available docs|r",
  "docs.deleted|dd,docsDeleted|deleted docs|r",
  "creation.date|cd|index creation date (millisecond value)|-",
  "creation.date.string|cds|index creation date (as string)|-",
  "store.size|ss,storeSize|store size of primaries & replicas|r",
  "pri.store.size||store size of primaries|r",
);

function indicesTable(request: RestRequest, node: Node): CatTable {
  const health = request.param("health");
  if (health !== undefined && !["green", "yellow", "red"].includes(health.toLowerCase())) {
    throw illegalArgument(`unknown cluster health status [${health}]`);
  }
  const options = { ...STRICT_EXPAND_OPEN_CLOSED, expandHidden: !request.has("expand_wildcards") };
  const rows: CatValue[][] = [];
  for (const index of indicesOf(request, node, options)) {
    const open = index.state === "open";
    const status = indexHealth(node, index);
    if (health !== undefined && health !== status) continue;
    const docs = docsOf(node, index);
    const up = open && (node.indices.service(index.name)?.openShards().length ?? 0) > 0;
    const created = index.settings.getInt("index.creation_date", 0);
    rows.push([
      status,
      index.state,
      index.name,
      index.uuid,
      index.numberOfShards,
      replicasOf(index),
      up ? docs.count : null,
      up ? docs.deleted : null,
      created,
      new Date(created).toISOString(),
      up ? { bytes: docs.bytes } : null,
      up ? { bytes: docs.bytes } : null,
    ]);
  }
  return { columns: INDICES, rows };
}

const SHARDS = catColumns(
  "index|i,idx|index name",
  "shard|s,sh|shard name",
  "prirep|p,pr,primaryOrReplica|primary or replica",
  "state|st|shard state",
  "docs|d,dc|number of docs in shard|r",
  "store|sto|store size of shard (how much disk it uses)|r",
  "ip||ip of node where it lives",
  "id||unique id of node where it lives|-",
  "node|n|name of node where it lives",
  "unassigned.reason|ur|reason shard is unassigned|-",
  "unassigned.details|ud|additional details as to why the shard became unassigned|-",
  "recoverysource.type|rs|recovery source type|-",
);

function shardsTable(request: RestRequest, node: Node): CatTable {
  const host = node.publishAddress.replace(/:\d+$/, "");
  const rows: CatValue[][] = [];
  for (const index of indicesOf(request, node, {
    ...LENIENT_EXPAND_ALL,
    ignoreUnavailable: false,
  })) {
    for (const routing of shardRoutings(node, index)) {
      const shard = routing.primary
        ? node.indices.service(index.name)?.shards[routing.shard]
        : undefined;
      const stats = shard?.stats();
      const assigned = routing.state !== "UNASSIGNED";
      rows.push([
        index.name,
        routing.shard,
        routing.primary ? "p" : "r",
        routing.state,
        stats === undefined ? null : Number(stats["docs"]?.["count"]),
        stats === undefined ? null : { bytes: Number(stats["store"]?.["size_in_bytes"]) },
        assigned ? host : null,
        assigned ? node.id : null,
        assigned ? node.name : null,
        routing.unassigned?.reason,
        routing.unassigned?.details,
        assigned ? null : routing.primary ? "existing_store" : "peer",
      ]);
    }
  }
  return { columns: SHARDS, rows };
}

const HEALTH = catColumns(
  "epoch|t,time|seconds since 1970-01-01 00:00:00",
  "timestamp|ts,hms,hhmmss|time in HH:MM:SS",
  "cluster|cl|cluster name",
  "status|st|health status",
  "node.total|nt,nodeTotal|total number of nodes|r",
  "node.data|nd,nodeData|number of nodes that can store data|r",
  "discovered_cluster_manager|dcm,dm,discovered_master|cluster manager is discovered or not|r",
  "shards|t,sh,shards.total,shardsTotal|total number of shards|r",
  "pri|p,shards.primary,shardsPrimary|number of primary shards|r",
  "relo|r,shards.relocating,shardsRelocating|number of relocating nodes|r",
  "init|i,shards.initializing,shardsInitializing|number of initializing nodes|r",
  "unassign|u,shards.unassigned,shardsUnassigned|number of unassigned shards|r",
  "pending_tasks|pt,pendingTasks|number of pending tasks|r",
  "max_task_wait_time|mtwt,maxTaskWaitTime|wait time of longest task pending|r",
  "active_shards_percent|asp,activeShardsPercent|active number of shards in percent|r",
);

function healthTable(_request: RestRequest, node: Node): CatTable {
  const health = clusterHealth(node, [], "cluster", false) as Record<string, number | string>;
  const now = node.clock.now();
  const decimal = health["active_shards_percent_as_number"] as unknown as { value: number };
  const percent = decimal.value.toFixed(1);
  return {
    columns: HEALTH,
    rows: [
      [
        Math.floor(now / 1000),
        new Date(now).toISOString().slice(11, 19),
        node.clusterName,
        health["status"]!,
        1,
        1,
        true,
        health["active_shards"]!,
        health["active_primary_shards"]!,
        0,
        health["initializing_shards"]!,
        health["unassigned_shards"]!,
        0,
        "-",
        `${percent}%`,
      ],
    ],
  };
}

const NODES = catColumns(
  "id|id,nodeId|unique node id|-",
  "ip|i|ip address",
  "heap.percent|hp,heapPercent|used heap ratio|r",
  "ram.percent|rp,ramPercent|used machine memory ratio|r",
  "cpu|cpu|recent cpu usage|r",
  "load_1m|l|1m load avg|r",
  "load_5m|l|5m load avg|r",
  "load_15m|l|15m load avg|r",
  "node.role|r,role,nodeRole|m:master eligible node, d:data node, i:ingest node, -:coordinating node only",
  "node.roles|rs,all roles|-:coordinating node only",
  "cluster_manager|cm,m,master|*:current cluster manager",
  "name|n|node name",
);

function nodesTable(_request: RestRequest, node: Node): CatTable {
  const [one, five, fifteen] = loadavg();
  const memory = process.memoryUsage();
  return {
    columns: NODES,
    rows: [
      [
        node.id.slice(0, 4),
        node.publishAddress.replace(/:\d+$/, ""),
        Math.round((memory.heapUsed / totalmem()) * 100),
        Math.round(100 - (freemem() / totalmem()) * 100),
        0,
        one!.toFixed(2),
        five!.toFixed(2),
        fifteen!.toFixed(2),
        "dim",
        "cluster_manager,data,ingest",
        "*",
        node.name,
      ],
    ],
  };
}

const ALIASES = catColumns(
  "alias|a|alias name",
  "index|i,idx|index alias points to",
  "filter|f,fi|filter",
  "routing.index|ri,routingIndex|index routing",
  "routing.search|rs,routingSearch|search routing",
  "is_write_index|w,isWriteIndex|write index",
);

function aliasesTable(request: RestRequest, node: Node): CatTable {
  const names = request.paramList("alias");
  const rows: CatValue[][] = [];
  for (const index of node.cluster.metadata.indices.values()) {
    for (const alias of index.aliases.values()) {
      if (names.length > 0 && !matchesAny(names, alias.alias)) continue;
      const body = aliasesToJson(new Map([[alias.alias, alias]]))[alias.alias] as JsonObject;
      rows.push([
        alias.alias,
        index.name,
        body["filter"] === undefined ? "-" : "*",
        (body["index_routing"] as string) ?? "-",
        (body["search_routing"] as string) ?? "-",
        body["is_write_index"] === undefined ? "-" : String(body["is_write_index"]),
      ]);
    }
  }
  return { columns: ALIASES, rows };
}

const ALLOCATION = catColumns(
  "shards|s|number of shards on node|r",
  "disk.indices|di,diskIndices|disk used by OpenSearch indices|r",
  "disk.used|du,diskUsed|disk used (total, not just OpenSearch)|r",
  "disk.avail|da,diskAvail|disk available|r",
  "disk.total|dt,diskTotal|total capacity of all volumes|r",
  "disk.percent|dp,diskPercent|percent disk used|r",
  "host|h|host of node",
  "ip||ip of node",
  "node|n|name of node",
);

function allocationTable(_request: RestRequest, node: Node): CatTable {
  const disk = diskOf(node.context.dataFolder);
  const services = [...node.indices.all()];
  const shards = services.reduce((sum, service) => sum + service.openShards().length, 0);
  const used = services.reduce((sum, service) => sum + docsOf(node, service.metadata).bytes, 0);
  const host = node.publishAddress.replace(/:\d+$/, "");
  return {
    columns: ALLOCATION,
    rows: [
      [
        shards,
        { bytes: used },
        { bytes: disk.total - disk.free },
        { bytes: disk.available },
        { bytes: disk.total },
        Math.round(((disk.total - disk.free) / disk.total) * 100),
        host,
        host,
        node.name,
      ],
    ],
  };
}

const COUNT = catColumns(
  "epoch|t,time|seconds since 1970-01-01 00:00:00",
  "timestamp|ts,hms,hhmmss|time in HH:MM:SS",
  "count|dc,docs.count,docsCount|the document count",
);

function countTable(request: RestRequest, node: Node): CatTable {
  const now = node.clock.now();
  const indices = indicesOf(request, node, STRICT_EXPAND_OPEN_FORBID_CLOSED);
  const count = indices.reduce((sum, index) => sum + docsOf(node, index).count, 0);
  return {
    columns: COUNT,
    rows: [[Math.floor(now / 1000), new Date(now).toISOString().slice(11, 19), count]],
  };
}

const SEGMENTS = catColumns(
  "index|i,idx|index name",
  "shard|s,sh|shard name",
  "prirep|p,pr,primaryOrReplica|primary or replica",
  "ip||ip of node where it lives",
  "id||unique id of node where it lives|-",
  "segment|seg|segment name",
  "generation|g,gen|segment generation|r",
  "docs.count|dc,docsCount|number of docs in segment|r",
  "docs.deleted|dd,docsDeleted|number of deleted docs in segment|r",
  "size|si|segment size in bytes|r",
  "size.memory|sm,sizeMemory|segment memory in bytes|r",
  "committed|ic,isCommitted|is segment committed",
  "searchable|is,isSearchable|is segment searched",
  "version|v,ver|version",
  "compound|ico,isCompound|is segment compound",
);

function segmentsTable(request: RestRequest, node: Node): CatTable {
  const host = node.publishAddress.replace(/:\d+$/, "");
  const rows: CatValue[][] = [];
  for (const index of indicesOf(request, node, STRICT_EXPAND_OPEN_FORBID_CLOSED)) {
    node.indices.service(index.name)?.shards.forEach((shard, number) => {
      for (const segment of shard?.segments() ?? []) {
        rows.push([
          index.name,
          number,
          "p",
          host,
          node.id,
          segment.name,
          segment.generation,
          segment.num_docs,
          segment.deleted_docs,
          { bytes: segment.size_in_bytes },
          0,
          segment.committed,
          segment.search,
          segment.version,
          segment.compound,
        ]);
      }
    });
  }
  return { columns: SEGMENTS, rows };
}

const TASKS = catColumns(
  "id||id of the task with the node|-",
  "action|ac|task action",
  "task_id|ti|unique task id",
  "parent_task_id|pti|parent task id",
  "type|ty|task type",
  "start_time|start|start time in ms",
  "timestamp|ts,hms,hhmmss|start time in HH:MM:SS",
  "running_time_ns|time|running time ns|-",
  "running_time|time|running time",
  "node_id|ni|unique node id|-",
  "ip|i|ip address",
  "node|n|node name",
  "description|desc|task action|-",
);

function tasksTable(_request: RestRequest, node: Node): CatTable {
  const host = node.publishAddress.replace(/:\d+$/, "");
  const rows = node.tasks
    .list()
    .map((task): CatValue[] => [
      task.id,
      task.action,
      node.tasks.taskId(task),
      "-",
      "transport",
      task.startTime,
      new Date(task.startTime).toISOString().slice(11, 19),
      task.runningNanos,
      { ms: task.runningNanos / 1e6 },
      node.id,
      host,
      node.name,
      task.description,
    ]);
  return { columns: TASKS, rows };
}

const TEMPLATES = catColumns(
  "name|n|template name",
  "index_patterns|t|template index patterns",
  "order|o,p|template application order/priority number",
  "version|v|version",
  "composed_of|c|component templates comprising index template",
);

function templatesTable(request: RestRequest, node: Node): CatTable {
  const pattern = request.param("name");
  const wanted = (name: string) => pattern === undefined || matchesAny([pattern], name);
  const { templates, indexTemplates } = node.cluster.metadata;
  const rows: CatValue[][] = [];
  for (const template of templates.values()) {
    if (wanted(template.name))
      rows.push([
        template.name,
        `[${template.patterns.join(", ")}]`,
        template.order,
        template.version,
        "",
      ]);
  }
  for (const [name, body] of indexTemplates) {
    if (!wanted(name)) continue;
    const composed = (body["composed_of"] as string[] | undefined) ?? [];
    rows.push([
      name,
      `[${(body["index_patterns"] as string[]).join(", ")}]`,
      Number(body["priority"] ?? 0),
      body["version"] as number | undefined,
      `[${composed.join(", ")}]`,
    ]);
  }
  return { columns: TEMPLATES, rows };
}

const PLUGINS = catColumns(
  "id||unique node id|-",
  "name|n|node name",
  "component|c|component",
  "version|v|component version",
  "description|d|plugin details|-",
);
const THREAD_POOL = catColumns(
  "node_name|nn|node name",
  "node_id|id|persistent node id|-",
  "name|n|thread pool name",
  "active|a|number of active threads|r",
  "queue|q|number of tasks currently in queue|r",
  "rejected|r|number of rejected tasks|r",
  "type|t|thread pool type|-",
  "size|sz|number of threads in a fixed thread pool|r-",
);

function threadPools(request: RestRequest, node: Node): CatTable {
  const patterns = request.paramList("thread_pool_patterns");
  const rows = POOLS.filter(([pool]) => patterns.length === 0 || matchesAny(patterns, pool)).map(
    ([pool, type]): CatValue[] => [node.name, node.id, pool, 0, 0, 0, type, 1],
  );
  return { columns: THREAD_POOL, rows };
}

const CLUSTER_MANAGER = catColumns(
  "id||node id",
  "host|h|host name",
  "ip||ip address ",
  "node|n|node name",
);

function clusterManager(_request: RestRequest, node: Node): CatTable {
  const host = node.publishAddress.replace(/:\d+$/, "");
  return { columns: CLUSTER_MANAGER, rows: [[node.id, host, host, node.name]] };
}

const FIELD_DATA = catColumns(
  "id||node id",
  "host|h|host name",
  "ip||ip address",
  "node|n|node name",
  "field|f|field name",
  "size|s|field data usage",
);
const NODE_ATTRIBUTES = catColumns(
  "node|name|node name",
  "id|id,nodeId|unique node id|-",
  "pid|p|process id|-",
  "host|h|host name",
  "ip|i|ip address",
  "port|po|bound transport port|-",
  "attr|attr.name|attribute description",
  "value|attr.value|attribute value",
);

function nodeAttributesTable(_request: RestRequest, node: Node): CatTable {
  const [host = "", port = ""] = node.publishAddress.split(/:(?=\d+$)/);
  const rows = Object.entries(nodeAttributes(node)).map(([name, value]): CatValue[] => [
    node.name,
    node.id,
    process.pid,
    host,
    host,
    port,
    name,
    value,
  ]);
  return { columns: NODE_ATTRIBUTES, rows };
}
const POOLS = [
  ["generic", "scaling"],
  ["search", "fixed"],
  ["snapshot", "scaling"],
  ["write", "fixed"],
] as const;

const REPOSITORIES = catColumns("id|id,repoId|unique repository id", "type|t,type|repository type");

function help(): RestResponse {
  const paths = catRoutes.map((route) => route.path.replaceAll(/:(\w+)/g, "{$1}")).sort();
  return { body: `=^.^=\n${paths.map((path) => `${path}\n`).join("")}` };
}

const EXPAND = [...INDICES_PARAMS, "health", "pri", "include_unloaded_segments"] as const;

/** Cat routes, those of snapshots and recovery aside. */
export const catRoutes: readonly Route[] = [
  { methods: ["GET"], path: "/_cat", params: [], handle: help },
  ...["/_cat/indices", "/_cat/indices/:index"].map((path) => catRoute(path, indicesTable, EXPAND)),
  ...["/_cat/shards", "/_cat/shards/:index"].map((path) =>
    catRoute(path, shardsTable, [...INDICES_PARAMS, "cancel_after_time_interval"]),
  ),
  catRoute("/_cat/health", healthTable),
  catRoute("/_cat/nodes", nodesTable, ["full_id"]),
  ...["/_cat/aliases", "/_cat/aliases/:alias"].map((path) =>
    catRoute(path, aliasesTable, INDICES_PARAMS),
  ),
  ...["/_cat/allocation", "/_cat/allocation/:nodes"].map((path) => catRoute(path, allocationTable)),
  ...["/_cat/count", "/_cat/count/:index"].map((path) =>
    catRoute(path, countTable, INDICES_PARAMS),
  ),
  ...["/_cat/segments", "/_cat/segments/:index"].map((path) =>
    catRoute(path, segmentsTable, INDICES_PARAMS),
  ),
  catRoute("/_cat/tasks", tasksTable, ["detailed", "actions", "nodes", "parent_task_id"]),
  ...["/_cat/templates", "/_cat/templates/:name"].map((path) => catRoute(path, templatesTable)),
  catRoute("/_cat/plugins", () => ({ columns: PLUGINS, rows: [] })),
  ...["/_cat/thread_pool", "/_cat/thread_pool/:thread_pool_patterns"].map((path) =>
    catRoute(path, threadPools),
  ),
  ...["/_cat/cluster_manager", "/_cat/master"].map((path) => catRoute(path, clusterManager)),
  ...["/_cat/fielddata", "/_cat/fielddata/:fields"].map((path) =>
    catRoute(path, () => ({ columns: FIELD_DATA, rows: [] })),
  ),
  catRoute("/_cat/nodeattrs", nodeAttributesTable),
  catRoute("/_cat/repositories", (_request, node) => ({
    columns: REPOSITORIES,
    rows: [...node.cluster.metadata.repositories.values()].map((repository) => [
      repository.name,
      repository.type,
    ]),
  })),
  catRoute("/_cat/pending_tasks", () => ({
    columns: catColumns(
      "insertOrder|o|task insertion order|r",
      "timeInQueue|t|how long task has been in queue|r",
      "priority|p|task priority",
      "source|s|task source",
    ),
    rows: [],
  })),
];
