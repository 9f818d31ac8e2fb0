// Cluster metadata: what survives a restart and what a snapshot's `meta-` blobs carry.
// Upstream: org.opensearch.cluster.metadata.{Metadata,IndexMetadata,AliasMetadata} (2.19.6).

import type { Settings } from "../settings.ts";

/** Any JSON object. */
export type JsonObject = { [key: string]: unknown };

/** An alias of one index. */
export interface AliasMetadata {
  readonly alias: string;
  readonly filter?: JsonObject;
  readonly indexRouting?: string;
  readonly searchRouting?: string;
  readonly writeIndex?: boolean;
  readonly hidden?: boolean;
}

/** All that is known of an index besides its documents. */
export interface IndexMetadata {
  readonly name: string;
  readonly uuid: string;
  readonly state: "open" | "close";
  /** Counts every change; the next three count their part's. */
  readonly version: number;
  readonly mappingVersion: number;
  readonly settingsVersion: number;
  readonly aliasesVersion: number;
  /** Keys with the `index.` prefix. */
  readonly settings: Settings;
  /** `{properties, dynamic, …}` without the type level; `{}` when unmapped. */
  readonly mappings: JsonObject;
  readonly aliases: ReadonlyMap<string, AliasMetadata>;
  readonly numberOfShards: number;
  readonly routingNumShards: number;
  /** One a shard. */
  readonly primaryTerms: readonly number[];
  /** True for system indices. */
  readonly system: boolean;
  /**
   * Sections of a restored index that we keep and do not interpret (rollover_info, custom data).
   */
  readonly rolloverInfo?: JsonObject;
  readonly customData?: JsonObject;
}

/** A registered repository. */
export interface RepositoryMetadata {
  readonly name: string;
  readonly type: string;
  readonly settings: Settings;
  /** Newest generation seen, -2 unknown. */
  readonly generation: number;
}

/** A legacy template as GET /_template shows it. */
export interface LegacyTemplate {
  readonly name: string;
  readonly order: number;
  readonly version?: number;
  readonly patterns: readonly string[];
  readonly settings: Settings;
  readonly mappings: JsonObject;
  readonly aliases: ReadonlyMap<string, AliasMetadata>;
}

/** Everything that outlives a restart, documents aside. */
export interface ClusterMetadata {
  readonly clusterUuid: string;
  readonly version: number;
  readonly persistentSettings: Settings;
  readonly transientSettings: Settings;
  readonly indices: ReadonlyMap<string, IndexMetadata>;
  readonly repositories: ReadonlyMap<string, RepositoryMetadata>;
  readonly templates: ReadonlyMap<string, LegacyTemplate>;
  /** Component and composable templates and data streams, as their REST bodies. */
  readonly componentTemplates: ReadonlyMap<string, JsonObject>;
  readonly indexTemplates: ReadonlyMap<string, JsonObject>;
  readonly dataStreams: ReadonlyMap<string, JsonObject>;
  /**
   * Other custom sections of a restored global state (pipelines, scripts …), kept whole by name.
   */
  readonly customs: ReadonlyMap<string, JsonObject>;
}
