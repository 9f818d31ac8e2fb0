// Shows fields of hits with their matches marked.
// Upstream: org.opensearch.search.fetch.subphase.highlight.{HighlightPhase,UnifiedHighlighter,
// HighlightUtils}, org.opensearch.lucene.search.uhighlight.CustomUnifiedHighlighter.

import { illegalArgument } from "../../../base/index.ts";
import type { Analyzer } from "../../../lucene/analysis/index.ts";
import type { LeafContext, StoredValue } from "../../../lucene/index/index.ts";
import type { Query } from "../../../lucene/search/index.ts";
import { setMember, type XContentObject } from "../../../xcontent/index.ts";
import type { QueryShardContext } from "../query-shard-context.ts";
import type { SearchFieldType } from "../search-field-type.ts";
import { valuesAt } from "../source-values.ts";
import {
  BoundedBreaks,
  type BreakIterator,
  sentenceBreaks,
  separatorBreaks,
  wordBreaks,
} from "./break-iterator.ts";
import type { HighlightOptions, HighlightSource } from "./highlight-source.ts";
import { HighlightTerms, type TextToken } from "./highlight-terms.ts";
import { highlightText, VALUE_SEPARATOR } from "./unified-highlighter.ts";

/** What is highlighted, and the query whose matches are marked. */
export interface HighlightRequest {
  readonly source: HighlightSource;
  readonly query: Query;
}

/** A hit that is being shown. */
export interface HighlightedHit {
  readonly leaf: LeafContext;
  /** The doc in its leaf. */
  readonly doc: number;
  readonly source: XContentObject | undefined;
  readonly stored: ReadonlyMap<string, readonly { readonly value: StoredValue }[]>;
}

const OFFSET_SETTING = "index.highlight.max_analyzed_offset";
const OFFSET_DEFAULT = 1_000_000;
/** What a wildcard of field names is meant for. */
const TEXTUAL: ReadonlySet<string> = new Set(["text", "keyword", "match_only_text"]);

/** Highlights the hits of one shard. */
export class Highlights {
  private readonly context: QueryShardContext;
  private readonly fields = new Map<string, FieldHighlighter>();

  constructor(context: QueryShardContext, { source, query }: HighlightRequest) {
    this.context = context;
    for (const { field, options } of source.fields) {
      checkType(field, options.type);
      const own = options.highlightQuery;
      const marks = own === undefined ? query : context.toQuery((inner) => own.toQuery(inner));
      for (const name of context.fieldNames(field)) {
        const type = context.fieldType(name);
        if (type === undefined || (field.includes("*") && !TEXTUAL.has(type.typeName))) continue;
        this.fields.set(name, new FieldHighlighter(context, type, options, marks));
      }
    }
  }

  /** `highlight` of a hit; undefined where nothing is marked. */
  show({ source, doc }: HighlightedHit): XContentObject | undefined {
    const shown: XContentObject = {};
    for (const [name, highlighter] of this.fields) {
      const path = this.context.sourcePath(name).split(".");
      const values = source === undefined ? [] : valuesAt(source, path, 0);
      const fragments = highlighter.highlight(values.map(String), doc);
      if (fragments.length > 0) setMember(shown, name, fragments);
    }
    return Object.keys(shown).length === 0 ? undefined : shown;
  }
}

function checkType(field: string, type: string): void {
  if (type === "unified") return;
  if (type === "fvh" || type === "plain") {
    throw illegalArgument(`[highlight] of type [${type}] is not supported, use [unified]`);
  }
  throw illegalArgument(`unknown highlighter type [${type}] for the field [${field}]`);
}

class FieldHighlighter {
  private readonly context: QueryShardContext;
  private readonly type: SearchFieldType;
  private readonly options: HighlightOptions;
  private readonly terms: HighlightTerms;
  private readonly analyzer: Analyzer | undefined;

  constructor(
    context: QueryShardContext,
    type: SearchFieldType,
    options: HighlightOptions,
    query: Query,
  ) {
    this.context = context;
    this.type = type;
    this.options = options;
    this.analyzer = (type as { readonly indexAnalyzer?: Analyzer }).indexAnalyzer;
    const { requireFieldMatch, matchedFields } = options;
    this.terms = new HighlightTerms(query, (field) =>
      requireFieldMatch ? field === type.name || matchedFields.includes(field) : field !== "_id",
    );
  }

  /** The fragments of a field's values. */
  highlight(values: readonly string[], doc: number): string[] {
    const { options, terms } = this;
    if (values.length === 0 || (terms.isEmpty && options.noMatchSize === 0)) return [];
    const text = values.join(VALUE_SEPARATOR);
    this.checkLength(text, doc);
    const limit = options.maxAnalyzerOffset;
    const tokens = this.tokens(values).filter(({ end }) => limit === undefined || end <= limit);
    const { numberOfFragments } = options;
    return highlightText(text, terms.matchesIn(tokens), this.breaks(text), {
      preTag: options.preTags[0]!,
      postTag: options.postTags[0]!,
      passagesMax: numberOfFragments === 0 ? Infinity : numberOfFragments,
      scoreOrdered: options.scoreOrdered,
      noMatchSize: options.noMatchSize,
      encode: options.encoder === "html" ? encodeHtml : (plain) => plain,
    });
  }

  private breaks(text: string): BreakIterator {
    const { numberOfFragments, fragmentSize, boundaryScanner = "SENTENCE" } = this.options;
    if (numberOfFragments === 0 || this.analyzer === undefined) {
      return separatorBreaks(text, VALUE_SEPARATOR);
    }
    if (boundaryScanner === "WORD") return wordBreaks(text);
    if (boundaryScanner !== "SENTENCE") {
      throw illegalArgument(`Invalid boundary scanner type: ${boundaryScanner.toLowerCase()}`);
    }
    return fragmentSize > 0 ? new BoundedBreaks(text, fragmentSize) : sentenceBreaks(text);
  }

  private checkLength(text: string, doc: number): void {
    const max = this.context.settings.getInt(OFFSET_SETTING, OFFSET_DEFAULT);
    const given = this.options.maxAnalyzerOffset;
    const advice =
      `[${max}] - maximum allowed to be analyzed for highlighting. This maximum can be set by ` +
      `changing the [${OFFSET_SETTING}] index level setting. For large texts, indexing with ` +
      "offsets or term vectors is recommended!";
    if (given !== undefined && given > max) {
      throw illegalArgument(`max_analyzer_offset has exceeded ${advice}`);
    }
    if (given === undefined && text.length > max) {
      throw illegalArgument(
        `The length of [${this.type.name}] field of [${doc}] doc of ` +
          `[${this.context.indexName}] index has exceeded ${advice}`,
      );
    }
  }

  private tokens(values: readonly string[]): TextToken[] {
    const tokens: TextToken[] = [];
    let base = 0;
    let position = -1;
    for (const value of values) {
      position = this.valueTokens(value, base, position, tokens);
      base += value.length + 1;
    }
    return tokens;
  }

  /** Adds the tokens of one value; answers the position before the next value's first. */
  private valueTokens(value: string, base: number, before: number, into: TextToken[]): number {
    const { analyzer, type } = this;
    if (analyzer === undefined) {
      const whole = type as { readonly normalizer?: Analyzer };
      const term = whole.normalizer?.normalize(type.name, value) ?? value;
      into.push({ term, position: before + 1, start: base, end: base + value.length });
      return before + 1;
    }
    const stream = analyzer.tokenStream(type.name, value);
    stream.reset();
    let position = before;
    while (stream.incrementToken()) {
      position += stream.positionIncrement;
      const { term, startOffset, endOffset } = stream;
      into.push({ term, position, start: base + startOffset, end: base + endOffset });
    }
    stream.end();
    return position + analyzer.positionIncrementGap;
  }
}

const HTML_ESCAPES: Readonly<Record<string, string>> = {
  '"': "&quot;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&#x27;",
  "/": "&#x2F;",
};

function encodeHtml(text: string): string {
  return text.replace(/["&<>'/]/g, (character) => HTML_ESCAPES[character]!);
}
