// The sort of an index (`index.sort.*`) as Lucene's sort fields. It must come out exactly as a real
// server computes it: the sort is written into every segment, and a server refuses an index whose
// segments are sorted otherwise. Upstream: org.opensearch.index.IndexSortConfig,
// IndexNumericFieldData.sortField and wideSortField (2.19.6).

import { illegalArgument } from "../../base/index.ts";
import type { SortField } from "../../lucene/index/index.ts";
import type { Settings } from "../settings.ts";

/** Before it, small integers were sorted as longs. */
const WIDENED_BEFORE_VERSION = 136287827; // 2.7.0

const INT_TYPES = new Set(["boolean", "byte", "short", "integer"]);
const LONG_TYPES = new Set(["long", "date", "date_nanos", "unsigned_long", "half_float"]);

/** The type name of a mapped field, and whether it has doc values; undefined if unmapped. */
export type SortFieldLookup = (
  field: string,
) => { readonly typeName: string; readonly hasDocValues: boolean } | undefined;

/** Empty when the index is not sorted. */
export function indexSortOf(settings: Settings, lookup: SortFieldLookup): SortField[] {
  const fields = settings.getList("index.sort.field");
  const orders = settings.getList("index.sort.order");
  const modes = settings.getList("index.sort.mode");
  const missings = settings.getList("index.sort.missing");
  const created = settings.getInt("index.version.created", WIDENED_BEFORE_VERSION);
  return fields.map((field, i) => {
    const mapped = lookup(field);
    if (mapped === undefined) throw illegalArgument(`unknown index sort field:[${field}]`);
    if (!mapped.hasDocValues) {
      throw illegalArgument(`docvalues not found for index sort field:[${field}]`);
    }
    const reverse = orders[i] === "desc";
    const mode = modes[i] ?? (reverse ? "max" : "min");
    const selector = mode === "max" ? "max" : "min";
    const missingFirst = missings[i] === "_first";
    const type = sortTypeOf(field, mapped.typeName, created < WIDENED_BEFORE_VERSION);
    return { field, type, reverse, selector, missing: missingOf(type, missingFirst !== reverse) };
  });
}

function sortTypeOf(field: string, typeName: string, widened: boolean): SortField["type"] {
  if (typeName === "keyword") return "string";
  if (INT_TYPES.has(typeName)) return widened ? "long" : "int";
  if (LONG_TYPES.has(typeName)) return "long";
  if (typeName === "float" || typeName === "double") return typeName;
  throw illegalArgument(`invalid index sort field:[${field}]`);
}

/** `least`: missing values stand where the smallest possible value would. */
function missingOf(type: SortField["type"], least: boolean): "first" | "last" | number | bigint {
  switch (type) {
    case "string":
      return least ? "first" : "last";
    case "int":
      return least ? -2147483648 : 2147483647;
    case "long":
      return least ? -9223372036854775808n : 9223372036854775807n;
    default:
      return least ? -Infinity : Infinity;
  }
}
