// indices/<id>/meta-<uuid>.dat: settings, mappings and aliases of one index at one moment. Blobs
// are shared by snapshots between which nothing changed; the identifier below tells that.
//
// One object, named like the index, around:
//   FIELD                 TYPE     MEANING
//   version, mapping_version, settings_version, aliases_version   integer
//   routing_num_shards    integer  see OperationRouting; restored indices need the same
//   state                 string   open, close
//   settings              object   flat: "index.number_of_shards": "1"; strings or arrays
//   mappings              array    one {"_doc": {…}}, or binary: compressed JSON; or none
//   aliases               object   name → filter, routing, is_write_index, is_hidden
//   primary_terms         array    a shard
//   in_sync_allocations   object   shard → allocation ids
//   rollover_info         object
//   system                boolean
// The tree is kept whole: a restore needs members that this program has no name for.
// Spec: docs/format/meta.md. Upstream: IndexMetadata (codec `index-metadata`).

import { inflateRawSync } from "node:zlib";
import { corrupt, METADATA_BLOB_BYTES_MAX } from "../../base/index.ts";
import {
  decodeJson,
  isXContentObject,
  memberOf,
  readInteger,
  readObject,
  type XContentObject,
  type XContentValue,
} from "../../xcontent/index.ts";

/** What identifiers hold where an index has no history uuid in its settings. */
const NO_UUID = "_na_";

/** An index's metadata in a snapshot. */
export interface IndexMetadata {
  name: string;
  /** Everything inside of the object that is named like the index. */
  tree: XContentObject;
}

/** The tree of the blob. */
export function indexMetadataToTree(metadata: IndexMetadata): XContentObject {
  return Object.fromEntries([[metadata.name, metadata.tree]]);
}

/** Reads the blob's tree. */
export function indexMetadataFromTree(root: XContentObject): IndexMetadata {
  const entries = Object.entries(root);
  if (entries.length !== 1) throw corrupt(`Index metadata names ${entries.length} indices`);
  const [name, value] = entries[0]!;
  const tree = readObject(value, name);
  const metadata = { name, tree };
  numberOfShards(metadata);
  return metadata;
}

/** A setting's value, from flat or from nested settings. */
export function indexSetting(metadata: IndexMetadata, key: string): XContentValue | undefined {
  const settings = readObject(memberOf(metadata.tree, "settings") ?? {}, "settings");
  const flat = memberOf(settings, key);
  if (flat !== undefined) return flat;
  let value: XContentValue | undefined = settings;
  for (const part of key.split(".")) {
    if (!isXContentObject(value)) return undefined;
    value = memberOf(value, part);
  }
  return value;
}

/** Shards of the index. */
export function numberOfShards(metadata: IndexMetadata): number {
  const value = indexSetting(metadata, "index.number_of_shards");
  const count = readInteger(
    typeof value === "string" ? Number(value) : value,
    "number_of_shards",
    1,
  );
  // OpenSearch's own limit; opensearch.index.max_number_of_shards may raise it, hardly so far.
  if (count > 100_000) throw corrupt(`Index [${metadata.name}] has ${count} shards`);
  return count;
}

/**
 * Equal identifiers mean equal metadata: uuid, history and the three versions.
 * Upstream: IndexMetaDataGenerations.buildUniqueIdentifier.
 */
export function indexMetadataIdentifier(metadata: IndexMetadata): string {
  const text = (key: string) => {
    const value = indexSetting(metadata, key);
    return typeof value === "string" ? value : NO_UUID;
  };
  const number = (field: string) => readInteger(memberOf(metadata.tree, field) ?? 1, field);
  return [
    text("index.uuid"),
    text("index.history.uuid"),
    number("settings_version"),
    number("mapping_version"),
    number("aliases_version"),
  ].join("-");
}

/** The mapping under its type (`_doc`), decompressed where it is binary; undefined without one. */
export function indexMapping(metadata: IndexMetadata): XContentObject | undefined {
  const mappings = memberOf(metadata.tree, "mappings");
  if (isXContentObject(mappings)) return firstMapping(mappings);
  if (!Array.isArray(mappings) || mappings.length === 0) return undefined;
  const first = mappings[0];
  if (isXContentObject(first)) return firstMapping(first);
  if (!(first instanceof Uint8Array)) throw corrupt(`Index [${metadata.name}] has a bad mapping`);
  return firstMapping(readObject(decodeJson(decompress(first)), "mappings"));
}

function decompress(bytes: Uint8Array): Uint8Array {
  if (Buffer.from(bytes.subarray(0, 4)).toString("latin1") !== "DFL\0") return bytes;
  return inflateRawSync(bytes.subarray(4), { maxOutputLength: METADATA_BLOB_BYTES_MAX });
}

function firstMapping(tree: XContentObject): XContentObject | undefined {
  const value = Object.values(tree)[0];
  return isXContentObject(value) ? value : undefined;
}
