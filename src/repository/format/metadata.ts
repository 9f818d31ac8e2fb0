// meta-<uuid>.dat at the root: the cluster's state in a snapshot. It is there also when the
// snapshot does not include the global state; it is then as good as empty.
//
// One object, `meta-data`, around:
//   FIELD                   TYPE     MEANING
//   version                 integer
//   cluster_uuid            string
//   cluster_uuid_committed  boolean
//   cluster_coordination    object   term, last_committed_config, last_accepted_config,
//                                    voting_config_exclusions
//   settings                object   persistent settings, flat
//   templates               object   legacy templates by name
//   <custom section>        object   index_template, component_template, data_stream, ingest,
//                                    stored_scripts, repositories …; unknown ones are skipped
// A value that is no object under an unknown name makes the server refuse the blob, so this program
// adds none. Spec: docs/format/meta.md. Upstream: Metadata (codec `metadata`).

import { memberOf, readObject, type XContentObject } from "../../xcontent/index.ts";

/** The cluster's state in a snapshot. */
export interface ClusterMetadata {
  /** Persistent settings, flat. */
  persistentSettings: XContentObject;
  /** Legacy templates by name. */
  templates: XContentObject;
  /** Custom sections by name, each as the server writes it. */
  customs: Record<string, XContentObject>;
  version?: number;
  clusterUuid?: string;
}

const OWN_MEMBERS = new Set([
  "version",
  "cluster_uuid",
  "uuid",
  "cluster_uuid_committed",
  "cluster_coordination",
  "settings",
  "templates",
  "indices",
  "hashes_of_consistent_settings",
]);

/** The tree of the blob. */
export function clusterMetadataToTree(metadata: ClusterMetadata): XContentObject {
  const tree: XContentObject = {
    version: metadata.version ?? 0,
    cluster_uuid: metadata.clusterUuid ?? "_na_",
    cluster_uuid_committed: metadata.clusterUuid !== undefined,
    cluster_coordination: {
      term: 0,
      last_committed_config: [],
      last_accepted_config: [],
      voting_config_exclusions: [],
    },
  };
  if (Object.keys(metadata.persistentSettings).length > 0) {
    tree["settings"] = metadata.persistentSettings;
  }
  tree["templates"] = metadata.templates;
  for (const [name, section] of Object.entries(metadata.customs)) tree[name] = section;
  return { "meta-data": tree };
}

/** Reads the blob's tree. */
export function clusterMetadataFromTree(root: XContentObject): ClusterMetadata {
  const tree = readObject(memberOf(root, "meta-data"), "meta-data");
  const customs: Record<string, XContentObject> = {};
  for (const [name, value] of Object.entries(tree)) {
    if (!OWN_MEMBERS.has(name)) customs[name] = readObject(value, name);
  }
  const metadata: ClusterMetadata = {
    persistentSettings: readObject(memberOf(tree, "settings") ?? {}, "settings"),
    templates: readObject(memberOf(tree, "templates") ?? {}, "templates"),
    customs,
  };
  const [version, uuid] = [memberOf(tree, "version"), memberOf(tree, "cluster_uuid")];
  if (typeof version === "number") metadata.version = version;
  if (typeof uuid === "string" && uuid !== "_na_") metadata.clusterUuid = uuid;
  return metadata;
}
