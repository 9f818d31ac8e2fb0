// Writes and reads of single documents, and bulks of writes: finds the index (or makes it), the
// shard, keeps the mapping in step, waits for durability, refreshes when asked.
// Upstream: TransportBulkAction, TransportShardBulkAction, TransportUpdateAction (2.19.6).

import { illegalArgument, randomBase64Uuid } from "../../base/index.ts";
import { checkBlocks } from "../cluster/index-blocks.ts";
import type { IndexMetadata, JsonObject } from "../cluster/metadata.ts";
import {
  abstractions,
  resolveIndexRouting,
  resolveWriteIndex,
  wildcardRegExp,
} from "../cluster/name-resolver.ts";
import { exception, indexClosed, indexNotFound } from "../exceptions.ts";
import type { IndexService } from "../indices/index-service.ts";
import type { IndicesService } from "../indices/indices-service.ts";
import type { IndexShard } from "../shard/index.ts";
import type {
  DeleteRequest,
  IndexRequest,
  RefreshPolicy,
  ShardsHeader,
  UpdateRequest,
  WriteRequest,
  WriteResponse,
} from "./document-requests.ts";
import { type SourceFilter, sourceJson } from "./source-filter.ts";
import { parseUpdateBody, planUpdate } from "./update-document.ts";
import { checkWrites } from "./validate-write.ts";

const DYNAMIC_UPDATE_ROUNDS_MAX = 10;

/** Shards that a request wrote to; they are synced and refreshed once, at its end. */
export type TouchedShards = Set<IndexShard>;

/** Where a write goes. */
interface Destination {
  readonly service: IndexService;
  readonly shard: IndexShard;
}

/** Single-document operations over the node's indices. */
export class DocumentService {
  private readonly indices: IndicesService;

  constructor(indices: IndicesService) {
    this.indices = indices;
  }

  private get clock() {
    return this.indices.context.clock;
  }

  /** Runs one write and waits until it is durable and, if asked, visible. */
  async write(request: WriteRequest, refresh: RefreshPolicy = "none"): Promise<WriteResponse> {
    checkWrites([request]);
    await this.ensureIndex(
      request.index,
      request.requireAlias === true,
      request.kind === "delete" && !isExternal(request),
    );
    const touched: TouchedShards = new Set();
    const response = this.apply(request, touched);
    await this.settle(touched, refresh);
    return refresh === "true" ? { ...response, forcedRefresh: true } : response;
  }

  /** Waits for the translogs of the touched shards, then refreshes them if asked. */
  async settle(touched: TouchedShards, refresh: RefreshPolicy): Promise<void> {
    await Promise.all([...touched].map((shard) => shard.ensureSynced()));
    if (refresh === "none") return;
    for (const shard of touched) shard.refresh(refresh === "true" ? "api" : "wait_for");
  }

  /** Creates the index of a write when nothing has its name and auto-creation is on. */
  async ensureIndex(name: string, requireAlias: boolean, deleteOnly: boolean): Promise<void> {
    const { cluster } = this.indices;
    const found = abstractions(cluster.metadata).get(name);
    if (requireAlias && found?.kind !== "alias") {
      throw exception(
        "missing",
        "index_not_found_exception",
        `no such index [${name}] and [require_alias] request flag is [true] and [${name}] is not an alias`,
        { index: name, index_uuid: "_na_" },
      );
    }
    if (resolveWriteIndex(cluster.metadata, name, this.clock) !== undefined) return;
    if (deleteOnly) throw indexNotFound(name, "index_expression");
    this.checkAutoCreate(name);
    await this.indices.createIndex({ name });
  }

  /** Throws when `action.auto_create_index` does not let an index of this name come to be. */
  private checkAutoCreate(name: string): void {
    const rule =
      this.indices.cluster.settings.get("action.auto_create_index") ??
      this.indices.context.nodeSettings.get("action.auto_create_index", "true");
    if (rule === "true") return;
    if (rule === "false") throw autoCreateRefused(name, "is [false]");
    for (const part of rule.split(",").map((pattern) => pattern.trim())) {
      const pattern = part.replace(/^[+-]/, "");
      if (!wildcardRegExp(pattern).test(name)) continue;
      if (!part.startsWith("-")) return;
      throw autoCreateRefused(
        name,
        `contains [${part}] which forbids automatic creation of the index`,
      );
    }
    throw autoCreateRefused(name, `([${rule}]) doesn't match`);
  }

  /** Applies one write now; the caller settles the touched shards. */
  apply(given: WriteRequest, touched: TouchedShards): WriteResponse {
    const { metadata } = this.indices.cluster;
    const routing = resolveIndexRouting(metadata, given.index, given.routing);
    const request = routing === given.routing ? given : ({ ...given, routing } as WriteRequest);
    if (request.kind === "index") return this.index(request, touched);
    if (request.kind === "delete") return this.delete(request, touched);
    return this.update(request, touched);
  }

  /** Metadata of the index that a write goes to. */
  writeIndex(name: string): IndexMetadata {
    const metadata = resolveWriteIndex(this.indices.cluster.metadata, name, this.clock);
    if (metadata === undefined) throw indexNotFound(name);
    return metadata;
  }

  private destination(request: WriteRequest, id: string): Destination {
    const metadata = this.writeIndex(request.index);
    checkWritable(metadata);
    const service = this.indices.service(metadata.name)!;
    if (service.routingRequired && request.routing === undefined) {
      throw exception(
        "invalid",
        "routing_missing_exception",
        `routing is required for [${metadata.name}]/[${id}]`,
        { index: metadata.name, index_uuid: metadata.uuid },
      );
    }
    return { service, shard: shardOf(service, id, request.routing) };
  }

  private index(request: IndexRequest, touched: TouchedShards): WriteResponse {
    if (request.id === "") {
      throw exception(
        "invalid",
        "illegal_argument_exception",
        "if _id is specified it must not be empty",
      );
    }
    checkPipeline(request);
    const isAuto = request.id === undefined;
    const id = request.id ?? this.newId();
    this.checkDataStream(request);
    const { service, shard } = this.destination(request, id);
    const parsed = this.parse(service, id, request.routing, request.source);
    const result = shard.index({
      id,
      source: parsed.source ?? request.source,
      parsed,
      opType: isAuto ? "create" : request.opType,
      versionType: request.versionType ?? "internal",
      autoGeneratedId: isAuto,
      ...optional(request),
    });
    touched.add(shard);
    return { index: service.name, id, shards: shardsHeader(service), ...result };
  }

  /** Data streams take only creations. */
  private checkDataStream(request: IndexRequest): void {
    if (request.opType === "create") return;
    const found = abstractions(this.indices.cluster.metadata).get(request.index);
    if (found?.kind !== "data_stream") return;
    throw exception(
      "invalid",
      "illegal_argument_exception",
      "only write ops with an op_type of create are allowed in data streams",
    );
  }

  /** Parses; puts dynamic mappings in place first when the document brings new fields. */
  private parse(
    service: IndexService,
    id: string,
    routing: string | undefined,
    source: Uint8Array,
  ) {
    const input = { id, source, ...(routing === undefined ? {} : { routing }) };
    for (let round = 0; round < DYNAMIC_UPDATE_ROUNDS_MAX; round++) {
      const parsed = service.mapper.parse(input);
      if (parsed.dynamicUpdate === undefined) return parsed;
      this.indices.putMapping(service.name, parsed.dynamicUpdate);
    }
    throw exception("internal", "illegal_state_exception", "Dynamic mappings did not settle");
  }

  private delete(request: DeleteRequest, touched: TouchedShards): WriteResponse {
    const { service, shard } = this.destination(request, request.id);
    const result = shard.delete({
      id: request.id,
      versionType: request.versionType ?? "internal",
      ...optional(request),
    });
    touched.add(shard);
    return { index: service.name, id: request.id, shards: shardsHeader(service), ...result };
  }

  private update(request: UpdateRequest, touched: TouchedShards): WriteResponse {
    const body = request.body instanceof Uint8Array ? parseUpdateBody(request.body) : request.body;
    const { service, shard } = this.destination(request, request.id);
    const existing = shard.get(request.id, { realtime: true });
    checkPreconditions(service, shard, request, existing);
    const missing = () =>
      exception("missing", "document_missing_exception", `[${request.id}]: document missing`, {
        index: service.name,
        shard: String(shard.shardId),
        index_uuid: service.metadata.uuid,
      });
    if (existing !== undefined && existing.source === undefined) {
      throw exception(
        "invalid",
        "document_source_missing_exception",
        `[${request.id}]: document source missing`,
        {
          index: service.name,
          shard: String(shard.shardId),
          index_uuid: service.metadata.uuid,
        },
      );
    }
    const plan = planUpdate(existing?.source, body, missing);
    if (plan.action === "noop") {
      return {
        index: service.name,
        id: request.id,
        version: existing!.version,
        result: "noop",
        shards: { total: 0, successful: 0, failed: 0 },
        seqNo: existing!.seqNo,
        primaryTerm: existing!.primaryTerm,
        ...this.fetched(request, body, existing!.source!, existing!),
      };
    }
    const routing = existing?.routing ?? request.routing;
    const response = this.index(
      {
        kind: "index",
        index: service.name,
        id: request.id,
        source: plan.source,
        opType: plan.created ? "create" : "index",
        ...(routing === undefined ? {} : { routing }),
        ...(existing === undefined
          ? {}
          : { ifSeqNo: existing.seqNo, ifPrimaryTerm: existing.primaryTerm }),
      },
      touched,
    );
    return { ...response, ...this.fetched(request, body, plan.source, response) };
  }

  /** The `get` section of an update that asked for `_source`. */
  private fetched(
    request: UpdateRequest,
    body: JsonObject,
    source: Uint8Array,
    at: { seqNo: number; primaryTerm: number },
  ): { get?: JsonObject } {
    const wanted = (request.fetchSource ?? body["_source"]) as SourceFilter | undefined;
    if (wanted === undefined || wanted === false) return {};
    const filtered = sourceJson(source, wanted);
    return {
      get: { _seq_no: at.seqNo, _primary_term: at.primaryTerm, found: true, _source: filtered },
    };
  }

  /** 20 URL-safe characters, as OpenSearch's time-based ids are long. */
  private newId(): string {
    return randomBase64Uuid(this.indices.context.random).slice(0, 20);
  }
}

function autoCreateRefused(name: string, why: string): Error {
  return exception(
    "missing",
    "index_not_found_exception",
    `no such index [${name}] and [action.auto_create_index] ${why}`,
    { index: name, index_uuid: "_na_" },
  );
}

/** The shard, or the error of a shard that is not there. */
export function shardOf(
  service: IndexService,
  id: string,
  routing: string | undefined,
): IndexShard {
  const number = service.shardNumber(id, routing);
  const shard = service.shards[number];
  if (shard === undefined) throw shardUnavailable(service, number);
  return shard;
}

/** `unavailable_shards_exception`, 503. */
export function shardUnavailable(service: IndexService, number: number): Error {
  return exception(
    "unavailable",
    "unavailable_shards_exception",
    `[${service.name}][${number}] primary shard is not active Timeout: [1m], request: [shard ${number}]`,
    { index: service.name, shard: String(number), index_uuid: service.metadata.uuid },
  );
}

/** Replicas are asked for in the settings but a single node has none. */
export function shardsHeader(service: IndexService): ShardsHeader {
  const replicas = service.metadata.settings.getInt("index.number_of_replicas", 1);
  return { total: replicas + 1, successful: 1, failed: 0 };
}

function isExternal(request: WriteRequest): boolean {
  return request.versionType === "external" || request.versionType === "external_gte";
}

/** There are no ingest pipelines. */
function checkPipeline(request: IndexRequest): void {
  if (request.pipeline === undefined || request.pipeline === "_none") return;
  throw illegalArgument(`pipeline with id [${request.pipeline}] does not exist`);
}

/** Blocks that refuse writes, and closed indices. */
export function checkWritable(index: IndexMetadata): void {
  if (index.state === "close") throw indexClosed(index.name, index.uuid);
  checkBlocks([index], "write");
}

function optional(request: IndexRequest | DeleteRequest) {
  return {
    ...(request.routing === undefined ? {} : { routing: request.routing }),
    ...(request.version === undefined ? {} : { version: request.version }),
    ...(request.ifSeqNo === undefined ? {} : { ifSeqNo: request.ifSeqNo }),
    ...(request.ifPrimaryTerm === undefined ? {} : { ifPrimaryTerm: request.ifPrimaryTerm }),
  };
}

/** An update's own if_seq_no and if_primary_term are checked against what it read. */
function checkPreconditions(
  service: IndexService,
  shard: IndexShard,
  request: UpdateRequest,
  existing: { seqNo: number; primaryTerm: number } | undefined,
): void {
  if (request.ifSeqNo === undefined) return;
  const { ifSeqNo, ifPrimaryTerm } = request;
  if (existing?.seqNo === ifSeqNo && existing.primaryTerm === ifPrimaryTerm) return;
  const current =
    existing === undefined
      ? "but no document was found"
      : `current document has seqNo [${existing.seqNo}] and primary term [${existing.primaryTerm}]`;
  throw exception(
    "conflict",
    "version_conflict_engine_exception",
    `[${request.id}]: version conflict, required seqNo [${ifSeqNo}], primary term [${ifPrimaryTerm}]. ${current}`,
    { index: service.name, shard: String(shard.shardId), index_uuid: service.metadata.uuid },
  );
}
