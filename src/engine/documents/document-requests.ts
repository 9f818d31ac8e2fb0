// What one document operation asks and answers. Upstream: IndexRequest, DeleteRequest,
// UpdateRequest, BulkItemResponse (2.19.6).

import { illegalArgument } from "../../base/index.ts";
import type { JsonObject } from "../cluster/metadata.ts";

/** How versions of a write are compared. */
export type VersionType = "internal" | "external" | "external_gte";
/** Reads a `version_type`. */
export function versionTypeOf(text: string): VersionType {
  if (text === "internal" || text === "external" || text === "external_gte") return text;
  if (text === "external_gt") return "external";
  throw illegalArgument(`No version type match [${text}]`);
}

/** `create` refuses a document that is there. */
export type OpType = "index" | "create";

interface Target {
  /** As given: an index, alias or data stream. */
  readonly index: string;
  readonly routing?: string;
  readonly ifSeqNo?: number;
  readonly ifPrimaryTerm?: number;
  readonly version?: number;
  readonly versionType?: VersionType;
  readonly requireAlias?: boolean;
  /** An ingest pipeline; there is none but `_none`. */
  readonly pipeline?: string;
}

/** Writes a whole document. */
export interface IndexRequest extends Target {
  readonly kind: "index";
  readonly id?: string;
  readonly opType: OpType;
  /** Came to `POST /{index}/_doc`, which is a creation of its own id. */
  readonly autoCreate?: boolean;
  /** JSON bytes as sent. */
  readonly source: Uint8Array;
}

/** Deletes a document. */
export interface DeleteRequest extends Target {
  readonly kind: "delete";
  readonly id: string;
}

/** Changes a part of a document. */
export interface UpdateRequest extends Target {
  readonly kind: "update";
  readonly id: string;
  /** `{doc, upsert, doc_as_upsert, detect_noop, _source}`, or its JSON bytes. */
  readonly body: JsonObject | Uint8Array;
  readonly retryOnConflict: number;
  /** `_source` parameter: which part of the new document to answer. */
  readonly fetchSource?: unknown;
}

/** Any write. */
export type WriteRequest = IndexRequest | DeleteRequest | UpdateRequest;

/** What a write did. */
export type WriteResult = "created" | "updated" | "deleted" | "not_found" | "noop";

/** Which shard copies a write reached, as every write answers. */
export interface ShardsHeader {
  readonly total: number;
  readonly successful: number;
  readonly failed: number;
}

/** What a write answers. */
export interface WriteResponse {
  readonly index: string;
  readonly id: string;
  readonly version: number;
  readonly result: WriteResult;
  readonly shards: ShardsHeader;
  readonly seqNo: number;
  readonly primaryTerm: number;
  readonly forcedRefresh?: boolean;
  /** Update with `_source`: the `get` section. */
  readonly get?: JsonObject;
}

/** 201 for created, 404 for a delete that found nothing, else 200. */
export function writeStatus(response: WriteResponse): number {
  if (response.result === "created") return 201;
  return response.result === "not_found" ? 404 : 200;
}

/** The response as the REST API writes it. */
export function writeResponseToJson(response: WriteResponse): JsonObject {
  return {
    _index: response.index,
    _id: response.id,
    _version: response.version,
    result: response.result,
    ...(response.forcedRefresh === true ? { forced_refresh: true } : {}),
    _shards: response.shards,
    _seq_no: response.seqNo,
    _primary_term: response.primaryTerm,
    ...(response.get === undefined ? {} : { get: response.get }),
  };
}

/** When a write becomes visible to searches. */
export type RefreshPolicy = "none" | "true" | "wait_for";
