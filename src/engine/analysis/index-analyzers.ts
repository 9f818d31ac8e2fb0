// The analyzers of one index, by name: the built-in ones and those of `index.analysis.*`.
// Upstream: org.opensearch.index.analysis.{IndexAnalyzers,AnalysisRegistry}.

import { illegalArgument } from "../../base/index.ts";
import type { Analyzer, TokenStream } from "../../lucene/analysis/index.ts";
import {
  ENGLISH_STOP_WORDS,
  keywordTokenizer,
  LowerCaseFilter,
  letterTokenizer,
  lowerCase,
  StopFilter,
  standardTokenizer,
  whitespaceTokenizer,
} from "../../lucene/analysis/index.ts";
import type { Settings } from "../settings.ts";

/** The analyzers of one index. */
export interface IndexAnalyzers {
  /** An analyzer by name: a configured one first, then a built-in one. */
  get(name: string): Analyzer | undefined;
  normalizer(name: string): Analyzer | undefined;
  /** A normalizer after splitting at white space, for `split_queries_on_whitespace`. */
  whitespaceNormalizer(name: string): Analyzer | undefined;
  readonly defaultIndex: Analyzer;
  readonly defaultSearch: Analyzer;
  readonly defaultSearchQuote: Analyzer;
}

/** OpenSearch's TextFieldMapper.Defaults.POSITION_INCREMENT_GAP. */
export const POSITION_INCREMENT_GAP_DEFAULT = 100;

class FunctionAnalyzer implements Analyzer {
  readonly name: string;
  readonly positionIncrementGap: number;
  private readonly open: (text: string) => TokenStream;
  private readonly normalizeText: (text: string) => string;

  constructor(
    name: string,
    open: (text: string) => TokenStream,
    normalizeText: (text: string) => string,
    positionIncrementGap = POSITION_INCREMENT_GAP_DEFAULT,
  ) {
    this.name = name;
    this.open = open;
    this.normalizeText = normalizeText;
    this.positionIncrementGap = positionIncrementGap;
  }

  tokenStream(_field: string, text: string): TokenStream {
    return this.open(text);
  }

  normalize(_field: string, text: string): string {
    return this.normalizeText(text);
  }
}

const same = (text: string) => text;

/** The `keyword` analyzer: the whole text as one token. */
export const KEYWORD_ANALYZER: Analyzer = new FunctionAnalyzer("keyword", keywordTokenizer, same);
/** The `whitespace` analyzer. */
export const WHITESPACE_ANALYZER: Analyzer = new FunctionAnalyzer(
  "whitespace",
  (text) => whitespaceTokenizer(text),
  same,
);

const standard = (text: string) => new LowerCaseFilter(standardTokenizer(text));
const simple = (text: string) => new LowerCaseFilter(letterTokenizer(text));

const BUILT_IN: ReadonlyMap<string, Analyzer> = new Map<string, Analyzer>([
  ["standard", new FunctionAnalyzer("standard", standard, lowerCase)],
  ["simple", new FunctionAnalyzer("simple", simple, lowerCase)],
  ["whitespace", WHITESPACE_ANALYZER],
  ["keyword", KEYWORD_ANALYZER],
  [
    "stop",
    new FunctionAnalyzer("stop", (t) => new StopFilter(simple(t), ENGLISH_STOP_WORDS), lowerCase),
  ],
]);

/** The same analyzer with another gap between the values of a field. */
export function withPositionIncrementGap(analyzer: Analyzer, gap: number): Analyzer {
  return new FunctionAnalyzer(
    analyzer.name,
    (text) => analyzer.tokenStream("", text),
    (text) => analyzer.normalize("", text),
    gap,
  );
}

/** Builds the analyzers that `index.analysis.*` names. */
export function buildIndexAnalyzers(settings: Settings): IndexAnalyzers {
  const configured = new Map<string, Analyzer>();
  for (const [name, group] of settings.groups("index.analysis.analyzer.")) {
    configured.set(name, buildAnalyzer(name, group));
  }
  const normalizers = new Map<string, Analyzer>();
  normalizers.set("lowercase", new FunctionAnalyzer("lowercase", keywordLowerCase, lowerCase));
  for (const [name, group] of settings.groups("index.analysis.normalizer.")) {
    const lower = group.getList("filter").includes("lowercase");
    normalizers.set(
      name,
      lower
        ? new FunctionAnalyzer(name, keywordLowerCase, lowerCase)
        : new FunctionAnalyzer(name, keywordTokenizer, same),
    );
  }
  const get = (name: string) => configured.get(name) ?? BUILT_IN.get(name);
  const defaultIndex = renamed(get("default") ?? BUILT_IN.get("standard")!, "default");
  const defaultSearch = configured.get("default_search") ?? defaultIndex;
  return {
    get: (name) => (name === "default" ? defaultIndex : get(name)),
    normalizer: (name) => normalizers.get(name),
    whitespaceNormalizer: (name) => splitOnWhitespace(normalizers.get(name)),
    defaultIndex,
    defaultSearch,
    defaultSearchQuote: configured.get("default_search_quoted") ?? defaultSearch,
  };
}

const keywordLowerCase = (text: string) => new LowerCaseFilter(keywordTokenizer(text));

function renamed(analyzer: Analyzer, name: string): Analyzer {
  return new FunctionAnalyzer(
    name,
    (text) => analyzer.tokenStream("", text),
    (text) => analyzer.normalize("", text),
    analyzer.positionIncrementGap,
  );
}

function splitOnWhitespace(normalizer: Analyzer | undefined): Analyzer | undefined {
  if (normalizer === undefined) return undefined;
  const lower = normalizer.normalize("", "A") === "a";
  return new FunctionAnalyzer(
    normalizer.name,
    (text) => (lower ? new LowerCaseFilter(whitespaceTokenizer(text)) : whitespaceTokenizer(text)),
    (text) => normalizer.normalize("", text),
  );
}

function buildAnalyzer(name: string, group: Settings): Analyzer {
  const type = group.get("type") ?? (group.has("tokenizer") ? "custom" : undefined);
  if (type === undefined) {
    throw illegalArgument(
      `analyzer [${name}] must specify either an analyzer type, or a tokenizer`,
    );
  }
  const gap = group.getInt("position_increment_gap", POSITION_INCREMENT_GAP_DEFAULT);
  if (type !== "custom") {
    const builtIn = BUILT_IN.get(type);
    if (builtIn === undefined) {
      throw illegalArgument(`Unknown analyzer type [${type}] for [${name}]`);
    }
    return new FunctionAnalyzer(
      name,
      (text) => builtIn.tokenStream("", text),
      (text) => builtIn.normalize("", text),
      gap,
    );
  }
  const filters = group.getList("filter");
  const open = (text: string) => openCustom(group.get("tokenizer", "standard"), filters, text);
  return new FunctionAnalyzer(name, open, filters.includes("lowercase") ? lowerCase : same, gap);
}

function openCustom(tokenizer: string, filters: readonly string[], text: string): TokenStream {
  let stream =
    tokenizer === "keyword"
      ? keywordTokenizer(text)
      : tokenizer === "whitespace"
        ? whitespaceTokenizer(text)
        : tokenizer === "letter"
          ? letterTokenizer(text)
          : tokenizer === "lowercase"
            ? simple(text)
            : standardTokenizer(text);
  for (const filter of filters) {
    if (filter === "lowercase") stream = new LowerCaseFilter(stream);
    else if (filter === "stop") stream = new StopFilter(stream, ENGLISH_STOP_WORDS);
  }
  return stream;
}
