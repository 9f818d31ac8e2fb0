// The `inner_hits` of a query, parsed: which of the nested documents that matched a hit shows.
// Upstream: org.opensearch.index.query.{InnerHitBuilder,InnerHitContextBuilder}.

import { illegalArgument } from "../../base/index.ts";
import type { XContentObject, XContentValue } from "../../xcontent/index.ts";
import {
  type FetchSource,
  type FieldAndFormat,
  parseFetchSource,
  parseFields,
} from "./fetch-options.ts";
import { type HighlightSource, parseHighlight } from "./highlight/highlight-source.ts";
import type { QueryBuilder, QueryParseContext } from "./query-builder.ts";
import { parseSort, type SortBuilder } from "./sort-builder.ts";

/** One `inner_hits`. */
export interface InnerHitsBuilder {
  readonly name: string;
  /** The nested object. */
  readonly path: string;
  readonly query: QueryBuilder;
  readonly ignoreUnmapped: boolean;
  readonly from: number;
  readonly size: number;
  readonly explain: boolean;
  readonly version: boolean;
  readonly seqNoPrimaryTerm: boolean;
  readonly trackScores: boolean;
  readonly sorts: readonly SortBuilder[];
  readonly fetchSource: FetchSource | undefined;
  readonly storedFields: readonly string[] | undefined;
  readonly docvalueFields: readonly FieldAndFormat[];
  readonly fields: readonly FieldAndFormat[];
  readonly highlight: HighlightSource | undefined;
  /** Inner hits of the inner hits: those of nested queries inside this one. */
  readonly children: readonly InnerHitsBuilder[];
}

const SIZE_DEFAULT = 3;

/** Parses the options; what they belong to is added by the caller. */
export function parseInnerHits(
  owner: XContentObject,
  parser: QueryParseContext,
  of: Pick<InnerHitsBuilder, "path" | "query" | "ignoreUnmapped" | "children">,
): InnerHitsBuilder {
  const reader = parser.reader(owner, "inner_hits");
  const member = (key: string) => ({ owner, key, parser });
  const fields = (key: string): FieldAndFormat[] => {
    const value = reader.take(key);
    return value === undefined ? [] : parseFields(listOf(value), member(key), "docvalues_field");
  };
  const source = reader.take("_source");
  const sort = reader.take("sort");
  const highlight = reader.take("highlight");
  for (const key of ["script_fields", "collapse"]) {
    if (reader.take(key) !== undefined) {
      throw illegalArgument(`[inner_hits] with [${key}] is not supported`);
    }
  }
  const built: InnerHitsBuilder = {
    ...of,
    name: reader.takeString("name") ?? of.path,
    ignoreUnmapped: reader.takeBoolean("ignore_unmapped") ?? of.ignoreUnmapped,
    from: notNegative("from", reader.takeInteger("from") ?? 0),
    size: notNegative("size", reader.takeInteger("size") ?? SIZE_DEFAULT),
    explain: reader.takeBoolean("explain") ?? false,
    version: reader.takeBoolean("version") ?? false,
    seqNoPrimaryTerm: reader.takeBoolean("seq_no_primary_term") ?? false,
    trackScores: reader.takeBoolean("track_scores") ?? false,
    sorts: sort === undefined ? [] : parseSort(sort, parser),
    fetchSource: source === undefined ? undefined : parseFetchSource(source, member("_source")),
    storedFields: reader.takeStrings("stored_fields"),
    docvalueFields: fields("docvalue_fields"),
    fields: fields("fields"),
    highlight: highlight === undefined ? undefined : parseHighlight(highlight, parser),
  };
  reader.finishStrict();
  return built;
}

function listOf(value: XContentValue): readonly XContentValue[] {
  return Array.isArray(value) ? value : [value];
}

function notNegative(what: string, value: number): number {
  if (value >= 0) return value;
  throw illegalArgument(`illegal ${what} value, at least 0 required`);
}
