// The engine's metadata in OpenSearch's form, and back: what the `meta-` blobs of a snapshot hold.
// Upstream: IndexMetadata.toXContent, Metadata.toXContent in the gateway and snapshot contexts.

import {
  indexMapping,
  type ClusterMetadata as StoredClusterMetadata,
  type IndexMetadata as StoredIndexMetadata,
} from "../../repository/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import type {
  ClusterMetadata,
  IndexMetadata,
  JsonObject,
  LegacyTemplate,
} from "../cluster/metadata.ts";
import { aliasesFromJson, aliasesToJson } from "../cluster/metadata-codec.ts";
import { mappingsOf, withIndexPrefix } from "../indices/templates.ts";
import { Settings } from "../settings.ts";

/** Custom sections by which our own maps are known. */
const COMPONENT = "component_template";
const COMPOSABLE = "index_template";
const DATA_STREAM = "data_stream";
/**
 * Registered repositories are not taken from a snapshot, nor are sections without meaning to us.
 */
const NEVER_RESTORED = new Set(["repositories", "index-graveyard"]);

/** An index as its `meta-` blob. */
export function indexToStored(index: IndexMetadata): StoredIndexMetadata {
  const shards = Array.from({ length: index.numberOfShards }, (_, shard) => String(shard));
  const tree: JsonObject = {
    version: index.version,
    mapping_version: index.mappingVersion,
    settings_version: index.settingsVersion,
    aliases_version: index.aliasesVersion,
    routing_num_shards: index.routingNumShards,
    state: index.state,
    settings: index.settings.toFlat(),
    mappings: Object.keys(index.mappings).length === 0 ? [] : [{ _doc: index.mappings }],
    aliases: aliasesToJson(index.aliases),
    primary_terms: [...index.primaryTerms],
    in_sync_allocations: Object.fromEntries(
      shards.map((shard) => [shard, [allocationId(index, shard)]]),
    ),
    rollover_info: index.rolloverInfo ?? {},
    system: index.system,
  };
  return { name: index.name, tree: tree as XContentObject };
}

/** A stable stand-in: 22 characters, as allocation ids are. */
function allocationId(index: IndexMetadata, shard: string): string {
  return `${index.uuid.slice(0, 22 - shard.length)}${shard}`;
}

/** The reverse. */
export function indexFromStored(stored: StoredIndexMetadata): IndexMetadata {
  const tree = stored.tree as JsonObject;
  const settings = withIndexPrefix(Settings.fromNested(tree["settings"] as JsonObject));
  const shards = settings.getInt("index.number_of_shards", 1);
  const terms = (tree["primary_terms"] as number[] | undefined) ?? [];
  return {
    name: stored.name,
    uuid: settings.get("index.uuid", ""),
    state: tree["state"] === "close" ? "close" : "open",
    version: Number(tree["version"] ?? 1),
    mappingVersion: Number(tree["mapping_version"] ?? 1),
    settingsVersion: Number(tree["settings_version"] ?? 1),
    aliasesVersion: Number(tree["aliases_version"] ?? 1),
    settings,
    mappings: (indexMapping(stored) ?? {}) as JsonObject,
    aliases: aliasesFromJson(tree["aliases"]),
    numberOfShards: shards,
    routingNumShards: Number(tree["routing_num_shards"] ?? shards),
    primaryTerms: Array.from({ length: shards }, (_, shard) => terms[shard] ?? 1),
    system: tree["system"] === true,
    rolloverInfo: (tree["rollover_info"] ?? {}) as JsonObject,
  };
}

function templateToStored(template: LegacyTemplate): JsonObject {
  return {
    order: template.order,
    ...(template.version === undefined ? {} : { version: template.version }),
    index_patterns: [...template.patterns],
    settings: template.settings.toNested(),
    mappings: Object.keys(template.mappings).length === 0 ? {} : { _doc: template.mappings },
    aliases: aliasesToJson(template.aliases),
  };
}

function templateFromStored(name: string, body: JsonObject): LegacyTemplate {
  const mappings = body["mappings"];
  const first = Array.isArray(mappings) ? (mappings[0] ?? {}) : mappings;
  const patterns = body["index_patterns"] ?? body["template"] ?? [];
  return {
    name,
    order: Number(body["order"] ?? 0),
    ...(body["version"] === undefined ? {} : { version: Number(body["version"]) }),
    patterns: ([] as string[]).concat(patterns as string[]),
    settings: withIndexPrefix(Settings.fromNested((body["settings"] ?? {}) as JsonObject)),
    mappings: mappingsOf(first),
    aliases: aliasesFromJson(body["aliases"]),
  };
}

function wrapped(map: ReadonlyMap<string, JsonObject>, name: string): Record<string, JsonObject> {
  return map.size === 0 ? {} : { [name]: { [name]: Object.fromEntries(map) } };
}

/**
 * The cluster's part of a snapshot. Without the global state only the streams of its indices stay.
 */
export function clusterToStored(
  metadata: ClusterMetadata,
  includeGlobalState: boolean,
  dataStreams: readonly string[],
): StoredClusterMetadata {
  const streams = new Map([...metadata.dataStreams].filter(([name]) => dataStreams.includes(name)));
  const base = { clusterUuid: metadata.clusterUuid, version: metadata.version };
  if (!includeGlobalState) {
    return {
      ...base,
      persistentSettings: {},
      templates: {},
      customs: wrapped(streams, DATA_STREAM) as Record<string, XContentObject>,
    };
  }
  const templates = Object.fromEntries(
    [...metadata.templates.values()].map((template) => [template.name, templateToStored(template)]),
  );
  return {
    ...base,
    persistentSettings: metadata.persistentSettings.toFlat() as XContentObject,
    templates: templates as XContentObject,
    customs: {
      ...Object.fromEntries(metadata.customs),
      ...wrapped(streams, DATA_STREAM),
      ...wrapped(metadata.componentTemplates, COMPONENT),
      ...wrapped(metadata.indexTemplates, COMPOSABLE),
    } as Record<string, XContentObject>,
  };
}

/** Members of a section `{name: {name: {…}}}`. */
function unwrapped(stored: StoredClusterMetadata, name: string): Map<string, JsonObject> {
  const section = stored.customs[name]?.[name] ?? {};
  return new Map(Object.entries(section as Record<string, JsonObject>));
}

/** Data streams of a snapshot by name. */
export function storedDataStreams(stored: StoredClusterMetadata): Map<string, JsonObject> {
  return unwrapped(stored, DATA_STREAM);
}

/**
 * Puts the global state of a snapshot over the cluster's: its settings, templates and customs win.
 */
export function withGlobalState(
  metadata: ClusterMetadata,
  stored: StoredClusterMetadata,
): ClusterMetadata {
  const own = new Set([COMPONENT, COMPOSABLE, DATA_STREAM]);
  const customs = new Map(metadata.customs);
  for (const [name, section] of Object.entries(stored.customs)) {
    if (!own.has(name) && !NEVER_RESTORED.has(name)) customs.set(name, section as JsonObject);
  }
  const templates = new Map(metadata.templates);
  for (const [name, body] of Object.entries(stored.templates)) {
    templates.set(name, templateFromStored(name, body as JsonObject));
  }
  return {
    ...metadata,
    persistentSettings: Settings.fromNested(stored.persistentSettings as JsonObject),
    templates,
    componentTemplates: new Map([...metadata.componentTemplates, ...unwrapped(stored, COMPONENT)]),
    indexTemplates: new Map([...metadata.indexTemplates, ...unwrapped(stored, COMPOSABLE)]),
    customs,
  };
}
