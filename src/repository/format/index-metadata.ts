// indices/<id>/meta-<uuid>.dat: settings, mappings and aliases of one index at one moment. Blobs
// are shared by snapshots between which nothing changed; the identifier below tells that.
//
// One object, named like the index, around:
//   FIELD                 TYPE     MEANING
//   version, mapping_version, settings_version, aliases_version   integer
//   routing_num_shards    integer  see OperationRouting; restored indices need the same
//   state                 string   open, close
//   settings              object   flat: "index.number_of_shards": "1"; strings or arrays
//   mappings              array    {"_doc": {…}} (several types before Elasticsearch 6), or binary:
//                                  compressed JSON; or none
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

/**
 * The mappings by their type, decompressed where they are binary. Since Elasticsearch 6 there is
 * one; before it an index could have several. `_default_`, a template of types, is none.
 */
export function mappingsByType(metadata: IndexMetadata): Map<string, XContentObject> {
  const types = new Map<string, XContentObject>();
  const mappings = memberOf(metadata.tree, "mappings");
  if (mappings === undefined) return types;
  for (const part of Array.isArray(mappings) ? mappings : [mappings]) {
    const tree = part instanceof Uint8Array ? decodeJson(decompress(part)) : part;
    if (!isXContentObject(tree)) throw corrupt(`Index [${metadata.name}] has a bad mapping`);
    for (const [type, mapping] of Object.entries(tree)) {
      if (type !== "_default_" && isXContentObject(mapping)) types.set(type, mapping);
    }
  }
  return types;
}

/**
 * The mapping without its type, with the fields of all types where there are several (a field of
 * two types is one field of the index, the same in both); undefined without one.
 */
export function indexMapping(metadata: IndexMetadata): XContentObject | undefined {
  let merged: XContentObject | undefined;
  for (const mapping of mappingsByType(metadata).values()) {
    merged = merged === undefined ? mapping : withProperties(merged, mapping);
  }
  return merged;
}

/** `target` with the fields that only `source` has. */
function withProperties(target: XContentObject, source: XContentObject): XContentObject {
  const added = memberOf(source, "properties");
  if (!isXContentObject(added)) return target;
  const own = memberOf(target, "properties");
  const fields = new Map(isXContentObject(own) ? Object.entries(own) : []);
  for (const [name, field] of Object.entries(added)) {
    const existing = fields.get(name);
    const both = isXContentObject(existing) && isXContentObject(field);
    fields.set(name, both ? withProperties(existing, field) : (existing ?? field));
  }
  return { ...target, properties: Object.fromEntries(fields) };
}

function decompress(bytes: Uint8Array): Uint8Array {
  if (Buffer.from(bytes.subarray(0, 4)).toString("latin1") !== "DFL\0") return bytes;
  return inflateRawSync(bytes.subarray(4), { maxOutputLength: METADATA_BLOB_BYTES_MAX });
}
