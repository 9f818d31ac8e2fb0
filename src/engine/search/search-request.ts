// The parameters of a search's URI, laid over its body.
// Upstream: org.opensearch.rest.action.search.RestSearchAction, QueryStringQueryParams.

import { illegalArgument } from "../../base/index.ts";
import type { XContentObject, XContentValue } from "../../xcontent/index.ts";
import { parseTimeValue } from "../settings.ts";
import { toBoolean, toInteger } from "./object-reader.ts";
import {
  parseQuery,
  parseSearchSource,
  parseTrackTotalHits,
  type SearchSource,
} from "./search-source.ts";
import { parseUriSort } from "./sort-builder.ts";

/** A search as it comes from REST. */
export interface SearchRequest {
  readonly body?: XContentValue | undefined;
  /** The JSON text of the body, for the places in errors. */
  readonly text?: string | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Query parameters that a search understands; the REST layer refuses others. */
export const SEARCH_PARAMS: readonly string[] = [
  "q",
  "df",
  "analyzer",
  "analyze_wildcard",
  "default_operator",
  "lenient",
  "from",
  "size",
  "explain",
  "version",
  "seq_no_primary_term",
  "timeout",
  "terminate_after",
  "stored_fields",
  "docvalue_fields",
  "_source",
  "_source_includes",
  "_source_excludes",
  "track_scores",
  "track_total_hits",
  "sort",
  "stats",
  "search_type",
  "scroll",
  "preference",
  "routing",
  "request_cache",
  "pre_filter_shard_size",
  "max_concurrent_shard_requests",
  "batched_reduce_size",
  "allow_partial_search_results",
  "ignore_unavailable",
  "allow_no_indices",
  "expand_wildcards",
  "ignore_throttled",
  "ccs_minimize_roundtrips",
  "rest_total_hits_as_int",
  "typed_keys",
  "cancel_after_time_interval",
  "include_named_queries_score",
  "phase_took",
  "search_pipeline",
  "suggest_field",
  "suggest_mode",
  "suggest_size",
  "suggest_text",
  "verbose_pipeline",
];

/** A request with body and parameters merged. */
export interface ParsedSearch {
  readonly source: SearchSource;
  readonly dfs: boolean;
  readonly scrollMs: number | undefined;
  readonly totalHitsAsInt: boolean;
  readonly typedKeys: boolean;
  readonly allowPartialResults: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Parses a search. */
export function parseSearchRequest(request: SearchRequest): ParsedSearch {
  const { params } = request;
  const source = request.body === undefined ? {} : parseSearchSource(request.body, request.text);
  applyParams(source, params);
  const flag = (name: string, fallback: boolean): boolean => {
    const value = params[name];
    return value === undefined ? fallback : value === "" || toBoolean(value);
  };
  const scroll = params["scroll"];
  return {
    source,
    dfs: searchType(params["search_type"]),
    scrollMs: scroll === undefined ? undefined : parseTimeValue(scroll, "scroll"),
    totalHitsAsInt: flag("rest_total_hits_as_int", false),
    typedKeys: flag("typed_keys", false),
    allowPartialResults: flag("allow_partial_search_results", true),
    signal: request.signal,
  };
}

function searchType(name: string | undefined): boolean {
  switch (name) {
    case undefined:
    case "query_then_fetch":
      return false;
    case "dfs_query_then_fetch":
      return true;
    default:
      throw illegalArgument(`No search type for [${name}]`);
  }
}

function applyParams(source: SearchSource, params: Readonly<Record<string, string>>): void {
  const take = <T>(name: string, convert: (value: string) => T, set: (value: T) => void): void => {
    const value = params[name];
    if (value !== undefined) set(convert(value));
  };
  const list = (value: string): string[] => value.split(",").filter((part) => part !== "");
  const flag = (value: string): boolean => value === "" || toBoolean(value);
  const query = uriQuery(params);
  if (query !== undefined) source.query = parseQuery(query);
  take(
    "from",
    (text) => intParam("from", text),
    (value) => (source.from = notNegative("from", value)),
  );
  take(
    "size",
    (text) => intParam("size", text),
    (value) => (source.size = notNegative("size", value)),
  );
  take("version", flag, (value) => (source.version = value));
  take("seq_no_primary_term", flag, (value) => (source.seqNoPrimaryTerm = value));
  take("track_scores", flag, (value) => (source.trackScores = value));
  take(
    "timeout",
    (value) => parseTimeValue(value, "timeout"),
    (ms) => (source.timeoutMs = ms),
  );
  take("terminate_after", toInteger, (value) => {
    if (value < 0) throw illegalArgument("terminateAfter must be > 0");
    source.terminateAfter = value;
  });
  take("track_total_hits", parseTrackTotalHits, (value) => (source.trackTotalHits = value));
  take("stored_fields", list, (value) => (source.storedFields = value));
  take("docvalue_fields", list, (value) => {
    source.docvalueFields = value.map((field) => ({ field, format: undefined }));
  });
  take("sort", list, (value) => (source.sorts = value.flatMap(parseUriSort)));
  take("explain", flag, (value) => (source.explain = value));
  for (const name of ["suggest_field", "search_pipeline"]) {
    if (params[name] !== undefined) throw illegalArgument(`[${name}] is not supported`);
  }
  applySourceParams(source, params);
}

function intParam(name: string, text: string): number {
  try {
    return toInteger(text);
  } catch (error) {
    throw illegalArgument(`Failed to parse int parameter [${name}] with value [${text}]`, error);
  }
}

function notNegative(name: string, value: number): number {
  if (value < 0) throw illegalArgument(`[${name}] parameter cannot be negative, found [${value}]`);
  return value;
}

function applySourceParams(source: SearchSource, params: Readonly<Record<string, string>>): void {
  const main = params["_source"];
  const includes = params["_source_includes"];
  const excludes = params["_source_excludes"];
  if (main === undefined && includes === undefined && excludes === undefined) return;
  const isFlag = main === "true" || main === "false" || main === "";
  const named = main === undefined || isFlag ? includes : main;
  source.fetchSource = {
    enabled: main !== "false",
    includes: named?.split(",") ?? [],
    excludes: excludes?.split(",") ?? [],
  };
}

/** The query of `?q=`, as a query_string query. */
export function uriQuery(params: Readonly<Record<string, string>>): XContentObject | undefined {
  const q = params["q"];
  if (q === undefined) return undefined;
  const query: XContentObject = { query: q };
  const copy: readonly (readonly [string, string])[] = [
    ["df", "default_field"],
    ["analyzer", "analyzer"],
    ["analyze_wildcard", "analyze_wildcard"],
    ["lenient", "lenient"],
    ["default_operator", "default_operator"],
  ];
  for (const [param, member] of copy) {
    const value = params[param];
    if (value !== undefined) query[member] = value;
  }
  return { query_string: query };
}
