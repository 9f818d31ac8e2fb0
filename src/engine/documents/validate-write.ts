// What is wrong with a write before any index is looked at. All writes of a bulk are checked
// first; one that does not hold refuses the whole bulk.
// Upstream: IndexRequest.validate, DeleteRequest.validate, UpdateRequest.validate, DocWriteRequest
// (3.6.0).

import { decodeJson } from "../../xcontent/index.ts";
import type { JsonObject } from "../cluster/metadata.ts";
import { validationFailed } from "../exceptions.ts";
import type { IndexRequest, UpdateRequest, WriteRequest } from "./document-requests.ts";

/** Upstream's limit of an `_id`. */
const ID_BYTES_MAX = 512;
/** Versions.MATCH_ANY, as it shows in texts. */
const MATCH_ANY = -3;

/** Throws `action_request_validation_exception` with every problem of the writes. */
export function checkWrites(requests: readonly WriteRequest[]): void {
  const problems: string[] = [];
  for (const request of requests) if (!isPlain(request)) problems.push(...writeProblems(request));
  if (problems.length > 0) throw validationFailed(...problems);
}

/** The common case, where nothing can be wrong. */
function isPlain(request: WriteRequest): boolean {
  return (
    request.kind === "index" &&
    request.version === undefined &&
    request.versionType === undefined &&
    request.ifSeqNo === undefined &&
    request.ifPrimaryTerm === undefined &&
    (request.id === undefined || request.id.length <= ID_BYTES_MAX / 4)
  );
}

function writeProblems(request: WriteRequest): string[] {
  if (request.kind === "index") return indexProblems(request);
  const problems: string[] = [];
  if (request.id === "") problems.push("id is missing");
  problems.push(...compareAndSetProblems(request));
  if (request.kind === "update") problems.push(...updateProblems(request));
  return [...problems, ...idProblems(request.id)];
}

function indexProblems(request: IndexRequest): string[] {
  const hasVersionType = request.versionType !== undefined && request.versionType !== "internal";
  if (request.opType === "create" || (request.id === undefined && request.autoCreate === true)) {
    if (hasVersionType) {
      return ["create operations only support internal versioning. use index instead"];
    }
    if (request.version !== undefined) {
      return ["create operations do not support explicit versions. use index instead"];
    }
    if (request.ifSeqNo !== undefined || request.ifPrimaryTerm !== undefined) {
      return ["create operations do not support compare and set. use index instead"];
    }
  }
  const problems: string[] = [];
  if (request.id === undefined && (hasVersionType || request.version !== undefined)) {
    problems.push("an id must be provided if version type or value are set");
  }
  return [...problems, ...compareAndSetProblems(request), ...idProblems(request.id)];
}

function compareAndSetProblems(request: WriteRequest): string[] {
  const problems: string[] = [];
  const { version, versionType = "internal", ifSeqNo } = request;
  const term = request.ifPrimaryTerm ?? 0;
  if (versionType !== "internal" && (version ?? MATCH_ANY) < 0) {
    const type = versionType.toUpperCase();
    problems.push(`illegal version value [${version ?? MATCH_ANY}] for version type [${type}]`);
  }
  if (versionType === "internal" && version !== undefined && version !== MATCH_ANY) {
    if (version <= 0) {
      problems.push(`illegal version value [${version}] for version type [INTERNAL]`);
    }
    problems.push(
      "internal versioning can not be used for optimistic concurrency control. " +
        "Please use `if_seq_no` and `if_primary_term` instead",
    );
  }
  if (ifSeqNo !== undefined && (versionType !== "internal" || version !== undefined)) {
    problems.push("compare and write operations can not use versioning");
  }
  if (term === 0 && ifSeqNo !== undefined) {
    problems.push("ifSeqNo is set, but primary term is [0]");
  }
  if (term !== 0 && ifSeqNo === undefined) {
    problems.push(`ifSeqNo is unassigned, but primary term is [${term}]`);
  }
  return problems;
}

function updateProblems(request: UpdateRequest): string[] {
  const body =
    request.body instanceof Uint8Array ? (decodeJson(request.body) as JsonObject) : request.body;
  const problems: string[] = [];
  if (request.ifSeqNo !== undefined) {
    if (request.retryOnConflict > 0) {
      problems.push("compare and write operations can not be retried");
    }
    if (body["doc_as_upsert"] === true) {
      problems.push("compare and write operations can not be used with upsert");
    }
    if (body["upsert"] !== undefined) {
      problems.push("upsert requests don't support `if_seq_no` and `if_primary_term`");
    }
  }
  if (body["doc"] === undefined && body["script"] === undefined) {
    problems.push("script or doc is missing");
  }
  if (body["doc"] === undefined && body["doc_as_upsert"] === true) {
    problems.push("doc must be specified if doc_as_upsert is enabled");
  }
  return problems;
}

function idProblems(id: string | undefined): string[] {
  if (id === undefined) return [];
  const bytes = Buffer.byteLength(id);
  if (bytes <= ID_BYTES_MAX) return [];
  const limit = `must be no longer than ${ID_BYTES_MAX} bytes but was: ${bytes}`;
  return [`id [${id}] is too long, ${limit}`];
}
