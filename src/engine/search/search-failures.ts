// What a search answers when shards fail. Upstream: SearchPhaseExecutionException,
// ShardSearchFailure, ExceptionsHelper.groupBy.

import { VarveError } from "../../base/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";

/** One shard's failure. */
export interface ShardFailure {
  readonly index: string;
  readonly shardId: number;
  readonly error: unknown;
  /** The phase that failed; `query` where it is not given. */
  readonly phase?: string;
}

/** Java's own exceptions, which upstream repeats as their own cause. */
const JAVA_TYPES = new Set([
  "illegal_argument_exception",
  "illegal_state_exception",
  "number_format_exception",
  "unsupported_operation_exception",
  "null_pointer_exception",
  "arithmetic_exception",
]);

/** Causes of a query_shard_exception that do not count as roots. */
const NEVER_ROOT = new Set(["query_validation_exception", "parse_exception", "token_mgr_error"]);

function typeOf(error: unknown): string {
  return error instanceof VarveError ? (error.type ?? "illegal_argument_exception") : "exception";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An exception as it stands inside failures. */
export function exceptionBody(error: unknown, withCause = true): XContentObject {
  const body: XContentObject = { type: typeOf(error), reason: messageOf(error) };
  if (!(error instanceof Error)) return body;
  if (error instanceof VarveError) {
    for (const [key, value] of Object.entries(error.metadata)) {
      if (key !== "status") body[key] = value as XContentObject[string];
    }
  }
  if (withCause && error.cause !== undefined) body["caused_by"] = exceptionBody(error.cause);
  return body;
}

/** Failures of one index with the same reason are one. */
function groups(failures: readonly ShardFailure[]): ShardFailure[] {
  const seen = new Set<string>();
  return failures.filter(({ index, error }) => {
    const key = `${index} ${typeOf(error)} ${messageOf(error)}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

/** `_shards.failures`. */
export function failureBodies(failures: readonly ShardFailure[], nodeId: string): XContentObject[] {
  return groups(failures).map(({ index, shardId, error }) => ({
    shard: shardId,
    index,
    node: nodeId,
    reason: exceptionBody(error),
  }));
}

/** The exception of a search that no shard answered, or that may not be partial. */
export function searchPhaseException(
  failures: readonly ShardFailure[],
  nodeId: string,
  reason = "all shards failed",
  phase = "query",
): VarveError {
  const grouped = groups(failures);
  const first = grouped[0]?.error;
  const metadata: Record<string, unknown> = {
    phase,
    grouped: true,
    failed_shards: failureBodies(failures, nodeId),
    root_cause: grouped.map(({ error }) => exceptionBody(rootOf(error), false)),
  };
  const status = statusOf(first);
  if (status !== undefined) metadata["status"] = status;
  const cause =
    first instanceof VarveError && JAVA_TYPES.has(typeOf(first))
      ? new VarveError(first.kind, first.message, { type: typeOf(first), cause: first })
      : first;
  return new VarveError("invalid", reason, {
    type: "search_phase_execution_exception",
    metadata,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The exception of a search whose shards answered, but whose answers could not be reduced. */
export function reducePhaseException(error: unknown): unknown {
  if (!(error instanceof VarveError) || error.kind === "aborted") return error;
  const status = statusOf(error);
  return new VarveError("invalid", "", {
    type: "search_phase_execution_exception",
    metadata: {
      phase: "fetch",
      grouped: true,
      failed_shards: [],
      root_cause: [],
      ...(status === undefined ? {} : { status }),
    },
    cause: error,
  });
}

/** The innermost exception that is not one of Java's, or the exception itself. */
function rootOf(error: unknown): unknown {
  let root = error;
  while (
    root instanceof Error &&
    !(root.cause instanceof VarveError && NEVER_ROOT.has(typeOf(root.cause))) &&
    root.cause instanceof VarveError &&
    !JAVA_TYPES.has(typeOf(root.cause)) &&
    !JAVA_TYPES.has(typeOf(root))
  )
    root = root.cause;
  return root;
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof VarveError)) return 500;
  if (error.type === "too_many_buckets_exception") return 503;
  if (error.type === "circuit_breaking_exception") return 429;
  if (error.type === "search_exception") return 500;
  if (error.type === "aggregation_execution_exception") return 500;
  if (error.kind === "corrupt" || error.kind === "internal") return 500;
  return undefined;
}
