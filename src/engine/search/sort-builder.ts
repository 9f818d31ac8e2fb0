// The `sort` of a request: parsing. Upstream: org.opensearch.search.sort.{SortBuilder,
// FieldSortBuilder,ScoreSortBuilder,GeoDistanceSortBuilder,NestedSortBuilder}.

import { illegalArgument } from "../../base/index.ts";
import { isXContentObject, type XContentObject, type XContentValue } from "../../xcontent/index.ts";
import { parseGeoDistanceSort } from "./geo-distance-sort.ts";
import type { QueryParseContext } from "./query-builder.ts";
import {
  DocSortBuilder,
  FieldSortBuilder,
  ScoreSortBuilder,
  type SortBuilder,
} from "./sort-fields.ts";
import { parseMode, parseNestedSort } from "./sort-options.ts";

export type { SortBuilder } from "./sort-fields.ts";

/** Parses `sort`: a name, an object, or a list of both. */
export function parseSort(value: XContentValue, parser: QueryParseContext): SortBuilder[] {
  if (typeof value === "string") return [named(value, undefined)];
  if (isXContentObject(value)) return parseCompound(value, parser);
  if (!Array.isArray(value)) {
    throw illegalArgument(
      "malformed sort format, either start with array, object, or an actual string",
    );
  }
  return value.flatMap((item) => {
    if (typeof item === "string") return [named(item, undefined)];
    if (isXContentObject(item)) return parseCompound(item, parser);
    throw illegalArgument(
      "malformed sort format, " +
        "within the sort array, an object, or an actual string are allowed",
    );
  });
}

/** Parses the sort of a URI: `field`, `field:asc`, `field:desc`. */
export function parseUriSort(text: string): SortBuilder[] {
  const at = text.lastIndexOf(":");
  if (at < 0) return [named(text, undefined)];
  const order = text.slice(at + 1);
  // Any other order is left out, as upstream does.
  return order === "asc" || order === "desc" ? [named(text.slice(0, at), order)] : [];
}

function parseOrder(text: string): "asc" | "desc" {
  const order = text.toLowerCase();
  if (order === "asc" || order === "desc") return order;
  throw illegalArgument(
    `No enum constant org.opensearch.search.sort.SortOrder.${text.toUpperCase()}`,
  );
}

function named(field: string, order: "asc" | "desc" | undefined): SortBuilder {
  if (field === "_score") return new ScoreSortBuilder(order ?? "desc");
  if (field === "_doc") return new DocSortBuilder(order ?? "asc");
  return new FieldSortBuilder(field, { order: order ?? "asc" });
}

function parseCompound(object: XContentObject, parser: QueryParseContext): SortBuilder[] {
  return Object.entries(object).map(([field, value]) => {
    if (typeof value === "string") return named(field, parseOrder(value));
    if (!isXContentObject(value)) {
      throw illegalArgument(`malformed sort format for [${field}]`);
    }
    if (field === "_geo_distance" || field === "_geoDistance") {
      return parseGeoDistanceSort(value, parser);
    }
    if (field === "_script") throw illegalArgument("[_script] sort is not supported");
    return parseFieldSort(field, value, parser);
  });
}

function parseFieldSort(
  field: string,
  body: XContentObject,
  parser: QueryParseContext,
): SortBuilder {
  const reader = parser.reader(body, field === "_score" ? "_score" : "field_sort");
  const order = reader.takeString("order");
  if (field === "_score") {
    reader.finishStrict();
    return new ScoreSortBuilder(order === undefined ? "desc" : parseOrder(order));
  }
  const missing = reader.take("missing");
  const mode = reader.takeString("mode");
  const nested = reader.takeObject("nested");
  const unmappedType = reader.takeString("unmapped_type");
  const numericType = reader.takeString("numeric_type");
  reader.finishStrict();
  if (field === "_doc") return new DocSortBuilder(order === undefined ? "asc" : parseOrder(order));
  return new FieldSortBuilder(field, {
    order: order === undefined ? "asc" : parseOrder(order),
    missing: missing ?? undefined,
    mode: mode === undefined ? undefined : reader.wrap("mode", () => parseMode(mode)),
    nested: nested === undefined ? undefined : parseNestedSort(nested, parser),
    unmappedType,
    numericType,
  });
}
