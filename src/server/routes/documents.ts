// Documents: index, create, get, source, mget, update, delete, bulk.
// Upstream: org.opensearch.rest.action.document.Rest*Action (3.6.0).

import { illegalArgument, VarveError } from "../../base/index.ts";
import {
  type BulkItem,
  type GetRequest,
  getDocument,
  multiGetRequests,
  type Node,
  type OpType,
  parseUpdateBody,
  type RefreshPolicy,
  runBulk,
  type SourceFilter,
  validationFailed,
  versionTypeOf,
  type WriteRequest,
  writeResponseToJson,
  writeStatus,
} from "../../engine/index.ts";
import { encodeJson, type XContentValue } from "../../xcontent/index.ts";
import { errorBody, statusOf } from "../error-map.ts";
import { activeShardCount } from "../health.ts";
import { bodyRequired, type JsonObject, parseFailure, type RestRequest } from "../rest-request.ts";
import type { RestResponse, Route } from "../route.ts";

const JSON_TYPE = "application/json; charset=UTF-8";
const WRITE_PARAMS = [
  "routing",
  "refresh",
  "timeout",
  "version",
  "version_type",
  "if_seq_no",
  "if_primary_term",
  "wait_for_active_shards",
  "require_alias",
  "pipeline",
  "op_type",
] as const;
const SOURCE_PARAMS = [
  "_source",
  "_source_includes",
  "_source_excludes",
  "_source_include",
  "_source_exclude",
] as const;
const GET_PARAMS = [
  ...SOURCE_PARAMS,
  "routing",
  "preference",
  "realtime",
  "refresh",
  "stored_fields",
  "version",
  "version_type",
] as const;
const BULK_PARAMS = [
  ...SOURCE_PARAMS,
  "routing",
  "refresh",
  "timeout",
  "pipeline",
  "require_alias",
  "wait_for_active_shards",
  "batch_size",
  "type",
] as const;

/** `refresh`, `refresh=true|false|wait_for`. */
export function refreshPolicy(request: RestRequest): RefreshPolicy {
  const value = request.param("refresh");
  if (value === undefined || value === "false") return "none";
  if (value === "" || value === "true") return "true";
  if (value === "wait_for") return "wait_for";
  throw illegalArgument(`Unknown value for refresh: [${value}].`);
}

function writeTarget(request: RestRequest) {
  const routing = request.param("routing");
  const versionType = request.param("version_type");
  return {
    index: request.param("index", ""),
    ...(routing === undefined ? {} : { routing }),
    ...(request.has("version") ? { version: request.paramLong("version", 0) } : {}),
    ...(versionType === undefined ? {} : { versionType: versionTypeOf(versionType) }),
    ...(request.has("if_seq_no")
      ? { ifSeqNo: notNegative(request.paramLong("if_seq_no", 0), "sequence numbers") }
      : {}),
    ...(request.has("if_primary_term")
      ? { ifPrimaryTerm: notNegative(request.paramLong("if_primary_term", 0), "primary term") }
      : {}),
    ...(request.paramBoolean("require_alias", false) ? { requireAlias: true } : {}),
    ...(request.has("pipeline") ? { pipeline: request.param("pipeline", "") } : {}),
  };
}

function notNegative(value: number, what: string): number {
  if (value >= 0) return value;
  throw illegalArgument(`${what} must be non negative. got [${value}].`);
}

/** Checks `timeout` and `wait_for_active_shards`; there is one copy of every shard. */
function checkWaits(node: Node, request: RestRequest): void {
  request.paramTime("timeout", 60_000);
  const wanted = request.param("wait_for_active_shards");
  if (wanted === undefined || wanted === "all") return;
  const count = activeShardCount(wanted);
  if (count <= 1) return;
  const index = node.documents.writeIndex(request.param("index", ""));
  const copies = index.settings.getInt("index.number_of_replicas", 1) + 1;
  if (count > copies) return;
  const asked = request.param("timeout") ?? "1m";
  throw new VarveError(
    "unavailable",
    `[${index.name}][0] Not enough active copies to meet shard count of [${count}] ` +
      `(have 1, needed ${count}). Timeout: [${asked}]`,
    { type: "unavailable_shards_exception" },
  );
}

/** The source as JSON bytes, whatever type it came in. */
async function sourceBytes(request: RestRequest): Promise<Uint8Array> {
  const type = request.contentType() ?? "json";
  if (type === "json") {
    const bytes = await request.rawBody();
    if (bytes.length > 0) return bytes;
    if (request.has("source")) return Buffer.from(request.param("source", ""));
    throw bodyRequired();
  }
  return Buffer.from(encodeJson((await request.requireBody()) as XContentValue));
}

/** The body as JSON, whatever it came as. */
async function jsonBytes(request: RestRequest, body: XContentValue): Promise<Uint8Array> {
  const bytes = await request.rawBody();
  const isJson = (request.contentType() ?? "json") === "json" && bytes.length > 0;
  return isJson ? bytes : Buffer.from(encodeJson(body));
}

async function runWrite(
  node: Node,
  request: RestRequest,
  write: WriteRequest,
): Promise<RestResponse> {
  const refresh = refreshPolicy(request);
  checkWaits(node, request);
  const response = await node.documents.write(write, refresh);
  const headers =
    response.result === "created"
      ? {
          location: `/${encodeURIComponent(response.index)}/_doc/${encodeURIComponent(response.id)}`,
        }
      : undefined;
  return {
    status: writeStatus(response),
    body: writeResponseToJson(response),
    ...(headers === undefined ? {} : { headers }),
  };
}

async function indexDocument(
  request: RestRequest,
  node: Node,
  opType?: OpType,
): Promise<RestResponse> {
  const id = request.param("id");
  const given = opType ?? request.param("op_type", "index");
  if (given !== "index" && given !== "create") {
    throw illegalArgument(`opType must be 'create' or 'index', found: [${given}]`);
  }
  return await runWrite(node, request, {
    kind: "index",
    opType: given,
    ...(id === undefined && !request.has("op_type") ? { autoCreate: true } : {}),
    source: await sourceBytes(request),
    ...writeTarget(request),
    ...(id === undefined ? {} : { id }),
  });
}

/** `_source`, `_source_includes`, `_source_excludes` of the query. */
export function sourceFilterOf(request: RestRequest): SourceFilter | undefined {
  const source = request.param("_source");
  const includes = request.param("_source_includes") ?? request.param("_source_include");
  const excludes = request.param("_source_excludes") ?? request.param("_source_exclude");
  if (includes !== undefined || excludes !== undefined) {
    return {
      ...(includes === undefined ? {} : { includes: includes.split(",") }),
      ...(excludes === undefined ? {} : { excludes: excludes.split(",") }),
    };
  }
  if (source === undefined) return undefined;
  if (source === "true" || source === "") return true;
  return source === "false" ? false : source.split(",");
}

function getRequestOf(request: RestRequest): GetRequest {
  const routing = request.param("routing");
  const source = sourceFilterOf(request);
  const versionType = request.param("version_type");
  return {
    index: request.param("index", ""),
    id: request.param("id", ""),
    realtime: request.paramBoolean("realtime", true),
    refresh: request.paramBoolean("refresh", false),
    ...(routing === undefined ? {} : { routing }),
    ...(source === undefined ? {} : { source }),
    ...(request.has("stored_fields") ? { storedFields: request.paramList("stored_fields") } : {}),
    ...(request.has("version") ? { version: request.paramInt("version", 0) } : {}),
    ...(versionType === undefined ? {} : { versionType: versionTypeOf(versionType) }),
  };
}

function getDoc(request: RestRequest, node: Node): RestResponse {
  const body = getDocument(node.indices, getRequestOf(request));
  return { status: body["found"] === true ? 200 : 404, body };
}

function getSource(request: RestRequest, node: Node): RestResponse {
  const get = getRequestOf(request);
  if (get.source === false) throw validationFailed("fetching source can not be disabled");
  const body = getDocument(node.indices, get);
  if (body["found"] !== true) {
    if (request.method === "HEAD") return { status: 404 };
    throw new VarveError("missing", `Document not found [${get.index}]/[${get.id}]`, {
      type: "resource_not_found_exception",
    });
  }
  if (body["_source"] === undefined) {
    throw new VarveError("missing", `Source not found [${get.index}]/[${get.id}]`, {
      type: "resource_not_found_exception",
    });
  }
  return { body: body["_source"] };
}

async function multiGet(request: RestRequest, node: Node): Promise<RestResponse> {
  const index = request.param("index");
  const source = sourceFilterOf(request);
  const routing = request.param("routing");
  const body = await request.body();
  if (body === undefined) throw parseFailure("request body or source parameter is required");
  const requests = multiGetRequests(body, request.jsonText(), {
    ...(routing === undefined ? {} : { routing }),
    ...(request.has("stored_fields") ? { storedFields: request.paramList("stored_fields") } : {}),
    realtime: request.paramBoolean("realtime", true),
    refresh: request.paramBoolean("refresh", false),
    ...(index === undefined ? {} : { index }),
    ...(source === undefined ? {} : { source }),
  });
  const docs = requests.map((get) => {
    try {
      return getDocument(node.indices, get);
    } catch (error) {
      const cause = errorBody(error);
      return { _index: get.index, _id: get.id, error: { root_cause: [cause], ...cause } };
    }
  });
  return { body: { docs } };
}

async function updateDocument(request: RestRequest, node: Node): Promise<RestResponse> {
  const fetchSource = sourceFilterOf(request);
  if (request.has("version") || request.has("version_type")) {
    throw validationFailed(
      "internal versioning can not be used for optimistic concurrency control. " +
        "Please use `if_seq_no` and `if_primary_term` instead",
    );
  }
  const retryOnConflict = request.paramInt("retry_on_conflict", 0);
  const given = await request.body();
  const bytes =
    given === undefined ? Buffer.from("{}") : await jsonBytes(request, given as XContentValue);
  const body = parseUpdateBody(bytes);
  return await runWrite(node, request, {
    kind: "update",
    id: request.param("id", ""),
    body: request.paramBoolean("doc_as_upsert", false) ? { doc_as_upsert: true, ...body } : body,
    retryOnConflict,
    ...(fetchSource === undefined ? {} : { fetchSource }),
    ...writeTarget(request),
  });
}

async function deleteDocument(request: RestRequest, node: Node): Promise<RestResponse> {
  return await runWrite(node, request, {
    kind: "delete",
    id: request.param("id", ""),
    ...writeTarget(request),
  });
}

function bulkItem(item: BulkItem): JsonObject {
  if ("response" in item) {
    return {
      [item.action]: { ...writeResponseToJson(item.response), status: writeStatus(item.response) },
    };
  }
  const error = errorBody(item.error);
  return {
    [item.action]: {
      _index: item.index,
      ...(item.id === undefined ? {} : { _id: item.id }),
      status: statusOf(item.error),
      error,
    },
  };
}

/** The JSON of one item; a plain success is written straight, since bulks have very many. */
function bulkItemText(item: BulkItem): string {
  if (!("response" in item) || item.response.get !== undefined) {
    return JSON.stringify(bulkItem(item));
  }
  const { response } = item;
  const { total, successful, failed } = response.shards;
  const refreshed = response.forcedRefresh === true ? '"forced_refresh":true,' : "";
  return (
    `{"${item.action}":{"_index":"${response.index}","_id":${JSON.stringify(response.id)},` +
    `"_version":${response.version},"result":"${response.result}",${refreshed}` +
    `"_shards":{"total":${total},"successful":${successful},"failed":${failed}},` +
    `"_seq_no":${response.seqNo},"_primary_term":${response.primaryTerm},` +
    `"status":${writeStatus(response)}}}`
  );
}

/** Does the answer go out as plain JSON, as it is? */
function isPlainJson(request: RestRequest): boolean {
  const accept = request.headers["accept"];
  const json = accept === undefined || /json|\*\/\*/.test(String(accept));
  return json && !["filter_path", "format", "pretty"].some((name) => request.has(name));
}

async function bulk(request: RestRequest, node: Node): Promise<RestResponse> {
  const index = request.param("index");
  const routing = request.param("routing");
  const fetchSource = sourceFilterOf(request);
  request.contentType();
  const context = {
    documents: node.documents,
    monotonic: () => node.clock.monotonic(),
    yieldTurn: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
  const defaults = {
    ...(index === undefined ? {} : { index }),
    ...(routing === undefined ? {} : { routing }),
    ...(fetchSource === undefined ? {} : { fetchSource }),
    ...(request.paramBoolean("require_alias", false) ? { requireAlias: true } : {}),
    ...(request.has("pipeline") ? { pipeline: request.param("pipeline", "") } : {}),
  };
  if (request.contentLength() === 0) throw bodyRequired();
  const refresh = refreshPolicy(request);
  if (!isPlainJson(request)) {
    const outcome = await runBulk(context, request.chunks(), defaults, refresh, bulkItem);
    return { body: { took: outcome.tookMs, errors: outcome.errors, items: outcome.items } };
  }
  const outcome = await runBulk(context, request.chunks(), defaults, refresh, bulkItemText);
  const head = `{"took":${outcome.tookMs},"errors":${outcome.errors},"items":[`;
  return { body: `${head}${outcome.items.join(",")}]}`, contentType: JSON_TYPE };
}

/** Document routes. */
export const documentRoutes: readonly Route[] = [
  { methods: ["POST", "PUT"], path: "/_bulk", params: BULK_PARAMS, handle: bulk },
  { methods: ["POST", "PUT"], path: "/:index/_bulk", params: BULK_PARAMS, handle: bulk },
  { methods: ["GET", "POST"], path: "/_mget", params: GET_PARAMS, handle: multiGet },
  { methods: ["GET", "POST"], path: "/:index/_mget", params: GET_PARAMS, handle: multiGet },
  {
    methods: ["POST"],
    path: "/:index/_doc",
    params: WRITE_PARAMS,
    handle: (request, node) => indexDocument(request, node),
  },
  {
    methods: ["POST", "PUT"],
    path: "/:index/_doc/:id",
    params: WRITE_PARAMS,
    handle: (request, node) => indexDocument(request, node),
  },
  {
    methods: ["POST", "PUT"],
    path: "/:index/_create/:id",
    params: WRITE_PARAMS,
    handle: (request, node) => indexDocument(request, node, "create"),
  },
  { methods: ["GET", "HEAD"], path: "/:index/_doc/:id", params: GET_PARAMS, handle: getDoc },
  { methods: ["GET", "HEAD"], path: "/:index/_source/:id", params: GET_PARAMS, handle: getSource },
  { methods: ["DELETE"], path: "/:index/_doc/:id", params: WRITE_PARAMS, handle: deleteDocument },
  {
    methods: ["POST"],
    path: "/:index/_update/:id",
    params: [...WRITE_PARAMS, ...SOURCE_PARAMS, "retry_on_conflict", "lang", "doc_as_upsert"],
    handle: updateDocument,
  },
];
