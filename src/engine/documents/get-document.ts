// Reads of single documents: get, _source, mget. Upstream: ShardGetService,
// TransportMultiGetAction.

import { decodeJson } from "../../xcontent/index.ts";
import type { JsonObject } from "../cluster/metadata.ts";
import { resolveSingle } from "../cluster/name-resolver.ts";
import { exception, indexClosed, validationFailed } from "../exceptions.ts";
import type { IndexService } from "../indices/index-service.ts";
import type { IndicesService } from "../indices/indices-service.ts";
import { shardOf } from "./document-service.ts";
import type { VersionType } from "./document-requests.ts";
import { filterSource, type SourceFilter } from "./source-filter.ts";

export interface GetRequest {
  readonly index: string;
  readonly id: string;
  readonly routing?: string;
  readonly realtime: boolean;
  readonly refresh: boolean;
  readonly source?: SourceFilter;
  readonly storedFields?: readonly string[];
  readonly version?: number;
  readonly versionType?: VersionType;
}

/** The document as GET answers it; `found: false` where there is none. */
export function getDocument(indices: IndicesService, request: GetRequest): JsonObject {
  const metadata = resolveSingle(indices.cluster.metadata, request.index, indices.context.clock);
  const service = indices.service(metadata.name);
  if (service === undefined) throw indexClosed(metadata.name, metadata.uuid);
  if (service.routingRequired && request.routing === undefined) {
    throw exception(
      "invalid",
      "routing_missing_exception",
      `routing is required for [${metadata.name}]/[${request.id}]`,
      { index: metadata.name, index_uuid: metadata.uuid },
    );
  }
  const shard = shardOf(service, request.id, request.routing);
  if (request.refresh) shard.refresh("get");
  const found = shard.get(request.id, { realtime: request.realtime });
  if (found === undefined) return { _index: service.name, _id: request.id, found: false };
  checkVersion(service, request, found.version);
  const body: JsonObject = {
    _index: service.name,
    _id: request.id,
    _version: found.version,
    _seq_no: found.seqNo,
    _primary_term: found.primaryTerm,
  };
  if (found.routing !== undefined) body["_routing"] = found.routing;
  body["found"] = true;
  const wanted = request.source ?? (request.storedFields === undefined ? true : false);
  if (wanted !== false && found.source !== undefined) {
    body["_source"] = filterSource(decodeJson(found.source) as JsonObject, wanted);
  }
  return body;
}

function checkVersion(service: IndexService, request: GetRequest, actual: number): void {
  const { version, versionType } = request;
  if (version === undefined) return;
  const conflicts = versionType === "external_gte" ? actual < version : actual !== version;
  if (!conflicts) return;
  throw exception(
    "conflict",
    "version_conflict_engine_exception",
    `[${request.id}]: version conflict, current version [${actual}] is different than the one provided [${version}]`,
    { index: service.name, index_uuid: service.metadata.uuid },
  );
}

/** `{docs: […]}` or `{ids: […]}` under a default index. */
export function multiGetRequests(
  body: JsonObject,
  defaults: { index?: string; source?: SourceFilter; realtime: boolean; refresh: boolean },
): GetRequest[] {
  const docs =
    (body["docs"] as JsonObject[] | undefined) ??
    (body["ids"] as unknown[] | undefined)?.map((id) => ({ _id: id }) as JsonObject) ??
    [];
  const problems: string[] = [];
  if (docs.length === 0) throw validationFailed("no documents to get");
  const requests = docs.map((doc, position) => {
    const index = (doc["_index"] as string | undefined) ?? defaults.index;
    if (index === undefined) problems.push(`index is missing for doc ${position}`);
    if (doc["_id"] === undefined) problems.push(`id is missing for doc ${position}`);
    const routing = doc["routing"] ?? doc["_routing"];
    const source = (doc["_source"] as SourceFilter | undefined) ?? defaults.source;
    return {
      index: index ?? "",
      id: String(doc["_id"]),
      realtime: defaults.realtime,
      refresh: defaults.refresh,
      ...(routing === undefined ? {} : { routing: String(routing) }),
      ...(source === undefined ? {} : { source }),
      ...(doc["stored_fields"] === undefined
        ? {}
        : { storedFields: ([] as string[]).concat(doc["stored_fields"] as string[]) }),
    };
  });
  if (problems.length > 0) throw validationFailed(...problems);
  return requests;
}
