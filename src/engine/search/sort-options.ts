// Options that several kinds of sort share: the mode and the nested object.

import { illegalArgument } from "../../base/index.ts";
import type { XContentObject } from "../../xcontent/index.ts";
import { textOf } from "./object-reader.ts";
import type { QueryParseContext } from "./query-builder.ts";
import type { NestedSort } from "./sort-fields.ts";

const MODES = ["min", "max", "sum", "avg", "median"] as const;

/** A sort mode by its name. */
export function parseMode(text: string): (typeof MODES)[number] {
  const mode = MODES.find((name) => name === text.toLowerCase());
  if (mode === undefined) throw illegalArgument(`Unknown SortMode [${text}]`);
  return mode;
}

/** `nested: {path, filter, nested}`. */
export function parseNestedSort(body: XContentObject, parser: QueryParseContext): NestedSort {
  let path: string | undefined;
  let filter: NestedSort["filter"];
  let inner: NestedSort | undefined;
  for (const [key, value] of Object.entries(body)) {
    if (key === "path") path = textOf(value);
    else if (key === "filter") filter = parser.parseInner(body, key);
    else if (key === "max_children") throw illegalArgument("[max_children] is not supported");
    else if (key === "nested") inner = parseNestedSort(value as XContentObject, parser);
    else throw illegalArgument(`malformed nested sort format, unknown field name [${key}]`);
  }
  if (path === undefined) throw illegalArgument("malformed nested sort format, path is missing");
  return { path, filter, inner };
}
