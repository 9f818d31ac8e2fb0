// Index templates: legacy, component and composable. Upstream: Rest*IndexTemplate*Action (3.6.0).

import { illegalArgument } from "../../base/index.ts";
import {
  aliasesFromJson,
  aliasesToJson,
  type ClusterMetadata,
  didYouMean,
  exception,
  findComposable,
  indexSettingsOf,
  indexSettingsRegistry,
  type LegacyTemplate,
  mappingsOf,
  matchesAny,
  type Node,
  RequestSource,
  rejectTypedMappings,
  resolveComposable,
  resolveTemplates,
  Settings,
  validationFailed,
  xContentParseException,
} from "../../engine/index.ts";
import type { XContentValue } from "../../xcontent/index.ts";
import type { JsonObject, RestRequest } from "../rest-request.ts";
import { CLUSTER_PARAMS, type RestResponse, type Route } from "../route.ts";
import { settingsToJson } from "../settings-json.ts";

type TemplateMap = "componentTemplates" | "indexTemplates";

function invalidTemplate(name: string, why: string): Error {
  return exception(
    "invalid",
    "invalid_index_template_exception",
    `index_template [${name}] invalid, cause [${why}]`,
  );
}

function strings(value: unknown): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

function checkName(name: string): void {
  if (name.includes(" "))
    throw invalidTemplate(name, "Validation Failed: 1: name must not contain a space;");
  if (name.includes(","))
    throw invalidTemplate(name, "Validation Failed: 1: name must not contain a ',';");
  if (name.includes("#"))
    throw invalidTemplate(name, "Validation Failed: 1: name must not contain a '#';");
  if (name.startsWith("_"))
    throw invalidTemplate(name, "Validation Failed: 1: name must not start with '_';");
  if (name.toLowerCase() !== name)
    throw invalidTemplate(name, "Validation Failed: 1: name must be lower cased;");
}

const LEGACY_KEYS = new Set([
  "index_patterns",
  "template",
  "order",
  "version",
  "settings",
  "mappings",
  "aliases",
]);
const TYPED_REASON = "The mapping definition cannot be nested under a type";

async function putLegacy(request: RestRequest, node: Node): Promise<RestResponse> {
  const name = request.param("name", "");
  checkName(name);
  const body = await request.requireBody();
  const patterns = strings(body["index_patterns"] ?? body["template"]);
  for (const key of Object.keys(body)) {
    if (LEGACY_KEYS.has(key)) continue;
    throw exception("invalid", "parse_exception", `unknown key [${key}] in the template `);
  }
  if (patterns.length === 0) throw validationFailed("index patterns are missing");
  rejectTypedMappings(body["mappings"], TYPED_REASON);
  const settings = indexSettingsOf(body["settings"]);
  indexSettingsRegistry.validateAll(settings);
  const template: LegacyTemplate = {
    name,
    patterns,
    settings,
    order: Number(body["order"] ?? request.param("order", "0")),
    mappings: mappingsOf(body["mappings"]),
    aliases: aliasesFromJson(body["aliases"]),
    ...(body["version"] === undefined ? {} : { version: Number(body["version"]) }),
  };
  node.indices.checkMappingAlone(settings, [template.mappings]);
  node.cluster.update((metadata) => {
    if (request.paramBoolean("create", false) && metadata.templates.has(name)) {
      throw exception(
        "invalid",
        "illegal_argument_exception",
        `index_template [${name}] already exists`,
      );
    }
    return { ...metadata, templates: new Map(metadata.templates).set(name, template) };
  });
  return { body: { acknowledged: true } };
}

function legacyJson(template: LegacyTemplate, flat: boolean): JsonObject {
  return {
    order: template.order,
    ...(template.version === undefined ? {} : { version: template.version }),
    index_patterns: template.patterns,
    settings: settingsToJson(template.settings, flat),
    mappings: template.mappings,
    aliases: aliasesToJson(template.aliases),
  };
}

function getLegacy(request: RestRequest, node: Node): RestResponse {
  const names = request.paramList("name");
  const flat = request.paramBoolean("flat_settings", false);
  const found = [...node.cluster.metadata.templates.values()].filter(
    (template) => names.length === 0 || matchesAny(names, template.name),
  );
  const missing =
    found.length === 0 && names.length > 0 && names.some((name) => !name.includes("*"));
  if (request.method === "HEAD") return { status: found.length === 0 ? 404 : 200 };
  return {
    status: missing ? 404 : 200,
    body: Object.fromEntries(found.map((template) => [template.name, legacyJson(template, flat)])),
  };
}

function deleteLegacy(request: RestRequest, node: Node): RestResponse {
  const name = request.param("name", "");
  node.cluster.update((metadata) => {
    const left = new Map(metadata.templates);
    for (const key of metadata.templates.keys()) if (matchesAny([name], key)) left.delete(key);
    if (left.size === metadata.templates.size && name !== "*") {
      throw exception(
        "missing",
        "index_template_missing_exception",
        `index_template [${name}] missing`,
      );
    }
    return { ...metadata, templates: left };
  });
  return { body: { acknowledged: true } };
}

const COMPOSABLE_KEYS = new Set([
  "index_patterns",
  "template",
  "composed_of",
  "priority",
  "version",
  "_meta",
  "data_stream",
  "context",
]);
const COMPONENT_KEYS = new Set(["template", "version", "_meta"]);

function checkKeys(
  body: JsonObject,
  text: string | undefined,
  known: ReadonlySet<string>,
  what: string,
): void {
  const source = new RequestSource(body as XContentValue, text);
  for (const key of Object.keys(body)) {
    if (known.has(key)) continue;
    throw xContentParseException(
      `[${what}] unknown field [${key}]${didYouMean(key, known)}`,
      source.locate(body, key, "name"),
    );
  }
}

function checkInner(node: Node, body: JsonObject): void {
  const template = (body["template"] ?? {}) as JsonObject;
  const settings = indexSettingsOf(template["settings"]);
  indexSettingsRegistry.validateAll(settings);
  if (template["mappings"] !== undefined)
    node.indices.checkMappingAlone(settings, [mappingsOf(template["mappings"])]);
}

function checkComposition(node: Node, name: string, body: JsonObject): void {
  const template = (body["template"] ?? {}) as JsonObject;
  const settings = indexSettingsOf(template["settings"]);
  indexSettingsRegistry.validateAll(settings);
  if (template["mappings"] === undefined) return;
  rejectTypedMappings(template["mappings"], TYPED_REASON);
  try {
    node.indices.checkMappingAlone(settings, [mappingsOf(template["mappings"])]);
  } catch (cause) {
    throw illegalArgument(
      `composable template [${name}] template after composition is invalid`,
      illegalArgument(`invalid composite mappings for [${name}]`, cause),
    );
  }
}

/** Stored with settings nested under `index`, as the server shows them. */
function normalized(body: JsonObject): JsonObject {
  const template = body["template"] as JsonObject | undefined;
  if (template === undefined) return body;
  return {
    ...body,
    template: {
      ...(template["settings"] === undefined
        ? {}
        : { settings: indexSettingsOf(template["settings"]).toNested() }),
      ...(template["mappings"] === undefined ? {} : { mappings: mappingsOf(template["mappings"]) }),
      ...(template["aliases"] === undefined
        ? {}
        : { aliases: aliasesToJson(aliasesFromJson(template["aliases"])) }),
    },
  };
}

async function putComposable(request: RestRequest, node: Node): Promise<RestResponse> {
  const name = request.param("name", "");
  checkName(name);
  const body = await request.requireBody();
  checkKeys(body, request.jsonText(), COMPOSABLE_KEYS, "index_template");
  if (body["index_patterns"] === undefined) throw illegalArgument("Required [index_patterns]");
  const patterns = strings(body["index_patterns"]);
  if (Number(body["priority"] ?? 0) < 0) {
    throw validationFailed("index template priority must be >= 0");
  }
  checkComposition(node, name, body);
  checkComponents(node.cluster.metadata, name, body);
  checkPriorities(node.cluster.metadata, name, patterns, Number(body["priority"] ?? 0));
  store(
    request,
    node,
    "indexTemplates",
    name,
    { ...normalized(body), index_patterns: patterns },
    "index template",
  );
  return { body: { acknowledged: true } };
}

function checkComponents(metadata: ClusterMetadata, name: string, body: JsonObject): void {
  const missing = strings(body["composed_of"]).filter(
    (part) => !metadata.componentTemplates.has(part),
  );
  if (missing.length === 0) return;
  throw invalidTemplate(
    name,
    `index template [${name}] specifies component templates [${missing.join(", ")}] that do not exist`,
  );
}

/** Two composables of one priority may not match the same names. */
function checkPriorities(
  metadata: ClusterMetadata,
  name: string,
  patterns: readonly string[],
  priority: number,
): void {
  for (const [other, body] of metadata.indexTemplates) {
    if (other === name || Number(body["priority"] ?? 0) !== priority) continue;
    const theirs = strings(body["index_patterns"]);
    if (!patterns.some((a) => theirs.some((b) => overlaps(a, b)))) continue;
    throw exception(
      "invalid",
      "illegal_argument_exception",
      `index template [${name}] has index patterns [${patterns.join(", ")}] matching patterns from existing templates ` +
        `[${other}] with patterns (${other} => [${theirs.join(", ")}]) that have the same priority [${priority}], ` +
        "multiple index templates may not match during index creation, please use a different priority",
    );
  }
}

/** Can one name match both wildcard patterns? */
export function overlaps(a: string, b: string): boolean {
  const memo = new Map<string, boolean>();
  const walk = (i: number, j: number): boolean => {
    const key = `${i},${j}`;
    const known = memo.get(key);
    if (known !== undefined) return known;
    memo.set(key, false);
    const result = step(i, j);
    memo.set(key, result);
    return result;
  };
  const step = (i: number, j: number): boolean => {
    if (i === a.length && j === b.length) return true;
    if (a[i] === "*") return walk(i + 1, j) || (j < b.length && walk(i, j + 1));
    if (b[j] === "*") return walk(i, j + 1) || (i < a.length && walk(i + 1, j));
    return i < a.length && j < b.length && a[i] === b[j] && walk(i + 1, j + 1);
  };
  return walk(0, 0);
}

function store(
  request: RestRequest,
  node: Node,
  map: TemplateMap,
  name: string,
  body: JsonObject,
  what: string,
): void {
  node.cluster.update((metadata) => {
    if (request.paramBoolean("create", false) && metadata[map].has(name)) {
      throw exception("invalid", "illegal_argument_exception", `${what} [${name}] already exists`);
    }
    return { ...metadata, [map]: new Map(metadata[map]).set(name, body) };
  });
}

async function putComponent(request: RestRequest, node: Node): Promise<RestResponse> {
  const name = request.param("name", "");
  checkName(name);
  const body = await request.requireBody();
  checkKeys(body, request.jsonText(), COMPONENT_KEYS, "component_template");
  if (body["template"] === undefined) {
    throw exception("invalid", "illegal_argument_exception", "Required [template]");
  }
  checkInner(node, body);
  store(request, node, "componentTemplates", name, normalized(body), "component template");
  return { body: { acknowledged: true } };
}

function getStored(map: TemplateMap, list: string, member: string, what: string) {
  return (request: RestRequest, node: Node): RestResponse => {
    const names = request.paramList("name");
    const found = [...node.cluster.metadata[map]].filter(
      ([name]) => names.length === 0 || matchesAny(names, name),
    );
    if (request.method === "HEAD") return { status: found.length === 0 ? 404 : 200 };
    const missing = names.find(
      (name) => !name.includes("*") && !found.some(([other]) => other === name),
    );
    if (missing !== undefined) {
      throw exception(
        "missing",
        "resource_not_found_exception",
        `${what} matching [${missing}] not found`,
      );
    }
    return {
      body: { [list]: found.map(([name, body]) => ({ name, [member]: shown(map, body) })) },
    };
  };
}

function shown(map: TemplateMap, body: JsonObject): JsonObject {
  return map === "indexTemplates" ? { composed_of: [], ...body } : body;
}

function deleteStored(map: TemplateMap, what: string) {
  return (request: RestRequest, node: Node): RestResponse => {
    const names = request.paramList("name");
    node.cluster.update((metadata) => {
      const left = new Map(metadata[map]);
      for (const key of metadata[map].keys()) if (matchesAny(names, key)) left.delete(key);
      if (left.size === metadata[map].size && !names.includes("*")) {
        throw exception(
          "missing",
          "index_template_missing_exception",
          `index_template [${names.join(",")}] missing`,
        );
      }
      if (map === "componentTemplates") checkUnused(metadata, left, what);
      return { ...metadata, [map]: left };
    });
    return { body: { acknowledged: true } };
  };
}

function checkUnused(
  metadata: ClusterMetadata,
  left: ReadonlyMap<string, JsonObject>,
  what: string,
): void {
  for (const [template, body] of metadata.indexTemplates) {
    const gone = strings(body["composed_of"]).filter(
      (name) => metadata.componentTemplates.has(name) && !left.has(name),
    );
    if (gone.length === 0) continue;
    throw exception(
      "invalid",
      "illegal_argument_exception",
      `${what}s [${gone.join(", ")}] cannot be removed as they are still in use by index templates [${template}]`,
    );
  }
}

/** What an index of this name would get. */
async function simulateIndex(request: RestRequest, node: Node): Promise<RestResponse> {
  const name = request.param("name", "");
  const body = await request.body();
  let metadata = node.cluster.metadata;
  if (body !== undefined) {
    metadata = {
      ...metadata,
      indexTemplates: new Map(metadata.indexTemplates).set(`simulate_${name}`, body),
    };
  }
  const matched = findComposable(metadata, name);
  if (matched === undefined && body === undefined) return { body: {} };
  const resolved = resolveTemplates(metadata, name, false);
  const others = overlapping(metadata, matched?.name, patternsOf(matched?.body, name));
  return { body: { template: templateJson(node, resolved), overlapping: others } };
}

function patternsOf(body: JsonObject | undefined, name: string): string[] {
  return body === undefined ? [name] : strings(body["index_patterns"]);
}

/** Other templates, of any kind, that may match the same names. */
function overlapping(
  metadata: ClusterMetadata,
  template: string | undefined,
  patterns: readonly string[],
): JsonObject[] {
  const all = [
    ...[...metadata.templates.values()].map(({ name, patterns: own }) => [name, own] as const),
    ...[...metadata.indexTemplates].map(
      ([name, body]) => [name, strings(body["index_patterns"])] as const,
    ),
  ];
  return all
    .filter(([name]) => name !== template)
    .filter(([, own]) => own.some((a) => patterns.some((b) => overlaps(a, b))))
    .map(([name, own]) => ({ name, index_patterns: own }));
}

async function simulateTemplate(request: RestRequest, node: Node): Promise<RestResponse> {
  const name = request.param("name");
  const { metadata } = node.cluster;
  const body =
    (await request.body()) ?? (name === undefined ? undefined : metadata.indexTemplates.get(name));
  if (body === undefined) {
    throw illegalArgument(`unable to simulate template [${name}] that does not exist`);
  }
  const resolved = resolveComposable(metadata, { name: name ?? "simulated", priority: 0, body });
  const others = overlapping(metadata, name, strings(body["index_patterns"]));
  return { body: { template: templateJson(node, resolved), overlapping: others } };
}

function templateJson(node: Node, resolved: ReturnType<typeof resolveTemplates>): JsonObject {
  const mappings = node.indices.checkMappingAlone(
    resolved.settings ?? Settings.EMPTY,
    resolved.mappings,
  );
  return {
    settings: resolved.settings.toNested(),
    ...(resolved.mappings.length === 0 ? {} : { mappings }),
    aliases: aliasesToJson(resolved.aliases),
  };
}

const PARAMS = [...CLUSTER_PARAMS, "create", "cause", "order", "flat_settings"] as const;

/** Template routes. */
export const templateRoutes: readonly Route[] = [
  { methods: ["PUT", "POST"], path: "/_template/:name", params: PARAMS, handle: putLegacy },
  { methods: ["GET"], path: "/_template", params: PARAMS, handle: getLegacy },
  { methods: ["GET", "HEAD"], path: "/_template/:name", params: PARAMS, handle: getLegacy },
  { methods: ["DELETE"], path: "/_template/:name", params: PARAMS, handle: deleteLegacy },
  {
    methods: ["PUT", "POST"],
    path: "/_index_template/:name",
    params: PARAMS,
    handle: putComposable,
  },
  ...["/_index_template", "/_index_template/:name"].map(
    (path): Route => ({
      methods: path.endsWith("name") ? ["GET", "HEAD"] : ["GET"],
      path,
      params: PARAMS,
      handle: getStored("indexTemplates", "index_templates", "index_template", "index template"),
    }),
  ),
  {
    methods: ["DELETE"],
    path: "/_index_template/:name",
    params: PARAMS,
    handle: deleteStored("indexTemplates", "index template"),
  },
  {
    methods: ["POST"],
    path: "/_index_template/_simulate_index/:name",
    params: PARAMS,
    handle: simulateIndex,
  },
  {
    methods: ["POST"],
    path: "/_index_template/_simulate",
    params: PARAMS,
    handle: simulateTemplate,
  },
  {
    methods: ["POST"],
    path: "/_index_template/_simulate/:name",
    params: PARAMS,
    handle: simulateTemplate,
  },
  {
    methods: ["PUT", "POST"],
    path: "/_component_template/:name",
    params: PARAMS,
    handle: putComponent,
  },
  ...["/_component_template", "/_component_template/:name"].map(
    (path): Route => ({
      methods: path.endsWith("name") ? ["GET", "HEAD"] : ["GET"],
      path,
      params: PARAMS,
      handle: getStored(
        "componentTemplates",
        "component_templates",
        "component_template",
        "component template",
      ),
    }),
  ),
  {
    methods: ["DELETE"],
    path: "/_component_template/:name",
    params: PARAMS,
    handle: deleteStored("componentTemplates", "component template"),
  },
];
