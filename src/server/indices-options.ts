// `ignore_unavailable`, `allow_no_indices`, `expand_wildcards` of a request over a route's
// defaults. Upstream: IndicesOptions.fromParameters (3.6.0).

import { illegalArgument } from "../base/index.ts";
import type { IndexMetadata, IndicesOptions, Node } from "../engine/index.ts";
import { resolveIndices } from "../engine/index.ts";
import type { RestRequest } from "./rest-request.ts";

interface Expansion {
  open: boolean;
  closed: boolean;
  hidden: boolean;
}

/** Reads `open,closed,hidden,none,all`. */
export function parseExpandWildcards(text: string | readonly string[]): Expansion {
  const expansion = { open: false, closed: false, hidden: false };
  const states = typeof text === "string" ? text.split(",") : text;
  for (const state of states) {
    switch (state.trim()) {
      case "open":
        expansion.open = true;
        break;
      case "closed":
        expansion.closed = true;
        break;
      case "hidden":
        expansion.hidden = true;
        break;
      case "none":
        Object.assign(expansion, { open: false, closed: false, hidden: false });
        break;
      case "all":
        Object.assign(expansion, { open: true, closed: true, hidden: true });
        break;
      default:
        throw illegalArgument(`No valid expand wildcard value [${state}]`);
    }
  }
  return expansion;
}

/** The route's options with what the request changes. */
export function indicesOptions(request: RestRequest, defaults: IndicesOptions): IndicesOptions {
  const expand = request.param("expand_wildcards");
  const expansion = expand === undefined ? undefined : parseExpandWildcards(expand);
  return {
    ...defaults,
    ignoreUnavailable: request.paramBoolean("ignore_unavailable", defaults.ignoreUnavailable),
    allowNoIndices: request.paramBoolean("allow_no_indices", defaults.allowNoIndices),
    ...(expansion === undefined
      ? {}
      : {
          expandOpen: expansion.open,
          expandClosed: expansion.closed,
          expandHidden: expansion.hidden,
        }),
  };
}

/** The indices that `{index}` names, in name order where wildcards took part. */
export function indicesOf(
  request: RestRequest,
  node: Node,
  defaults: IndicesOptions,
): IndexMetadata[] {
  const names = request.paramList("index");
  return resolveIndices(
    node.cluster.metadata,
    names,
    indicesOptions(request, defaults),
    node.clock,
  );
}
