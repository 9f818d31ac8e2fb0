// `_analyze`: which analyzer a request means, and its tokens.
// Upstream: TransportAnalyzeAction, AnalyzeAction.

import { illegalArgument, VarveError } from "../../base/index.ts";
import type { Analyzer, TokenStream } from "../../lucene/analysis/index.ts";
import { validationFailed } from "../exceptions.ts";
import { Settings } from "../settings.ts";
import {
  AnalysisChain,
  type CharFilterFactory,
  openText,
  type TokenFilterFactory,
  type TokenizerFactory,
  wrapStream,
} from "./analysis-chain.ts";
import { charFilterNeedsSettings, makeCharFilter, prebuiltCharFilter } from "./char-filters.ts";
import {
  builtInAnalyzer,
  ComponentRegistry,
  chainFilters,
  type IndexAnalyzers,
} from "./index-analyzers.ts";
import { makeTokenFilter, needsSettings, prebuiltTokenFilter } from "./token-filters.ts";
import { makeTokenizer, prebuiltTokenizer } from "./tokenizers.ts";

/** A component by name, or with its settings. */
export type NameOrDefinition = string | { readonly [key: string]: unknown };

/** The body of `_analyze`. */
export interface AnalyzeRequest {
  readonly text: readonly string[];
  readonly analyzer?: string;
  readonly tokenizer?: NameOrDefinition;
  readonly filter: readonly NameOrDefinition[];
  readonly charFilter: readonly NameOrDefinition[];
  readonly field?: string;
  readonly normalizer?: string;
  readonly explain: boolean;
  readonly attributes: readonly string[];
}

/** The index that a request is about. */
export interface AnalyzeIndex {
  readonly settings: Settings;
  readonly analyzers: IndexAnalyzers;
  /** The index analyzer of a field; undefined when unmapped, "refused" when it is not a string. */
  readonly analyzerOfField: (name: string) => Analyzer | "refused" | undefined;
}

/** `index.analyze.max_token_count`. */
const TOKEN_COUNT_MAX_DEFAULT = 10_000;

/** Throws what upstream's validation finds wrong. */
export function validateAnalyzeRequest(request: AnalyzeRequest, hasIndex: boolean): void {
  const { analyzer, normalizer, tokenizer, field } = request;
  const parts = request.filter.length + request.charFilter.length > 0;
  const problems: string[] = [];
  if (request.text.length === 0) problems.push("text is missing");
  if (!hasIndex && normalizer !== undefined) {
    problems.push("index is required if normalizer is specified");
  }
  if (normalizer !== undefined && (tokenizer !== undefined || analyzer !== undefined)) {
    problems.push("tokenizer/analyze should be null if normalizer is specified");
  }
  const extra = tokenizer !== undefined || parts;
  if (analyzer !== undefined && extra) {
    problems.push("cannot define extra components on a named analyzer");
  }
  if (normalizer !== undefined && extra) {
    problems.push("cannot define extra components on a named normalizer");
  }
  if (field !== undefined && extra) {
    problems.push("cannot define extra components on a field-specific analyzer");
  }
  if (problems.length > 0) throw validationFailed(...problems);
}

/** The answer of `_analyze`. */
export function analyze(
  request: AnalyzeRequest,
  index: AnalyzeIndex | undefined,
): Record<string, unknown> {
  const analyzer = requestAnalyzer(request, index);
  const countMax = (index?.settings ?? Settings.EMPTY).getInt(
    "index.analyze.max_token_count",
    TOKEN_COUNT_MAX_DEFAULT,
  );
  if (request.explain) return { detail: explain(request, analyzer, countMax) };
  const list = new TokenList(analyzer, countMax, undefined);
  for (const text of request.text) list.add(analyzer.tokenStream("", text), false);
  return { tokens: list.tokens };
}

function requestAnalyzer(request: AnalyzeRequest, index: AnalyzeIndex | undefined): Analyzer {
  if (request.tokenizer !== undefined) return customAnalyzer(request, request.tokenizer, index);
  if (request.filter.length + request.charFilter.length > 0) {
    return customAnalyzer(request, "keyword", index);
  }
  if (request.analyzer !== undefined) return namedAnalyzer(request.analyzer, index);
  if (request.normalizer !== undefined) {
    const normalizer = index?.analyzers.normalizer(request.normalizer);
    if (normalizer !== undefined) return normalizer;
    throw illegalArgument(`failed to find normalizer under [${request.normalizer}]`);
  }
  if (request.field !== undefined) {
    const { field } = request;
    if (index === undefined) {
      throw illegalArgument("analysis based on a specific field requires an index");
    }
    const found = index.analyzerOfField(field);
    if (found === "refused") {
      throw illegalArgument(
        `Can't process field [${field}], Analysis requests are only supported on tokenized fields`,
      );
    }
    if (found !== undefined) return found;
  }
  return index === undefined ? globalAnalyzer("standard")! : index.analyzers.defaultIndex;
}

function namedAnalyzer(name: string, index: AnalyzeIndex | undefined): Analyzer {
  if (index === undefined) {
    const found = globalAnalyzer(name);
    if (found === undefined) throw illegalArgument(`failed to find global analyzer [${name}]`);
    return found;
  }
  const found = index.analyzers.get(name);
  if (found === undefined) throw illegalArgument(`failed to find analyzer [${name}]`);
  return found;
}

/** Outside an index values of a list follow each other without a gap. */
function globalAnalyzer(name: string): Analyzer | undefined {
  return builtInAnalyzer(name)?.renamed(name, { positionIncrementGap: 0, offsetGap: 1 });
}

function customAnalyzer(
  request: AnalyzeRequest,
  tokenizerSource: NameOrDefinition,
  index: AnalyzeIndex | undefined,
): AnalysisChain {
  const isNormalizer = request.tokenizer === undefined;
  const finder = new ComponentFinder(index?.settings);
  const tokenizer = finder.tokenizer(tokenizerSource);
  const charFilters = request.charFilter.map((source) => finder.charFilter(source));
  const filters = request.filter.map((source) => {
    const filter = finder.tokenFilter(source);
    if (isNormalizer && !filter.normalizing) {
      throw illegalArgument(`Custom normalizer may not use filter [${filter.name}]`);
    }
    return filter;
  });
  return new AnalysisChain("__custom__", chainFilters(tokenizer, charFilters, filters), true);
}

type Make<T> = (type: string, context: ReturnType<typeof contextOf>) => T | undefined;

function contextOf(name: string, settings: Settings, indexSettings: Settings) {
  return { name, settings, indexSettings };
}

/** Finds components of a request, in an index or globally. */
class ComponentFinder {
  private readonly indexSettings: Settings | undefined;
  private registry: ComponentRegistry | undefined;

  constructor(indexSettings: Settings | undefined) {
    this.indexSettings = indexSettings;
  }

  tokenizer(source: NameOrDefinition): TokenizerFactory {
    const configured = this.configured(source, (r, name) => r.configured("tokenizer", name));
    return configured ?? this.find("tokenizer", source, makeTokenizer, prebuiltTokenizer);
  }

  charFilter(source: NameOrDefinition): CharFilterFactory {
    const configured = this.configured(source, (r, name) => r.configured("char_filter", name));
    if (configured !== undefined) return configured;
    if (typeof source === "string" && charFilterNeedsSettings(source)) throw settingsRequired();
    return this.find("char_filter", source, makeCharFilter, prebuiltCharFilter);
  }

  tokenFilter(source: NameOrDefinition): TokenFilterFactory {
    const configured = this.configured(source, (r, name) => r.configured("filter", name));
    if (configured !== undefined) return configured;
    const bare = typeof source === "string" && needsSettings(source);
    if (
      bare &&
      prebuiltTokenFilter(source, contextOf(source, Settings.EMPTY, Settings.EMPTY)) === undefined
    ) {
      throw settingsRequired();
    }
    return this.find("filter", source, makeTokenFilter, prebuiltTokenFilter);
  }

  private configured<T>(
    source: NameOrDefinition,
    pick: (registry: ComponentRegistry, name: string) => T | undefined,
  ): T | undefined {
    if (typeof source !== "string" || this.indexSettings === undefined) return undefined;
    this.registry ??= new ComponentRegistry(this.indexSettings);
    return pick(this.registry, source);
  }

  private find<T>(kind: string, source: NameOrDefinition, make: Make<T>, prebuilt: Make<T>): T {
    const indexSettings = this.indexSettings ?? Settings.EMPTY;
    if (typeof source === "string") {
      // In an index a bare name is the type with its defaults; outside it is the prebuilt one.
      const context = contextOf(source, Settings.EMPTY, indexSettings);
      const found =
        this.indexSettings === undefined
          ? prebuilt(source, context)
          : (make(source, context) ?? prebuilt(source, context));
      if (found !== undefined) return found;
      const scope = this.indexSettings === undefined ? "global " : "";
      throw illegalArgument(`failed to find ${scope}${kind} under [${source}]`);
    }
    const settings = Settings.fromNested(source);
    const type = settings.get("type");
    if (type === undefined) {
      throw illegalArgument(
        `Missing [type] setting for anonymous ${kind}: ${JSON.stringify(settings.toFlat())}`,
      );
    }
    const found = make(type, contextOf(`__anonymous__${type}`, settings, indexSettings));
    if (found === undefined) {
      throw illegalArgument(`failed to find global ${kind} under [${type}]`);
    }
    return found;
  }
}

function settingsRequired(): VarveError {
  return illegalArgument("Analysis settings required - can't instantiate analysis factory");
}

/** Tokens of the values of one request, with positions and offsets running on. */
class TokenList {
  readonly tokens: Record<string, unknown>[] = [];
  private readonly gap: number;
  private readonly offsetGap: number;
  private readonly countMax: number;
  /** Undefined: no attributes; empty: all of them. */
  private readonly attributes: ReadonlySet<string> | undefined;
  private lastPosition = -1;
  private lastOffset = 0;

  constructor(analyzer: Analyzer, countMax: number, attributes: ReadonlySet<string> | undefined) {
    this.gap = analyzer.positionIncrementGap;
    this.offsetGap = analyzer instanceof AnalysisChain ? analyzer.offsetGap : 1;
    this.countMax = countMax;
    this.attributes = attributes;
  }

  add(stream: TokenStream, hasKeyword: boolean): void {
    stream.reset();
    while (stream.incrementToken()) {
      if (stream.positionIncrement > 0) this.lastPosition += stream.positionIncrement;
      this.tokens.push({
        token: stream.term,
        start_offset: this.lastOffset + stream.startOffset,
        end_offset: this.lastOffset + stream.endOffset,
        type: stream.type,
        position: this.lastPosition,
        ...(stream.positionLength > 1 ? { positionLength: stream.positionLength } : {}),
        ...(this.attributes === undefined ? {} : this.attributesOf(stream, hasKeyword)),
      });
      if (this.tokens.length > this.countMax) throw tooManyTokens(this.countMax);
    }
    stream.end();
    this.lastOffset += stream.endOffset + this.offsetGap;
    this.lastPosition += stream.positionIncrement + this.gap;
  }

  private attributesOf(stream: TokenStream, hasKeyword: boolean): Record<string, unknown> {
    const bytes = [...Buffer.from(stream.term, "utf8")].map((byte) => byte.toString(16));
    const all: Record<string, unknown> = {
      bytes: `[${bytes.join(" ")}]`,
      ...(hasKeyword ? { keyword: stream.keyword } : {}),
      positionLength: stream.positionLength,
      termFrequency: 1,
    };
    if (this.attributes!.size === 0) return all;
    const kept = Object.entries(all).filter(([name]) => this.attributes!.has(name.toLowerCase()));
    return Object.fromEntries(kept);
  }
}

function tooManyTokens(limit: number): VarveError {
  return new VarveError(
    "internal",
    `The number of tokens produced by calling _analyze has exceeded the allowed maximum of ` +
      `[${limit}]. This limit can be set by changing the [index.analyze.max_token_count] index ` +
      "level setting.",
    { type: "illegal_state_exception" },
  );
}

/** Filters whose streams know keywords, so that the attribute is shown. */
const KEYWORD_FILTERS =
  /stem|snowball|keyword_marker|keyword_repeat|word_delimiter|arabic|persian|brazilian/;

function explain(
  request: AnalyzeRequest,
  analyzer: Analyzer,
  countMax: number,
): Record<string, unknown> {
  const attributes = new Set(request.attributes.map((name) => name.toLowerCase()));
  const parts = analyzer instanceof AnalysisChain ? analyzer.parts : undefined;
  const list = () => new TokenList(analyzer, countMax, attributes);
  const knowsKeywords = (filters: readonly TokenFilterFactory[]) =>
    filters.some((filter) => KEYWORD_FILTERS.test(filter.name));
  if (parts === undefined || !(analyzer as AnalysisChain).isCustom) {
    const all = list();
    const keywords = knowsKeywords(parts?.filters ?? []);
    for (const text of request.text) all.add(analyzer.tokenStream("", text), keywords);
    return { custom_analyzer: false, analyzer: { name: analyzer.name, tokens: all.tokens } };
  }
  const { charFilters, tokenizer, filters } = parts;
  const listAfter = (count: number) => {
    const tokens = list();
    const used = filters.slice(0, count);
    for (const text of request.text) {
      const head = tokenizer.create();
      openText(head, text, charFilters);
      tokens.add(wrapStream(head, used), knowsKeywords(used));
    }
    return tokens.tokens;
  };
  return {
    custom_analyzer: true,
    charfilters: charFilters.map(({ name }, i) => ({
      name,
      filtered_text: request.text.map((text) =>
        charFilters.slice(0, i + 1).reduce((before, next) => next.filter(before).text, text),
      ),
    })),
    tokenizer: { name: tokenizer.name, tokens: listAfter(0) },
    tokenfilters: filters.map(({ name }, i) => ({ name, tokens: listAfter(i + 1) })),
  };
}
