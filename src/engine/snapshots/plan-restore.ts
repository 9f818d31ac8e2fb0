// Plans a restore: which indices, under which names, with which settings and aliases, and every
// conflict that refuses it. Pure: reads nothing and changes nothing. Upstream: RestoreService.

import { illegalArgument } from "../../base/index.ts";
import type { SnapshotInfo } from "../../repository/index.ts";
import type {
  AliasMetadata,
  ClusterMetadata,
  IndexMetadata,
  JsonObject,
} from "../cluster/metadata.ts";
import { aliasFromJson, aliasToJson } from "../cluster/metadata-codec.ts";
import { abstractions, backingIndices } from "../cluster/name-resolver.ts";
import { exception, invalidIndexName } from "../exceptions.ts";
import { checkNameFree } from "../indices/create-index.ts";
import { validateIndexName } from "../indices/index-name.ts";
import { Settings } from "../settings.ts";
import { indexSettingsRegistry } from "../settings-registry.ts";
import { API_VERSION, versionId, versionOfId } from "../version.ts";
import { renameAll } from "./rename-pattern.ts";
import type { RestoreSnapshotRequest } from "./snapshot-request.ts";
import { selectNames } from "./snapshots-service.ts";

const BACKING_PREFIX = ".ds-";
const OPENSEARCH_MASK = 0x08000000;
/** Settings that a restore may not touch. Upstream: Property.UnmodifiableOnRestore. */
const UNMODIFIABLE = new Set([
  "index.number_of_shards",
  "index.uuid",
  "index.history.uuid",
  "index.version.created",
  "index.remote_store.enabled",
  "index.remote_store.segment.repository",
  "index.remote_store.translog.repository",
]);
/** May be changed but not removed. Upstream: RestoreService.USER_UNREMOVABLE_SETTINGS. */
const UNREMOVABLE = new Set([
  "index.number_of_replicas",
  "index.auto_expand_replicas",
  "index.version.upgraded",
]);

/** Everything that the plan is made from. */
export interface RestoreInput {
  readonly repository: string;
  readonly info: SnapshotInfo;
  readonly request: RestoreSnapshotRequest;
  readonly cluster: ClusterMetadata;
  /** Metadata of an index in the snapshot. */
  readonly indices: ReadonlyMap<string, IndexMetadata>;
  readonly dataStreams: ReadonlyMap<string, JsonObject>;
  readonly newUuid: () => string;
}

/** One index of a restore. */
export interface PlannedIndex {
  /** Its name in the snapshot. */
  readonly source: string;
  readonly metadata: IndexMetadata;
  /** A closed index of that name is overwritten in place. */
  readonly replaces: IndexMetadata | undefined;
  /** Shards that the snapshot does not hold: they start empty. */
  readonly missingShards: ReadonlySet<number>;
}

/** What a restore will do. */
export interface RestorePlan {
  readonly indices: readonly PlannedIndex[];
  readonly dataStreams: ReadonlyMap<string, JsonObject>;
}

function restoreException(input: RestoreInput, reason: string): Error {
  const { name, uuid } = input.info.snapshotId;
  return exception(
    "internal",
    "snapshot_restore_exception",
    `[${input.repository}:${name}/${uuid}] ${reason}`,
  );
}

/** Names of the snapshot's indices that a restore takes, streams opened up. */
export function chooseIndices(
  info: SnapshotInfo,
  dataStreams: ReadonlyMap<string, JsonObject>,
  request: RestoreSnapshotRequest,
): { indices: string[]; streams: string[] } {
  const names = [...info.indices, ...dataStreams.keys()];
  for (const expression of request.indices) {
    const plain = !expression.includes("*") && !expression.startsWith("-") && expression !== "_all";
    if (!plain || names.includes(expression) || request.options.ignoreUnavailable) continue;
    throw exception("missing", "index_not_found_exception", `no such index [${expression}]`, {
      index: expression,
      index_uuid: "_na_",
    });
  }
  const chosen = selectNames(names, request.indices);
  if (chosen.length === 0 && request.indices.length > 0 && !request.options.allowNoIndices) {
    const index = request.indices.join(",");
    throw exception("missing", "index_not_found_exception", `no such index [${index}]`, {
      index,
      index_uuid: "_na_",
    });
  }
  const streams = chosen.filter((name) => dataStreams.has(name));
  const backing = streams.flatMap((name) => backingIndices(dataStreams.get(name)!));
  const indices = new Set(chosen.filter((name) => !dataStreams.has(name)));
  for (const name of backing) if (info.indices.includes(name)) indices.add(name);
  return { indices: [...indices], streams };
}

/** Plans the whole restore, or throws its first conflict in OpenSearch's words. */
export function planRestore(input: RestoreInput): RestorePlan {
  const { info, request } = input;
  checkRestorable(input);
  const { indices: names, streams } = chooseIndices(info, input.dataStreams, request);
  const backing = new Set(streams.flatMap((name) => backingIndices(input.dataStreams.get(name)!)));
  const renamed = renameIndices(input, names, backing);
  checkSettingsRequest(request);
  const indices = names.map((name) => planIndex(input, name, renamed.get(name)!));
  checkAliases(input, indices);
  return { indices, dataStreams: planStreams(input, streams, indices) };
}

function checkRestorable(input: RestoreInput): void {
  const { info } = input;
  if (info.state !== "SUCCESS" && info.state !== "PARTIAL") {
    throw restoreException(input, `unsupported snapshot state [${info.state}]`);
  }
  const isOpenSearch = (info.versionId & OPENSEARCH_MASK) !== 0;
  if (!isOpenSearch || info.versionId <= versionId(API_VERSION)) return;
  throw restoreException(
    input,
    `the snapshot was created with OpenSearch version [${versionOfId(info.versionId)}] which is higher ` +
      `than the version of this node [${API_VERSION}]`,
  );
}

function renameIndices(
  input: RestoreInput,
  names: readonly string[],
  backing: ReadonlySet<string>,
): Map<string, string> {
  const { renamePattern, renameReplacement } = input.request;
  const renamed = new Map<string, string>();
  const sources = new Map<string, string>();
  for (const name of names) {
    const isBacking = backing.has(name) && name.startsWith(BACKING_PREFIX);
    const plain = isBacking ? name.slice(BACKING_PREFIX.length) : name;
    const result = renameAll(plain, renamePattern, renameReplacement);
    const target = isBacking ? BACKING_PREFIX + result : result;
    const other = sources.get(target);
    if (other !== undefined) {
      const { name: snapshot } = input.info.snapshotId;
      throw exception(
        "internal",
        "snapshot_restore_exception",
        `[${input.repository}:${snapshot}] indices [${name}] and [${other}] are renamed into the same index [${target}]`,
      );
    }
    sources.set(target, name);
    renamed.set(name, target);
  }
  return renamed;
}

/** Values of known settings must be right; unknown ones are taken as they are, as upstream. */
function checkSettingsRequest(request: RestoreSnapshotRequest): void {
  const { indexSettings } = request;
  const isKnown = (key: string) => indexSettingsRegistry.definition(key) !== undefined;
  indexSettingsRegistry.validateAll(indexSettings.filter(isKnown));
}

function planIndex(input: RestoreInput, source: string, target: string): PlannedIndex {
  const stored = input.indices.get(source)!;
  const failures = input.info.shardFailures.filter((failure) => failure.index === source);
  if (failures.length > 0 && !input.request.partial) {
    throw restoreException(input, `index [${source}] wasn't fully snapshotted - cannot restore`);
  }
  checkUpgradable(input, stored);
  const current = input.cluster.indices.get(target);
  if (current === undefined) validateTarget(input, target);
  else checkOverwrite(input, current, stored, target);
  const settings = restoredSettings(input, stored, current);
  const aliases = input.request.includeAliases
    ? renamedAliases(input, stored)
    : (current?.aliases ?? new Map<string, AliasMetadata>());
  const metadata: IndexMetadata = {
    ...stored,
    name: target,
    uuid: settings.get("index.uuid", ""),
    state: "open",
    settings,
    aliases,
    version: Math.max(stored.version, (current?.version ?? 0) + 1),
    mappingVersion: Math.max(stored.mappingVersion, (current?.mappingVersion ?? 0) + 1),
    settingsVersion: Math.max(stored.settingsVersion, (current?.settingsVersion ?? 0) + 1),
    aliasesVersion: Math.max(stored.aliasesVersion, (current?.aliasesVersion ?? 0) + 1),
    primaryTerms: stored.primaryTerms.map(
      (term, shard) => Math.max(term, current?.primaryTerms[shard] ?? 0) + 1,
    ),
  };
  return {
    source,
    metadata,
    replaces: current,
    missingShards: new Set(failures.map((failure) => failure.shardId)),
  };
}

/** Indices of Elasticsearch 7 and OpenSearch 1.x and later can be opened here. */
function checkUpgradable(input: RestoreInput, stored: IndexMetadata): void {
  const created = stored.settings.getInt("index.version.created", 0);
  if ((created & OPENSEARCH_MASK) !== 0) return;
  const major = Math.floor(created / 1_000_000);
  if (major >= 7) return;
  throw restoreException(
    input,
    `cannot restore index [${stored.name}] because it cannot be upgraded`,
  );
}

function validateTarget(input: RestoreInput, target: string): void {
  validateIndexName(target);
  const taken = abstractions(input.cluster).get(target);
  if (taken?.kind === "alias") throw invalidIndexName(target, "already exists as alias");
  checkNameFree(input.cluster, target);
}

function checkOverwrite(
  input: RestoreInput,
  current: IndexMetadata,
  stored: IndexMetadata,
  target: string,
): void {
  if (current.state !== "close") {
    throw restoreException(
      input,
      `cannot restore index [${target}] because an open index with same name already exists in the cluster. ` +
        "Either close or delete the existing index or restore the index under a different name by providing " +
        "a rename pattern and replacement name",
    );
  }
  if (current.numberOfShards !== stored.numberOfShards) {
    throw restoreException(
      input,
      `cannot restore index [${target}] with [${current.numberOfShards}] shards from a snapshot of index ` +
        `[${stored.name}] with [${stored.numberOfShards}] shards`,
    );
  }
}

function restoredSettings(
  input: RestoreInput,
  stored: IndexMetadata,
  current: IndexMetadata | undefined,
): Settings {
  const { indexSettings, ignoreIndexSettings } = input.request;
  for (const key of indexSettings.keys()) {
    if (UNMODIFIABLE.has(key)) {
      throw restoreException(
        input,
        `cannot modify UnmodifiableOnRestore setting [${key}] on restore`,
      );
    }
  }
  const ignored: string[] = [];
  for (const given of ignoreIndexSettings) {
    const key = given.startsWith("index.") || given.includes("*") ? given : `index.${given}`;
    if (UNMODIFIABLE.has(key)) {
      throw restoreException(
        input,
        `cannot remove UnmodifiableOnRestore setting [${key}] on restore`,
      );
    }
    if (UNREMOVABLE.has(key))
      throw restoreException(input, `cannot remove setting [${key}] on restore`);
    ignored.push(key);
  }
  const kept = stored.settings.filter((key) => {
    // Upstream: without a remote store the index is an index of its node.
    if (key.startsWith("index.remote_store.")) return false;
    if (UNMODIFIABLE.has(key) || UNREMOVABLE.has(key)) return true;
    return !ignored.some((pattern) => matchesSetting(pattern, key));
  });
  const own = Settings.fromNested({
    "index.uuid": current?.uuid ?? input.newUuid(),
    "index.history.uuid": input.newUuid(),
  });
  return kept
    .merge(indexSettings)
    .merge(own)
    .filter((key) => key !== "index.verified_before_close");
}

function matchesSetting(pattern: string, key: string): boolean {
  if (!pattern.includes("*")) return pattern === key;
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`).test(key);
}

function renamedAliases(input: RestoreInput, stored: IndexMetadata): Map<string, AliasMetadata> {
  const { renameAliasPattern, renameAliasReplacement } = input.request;
  const aliases = new Map<string, AliasMetadata>();
  for (const alias of stored.aliases.values()) {
    const name = renameAll(alias.alias, renameAliasPattern, renameAliasReplacement);
    aliases.set(name, aliasFromJson(name, aliasToJson(alias)));
  }
  return aliases;
}

/** An alias may not take the name of an index that is there or comes with the restore. */
function checkAliases(input: RestoreInput, indices: readonly PlannedIndex[]): void {
  const names = input.cluster.indices;
  for (const index of indices) {
    for (const alias of index.metadata.aliases.keys()) {
      const renamed = indices.find((one) => one.metadata.name === alias);
      if (renamed !== undefined) {
        throw restoreException(
          input,
          `cannot rename index [${renamed.source}] into [${alias}] because of conflict with an ` +
            "alias with the same name",
        );
      }
      if (!names.has(alias)) continue;
      throw exception(
        "internal",
        "illegal_state_exception",
        "index, alias, and data stream names need to be unique, but the following duplicates were found " +
          `[${alias} (alias of [${index.metadata.name}]) conflicts with index]`,
      );
    }
  }
}

function planStreams(
  input: RestoreInput,
  names: readonly string[],
  indices: readonly PlannedIndex[],
): Map<string, JsonObject> {
  const { renamePattern, renameReplacement } = input.request;
  const streams = new Map<string, JsonObject>();
  for (const name of names) {
    const target = renameAll(name, renamePattern, renameReplacement);
    if (input.cluster.dataStreams.has(target)) {
      throw restoreException(input, `data stream [${target}] already exists`);
    }
    const stream = input.dataStreams.get(name)!;
    const members = backingIndices(stream).map((source) => {
      const planned = indices.find((index) => index.source === source);
      if (planned === undefined) {
        throw illegalArgument(
          `data stream [${name}] misses its backing index [${source}] in the snapshot`,
        );
      }
      return { index_name: planned.metadata.name, index_uuid: planned.metadata.uuid };
    });
    streams.set(target, { ...stream, name: target, indices: members });
  }
  return streams;
}
