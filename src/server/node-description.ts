// What a node says of itself. Upstream: NodesInfoResponse, NodesStatsResponse (3.6.0), as far as a
// process without a JVM has an answer; the `jvm` section speaks of Node's heap.

import { readFileSync, statfsSync } from "node:fs";
import { availableParallelism, cpus, freemem, loadavg, type as osType, totalmem } from "node:os";
import { API_VERSION, type Node, VARVE_VERSION } from "../engine/index.ts";
import type { JsonObject } from "./rest-request.ts";
import { sumStats } from "./stats.ts";

/** Roles of the one node. */
export const NODE_ROLES = ["cluster_manager", "data", "ingest"] as const;

/** `node.attr.*` settings. */
export function nodeAttributes(node: Node): Record<string, string> {
  const attributes = node.settings.byPrefix("node.attr.");
  return Object.fromEntries([...attributes.keys()].map((key) => [key, attributes.get(key, "")]));
}

function hostOf(node: Node): string {
  return node.publishAddress.replace(/:\d+$/, "");
}

function transportAddress(node: Node): string {
  const port = Number(/:(\d+)$/.exec(node.publishAddress)?.[1] ?? 9200);
  return `${hostOf(node)}:${port + 100}`;
}

function wants(metrics: readonly string[], name: string): boolean {
  return metrics.length === 0 || metrics.includes("_all") || metrics.includes(name);
}

/** GET /_nodes: one node. */
export function nodeInfo(node: Node, metrics: readonly string[]): JsonObject {
  const host = hostOf(node);
  const body: JsonObject = {
    name: node.name,
    transport_address: transportAddress(node),
    host,
    ip: host,
    version: API_VERSION,
    build_type: "varve",
    build_hash: VARVE_VERSION,
    roles: NODE_ROLES,
    attributes: nodeAttributes(node),
  };
  if (wants(metrics, "settings"))
    body["settings"] = node.settings
      .filter((key) => !/secret|password|access_key/.test(key))
      .toNested();
  if (wants(metrics, "os")) {
    body["os"] = {
      name: osType(),
      arch: process.arch,
      available_processors: availableParallelism(),
      allocated_processors: availableParallelism(),
    };
  }
  if (wants(metrics, "process")) body["process"] = { id: process.pid, mlockall: false };
  if (wants(metrics, "jvm")) {
    body["jvm"] = {
      pid: process.pid,
      version: process.version,
      vm_name: "node",
      start_time_in_millis: node.startedAt,
      mem: { heap_max_in_bytes: totalmem() },
    };
  }
  if (wants(metrics, "http")) {
    body["http"] = {
      bound_address: [node.publishAddress],
      publish_address: node.publishAddress,
      max_content_length_in_bytes: 104857600,
    };
  }
  if (wants(metrics, "plugins")) Object.assign(body, { plugins: [], modules: [] });
  if (wants(metrics, "ingest")) body["ingest"] = { processors: [] };
  return body;
}

/** Bytes of the file system that holds the data folder. */
export function diskOf(folder: string): { total: number; free: number; available: number } {
  const stat = statfsSync(folder);
  return {
    total: stat.blocks * stat.bsize,
    free: stat.bfree * stat.bsize,
    available: stat.bavail * stat.bsize,
  };
}

/** Open file descriptors of this process, -1 where the platform does not say. */
function maxFileDescriptors(): number {
  try {
    return Number(
      /Max open files\s+(\d+)/.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? -1,
    );
  } catch {
    return -1;
  }
}

/** Repositories of cloud stores with their requests. Upstream: RepositoryStatsSnapshot. */
function repositoryStats(node: Node): JsonObject[] {
  return node.repositories.metrics().flatMap(({ repository, calls }) => {
    const placeSetting = REPOSITORY_PLACES[repository.type];
    if (placeSetting === undefined) return [];
    const counts = Object.entries(calls).map(([call, { calls: count }]) => [call, count]);
    const { name, type, settings } = repository;
    return {
      repository_name: name,
      repository_type: type,
      repository_location: {
        base_path: settings.get("base_path", ""),
        [placeSetting]: settings.get(placeSetting, ""),
      },
      request_counts: Object.fromEntries(counts),
    };
  });
}

/** The types that count requests upstream, and the setting that says where each lies. */
const REPOSITORY_PLACES: Readonly<Record<string, string>> = {
  s3: "bucket",
  gcs: "bucket",
  azure: "container",
};

/** GET /_nodes/stats: one node. */
export function nodeStats(node: Node, metrics: readonly string[]): JsonObject {
  const host = hostOf(node);
  const now = node.clock.now();
  const body: JsonObject = {
    timestamp: now,
    name: node.name,
    transport_address: transportAddress(node),
    host,
    ip: node.publishAddress,
    roles: NODE_ROLES,
    attributes: nodeAttributes(node),
  };
  const memory = process.memoryUsage();
  if (wants(metrics, "indices")) body["indices"] = sumStats(node, [...node.indices.all()]);
  if (wants(metrics, "repositories")) body["repositories"] = repositoryStats(node);
  if (wants(metrics, "os")) {
    const [one, five, fifteen] = loadavg();
    body["os"] = {
      timestamp: now,
      cpu: {
        percent: Math.min(100, Math.round((one! / cpus().length) * 100)),
        load_average: { "1m": one, "5m": five, "15m": fifteen },
      },
      mem: {
        total_in_bytes: totalmem(),
        free_in_bytes: freemem(),
        used_in_bytes: totalmem() - freemem(),
        free_percent: Math.round((freemem() / totalmem()) * 100),
        used_percent: Math.round(100 - (freemem() / totalmem()) * 100),
      },
    };
  }
  if (wants(metrics, "process")) {
    body["process"] = {
      timestamp: now,
      max_file_descriptors: maxFileDescriptors(),
      cpu: { total_in_millis: Math.round(process.cpuUsage().user / 1000) },
      mem: { resident_in_bytes: memory.rss },
    };
  }
  if (wants(metrics, "jvm")) {
    body["jvm"] = {
      timestamp: now,
      uptime_in_millis: now - node.startedAt,
      mem: {
        heap_used_in_bytes: memory.heapUsed,
        heap_committed_in_bytes: memory.heapTotal,
        heap_max_in_bytes: totalmem(),
        heap_used_percent: Math.round((memory.heapUsed / totalmem()) * 100),
      },
    };
  }
  if (wants(metrics, "fs")) {
    const disk = diskOf(node.context.dataFolder);
    const sizes = {
      total_in_bytes: disk.total,
      free_in_bytes: disk.free,
      available_in_bytes: disk.available,
    };
    body["fs"] = {
      timestamp: now,
      total: sizes,
      data: [{ path: node.context.dataFolder, ...sizes }],
    };
  }
  return body;
}
