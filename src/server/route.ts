// A route: methods, path, the parameters it knows, and what it does. One entry a REST call; the
// lists in routes/*.ts are the whole surface.

import type { Node } from "../engine/index.ts";
import type { RestRequest } from "./rest-request.ts";

/** What a route answers. */
export interface RestResponse {
  readonly status?: number;
  /** An object is encoded by `format`/Accept; a string is sent as text. Undefined: no body. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One REST call. */
export interface Route {
  readonly methods: readonly ("GET" | "POST" | "PUT" | "DELETE" | "HEAD" | "PATCH")[];
  /** `/:index/_doc/:id`; a name that starts with a colon is a path parameter. */
  readonly path: string;
  /** Query parameters besides the common ones. */
  readonly params: readonly string[];
  readonly handle: (request: RestRequest, node: Node) => Promise<RestResponse> | RestResponse;
}

/** Understood by every route. */
export const COMMON_PARAMS: readonly string[] = [
  "pretty",
  "human",
  "filter_path",
  "error_trace",
  "format",
  "source",
  "source_content_type",
];

/** Parameters of every cluster-manager call. */
export const CLUSTER_PARAMS: readonly string[] = [
  "cluster_manager_timeout",
  "master_timeout",
  "timeout",
  "local",
];
/** Parameters of calls that take an index expression. */
export const INDICES_PARAMS: readonly string[] = [
  "ignore_unavailable",
  "allow_no_indices",
  "expand_wildcards",
  "ignore_throttled",
];
