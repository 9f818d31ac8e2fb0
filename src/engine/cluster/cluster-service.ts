// Holds the cluster metadata and makes every change durable before it is seen.
//
// DATA/_state/cluster.json        everything but indices; names the index uuids that exist
// DATA/_state/index-<uuid>.json   one index
// A change writes the files that differ (temporary file, fsync, rename), index files first, so that
// cluster.json never names a file that is not there. Leftover index files are removed at the next
// open.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Random, randomBase64Uuid, VarveError, writeAtomicFile } from "../../base/index.ts";
import { Settings } from "../settings.ts";
import type { ClusterMetadata, IndexMetadata, JsonObject } from "./metadata.ts";
import { clusterFromJson, clusterToJson, indexFromJson, indexToJson } from "./metadata-codec.ts";

const CLUSTER_FILE = "cluster.json";

function writeJson(folder: string, name: string, json: JsonObject): void {
  writeAtomicFile(join(folder, name), Buffer.from(JSON.stringify(json)));
}

function readJson(path: string): JsonObject {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new VarveError("corrupt", `Cannot read cluster state file [${path}]`, { cause });
  }
}

/** The single owner of cluster metadata. Updates are synchronous, so they cannot interleave. */
export class ClusterService {
  private current: ClusterMetadata;
  private readonly folder: string;

  private constructor(folder: string, metadata: ClusterMetadata) {
    this.folder = folder;
    this.current = metadata;
  }

  /** Opens DATA/_state, or starts a new cluster with a random uuid. */
  static open(dataFolder: string, random: Random): ClusterService {
    const folder = join(dataFolder, "_state");
    mkdirSync(folder, { recursive: true });
    const file = join(folder, CLUSTER_FILE);
    if (!existsSync(file)) {
      const service = new ClusterService(folder, emptyMetadata(randomBase64Uuid(random)));
      writeJson(folder, CLUSTER_FILE, clusterToJson(service.current));
      return service;
    }
    const json = readJson(file);
    const wanted = new Set(json["indices"] as string[]);
    const indices = new Map<string, IndexMetadata>();
    for (const name of readdirSync(folder)) {
      const uuid = /^index-(.+)\.json$/.exec(name)?.[1];
      if (uuid !== undefined && wanted.has(uuid)) {
        indices.set(uuid, indexFromJson(readJson(join(folder, name))));
      } else if (name !== CLUSTER_FILE) rmSync(join(folder, name));
    }
    return new ClusterService(folder, clusterFromJson(json, indices));
  }

  get metadata(): ClusterMetadata {
    return this.current;
  }

  /** Index by name, or undefined. */
  index(name: string): IndexMetadata | undefined {
    return this.current.indices.get(name);
  }

  /** Persistent settings under the transient ones. */
  get settings(): Settings {
    return this.current.persistentSettings.merge(this.current.transientSettings);
  }

  /** Applies `change` durably; the version counts up. An unchanged answer writes nothing. */
  update(change: (metadata: ClusterMetadata) => ClusterMetadata): ClusterMetadata {
    const before = this.current;
    const changed = change(before);
    if (changed === before) return before;
    const next = { ...changed, version: before.version + 1 };
    this.persist(before, next);
    this.current = next;
    return next;
  }

  /** Replaces one index's metadata. */
  updateIndex(name: string, change: (index: IndexMetadata) => IndexMetadata): IndexMetadata {
    this.update((metadata) => {
      const index = metadata.indices.get(name)!;
      const changed = change(index);
      if (changed === index) return metadata;
      const next = { ...changed, version: index.version + 1 };
      return { ...metadata, indices: new Map(metadata.indices).set(name, next) };
    });
    return this.index(name)!;
  }

  private persist(before: ClusterMetadata, next: ClusterMetadata): void {
    const uuids = new Set<string>();
    for (const [name, index] of next.indices) {
      uuids.add(index.uuid);
      if (before.indices.get(name) === index) continue;
      writeJson(this.folder, `index-${index.uuid}.json`, indexToJson(index));
    }
    if (needsClusterFile(before, next)) {
      writeJson(this.folder, CLUSTER_FILE, clusterToJson(next));
    }
    for (const index of before.indices.values()) {
      if (!uuids.has(index.uuid))
        rmSync(join(this.folder, `index-${index.uuid}.json`), { force: true });
    }
  }
}

/** Index files stand alone while the set of indices and everything else stay as they were. */
function needsClusterFile(before: ClusterMetadata, next: ClusterMetadata): boolean {
  const keys = Object.keys(next) as (keyof ClusterMetadata)[];
  const rest = keys.filter(
    (key) => key !== "version" && key !== "indices" && key !== "transientSettings",
  );
  if (rest.some((key) => before[key] !== next[key])) return true;
  if (before.indices.size !== next.indices.size) return true;
  for (const [name, index] of next.indices) {
    if (before.indices.get(name)?.uuid !== index.uuid) return true;
  }
  return false;
}

function emptyMetadata(clusterUuid: string): ClusterMetadata {
  return {
    clusterUuid,
    version: 1,
    persistentSettings: Settings.EMPTY,
    transientSettings: Settings.EMPTY,
    indices: new Map(),
    repositories: new Map(),
    templates: new Map(),
    componentTemplates: new Map(),
    indexTemplates: new Map(),
    dataStreams: new Map(),
    customs: new Map(),
  };
}
