// Aliases and templates. Upstream: RestIndicesAliasesAction, RestGetAliasesAction,
// Rest*Template*Action.

import { illegalArgument } from "../../base/index.ts";
import {
  type AliasMetadata,
  aliasFromJson,
  aliasToJson,
  type ClusterMetadata,
  checkAliasFilter,
  didYouMean,
  exception,
  type IndexMetadata,
  LENIENT_EXPAND_ALL,
  matchesAny,
  type Node,
  RequestSource,
  resolveIndices,
  STRICT_EXPAND_OPEN,
  STRICT_EXPAND_OPEN_CLOSED,
  validateAliasName,
  validationFailed,
  type XContentLocation,
  xContentParseException,
} from "../../engine/index.ts";
import type { XContentValue } from "../../xcontent/index.ts";
import { indicesOf, parseExpandWildcards } from "../indices-options.ts";
import type { JsonObject, RestRequest } from "../rest-request.ts";
import { CLUSTER_PARAMS, INDICES_PARAMS, type RestResponse, type Route } from "../route.ts";

function strings(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

interface AliasAction {
  readonly kind: "add" | "remove" | "remove_index";
  readonly indices: readonly string[];
  readonly aliases: readonly string[];
  readonly options: JsonObject;
}

const OPTION_KEYS: Readonly<Record<AliasAction["kind"], readonly string[]>> = {
  add: [
    "index",
    "indices",
    "alias",
    "aliases",
    "filter",
    "routing",
    "index_routing",
    "indexRouting",
    "index-routing",
    "search_routing",
    "searchRouting",
    "search-routing",
    "is_write_index",
    "is_hidden",
    "must_exist",
  ],
  remove: ["index", "indices", "alias", "aliases", "must_exist"],
  remove_index: ["index", "indices"],
};

/** The actions of a body, with the real parser's places in its errors. */
function parseActions(body: JsonObject, text: string | undefined): AliasAction[] {
  const source = new RequestSource(body as XContentValue, text);
  for (const key of Object.keys(body)) {
    if (key === "actions") continue;
    const advice = didYouMean(key, ["actions"]);
    throw xContentParseException(
      `[aliases] unknown field [${key}]${advice}`,
      source.locate(body, key, "name"),
    );
  }
  return ((body["actions"] ?? []) as JsonObject[]).map((entry) => parseAction(source, entry));
}

function parseAction(source: RequestSource, entry: JsonObject): AliasAction {
  const name = Object.keys(entry)[0] ?? "";
  const failed = (place: XContentLocation, cause: Error) =>
    xContentParseException("[aliases] failed to parse field [actions]", place, cause);
  if (name !== "add" && name !== "remove" && name !== "remove_index") {
    const advice = didYouMean(name, ["add", "remove", "remove_index"]);
    const cause = xContentParseException(
      `[alias_action] unknown field [${name}]${advice}`,
      source.locate(entry, name, "name"),
    );
    throw failed(source.locate(entry, name, "value"), cause);
  }
  const options = entry[name] as JsonObject;
  for (const key of Object.keys(options)) {
    if (OPTION_KEYS[name].includes(key)) continue;
    const cause = xContentParseException(
      `[${name}] unknown field [${key}]${didYouMean(key, OPTION_KEYS[name])}`,
      source.locate(options, key, "name"),
    );
    const at = source.locate(options, key, "value");
    throw failed(
      at,
      xContentParseException(`[alias_action] failed to parse field [${name}]`, at, cause),
    );
  }
  const indices = [...strings(options["index"]), ...strings(options["indices"])];
  const aliases = [...strings(options["alias"]), ...strings(options["aliases"])];
  const place = source.locate(entry, "", "end");
  if (indices.length === 0) {
    throw failed(place, illegalArgument("One of [index] or [indices] is required"));
  }
  if (aliases.length === 0 && name !== "remove_index") {
    throw failed(place, illegalArgument("One of [alias] or [aliases] is required"));
  }
  return { kind: name, indices, aliases, options };
}

/** All actions at once, or none. */
async function updateAliases(node: Node, actions: readonly AliasAction[]): Promise<void> {
  const removed: IndexMetadata[] = [];
  node.cluster.update((metadata) => {
    let next = metadata;
    for (const action of actions) {
      const indices = resolveIndices(
        next,
        action.indices,
        { ...STRICT_EXPAND_OPEN_CLOSED, ignoreAliases: true, allowNoIndices: false },
        node.clock,
      );
      if (action.kind === "remove_index") removed.push(...indices);
      else if (action.kind === "add") next = addAliases(next, indices, action);
      else next = removeAliases(next, indices, action);
    }
    return next;
  });
  node.indices.refreshMetadata();
  if (removed.length > 0) await node.indices.deleteIndices(removed);
}

function addAliases(
  metadata: ClusterMetadata,
  indices: readonly IndexMetadata[],
  action: AliasAction,
): ClusterMetadata {
  const map = new Map(metadata.indices);
  for (const index of indices) {
    const aliases = new Map<string, AliasMetadata>(map.get(index.name)!.aliases);
    for (const name of action.aliases) {
      validateAliasName(metadata, name);
      const alias = aliasFromJson(name, action.options);
      if (alias.filter !== undefined) checkAliasFilter(name, alias.filter);
      if (alias.writeIndex === true) checkOneWriteIndex(map, index.name, name);
      aliases.set(name, alias);
    }
    map.set(index.name, withAliases(map.get(index.name)!, aliases));
  }
  return { ...metadata, indices: map };
}

function checkOneWriteIndex(
  indices: ReadonlyMap<string, IndexMetadata>,
  index: string,
  alias: string,
): void {
  const writers = [...indices.values()]
    .filter((other) => other.name !== index && other.aliases.get(alias)?.writeIndex === true)
    .map((other) => other.name);
  if (writers.length === 0) return;
  throw exception(
    "invalid",
    "illegal_state_exception",
    `alias [${alias}] has more than one write index [${[...writers, index].sort().join(",")}]`,
  );
}

function withAliases(
  index: IndexMetadata,
  aliases: ReadonlyMap<string, AliasMetadata>,
): IndexMetadata {
  return {
    ...index,
    aliases,
    version: index.version + 1,
    aliasesVersion: index.aliasesVersion + 1,
  };
}

function removeAliases(
  metadata: ClusterMetadata,
  indices: readonly IndexMetadata[],
  action: AliasAction,
): ClusterMetadata {
  const map = new Map(metadata.indices);
  let found = 0;
  for (const index of indices) {
    const aliases = new Map(map.get(index.name)!.aliases);
    for (const name of [...aliases.keys()]) {
      if (!matchesAny(action.aliases, name) && !action.aliases.includes("_all")) continue;
      aliases.delete(name);
      found++;
    }
    if (aliases.size !== index.aliases.size) map.set(index.name, withAliases(index, aliases));
  }
  const mustExist = action.options["must_exist"];
  if (found === 0 && mustExist !== false) {
    const names = action.aliases.join(",");
    throw exception("missing", "aliases_not_found_exception", `aliases [${names}] missing`, {
      "resource.type": "aliases",
      "resource.id": names,
    });
  }
  return { ...metadata, indices: map };
}

async function postAliases(request: RestRequest, node: Node): Promise<RestResponse> {
  const body = await request.requireBody();
  const actions = parseActions(body, request.jsonText());
  if (actions.length === 0)
    throw exception("invalid", "illegal_argument_exception", "No action specified");
  await updateAliases(node, actions);
  return { body: { acknowledged: true } };
}

const PUT_KEYS = new Set([
  "index",
  "alias",
  "routing",
  "indexRouting",
  "index-routing",
  "index_routing",
  "searchRouting",
  "search-routing",
  "search_routing",
  "filter",
  "is_write_index",
  "is_hidden",
]);

async function putAlias(request: RestRequest, node: Node): Promise<RestResponse> {
  const body = (await request.body()) ?? {};
  const indices = request.has("index") ? request.paramList("index") : strings(body["index"]);
  const name = request.param("name") ?? (body["alias"] as string | undefined);
  for (const key of Object.keys(body)) {
    if (PUT_KEYS.has(key)) continue;
    throw exception("invalid", "illegal_argument_exception", `unknown field [${key}]`);
  }
  if (indices.length === 0) indices.push("_all");
  if (name === undefined) throw validationFailed("[alias] may not be empty string");
  await updateAliases(node, [{ kind: "add", indices, aliases: [name], options: body }]);
  return { body: { acknowledged: true } };
}

async function deleteAlias(request: RestRequest, node: Node): Promise<RestResponse> {
  const action: AliasAction = {
    kind: "remove",
    indices: request.paramList("index"),
    aliases: request.paramList("name"),
    options: {},
  };
  await updateAliases(node, [action]);
  return { body: { acknowledged: true } };
}

/** Aliases by index; a named alias that is nowhere is a 404 beside what was found. */
function getAlias(request: RestRequest, node: Node): RestResponse {
  const names = request.paramList("name");
  const all = names.length === 0 || names.includes("_all") || names.includes("*");
  const options = request.has("index") ? STRICT_EXPAND_OPEN_CLOSED : { ...LENIENT_EXPAND_ALL };
  const body: JsonObject = {};
  const seen = new Set<string>();
  for (const index of indicesOf(request, node, options)) {
    const aliases: JsonObject = {};
    for (const alias of index.aliases.values()) {
      if (!all && !matchesAny(names, alias.alias)) continue;
      aliases[alias.alias] = aliasToJson(alias);
      seen.add(alias.alias);
    }
    if (names.length === 0 || Object.keys(aliases).length > 0) body[index.name] = { aliases };
  }
  const missing = names
    .filter((name) => !name.includes("*") && name !== "_all" && !seen.has(name))
    .sort();
  if (missing.length === 0) return { body };
  const text =
    missing.length === 1
      ? `alias [${missing[0]}] missing`
      : `aliases [${missing.join(",")}] missing`;
  return { status: 404, body: { error: text, status: 404, ...body } };
}

function aliasExists(request: RestRequest, node: Node): RestResponse {
  const names = request.paramList("name");
  const found = indicesOf(request, node, {
    ...STRICT_EXPAND_OPEN,
    expandClosed: true,
    ignoreUnavailable: true,
  }).some((index) => [...index.aliases.keys()].some((alias) => matchesAny(names, alias)));
  return { status: found ? 200 : 404 };
}

/** `_resolve/index`: indices, aliases and data streams that match. */
function resolveIndex(request: RestRequest, node: Node): RestResponse {
  const patterns = request.paramList("name");
  const { metadata } = node.cluster;
  const expand = parseExpandWildcards(request.param("expand_wildcards", "open"));
  const indices = [...metadata.indices.values()]
    .filter((index) => matches(patterns, index.name))
    .filter(
      (index) =>
        patterns.includes(index.name) ||
        ((index.state === "open" ? expand.open : expand.closed) &&
          (expand.hidden || index.settings.get("index.hidden") !== "true")),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((index) => {
      const aliases = [...index.aliases.keys()].sort();
      const attributes = [index.state === "open" ? "open" : "closed"];
      if (index.settings.get("index.hidden") === "true") attributes.push("hidden");
      return {
        name: index.name,
        ...(aliases.length > 0 ? { aliases } : {}),
        attributes: attributes.sort(),
      };
    });
  const aliases = new Map<string, string[]>();
  for (const index of metadata.indices.values()) {
    for (const alias of index.aliases.keys()) {
      if (matches(patterns, alias)) aliases.set(alias, [...(aliases.get(alias) ?? []), index.name]);
    }
  }
  return {
    body: {
      indices,
      aliases: [...aliases]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, of]) => ({ name, indices: of.sort() })),
      data_streams: [...metadata.dataStreams]
        .filter(([name]) => matches(patterns, name))
        .map(([name, stream]) => ({
          name,
          backing_indices: (stream["indices"] as { index_name: string }[]).map(
            (index) => index.index_name,
          ),
          timestamp_field:
            (stream["timestamp_field"] as JsonObject | undefined)?.["name"] ?? "@timestamp",
        })),
    },
  };
}

function matches(patterns: readonly string[], name: string): boolean {
  return patterns.includes("_all") || matchesAny(patterns, name);
}

const PARAMS = [...CLUSTER_PARAMS, ...INDICES_PARAMS] as const;
const PUT_ALIAS_PATHS = [
  "/:index/_alias/:name",
  "/:index/_aliases/:name",
  "/_alias/:name",
  "/_aliases/:name",
  "/:index/_alias",
  "/_alias",
];

/** Alias routes and `_resolve/index`. */
export const aliasRoutes: readonly Route[] = [
  { methods: ["POST"], path: "/_aliases", params: PARAMS, handle: postAliases },
  ...PUT_ALIAS_PATHS.map(
    (path): Route => ({ methods: ["PUT"], path, params: PARAMS, handle: putAlias }),
  ),
  ...["/:index/_alias/:name", "/:index/_aliases/:name"].flatMap((path): Route[] => [
    { methods: ["POST"], path, params: PARAMS, handle: putAlias },
    { methods: ["DELETE"], path, params: PARAMS, handle: deleteAlias },
  ]),
  ...["/_alias", "/_aliases", "/_alias/:name", "/:index/_alias", "/:index/_alias/:name"].map(
    (path): Route => ({ methods: ["GET"], path, params: PARAMS, handle: getAlias }),
  ),
  ...["/_alias/:name", "/:index/_alias/:name"].map(
    (path): Route => ({ methods: ["HEAD"], path, params: PARAMS, handle: aliasExists }),
  ),
  { methods: ["GET"], path: "/_resolve/index/:name", params: PARAMS, handle: resolveIndex },
];
