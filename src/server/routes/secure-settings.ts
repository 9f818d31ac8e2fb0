// Secrets: reading the keystore again without a restart. A failure is told in the answer, a 200.
// Upstream: RestReloadSecureSettingsAction, TransportNodesReloadSecureSettingsAction (3.6.0).

import { VarveError } from "../../base/index.ts";
import {
  matchesAny,
  type Node,
  RequestSource,
  tokenName,
  xContentParseException,
} from "../../engine/index.ts";
import type { XContentValue } from "../../xcontent/index.ts";
import { errorBody } from "../error-map.ts";
import type { RestRequest } from "../rest-request.ts";
import type { RestResponse, Route } from "../route.ts";

const PASSWORD = "secure_settings_password";
const PARSER = "[reload_secure_settings]";

async function reload(request: RestRequest, node: Node): Promise<RestResponse> {
  const password = await passwordOf(request);
  const isMeant = selectsNode(request.paramList("node_id"), node);
  const total = isMeant ? 1 : 0;
  return {
    body: {
      _nodes: { total, successful: total, failed: 0 },
      cluster_name: node.clusterName,
      nodes: isMeant ? { [node.id]: { name: node.name, ...reloadNode(node, password) } } : {},
    },
  };
}

function reloadNode(node: Node, password: string): { reload_exception?: unknown } {
  try {
    node.secureSettings.reload(password);
    return {};
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    return { reload_exception: errorBody(error) };
  }
}

/** The password of the body; none is the empty one. */
async function passwordOf(request: RestRequest): Promise<string> {
  const body = (await request.body()) as XContentValue | undefined;
  if (body === undefined) return "";
  const source = new RequestSource(body, request.jsonText());
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    const message = `${PARSER} Expected START_OBJECT but was: ${tokenName(body)}`;
    throw xContentParseException(message, { line: 1, column: 1 });
  }
  let password = "";
  for (const [key, value] of Object.entries(body)) {
    if (key !== PASSWORD) {
      const message = `${PARSER} unknown field [${key}]`;
      throw xContentParseException(message, source.locate(body, key, "name"));
    }
    if (typeof value !== "string") {
      const message = `${PARSER} ${key} doesn't support values of type: ${tokenName(value)}`;
      throw xContentParseException(message, source.locate(body, key, "value"));
    }
    password = value;
  }
  return password;
}

/** Do the node filters of a path mean this node? Upstream: DiscoveryNodes.resolveNodes. */
function selectsNode(filters: readonly string[], node: Node): boolean {
  if (filters.length === 0) return true;
  const known = [...NODE_FILTERS, node.id];
  return filters.some((filter) => known.includes(filter) || matchesAny([filter], node.name));
}

/** Filters that mean the only node of a cluster. */
const NODE_FILTERS: readonly string[] = [
  "_all",
  "_local",
  "_master",
  "_cluster_manager",
  "master:true",
  "cluster_manager:true",
  "data:true",
  "ingest:true",
];

/** GET would be taken for a metric of the nodes. */
function wrongMethod(request: RestRequest): RestResponse {
  const error =
    `Incorrect HTTP method for uri [${request.path}] and method [${request.method}], ` +
    "allowed: [POST]";
  return { status: 405, body: { error, status: 405 } };
}

const PATH = "/_nodes/reload_secure_settings";

/** Routes of secrets. */
export const secureSettingsRoutes: readonly Route[] = [
  { methods: ["POST"], path: PATH, params: ["timeout"], handle: reload },
  {
    methods: ["POST"],
    path: "/_nodes/:node_id/reload_secure_settings",
    params: ["timeout"],
    handle: reload,
  },
  { methods: ["GET", "PUT", "DELETE"], path: PATH, params: [], handle: wrongMethod },
];
