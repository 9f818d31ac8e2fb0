// The analyzers of one index, by name: the built-in ones and those of `index.analysis.*`.
// Upstream: org.opensearch.index.analysis.{IndexAnalyzers,AnalysisRegistry}.

import { illegalArgument, VarveError } from "../../base/index.ts";
import { type Analyzer, KeywordTokenizer } from "../../lucene/analysis/index.ts";
import { Settings } from "../settings.ts";
import {
  AnalysisChain,
  type ChainParts,
  type CharFilterFactory,
  POSITION_INCREMENT_GAP_DEFAULT,
  type TokenFilterFactory,
  type TokenizerFactory,
} from "./analysis-chain.ts";
import { makeAnalyzer } from "./analyzers.ts";
import { makeCharFilter, prebuiltCharFilter } from "./char-filters.ts";
import type { ComponentContext } from "./component.ts";
import { makeTokenFilter, prebuiltTokenFilter } from "./token-filters.ts";
import { makeTokenizer, prebuiltTokenizer } from "./tokenizers.ts";

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

const NO_SETTINGS = Settings.EMPTY;

function context(name: string, indexSettings = NO_SETTINGS, settings = NO_SETTINGS) {
  return { name, settings, indexSettings };
}

const builtIn = new Map<string, AnalysisChain | undefined>();

/** A built-in analyzer by name. It is shared by all indices. */
export function builtInAnalyzer(name: string): AnalysisChain | undefined {
  if (!builtIn.has(name)) {
    const parts = makeAnalyzer(name, context(name));
    builtIn.set(name, parts && new AnalysisChain(name, parts, false));
  }
  return builtIn.get(name);
}

/** The `keyword` analyzer: the whole text as one token. */
export const KEYWORD_ANALYZER: Analyzer = builtInAnalyzer("keyword")!;
/** The `whitespace` analyzer. */
export const WHITESPACE_ANALYZER: Analyzer = builtInAnalyzer("whitespace")!;

/** The same analyzer with another gap between the values of a field. */
export function withPositionIncrementGap(analyzer: Analyzer, gap: number): Analyzer {
  if (analyzer instanceof AnalysisChain) {
    const { offsetGap } = analyzer;
    return analyzer.renamed(analyzer.name, { positionIncrementGap: gap, offsetGap });
  }
  return {
    name: analyzer.name,
    positionIncrementGap: gap,
    tokenStream: (field, text) => analyzer.tokenStream(field, text),
    normalize: (field, text) => analyzer.normalize(field, text),
  };
}

/** The components of `index.analysis.*`, made one by one and checked, and the built-in ones. */
export class ComponentRegistry {
  private readonly indexSettings: Settings;
  private readonly charFilters = new Map<string, CharFilterFactory>();
  private readonly tokenizers = new Map<string, TokenizerFactory>();
  private readonly tokenFilters = new Map<string, TokenFilterFactory>();
  /** Components of a restored index that cannot be made: whatever needs one of them fails. */
  private readonly refused = new Map<string, unknown>();
  private readonly restored: boolean;

  constructor(indexSettings: Settings, restored = false) {
    this.indexSettings = indexSettings;
    this.restored = restored;
    this.fill("char_filter", this.charFilters, makeCharFilter);
    this.fill("tokenizer", this.tokenizers, makeTokenizer);
    this.fill("filter", this.tokenFilters, makeTokenFilter);
  }

  charFilter(name: string): CharFilterFactory | undefined {
    this.checkRefused("char_filter", name);
    return this.charFilters.get(name) ?? prebuiltCharFilter(name, this.contextOf(name));
  }

  tokenizer(name: string): TokenizerFactory | undefined {
    this.checkRefused("tokenizer", name);
    return this.tokenizers.get(name) ?? prebuiltTokenizer(name, this.contextOf(name));
  }

  tokenFilter(name: string): TokenFilterFactory | undefined {
    this.checkRefused("filter", name);
    return this.tokenFilters.get(name) ?? prebuiltTokenFilter(name, this.contextOf(name));
  }

  /** One that `index.analysis.*` names. */
  configured(kind: "char_filter", name: string): CharFilterFactory | undefined;
  configured(kind: "tokenizer", name: string): TokenizerFactory | undefined;
  configured(kind: "filter", name: string): TokenFilterFactory | undefined;
  configured(kind: "char_filter" | "tokenizer" | "filter", name: string): unknown {
    if (kind === "char_filter") return this.charFilters.get(name);
    return kind === "tokenizer" ? this.tokenizers.get(name) : this.tokenFilters.get(name);
  }

  private checkRefused(kind: string, name: string): void {
    const error = this.refused.get(`${kind} ${name}`);
    if (error !== undefined) throw error;
  }

  private contextOf(name: string): ComponentContext {
    return context(name, this.indexSettings);
  }

  private fill<T>(
    kind: string,
    into: Map<string, T>,
    make: (type: string, context: ComponentContext) => T | undefined,
  ): void {
    for (const [name, settings] of this.indexSettings.groups(`index.analysis.${kind}.`)) {
      try {
        into.set(name, makeOne(kind, make, context(name, this.indexSettings, settings)));
      } catch (error) {
        if (!this.restored) throw error;
        this.refused.set(`${kind} ${name}`, error);
      }
    }
  }
}

function makeOne<T>(
  kind: string,
  make: (type: string, context: ComponentContext) => T | undefined,
  made: ComponentContext,
): T {
  const { name, settings } = made;
  const type = settings.get("type");
  if (type === undefined) {
    throw illegalArgument(`${kind} [${name}] must specify either an analyzer type, or a tokenizer`);
  }
  const component = make(type, made);
  if (component === undefined) throw unknownType(kind, type, name);
  return component;
}

/** Stands for an analyzer of a restored index that cannot be built: using it fails. */
function refusedAnalyzer(name: string, error: unknown): AnalysisChain {
  const refuse = (): never => {
    const reason = error instanceof Error ? error.message : String(error);
    throw illegalArgument(`analyzer [${name}] is not supported: ${reason}`, error);
  };
  const charFilters = [{ name, filter: refuse, normalizing: true }];
  const tokenizer = { name, create: () => new KeywordTokenizer() };
  return new AnalysisChain(name, { charFilters, tokenizer, filters: [] }, true);
}

/** Built-in analyzers that the real server has and this engine does not. */
const REFUSED_ANALYZERS = new Set(
  (
    "arabic bengali brazilian bulgarian chinese czech dutch estonian fingerprint french galician " +
    "german greek hindi indonesian italian latvian lithuanian persian portuguese snowball sorani " +
    "spanish thai"
  ).split(" "),
);

function unknownType(kind: string, type: string, name: string): VarveError {
  return illegalArgument(`Unknown ${kind} type [${type}] for [${name}]`);
}

/** Appends filters one by one: some need to know what stands before them. */
export function chainFilters(
  tokenizer: TokenizerFactory,
  charFilters: readonly CharFilterFactory[],
  filters: Iterable<TokenFilterFactory>,
): ChainParts {
  const chained: TokenFilterFactory[] = [];
  for (const filter of filters) {
    const before = { charFilters, tokenizer, filters: [...chained] };
    chained.push(filter.withChain?.(before) ?? filter);
  }
  return { charFilters, tokenizer, filters: chained };
}

function customAnalyzer(
  name: string,
  settings: Settings,
  registry: ComponentRegistry,
): AnalysisChain {
  const find = <T>(kind: string, component: string, found: T | undefined): T => {
    if (found !== undefined) return found;
    throw illegalArgument(
      `Custom Analyzer [${name}] failed to find ${kind} under name [${component}]`,
    );
  };
  const tokenizerName = settings.get("tokenizer");
  if (tokenizerName === undefined) {
    throw illegalArgument(`Custom Analyzer [${name}] must be configured with a tokenizer`);
  }
  const tokenizer = find("tokenizer", tokenizerName, registry.tokenizer(tokenizerName));
  const charFilters = settings
    .getList("char_filter")
    .map((item) => find("char_filter", item, registry.charFilter(item)));
  const filters = function* () {
    for (const item of settings.getList("filter")) {
      yield find("filter", item, registry.tokenFilter(item));
    }
  };
  const parts = chainFilters(tokenizer, charFilters, filters());
  const offsetGap = settings.getInt("offset_gap", -1);
  return new AnalysisChain(name, parts, true, {
    positionIncrementGap: settings.getInt("position_increment_gap", POSITION_INCREMENT_GAP_DEFAULT),
    offsetGap: offsetGap < 0 ? 1 : offsetGap,
  });
}

function customNormalizer(
  name: string,
  settings: Settings,
  registry: ComponentRegistry,
): ChainParts {
  const prefix = `Custom normalizer [${name}]`;
  if (settings.has("tokenizer")) throw illegalArgument(`${prefix} cannot configure a tokenizer`);
  const charFilters = settings.getList("char_filter").map((item) => {
    const found = registry.charFilter(item);
    if (found === undefined) {
      throw illegalArgument(`${prefix} failed to find char_filter under name [${item}]`);
    }
    if (!found.normalizing) throw illegalArgument(`${prefix} may not use char filter [${item}]`);
    return found;
  });
  const filters = settings.getList("filter").map((item) => {
    const found = registry.tokenFilter(item);
    if (found === undefined) {
      throw illegalArgument(`Custom Analyzer [${name}] failed to find filter under name [${item}]`);
    }
    if (!found.normalizing) throw illegalArgument(`${prefix} may not use filter [${item}]`);
    return found;
  });
  return chainFilters(registry.tokenizer("keyword")!, charFilters, filters);
}

/** Pulls the empty text through, so that what is wrong with a chain shows at once. */
function checked(analyzer: AnalysisChain): AnalysisChain {
  const stream = analyzer.tokenStream("", "");
  stream.reset();
  while (stream.incrementToken());
  stream.end();
  return analyzer;
}

function buildAnalyzers(
  settings: Settings,
  registry: ComponentRegistry,
  restored: boolean,
): Map<string, AnalysisChain> {
  const analyzers = new Map<string, AnalysisChain>();
  const makers: [string, () => AnalysisChain][] = [];
  for (const [name, group] of settings.groups("index.analysis.analyzer.")) {
    const type = group.get("type") ?? (group.has("tokenizer") ? "custom" : undefined);
    if (type === undefined) {
      throw illegalArgument(
        `analyzer [${name}] must specify either an analyzer type, or a tokenizer`,
      );
    }
    if (type === "custom") makers.push([name, () => customAnalyzer(name, group, registry)]);
    else {
      const make = () => makeOne("analyzer", makeAnalyzer, context(name, settings, group));
      const early = restored ? undefined : make();
      makers.push([name, () => new AnalysisChain(name, early ?? make(), false)]);
    }
  }
  const failures: [string, unknown][] = [];
  for (const [name, make] of makers) {
    try {
      analyzers.set(name, checked(make()));
    } catch (error) {
      if (restored) analyzers.set(name, refusedAnalyzer(name, error));
      else failures.push([name, error]);
    }
  }
  checkNames(analyzers.keys());
  if (failures.length > 0) throw failedToBuild(failures);
  return analyzers;
}

function checkNames(names: Iterable<string>): void {
  for (const name of names) {
    if (!name.startsWith("_")) continue;
    throw illegalArgument(`analyzer name must not start with '_'. got "${name}"`);
  }
}

function failedToBuild(failures: readonly (readonly [string, unknown])[]): VarveError {
  const names = failures.map(([name]) => name).join(", ");
  const suppressed = failures.map(([name, error]) => {
    const reason = error instanceof Error ? error.message : String(error);
    const type = (error instanceof VarveError && error.type) || "illegal_argument_exception";
    return {
      type: "illegal_argument_exception",
      reason: `[${name}] ${reason}`,
      caused_by: { type, reason },
    };
  });
  return new VarveError("invalid", `Failed to build analyzers: [${names}]`, {
    type: "illegal_argument_exception",
    metadata: {
      suppressed,
      root_cause: [
        { type: "illegal_argument_exception", reason: `Failed to build analyzers: [${names}]` },
      ],
    },
  });
}

function buildNormalizers(
  settings: Settings,
  registry: ComponentRegistry,
  restored: boolean,
): Map<string, ChainParts> {
  const lowercase = registry.tokenFilter("lowercase")!;
  const keyword = registry.tokenizer("keyword")!;
  const normalizers = new Map<string, ChainParts>();
  normalizers.set("lowercase", { charFilters: [], tokenizer: keyword, filters: [lowercase] });
  for (const [name, group] of settings.groups("index.analysis.normalizer.")) {
    const type = group.get("type");
    if (type === "lowercase") normalizers.set(name, normalizers.get("lowercase")!);
    else if (type === undefined || type === "custom") {
      try {
        normalizers.set(name, customNormalizer(name, group, registry));
      } catch (error) {
        if (!restored) throw error;
        normalizers.set(name, refusedAnalyzer(name, error).parts);
      }
    } else throw unknownType("normalizer", type, name);
  }
  return normalizers;
}

/**
 * Builds the analyzers that `index.analysis.*` names. In a `restored` index one that cannot be
 * built fails when it is used, not here.
 */
export function buildIndexAnalyzers(settings: Settings, restored = false): IndexAnalyzers {
  const registry = new ComponentRegistry(settings, restored);
  const configured = buildAnalyzers(settings, registry, restored);
  const parts = buildNormalizers(settings, registry, restored);
  const normalizers = new Map<string, Analyzer>();
  const whitespaceNormalizers = new Map<string, Analyzer>();
  const tokenizer = registry.tokenizer("whitespace")!;
  for (const [name, chain] of parts) {
    normalizers.set(name, new AnalysisChain(name, chain, true));
    const split = new AnalysisChain(name, { ...chain, tokenizer }, true);
    whitespaceNormalizers.set(name, split);
  }
  if (configured.has("default_index")) {
    throw illegalArgument(
      "setting [index.analysis.analyzer.default_index] is not supported anymore, use " +
        `[index.analysis.analyzer.default] instead for index [${settings.get("index.provided_name", "")}]`,
    );
  }
  const defaultIndex = configured.get("default") ?? builtInAnalyzer("standard")!.renamed("default");
  const defaultSearch = configured.get("default_search") ?? defaultIndex;
  return {
    get: (name) => {
      if (name === "default") return defaultIndex;
      const found = configured.get(name) ?? builtInAnalyzer(name);
      if (found !== undefined || !restored || !REFUSED_ANALYZERS.has(name)) return found;
      return refusedAnalyzer(name, "it is not built in");
    },
    normalizer: (name) => normalizers.get(name),
    whitespaceNormalizer: (name) => whitespaceNormalizers.get(name),
    defaultIndex,
    defaultSearch,
    defaultSearchQuote: configured.get("default_search_quoted") ?? defaultSearch,
  };
}
