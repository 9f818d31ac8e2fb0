// GET /_cluster/state, filtered by metric and index. Upstream: ClusterState.toXContent (3.6.0).

import {
  aliasesToJson,
  blocksOf,
  type IndexMetadata,
  LENIENT_EXPAND_ALL,
  type Node,
  resolveIndices,
  shownRepositorySettings,
} from "../engine/index.ts";
import { nodeInfo } from "./node-description.ts";
import type { JsonObject, RestRequest } from "./rest-request.ts";
import { routingTable } from "./routing.ts";
import { settingsToJson } from "./settings-json.ts";

const MASTER_LEVELS = ["metadata", "customs"];

function indexJson(index: IndexMetadata, flat: boolean): JsonObject {
  return {
    version: index.version,
    mapping_version: index.mappingVersion,
    settings_version: index.settingsVersion,
    aliases_version: index.aliasesVersion,
    routing_num_shards: index.routingNumShards,
    state: index.state,
    settings: settingsToJson(index.settings, flat),
    mappings: Object.keys(index.mappings).length === 0 ? {} : { _doc: index.mappings },
    aliases: [...index.aliases.keys()],
    primary_terms: Object.fromEntries(
      index.primaryTerms.map((term, shard) => [String(shard), term]),
    ),
    in_sync_allocations: Object.fromEntries(
      index.primaryTerms.map((_, shard) => [String(shard), [index.uuid]]),
    ),
    rollover_info: index.rolloverInfo ?? {},
    system: index.system,
  };
}

function metadataJson(node: Node, indices: readonly IndexMetadata[], flat: boolean): JsonObject {
  const { metadata } = node.cluster;
  const repositories = [...metadata.repositories.values()].map((repository) => [
    repository.name,
    {
      type: repository.type,
      settings: settingsToJson(shownRepositorySettings(repository), flat),
      generation: repository.generation,
    },
  ]);
  return {
    cluster_uuid: metadata.clusterUuid,
    cluster_uuid_committed: true,
    cluster_coordination: {
      term: 1,
      last_committed_config: [node.id],
      last_accepted_config: [node.id],
      voting_config_exclusions: [],
    },
    ...(metadata.persistentSettings.size > 0
      ? { settings: settingsToJson(metadata.persistentSettings, flat) }
      : {}),
    templates: Object.fromEntries(
      [...metadata.templates.values()].map((template) => [
        template.name,
        {
          order: template.order,
          index_patterns: template.patterns,
          settings: settingsToJson(template.settings, flat),
          mappings: template.mappings,
          aliases: aliasesToJson(template.aliases),
        },
      ]),
    ),
    indices: Object.fromEntries(indices.map((index) => [index.name, indexJson(index, flat)])),
    ...(repositories.length > 0 ? { repositories: Object.fromEntries(repositories) } : {}),
    ...(metadata.componentTemplates.size > 0
      ? {
          component_template: {
            component_template: Object.fromEntries(metadata.componentTemplates),
          },
        }
      : {}),
    ...(metadata.indexTemplates.size > 0
      ? { index_template: { index_template: Object.fromEntries(metadata.indexTemplates) } }
      : {}),
    ...(metadata.dataStreams.size > 0
      ? { data_stream: { data_stream: Object.fromEntries(metadata.dataStreams) } }
      : {}),
    ...Object.fromEntries(metadata.customs),
    "index-graveyard": { tombstones: [] },
  };
}

function blocksJson(indices: readonly IndexMetadata[]): JsonObject {
  const blocked = indices.flatMap((index) => {
    const blocks = blocksOf(index);
    return Object.keys(blocks).length === 0 ? [] : [[index.name, blocks] as const];
  });
  return blocked.length === 0 ? {} : { indices: Object.fromEntries(blocked) };
}

/** The state with the asked metrics. */
export function clusterState(
  node: Node,
  metrics: readonly string[],
  request: RestRequest,
): JsonObject {
  const all = metrics.length === 0 || metrics.includes("_all");
  const has = (metric: string) => all || metrics.includes(metric);
  const names = request.paramList("index");
  const indices = resolveIndices(node.cluster.metadata, names, LENIENT_EXPAND_ALL, node.clock);
  const flat = request.paramBoolean("flat_settings", false);
  const body: JsonObject = {
    cluster_name: node.clusterName,
    cluster_uuid: node.cluster.metadata.clusterUuid,
  };
  if (has("version"))
    Object.assign(body, { version: node.cluster.metadata.version, state_uuid: node.id });
  if (has("master_node")) body["master_node"] = node.id;
  if (has("cluster_manager_node") || has("master_node")) body["cluster_manager_node"] = node.id;
  if (has("blocks")) body["blocks"] = blocksJson(indices);
  if (has("nodes")) {
    const { name, transport_address, attributes } = nodeInfo(node, ["none"]);
    body["nodes"] = { [node.id]: { name, ephemeral_id: node.id, transport_address, attributes } };
  }
  if (has("metadata")) body["metadata"] = metadataJson(node, indices, flat);
  if (has("routing_table")) body["routing_table"] = routingTable(node, indices);
  if (MASTER_LEVELS.some((metric) => has(metric))) {
    Object.assign(body, { snapshots: { snapshots: [] }, restore: { snapshots: [] } });
  }
  return body;
}
