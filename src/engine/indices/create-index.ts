// Plans a new index: name rules, templates, settings, mapping and aliases become index metadata.
// Upstream: MetadataCreateIndexService (2.19.6).

import { type Clock, illegalArgument, type Random, randomBase64Uuid } from "../../base/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import { resolveDateMathName } from "../cluster/date-math-name.ts";
import type {
  AliasMetadata,
  ClusterMetadata,
  IndexMetadata,
  JsonObject,
} from "../cluster/metadata.ts";
import { aliasesFromJson } from "../cluster/metadata-codec.ts";
import { abstractions } from "../cluster/name-resolver.ts";
import { exception, resourceAlreadyExists, validationText } from "../exceptions.ts";
import { parseQuery } from "../search/search-source.ts";
import { Settings } from "../settings.ts";
import { indexSettingsRegistry } from "../settings-registry.ts";
import { validateIndexName, validateIndexOrAliasName } from "./index-name.ts";
import {
  composeMappings,
  indexSettingsOf,
  mappingsOf,
  rejectTypedMappings,
  resolveTemplates,
} from "./templates.ts";

/** Hash space for splitting: upstream's 1024-way default. */
const ROUTING_SHARDS_LOG2_MAX = 10;

/** What is asked for. */
export interface CreateIndexRequest {
  readonly name: string;
  readonly settings?: JsonObject;
  readonly mappings?: JsonObject;
  readonly aliases?: JsonObject;
}

/** What planning needs to know. */
export interface CreateIndexContext {
  readonly clock: Clock;
  readonly random: Random;
  /** Stamped as `index.version.created`. */
  readonly versionCreated: number;
  /** Merges mappings in order over the settings' analyzers; answers the mapping as stored. */
  mergeMappings(name: string, settings: Settings, mappings: readonly JsonObject[]): JsonObject;
}

/** Throws when a name is taken by an index, alias or data stream. */
export function checkNameFree(metadata: ClusterMetadata, name: string): void {
  const taken = abstractions(metadata).get(name);
  if (taken === undefined) return;
  if (taken.kind === "index") throw resourceAlreadyExists(name, taken.indices[0]!.uuid);
  const what = taken.kind === "alias" ? "already exists as alias" : "already exists as data stream";
  throw exception(
    "invalid",
    "invalid_index_name_exception",
    `Invalid index name [${name}], ${what}`,
    {
      index: name,
      index_uuid: "_na_",
    },
  );
}

/** Number of routing shards for a new index: the largest power-of-two multiple within 1024. */
export function defaultRoutingShards(shards: number): number {
  const log2 = Math.ceil(Math.log2(shards));
  return shards * 2 ** Math.max(1, ROUTING_SHARDS_LOG2_MAX - log2);
}

/** The metadata that the index would have. Writes nothing. */
export function planCreateIndex(
  metadata: ClusterMetadata,
  request: CreateIndexRequest,
  context: CreateIndexContext,
): IndexMetadata {
  const name = resolveDateMathName(request.name, context.clock);
  validateIndexName(name);
  checkNameFree(metadata, name);
  rejectTypedMappings(request.mappings, "The mapping definition cannot be nested under a type");
  const given = indexSettingsOf(request.settings);
  checkCreationSettings(given);
  const hidden = given.get("index.hidden") === "true" || name.startsWith(".");
  const template = resolveTemplates(metadata, name, hidden);
  const merged = template.settings.merge(given).filter((key) => !isInternal(key));
  indexSettingsRegistry.validateAll(merged);
  const settings = completeSettings(request.name, merged, context);
  const mappings = composeMappings([...template.mappings, mappingsOf(request.mappings)]);
  const shards = settings.getInt("index.number_of_shards", 1);
  return {
    name,
    uuid: settings.get("index.uuid", ""),
    state: "open",
    version: 1,
    mappingVersion: 1,
    settingsVersion: 1,
    aliasesVersion: 1,
    settings,
    mappings: context.mergeMappings(name, settings, mappings),
    aliases: planAliases(metadata, name, template.aliases, request.aliases),
    numberOfShards: shards,
    routingNumShards: settings.getInt(
      "index.number_of_routing_shards",
      defaultRoutingShards(shards),
    ),
    primaryTerms: Array.from({ length: shards }, () => 1),
    system: false,
  };
}

function isInternal(key: string): boolean {
  return key === "index.uuid" || key === "index.version.created" || key === "index.provided_name";
}

function checkCreationSettings(given: Settings): void {
  const problems: string[] = [];
  for (const key of given.keys()) {
    if (indexSettingsRegistry.definition(key)?.scope === "private" && !isInternal(key)) {
      problems.push(`private index setting [${key}] can not be set explicitly`);
    }
    if (key === "index.uuid" || key === "index.version.created") {
      problems.push(`private index setting [${key}] can not be set explicitly`);
    }
  }
  if (problems.length > 0) {
    throw exception("invalid", "validation_exception", validationText(problems));
  }
  indexSettingsRegistry.validateAll(given);
}

/** Adds what every index has. Keys with a null value fall away. */
function completeSettings(name: string, given: Settings, context: CreateIndexContext): Settings {
  const map = new Map([...given.entries()].filter(([, value]) => value !== null));
  const put = (key: string, value: string) => {
    if (!map.has(key)) map.set(key, value);
  };
  put("index.number_of_shards", "1");
  put("index.number_of_replicas", "1");
  put("index.replication.type", "DOCUMENT");
  map.set("index.provided_name", name);
  put("index.creation_date", String(context.clock.now()));
  map.set("index.uuid", randomBase64Uuid(context.random));
  map.set("index.version.created", String(context.versionCreated));
  const settings = new Settings(map);
  const shards = settings.getInt("index.number_of_shards", 1);
  const routing = settings.getInt("index.number_of_routing_shards", defaultRoutingShards(shards));
  if (routing % shards !== 0 || routing < shards) {
    throw illegalArgument(
      `the number of source shards [${shards}] must be a factor of [${routing}]`,
    );
  }
  return settings;
}

/** Template aliases under the request's; `{index}` stands for the index name. */
function planAliases(
  metadata: ClusterMetadata,
  name: string,
  fromTemplates: ReadonlyMap<string, AliasMetadata>,
  json: JsonObject | undefined,
): Map<string, AliasMetadata> {
  const aliases = new Map<string, AliasMetadata>();
  for (const alias of [...fromTemplates.values(), ...aliasesFromJson(json).values()]) {
    const alias2 = { ...alias, alias: alias.alias.replaceAll("{index}", name) };
    validateAliasName(metadata, alias2.alias);
    if (alias2.filter !== undefined) checkAliasFilter(alias2.alias, alias2.filter);
    if (alias2.alias === name) throw duplicateName(name);
    aliases.set(alias2.alias, alias2);
  }
  return aliases;
}

function duplicateName(name: string): Error {
  return exception(
    "invalid",
    "illegal_state_exception",
    "index, alias, and data stream names need to be unique, but the following duplicates " +
      `were found [${name} (alias of [${name}/_na_]) conflicts with index]`,
  );
}

/** Parses an alias filter, so that a bad one is refused when it is given. */
export function checkAliasFilter(alias: string, filter: JsonObject): void {
  try {
    parseQuery(filter as XContentObject);
  } catch (error) {
    throw illegalArgument(`failed to parse filter for alias [${alias}]`, error);
  }
}

/** An alias must be a legal name and must not be an index or a data stream. */
export function validateAliasName(metadata: ClusterMetadata, alias: string): void {
  const fail = (why: string) =>
    exception("invalid", "invalid_alias_name_exception", `Invalid alias name [${alias}]: ${why}`);
  validateIndexOrAliasName(alias, fail);
  const taken = abstractions(metadata).get(alias);
  if (taken?.kind === "index") {
    const why = "an index exists with the same name as the alias";
    throw exception(
      "invalid",
      "invalid_alias_name_exception",
      `Invalid alias name [${alias}], ${why}`,
      {
        index: alias,
        index_uuid: taken.indices[0]!.uuid,
      },
    );
  }
}
