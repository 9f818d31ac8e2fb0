// Cluster metadata as JSON for the data folder's own state files. (Snapshots use OpenSearch's form,
// which src/repository writes.)

import { VarveError } from "../../base/index.ts";
import { Settings } from "../settings.ts";
import type {
  AliasMetadata,
  ClusterMetadata,
  IndexMetadata,
  JsonObject,
  LegacyTemplate,
  RepositoryMetadata,
} from "./metadata.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Alias metadata as the alias API shows it. */
export function aliasToJson(alias: AliasMetadata): JsonObject {
  const json: JsonObject = {};
  if (alias.filter !== undefined) json["filter"] = alias.filter;
  if (alias.indexRouting !== undefined) json["index_routing"] = alias.indexRouting;
  if (alias.searchRouting !== undefined) json["search_routing"] = alias.searchRouting;
  if (alias.writeIndex !== undefined) json["is_write_index"] = alias.writeIndex;
  if (alias.hidden !== undefined) json["is_hidden"] = alias.hidden;
  return json;
}

/** Reads `{filter, routing, index_routing, search_routing, is_write_index, is_hidden}`. */
export function aliasFromJson(name: string, json: JsonObject): AliasMetadata {
  const alias: Mutable<AliasMetadata> = { alias: name };
  const routing = json["routing"];
  const index = json["index_routing"] ?? routing;
  const search = json["search_routing"] ?? routing;
  if (typeof json["filter"] === "object" && json["filter"] !== null) {
    alias.filter = json["filter"] as JsonObject;
  }
  if (index !== undefined && index !== null) alias.indexRouting = String(index);
  if (search !== undefined && search !== null) alias.searchRouting = String(search);
  if (json["is_write_index"] !== undefined)
    alias.writeIndex = String(json["is_write_index"]) === "true";
  if (json["is_hidden"] !== undefined) alias.hidden = String(json["is_hidden"]) === "true";
  return alias;
}

/** All aliases of an index or template. */
export function aliasesFromJson(json: unknown): Map<string, AliasMetadata> {
  const aliases = new Map<string, AliasMetadata>();
  for (const [name, body] of Object.entries((json ?? {}) as JsonObject)) {
    aliases.set(name, aliasFromJson(name, (body ?? {}) as JsonObject));
  }
  return aliases;
}

/** Aliases by name, as the API shows them. */
export function aliasesToJson(aliases: ReadonlyMap<string, AliasMetadata>): JsonObject {
  return Object.fromEntries([...aliases].map(([name, alias]) => [name, aliasToJson(alias)]));
}

/** Index metadata as it is stored. */
export function indexToJson(index: IndexMetadata): JsonObject {
  return { ...index, settings: index.settings.toFlat(), aliases: aliasesToJson(index.aliases) };
}

/** Reads stored index metadata. */
export function indexFromJson(json: JsonObject): IndexMetadata {
  return {
    ...(json as unknown as IndexMetadata),
    settings: Settings.fromNested(json["settings"] as JsonObject),
    aliases: aliasesFromJson(json["aliases"]),
  };
}

function templateToJson(template: LegacyTemplate): JsonObject {
  return {
    ...template,
    settings: template.settings.toFlat(),
    aliases: aliasesToJson(template.aliases),
  };
}

function templateFromJson(json: JsonObject): LegacyTemplate {
  return {
    ...(json as unknown as LegacyTemplate),
    settings: Settings.fromNested(json["settings"] as JsonObject),
    aliases: aliasesFromJson(json["aliases"]),
  };
}

function repositoryToJson(repository: RepositoryMetadata): JsonObject {
  return { ...repository, settings: repository.settings.toFlat() };
}

function repositoryFromJson(json: JsonObject): RepositoryMetadata {
  return {
    ...(json as unknown as RepositoryMetadata),
    settings: Settings.fromNested(json["settings"] as JsonObject),
  };
}

function mapToJson<T>(map: ReadonlyMap<string, T>, encode: (value: T) => unknown): JsonObject {
  return Object.fromEntries([...map].map(([name, value]) => [name, encode(value)]));
}

function mapFromJson<T>(json: unknown, decode: (value: JsonObject) => T): Map<string, T> {
  const entries = Object.entries((json ?? {}) as Record<string, JsonObject>);
  return new Map(entries.map(([name, value]) => [name, decode(value)]));
}

const same = (value: JsonObject) => value;

/** Everything but the indices, which have a file each. */
export function clusterToJson(metadata: ClusterMetadata): JsonObject {
  return {
    cluster_uuid: metadata.clusterUuid,
    version: metadata.version,
    persistent_settings: metadata.persistentSettings.toFlat(),
    repositories: mapToJson(metadata.repositories, repositoryToJson),
    templates: mapToJson(metadata.templates, templateToJson),
    component_templates: mapToJson(metadata.componentTemplates, same),
    index_templates: mapToJson(metadata.indexTemplates, same),
    data_streams: mapToJson(metadata.dataStreams, same),
    customs: mapToJson(metadata.customs, same),
    indices: [...metadata.indices.values()].map((index) => index.uuid),
  };
}

/**
 * The reverse; `indices` are the decoded index files by uuid. Transient settings do not survive.
 */
export function clusterFromJson(
  json: JsonObject,
  indices: ReadonlyMap<string, IndexMetadata>,
): ClusterMetadata {
  const byName = new Map<string, IndexMetadata>();
  for (const uuid of json["indices"] as string[]) {
    const index = indices.get(uuid);
    if (index === undefined) {
      throw new VarveError(
        "corrupt",
        `Cluster state names index [${uuid}], but its state file is missing`,
      );
    }
    byName.set(index.name, index);
  }
  return {
    clusterUuid: String(json["cluster_uuid"]),
    version: Number(json["version"]),
    persistentSettings: Settings.fromNested(json["persistent_settings"] as JsonObject),
    transientSettings: Settings.EMPTY,
    indices: byName,
    repositories: mapFromJson(json["repositories"], repositoryFromJson),
    templates: mapFromJson(json["templates"], templateFromJson),
    componentTemplates: mapFromJson(json["component_templates"], same),
    indexTemplates: mapFromJson(json["index_templates"], same),
    dataStreams: mapFromJson(json["data_streams"], same),
    customs: mapFromJson(json["customs"], same),
  };
}
