// The one place that knows HTTP statuses: OpenSearch exception name → status, and the error
// envelope. Upstream: OpenSearchException.generateFailureXContent, ExceptionsHelper.status (3.6.0).

import { VarveError } from "../base/index.ts";

/** Status by exception name. */
export const STATUS_OF_TYPE: Readonly<Record<string, number>> = {
  action_request_validation_exception: 400,
  alias_not_found_exception: 404,
  aliases_not_found_exception: 404,
  circuit_breaking_exception: 429,
  cluster_block_exception: 403,
  concurrent_snapshot_execution_exception: 409,
  document_missing_exception: 404,
  document_source_missing_exception: 400,
  illegal_argument_exception: 400,
  index_closed_exception: 400,
  index_not_found_exception: 404,
  index_template_missing_exception: 404,
  invalid_alias_name_exception: 400,
  invalid_index_name_exception: 400,
  invalid_index_template_exception: 400,
  invalid_snapshot_name_exception: 400,
  invalid_type_name_exception: 400,
  json_e_o_f_exception: 400,
  json_parse_exception: 400,
  input_coercion_exception: 400,
  mapper_parsing_exception: 400,
  strict_dynamic_mapping_exception: 400,
  not_x_content_exception: 400,
  number_format_exception: 400,
  opensearch_parse_exception: 400,
  parse_exception: 400,
  parsing_exception: 400,
  pattern_syntax_exception: 400,
  query_shard_exception: 400,
  repository_missing_exception: 404,
  resource_already_exists_exception: 400,
  resource_not_found_exception: 404,
  routing_missing_exception: 400,
  script_exception: 400,
  search_context_missing_exception: 404,
  search_phase_execution_exception: 400,
  security_exception: 403,
  settings_exception: 400,
  snapshot_in_progress_exception: 400,
  validation_exception: 400,
  snapshot_in_use_deletion_exception: 409,
  snapshot_missing_exception: 404,
  status_exception: 400,
  task_cancelled_exception: 400,
  too_many_buckets_exception: 503,
  unavailable_shards_exception: 503,
  no_shard_available_action_exception: 503,
  process_cluster_event_timeout_exception: 503,
  version_conflict_engine_exception: 409,
  x_content_e_o_f_exception: 400,
  x_content_parse_exception: 400,
  date_time_parse_exception: 400,
  zone_rules_exception: 400,
};

/** Status of an error without an exception name, by its kind. */
export const STATUS_OF_KIND: Readonly<Record<VarveError["kind"], number>> = {
  invalid: 400,
  missing: 404,
  conflict: 409,
  corrupt: 500,
  "too-old": 500,
  "too-new": 500,
  unsupported: 400,
  limit: 400,
  unavailable: 503,
  aborted: 400,
  internal: 500,
};

/** Java's own exceptions: they are no root cause of an OpenSearch exception that wraps them. */
const JAVA_TYPES = new Set([
  "access_denied_exception",
  "array_index_out_of_bounds_exception",
  "arithmetic_exception",
  "class_cast_exception",
  "date_time_parse_exception",
  "e_o_f_exception",
  "file_system_exception",
  "i_o_exception",
  "illegal_argument_exception",
  "illegal_state_exception",
  "input_coercion_exception",
  "index_out_of_bounds_exception",
  "json_e_o_f_exception",
  "json_parse_exception",
  "no_such_bucket_exception",
  "no_such_file_exception",
  "null_pointer_exception",
  "number_format_exception",
  "pattern_syntax_exception",
  "s3_exception",
  "sdk_client_exception",
  "unsupported_operation_exception",
  "zone_rules_exception",
  "corrupt_index_exception",
  "x_content_parse_exception",
  "x_content_e_o_f_exception",
  "not_x_content_exception",
  "time_out_exception",
]);

const DEPTH_MAX = 20;

/** The HTTP status of anything that was thrown. */
export function statusOf(error: unknown): number {
  if (!(error instanceof VarveError)) return 500;
  const given = error.metadata["status"];
  if (typeof given === "number") return given;
  if (error.type !== undefined) {
    const status = STATUS_OF_TYPE[error.type];
    if (status !== undefined) return status;
    if (error.type.endsWith("_exception"))
      return error.kind === "missing" ? 404 : statusOfKind(error);
  }
  return statusOfKind(error);
}

/** Exceptions that upstream gives no status of their own are its 500s. */
function statusOfKind(error: VarveError): number {
  return error.type === undefined ? STATUS_OF_KIND[error.kind] : 500;
}

function typeOf(error: unknown): string {
  if (error instanceof VarveError) return error.type ?? TYPE_OF_KIND[error.kind];
  return "exception";
}

const TYPE_OF_KIND: Readonly<Record<VarveError["kind"], string>> = {
  invalid: "illegal_argument_exception",
  missing: "resource_not_found_exception",
  conflict: "illegal_state_exception",
  corrupt: "corrupt_state_exception",
  "too-old": "index_format_too_old_exception",
  "too-new": "index_format_too_new_exception",
  unsupported: "illegal_argument_exception",
  limit: "illegal_argument_exception",
  unavailable: "exception",
  aborted: "task_cancelled_exception",
  internal: "exception",
};

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Members of one exception, without its causes. */
function describe(error: unknown): Record<string, unknown> {
  const body: Record<string, unknown> = { type: typeOf(error), reason: reasonOf(error) };
  if (!(error instanceof VarveError)) return body;
  for (const [key, value] of Object.entries(error.metadata)) {
    if (key !== "status") body[key] = value;
  }
  return body;
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

/**
 * The innermost OpenSearch exception, or the exception itself. A parse exception also gives way to
 * another one inside it.
 */
function rootCause(error: unknown): unknown {
  let root = error;
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    const cause = causeOf(root);
    if (!(cause instanceof VarveError)) return root;
    const isParse = typeOf(root) === PARSE_TYPE;
    if (JAVA_TYPES.has(typeOf(cause)) && !(isParse && typeOf(cause) === PARSE_TYPE)) return root;
    if (JAVA_TYPES.has(typeOf(root)) && !isParse) return root;
    root = cause;
  }
  return root;
}

const PARSE_TYPE = "x_content_parse_exception";

/** One exception with its causes, as it stands inside items and failures. */
export function errorBody(error: unknown, depth = 0): Record<string, unknown> {
  const body = describe(error);
  const cause = causeOf(error);
  if (cause !== undefined && depth < DEPTH_MAX) body["caused_by"] = errorBody(cause, depth + 1);
  return body;
}

/** The whole answer: `{error: {root_cause, type, reason, caused_by}, status}`. */
export function errorEnvelope(error: unknown, withTrace: boolean): Record<string, unknown> {
  const given = error instanceof VarveError ? error.metadata["root_cause"] : undefined;
  const body = errorBody(error);
  delete body["root_cause"];
  const roots = given ?? [describe(rootCause(error))];
  const trace = withTrace && error instanceof Error ? { stack_trace: error.stack } : {};
  return { error: { root_cause: roots, ...body, ...trace }, status: statusOf(error) };
}
