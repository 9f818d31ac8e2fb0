// Indices: create, delete, get, exists, open, close, settings, mappings, refresh, flush,
// forcemerge. Upstream: org.opensearch.rest.action.admin.indices.Rest*Action (3.6.0).

import { VarveError } from "../../base/index.ts";
import {
  aliasesToJson,
  checkBlocks,
  exception,
  type IndexMetadata,
  indexNotFound,
  indexSettingsOf,
  matchesAny,
  type Node,
  rejectTypedMappings,
  Settings,
  STRICT_EXPAND_OPEN,
  STRICT_EXPAND_OPEN_CLOSED,
  STRICT_EXPAND_OPEN_FORBID_CLOSED,
  validationFailed,
} from "../../engine/index.ts";
import { activeShardCount } from "../health.ts";
import { indicesOf } from "../indices-options.ts";
import { bodyRequired, type JsonObject, parseFailure, type RestRequest } from "../rest-request.ts";
import { CLUSTER_PARAMS, INDICES_PARAMS, type RestResponse, type Route } from "../route.ts";
import { settingsToJson } from "../settings-json.ts";

const READ_PARAMS = [
  ...CLUSTER_PARAMS,
  ...INDICES_PARAMS,
  "flat_settings",
  "include_defaults",
] as const;
const SHARD_PARAMS = [...INDICES_PARAMS, "force", "wait_if_ongoing"] as const;
const CREATE_KEYS = new Set(["settings", "mappings", "aliases", "mapping"]);

async function createIndex(request: RestRequest, node: Node): Promise<RestResponse> {
  const body = (await request.bodyMap()) ?? {};
  checkCreateBody(body);
  const settings = (body["settings"] ?? {}) as JsonObject;
  checkActiveShards(request, indexSettingsOf(settings));
  const index = await node.indices.createIndex({
    name: request.param("index", ""),
    settings,
    mappings: (body["mappings"] ?? {}) as JsonObject,
    aliases: (body["aliases"] ?? {}) as JsonObject,
  });
  const wanted = request.param("wait_for_active_shards", "1");
  const waits = wanted === "all" ? index.settings.getInt("index.number_of_replicas", 1) : 0;
  const isEnough = waits === 0 && (wanted === "all" || activeShardCount(wanted) <= 1);
  return { body: { acknowledged: true, shards_acknowledged: isEnough, index: index.name } };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkCreateBody(body: JsonObject): void {
  for (const key of Object.keys(body)) {
    if (!CREATE_KEYS.has(key)) throw parseFailure(`unknown key [${key}] for create index`);
  }
  const { settings, mappings, aliases } = body;
  if (settings !== undefined && !isObject(settings)) {
    throw parseFailure("key [settings] must be an object");
  }
  if (mappings !== undefined && !isObject(mappings)) {
    const given = Array.isArray(mappings) ? "java.util.ArrayList" : "java.lang.String";
    throw exception(
      "internal",
      "class_cast_exception",
      `class ${given} cannot be cast to class java.util.Map (${given} and java.util.Map are in ` +
        "module java.base of loader 'bootstrap')",
    );
  }
  if (aliases !== undefined && !isObject(aliases)) {
    throw parseFailure("key [aliases] must be an object");
  }
}

/** More copies than the index will have can not be waited for. */
function checkActiveShards(request: RestRequest, settings: Settings): void {
  const wanted = request.param("wait_for_active_shards");
  if (wanted === undefined || wanted === "all") return;
  const copies = settings.getInt("index.number_of_replicas", 1) + 1;
  if (activeShardCount(wanted) <= copies) return;
  throw exception(
    "invalid",
    "illegal_argument_exception",
    `invalid wait_for_active_shards[${wanted}]: cannot be greater than number of shard copies [${copies}]`,
  );
}

async function deleteIndex(request: RestRequest, node: Node): Promise<RestResponse> {
  const names = request.paramList("index");
  const destructive = node.cluster.settings.get("action.destructive_requires_name") === "true";
  if (
    destructive &&
    (names.length === 0 || names.some((name) => name === "_all" || name.includes("*")))
  ) {
    throw exception(
      "invalid",
      "illegal_argument_exception",
      "Wildcard expressions or all indices are not allowed",
    );
  }
  const indices = indicesOf(request, node, { ...STRICT_EXPAND_OPEN_CLOSED, ignoreAliases: true });
  checkBlocks(indices, "metadata_write", { allowDelete: true });
  await node.indices.deleteIndices(indices);
  return { body: { acknowledged: true } };
}

function indexJson(index: IndexMetadata, request: RestRequest): JsonObject {
  return {
    aliases: aliasesToJson(index.aliases),
    mappings: index.mappings,
    settings: settingsToJson(index.settings, request.paramBoolean("flat_settings", false)),
  };
}

function getIndex(request: RestRequest, node: Node): RestResponse {
  const indices = indicesOf(request, node, STRICT_EXPAND_OPEN);
  checkBlocks(indices, "metadata_read");
  return {
    body: Object.fromEntries(indices.map((index) => [index.name, indexJson(index, request)])),
  };
}

function indexExists(request: RestRequest, node: Node): RestResponse {
  try {
    const indices = indicesOf(request, node, { ...STRICT_EXPAND_OPEN, allowNoIndices: false });
    return { status: indices.length === 0 ? 404 : 200 };
  } catch (error) {
    if (error instanceof VarveError && error.type === "index_not_found_exception")
      return { status: 404 };
    throw error;
  }
}

async function openIndex(request: RestRequest, node: Node): Promise<RestResponse> {
  const closed = { ...STRICT_EXPAND_OPEN_CLOSED, expandOpen: false };
  await node.indices.openIndices(indicesOf(request, node, closed));
  return { body: { acknowledged: true, shards_acknowledged: true } };
}

async function closeIndex(request: RestRequest, node: Node): Promise<RestResponse> {
  const indices = indicesOf(request, node, STRICT_EXPAND_OPEN);
  const changed = await node.indices.closeIndices(indices);
  const closed = Object.fromEntries(changed.map((index) => [index.name, { closed: true }]));
  return { body: { acknowledged: true, shards_acknowledged: changed.length > 0, indices: closed } };
}

function getSettings(request: RestRequest, node: Node): RestResponse {
  const names = request.paramList("name");
  const flat = request.paramBoolean("flat_settings", false);
  const all = names.length === 0 || names.includes("_all");
  const body: JsonObject = {};
  const indices = indicesOf(request, node, STRICT_EXPAND_OPEN_CLOSED);
  checkBlocks(indices, "metadata_read");
  for (const index of indices) {
    const settings = all ? index.settings : index.settings.filter((key) => matchesAny(names, key));
    if (settings.size === 0 && !all) continue;
    body[index.name] = {
      settings: settingsToJson(settings, flat),
      ...(request.paramBoolean("include_defaults", false) ? { defaults: {} } : {}),
    };
  }
  return { body };
}

async function putSettings(request: RestRequest, node: Node): Promise<RestResponse> {
  const body = await request.bodyMap();
  if (body === undefined) throw bodyRequired();
  const inner = (body["settings"] ?? body) as JsonObject;
  const indices = indicesOf(request, node, STRICT_EXPAND_OPEN_CLOSED);
  const changes = indexSettingsOf(inner);
  if (changes.size === 0) {
    throw exception(
      "invalid",
      "action_request_validation_exception",
      "Validation Failed: 1: no settings to update;",
    );
  }
  node.indices.updateSettings(indices, changes, request.paramBoolean("preserve_existing", false));
  return { body: { acknowledged: true } };
}

function getMapping(request: RestRequest, node: Node): RestResponse {
  const indices = indicesOf(request, node, STRICT_EXPAND_OPEN);
  checkBlocks(indices, "metadata_read");
  return {
    body: Object.fromEntries(indices.map((index) => [index.name, { mappings: index.mappings }])),
  };
}

async function putMapping(request: RestRequest, node: Node): Promise<RestResponse> {
  const mapping = await request.bodyMap();
  if (mapping === undefined) throw bodyRequired();
  rejectTypedMappings(mapping, "Types cannot be provided in put mapping requests");
  const indices = indicesOf(request, node, STRICT_EXPAND_OPEN);
  checkBlocks(indices, "metadata_write");
  for (const index of indices) node.indices.checkMapping(index, mapping);
  for (const index of indices) node.indices.putMapping(index.name, mapping);
  return { body: { acknowledged: true } };
}

function getFieldMapping(request: RestRequest, node: Node): RestResponse {
  const fields = request.paramList("fields");
  const body: JsonObject = {};
  for (const index of indicesOf(request, node, STRICT_EXPAND_OPEN)) {
    const mappings: JsonObject = {};
    collectFields(index.mappings["properties"] as JsonObject | undefined, "", fields, mappings);
    body[index.name] = { mappings };
  }
  return { body };
}

/** Every field whose full name a pattern matches, multi-fields included. */
function collectFields(
  properties: JsonObject | undefined,
  prefix: string,
  patterns: readonly string[],
  found: JsonObject,
): void {
  for (const [name, definition] of Object.entries(properties ?? {})) {
    const path = prefix + name;
    const field = definition as JsonObject;
    if (matchesAny(patterns, path) && field["properties"] === undefined) {
      found[path] = { full_name: path, mapping: { [name]: field } };
    }
    collectFields(field["properties"] as JsonObject | undefined, `${path}.`, patterns, found);
    collectFields(field["fields"] as JsonObject | undefined, `${path}.`, patterns, found);
  }
}

/** Runs `work` on every shard of the named indices and answers the `_shards` header. */
async function onShards(
  request: RestRequest,
  node: Node,
  work: (shard: NonNullable<ReturnType<typeof shardsIn>[number]["shard"]>) => unknown,
): Promise<RestResponse> {
  const indices = indicesOf(request, node, STRICT_EXPAND_OPEN_FORBID_CLOSED);
  let total = 0;
  let successful = 0;
  for (const { replicas, shard } of indices.flatMap((index) => shardsIn(node, index))) {
    total += 1 + replicas;
    if (shard === undefined) continue;
    await work(shard);
    successful++;
  }
  return { body: { _shards: { total, successful, failed: 0 } } };
}

function shardsIn(node: Node, index: IndexMetadata) {
  const service = node.indices.service(index.name);
  const replicas = index.settings.getInt("index.number_of_replicas", 1);
  return (service?.shards ?? []).map((shard) => ({ replicas, shard }));
}

async function forceMerge(request: RestRequest, node: Node): Promise<RestResponse> {
  const maxNumSegments = request.paramInt("max_num_segments", -1);
  const onlyExpungeDeletes = request.paramBoolean("only_expunge_deletes", false);
  return await onShards(request, node, (shard) =>
    shard.forceMerge({ maxNumSegments, onlyExpungeDeletes }),
  );
}

async function refresh(request: RestRequest, node: Node): Promise<RestResponse> {
  return await onShards(request, node, (shard) => shard.refresh("api"));
}

async function flush(request: RestRequest, node: Node): Promise<RestResponse> {
  const force = request.paramBoolean("force", false);
  if (force && !request.paramBoolean("wait_if_ongoing", true)) {
    throw validationFailed("wait_if_ongoing must be true for a force flush");
  }
  return await onShards(request, node, (shard) => shard.flush(force));
}

/** Caches of queries hold nothing between requests. */
async function clearCache(request: RestRequest, node: Node): Promise<RestResponse> {
  return await onShards(request, node, () => undefined);
}

async function addBlock(request: RestRequest, node: Node): Promise<RestResponse> {
  const block = request.param("block", "");
  const known = ["read_only", "read", "write", "metadata", "read_only_allow_delete"];
  if (!known.includes(block)) {
    throw exception("invalid", "illegal_argument_exception", `No block found with name ${block}`);
  }
  const indices = indicesOf(request, node, STRICT_EXPAND_OPEN);
  if (indices.length === 0) throw indexNotFound(request.param("index", ""));
  node.indices.updateSettings(
    indices,
    Settings.fromNested({ [`index.blocks.${block}`]: "true" }),
    false,
  );
  const blocked = indices.map((index) => ({ name: index.name, blocked: true }));
  return { body: { acknowledged: true, shards_acknowledged: true, indices: blocked } };
}

const CREATE_PARAMS = [...CLUSTER_PARAMS, "wait_for_active_shards"] as const;
const OPEN_PARAMS = [
  ...CREATE_PARAMS,
  ...INDICES_PARAMS,
  "wait_for_completion",
  "task_execution_timeout",
] as const;

/** Index routes. */
export const indexRoutes: readonly Route[] = [
  { methods: ["PUT"], path: "/:index", params: CREATE_PARAMS, handle: createIndex },
  {
    methods: ["DELETE"],
    path: "/:index",
    params: [...CLUSTER_PARAMS, ...INDICES_PARAMS],
    handle: deleteIndex,
  },
  { methods: ["GET"], path: "/:index", params: READ_PARAMS, handle: getIndex },
  { methods: ["HEAD"], path: "/:index", params: READ_PARAMS, handle: indexExists },
  { methods: ["POST"], path: "/:index/_open", params: OPEN_PARAMS, handle: openIndex },
  { methods: ["POST"], path: "/:index/_close", params: OPEN_PARAMS, handle: closeIndex },
  { methods: ["PUT"], path: "/:index/_block/:block", params: OPEN_PARAMS, handle: addBlock },
  ...["/_settings", "/_settings/:name", "/:index/_settings", "/:index/_settings/:name"].map(
    (path): Route => ({ methods: ["GET"], path, params: READ_PARAMS, handle: getSettings }),
  ),
  ...["/_settings", "/:index/_settings"].map(
    (path): Route => ({
      methods: ["PUT"],
      path,
      params: [...READ_PARAMS, "preserve_existing"],
      handle: putSettings,
    }),
  ),
  ...["/_mapping", "/_mappings", "/:index/_mapping", "/:index/_mappings"].map(
    (path): Route => ({ methods: ["GET"], path, params: READ_PARAMS, handle: getMapping }),
  ),
  ...["/:index/_mapping", "/:index/_mappings"].map(
    (path): Route => ({
      methods: ["PUT", "POST"],
      path,
      params: [...READ_PARAMS, "write_index_only"],
      handle: putMapping,
    }),
  ),
  ...["/_mapping/field/:fields", "/:index/_mapping/field/:fields"].map(
    (path): Route => ({ methods: ["GET"], path, params: READ_PARAMS, handle: getFieldMapping }),
  ),
  ...["/_refresh", "/:index/_refresh"].map(
    (path): Route => ({ methods: ["GET", "POST"], path, params: SHARD_PARAMS, handle: refresh }),
  ),
  ...["/_cache/clear", "/:index/_cache/clear"].map(
    (path): Route => ({
      methods: ["POST"],
      path,
      params: [...INDICES_PARAMS, "fielddata", "fields", "file", "query", "request"],
      handle: clearCache,
    }),
  ),
  ...["/_flush", "/:index/_flush"].map(
    (path): Route => ({ methods: ["GET", "POST"], path, params: SHARD_PARAMS, handle: flush }),
  ),
  ...["/_forcemerge", "/:index/_forcemerge"].map(
    (path): Route => ({
      methods: ["POST"],
      path,
      handle: forceMerge,
      params: [
        ...SHARD_PARAMS,
        "max_num_segments",
        "only_expunge_deletes",
        "flush",
        "primary_only",
        "wait_for_completion",
      ],
    }),
  ),
];
