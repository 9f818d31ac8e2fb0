// index-N, the root of everything: which snapshots exist, which index is in which, and which
// generation each shard's metadata is at. JSON, uncompressed, without an envelope.
//
//   FIELD                                TYPE    MEANING
//   snapshots[].name, .uuid              string
//   snapshots[].state                    integer see SNAPSHOT_STATES
//   snapshots[].index_metadata_lookup    object  index id → identifier of its metadata
//   snapshots[].version                  string  "2.19.6"; missing before Elasticsearch 7.6
//   indices.<name>.id                    string  folder under indices/
//   indices.<name>.shard_path_type       integer 0 fixed, 1 hashed prefix, 2 hashed infix (2.17)
//   indices.<name>.snapshots             array   uuids (objects with name and uuid before 5.4.1)
//   indices.<name>.shard_generations     array   generation a shard, null where there is none;
//                                                _new: nothing yet, _deleted: nothing any more
//   min_version                          string  keeps readers before it away; never written here
//   index_metadata_identifiers           object  identifier → uuid of its meta- blob
//
// The shape depends on who else uses the repository, which is read off its snapshots:
//   - A snapshot without a version comes from Elasticsearch before 7.6, whose readers refuse shard
//     generations. Such a repository is read, and not written.
//   - Everything from Elasticsearch 7.9 and OpenSearch 1.0 on reads what is written here.
//     min_version is left out: 3.x had versions that refused it, and no reader needs it.
//   - shard_path_type is written only where it is not 0 or was there before: it is unknown to
//     readers before 2.17, which skip it.
// Invariants: each uuid of an index is a snapshot; an index is in a snapshot or is not listed; the
// identifiers are just those that the lookups name.
// Spec: docs/format/index-n.md. Upstream: RepositoryData, IndexMetaDataGenerations.

import { corrupt, VarveError } from "../../base/index.ts";
import {
  decodeJson,
  encodeJson,
  isXContentObject,
  memberOf,
  readArray,
  readInteger,
  readObject,
  readString,
  setMember,
  type XContentObject,
  type XContentValue,
} from "../../xcontent/index.ts";
import { SNAPSHOT_STATES, type SnapshotId, type SnapshotState } from "./snapshot-info.ts";

/** Generation of a repository without index-N. */
export const EMPTY_REPOSITORY_GENERATION = -1;
/** Shard generation of a shard that has no metadata yet. */
export const NEW_SHARD_GENERATION = "_new";
/** Shard generation of a shard whose metadata was deleted. */
export const DELETED_SHARD_GENERATION = "_deleted";

/** How a shard's folder is found: see layout/shard-path.ts. */
export type ShardPathType = 0 | 1 | 2;

/** A snapshot in index-N. */
export interface RepositorySnapshot extends SnapshotId {
  state?: SnapshotState;
  version?: string;
  /** Index id to the identifier of its metadata; empty for snapshots before 7.9. */
  indexMetadata: Map<string, string>;
}

/** An index's name, folder and kind of path. */
export interface IndexId {
  name: string;
  id: string;
  shardPathType: ShardPathType;
}

/** An index in index-N. */
export interface RepositoryIndex extends IndexId {
  /** Uuids of the snapshots that hold it, the oldest first. */
  snapshots: string[];
  shardGenerations: (string | null)[];
  /** shard_path_type was there, though it may be 0. */
  shardPathTypeWritten: boolean;
}

/** The content of index-N. Never changed in place. */
export interface RepositoryData {
  generation: number;
  /** By uuid. */
  snapshots: ReadonlyMap<string, RepositorySnapshot>;
  /** By name. */
  indices: ReadonlyMap<string, RepositoryIndex>;
  /** Identifier of an index's metadata to the uuid of its blob. */
  indexMetadataIdentifiers: ReadonlyMap<string, string>;
}

/** A repository with nothing in it. */
export const EMPTY_REPOSITORY_DATA: RepositoryData = {
  generation: EMPTY_REPOSITORY_GENERATION,
  snapshots: new Map(),
  indices: new Map(),
  indexMetadataIdentifiers: new Map(),
};

/** Reads index-N. Anything wrong is `corrupt`. */
export function decodeRepositoryData(bytes: Uint8Array, generation: number): RepositoryData {
  let root: XContentObject;
  try {
    root = readObject(decodeJson(bytes, { strictEnd: true }), "index-N");
  } catch (cause) {
    const reason = (cause as Error).message;
    throw corrupt(`index-${generation} is not valid JSON: ${reason}`, undefined, cause);
  }
  const snapshots = new Map<string, RepositorySnapshot>();
  for (const value of readArray(memberOf(root, "snapshots"), "snapshots")) {
    const snapshot = readSnapshot(value);
    snapshots.set(snapshot.uuid, snapshot);
  }
  const indices = new Map<string, RepositoryIndex>();
  for (const [name, value] of Object.entries(readObject(memberOf(root, "indices"), "indices"))) {
    indices.set(name, readIndex(name, value, snapshots));
  }
  const identifiers = readObject(memberOf(root, "index_metadata_identifiers") ?? {}, "identifiers");
  const indexMetadataIdentifiers = new Map(
    Object.entries(identifiers).map(([key, value]) => [key, readUuid(value, "identifiers")]),
  );
  return { generation, snapshots, indices, indexMetadataIdentifiers };
}

function readSnapshot(value: XContentValue): RepositorySnapshot {
  const tree = readObject(value, "snapshots");
  const lookup = readObject(memberOf(tree, "index_metadata_lookup") ?? {}, "index_metadata_lookup");
  const snapshot: RepositorySnapshot = {
    name: readString(memberOf(tree, "name"), "name"),
    uuid: readUuid(memberOf(tree, "uuid"), "uuid"),
    indexMetadata: new Map(
      Object.entries(lookup).map(([id, item]) => [id, readString(item, "index_metadata_lookup")]),
    ),
  };
  const state = memberOf(tree, "state");
  if (state !== undefined) snapshot.state = stateOf(readInteger(state, "state"));
  const version = memberOf(tree, "version");
  if (version !== undefined) snapshot.version = readString(version, "version");
  return snapshot;
}

function stateOf(code: number): SnapshotState {
  const found = Object.entries(SNAPSHOT_STATES).find(([, value]) => value === code);
  if (found === undefined) throw corrupt(`Unknown snapshot state [${code}]`);
  return found[0] as SnapshotState;
}

/** A uuid becomes part of a blob's name, so it must not lead out of its folder. */
function readUuid(value: XContentValue | undefined, what: string): string {
  const uuid = readString(value, what);
  if (uuid === "" || /[/\\\0]/.test(uuid) || uuid === "." || uuid === "..") {
    throw corrupt(`[${uuid}] in [${what}] is not an id`);
  }
  return uuid;
}

function readIndex(
  name: string,
  value: XContentValue,
  snapshots: ReadonlyMap<string, RepositorySnapshot>,
): RepositoryIndex {
  const tree = readObject(value, name);
  const pathType = memberOf(tree, "shard_path_type");
  const shardPathType = pathType === undefined ? 0 : readInteger(pathType, "shard_path_type");
  if (shardPathType > 2) throw corrupt(`Unknown shard path type [${shardPathType}]`);
  const id = readUuid(memberOf(tree, "id"), "id");
  const uuids: string[] = [];
  for (const item of readArray(memberOf(tree, "snapshots"), "snapshots")) {
    const uuid = readUuid(isXContentObject(item) ? memberOf(item, "uuid") : item, "snapshots");
    if (!snapshots.has(uuid)) {
      const index = `[${name}/${id}/${shardPathType}]`;
      const reference = `index ${index} references an unknown snapshot uuid [${uuid}]`;
      throw corrupt(`Detected a corrupted repository, ${reference}`);
    }
    uuids.push(uuid);
  }
  const generations = readArray(memberOf(tree, "shard_generations") ?? [], "shard_generations");
  return {
    name,
    id,
    shardPathType: shardPathType as ShardPathType,
    shardPathTypeWritten: pathType !== undefined,
    snapshots: uuids,
    shardGenerations: generations.map((item) =>
      item === null ? null : readUuid(item, "shard_generations"),
    ),
  };
}

/** Refuses a repository that a reader without shard generations uses. */
export function checkWritable(data: RepositoryData): void {
  for (const snapshot of data.snapshots.values()) {
    if (snapshot.version !== undefined) continue;
    const reason = "it was taken by Elasticsearch before 7.6, whose repositories are only read";
    throw new VarveError("unsupported", `Snapshot [${snapshot.name}] has no version: ${reason}`, {
      type: "repository_exception",
    });
  }
}

/** Writes index-N, and reads it again to be sure. */
export function encodeRepositoryData(data: RepositoryData): Uint8Array {
  checkWritable(data);
  const snapshots: XContentValue[] = [];
  for (const snapshot of data.snapshots.values()) snapshots.push(snapshotToTree(snapshot));
  const indices: XContentObject = {};
  for (const index of data.indices.values()) setMember(indices, index.name, indexToTree(index));
  const identifiers: XContentObject = {};
  for (const [key, uuid] of data.indexMetadataIdentifiers) setMember(identifiers, key, uuid);
  const tree = { snapshots, indices, index_metadata_identifiers: identifiers };
  const bytes = Buffer.from(encodeJson(tree));
  const again = decodeRepositoryData(bytes, data.generation);
  if (again.snapshots.size !== data.snapshots.size || again.indices.size !== data.indices.size) {
    throw new VarveError("internal", "index-N does not hold what was put into it");
  }
  return bytes;
}

function snapshotToTree(snapshot: RepositorySnapshot): XContentObject {
  const tree: XContentObject = { name: snapshot.name, uuid: snapshot.uuid };
  if (snapshot.state !== undefined) tree["state"] = SNAPSHOT_STATES[snapshot.state];
  const lookup: XContentObject = {};
  for (const [id, identifier] of snapshot.indexMetadata) setMember(lookup, id, identifier);
  tree["index_metadata_lookup"] = lookup;
  if (snapshot.version !== undefined) tree["version"] = snapshot.version;
  return tree;
}

function indexToTree(index: RepositoryIndex): XContentObject {
  const tree: XContentObject = { id: index.id };
  if (index.shardPathType !== 0 || index.shardPathTypeWritten) {
    tree["shard_path_type"] = index.shardPathType;
  }
  tree["snapshots"] = index.snapshots;
  tree["shard_generations"] = index.shardGenerations;
  return tree;
}

/** An index of a new snapshot. */
export interface AddedIndex extends IndexId {
  /** Generation of each shard after the snapshot. */
  shardGenerations: (string | null)[];
  /** Identifier of its metadata, and the uuid of the blob that holds it. */
  metadataIdentifier: string;
  metadataUuid: string;
}

/** The data with a snapshot added; the generation stays. */
export function addSnapshot(
  data: RepositoryData,
  snapshot: SnapshotId & { state: SnapshotState; version: string },
  added: readonly AddedIndex[],
): RepositoryData {
  const snapshots = new Map(data.snapshots);
  const indexMetadata = new Map(added.map((index) => [index.id, index.metadataIdentifier]));
  snapshots.set(snapshot.uuid, { ...snapshot, indexMetadata });
  const indices = new Map(data.indices);
  const identifiers = new Map(data.indexMetadataIdentifiers);
  for (const index of added) {
    identifiers.set(index.metadataIdentifier, index.metadataUuid);
    const known = indices.get(index.name);
    indices.set(index.name, {
      name: index.name,
      id: index.id,
      shardPathType: index.shardPathType,
      shardPathTypeWritten: known?.shardPathTypeWritten ?? index.shardPathType !== 0,
      snapshots: [...(known?.snapshots ?? []), snapshot.uuid],
      shardGenerations: mergeGenerations(known?.shardGenerations ?? [], index.shardGenerations),
    });
  }
  return { ...data, snapshots, indices, indexMetadataIdentifiers: identifiers };
}

/** An index that was made again with fewer shards keeps the generations of the old ones. */
function mergeGenerations(
  known: readonly (string | null)[],
  changed: readonly (string | null | undefined)[],
): (string | null)[] {
  const count = Math.max(known.length, changed.length);
  return Array.from({ length: count }, (_, shard) => changed[shard] ?? known[shard] ?? null);
}

/** The data without some snapshots, and with the new generations of the shards that changed. */
export function removeSnapshots(
  data: RepositoryData,
  uuids: ReadonlySet<string>,
  changed: ReadonlyMap<string, readonly (string | null | undefined)[]>,
): RepositoryData {
  const snapshots = new Map([...data.snapshots].filter(([uuid]) => !uuids.has(uuid)));
  const indices = new Map<string, RepositoryIndex>();
  for (const index of data.indices.values()) {
    const left = index.snapshots.filter((uuid) => !uuids.has(uuid));
    if (left.length === 0) continue;
    const generations = mergeGenerations(index.shardGenerations, changed.get(index.id) ?? []);
    indices.set(index.name, { ...index, snapshots: left, shardGenerations: generations });
  }
  const used = new Set([...snapshots.values()].flatMap((item) => [...item.indexMetadata.values()]));
  const identifiers = [...data.indexMetadataIdentifiers].filter(([key]) => used.has(key));
  return { ...data, snapshots, indices, indexMetadataIdentifiers: new Map(identifiers) };
}

/** Uuid of the blob with an index's metadata in a snapshot: before 7.9 it is the snapshot's. */
export function indexMetadataUuid(data: RepositoryData, snapshot: string, indexId: string): string {
  const identifier = data.snapshots.get(snapshot)?.indexMetadata.get(indexId);
  if (identifier === undefined) return snapshot;
  const uuid = data.indexMetadataIdentifiers.get(identifier);
  if (uuid === undefined) throw corrupt(`Index metadata [${identifier}] has no blob`);
  return uuid;
}

/** The snapshot of a name. */
export function snapshotByName(data: RepositoryData, name: string): RepositorySnapshot | undefined {
  for (const snapshot of data.snapshots.values()) if (snapshot.name === name) return snapshot;
  return undefined;
}

/** The indices of a snapshot. */
export function indicesOf(data: RepositoryData, uuid: string): RepositoryIndex[] {
  return [...data.indices.values()].filter((index) => index.snapshots.includes(uuid));
}
