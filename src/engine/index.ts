// The embedded engine. `Node` is the whole of it; the rest is what src/server needs to speak of it.

export { analyzeRequest } from "./analysis/analyze-request.ts";
export * from "./cluster/index-blocks.ts";
export * from "./cluster/metadata.ts";
export {
  aliasesFromJson,
  aliasesToJson,
  aliasFromJson,
  aliasToJson,
} from "./cluster/metadata-codec.ts";
export * from "./cluster/name-resolver.ts";
export * from "./documents/bulk.ts";
export { type ByQueryRequest, byQuery } from "./documents/by-query.ts";
export * from "./documents/document-requests.ts";
export {
  checkWritable,
  shardOf,
  shardsHeader,
  shardUnavailable,
} from "./documents/document-service.ts";
export * from "./documents/get-document.ts";
export * from "./documents/source-filter.ts";
export { parseUpdateBody } from "./documents/update-document.ts";
export * from "./exceptions.ts";
export * from "./export/index.ts";
export { checkAliasFilter, checkNameFree, validateAliasName } from "./indices/create-index.ts";
export { validateIndexName } from "./indices/index-name.ts";
export type { IndexService } from "./indices/index-service.ts";
export type { ShardRecovery } from "./indices/shard-recovery.ts";
export * from "./indices/templates.ts";
export * from "./keystore/keystore-file.ts";
export { type KeystoreReader, SecureSettings } from "./keystore/secure-settings.ts";
export { fieldCaps, mergeFieldCaps } from "./mapping/index.ts";
export * from "./migrate/index.ts";
export * from "./mounted/compare-indices.ts";
export * from "./mounted/for-each-document.ts";
export { type MountedGet, MountedIndex, MountedIndices } from "./mounted/mounted-index.ts";
export { MountedShard } from "./mounted/mounted-shard.ts";
export { openMountedReader } from "./mounted/open-reader.ts";
export * from "./mounted/open-snapshot-index.ts";
export type { MountPurpose } from "./mounted/prefetch-segment.ts";
export * from "./mounted/shard-documents.ts";
export { nearestNames } from "./nearest-names.ts";
export { Node, type NodeOptions } from "./node.ts";
export { didYouMean } from "./search/did-you-mean.ts";
export * from "./search/index.ts";
export {
  RequestSource,
  tokenName,
  type XContentLocation,
  xContentParseException,
} from "./search/source-location.ts";
export * from "./settings.ts";
export * from "./settings-registry.ts";
export { shownRepositorySettings } from "./snapshots/repository-types.ts";
export type { RestoreOutcome } from "./snapshots/restore-service.ts";
export type { RunningSnapshot, ShardProgress } from "./snapshots/running-snapshot.ts";
export * from "./snapshots/snapshot-request.ts";
export { snapshotMissing } from "./snapshots/snapshots-service.ts";
export type { Task } from "./tasks/task-manager.ts";
export * from "./version.ts";
export type { ExportSource } from "./workers/export-worker.ts";
