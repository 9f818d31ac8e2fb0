// Reads of single documents: get, _source, mget. Upstream: ShardGetService,
// TransportMultiGetAction.

import { illegalArgument } from "../../base/index.ts";
import type { XContentValue } from "../../xcontent/index.ts";
import { checkBlocks } from "../cluster/index-blocks.ts";
import type { JsonObject } from "../cluster/metadata.ts";
import { resolveIndexRouting, resolveSingle } from "../cluster/name-resolver.ts";
import { exception, indexClosed, validationFailed } from "../exceptions.ts";
import type { IndexService } from "../indices/index-service.ts";
import type { IndicesService } from "../indices/indices-service.ts";
import { parsingException, RequestSource, tokenName } from "../search/source-location.ts";
import type { IndexShard } from "../shard/index.ts";
import type { VersionType } from "./document-requests.ts";
import { shardOf } from "./document-service.ts";
import { type SourceFilter, sourceJson } from "./source-filter.ts";

/** One document to read. */
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
export function getDocument(indices: IndicesService, given: GetRequest): JsonObject {
  const routing = resolveIndexRouting(indices.cluster.metadata, given.index, given.routing);
  const request = routing === undefined ? given : { ...given, routing };
  const metadata = resolveSingle(indices.cluster.metadata, request.index, indices.context.clock);
  const service = indices.service(metadata.name);
  if (service === undefined) throw indexClosed(metadata.name, metadata.uuid);
  checkBlocks([metadata], "read");
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
  checkVersion(service, shard, request, found.version);
  const body: JsonObject = {
    _index: service.name,
    _id: request.id,
    _version: found.version,
    _seq_no: found.seqNo,
    _primary_term: found.primaryTerm,
  };
  if (found.routing !== undefined) body["_routing"] = found.routing;
  body["found"] = true;
  const wanted = request.source ?? request.storedFields === undefined;
  if (wanted !== false && found.source !== undefined) {
    body["_source"] = sourceJson(found.source, wanted);
  }
  return body;
}

function checkVersion(
  service: IndexService,
  shard: IndexShard,
  request: GetRequest,
  actual: number,
): void {
  const { version, versionType } = request;
  if (version === undefined) return;
  const conflicts = versionType === "external_gte" ? actual < version : actual !== version;
  if (!conflicts) return;
  throw exception(
    "conflict",
    "version_conflict_engine_exception",
    `[${request.id}]: version conflict, current version [${actual}] is different than the one provided [${version}]`,
    { index: service.name, shard: String(shard.shardId), index_uuid: service.metadata.uuid },
  );
}

/** What the URL gives every document of a multi-get. */
export interface MultiGetDefaults {
  readonly index?: string;
  readonly routing?: string;
  readonly source?: SourceFilter;
  readonly storedFields?: readonly string[];
  readonly realtime: boolean;
  readonly refresh: boolean;
}

const DOC_KEYS = new Set([
  "_index",
  "_id",
  "routing",
  "_routing",
  "stored_fields",
  "version",
  "_version",
  "version_type",
  "_version_type",
  "_source",
]);

/** `{docs: […]}` or `{ids: […]}` under a default index; `text` is the body's, for places. */
export function multiGetRequests(
  body: JsonObject,
  text: string | undefined,
  defaults: MultiGetDefaults,
): GetRequest[] {
  const source = new RequestSource(body as XContentValue, text);
  const docs = Object.entries(body).flatMap(([key, value]) => {
    const at = () => source.locate(body, key, "value");
    if (!Array.isArray(value)) {
      const found = tokenName(value as XContentValue);
      throw parsingException(
        `unexpected token [${found}], expected [FIELD_NAME] or [START_ARRAY]`,
        at(),
      );
    }
    if (key === "docs") return value as unknown[];
    if (key === "ids") return value.map(idOnly);
    const reason = `unknown key [${key}] for a START_ARRAY, expected [docs] or [ids]`;
    throw parsingException(reason, at());
  });
  const requests = docs.map((doc) => getRequestOfItem(doc, defaults));
  if (requests.length === 0) throw validationFailed("no documents to get");
  const problems = requests.flatMap((request, position) => [
    ...(request.index === "" ? [`index is missing for doc ${position}`] : []),
    ...(request.id === "" ? [`id is missing for doc ${position}`] : []),
  ]);
  if (problems.length > 0) throw validationFailed(...problems);
  return requests;
}

function idOnly(id: unknown): JsonObject {
  if (typeof id !== "object" || id === null) return { _id: id } as JsonObject;
  throw illegalArgument("ids array element should only contain ids");
}

function getRequestOfItem(doc: unknown, defaults: MultiGetDefaults): GetRequest {
  if (typeof doc !== "object" || doc === null || Array.isArray(doc)) {
    throw illegalArgument("docs array element should include an object");
  }
  const item = doc as JsonObject;
  for (const key of Object.keys(item)) {
    if (DOC_KEYS.has(key) || typeof item[key] === "object") continue;
    const reason = `failed to parse multi get request. unknown field [${key}]`;
    throw exception("invalid", "parse_exception", reason);
  }
  const routing = item["routing"] ?? item["_routing"] ?? defaults.routing;
  const source = (item["_source"] as SourceFilter | undefined) ?? defaults.source;
  const version = item["version"] ?? item["_version"];
  const stored = item["stored_fields"] ?? defaults.storedFields;
  return {
    index: String(item["_index"] ?? defaults.index ?? ""),
    id: String(item["_id"] ?? ""),
    realtime: defaults.realtime,
    refresh: defaults.refresh,
    ...(routing === undefined ? {} : { routing: String(routing) }),
    ...(source === undefined ? {} : { source }),
    ...(version === undefined ? {} : { version: Number(version) }),
    ...(item["version_type"] === undefined
      ? {}
      : { versionType: item["version_type"] as VersionType }),
    ...(stored === undefined ? {} : { storedFields: ([] as string[]).concat(stored as string[]) }),
  };
}
