// What a migration of one snapshot would do, index by index, with reasons. Reads metadata, writes
// nothing; `--dry-run` shows it.

import { type Random, randomBase64Uuid, VarveError } from "../../base/index.ts";
import {
  type IndexId,
  mappingsByType,
  type Repository,
  runLimited,
  type SnapshotId,
  type SnapshotInfo,
  type ClusterMetadata as StoredClusterMetadata,
  type IndexMetadata as StoredIndexMetadata,
  versionOfId,
} from "../../repository/index.ts";
import type { IndexMetadata } from "../cluster/metadata.ts";
import { isJsonObject, type JsonObject } from "../mapping/index.ts";
import { Settings } from "../settings.ts";
import { indexFromStored, storedDataStreams } from "../snapshots/metadata-conversion.ts";
import { selectNames } from "../snapshots/snapshots-service.ts";
import { FLOOR_VERSION, versionId } from "../version.ts";
import { indexingCopy } from "./indexing-copy.ts";
import { type TargetMajor, whyRewritten } from "./migration-target.ts";
import { translateAliases } from "./translate-aliases.ts";
import { type TranslatedCluster, translateCluster } from "./translate-cluster.ts";
import { Notes, translateTypes, unindexedFields } from "./translate-mapping.ts";
import { translateSettings } from "./translate-settings.ts";

/** What is asked for. */
export interface MigrationRequest {
  readonly to: TargetMajor;
  /** Index names and wildcards, `-` to leave out; empty: all. */
  readonly indices: readonly string[];
}

/** One index of the plan. */
export interface PlannedIndex {
  readonly name: string;
  /** `carry`: its files go over as they are; `rewrite`; `skip`: it cannot be carried. */
  readonly action: "carry" | "rewrite" | "skip";
  /** Why so, and what of it is lost. */
  readonly reasons: readonly string[];
  /** What changed in mapping, settings and aliases. */
  readonly translations: readonly string[];
  /** Something of it cannot be carried over. */
  readonly isLossy: boolean;
  readonly index: IndexId;
  readonly stored: StoredIndexMetadata;
  /** Of a `rewrite`: the index as the snapshot will have it, and as documents are indexed. */
  readonly published?: IndexMetadata;
  readonly indexing?: IndexMetadata;
  /** Types whose documents are read one type after the other; empty: in one go. */
  readonly types: readonly string[];
}

/** The plan of one snapshot. */
export interface MigrationPlan {
  readonly to: TargetMajor;
  readonly snapshot: SnapshotId;
  readonly info: SnapshotInfo;
  readonly indices: readonly PlannedIndex[];
  readonly cluster: TranslatedCluster;
}

const METADATA_AT_ONCE = 8;

/** Plans one snapshot. Errors: snapshot_missing_exception. */
export async function planMigration(
  source: Repository,
  name: string,
  request: MigrationRequest,
  random: Random,
  signal?: AbortSignal,
): Promise<MigrationPlan> {
  const snapshot = await source.findSnapshot(name, signal);
  const info = await source.getSnapshotInfo(snapshot, signal);
  const known = await source.getSnapshotIndices(snapshot, signal);
  const names = known.map((index) => index.name).sort();
  const wanted = new Set(selectNames(names, request.indices));
  for (const one of request.indices) checkPresent(one, names);
  const chosen = known.filter((index) => wanted.has(index.name));
  chosen.sort((a, b) => (a.name < b.name ? -1 : 1));
  const indices = await runLimited(chosen, METADATA_AT_ONCE, async (index) => {
    const stored = await source.getIndexMetadata(snapshot, index, signal);
    return planIndex({ index, stored, info, to: request.to, random });
  });
  const cluster = await source.getClusterMetadata(snapshot, signal);
  const going = indices.filter(({ action }) => action !== "skip").map((one) => one.name);
  const translated = translateCluster(withoutStreams(cluster, going), info, request.to);
  return { to: request.to, snapshot, info, indices, cluster: translated };
}

function checkPresent(expression: string, names: readonly string[]): void {
  if (expression.includes("*") || expression.startsWith("-") || expression === "_all") return;
  if (names.includes(expression)) return;
  throw new VarveError("invalid", `no such index [${expression}]`, {
    type: "index_not_found_exception",
  });
}

/** Data streams stay while all of their indices do. */
function withoutStreams(
  cluster: StoredClusterMetadata,
  names: readonly string[],
): StoredClusterMetadata {
  const streams = storedDataStreams(cluster);
  const whole = [...streams].filter(([, stream]) => {
    const backing = Array.isArray(stream["indices"]) ? stream["indices"] : [];
    return backing.every((index) => names.includes((index as JsonObject)["index_name"] as string));
  });
  if (whole.length === streams.size) return cluster;
  const section = { data_stream: Object.fromEntries(whole) } as never;
  return { ...cluster, customs: { ...cluster.customs, data_stream: section } };
}

/** What the plan of an index is made from. */
export interface IndexToPlan {
  readonly index: IndexId;
  readonly stored: StoredIndexMetadata;
  readonly info: SnapshotInfo;
  readonly to: TargetMajor;
  readonly random: Random;
}

/** Plans one index. Pure but for the new index's uuid. */
export function planIndex({ index, stored, info, to, random }: IndexToPlan): PlannedIndex {
  const before = indexFromStored(stored);
  const created = before.settings.getInt("index.version.created", 0);
  const failed = info.shardFailures.filter((failure) => failure.index === index.name);
  const lost = failed.map((failure) => `shard ${failure.shardId} is not in the snapshot`);
  const why = whyRewritten(created, info.versionId, to);
  const base = { name: index.name, index, stored, types: [], isLossy: lost.length > 0 };
  if (why === undefined) {
    return { ...base, action: "carry", reasons: lost, translations: [] };
  }
  const types = mappingsByType(stored) as ReadonlyMap<string, JsonObject>;
  const off = [...types].filter(([, mapping]) => isSourceOff(mapping)).map(([type]) => type);
  if (off.length > 0) {
    const reasons = [why, "_source is off: its documents cannot be read", ...lost];
    return { ...base, action: "skip", reasons, translations: [], isLossy: true };
  }
  const notes = new Notes();
  const reasons = [why, ...lost, ...lossesOf(types)];
  const published = translateIndex(before, types, created, notes, random);
  const { indexing, losses } = indexingCopy(published);
  const lines = new Set(notes.losses());
  reasons.push(...lines, ...losses);
  for (const [path, type] of unindexedFields(published.mappings as JsonObject)) {
    reasons.push(`${path}: values of type ${type} are in _source only until they are reindexed`);
  }
  return {
    ...base,
    action: "rewrite",
    reasons,
    translations: notes.list().filter((line) => !lines.has(line)),
    isLossy: reasons.length > 1,
    published,
    indexing,
    types: types.size > 1 ? [...types.keys()] : [],
  };
}

function isSourceOff(mapping: JsonObject): boolean {
  const source = mapping["_source"];
  return isJsonObject(source) && (source["enabled"] === false || source["enabled"] === "false");
}

/** What old mappings had and no newer one has. */
function lossesOf(types: ReadonlyMap<string, JsonObject>): string[] {
  const losses: string[] = [];
  for (const [type, mapping] of types) {
    const source = isJsonObject(mapping["_source"]) ? mapping["_source"] : {};
    for (const key of ["includes", "excludes"]) {
      const list = source[key];
      if (!Array.isArray(list) || list.length === 0) continue;
      losses.push(`_source ${key} [${list.join(", ")}]: what is not in _source is not carried`);
    }
    const parent = isJsonObject(mapping["_parent"]) ? mapping["_parent"]["type"] : undefined;
    if (parent === undefined) continue;
    losses.push(`type [${type}] has the parent type [${String(parent)}]: kept as routing only`);
  }
  if (types.size > 1) {
    losses.push(`types [${[...types.keys()].join(", ")}]: documents no longer tell their type`);
  }
  return losses;
}

function translateIndex(
  before: IndexMetadata,
  types: ReadonlyMap<string, JsonObject>,
  created: number,
  notes: Notes,
  random: Random,
): IndexMetadata {
  const { settings, similarities, isNotDynamic } = translateSettings(before.settings, notes);
  const version = versionOfId(created);
  const isJoda = version.elasticsearch && version.major < 7;
  const mappings = translateTypes(types, { similarities, isJoda, notes });
  if (isNotDynamic && mappings["dynamic"] === undefined) {
    mappings["dynamic"] = false;
    notes.add("dynamic: false, for index.mapper.dynamic");
  }
  const uuid = randomBase64Uuid(random);
  const own = new Map([
    ["index.uuid", uuid],
    ["index.version.created", String(versionId(FLOOR_VERSION))],
    ["index.provided_name", before.name],
  ]);
  return {
    ...before,
    uuid,
    state: "open",
    version: 1,
    mappingVersion: 1,
    settingsVersion: 1,
    aliasesVersion: 1,
    settings: settings.merge(new Settings(own)),
    mappings,
    aliases: translateAliases(before.aliases, notes),
    primaryTerms: before.primaryTerms.map(() => 1),
  };
}
