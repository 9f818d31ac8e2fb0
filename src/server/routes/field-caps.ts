// Field capabilities and data streams as they are listed. Upstream: RestFieldCapabilitiesAction,
// RestGetDataStreamsAction (3.6.0).

import { illegalArgument } from "../../base/index.ts";
import {
  exception,
  fieldCaps,
  indexNotFound,
  matchesAny,
  mergeFieldCaps,
  type Node,
  STRICT_EXPAND_OPEN_FORBID_CLOSED,
} from "../../engine/index.ts";
import { indexHealth } from "../health.ts";
import { indicesOf } from "../indices-options.ts";
import type { JsonObject, RestRequest } from "../rest-request.ts";
import { CLUSTER_PARAMS, INDICES_PARAMS, type RestResponse, type Route } from "../route.ts";

async function fieldCapabilities(request: RestRequest, node: Node): Promise<RestResponse> {
  const patterns = request.paramList("fields");
  await request.body();
  if (patterns.length === 0) throw illegalArgument("specified fields can't be null or empty");
  const indices = indicesOf(request, node, STRICT_EXPAND_OPEN_FORBID_CLOSED);
  const byIndex = new Map(
    indices.map((index) => {
      const mapper = node.indices.service(index.name)?.mapper ?? node.indices.mapperOf(index);
      return [index.name, fieldCaps(mapper, patterns)] as const;
    }),
  );
  const unmapped = request.paramBoolean("include_unmapped", false);
  const names = [...byIndex.keys()].sort();
  return { body: { indices: names, fields: mergeFieldCaps(byIndex, unmapped) } };
}

function getDataStreams(request: RestRequest, node: Node): RestResponse {
  const names = request.paramList("name");
  const { metadata } = node.cluster;
  for (const name of names) {
    if (!name.includes("*") && !metadata.dataStreams.has(name)) throw indexNotFound(name);
  }
  const streams = [...metadata.dataStreams]
    .filter(([name]) => names.length === 0 || matchesAny(names, name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    body: { data_streams: streams.map(([name, stream]) => streamJson(node, name, stream)) },
  };
}

function streamJson(node: Node, name: string, stream: JsonObject): JsonObject {
  const backing = (stream["indices"] ?? []) as { index_name: string }[];
  const statuses = backing.map(({ index_name: index }) => {
    const metadata = node.cluster.index(index);
    return metadata === undefined ? "red" : indexHealth(node, metadata);
  });
  const order = ["green", "yellow", "red"];
  const worst = Math.max(0, ...statuses.map((status) => order.indexOf(status)));
  return {
    name,
    timestamp_field: stream["timestamp_field"] ?? { name: "@timestamp" },
    indices: backing,
    generation: stream["generation"] ?? backing.length,
    status: order[worst]!.toUpperCase(),
  };
}

function createDataStream(request: RestRequest): RestResponse {
  throw exception(
    "invalid",
    "illegal_argument_exception",
    `no matching index template found for data stream [${request.param("name", "")}]`,
  );
}

const PARAMS = [...INDICES_PARAMS, "fields", "include_unmapped"] as const;

/** Field capability and data stream routes. */
export const fieldCapsRoutes: readonly Route[] = [
  ...["/_field_caps", "/:index/_field_caps"].map(
    (path): Route => ({
      methods: ["GET", "POST"],
      path,
      params: PARAMS,
      handle: fieldCapabilities,
    }),
  ),
  ...["/_data_stream", "/_data_stream/:name"].map(
    (path): Route => ({ methods: ["GET"], path, params: CLUSTER_PARAMS, handle: getDataStreams }),
  ),
  {
    methods: ["PUT"],
    path: "/_data_stream/:name",
    params: CLUSTER_PARAMS,
    handle: createDataStream,
  },
];
