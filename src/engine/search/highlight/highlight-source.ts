// The `highlight` of a request, parsed: which fields are to be shown with their matches marked, and
// how. A field's own options stand before the options of all fields.
// Upstream: org.opensearch.search.fetch.subphase.highlight.{HighlightBuilder,
// AbstractHighlighterBuilder}.

import { illegalArgument } from "../../../base/index.ts";
import {
  isXContentObject,
  type XContentObject,
  type XContentValue,
} from "../../../xcontent/index.ts";
import type { ObjectReader } from "../object-reader.ts";
import type { QueryBuilder, QueryParseContext } from "../query-builder.ts";

/** How matches are marked. */
export interface HighlightOptions {
  readonly preTags: readonly string[];
  readonly postTags: readonly string[];
  readonly scoreOrdered: boolean;
  readonly fragmentSize: number;
  readonly numberOfFragments: number;
  readonly requireFieldMatch: boolean;
  readonly boundaryScanner: string | undefined;
  readonly type: string;
  readonly fragmenter: string;
  readonly noMatchSize: number;
  readonly maxAnalyzerOffset: number | undefined;
  readonly locale: string | undefined;
  readonly highlightQuery: QueryBuilder | undefined;
  readonly matchedFields: readonly string[];
  readonly encoder: string;
}

/** A field, or a pattern of fields, to show. */
export interface HighlightField {
  readonly field: string;
  readonly options: HighlightOptions;
}

/** A parsed `highlight`. */
export interface HighlightSource {
  readonly fields: readonly HighlightField[];
}

const DEFAULTS: HighlightOptions = {
  preTags: ["<em>"],
  postTags: ["</em>"],
  scoreOrdered: false,
  fragmentSize: 100,
  numberOfFragments: 5,
  requireFieldMatch: true,
  boundaryScanner: undefined,
  type: "unified",
  fragmenter: "span",
  noMatchSize: 0,
  maxAnalyzerOffset: undefined,
  locale: undefined,
  highlightQuery: undefined,
  matchedFields: [],
  encoder: "default",
};

const STYLED_PRE_TAGS = Array.from({ length: 10 }, (_, i) => `<em class="hlt${i + 1}">`);

/** Parses `highlight`. */
export function parseHighlight(value: XContentValue, parser: QueryParseContext): HighlightSource {
  if (!isXContentObject(value)) throw illegalArgument("[highlight] must be an object");
  const reader = parser.reader(value, "highlight");
  const schema = reader.takeString("tags_schema");
  const encoder = reader.takeString("encoder");
  const fields = reader.take("fields");
  const all: HighlightOptions = {
    ...DEFAULTS,
    ...(schema === undefined ? {} : tagsOf(schema)),
    ...(encoder === undefined ? {} : { encoder }),
    ...givenOptions(reader, parser),
  };
  reader.finishStrict();
  return {
    fields: fieldsOf(fields).map(([field, body]) => ({
      field,
      options: fieldOptions(body, all, parser),
    })),
  };
}

function tagsOf(schema: string): Partial<HighlightOptions> {
  if (schema === "default") return { preTags: DEFAULTS.preTags, postTags: DEFAULTS.postTags };
  if (schema === "styled") return { preTags: STYLED_PRE_TAGS, postTags: DEFAULTS.postTags };
  throw illegalArgument(`Unknown tag schema [${schema}]`);
}

/** An object of fields, or a list of objects with one field each, whose order counts. */
function fieldsOf(value: XContentValue | undefined): [string, XContentObject][] {
  if (value === undefined) return [];
  const objects = Array.isArray(value) ? value : [value];
  return objects.flatMap((one) => {
    if (!isXContentObject(one)) throw illegalArgument("[fields] must be an object or an array");
    return Object.entries(one).map(([field, body]): [string, XContentObject] => {
      if (!isXContentObject(body)) {
        throw illegalArgument(`[highlight_field] the options of [${field}] must be an object`);
      }
      return [field, body];
    });
  });
}

function fieldOptions(
  body: XContentObject,
  all: HighlightOptions,
  parser: QueryParseContext,
): HighlightOptions {
  const reader = parser.reader(body, "highlight_field");
  reader.takeInteger("fragment_offset");
  const matchedFields = reader.takeStrings("matched_fields") ?? all.matchedFields;
  const options = { ...all, matchedFields, ...givenOptions(reader, parser) };
  reader.finishStrict();
  return options;
}

/** The options that are there. */
function givenOptions(reader: ObjectReader, parser: QueryParseContext): Partial<HighlightOptions> {
  for (const ignored of ["boundary_chars", "boundary_max_scan", "phrase_limit", "options"]) {
    reader.take(ignored);
  }
  for (const ignored of ["force_source", "highlight_filter"]) reader.takeBoolean(ignored);
  const query = reader.take("highlight_query");
  const order = reader.takeString("order");
  const given: { [K in keyof HighlightOptions]?: HighlightOptions[K] | undefined } = {
    preTags: reader.takeStrings("pre_tags"),
    postTags: reader.takeStrings("post_tags"),
    scoreOrdered: order === undefined ? undefined : order.toUpperCase() === "SCORE",
    fragmentSize: reader.takeInteger("fragment_size"),
    numberOfFragments: reader.takeInteger("number_of_fragments"),
    requireFieldMatch: reader.takeBoolean("require_field_match"),
    boundaryScanner: boundaryScanner(reader.takeString("boundary_scanner")),
    locale: reader.takeString("boundary_scanner_locale"),
    type: reader.takeString("type"),
    fragmenter: reader.takeString("fragmenter"),
    noMatchSize: reader.takeInteger("no_match_size"),
    maxAnalyzerOffset: reader.takeInteger("max_analyzer_offset"),
    highlightQuery:
      query === undefined ? undefined : parser.parseInner(reader.object, "highlight_query"),
  };
  if (given.preTags !== undefined && given.postTags === undefined) {
    throw reader.endError("pre_tags are set but post_tags are not set");
  }
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as Partial<HighlightOptions>;
}

function boundaryScanner(name: string | undefined): string | undefined {
  const type = name?.toUpperCase();
  if (type === undefined || ["CHARS", "WORD", "SENTENCE"].includes(type)) return type;
  throw illegalArgument(
    "No enum constant org.opensearch.search.fetch.subphase.highlight.HighlightBuilder." +
      `BoundaryScannerType.${type}`,
  );
}
