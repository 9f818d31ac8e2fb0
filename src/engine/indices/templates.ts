// Which templates a new index takes, and what they add up to.
// Upstream: MetadataIndexTemplateService, MetadataCreateIndexService (2.19.6).
//
// A composable template wins over every legacy one; among composables the highest priority wins.
// Legacy templates are all merged, lowest order first. Maps merge deeply, later wins.

import { illegalArgument } from "../../base/index.ts";
import type { AliasMetadata, ClusterMetadata, JsonObject } from "../cluster/metadata.ts";
import { aliasesFromJson } from "../cluster/metadata-codec.ts";
import { matchesAny } from "../cluster/name-resolver.ts";
import { Settings } from "../settings.ts";

/** What templates give an index. */
export interface ResolvedTemplate {
  readonly settings: Settings;
  /** Mappings to merge in order. */
  readonly mappings: readonly JsonObject[];
  readonly aliases: ReadonlyMap<string, AliasMetadata>;
  /** Name of the composable template, where one matched. */
  readonly composable?: string;
  readonly dataStream: boolean;
}

/** Adds the `index.` prefix where a template or request leaves it out. */
export function withIndexPrefix(settings: Settings): Settings {
  const entries = [...settings.entries()].map(
    ([key, value]) => [key.startsWith("index.") ? key : `index.${key}`, value] as const,
  );
  return new Settings(new Map(entries));
}

/** `{settings}` of a request or template, flat and prefixed. */
export function indexSettingsOf(json: unknown): Settings {
  return withIndexPrefix(Settings.fromNested((json ?? {}) as JsonObject));
}

/** Mappings without a type level (`_doc` or, in old bodies, any single type name). */
export function mappingsOf(json: unknown): JsonObject {
  const mappings = (json ?? {}) as JsonObject;
  const inner = mappings["_doc"];
  if (inner !== undefined && Object.keys(mappings).length === 1) return inner as JsonObject;
  return mappings;
}

/** Refuses mappings that are nothing but a `_doc` level: requests of 3.x name no types. */
export function rejectTypedMappings(mappings: unknown, reason: string): void {
  const keys = typeof mappings === "object" && mappings !== null ? Object.keys(mappings) : [];
  if (keys.length === 1 && keys[0] === "_doc") throw illegalArgument(reason);
}

interface ComposableParts {
  readonly name: string;
  readonly priority: number;
  readonly body: JsonObject;
}

/** The composable template for a name, or undefined. */
export function findComposable(
  metadata: ClusterMetadata,
  index: string,
): ComposableParts | undefined {
  let best: ComposableParts | undefined;
  for (const [name, body] of metadata.indexTemplates) {
    const patterns = ([] as string[]).concat(body["index_patterns"] as string | string[]);
    if (!matchesAny(patterns, index)) continue;
    const priority = Number(body["priority"] ?? 0);
    if (best === undefined || priority > best.priority) best = { name, priority, body };
  }
  return best;
}

/** What the templates give a new index. */
export function resolveTemplates(
  metadata: ClusterMetadata,
  index: string,
  hidden: boolean,
): ResolvedTemplate {
  const composable = findComposable(metadata, index);
  if (composable !== undefined) {
    const isCatchAll = ([] as string[])
      .concat(composable.body["index_patterns"] as string[])
      .includes("*");
    if (!(hidden && isCatchAll)) return resolveComposable(metadata, composable);
  }
  return resolveLegacy(metadata, index, hidden);
}

/** Adds up a composable template and its components, components first. */
export function resolveComposable(
  metadata: ClusterMetadata,
  composable: ComposableParts,
): ResolvedTemplate {
  const components = (composable.body["composed_of"] ?? []) as string[];
  const bodies = components.map((name) => metadata.componentTemplates.get(name)?.["template"]);
  const templates = [...bodies, composable.body["template"]].filter(
    (body) => body !== undefined,
  ) as JsonObject[];
  let settings = Settings.EMPTY;
  const mappings: JsonObject[] = [];
  const aliases = new Map<string, AliasMetadata>();
  for (const template of templates) {
    settings = settings.merge(indexSettingsOf(template["settings"]));
    if (template["mappings"] !== undefined) mappings.push(mappingsOf(template["mappings"]));
    for (const [name, alias] of aliasesFromJson(template["aliases"])) aliases.set(name, alias);
  }
  const dataStream = composable.body["data_stream"] !== undefined;
  return { settings, mappings, aliases, composable: composable.name, dataStream };
}

function resolveLegacy(
  metadata: ClusterMetadata,
  index: string,
  hidden: boolean,
): ResolvedTemplate {
  const matching = [...metadata.templates.values()]
    .filter((template) => matchesAny(template.patterns, index))
    .filter((template) => !(hidden && template.patterns.includes("*")))
    .sort((a, b) => a.order - b.order);
  let settings = Settings.EMPTY;
  const aliases = new Map<string, AliasMetadata>();
  for (const template of matching) {
    settings = settings.merge(template.settings);
    for (const [name, alias] of template.aliases) aliases.set(name, alias);
  }
  return {
    settings,
    mappings: matching.map((template) => template.mappings),
    aliases,
    dataStream: false,
  };
}

/**
 * Mappings of templates under those of the request as one: a field of a later one takes the place
 * of the field of an earlier one.
 */
export function composeMappings(mappings: readonly JsonObject[]): JsonObject[] {
  const given = mappings.filter((mapping) => Object.keys(mapping).length > 0);
  if (given.length < 2) return given;
  const composed: JsonObject = {};
  const properties: JsonObject = {};
  const templates: unknown[] = [];
  for (const mapping of given) {
    const { properties: fields, dynamic_templates: dynamic, ...others } = mapping;
    for (const [key, value] of Object.entries(others)) composed[key] = value;
    mergeFields(properties, (fields ?? {}) as JsonObject);
    if (Array.isArray(dynamic)) templates.push(...dynamic);
  }
  if (templates.length > 0) composed["dynamic_templates"] = templates;
  if (Object.keys(properties).length > 0) composed["properties"] = properties;
  return [composed];
}

/** Objects merge, anything else is replaced. */
function mergeFields(target: JsonObject, fields: JsonObject): void {
  for (const [name, field] of Object.entries(fields)) {
    const before = target[name] as JsonObject | undefined;
    const after = field as JsonObject;
    const merges = before?.["properties"] !== undefined && after["properties"] !== undefined;
    if (!merges) {
      target[name] = field;
      continue;
    }
    const properties = { ...(before["properties"] as JsonObject) };
    mergeFields(properties, after["properties"] as JsonObject);
    target[name] = { ...before, ...after, properties };
  }
}
