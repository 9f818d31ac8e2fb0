// Searches: _search, _count, _msearch, scroll, point in time, _validate/query, by-query writes.
// Upstream: org.opensearch.rest.action.search.Rest*Action (3.6.0).

import { illegalArgument, VarveError } from "../../base/index.ts";
import {
  aliasFilters,
  byQuery,
  checkBlocks,
  type IndicesOptions,
  type Node,
  parseQuery,
  parseQueryBody,
  parseTimeValue,
  RequestSource,
  resolveIndices,
  resolveSearchRouting,
  SEARCH_PARAMS,
  type SearchTarget,
  STRICT_EXPAND_OPEN_FORBID_CLOSED,
  shardUnavailable,
  tokenName,
  uriQuery,
  validationFailed,
} from "../../engine/index.ts";
import {
  Decimal,
  decodeJson,
  type XContentObject,
  type XContentValue,
} from "../../xcontent/index.ts";
import { errorBody, errorEnvelope, statusOf } from "../error-map.ts";
import { indicesOptions, parseExpandWildcards } from "../indices-options.ts";
import type { JsonObject, RestRequest } from "../rest-request.ts";
import { INDICES_PARAMS, type RestResponse, type Route } from "../route.ts";
import { markDecimals } from "../search-decimals.ts";
import { refreshPolicy } from "./documents.ts";

const COUNT_PARAMS = [
  "q",
  "df",
  "analyzer",
  "analyze_wildcard",
  "default_operator",
  "lenient",
  "min_score",
  "terminate_after",
  "preference",
  "routing",
  ...INDICES_PARAMS,
] as const;

/** The shards behind index expressions, with alias filters and routing. */
export function searchTargets(
  node: Node,
  names: readonly string[],
  options: IndicesOptions,
  routing: readonly string[] = [],
): SearchTarget[] {
  const { metadata } = node.cluster;
  const targets: SearchTarget[] = [];
  for (const index of resolveIndices(metadata, names, options, node.clock)) {
    const service = node.indices.service(index.name);
    if (service === undefined) continue;
    checkBlocks([index], "read");
    const filters = aliasFilters(names, index, node.clock);
    const aliasFilter =
      filters === undefined
        ? undefined
        : filters.length === 1
          ? filters[0]
          : { bool: { should: filters, minimum_should_match: 1 } };
    const routes = resolveSearchRouting(names, index, routing);
    const isRouted = routing.length > 0 || routes.length > 0;
    const wanted = isRouted ? new Set(service.shardsOfRouting(routes)) : undefined;
    service.shards.forEach((shard, shardId) => {
      if (wanted !== undefined && !wanted.has(shardId)) return;
      targets.push({
        index: index.name,
        indexUuid: index.uuid,
        shardId,
        shard: shard ?? {
          acquireSearcher: () => {
            throw shardUnavailable(service, shardId);
          },
        },
        mapper: service.mapper,
        settings: index.settings,
        aliasFilter: aliasFilter as XContentObject | undefined,
      });
    });
  }
  return targets;
}

function targetsOf(request: RestRequest, node: Node): SearchTarget[] {
  const options = indicesOptions(request, STRICT_EXPAND_OPEN_FORBID_CLOSED);
  return searchTargets(node, request.paramList("index"), options, request.paramList("routing"));
}

interface Body {
  readonly body: XContentValue | undefined;
  readonly text: string | undefined;
}

async function bodyOf(request: RestRequest): Promise<Body> {
  const body = (await request.body()) as XContentValue | undefined;
  if (body === undefined) return { body, text: undefined };
  const type = request.contentType();
  const text =
    type === undefined || type === "json" ? (await request.rawBody()).toString("utf8") : undefined;
  return { body, text };
}

async function search(request: RestRequest, node: Node): Promise<RestResponse> {
  const { body, text } = await bodyOf(request);
  const hasPit = typeof body === "object" && body !== null && "pit" in body;
  if (hasPit && request.has("index")) {
    throw validationFailed(
      "[indices] cannot be used with point in time. Do not specify any index with point in time.",
    );
  }
  const targets = hasPit ? [] : targetsOf(request, node);
  const described = `indices[${request.param("index", "")}], search_type[QUERY_THEN_FETCH]`;
  return await node.tasks.run("indices:data/read/search", described, async (task) => ({
    body: finished(
      await node.search.search(targets, {
        body,
        text,
        params: request.queryParams(),
        signal: task.signal,
      }),
      body,
    ),
  }));
}

/** As it goes out: decimals marked; no shard at all has its own look. */
function finished(response: JsonObject, body: unknown): JsonObject {
  markDecimals(response, body);
  if ((response["_shards"] as JsonObject)["total"] !== 0) return response;
  const { num_reduce_phases: _, ...answer } = response;
  const hits = { ...(answer["hits"] as JsonObject), max_score: new Decimal(0) };
  return { ...answer, hits };
}

async function count(request: RestRequest, node: Node): Promise<RestResponse> {
  const { body, text } = await bodyOf(request);
  return {
    body: await node.search.count(targetsOf(request, node), {
      body,
      text,
      params: request.queryParams(),
    }),
  };
}

async function multiSearch(request: RestRequest, node: Node): Promise<RestResponse> {
  const started = node.clock.monotonic();
  const lines = (await request.rawBody()).toString("utf8").split("\n");
  if (lines.at(-1) !== "")
    throw illegalArgument("The msearch request must be terminated by a newline [\\n]");
  lines.pop();
  const responses: JsonObject[] = [];
  for (let line = 0; line + 1 < lines.length; line += 2) {
    responses.push(await searchOfLines(request, node, lines[line]!, lines[line + 1]!));
  }
  if (responses.length === 0) throw validationFailed("no requests added");
  return { body: { took: Math.round(node.clock.monotonic() - started), responses } };
}

const HEADER_KEYS = new Set([
  "index",
  "indices",
  "search_type",
  "searchType",
  "preference",
  "routing",
  "allow_partial_search_results",
  "ignore_unavailable",
  "ignoreUnavailable",
  "allow_no_indices",
  "allowNoIndices",
  "expand_wildcards",
  "expandWildcards",
  "request_cache",
  "requestCache",
  "ignore_throttled",
  "ccs_minimize_roundtrips",
  "cancel_after_time_interval",
  "cancelAfterTimeInterval",
]);

/** One search of a multi-search; its failure is its own. */
async function searchOfLines(
  request: RestRequest,
  node: Node,
  header: string,
  text: string,
): Promise<JsonObject> {
  try {
    const head = (header.trim() === "" ? {} : decodeJson(header)) as JsonObject;
    for (const key of Object.keys(head)) {
      if (!HEADER_KEYS.has(key))
        throw illegalArgument(`key [${key}] is not supported in the metadata section`);
    }
    const given = head["index"] ?? head["indices"] ?? request.param("index");
    const names =
      given === undefined
        ? []
        : Array.isArray(given)
          ? given.map(String)
          : String(given).split(",");
    const expand = head["expand_wildcards"] ?? head["expandWildcards"];
    const expansion = expand === undefined ? undefined : parseExpandWildcards(expand as string);
    const options = {
      ...STRICT_EXPAND_OPEN_FORBID_CLOSED,
      ignoreUnavailable:
        (head["ignore_unavailable"] ?? head["ignoreUnavailable"] ?? false) === true,
      allowNoIndices: (head["allow_no_indices"] ?? head["allowNoIndices"] ?? true) !== false,
      ...(expansion === undefined
        ? {}
        : {
            expandOpen: expansion.open,
            expandClosed: expansion.closed,
            expandHidden: expansion.hidden,
          }),
    };
    const routing = head["routing"] === undefined ? [] : String(head["routing"]).split(",");
    const params = Object.fromEntries(
      ["search_type", "preference"].flatMap((key) =>
        head[key] === undefined ? [] : [[key, String(head[key])]],
      ),
    );
    const body = decodeJson(text);
    const shared = { ...request.queryParams(), ...params };
    const response = await node.search.search(searchTargets(node, names, options, routing), {
      body,
      text,
      params: shared,
    });
    return { ...finished(response as JsonObject, body), status: 200 };
  } catch (error) {
    return errorEnvelope(error, false);
  }
}

async function scroll(request: RestRequest, node: Node): Promise<RestResponse> {
  const body = (await request.body()) ?? {};
  const id = (body["scroll_id"] as string | undefined) ?? request.param("scroll_id");
  if (id === undefined) throw validationFailed("scrollId is missing");
  const keep = (body["scroll"] as string | undefined) ?? request.param("scroll");
  const asInt = request.paramBoolean("rest_total_hits_as_int", false);
  return {
    body: await node.search.scroll(
      id,
      keep === undefined ? undefined : parseTimeValue(keep, "scroll"),
      asInt,
    ),
  };
}

async function clearScroll(request: RestRequest, node: Node): Promise<RestResponse> {
  const body = (await request.body()) ?? {};
  const given = body["scroll_id"] ?? request.paramList("scroll_id");
  const ids = Array.isArray(given) ? given.map(String) : [String(given)];
  const { readers } = node.search;
  if (ids.includes("_all"))
    return { body: { succeeded: true, num_freed: readers.freeAllScrolls() } };
  if (ids.length === 0) throw validationFailed("no scroll ids specified");
  const freed = ids.filter((id) => readers.freeScroll(id)).length;
  return { status: freed === 0 ? 404 : 200, body: { succeeded: true, num_freed: freed } };
}

async function openPit(request: RestRequest, node: Node): Promise<RestResponse> {
  const keep = request.param("keep_alive");
  if (keep === undefined) throw validationFailed("keep alive not specified");
  const targets = targetsOf(request, node);
  const pit = node.search.readers.openPit(targets, parseTimeValue(keep, "keep_alive"));
  const shards = { total: targets.length, successful: targets.length, skipped: 0, failed: 0 };
  return { body: { pit_id: pit.pit_id, _shards: shards, creation_time: pit.creation_time } };
}

async function closePits(request: RestRequest, node: Node): Promise<RestResponse> {
  const { readers } = node.search;
  const all = request.path.endsWith("/_all");
  const body = all ? {} : await request.requireBody();
  const given = body["pit_id"];
  const ids = all
    ? readers.listPits().map((pit) => pit.pit_id)
    : Array.isArray(given)
      ? given.map(String)
      : [String(given)];
  if (!all && given === undefined) throw validationFailed("no pit ids specified");
  return { body: { pits: ids.map((id) => ({ successful: readers.freePit(id), pit_id: id })) } };
}

function listPits(_request: RestRequest, node: Node): RestResponse {
  return { body: { pits: node.search.readers.listPits() } };
}

/** Parses a query against every index; a bad one is invalid, not an error. */
async function validateQuery(request: RestRequest, node: Node): Promise<RestResponse> {
  const { body, text } = await bodyOf(request);
  const targets = targetsOf(request, node);
  const perIndex = new Map(targets.map((target) => [target.index, target]));
  const explain = request.paramBoolean("explain", false);
  const total = perIndex.size;
  const shards = { total, successful: total, failed: 0 };
  try {
    const uri = uriQuery(request.queryParams());
    const query =
      uri !== undefined
        ? parseQuery(uri)
        : body === undefined
          ? undefined
          : parseQueryBody(body, text);
    const explanations = [...perIndex.values()].map((target) => ({
      index: target.index,
      valid: true,
      explanation: node.search.explainQuery(target, query, request.paramBoolean("rewrite", false)),
    }));
    return { body: { _shards: shards, valid: true, ...(explain ? { explanations } : {}) } };
  } catch (error) {
    if (statusOf(error) >= 500) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const explanations = [...perIndex.keys()].map((index) => ({
      index,
      valid: false,
      error: reason,
    }));
    return {
      body: { _shards: shards, valid: false, ...(explain ? { explanations, error: reason } : {}) },
    };
  }
}

const BY_QUERY_KEYS = ["query", "max_docs", "size", "conflicts", "slice", "script", "sort"];

function checkByQueryBody(request: RestRequest, body: JsonObject): void {
  const source = new RequestSource(body as XContentValue, request.jsonText());
  for (const [key, value] of Object.entries(body)) {
    if (BY_QUERY_KEYS.includes(key)) continue;
    const { line, column } = source.locate(body, key, "value");
    throw new VarveError(
      "invalid",
      `Unknown key for a ${tokenName(value as XContentValue)} in [${key}].`,
      {
        type: "parsing_exception",
        metadata: { line, col: column },
      },
    );
  }
  const slices = request.param("slices");
  if (slices !== undefined && slices !== "auto" && !/^[1-9]\d*$/.test(slices)) {
    const cause = new VarveError("invalid", `For input string: "${slices}"`, {
      type: "number_format_exception",
    });
    throw illegalArgument(
      `[slices] must be a positive integer or the string "auto", but was [${slices}]`,
      /^-?\d+$/.test(slices) ? undefined : cause,
    );
  }
  const given = body["max_docs"];
  if (
    given !== undefined &&
    request.has("max_docs") &&
    Number(given) !== request.paramInt("max_docs", 0)
  ) {
    throw illegalArgument(
      `[max_docs] set to two different values [${given}] and [${request.param("max_docs")}]`,
    );
  }
  if (Number(given ?? request.param("max_docs") ?? 1) < 1) {
    throw illegalArgument("[max_docs] should be >= [slices]");
  }
}

const BY_QUERY_PARAMS = [
  ...SEARCH_PARAMS,
  "conflicts",
  "refresh",
  "scroll_size",
  "slices",
  "wait_for_completion",
  "max_docs",
  "requests_per_second",
  "wait_for_active_shards",
  "search_timeout",
  "pipeline",
] as const;

function runByQuery(action: "delete" | "update") {
  return async (request: RestRequest, node: Node): Promise<RestResponse> => {
    const started = node.clock.monotonic();
    const body = (await request.body()) ?? {};
    checkByQueryBody(request, body);
    if (body["script"] !== undefined) throw illegalArgument("scripts are not supported");
    const query =
      (body["query"] as JsonObject | undefined) ??
      (uriQuery(request.queryParams()) as JsonObject | undefined);
    if (query === undefined && action === "delete") throw validationFailed("query is missing");
    const max =
      body["max_docs"] ?? (request.has("max_docs") ? request.paramInt("max_docs", -1) : undefined);
    const conflicts =
      (body["conflicts"] as string | undefined) ?? request.param("conflicts", "abort");
    if (conflicts !== "abort" && conflicts !== "proceed") {
      throw illegalArgument(`conflicts may only be "proceed" or "abort" but was [${conflicts}]`);
    }
    const work = {
      action,
      query,
      targets: targetsOf(request, node),
      params: {},
      batch: request.paramInt("scroll_size", 1000),
      proceedOnConflicts: conflicts === "proceed",
      refresh: refreshPolicy(request),
      ...(max === undefined ? {} : { maxDocs: Number(max) }),
    } as const;
    const name = `indices:data/write/${action}/byquery`;
    const described = `${action}-by-query [${request.param("index", "")}]`;
    const run = async (task: Parameters<typeof byQuery>[3]): Promise<JsonObject> => {
      const outcome = await byQuery(node.documents, node.search, work, task, (error) =>
        errorBody(error),
      );
      return { took: Math.round(node.clock.monotonic() - started), timed_out: false, ...outcome };
    };
    if (!request.paramBoolean("wait_for_completion", true)) {
      return { body: { task: node.tasks.taskId(node.tasks.detach(name, described, run)) } };
    }
    const outcome = await node.tasks.run(name, described, run);
    const failures = outcome["failures"] as JsonObject[];
    return { status: failures.length > 0 ? Number(failures[0]!["status"]) : 200, body: outcome };
  };
}

const SCROLL_PARAMS = ["scroll", "scroll_id", "rest_total_hits_as_int"] as const;
const PIT_PARAMS = [
  ...INDICES_PARAMS,
  "keep_alive",
  "preference",
  "routing",
  "allow_partial_pit_creation",
] as const;
const VALIDATE_PARAMS = [...COUNT_PARAMS, "explain", "rewrite", "all_shards"] as const;

/** Search routes. */
export const searchRoutes: readonly Route[] = [
  ...["/_search", "/:index/_search"].map(
    (path): Route => ({ methods: ["GET", "POST"], path, params: SEARCH_PARAMS, handle: search }),
  ),
  ...["/_count", "/:index/_count"].map(
    (path): Route => ({ methods: ["GET", "POST"], path, params: COUNT_PARAMS, handle: count }),
  ),
  ...["/_msearch", "/:index/_msearch"].map(
    (path): Route => ({
      methods: ["GET", "POST"],
      path,
      params: [...SEARCH_PARAMS, "max_concurrent_searches"],
      handle: multiSearch,
    }),
  ),
  ...["/_search/scroll", "/_search/scroll/:scroll_id"].flatMap((path): Route[] => [
    { methods: ["GET", "POST"], path, params: SCROLL_PARAMS, handle: scroll },
    { methods: ["DELETE"], path, params: SCROLL_PARAMS, handle: clearScroll },
  ]),
  { methods: ["POST"], path: "/:index/_search/point_in_time", params: PIT_PARAMS, handle: openPit },
  { methods: ["DELETE"], path: "/_search/point_in_time", params: [], handle: closePits },
  { methods: ["GET"], path: "/_search/point_in_time/_all", params: [], handle: listPits },
  { methods: ["DELETE"], path: "/_search/point_in_time/_all", params: [], handle: closePits },
  ...["/_validate/query", "/:index/_validate/query"].map(
    (path): Route => ({
      methods: ["GET", "POST"],
      path,
      params: VALIDATE_PARAMS,
      handle: validateQuery,
    }),
  ),
  {
    methods: ["POST"],
    path: "/:index/_delete_by_query",
    params: BY_QUERY_PARAMS,
    handle: runByQuery("delete"),
  },
  {
    methods: ["POST"],
    path: "/:index/_update_by_query",
    params: BY_QUERY_PARAMS,
    handle: runByQuery("update"),
  },
];
