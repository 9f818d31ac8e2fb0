// The body of a search request, parsed and checked before any shard is asked.
// Upstream: org.opensearch.search.builder.SearchSourceBuilder.

import { illegalArgument, VarveError } from "../../base/index.ts";
import { isXContentObject, type XContentObject, type XContentValue } from "../../xcontent/index.ts";
import { parseTimeValue } from "../settings.ts";
import type { AggregatorFactories } from "./aggregations/aggregator.ts";
import { parseAggregationsWith } from "./aggregations/parse.ts";
import { AGGREGATION_PARSERS } from "./aggregations/registry.ts";
import {
  type FetchSource,
  type FieldAndFormat,
  type Member,
  parseFetchSource,
  parseFields,
} from "./fetch-options.ts";
import { type HighlightSource, parseHighlight } from "./highlight/highlight-source.ts";
import type { InnerHitsBuilder } from "./inner-hits-builder.ts";
import { textOf, toBoolean, toInteger, toNumber } from "./object-reader.ts";
import { QUERY_PARSERS } from "./queries/registry.ts";
import { type QueryBuilder, QueryParseContext } from "./query-builder.ts";
import { parseSort, type SortBuilder } from "./sort-builder.ts";
import { parsingException, RequestSource, tokenName } from "./source-location.ts";

export type { FetchSource, FieldAndFormat } from "./fetch-options.ts";

/** A parsed search body. */
export interface SearchSource {
  from?: number;
  size?: number;
  query?: QueryBuilder;
  postFilter?: QueryBuilder;
  minScore?: number;
  version?: boolean;
  seqNoPrimaryTerm?: boolean;
  trackScores?: boolean;
  /** True: exact; false: not counted; a number: exact up to it. */
  trackTotalHits?: boolean | number;
  timeoutMs?: number;
  terminateAfter?: number;
  fetchSource?: FetchSource;
  /** undefined: not given; `_none_` alone: no fields, no source, no id. */
  storedFields?: readonly string[];
  docvalueFields?: readonly FieldAndFormat[];
  fields?: readonly FieldAndFormat[];
  sorts?: readonly SortBuilder[];
  searchAfter?: readonly XContentValue[];
  aggregations?: AggregatorFactories;
  explain?: boolean;
  highlight?: HighlightSource;
  innerHits?: readonly InnerHitsBuilder[];
  indicesBoost?: readonly { readonly index: string; readonly boost: number }[];
  pit?: { readonly id: string; readonly keepAlive: string | undefined };
}

/** Parts of a body that the real server knows and this one refuses by name. */
const REFUSED = new Set([
  "suggest",
  "rescore",
  "script_fields",
  "collapse",
  "slice",
  "ext",
  "derived",
  "search_pipeline",
  "profile",
  "verbose_pipeline",
]);

type Setter = (source: SearchSource, value: XContentValue, place: Member) => void;

const SCALARS: Readonly<Record<string, Setter>> = {
  from: (source, value) => (source.from = checkNotNegative("from", toInteger(value))),
  size: (source, value) => (source.size = checkNotNegative("size", toInteger(value))),
  timeout: (source, value) => (source.timeoutMs = parseTimeValue(textOf(value), "timeout")),
  terminate_after: (source, value) => {
    const count = toInteger(value);
    if (count < 0) throw illegalArgument("terminateAfter must be > 0");
    source.terminateAfter = count;
  },
  min_score: (source, value) => (source.minScore = Math.fround(toNumber(value))),
  version: (source, value) => (source.version = toBoolean(value)),
  seq_no_primary_term: (source, value) => (source.seqNoPrimaryTerm = toBoolean(value)),
  explain: (source, value) => (source.explain = toBoolean(value)),
  track_scores: (source, value) => (source.trackScores = toBoolean(value)),
  include_named_queries_score: () => {},
  track_total_hits: (source, value) => (source.trackTotalHits = parseTrackTotalHits(value)),
  _source: (source, value, member) => (source.fetchSource = parseFetchSource(value, member)),
  stored_fields: (source, value) => (source.storedFields = [textOf(value)]),
  sort: (source, value, { parser }) => (source.sorts = parseSort(textOf(value), parser)),
};

const OBJECTS: Readonly<Record<string, Setter>> = {
  query: (source, _value, { owner, key, parser }) => {
    source.query = withInnerHits(source, parser, () => parser.parseInner(owner, key));
  },
  post_filter: (source, _value, { owner, key, parser }) => {
    source.postFilter = withInnerHits(source, parser, () => parser.parseInner(owner, key));
  },
  highlight: (source, value, { parser }) => (source.highlight = parseHighlight(value, parser)),
  _source: (source, value, member) => (source.fetchSource = parseFetchSource(value, member)),
  indices_boost: (source, value) => {
    source.indicesBoost = Object.entries(value as XContentObject).map(([index, boost]) => ({
      index,
      boost: Math.fround(toNumber(boost)),
    }));
  },
  aggregations: parseAggs,
  aggs: parseAggs,
  sort: (source, value, { parser }) => (source.sorts = parseSort(value, parser)),
  pit: (source, value, { parser }) => {
    const reader = parser.reader(value as XContentObject, "pit");
    const id = reader.takeString("id");
    const keepAlive = reader.takeString("keep_alive");
    reader.finishStrict();
    if (id === undefined) throw illegalArgument("Required [id]");
    source.pit = { id, keepAlive };
  },
};

const ARRAYS: Readonly<Record<string, Setter>> = {
  stored_fields: (source, value) => {
    const names = (value as XContentValue[]).map(textOf);
    if (names.length > 1 && names.includes("_none_")) {
      throw illegalArgument("cannot combine _none_ with other fields");
    }
    source.storedFields = names;
  },
  docvalue_fields: (source, value, member) => {
    source.docvalueFields = parseFields(value as XContentValue[], member, "docvalues_field");
  },
  fields: (source, value, member) => {
    source.fields = parseFields(value as XContentValue[], member, "docvalues_field");
  },
  indices_boost: (source, value) => {
    source.indicesBoost = (value as XContentValue[]).map((item) => {
      const [entry] = isXContentObject(item) ? Object.entries(item) : [];
      if (entry === undefined) throw illegalArgument("Expected [index] : [boost] in indices_boost");
      return { index: entry[0], boost: Math.fround(toNumber(entry[1])) };
    });
  },
  sort: (source, value, { parser }) => (source.sorts = parseSort(value, parser)),
  stats: () => {},
  _source: (source, value, member) => (source.fetchSource = parseFetchSource(value, member)),
  search_after: (source, value) =>
    (source.searchAfter = parseSearchAfter(value as XContentValue[])),
};

/** Parses a query whose inner hits are shown. */
function withInnerHits(
  source: SearchSource,
  parser: QueryParseContext,
  parse: () => QueryBuilder,
): QueryBuilder {
  parser.innerHits = [];
  const query = parse();
  source.innerHits = [...(source.innerHits ?? []), ...parser.innerHits];
  parser.innerHits = [];
  return query;
}

function parseAggs(source: SearchSource, value: XContentValue, { parser }: Member): void {
  source.aggregations = parseAggregationsWith(AGGREGATION_PARSERS, value as XContentObject, parser);
}

/** Parses a body. `text` is its JSON text, for the places in errors. */
export function parseSearchSource(body: XContentValue, text?: string): SearchSource {
  const parser = new QueryParseContext(new RequestSource(body, text), QUERY_PARSERS);
  if (!isXContentObject(body)) {
    throw parsingException(`Expected [START_OBJECT] but found [${tokenName(body)}]`, {
      line: 1,
      column: 1,
    });
  }
  const source: SearchSource = {};
  for (const [key, value] of Object.entries(body)) {
    const table = Array.isArray(value)
      ? ARRAYS
      : isXContentObject(value)
        ? OBJECTS
        : value === null
          ? {}
          : SCALARS;
    const setter = Object.hasOwn(table, key) ? table[key] : undefined;
    if (setter !== undefined) {
      setter(source, value, { owner: body, key, parser });
    } else if (REFUSED.has(key)) {
      if (value === false) continue;
      throw illegalArgument(`[${key}] is not supported`);
    } else {
      const place = parser.source.locate(body, key, "value");
      throw parsingException(`Unknown key for a ${tokenName(value)} in [${key}].`, place);
    }
  }
  return source;
}

/** Parses `{"query": …}` alone, as count and validate take it. */
export function parseQueryBody(body: XContentValue, text?: string): QueryBuilder | undefined {
  if (!isXContentObject(body)) {
    throw parsingException(`Expected [START_OBJECT] but found [${tokenName(body)}]`, {
      line: 1,
      column: 1,
    });
  }
  const parser = new QueryParseContext(new RequestSource(body, text), QUERY_PARSERS);
  let query: QueryBuilder | undefined;
  for (const key of Object.keys(body)) {
    if (key !== "query") {
      const place = parser.source.locate(body, key, "name");
      throw parsingException(`request does not support [${key}]`, place);
    }
    query = parser.parseInner(body, key);
  }
  return query;
}

/** Parses one query, `{"match": {…}}`. */
export function parseQuery(query: XContentObject): QueryBuilder {
  const wrapper = { query };
  return new QueryParseContext(new RequestSource(wrapper), QUERY_PARSERS).parseInner(
    wrapper,
    "query",
  );
}

function checkNotNegative(name: string, value: number): number {
  if (value < 0) throw illegalArgument(`[${name}] parameter cannot be negative, found [${value}]`);
  return value;
}

/** true, false, or a bound. */
export function parseTrackTotalHits(value: XContentValue): boolean | number {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "false") return value === "true";
  const bound = toInteger(value);
  return bound === -1 ? false : bound;
}

function parseSearchAfter(values: readonly XContentValue[]): XContentValue[] {
  if (values.length === 0) throw illegalArgument("Values must contains at least one value.");
  for (const value of values) {
    if (typeof value === "object" && value !== null) {
      throw new VarveError(
        "invalid",
        "Expected [VALUE_STRING] or [VALUE_NUMBER] or " +
          "[VALUE_BOOLEAN] or [VALUE_NULL] but found " +
          `[${tokenName(value)}] inside search_after.`,
        { type: "parsing_exception" },
      );
    }
  }
  return [...values];
}
