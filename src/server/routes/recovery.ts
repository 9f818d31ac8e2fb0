// Recovery and the cat calls of snapshots and recovery. Upstream: RestRecoveryAction,
// RestCatRecoveryAction, RestSnapshotAction (3.6.0).

import {
  LENIENT_EXPAND_ALL,
  type Node,
  type ShardRecovery,
  validationFailed,
} from "../../engine/index.ts";
import type { CatTable, CatValue } from "../cat-table.ts";
import { indicesOf } from "../indices-options.ts";
import type { JsonObject, RestRequest } from "../rest-request.ts";
import { INDICES_PARAMS, type RestResponse, type Route } from "../route.ts";
import { listSnapshots } from "../snapshot-json.ts";
import { catColumns, catRoute } from "./cat.ts";

interface RecoveryRow {
  readonly index: string;
  readonly shard: number;
  readonly recovery: ShardRecovery;
  readonly ms: number;
}

function rowsOf(request: RestRequest, node: Node): RecoveryRow[] {
  const activeOnly = request.paramBoolean("active_only", false);
  const rows: RecoveryRow[] = [];
  for (const index of indicesOf(request, node, {
    ...LENIENT_EXPAND_ALL,
    ignoreUnavailable: false,
  })) {
    for (const [shard, recovery] of node.indices.service(index.name)?.recoveries ?? []) {
      if (activeOnly && recovery.stage === "DONE") continue;
      const end = recovery.stopTime === 0 ? node.clock.now() : recovery.stopTime;
      rows.push({ index: index.name, shard, recovery, ms: end - recovery.startTime });
    }
  }
  return rows;
}

function percent(recovered: number, total: number): string {
  return total === 0 ? "100.0%" : `${((recovered * 100) / total).toFixed(1)}%`;
}

function hostOf(node: Node): string {
  return node.publishAddress.replace(/:\d+$/, "");
}

function fileDetails(recovery: ShardRecovery): JsonObject[] {
  return (recovery.details ?? []).map((file) => ({
    name: file.name,
    length_in_bytes: file.length,
    reused: false,
    recovered_in_bytes: file.recovered,
  }));
}

function recoveryJson(node: Node, row: RecoveryRow, detailed: boolean): JsonObject {
  const { recovery } = row;
  const { source, files, bytes } = recovery;
  const host = hostOf(node);
  const isSnapshot = recovery.type === "SNAPSHOT";
  return {
    id: row.shard,
    type: recovery.type,
    stage: recovery.stage,
    primary: true,
    start_time_in_millis: recovery.startTime,
    ...(recovery.stopTime === 0 ? {} : { stop_time_in_millis: recovery.stopTime }),
    total_time_in_millis: row.ms,
    source: isSnapshot
      ? {
          repository: source.repository,
          snapshot: source.snapshot,
          version: "unknown",
          index: source.index,
          restoreUUID: source.snapshotUuid,
          isSearchableSnapshot: false,
          remoteStoreIndexShallowCopy: false,
          sourceRemoteStoreRepository: null,
          sourceRemoteTranslogRepository: null,
        }
      : { bootstrap_new_history_uuid: false },
    target: {
      id: node.id,
      host,
      transport_address: node.publishAddress,
      ip: host,
      name: node.name,
    },
    index: {
      size: {
        total_in_bytes: bytes.total,
        reused_in_bytes: 0,
        recovered_in_bytes: bytes.recovered,
        percent: percent(bytes.recovered, bytes.total),
      },
      files: {
        total: files.total,
        reused: 0,
        recovered: files.recovered,
        percent: percent(files.recovered, files.total),
        ...(detailed ? { details: fileDetails(recovery) } : {}),
      },
      total_time_in_millis: row.ms,
      source_throttle_time_in_millis: 0,
      target_throttle_time_in_millis: 0,
    },
    translog: {
      recovered: 0,
      total: 0,
      percent: "100.0%",
      total_on_start: 0,
      total_time_in_millis: 0,
    },
    verify_index: { check_index_time_in_millis: 0, total_time_in_millis: 0 },
  };
}

function getRecovery(request: RestRequest, node: Node): RestResponse {
  const detailed = request.paramBoolean("detailed", false);
  const body: Record<string, { shards: JsonObject[] }> = {};
  for (const row of rowsOf(request, node)) {
    (body[row.index] ??= { shards: [] }).shards.push(recoveryJson(node, row, detailed));
  }
  return { body };
}

const RECOVERY = catColumns(
  "index|i,idx|index name",
  "shard|s,sh|shard name",
  "start_time|start|recovery start time|-",
  "start_time_millis|start_millis|recovery start time in epoch milliseconds|-",
  "stop_time|stop|recovery stop time|-",
  "stop_time_millis|stop_millis|recovery stop time in epoch milliseconds|-",
  "time|t,ti|recovery time",
  "type|ty|recovery type",
  "stage|st|recovery stage",
  "source_host|shost|source host",
  "source_node|snode|source node name",
  "target_host|thost|target host",
  "target_node|tnode|target node name",
  "repository|rep|repository",
  "snapshot|snap|snapshot",
  "files|f|number of files to recover",
  "files_recovered|fr|files recovered",
  "files_percent|fp|percent of files recovered",
  "files_total|tf|total number of files",
  "bytes|b|number of bytes to recover",
  "bytes_recovered|br|bytes recovered",
  "bytes_percent|bp|percent of bytes recovered",
  "bytes_total|tb|total number of bytes",
  "translog_ops|to|number of translog ops to recover",
  "translog_ops_recovered|tor|translog ops recovered",
  "translog_ops_percent|top|percent of translog ops recovered",
);

function recoveryTable(request: RestRequest, node: Node): CatTable {
  const host = hostOf(node);
  const rows = rowsOf(request, node).map(({ index, shard, recovery, ms }): CatValue[] => {
    const { files, bytes, source } = recovery;
    const iso = (time: number) => (time === 0 ? null : new Date(time).toISOString());
    return [
      index,
      shard,
      iso(recovery.startTime),
      recovery.startTime,
      iso(recovery.stopTime),
      recovery.stopTime,
      { ms },
      recovery.type.toLowerCase(),
      recovery.stage.toLowerCase(),
      "n/a",
      "n/a",
      host,
      node.name,
      source.repository ?? "n/a",
      source.snapshot ?? "n/a",
      files.total,
      files.recovered,
      percent(files.recovered, files.total),
      files.total,
      { bytes: bytes.total },
      { bytes: bytes.recovered },
      percent(bytes.recovered, bytes.total),
      { bytes: bytes.total },
      0,
      0,
      "100.0%",
    ];
  });
  return { columns: RECOVERY, rows };
}

const SNAPSHOTS = catColumns(
  "id|id,snapshot|unique snapshot",
  "status|s,status|snapshot name",
  "start_epoch|ste,startEpoch|start time in seconds since 1970-01-01 00:00:00",
  "start_time|sti,startTime|start time in HH:MM:SS",
  "end_epoch|ete,endEpoch|end time in seconds since 1970-01-01 00:00:00",
  "end_time|eti,endTime|end time in HH:MM:SS",
  "duration|dur,duration|duration",
  "indices|i,indices|number of indices|r",
  "successful_shards|ss,successful_shards|number of successful shards|r",
  "failed_shards|fs,failed_shards|number of failed shards|r",
  "total_shards|ts,total_shards|number of total shards|r",
  "reason|r,reason|reason for failures|-",
);

async function snapshotsTable(request: RestRequest, node: Node): Promise<CatTable> {
  const repository = request.param("repository");
  if (request.has("help")) return { columns: SNAPSHOTS, rows: [] };
  if (repository === undefined) throw validationFailed("repository is missing");
  const infos = await listSnapshots(node, repository, ["_all"], {
    ignoreUnavailable: request.paramBoolean("ignore_unavailable", false),
    verbose: true,
  });
  const rows = infos.map((info): CatValue[] => {
    const shards = info["shards"] as Record<string, number>;
    const [start, end] = [Number(info["start_time_in_millis"]), Number(info["end_time_in_millis"])];
    const clock = (time: number) => new Date(time).toISOString().slice(11, 19);
    const ms = end === 0 ? node.clock.now() - start : end - start;
    return [
      info["snapshot"] as string,
      info["state"] as string,
      Math.floor(start / 1000),
      clock(start),
      Math.floor(end / 1000),
      clock(end),
      { ms },
      (info["indices"] as string[]).length,
      shards["successful"],
      shards["failed"],
      shards["total"],
      info["reason"] as string | undefined,
    ];
  });
  return { columns: SNAPSHOTS, rows };
}

const PARAMS = [...INDICES_PARAMS, "detailed", "active_only", "timeout"] as const;

/** Recovery routes, and the cat calls of recovery and snapshots. */
export const recoveryRoutes: readonly Route[] = [
  ...["/_recovery", "/:index/_recovery"].map(
    (path): Route => ({ methods: ["GET"], path, params: PARAMS, handle: getRecovery }),
  ),
  ...["/_cat/recovery", "/_cat/recovery/:index"].map((path) =>
    catRoute(path, recoveryTable, PARAMS),
  ),
  ...["/_cat/snapshots", "/_cat/snapshots/:repository"].map((path) =>
    catRoute(path, snapshotsTable, ["ignore_unavailable"]),
  ),
];
