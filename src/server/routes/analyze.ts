// `_analyze`, of the node and of an index. Upstream: RestAnalyzeAction (3.6.0).

import { analyzeRequest, exception, type Node } from "../../engine/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import type { RestRequest } from "../rest-request.ts";
import type { RestResponse, Route } from "../route.ts";

async function analyzeText(request: RestRequest, node: Node): Promise<RestResponse> {
  const body = await request.body();
  if (body === undefined) {
    const reason = "request body or source parameter is required";
    throw exception("invalid", "parse_exception", reason);
  }
  const raw = await request.rawBody();
  const text = raw[0] === 0x7b ? raw.toString("utf8") : undefined;
  const index = request.param("index");
  return { body: analyzeRequest(node.indices, index, body as XContentObject, text) };
}

const methods = ["GET", "POST"] as const;

/** Routes of `_analyze`. */
export const analyzeRoutes: readonly Route[] = [
  { methods, path: "/_analyze", params: [], handle: analyzeText },
  { methods, path: "/:index/_analyze", params: [], handle: analyzeText },
];
